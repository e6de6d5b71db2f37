"""Whether it can be done: every limit as a margin, and the one that binds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.chips import Chip
from cluster_calc.errors import InputError
from cluster_calc.estimation.limits import CONSTRAINTS, DATA_MOVEMENT, EVERY_RUN, LATENCY_WALL, WORLD
from cluster_calc.estimation.parts.seen_mfu import best_mfu, likely_causes
from cluster_calc.estimation.result import Result
from cluster_calc.estimation.verdict import STATES, Constraint
from cluster_calc.performance.conventions import CONVENTIONS, convention_of
from cluster_calc.quantities.datum import TYPED, Datum, Source
from cluster_calc.quantities.display import shown
from cluster_calc.quantities.number import is_scalar

# Targets of serving: no limits of a training run.
SERVED = frozenset({"time per output token", "time to first token"})
# What a limit was counted from, where that is not the limit itself; and what else is published of one.
BEHIND = {
    "supply": "annual_shipments", "lead time": "annual_shipments", "designer supply": "designer_shipments",
    "batch": "critical_batch_scale", "failures": "failure_rate",
}  # fmt: skip
# Limits that follow from the input named with them: what the margin counts against, in words.
DERIVED = {"memory": "usable", "obsolescence": "at which waiting is faster"}


def sets_of(mode: str, sets: tuple[str, ...], given: Mapping[str, Datum], causes: bool) -> tuple[str, ...]:
    """The formula sets of the limits that the given inputs let one check."""
    if mode in ("cluster", "serve"):
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
        found.append("calendar-deadline" if "scheduling" in found else "deadline")
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
    best = None if "best_mfu" in given else best_mfu(item) or book.assumption("best_mfu")
    if best is not None:
        # Under a convention that counts recomputed arithmetic the utilisation is an HFU, and so is the best of them.
        counted = CONVENTIONS[convention_of(settings)].per_parameter / CONVENTIONS["6N"].per_parameter
        found["best_mfu"] = best if counted == 1 else best.with_(value=min(best.value * counted, 1.0), note="as an HFU")
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
        if "acquire" in result.scenario.settings and name == "capital":
            continue  # who rents has no capital cost to limit
        if name in WORLD:
            known = limit in result.values and margin in result.values and limited in result.values
            if known and (name not in EVERY_RUN or limit in given or _least(result.values[margin]) < 0):
                found.add(name)
        elif limit in given and not (name == "time" and result.mode not in ("fixed-chips", "fixed-time")):
            found.add(name)
    if found - {"time"}:
        found |= {name for name in EVERY_RUN if {CONSTRAINTS[name][0], CONSTRAINTS[name][2]} <= set(result.values)}
    return frozenset(found)


def counted(result: Result) -> str:
    """What alone a chip's memory was looked at for, where the model behind the run is not known in full."""
    if "logit_memory" in result.values:
        return ""
    return "model states and activations" if "activation_memory" in result.values else STATES


def warnings(result: Result) -> list[str]:
    """What size and utilisation call for: data movement, failures of large clusters, an MFU above what was seen."""
    from cluster_calc.estimation.parts.failures import FAR_SIZE, far_warning
    from cluster_calc.quantities.display import shown

    found = []
    compute = _most(result.values.get("training_compute"))
    if compute is not None and compute > DATA_MOVEMENT[0]:
        found.append(
            f"{result.scenario.typed('training_compute')} {shown('training_compute', compute)} is above {DATA_MOVEMENT[0]:.0e} FLOP, where moving data "
            f"between chips begins to cost utilisation (arXiv:2411.01137; {DATA_MOVEMENT[1]:.0e} in its authors' blog); "
            f"the latency wall is put at {LATENCY_WALL[0]:.0e} and {LATENCY_WALL[1]:.0e}"
        )
    chips = _most(result.values.get("chips"))
    if chips is not None and chips > FAR_SIZE and "failure_rate" in result.data:
        found.append(far_warning())
    if "ettr" in result.values and float(_least(result.values["ettr"])) <= 0:
        found.append("ettr: its linear form does not hold here, since failures come faster than restarts; goodput does")
    sizes = [_most(result.values.get(name)) for name in ("chips", "tensor_parallel", "pipeline_parallel")]
    # A layout that was sought is a bound, or spreads evenly anyway.
    typed = "chips" in result.data and not {"context_parallel", "predicted_mfu"} & set(result.found)
    if typed and None not in sizes and sizes[0] % (sizes[1] * sizes[2]):  # type: ignore[operator]
        found.append(_uneven(*sizes))  # type: ignore[arg-type]
    mfu, best = _most(result.values.get("mfu")), result.data.get("best_mfu")
    if mfu is not None and best is not None and best.label and mfu > best.value:
        found.append(
            f"{result.scenario.typed('mfu')} {100 * mfu:.3g}% is above the best published for {result.chip.name} ({100 * best.value:.3g}%, "
            f"{best.source.publisher}, {best.locator}). Likely causes: "
            + likely_causes(mfu, result.values, result.chip, result.precision)
        )
    return found


def _uneven(chips: float, tensor: float, pipeline: float) -> str:
    """That the chips make no whole number of replicas, and the nearest numbers of chips that do."""
    replica = tensor * pipeline
    near = [count for count in (chips // replica * replica, (chips // replica + 1) * replica) if count]
    return (
        f"chips {chips:,.0f} do not divide by tensor_parallel {tensor:.0f} × pipeline_parallel {pipeline:.0f}: "
        f"no layout has {chips / replica:.3g} replicas; {' or '.join(f'{count:,.0f}' for count in near)} chips would do"
    )


def _most(value: Any) -> float | None:
    return None if value is None else float(value.max()) if hasattr(value, "max") else float(value)


def _least(value: Any) -> float:
    return float(value.min()) if hasattr(value, "min") else float(value)


def derived(result: Result, entry: Constraint) -> str | None:
    """What the margin counts against where that follows from the limit's input, in words."""
    limited = CONSTRAINTS[entry.constraint][1]
    amount: Any = result.values.get(limited)
    if entry.constraint not in DERIVED or entry.margin is None or entry.margin >= 1 or not is_scalar(amount):
        return None
    return f"{shown(limited, amount / (1 - entry.margin))} {DERIVED[entry.constraint]}"


def margin_source(result: Result, constraint: str) -> Datum | None:
    """The figure of the catalog that a margin rests on; None where the limit is the reader's own and nothing stands behind it."""
    limit = CONSTRAINTS[constraint][0]
    datum = result.data.get(BEHIND.get(constraint, limit))
    if datum is None and constraint in BEHIND:
        datum = result.data.get(limit)
    return None if datum is None or datum.source.id in TYPED else datum
