"""Payments in time: their net present value, and their table by year."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cluster_calc.quantities.dates import YEAR
from cluster_calc.quantities.number import Number

MONTHS = 12
# Lines of a cash flow that are no running cost: what is bought, and what is left of it.
PURCHASE = frozenset({"capital", "deposit", "milestone", "facility", "refresh"})
SALE = frozenset({"residual", "facility_residual"})


@dataclass(frozen=True)
class Flow:
    """One payment: its line, when (years from the start) and how much; costs are negative."""

    line: str
    time: float
    amount: float


def periods(years: float, timing: str) -> tuple[Number, Number, Number]:
    """Of each year of a horizon: when its flows count, its middle, both in years, and its length in seconds.

    >>> [values.tolist() for values in periods(1.5, "year-end")][:2]
    [[1.0, 1.5], [0.5, 1.25]]
    """
    import numpy as np

    first = np.arange(math.ceil(years - 1e-9), dtype=float)
    lengths = np.minimum(1.0, years - first)
    middles = first + lengths / 2
    return middles if timing == "mid-year" else first + lengths, middles, lengths * YEAR


def net_present_value(flows: Iterable[Flow], rate: float) -> float:
    """Value at the start of flows at any time: NPV = Σ a / (1 + ρ)^t.

    >>> round(net_present_value([Flow("capital", 0, -100.0), Flow("residual", 1, 110.0)], 0.1), 9)
    0.0
    """
    from cluster_calc.formulas.cash import discount_factor, discounted

    return math.fsum(discounted(flow.amount, discount_factor(rate, flow.time)) for flow in flows)


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
