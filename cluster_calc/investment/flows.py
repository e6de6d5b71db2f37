"""Payments in time: their net present value, and their table by year."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cluster_calc.errors import InputError

MONTHS = 12
# Flows are summed on a grid of half months, so that the middle of every whole month is on it.
GRID = 24


@dataclass(frozen=True)
class Flow:
    """One payment: its line, when (years from the start) and how much; costs are negative."""

    line: str
    time: float
    amount: float


def net_present_value(flows: Iterable[Flow], rate: float) -> float:
    """Value at the start of flows at any time, by pyxirr: NPV = Σ a / (1 + ρ)^t.

    A flow between two points of the grid is first carried to the one before it, at the same rate.

    >>> round(net_present_value([Flow("capital", 0, -100.0), Flow("residual", 1, 110.0)], 0.1), 9)
    0.0
    """
    try:
        import pyxirr
    except ImportError:
        raise InputError(
            "finance needs pyxirr, a part of cluster-calc that is missing here: pip install pyxirr"
        ) from None
    places: dict[int, float] = {}
    for flow in flows:
        place = math.floor(flow.time * GRID + 1e-9)
        rest = flow.time - place / GRID
        carried = flow.amount if abs(rest) < 1e-12 else flow.amount * (1 + rate) ** -rest
        places[place] = places.get(place, 0.0) + carried
    if not places:
        return 0.0
    first, last = min(places), max(places)
    amounts = [places.get(place, 0.0) for place in range(first, last + 1)]
    step = (1 + rate) ** (1 / GRID) - 1
    value = pyxirr.npv(step, amounts)
    assert value is not None
    return float(value / (1 + rate) ** (first / GRID))


def table(flows: Iterable[Flow], depreciation: Iterable[float] = (), before: float = 0.0) -> list[dict[str, Any]]:
    """Flows by year: year 0 is the start and what is paid before it, year 1 the twelve months after it.

    `before` is the depreciation of hardware that is not new, up to the start.
    """
    flows = list(flows)
    lines = list(dict.fromkeys(flow.line for flow in flows))
    charges = list(depreciation)
    last = max([math.ceil(flow.time - 1e-9) for flow in flows] + [len(charges)])
    rows, total = [], 0.0
    for year in range(last + 1):
        row: dict[str, Any] = {"year": year}
        for line in lines:
            row[line] = sum(
                flow.amount for flow in flows if flow.line == line and max(math.ceil(flow.time - 1e-9), 0) == year
            )
        row["cash"] = sum(row[line] for line in lines)
        total += row["cash"]
        row["cumulative"] = total
        row["depreciation"] = before if year == 0 else charges[year - 1] if year <= len(charges) else 0.0
        rows.append(row)
    return rows
