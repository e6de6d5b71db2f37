"""A row of a table of published runs as Epoch AI's amortised-cost method reads it.

The formulas are a set (`EPOCH_2024`); here are the choices between them: which route leads to the chip-hours, which
calendar holds, which overhead applies. Nothing is looked up: the row is taken at its word.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping

from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.formulas.published import planned_start
from cluster_calc.quantities.dates import DAY, HOUR
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.reading import parse
from cluster_calc.tables.row import Prepared, number_in

# The method's own constants for what a row leaves open (cost_analysis_standalone.py, commit 263c40a).
DEFAULT_MFU = 0.375
DEFAULT_HOURS = 793.5
PUBLICATION_LAG = 60 * DAY
POWER_FRACTION = {"GPU": 0.75, "TPU": 0.43}
DATES = {"GPU": "epoch-gpu", "TPU": "epoch-tpu"}
YES, NO = ("1", "1.0", "true", "yes"), ("0", "0.0", "false", "no")


def prepare(row: Mapping[str, str]) -> Prepared:
    """The values, formula sets and remarks of a row.

    >>> prepare({"chip_class": "GPU", "chip_hours_reported": "1000"}).formulas
    ('epoch-gpu',)
    >>> prepare({"training_flop": "1e21", "peak_flops_lookup": "3.12e14"}).values["mfu"]
    0.375
    """
    kind = _kind(row)
    values, sets, remarks = _chip_time(row)
    if kind:
        sets = (*sets, DATES[kind])
        if "power_fraction_of_tdp" not in row:
            values["power_utilisation"] = POWER_FRACTION[kind]
    hours = number_in(row, "training_hours", "training_time", "hour")
    values["planned_time"] = math.floor(hours / HOUR if hours is not None else DEFAULT_HOURS) * HOUR
    if "training_start_override" in row:
        day = _day(row["training_start_override"])
        values["planned_start"] = parse(QUANTITIES["planned_start"], day)[0]
    factor = _overhead(row)
    if factor is not None:
        values["server_cost_factor"] = factor
    return Prepared(values, "; ".join((*remarks, *_flaws(row, kind, hours))), sets)


def _kind(row: Mapping[str, str]) -> str:
    kind = row.get("chip_class", "").upper()
    if kind and kind not in DATES:
        raise InputError(f"chip_class: {quoted(row['chip_class'])} is neither GPU nor TPU.{did_you_mean(kind, DATES)}")
    return kind


def _chip_time(row: Mapping[str, str]) -> tuple[dict[str, float], tuple[str, ...], list[str]]:
    """Reported chip-hours before quantity times hours before the arithmetic over the peak and the MFU."""
    reported = number_in(row, "chip_hours_reported", "accelerator_time", "chip*hour")
    if reported is not None:
        return {"accelerator_time": reported}, (), []
    if "hardware_quantity" in row and "training_hours" in row:
        return {}, ("chip-time",), []
    flop = number_in(row, "training_flop", "training_compute")
    peak_head = "peak_flops_used" if "peak_flops_used" in row else "peak_flops_lookup"
    peak = number_in(row, peak_head, "peak_throughput", "FLOP/s/chip")
    if flop is None or peak is None:
        return {}, (), ["no chip-hours: neither reported, nor quantity and hours, nor FLOP and peak"]
    mfu = number_in(row, "mfu_reported", "mfu")
    remark = (
        f"chip-hours from FLOP at an assumed MFU of {DEFAULT_MFU}" if mfu is None else "chip-hours from FLOP and MFU"
    )
    values = {"training_compute": flop, "peak_throughput": peak, "mfu": DEFAULT_MFU if mfu is None else mfu}
    return values, ("compute",), [remark]


def _overhead(row: Mapping[str, str]) -> float | None:
    """The server's share on top of the price: the factor where it applies, else nothing."""
    if "overhead_applied" not in row:
        return None
    applied = row["overhead_applied"].lower()
    if applied in NO:
        return 1.0
    if applied in YES:
        return number_in(row, "server_overhead_factor", "server_cost_factor")
    raise InputError(f"overhead_applied: {quoted(row['overhead_applied'])} is neither 1 nor 0")


def _day(text: str) -> str:
    """The day of an ISO day or time stamp; the method counts whole days."""
    try:
        return datetime.datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        return text


def _flaws(row: Mapping[str, str], kind: str, hours: float | None) -> list[str]:
    """Where the method's known weaknesses touch this row."""
    found = []
    if hours is None:
        found.append(f"length unknown: the start is reckoned with {DEFAULT_HOURS} hours")
    else:
        exponent = _plain(row, "amortisation_oom_per_year", 0.14) * math.log(10) * hours / (8766 * HOUR)
        over = exponent / -math.expm1(-exponent) - 1 if exponent > 0 else 0.0
        if over > 0.005:
            found.append(f"first-order charge {100 * over:.1f} % above the exact integral")
    if kind == "TPU":
        found.append("TPU energy: a mean draw taken times the power fraction once more")
        if row.get("price_kind", "").startswith("tpu"):
            found.append("TPU price imputed, not quoted")
    model, priced = row.get("hardware_model", ""), row.get("price_matched_model", "")
    if priced and model and priced != model:
        found.append(f"priced as {priced}")
    if row.get("price_date", "9") < row.get("hardware_release_date", ""):
        found.append("the price is older than the release")
    if "," in model:
        found.append("several chips, priced and powered as one: the method itself gives no estimate")
    if "price-tie" in row.get("flags", ""):
        found.append("another price of the same day and model exists: the method takes the one its sort leaves first")
    if kind == "TPU" and (early := _before_release(row, hours)) > 0:
        found.append(f"starts {early} days before the release: the hardware is valued above its price")
    reported, quantity = _plain(row, "chip_hours_reported"), _plain(row, "hardware_quantity")
    if hours is not None and reported > 0 and quantity > 0 and abs(reported / (quantity * hours / HOUR) - 1) > 0.01:
        found.append("rent counts quantity times hours, not the reported chip-hours")
    mfu = _plain(row, "mfu_reported")
    if mfu > 1:
        found.append(f"reported MFU {mfu:g} is above 1 and is not used")
    total = reported or (quantity * hours / HOUR if hours is not None else 0.0)
    peak = _plain(row, "peak_flops_used") or _plain(row, "peak_flops_lookup")
    if total > 0 and peak > 0 and _plain(row, "training_flop") / (total * HOUR * peak) > 1:
        found.append("the run's FLOP exceed the peak of its chip-hours")
    if "tdp_w" not in row:
        found.append("no TDP: no energy, and no total")
    return found


def _before_release(row: Mapping[str, str], hours: float | None) -> int:
    """Days from the start, as the method reckons it, to the release; 0 where it starts later or a day is not known."""
    try:
        released = _seconds(row.get("hardware_release_date", ""))
        if "training_start_override" in row:
            start = _seconds(row["training_start_override"])
        else:
            length = math.floor(hours / HOUR if hours is not None else DEFAULT_HOURS) * HOUR
            start = float(planned_start(_seconds(row.get("publication_date", "")), PUBLICATION_LAG, length))
    except ValueError:
        return 0
    return max(math.ceil((released - start) / DAY), 0)


def _seconds(text: str) -> float:
    return datetime.date.fromisoformat(_day(text)).toordinal() * DAY


def _plain(row: Mapping[str, str], head: str, default: float = 0.0) -> float:
    try:
        number = float(row.get(head, default))
    except ValueError:
        return default
    return number if math.isfinite(number) else default
