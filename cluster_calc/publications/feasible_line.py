"""Which log-linear trends the published CSET months admit.

Every statement bounds the line between two days: with a = log2(anchor) and b = 1 / doubling time, `a + b · t` is at most
a known level on the month's first day and at least that on the day after its last. What is left is a convex polygon in
(a, b), found exactly from the corners of its half-planes.
"""

from __future__ import annotations

import datetime
import itertools
import math
from typing import NamedTuple

from cluster_calc.publications.claims import Claim, find
from cluster_calc.publications.evaluation import evaluate
from cluster_calc.quantities.dates import DAY, iso_of

BUDGETS = ("cset-nif-oct-2022", "cset-higgs-may-2023", "cset-apollo-oct-2024")
SUPPLIES = ("cset-avail-dec-2025", "cset-avail-x10-dec-2026")
GROSS_PRODUCTS = ("cset-gdp-jun-2026", "cset-gdp-nov-2026", "cset-gdp-may-2027")


class FeasibleLine(NamedTuple):
    """The ends of what the statements admit: doubling time in days, anchor in petaFLOPS-days."""

    doubling_low: float
    doubling_high: float
    anchor_low: float
    anchor_high: float


def feasible_line() -> FeasibleLine:
    """The doubling times and anchors under which every published month comes out.

    >>> line = feasible_line()
    >>> round(line.doubling_low, 2), round(line.doubling_high, 2), round(line.anchor_low), round(line.anchor_high)
    (102.93, 103.41, 20453, 20672)
    """
    planes = _half_planes()
    corners = []
    for (a1, b1, c1), (a2, b2, c2) in itertools.combinations(planes, 2):
        determinant = a1 * b2 - a2 * b1
        if abs(determinant) < 1e-12:
            continue
        a, b = (c1 * b2 - c2 * b1) / determinant, (a1 * c2 - a2 * c1) / determinant
        if all(p * a + q * b <= limit + 1e-9 for p, q, limit in planes):
            corners.append((a, b))
    if not corners:
        raise ValueError("no line meets every statement")
    unit = 1e15 * DAY
    doublings = [1 / b for _, b in corners]
    anchors = [2.0**a / unit for a, _ in corners]
    return FeasibleLine(min(doublings), max(doublings), min(anchors), max(anchors))


def _half_planes() -> list[tuple[float, float, float]]:
    """Rows (p, q, limit) that mean p · a + q · b ≤ limit, with a = log2 of FLOP and b in doublings a day."""
    first = find(BUDGETS[0])
    origin = first.inputs["anchor_date"].value
    price = first.inputs["usd_per_pfd"].value
    planes = []

    def between(early: float, late: float, level_early: float, level_late: float) -> None:
        planes.append((1.0, (early - origin) / DAY, level_early))
        planes.append((-1.0, -(late - origin) / DAY, -level_late))

    for name in BUDGETS:
        claim = find(name)
        level = math.log2(claim.inputs["budget"].value / price)
        between(*_month(claim), level, level)
    for name in SUPPLIES:
        level = math.log2(next(link.result for link in evaluate(find(name)).links if link.step.result == "level"))
        between(*_month(find(name)), level, level)
    for name in GROSS_PRODUCTS:
        claim = find(name)
        ends = _month(claim)
        between(*ends, *(_gdp_level(claim, day) for day in ends))
    # 9.4 million dollars as printed, to its two figures, on the anchor's day; over a million at the end of 2021.
    cost = find("cset-trend-20000-pfd").inputs["cost"].value
    planes.append((1.0, 0.0, math.log2((cost + 0.05e6) / price)))
    planes.append((-1.0, 0.0, -math.log2((cost - 0.05e6) / price)))
    late = find("cset-end2021-1m-pfd")
    planes.append((-1.0, -(late.inputs["date"].value - origin) / DAY, -math.log2(1e6 * 1e15 * DAY)))
    return planes


def _gdp_level(claim: Claim, day: float) -> float:
    """log2 of the compute that GDP would rent on a day, at that day's price."""
    given = {name: entry.value for name, entry in claim.inputs.items()}
    gdp = given["gdp0"] * math.exp(given["gdp_growth"] / given["year"] * (day - given["gdp_date"]))
    halvings = 0.0
    if "halving_date" in given:
        halvings = (day - given["price_date"]) / (given["halving_date"] - given["price_date"])
    return math.log2(gdp / given["usd_per_pfd"]) + halvings


def _month(claim: Claim) -> tuple[float, float]:
    assert claim.published is not None
    first = datetime.date.fromisoformat(iso_of(claim.published)).replace(day=1)
    following = (first + datetime.timedelta(days=32)).replace(day=1)
    epoch = datetime.date(1970, 1, 1)
    return (first - epoch).days * DAY, (following - epoch).days * DAY
