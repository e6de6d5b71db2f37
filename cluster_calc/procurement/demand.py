"""What the demand of a memo file fills of the cluster: the share of each year's hours, beside the share that the plan counts."""

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
from cluster_calc.procurement.file import MemoFile
from cluster_calc.quantities.dates import YEAR
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


def planned(merged: Scenario, result: Result, extra: MemoFile, book: Catalog | None = None) -> Scenario:
    """The scenario of the plan: its used share, where nobody typed one, is what the demand asks of the horizon.

    Without a demand by period that is the one run; a cluster without either keeps the convention.
    """
    if "used_share" in merged.data:
        return merged
    horizon = float(horizon_of(merged, result, book or catalog()).value)
    shares = [row["share"] for row in demand_of(extra, result)]
    time = result.values.get("training_time")
    if shares and None not in shares:
        share, what = sum(shares) * YEAR / horizon, "the demand by period, over the horizon"
    elif time is not None and result.mode != "serve":
        share, what = float(cash.share_of_horizon(float(time), horizon)), "one run within the horizon"
    else:
        return merged
    source = Source("derived", title=what)
    asked = Datum("used_share", min(share, 1.0), source, origin="derived", kind="derived", note=what)
    return replace(merged, data={**merged.data, "used_share": asked})


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
