"""The do-minimum option: what a fleet that is there could still deliver, as a share of the demand, and what that costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError
from cluster_calc.estimation.estimation import run
from cluster_calc.estimation.result import Result
from cluster_calc.formulas import cash
from cluster_calc.investment.flows import Flow, Use, by_year, moments, net_present_value, table
from cluster_calc.investment.rent_alone import Rents
from cluster_calc.quantities.dates import YEAR
from cluster_calc.quantities.display import printable
from cluster_calc.scenario.scenario import Scenario

# What the fleet shares with the estimate: its site, and how it is used.
SHARED = ("electricity_price", "pue", "power_utilisation", "carbon_intensity", "demand_charge")


@dataclass(frozen=True, slots=True)
class Minimum:
    """What raising the use of a fleet, and extending its life, would do over the horizon; `why` where it is not computed.

    `meets` is the share of the demand's work, `scaled` the part of that work the demand asks for; money in USD.
    """

    why: str = ""
    chip: str = ""
    count: float = 0.0
    used_share: float = 0.0
    reach: float = 1.0
    years: float = 0.0
    meets: float | None = None
    cash_year_1: float | None = None
    total: float | None = None
    npv: float | None = None
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The option as JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def minimum(fleet: str | Mapping[str, Any], result: Result, plan: Rents | None, rated: bool) -> Minimum:
    """The do-minimum option of a memo file's fleet, beside the demand of an estimate over the horizon of its plan."""
    if not fleet:
        return Minimum("the memo file describes no existing_fleet")
    if isinstance(fleet, str):
        return Minimum(f"there is {fleet}; as a table, [existing_fleet] would let it be computed")
    if plan is None:
        return Minimum("the demand has no horizon: its finance is not computed")
    try:
        book = catalog()
        item = book.chip(fleet["chip"])
        merged = _scenario(fleet, item.id, result)
        there = run(merged, book)
    except InputError as error:
        return Minimum(f"[existing_fleet]: {printable(str(error))}")
    if "peak_throughput" not in there.values or "facility_power" not in there.values:
        return Minimum(f"[existing_fleet]: the catalog has no peak or no power of {item.name}")
    if "electricity_price" not in there.values:
        return Minimum("[existing_fleet]: there is no price of electricity")
    horizon = float(plan.inputs["horizon"].value) / YEAR
    reach = 1.0 if fleet["reach"] is None else float(fleet["reach"])
    used = float(fleet["used_share"])
    more = (fleet["extend"] or 0.0) / YEAR
    if fleet["age"] is None:
        years = horizon
        note = "taken to last over the horizon, as no age is given"
    else:
        life = item.figures.get("lifetime") or result.data.get("lifetime") or book.assumption("lifetime")
        assert life is not None
        left = max(float(life.value) / YEAR + more - fleet["age"] / YEAR, 0.0)
        years = min(left, horizon)
        note = "its life ends with the horizon or later" if left >= horizon else "its life ends within the horizon"
    share = float(plan.inputs["used_share"].value)
    demand = float(result.values["chips"]) * float(result.values["peak_throughput"]) * share * horizon
    # It works when the demand does, for as long as it lasts.
    spans = by_year([replace(use, share=1.0) for use in plan.uses] or [Use(0.0, math.inf)], years)
    free = sum(span.last - span.first for span in spans)
    spare = fleet["count"] * float(there.values["peak_throughput"]) * max(reach - used, 0.0) * free
    meets = spare / demand
    # What the demand does not ask for is not run.
    part = min(1.0, 1.0 / meets) if meets else 0.0
    growth, rate = float(plan.inputs["electricity_price_growth"].value), float(plan.inputs["discount_rate"].value)
    times, _, lengths, _ = moments(spans, years, plan.timing)
    level = cash.electricity_price_level(growth, times)
    price, more_used = float(there.values["electricity_price"]), max(reach - used, 0.0) * part
    spent = cash.electricity_of_period(float(there.values["facility_power"]), price, more_used, lengths, level)
    flows = [Flow("electricity", time, -amount) for time, amount in zip(times.tolist(), spent.tolist(), strict=True)]
    rows = table(flows) if flows else []
    return Minimum(
        chip=item.name, count=float(fleet["count"]), used_share=used, reach=reach, years=years, meets=meets,
        cash_year_1=-sum(row["cash"] for row in rows[:2]), total=-sum(flow.amount for flow in flows),
        npv=net_present_value(flows, rate) if rated else None, note=note,
    )  # fmt: skip


def _scenario(fleet: Mapping[str, Any], chip: str, result: Result) -> Scenario:
    """The fleet as a cluster of its own on the estimate's site, at the estimate's precision where its chip has it."""
    settings: dict[str, Any] = {
        name: result.scenario.settings[name] for name in ("site", "as_of") if name in result.scenario.settings
    }
    item = catalog().chip(chip)
    if result.precision in item.peaks:
        settings["precision"] = result.precision
    merged = Scenario(settings)
    merged.settings["chip"] = chip
    if faults := merged.add({"chips": fleet["count"]}, "file"):
        raise InputError(str(faults[0]))
    for name in SHARED:
        if name in result.data and result.data[name].value is not None:
            merged.data[name] = result.data[name].with_(low=None, high=None)
    return merged
