"""Where a result of a model takes a value: a grid over the input, then halving, elementwise.

A result that whole things step (a time that rises while the chips stay, and falls by one chip's share where one more is
bought) takes values between its steps that no grid sees: its teeth are found, and searched one by one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from copy import copy
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from cluster_calc.errors import InputError
from cluster_calc.model.contradictions import contradictions
from cluster_calc.model.graph import Model
from cluster_calc.model.implicit import Implicit, Step, halved
from cluster_calc.quantities.dates import DAY
from cluster_calc.quantities.nomenclature import INFINITY, QUANTITIES, Quantity

if TYPE_CHECKING:
    Array = np.ndarray[Any, np.dtype[Any]]


class Probe(Protocol):
    """A run with the unknown at some value: its model, and the values that came out."""

    @property
    def model(self) -> Model:
        """Its formulas."""

    @property
    def values(self) -> Mapping[str, Any]:
        """What is given and what came out, in base units."""


DECADES = 12
# Where nothing is known of usual values.
FAR_DECADES = 30
GRID = 129
PER_DECADE = 10
FIRST_DAY, LAST_DAY = 10_957, 43_830  # 2000 to 2090
# Days between the points at which many solutions are looked for at once; one alone is looked for on every day.
_STRIDE = 64
# How near a value counts as reached, where steps may keep it from being reached at all.
_NEAR = 1e-12
# More of these is better: the target is met at or above it. Of everything else less is better.
AT_LEAST = frozenset(
    {
        "training_compute", "parameters", "active_parameters", "tokens", "petaflops_days", "compute_per_dollar",
        "cluster_throughput", "step_throughput", "delivered_throughput", "delivered_chip_hours", "time_available",
    }
)  # fmt: skip


class Curve:
    """A result of a model over one of its inputs, all else fixed: only the formulas between the two are run."""

    def __init__(
        self, probe: Probe, inside: str, known: Quantity, goal: str, wanted: Any, fixed: Mapping[str, Any]
    ) -> None:
        self.inside, self.known, self.goal, self.wanted, self.fixed = inside, known, goal, wanted, dict(fixed)
        self.low, self.high = span_of(QUANTITIES[inside], probe.values.get(inside))
        self.choices = probe.model.choices(inside, fixed)
        needed, steps = {goal, *(("start", "deadline") if known.is_date else ())}, []
        for step in reversed(probe.model.plan({*fixed, inside})):
            if step.name in needed:
                steps.append(step)
                needed.update(step.inputs)
        self.steps: tuple[Step, ...] = tuple(reversed(steps))

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The shape of what is fixed, and of what is wanted, where these are arrays."""
        return np.broadcast_shapes(*(np.shape(value) for value in (*self.fixed.values(), self.wanted)))

    @cached_property
    def whole(self) -> tuple[str, ...]:
        """The whole things that step the result as the input moves; none where it does not also move between the steps."""
        moving, free, found = {self.inside}, {self.inside}, []
        for step in self.steps:
            if moving.intersection(step.inputs):
                moving.add(step.name)
                if isinstance(step.formula, Implicit) and step.formula.spread_over:
                    return ()  # a prediction has no teeth but a new layout at every turn
                if QUANTITIES[step.name].whole:
                    found.append(step.name)
                elif free.intersection(step.inputs):
                    free.add(step.name)
        return tuple(found) if self.goal in free and not self.known.is_date else ()

    def values(self, x: Any) -> dict[str, Any]:
        """What leads to the result, with the input at `x`."""
        values = {**self.fixed, self.inside: np.asarray(x, dtype=float)}
        # An end of the search may lie where a formula divides by nothing: such a point just does not count.
        with np.errstate(all="ignore"):
            for name, formula, inputs in self.steps:
                try:
                    values[name] = formula(*[values[entry] for entry in inputs])
                except ZeroDivisionError:  # a plain float raises where an array becomes inf
                    values[name] = INFINITY
        return values

    def at(self, x: Any) -> Any:
        """The result; of dates nan where the run would start after its deadline, which meets nothing."""
        values = self.values(x)
        found = values[self.goal]
        if self.known.is_date:
            found = reduce(
                lambda kept, where: np.where(where, np.nan, kept), contradictions(values, False).values(), found
            )
        return np.broadcast_to(found, np.broadcast_shapes(np.shape(x), self.shape))

    def counts(self, x: Any) -> Any:
        """The whole things at `x`, along a first axis."""
        values, shape = self.values(x), np.broadcast_shapes(np.shape(x), self.shape)
        return np.array([np.broadcast_to(values[name], shape) for name in self.whole])

    def axis(self) -> Array:
        """Points from low to high, evenly on a log axis (from zero, over twelve decades); every day of a date, fewer for many."""
        if self.choices is not None:
            return np.asarray(self.choices)
        if self.known.is_date:
            return np.arange(FIRST_DAY, LAST_DAY, _STRIDE if self.shape else 1) * DAY
        if self.low > 0:
            return np.geomspace(self.low, self.high, max(GRID, round(PER_DECADE * math.log10(self.high / self.low))))
        if self.low == 0:
            return np.concatenate([[0.0], np.geomspace(self.high * 10.0 ** (-DECADES), self.high, GRID - 1)])
        return np.linspace(self.low, self.high, GRID)

    def met(self, x: Any) -> Any:
        """Whether the target is met."""
        return meeting(self.goal, self.known)(self.at(x), self.wanted)

    def picked(self, where: Array) -> Curve:
        """The same over some elements of the arrays, flat."""
        found = copy(self)
        found.__dict__.pop("shape", None)
        found.wanted = np.broadcast_to(self.wanted, self.shape)[where]
        found.fixed = {
            name: np.broadcast_to(value, self.shape)[where] if np.ndim(value) else value
            for name, value in self.fixed.items()
        }
        return found


def span_of(known: Quantity, centre: float | None) -> tuple[float, float]:
    """Where to look, in base units: the hard bounds, or decades around the usual values."""
    if known.is_date:
        return FIRST_DAY * DAY, LAST_DAY * DAY
    usual = known.usual or ((centre / known.factor,) * 2 if centre else (1.0, 1.0))
    reach = 10.0 ** ((DECADES if known.usual else FAR_DECADES) / 2)
    middle = math.sqrt(max(usual[0], 1e-12) * max(usual[1], 1e-12))
    low = known.low if known.low > -INFINITY else -max(usual[1], middle * reach)
    # Zero has no decades around it: they go up from what is usual at most.
    from_zero = known.low == 0 and not known.low_open and not (known.usual and known.usual[0])
    high = known.high if known.high < INFINITY else max(usual[1], middle * reach)
    if from_zero and known.high == INFINITY:
        high = usual[1] * 10.0**DECADES
    if known.low == 0 and known.low_open:
        low = min(max(usual[0], 1e-300), middle / reach, high * 10.0**-DECADES)
    if known.whole:
        low, high = max(1.0, low), min(high, 2.0**52)
    return low * known.factor, high * known.factor


def meeting(goal: str, known: Quantity) -> Callable[[Any, Any], Any]:
    """What it means to meet a target: at least it, or at most it."""
    # A hair of slack for whole things: 30 days reached in 30 days and a rounding error is reached.
    slack = 1e-12 if known.whole or known.is_date else 0.0
    if goal in AT_LEAST or goal.endswith("_margin"):
        return lambda reached, wanted: reached >= wanted - slack * abs(wanted)
    return lambda reached, wanted: reached <= wanted + slack * abs(wanted)


class _Found(NamedTuple):
    """Solutions, whether each is one, and the lowest and highest value seen on the way."""

    value: Any
    reachable: Any
    bottom: Any
    top: Any


def bisected(probe: Probe, inside: str, known: Quantity, goal: str, wanted: Any, fixed: Mapping[str, Any]) -> Any:
    """The solution in base units, elementwise over whatever in `fixed` is an array; nan where there is none."""
    curve = Curve(probe, inside, known, goal, wanted, fixed)
    found = _between_steps(curve, _on_grid(curve))
    if curve.shape:
        return np.where(found.reachable, found.value, np.nan)
    # Where nothing moves but the last digits, any value would do: that is no answer.
    if not found.reachable or found.top - found.bottom <= _NEAR * abs(found.top):
        raise InputError(_why(curve, found))
    return float(found.value)


def out_of_reach(probe: Probe, inside: str, known: Quantity, goal: str, wanted: Any, fixed: Mapping[str, Any]) -> str:
    """Why no element of an array has a solution."""
    curve = Curve(probe, inside, known, goal, wanted, fixed)
    return _why(curve, _between_steps(curve, _on_grid(curve)))


def _on_grid(curve: Curve) -> _Found:
    """The solution nearest to a point of the grid."""
    axis, known, wanted = curve.axis(), curve.known, curve.wanted
    reached = curve.at(axis.reshape(-1, *(1 for _ in curve.shape)))
    bottom, top = np.fmin.reduce(_finite(reached), axis=0), np.fmax.reduce(_finite(reached), axis=0)
    met = meeting(curve.goal, known)(reached, wanted)
    change = met[1:] != met[:-1]
    reachable = _within(bottom, wanted, top)
    if known.is_date:
        # A run of days may fit between the first point that can be and the one before, which cannot.
        reachable |= change.any(axis=0)
    # Of several crossings the closest one: a result may also jump across the target where something divides by zero.
    distance = np.where(np.isfinite(reached), np.abs(reached - wanted), 1e300 if known.is_date else np.inf)
    first = np.argmin(np.where(change, np.maximum(distance[1:], distance[:-1]), np.inf), axis=0)
    if curve.choices is not None:
        # Of the few numbers that can be had the first that meets the target, or the last where the first does.
        first = np.where(met[0], len(change) - 1 - np.argmax(change[::-1], axis=0), np.argmax(change, axis=0))
    exact = ~change.any(axis=0)
    at = np.where(exact, np.argmin(distance, axis=0), first)
    value = np.where(exact, axis[at], _crossed(curve, axis[at], axis[np.minimum(at + 1, len(axis) - 1)]))
    return _Found(value, reachable, bottom, top)


def _crossed(curve: Curve, left: Any, right: Any) -> Any:
    """The place between two at which the target is met, and beside which it is not; whole where the input is."""
    left_met = curve.met(left)
    left, right = halved(lambda x: curve.met(x) == left_met, left, right)
    value = np.where(left_met, left, right)
    return np.where(left_met, np.floor(value), np.ceil(value)) if curve.known.whole else value


def _between_steps(curve: Curve, found: _Found) -> _Found:
    """The solutions again, where steps kept the grid from reaching the target: inside a tooth, if one holds it."""
    if not curve.whole or curve.known.whole:
        return found
    left = ~(found.reachable & (np.abs(curve.at(found.value) - curve.wanted) <= _NEAR * np.abs(curve.wanted)))
    if not np.any(left):
        return found
    where = np.broadcast_to(left, curve.shape)
    near, reachable, bottom, top = (np.array(np.broadcast_to(part, curve.shape)) for part in found)
    inner = _in_teeth(curve.picked(where), near[where])
    near[where] = np.where(inner.reachable, inner.value, near[where])
    reachable[where] |= inner.reachable
    bottom[where], top[where] = np.fmin(bottom[where], inner.bottom), np.fmax(top[where], inner.top)
    return _Found(near, reachable, bottom, top)


def _in_teeth(curve: Curve, near: Any) -> _Found:
    """The solution nearest to a place, in the two outer teeth at either end between points of the grid."""
    ends = np.broadcast_to(curve.axis()[:, None], (len(curve.axis()), *curve.shape))
    low, high = ends[:-1], ends[1:]

    def last_alike(start: Any, end: Any) -> tuple[Any, Any]:
        """The last place with the same whole things as the start, and the next one beyond it."""
        held = curve.counts(start)
        return halved(lambda x: (curve.counts(x) == held).all(axis=0), start, end)

    first, second = last_alike(low, high)
    last, before = last_alike(high, low)
    teeth = [(low, first), (second, last_alike(second, high)[0]), (before, last_alike(before, low)[0]), (high, last)]
    starts, stops = (np.concatenate(parts) for parts in zip(*teeth, strict=True))
    values = _finite(curve.at(starts)), _finite(curve.at(stops))
    bottom, top = np.fmin(*values), np.fmax(*values)
    holds = _within(bottom, curve.wanted, top) & (top - bottom > _NEAR * np.abs(top))
    away = np.where(holds, np.abs(starts - near), np.inf)
    at = np.expand_dims(np.argmin(away, axis=0), 0)
    start, stop = (np.take_along_axis(part, at, axis=0)[0] for part in (starts, stops))
    return _Found(_crossed(curve, start, stop), holds.any(axis=0), np.fmin.reduce(bottom), np.fmax.reduce(top))


def _finite(values: Any) -> Any:
    return np.where(np.isfinite(values), values, np.nan)


def _within(bottom: Any, wanted: Any, top: Any) -> Any:
    slack = _NEAR * np.abs(wanted)
    return (bottom - slack <= wanted) & (wanted <= top + slack)


def _why(curve: Curve, found: _Found) -> str:
    """Why there is no solution, with the range that can be reached, in as many digits as it takes to tell them apart."""
    from cluster_calc.quantities.display import shown

    known, goal = curve.known, curve.goal
    bottom, top = float(np.fmin.reduce(found.bottom, axis=None)), float(np.fmax.reduce(found.top, axis=None))
    ends = f"{known.name} from {shown(known.name, curve.low)} to {shown(known.name, curve.high)}"
    if not top >= bottom:
        return f"solve {known.name}: {goal} cannot be computed for any {ends}"
    if top - bottom <= _NEAR * abs(top):
        return f"solve {known.name}: {goal} is {shown(goal, top)} whatever {known.name} is: it does not move it"
    trials = ([shown(goal, value, digits) for value in (curve.wanted, bottom, top)] for digits in range(3, 17))
    wanted, least, most = next((texts for texts in trials if len(set(texts)) == 3), (
        shown(goal, curve.wanted), shown(goal, bottom), shown(goal, top),
    ))  # fmt: skip
    return f"solve {known.name}: {goal} {wanted} is out of reach: {ends} gives {least} to {most}"
