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
class Use:
    """A span of the calendar in which runs use a share of the hours: `first` and `last` in years from the start."""

    first: float
    last: float
    share: float = 1.0

    def within(self, first: float, last: float) -> Use | None:
        """The part of it between two times; None where they do not meet.

        >>> Use(0.5, 2.0, 0.4).within(0.0, 1.0)
        Use(first=0.5, last=1.0, share=0.4)
        """
        first, last = max(self.first, first), min(self.last, last)
        return Use(first, last, self.share) if last - first > 1e-9 else None


@dataclass(frozen=True)
class Flow:
    """One payment: its line, when (years from the start) and how much; costs are negative.

    `use` is the span whose hours it pays, where it pays hours; `priced` the time at whose prices, where it is not its own.
    """

    line: str
    time: float
    amount: float
    use: Use | None = None
    priced: float | None = None


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


def by_year(uses: Iterable[Use], years: float) -> list[Use]:
    """Spans of use within a horizon, cut where a year of it ends.

    >>> by_year([Use(0.5, math.inf, 0.4)], 1.5)
    [Use(first=0.5, last=1.0, share=0.4), Use(first=1.0, last=1.5, share=0.4)]
    """
    ends = [(float(year), min(year + 1.0, years)) for year in range(math.ceil(years - 1e-9))]
    return [part for use in uses for first, last in ends if (part := use.within(first, last))]


def moments(parts: Iterable[Use], years: float, timing: str) -> tuple[Number, Number, Number, Number]:
    """Of spans of a year: when their flows count, their middles, both in years, their lengths in seconds, their shares.

    Flows in the middle of the year are those in the middle of the span; those at the year's end wait for it.

    >>> [values.tolist() for values in moments([Use(0.0, 0.25)], 4.0, "mid-year")][:2]
    [[0.125], [0.125]]
    """
    import numpy as np

    first, last, shares = np.array([(part.first, part.last, part.share) for part in parts]).reshape(-1, 3).T
    middles = (first + last) / 2
    times = middles if timing == "mid-year" else np.minimum(np.ceil(last - 1e-9), years)
    return times, middles, (last - first) * YEAR, shares


def terms_of(uses: Iterable[Use], term: float, years: float) -> list[Use]:
    """The commitments that cover the use within a horizon, each of a whole term from the first hour that none covers.

    >>> [(span.first, span.last) for span in terms_of([Use(0.0, 0.25), Use(2.5, 3.0)], 1.0, 4.0)]
    [(0.0, 1.0), (2.5, 3.5)]
    """
    found: list[Use] = []
    for use in sorted(uses, key=lambda entry: entry.first):
        start = max(use.first, found[-1].last) if found else use.first
        while start < min(use.last, years) - 1e-9:
            found.append(Use(start, start + term))
            start += term
    return found


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
