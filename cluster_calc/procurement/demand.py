"""What the demand of a memo file fills of the cluster: the share of each year's hours, beside the share that the plan counts."""

from __future__ import annotations

import re
from typing import Any

from cluster_calc.errors import InputError
from cluster_calc.estimation.result import Result
from cluster_calc.procurement.file import MemoFile
from cluster_calc.quantities.dates import YEAR
from cluster_calc.quantities.nomenclature import QUANTITIES


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
