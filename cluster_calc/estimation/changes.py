"""The nearest changes of one input that make a broken limit hold, found by the solver on the estimate's own model."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from cluster_calc.errors import InputError
from cluster_calc.estimation.limits import ADVISORY, CONSTRAINTS, WORLD
from cluster_calc.quantities.nomenclature import QUANTITIES

if TYPE_CHECKING:
    from cluster_calc.estimation.result import Result

# The inputs that a plan can change.
LEVERS = (
    "training_compute", "parameters", "tokens", "chips", "time_allowed", "mfu", "goodput", "chip_price", "lifetime",
    "electricity_price", "pue", "power_utilisation", "global_batch", "micro_batch", "tensor_parallel", "pipeline_parallel",
    "zero_stage", "restart_time", "failure_rate", "mtbf", "checkpoint_write_time", "scheduling_goodput", "output_share", "start",
    "deadline",
)  # fmt: skip
# How far apart two dates are that count as a change by a factor of e.
DATE_SCALE = 90 * 86400.0
SLACK = -1e-9


class Change(NamedTuple):
    """A change of one input that makes a constraint hold; values in base units."""

    name: str
    now: float
    needed: float

    @property
    def distance(self) -> float:
        """How far it is: the logarithm of the factor, or time over a quarter of a year."""
        if QUANTITIES[self.name].is_date:
            return abs(self.needed - self.now) / DATE_SCALE
        if self.now > 0 and self.needed > 0:
            return abs(math.log(self.needed / self.now))
        return abs(self.needed - self.now)


def nearest_change(result: Result, constraint: str) -> Change | None:
    """The input whose smallest relative change makes the constraint hold; None where none does, or for arrays."""
    return next(iter(changes(result, constraint)), None)


def changes(result: Result, constraint: str) -> list[Change]:
    """Every single input that makes the constraint hold, the nearest first."""
    limit, _, margin = CONSTRAINTS[constraint]
    fixed = _fixed(result)
    found = []
    described = _predicted_anew(result)
    for name in LEVERS:
        # A limit that the buyer sets is not to be moved; one of the machine, as the MTBF, is.
        buyers = name == limit and constraint not in WORLD
        if buyers or name not in fixed or name in described or not _moves(result, name, margin):
            continue
        needed = _needed(result, fixed, name, margin)
        if needed is not None and _margins(result, fixed, name, needed).get(margin, -1.0) >= SLACK:
            found.append(Change(name, float(fixed[name]), needed))
    return sorted(found, key=lambda change: change.distance)


def _predicted_anew(result: Result) -> set[str]:
    """What describes a job whose chips are searched with a predicted MFU: each trial would predict every number of chips."""
    if "chips" in result.data or "chips" not in result.model.implicit:
        return set()
    predicted = [name for name, step in result.model.implicit.items() if step.spread_over == "chips"]
    return {entry for name in predicted for entry in result.model.steps[name].inputs}


def change_for_all(result: Result) -> Change | None:
    """The nearest change of one input after which every limit holds; None where several are broken and none does it."""
    fixed = _fixed(result)
    best: dict[str, Change] = {}
    for constraint in result.verdict.broken:
        for change in changes(result, constraint):
            before = best.get(change.name)
            best[change.name] = change if before is None else max(before, change, key=lambda entry: entry.distance)
    wanted = [
        CONSTRAINTS[entry.constraint][2]
        for entry in result.feasibility
        if entry.holds is not None and entry.constraint not in ADVISORY
    ]
    for change in sorted(best.values(), key=lambda entry: entry.distance):
        margins = _margins(result, fixed, change.name, change.needed)
        if all(margins.get(name, -1.0) >= SLACK for name in wanted):
            return change
    return None


def _fixed(result: Result) -> dict[str, float]:
    """The inputs as numbers; none of an array, which has no one change."""
    values = {name: datum.value for name, datum in result.data.items() if datum.value is not None}
    return {} if any(getattr(value, "shape", ()) for value in values.values()) else values


def _margins(result: Result, fixed: Mapping[str, float], name: str, value: float) -> Mapping[str, float]:
    return result.model.evaluate({**fixed, name: value})


def _needed(result: Result, fixed: Mapping[str, float], name: str, margin: str) -> float | None:
    """The value of the input at which the margin is 0, as a plan can have it; None where there is none."""
    from cluster_calc.model.roots import bisected

    known = QUANTITIES[name]
    if name in STEPS:
        held = [value for value in STEPS[name] if _margins(result, fixed, name, value).get(margin, -1.0) >= SLACK]
        return min(held, key=lambda value: abs(value - fixed[name]), default=None)
    others = {other: value for other, value in fixed.items() if other != name}
    try:
        needed = float(bisected(result, name, known, margin, 0.0, others))
    except InputError:
        return None
    if name in WHOLE_PARTS:
        needed = WHOLE_PARTS[name](fixed, needed)
    if not math.isfinite(needed):
        return None
    in_unit = needed / known.factor
    if known.usual is not None and not known.usual[0] <= in_unit <= known.usual[1]:
        return None  # possible on paper alone
    if not known.is_date and not (known.low < in_unit <= known.high or (in_unit == known.low and not known.low_open)):
        return None
    return needed


def _tensor_size(fixed: Mapping[str, float], least: float) -> float:
    """The smallest tensor-parallel size of at least that many chips which divides the heads and the chips of a stage."""
    stage = fixed.get("chips", math.inf) / fixed.get("pipeline_parallel", 1)
    heads = fixed.get("heads", stage)
    if not math.isfinite(stage):
        return least
    sizes = range(math.ceil(least - 1e-9), int(min(stage, heads)) + 1)
    return next((float(size) for size in sizes if stage % size == 0 and heads % size == 0), math.inf)


def _stages(fixed: Mapping[str, float], least: float) -> float:
    """The smallest number of pipeline stages of at least that many which the chips make whole, a layer each at least."""
    replica = fixed.get("chips", math.inf) / fixed.get("tensor_parallel", 1)
    if not math.isfinite(replica):
        return least
    counts = range(math.ceil(least - 1e-9), int(min(replica, fixed.get("layers", replica))) + 1)
    return next((float(count) for count in counts if replica % count == 0), math.inf)


def _batch(fixed: Mapping[str, float], most: float) -> float:
    """The largest batch of at most that size that gives every replica whole microbatches, where the layout is known."""
    chips, sizes = fixed.get("chips"), (fixed.get("tensor_parallel"), fixed.get("pipeline_parallel"))
    if chips is None or None in sizes:
        return most
    step = chips / (fixed["tensor_parallel"] * fixed["pipeline_parallel"]) * fixed.get("micro_batch", 1)
    if step != int(step):
        return most
    whole = math.floor(most / step + 1e-9) * step
    return whole if whole > 0 else math.inf


def _chips(fixed: Mapping[str, float], bound: float) -> float:
    """The nearest number of chips beyond the bound that makes whole replicas, where the layout is known."""
    replica = fixed.get("tensor_parallel", 1) * fixed.get("pipeline_parallel", 1)
    more = bound > fixed.get("chips", 0)
    whole = (math.ceil(bound / replica - 1e-9) if more else math.floor(bound / replica + 1e-9)) * replica
    return whole if whole > 0 else math.inf


# Inputs with so few values that each is tried.
STEPS = {"zero_stage": (0.0, 1.0, 2.0, 3.0)}
# Inputs that a layout splits: the solver's number → one that the layout can have.
WHOLE_PARTS: dict[str, Callable[[Mapping[str, float], float], float]] = {
    "chips": _chips, "tensor_parallel": _tensor_size, "pipeline_parallel": _stages, "global_batch": _batch,
}  # fmt: skip


def _moves(result: Result, name: str, margin: str) -> bool:
    """Whether the margin depends on the input through the formulas that run."""
    reached = {name}
    for step in result.model.plan({entry for entry in result.data if result.data[entry].value is not None}):
        if reached.intersection(step.inputs):
            reached.add(step.name)
    return margin in reached
