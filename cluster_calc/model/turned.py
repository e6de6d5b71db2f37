"""A formula turned round, elementwise: the input with which a result that was given comes out as given."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from cluster_calc.model.implicit import Implicit, Step, between, halved
from cluster_calc.quantities.datum import Source
from cluster_calc.quantities.elementwise import numpy_later as np
from cluster_calc.quantities.nomenclature import QUANTITIES

# How near to what was given a solution comes, relative to it.
NEAR = 1e-12
_TRIES = 40


class Turned(Implicit):
    """The `name` with which `goal`, which is given, is what its own formula makes; nan where no value does."""

    def __init__(self, name: str, goal: str) -> None:
        source = Source("turned", title=f"cluster_calc.model.turned: follows from {goal}, which is given")
        super().__init__(name, f"What the given {goal} makes of {name}.", source, instead_of=goal)
        self.goal = goal

    def step(self, steps: Mapping[str, Step], given: Iterable[str]) -> Step:
        """The step whose inputs are the goal and what the formulas between need from outside."""
        inner = between(self.__name__, self.goal, steps, frozenset(given) - {self.goal, self.__name__})
        own = {self.__name__, *(step.name for step in inner)}
        outside = dict.fromkeys(name for step in inner for name in step.inputs if name not in own)
        return Step(self.__name__, Solving(self, inner, (self.goal, *outside)), (self.goal, *outside))

    def text(self, words: Callable[[str], str]) -> str:
        """What it does, in words."""
        return f"{self.__name__} with which {self.goal} is {words(self.goal)}"

    def doubts(self, values: Mapping[str, Any]) -> list[str]:
        """That it follows, and from what; whether it is unusual."""
        from cluster_calc.quantities.display import shown

        name = self.__name__
        if name not in values or not np.all(np.isfinite(values[name])):
            return []
        at, usual, factor = np.max(values[name]), QUANTITIES[name].usual, QUANTITIES[name].factor
        text = f"{name} {shown(name, at)} follows from the {self.goal} given"
        if usual and not usual[0] * (1 - 1e-9) <= at / factor <= usual[1] * (1 + 1e-9):
            text += ", outside the usual " + " to ".join(shown(name, end * factor) for end in usual)
        return [text]


class Solving(Turned):
    """A formula turned round within one model: the steps from the unknown to the goal."""

    def __init__(self, turned: Turned, inner: tuple[Step, ...], inputs: tuple[str, ...]) -> None:
        super().__init__(turned.__name__, turned.goal)
        self.inner, self.inputs = inner, inputs

    def __call__(self, *arguments: Any) -> Any:
        """The value that makes the goal, elementwise."""
        known = dict(zip(self.inputs, arguments, strict=True))
        wanted = known.pop(self.goal)
        with np.errstate(all="ignore"):
            found = solved(lambda x: self.reached(known, x), wanted, self.__name__)
        return found if np.ndim(found) else float(found)

    def reached(self, known: Mapping[str, Any], x: Any) -> Any:
        """The goal with the unknown at `x`."""
        values = {**known, self.__name__: x}
        for name, formula, inputs in self.inner:
            values[name] = formula(*[values[entry] for entry in inputs])
        return np.asarray(values[self.goal], dtype=float)


@lru_cache(maxsize=64)
def turned(name: str, goal: str) -> Turned:
    """The one step of that unknown and goal, so that a model composed with it is built once."""
    return Turned(name, goal)


def solved(reached: Callable[[Any], Any], wanted: Any, name: str) -> Any:
    """Where a function of a quantity takes a value; nan where it does not, elementwise.

    Products and sums are met in a step or two; what else there is, by halving between the quantity's bounds.

    >>> float(solved(lambda x: 600.0 / x, 1500.0, "mfu"))
    0.4
    >>> bool(np.isnan(solved(lambda x: 0 * x + 1.0, 2.0, "mfu")))
    True
    """
    known = QUANTITIES[name]
    from cluster_calc.model.roots import span_of

    low, high = span_of(known, None)
    usual = known.usual or (low / known.factor, high / known.factor)
    start = math.sqrt(usual[0] * usual[1]) * known.factor if usual[0] > 0 else 0.5 * (low + high)
    wanted = np.asarray(wanted, dtype=float)
    best = np.full(np.broadcast_shapes(wanted.shape, np.shape(reached(start))), np.nan)
    scale = np.maximum(np.abs(wanted), NEAR * np.abs(reached(start)))

    def taken(found: Any) -> Any:
        met = np.abs(reached(found) - wanted) <= NEAR * scale
        return np.where(np.isnan(best) & met, found, best)

    if start > 0 and low >= 0:
        best = taken(np.exp(_secant(lambda u: np.log(reached(np.exp(u)) / wanted), math.log(start), 0.1, best.shape)))
    if np.any(np.isnan(best)):
        best = taken(_secant(lambda u: reached(u) - wanted, start, 0.01 * (abs(start) or 1.0), best.shape))
    if np.any(np.isnan(best)):
        best = taken(_halved(reached, wanted, low, high, best.shape))
    return best


def _secant(gap: Callable[[Any], Any], start: float, step: float, shape: tuple[int, ...]) -> Any:
    """A root of a function that is nearly straight."""
    first, second = np.full(shape, start), np.full(shape, start + step)
    left, right = gap(first), gap(second)
    for _ in range(_TRIES):
        moved = second - right * (second - first) / (right - left)
        settled = ~np.isfinite(moved) | (right == 0)
        first, left = second, right
        second = np.where(settled, second, moved)
        if settled.all() or np.all(np.abs(second - first) <= 1e-16 * np.abs(second)):
            break
        right = gap(second)
    return second


def _halved(reached: Callable[[Any], Any], wanted: Any, low: float, high: float, shape: tuple[int, ...]) -> Any:
    """A root between two ends, of a function that rises or falls."""
    left, right = np.full(shape, low), np.full(shape, high)
    above = reached(left) > wanted
    return halved(lambda x: (reached(x) > wanted) == above, left, right)[1]
