"""When the demand of a memo fills the cluster: one run at its start, or each year of the memo file, and with what share of hours."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError
from cluster_calc.estimation.result import Result
from cluster_calc.formulas import cash
from cluster_calc.investment.cash_flow import horizon_of
from cluster_calc.investment.flows import Use, by_year
from cluster_calc.procurement.file import MemoFile
from cluster_calc.quantities.dates import DAY, YEAR, days_of, decimal_year
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.scenario.scenario import Scenario


def demand_of(extra: MemoFile, result: Result) -> list[dict[str, Any]]:
    """Each period with its arithmetic and the share of a year's useful work that it fills; None where it cannot be read.

    Only a period that is a year, and a need in FLOP, can be read.
    """
    rate = result.values.get("delivered_throughput")
    found = []
    for row in extra.demand:
        flop = _flop(row["need"]) if re.fullmatch(r"(19|20)\d\d", row["period"].strip()) else None
        share = None if flop is None or not rate else flop / (float(rate) * YEAR)
        found.append({"period": row["period"], "training_compute": {"value": flop, "unit": "FLOP"}, "share": share})
    return found


def calendar(extra: MemoFile, result: Result, start: str) -> tuple[Use, ...]:
    """When the demand fills the cluster, in years from a day: each year of the memo file in its own place, or one run at once.

    A year that has begun does its work in what is left of it; one that is over is in no plan. Empty where the demand says
    nothing of the calendar: then the used share holds throughout.
    """
    rate, rows = result.values.get("delivered_throughput"), demand_of(extra, result)
    if rows and all(row["share"] is not None for row in rows):
        found = []
        for row in rows:
            first, last = _span(row["period"], start)
            if last > 0:
                first = max(first, 0.0)
                share = row["training_compute"]["value"] / (float(rate or 0.0) * (last - first) * YEAR)
                found.append(Use(first, last, min(share, 1.0)))
        if found:
            return tuple(found)
    time = result.values.get("training_time")
    if time is None or result.mode == "serve":
        return ()
    return (Use(0.0, float(time) / YEAR),)


def _span(year: str, start: str) -> tuple[float, float]:
    """When a calendar year begins and ends, in years from a day: each is one year of the plan, leap years too."""
    first = int(year) - decimal_year(float(days_of(start)) * DAY)
    return first, first + 1


def planned(
    merged: Scenario, result: Result, extra: MemoFile, start: str, book: Catalog | None = None
) -> tuple[Scenario, tuple[Use, ...]]:
    """The scenario of the plan and the calendar of its use, where nobody typed a used share.

    The used share is then what the demand asks of the horizon: of the memo file's years, or of the one run. A cluster
    without either keeps the convention.
    """
    if "used_share" in merged.data:
        return merged, ()
    uses = calendar(extra, result, start)
    horizon = float(horizon_of(merged, result, book or catalog()).value) / YEAR
    spans = by_year(uses, horizon)
    if not spans:
        return merged, ()
    what = "the demand by period, over the horizon" if extra.demand else "one run within the horizon"
    share = float(cash.share_of_horizon(sum((span.last - span.first) * span.share for span in spans), horizon))
    source = Source("derived", title=what)
    asked = Datum("used_share", min(share, 1.0), source, origin="derived", kind="derived", note=what)
    return replace(merged, data={**merged.data, "used_share": asked}), uses


def unplaced(extra: MemoFile, result: Result, start: str, horizon: float) -> list[str]:
    """The years of the demand that a plan from a day over a horizon in years does not hold whole."""
    found = []
    for row in demand_of(extra, result):
        if row["share"] is None:
            continue
        first, last = _span(row["period"], start)
        if last <= 0 or first >= horizon:
            found.append(f"The demand of {row['period']} lies outside the plan, and is in no sum")
        elif last > horizon + 1e-9:
            found.append(f"The plan ends within {row['period']}: the rest of its demand is in no sum (--horizon)")
    return found


def _flop(text: str) -> float | None:
    from cluster_calc.quantities.reading import parse

    try:
        value, low, _ = parse(QUANTITIES["training_compute"], text)
    except InputError:
        return None
    return float(value) if low is None else None


def most_filled(demand: list[dict[str, Any]]) -> float | None:
    """The share of the fullest year; None where some period cannot be read."""
    shares = [row["share"] for row in demand]
    return max(shares) if shares and None not in shares else None
