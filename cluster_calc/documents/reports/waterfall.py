"""Where the FLOP go: peak → precision → MFU → goodput → scheduling → delivered, as a section of the report."""

from __future__ import annotations

from cluster_calc.documents.render.figures import value_of
from cluster_calc.documents.render.view import Row, Section
from cluster_calc.estimation.result import Result
from cluster_calc.quantities.display import shown
from cluster_calc.quantities.number import is_scalar

# Steps of the waterfall, those without values left out: words, factor, throughput after it, chip-hours and dollars lost.
_FLOP_STEPS = (
    ("precision", "precision_share", "cluster_throughput", "", ""),
    ("MFU", "mfu", "step_throughput", "mfu_loss", "mfu_loss_cost"),
    ("checkpoints", "checkpoint_goodput", "checkpointed_throughput", "checkpoint_loss", "checkpoint_loss_cost"),
    ("failures", "recovery_goodput", "delivered_throughput", "recovery_loss", "recovery_loss_cost"),
    ("goodput", "goodput", "delivered_throughput", "goodput_loss", "goodput_loss_cost"),
)


def waterfall(result: Result) -> Section | None:
    """Peak to delivered; every step multiplies what is left, and the dollars of the run sum to its cost."""
    if "delivered_throughput" not in result.values:
        return None
    by_cause = "checkpoint_loss" in result.values
    peak = "hardware_throughput" if "hardware_throughput" in result.values else "cluster_throughput"
    rows = [Row("Peak", value_of(result, peak), f"{value_of(result, 'chips')} chips, dense", peak)]
    for words, factor, after, hours, cost in _FLOP_STEPS:
        if factor not in result.values or words in (("goodput",) if by_cause else ("checkpoints", "failures")):
            continue
        note = "MFU counts another precision's peak"
        if hours:
            # A cluster without a run loses a share, and no hours.
            note = f"{value_of(result, hours)} lost" if hours in result.values else ""
        if cost and cost in result.values:
            note += f", {value_of(result, cost)}"
        rows.append(Row(f"× {words} {value_of(result, factor)}", value_of(result, after), note, after))
        predicted = result.found.get("predicted_mfu")
        if factor == "mfu" and predicted is not None and predicted.note:
            rows.append(Row("Predicted for", "", predicted.note))
        if factor == "mfu" and "pipeline_bubble" in result.values:
            note = "idle over ideal time of the pipeline; part of what the MFU is short of 100%"
            rows.append(Row("Pipeline bubble", value_of(result, "pipeline_bubble"), note, "pipeline_bubble"))
    rows.append(_scheduling(result))
    hours = "delivered_chip_hours"
    useful = f"{value_of(result, hours)} useful" if hours in result.values else ""
    if "delivered_cost" in result.values:
        useful += f", {value_of(result, 'delivered_cost')}"
    delivered = "calendar_throughput" if "calendar_throughput" in result.values else "delivered_throughput"
    rows.append(Row("Delivered", value_of(result, delivered), useful, delivered))
    if "implied_goodput" in result.values:
        note = f"predicted over billed chip-hours ({value_of(result, 'billed_chip_hours')}); stated, not applied"
        rows.append(Row("Implied goodput", value_of(result, "implied_goodput"), note, "implied_goodput"))
    if _positive_loss(result, "spare_loss"):
        held = f"{value_of(result, 'spare_loss')}, {value_of(result, 'spare_loss_cost')} beyond the run cost"
        rows.append(Row(f"+ spares {value_of(result, 'held_spare_share')}", "", f"held beside: {held}", "spare_loss"))
    all_held = "held_chip_hours" in result.values and "delivered_chip_hours" in result.values
    if all_held and (_positive_loss(result, "scheduling_loss") or _positive_loss(result, "spare_loss")):
        share = result.values["delivered_chip_hours"] / result.values["held_chip_hours"]
        note = f"{value_of(result, 'held_cost')}; {shown('mfu', share)} of it useful"
        rows.append(Row("= All held", value_of(result, "held_chip_hours"), note, "held_chip_hours"))
    return Section("Where the FLOP go", tuple(rows))


def _scheduling(result: Result) -> Row:
    """Waiting and maintenance; what nobody gave is said to be none, not passed over."""
    if "scheduling_loss" not in result.values:
        return Row(
            "× scheduling 100%",
            "",
            "no waiting, maintenance or spares counted (--scheduling-goodput, --held-spare-share)",
        )
    note = f"waiting and maintenance: {value_of(result, 'scheduling_loss')}, {value_of(result, 'scheduling_loss_cost')} beyond the run cost"
    if not _positive_loss(result, "scheduling_loss"):
        note = "no waiting or maintenance counted (--scheduling-goodput)"
    name = "calendar_throughput"
    return Row(f"× scheduling {value_of(result, 'scheduling_goodput')}", value_of(result, name), note, name)


def _positive_loss(result: Result, name: str) -> bool:
    value = result.values.get(name)
    return value is not None and bool((value > 0) if is_scalar(value) else (value > 0).any())
