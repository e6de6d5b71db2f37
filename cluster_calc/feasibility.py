"""Whether it can be done: every limit as a margin, the one that binds, and the nearest change that makes a broken one hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from cluster_calc.catalog import Catalog, Chip
from cluster_calc.datum import Datum, Source
from cluster_calc.errors import InputError

if TYPE_CHECKING:
    from cluster_calc.result import Result

# Constraint → (limit, what it limits, margin). The limits of the first kind are the buyer's: absent, they are not checked.
CONSTRAINTS = {
    "budget": ("budget", "run_cost", "budget_margin"),
    "capital": ("capital_budget", "capital_cost", "capital_margin"),
    "power": ("power_limit", "peak_facility_power", "power_margin"),
    "supply": ("supply_limit", "shipment_share", "supply_margin"),
    "deadline": ("deadline", "training_time", "deadline_margin"),
    "designer supply": ("designer_limit", "designer_share", "designer_margin"),
    "lead time": ("lead_time_limit", "lead_time", "lead_time_margin"),
    "capital yardstick": ("capital_yardstick", "capital_cost", "capital_yardstick_margin"),
    "power yardstick": ("power_yardstick", "peak_facility_power", "power_yardstick_margin"),
    "memory": ("memory", "memory_needed", "memory_margin"),
    "data": ("data_stock", "tokens", "data_margin"),
    "batch": ("critical_batch", "batch_tokens", "batch_margin"),
    "latency": ("latency_wall", "training_compute", "latency_margin"),
    "failures": ("mtbf", "restart_time", "failure_margin"),
    "obsolescence": ("price_performance_trend", "training_time", "obsolescence_margin"),
    "mfu": ("best_mfu", "mfu", "mfu_margin"),
    "time": ("time_allowed", "training_time", "time_margin"),
}
# Limits that hardware and the world set: checked whenever what they limit is known.
WORLD = frozenset({"memory", "data", "batch", "latency", "failures", "obsolescence", "mfu"})
# Of those, what says something of every run: told where another limit is checked, or where it does not hold.
EVERY_RUN = frozenset({"latency", "obsolescence", "mfu"})
# What would be unwise or unheard of, but is not impossible: told, and not counted against feasibility.
ADVISORY = frozenset({"obsolescence", "mfu", "batch", "capital yardstick", "power yardstick"})
# The inputs that a plan can change.
LEVERS = (
    "training_compute", "parameters", "tokens", "chips", "time_allowed", "mfu", "goodput", "chip_price", "lifetime",
    "electricity_price", "pue", "power_utilisation", "global_batch", "micro_batch", "tensor_parallel", "restart_time",
    "failure_rate", "checkpoint_write_time", "start", "deadline",
)  # fmt: skip
DATA_MOVEMENT = (1e28, 2e28)
LATENCY_WALL = (1e31, 2e31)


class Change(NamedTuple):
    """The nearest change of one input that makes a constraint hold; values in base units."""

    name: str
    now: float
    needed: float


def sets_of(mode: str, sets: tuple[str, ...], given: Mapping[str, Datum], causes: bool) -> tuple[str, ...]:
    """The formula sets of the limits that the given inputs let one check."""
    if mode == "cluster":
        found = []
    else:
        found = ["world-limits"]
        if "tokens" in given or "data-size" in sets:
            found.append("data-limits")
        if "global_batch" in given and "sequence_length" in given:
            found.append("batch-limits")
        if causes:
            found += ["failure-limits", "goodput-losses"]
        if "scheduling_goodput" in given or "held_spare_share" in given:
            found.append("scheduling")
            if causes and "held_spare_share" not in given:
                found.append("held-spares")
    if {"designer_limit", "lead_time_limit", "output_share"} & set(given):
        found.append("supply-limits")
    if {"capital_yardstick", "power_yardstick"} & set(given):
        found.append("yardsticks")
    return tuple(found)


def presets(given: Mapping[str, Datum], settings: Mapping[str, Any], item: Chip, book: Catalog) -> dict[str, Datum]:
    """Figures that the limits need and that have no default of their own."""
    found = {}
    trend = book.assumption("price_performance_trend")
    if trend is not None and not {"depreciation_method", "method"} & set(settings) and "purchase_delay" not in given:
        # Here it serves an advice alone, which is no reason to draw from its range.
        found["price_performance_trend"] = trend.with_(low=None, high=None)
    if "designer_limit" in given and "designer_shipments" not in given:
        found["designer_shipments"] = designer_shipments(item, book)
    if "held_spare_share" not in given:
        found["held_spare_share"] = Datum(
            "held_spare_share", 0.0, Source("convention", title="no spares are held unless given"),
            origin="default", kind="convention", confidence="high",
        )  # fmt: skip
    if "scheduling_goodput" not in given:
        found["scheduling_goodput"] = Datum(
            "scheduling_goodput", 1.0, Source("convention", title="the chips are the run's own unless given"),
            origin="default", kind="convention", confidence="high",
        )  # fmt: skip
    return found


def designer_shipments(item: Chip, book: Catalog) -> Datum:
    """The newest complete yearly count of the chip's designer."""
    prefix = f"epoch-{item.maker.lower()}-"
    years = sorted(name for name in book.heads("shipments") if name.startswith(prefix))
    if not years:
        raise InputError(
            f"designer_limit: no count of {item.maker}'s shipments is in the catalog; give --designer-shipments"
        )
    return book.shipments(years[-1]).with_(name="designer_shipments")


def checked(result: Result, given: Mapping[str, Datum]) -> frozenset[str]:
    """The constraints that have a limit to be checked against."""
    found = set()
    for name, (limit, limited, margin) in CONSTRAINTS.items():
        if name in WORLD:
            known = limit in result.values and margin in result.values and limited in result.values
            if known and (name not in EVERY_RUN or limit in given or _least(result.values[margin]) < 0):
                found.add(name)
        elif limit in given and not (name == "time" and result.mode not in ("fixed-chips", "fixed-time")):
            found.add(name)
    if found - {"time"}:
        found |= {name for name in EVERY_RUN if CONSTRAINTS[name][2] in result.values}
    return frozenset(found)


def binding(result: Result) -> str | None:
    """The checked constraint with the least margin; advisory ones and the time that sized the cluster aside."""
    held = [
        (entry.margin, entry.constraint)
        for entry in result.feasibility
        if entry.margin is not None and entry.constraint not in ADVISORY
        and not (entry.constraint == "time" and result.mode == "fixed-time")
    ]  # fmt: skip
    return min(held)[1] if held else None


def nearest_change(result: Result, constraint: str) -> Change | None:
    """The input whose smallest relative change makes the constraint hold; None where none does, or for arrays."""
    from cluster_calc.inverse import bisected
    from cluster_calc.nomenclature import QUANTITIES

    limit, _, margin = CONSTRAINTS[constraint]
    fixed = {name: datum.value for name, datum in result.data.items() if datum.value is not None}
    found: list[tuple[float, Change]] = []
    for name in LEVERS:
        now = fixed.get(name)
        if name == limit or now is None or getattr(now, "shape", None) or not _moves(result, name, margin):
            continue
        others = {other: value for other, value in fixed.items() if other != name}
        try:
            needed = float(bisected(result, name, QUANTITIES[name], margin, 0.0, others))
        except InputError:
            continue
        if name == "tensor_parallel":
            needed = _tensor_size(fixed, needed)
        if not math.isfinite(needed):
            continue
        values = result.model.evaluate({**others, name: needed})
        usual = QUANTITIES[name].usual
        if usual is not None and not usual[0] <= needed / QUANTITIES[name].factor <= usual[1]:
            continue  # possible on paper alone
        if float(values.get(margin, -1.0)) < -1e-9:
            continue
        if QUANTITIES[name].is_date:
            distance = abs(needed - now) / (90 * 86400.0)
        else:
            distance = abs(math.log(needed / now)) if needed > 0 and now > 0 else math.inf
        found.append((distance, Change(name, float(now), needed)))
    return min(found)[1] if found else None


def _tensor_size(fixed: Mapping[str, float], least: float) -> float:
    """The smallest tensor-parallel size of at least that many chips which divides the heads and the chips of a stage."""
    stage = fixed.get("chips", math.inf) / fixed.get("pipeline_parallel", 1)
    heads = fixed.get("heads", stage)
    if not math.isfinite(stage):
        return least
    sizes = range(math.ceil(least - 1e-9), int(min(stage, heads)) + 1)
    return next((float(size) for size in sizes if stage % size == 0 and heads % size == 0), math.inf)


def _moves(result: Result, name: str, margin: str) -> bool:
    """Whether the margin depends on the input through the formulas that run."""
    reached = {name}
    for step in result.model.plan({entry for entry in result.data if result.data[entry].value is not None}):
        if reached.intersection(step.inputs):
            reached.add(step.name)
    return margin in reached


def warnings(result: Result) -> list[str]:
    """What size and utilisation call for: data movement, failures of large clusters, an MFU above what was seen."""
    from cluster_calc.report.numbers import shown
    from cluster_calc.resilience import FAR_SIZE, far_warning

    found = []
    compute = _most(result.values.get("training_compute"))
    if compute is not None and compute > DATA_MOVEMENT[0]:
        found.append(
            f"training_compute {shown('training_compute', compute)} is above {DATA_MOVEMENT[0]:.0e} FLOP, where moving data "
            f"between chips begins to cost utilisation (arXiv:2411.01137; {DATA_MOVEMENT[1]:.0e} in its authors' blog); "
            f"the latency wall is put at {LATENCY_WALL[0]:.0e} and {LATENCY_WALL[1]:.0e}"
        )
    chips = _most(result.values.get("chips"))
    if chips is not None and chips > FAR_SIZE and "failure_rate" in result.data:
        found.append(far_warning())
    if "ettr" in result.values and float(_least(result.values["ettr"])) <= 0:
        found.append("ettr: its linear form does not hold here, since failures come faster than restarts; goodput does")
    mfu = _most(result.values.get("mfu"))
    best = best_published(result.chip.id)
    if mfu is not None and best is not None and mfu > best[0]:
        found.append(
            f"mfu {100 * mfu:.3g}% is above the best published for {result.chip.name} ({100 * best[0]:.3g}%, {best[1]}). "
            "Likely causes: a sparse peak, total instead of active parameters, or fp8 arithmetic counted against bf16"
        )
    return found


def best_published(chip_id: str) -> tuple[float, str] | None:
    """The best published MFU of a chip in a run on more than a few chips, and who says so."""
    from cluster_calc.catalog import read_toml
    from cluster_calc.resources import shipped

    entry = read_toml(shipped("catalog") / "performance.toml")["best_mfu"].get(chip_id)
    return None if entry is None else (float(entry["value"]), str(entry["source"]))


def _most(value: Any) -> float | None:
    return None if value is None else float(value.max()) if hasattr(value, "max") else float(value)


def _least(value: Any) -> float:
    return float(value.min()) if hasattr(value, "min") else float(value)
