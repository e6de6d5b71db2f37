"""Growth: compounded factors, levels along a log-linear line, and the day on which a level is reached.

Plain functions, elementwise, floats or arrays. Times are in one unit throughout (seconds, days or years alike); dates
are times since 1970-01-01 in that unit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from cluster_calc.quantities.number import Number


def total_growth(factor: Number, period: Number, span: Number) -> Number:
    """What a factor per period makes over a span: f^(span / period).

    >>> total_growth(factor=4.0, period=1.0, span=5.0)
    1024.0
    """
    return factor ** (span / period)


def yearly_growth(algorithms: Number, efficiency: Number, spending: Number) -> Number:
    """Growth of effective compute in a year: algorithms × hardware efficiency × spending.

    >>> yearly_growth(algorithms=4.0, efficiency=1.73, spending=1.0)
    6.92
    """
    return algorithms * efficiency * spending


def two_eras(factor: Number, span: Number, later_factor: Number, later_span: Number, period: Number) -> Number:
    """The product of two eras' factors per period, each over its span.

    >>> two_eras(factor=2.0, span=3.0, later_factor=10.0, later_span=2.0, period=1.0)
    800.0
    """
    return factor ** (span / period) * later_factor ** (later_span / period)


def cost_growth(compute_growth: Number, price_decline: Number) -> Number:
    """Growth of cost in a year: compute growth × (1 − price decline).

    >>> round(cost_growth(compute_growth=4.5, price_decline=0.35), 3)
    2.925
    """
    return compute_growth * (1 - price_decline)


def grown_cost(base: Number, growth: Number, base_year: Number, year: Number) -> Number:
    """A cost carried to another year: base × growth^(year − base year).

    >>> grown_cost(base=1e9, growth=3.0, base_year=2024.0, year=2026.0)
    9000000000.0
    """
    return base * growth ** (year - base_year)


def trend_level(anchor: Number, anchor_date: Number, doubling_time: Number, date: Number) -> Number:
    """A log-linear trend on a day: anchor × 2^((date − anchor date) / doubling time).

    >>> trend_level(anchor=100.0, anchor_date=0.0, doubling_time=10.0, date=30.0)
    800.0
    """
    return anchor * 2.0 ** ((date - anchor_date) / doubling_time)


def trend_date(level: Number, anchor: Number, anchor_date: Number, doubling_time: Number) -> Number:
    """The day on which the trend reaches a level: anchor date + doubling time × log2(level / anchor).

    >>> float(trend_date(level=800.0, anchor=100.0, anchor_date=0.0, doubling_time=10.0))
    30.0
    """
    return anchor_date + doubling_time * np.log2(level / anchor)


def level(start: Number, rate: Number, elapsed: Number) -> Number:
    """A level that grows at a continuous rate: start × e^(rate × time).

    >>> round(float(level(start=100.0, rate=0.03, elapsed=10.0)), 3)
    134.986
    """
    return start * np.exp(rate * elapsed)


def doubling_time(ratio: Number, span: Number) -> Number:
    """The doubling time at which a ratio is grown over a span.

    >>> float(doubling_time(ratio=8.0, span=30.0))
    10.0
    """
    return span / np.log2(ratio)


def crossing_year(start: Number, growth: Number, threshold: Number, base_year: Number) -> Number:
    """The year in which start × 10^(growth × years) reaches a threshold; growth in orders of magnitude a year.

    >>> float(crossing_year(start=1.0, growth=0.5, threshold=100.0, base_year=2025.0))
    2029.0
    """
    return base_year + np.log10(threshold / start) / growth


def decomposition(eras: Any) -> dict[str, Any]:
    """Yearly and total factors of eras of several factors, counted both ways.

    `eras`: a list of (first year, last year, {factor name: yearly factor}), one after the other. The years of an era count
    exclusively (last − first: growth between the two) and inclusively (last − first + 1: every year grows). Together they
    count every year once: an era grows until the next one begins.

    >>> result = decomposition([(2012, 2017, {"algorithms": 4.0}), (2018, 2025, {"algorithms": 2.0})])
    >>> result["eras"][0]["total_exclusive"], result["years"], result["total_exclusive"] == 4.0**6 * 2.0**7
    (1024.0, 13, True)
    """
    rows = []
    total = 1.0
    for (first, last, factors), years in zip(eras, spans(eras), strict=True):
        yearly = float(np.prod(list(factors.values())))
        rows.append({
            "first": first, "last": last, "factors": dict(factors), "yearly": yearly,
            "total_exclusive": yearly ** (last - first), "total_inclusive": yearly ** (last - first + 1),
        })  # fmt: skip
        total *= yearly**years
    return {
        "eras": rows,
        "years": sum(spans(eras)),
        "total_exclusive": total,
        "total_inclusive": total * rows[-1]["yearly"],
    }


def spans(eras: Any) -> list[int]:
    """Years that each era grows: until the next one begins, the last until its last year.

    >>> spans([(2012, 2017, {}), (2018, 2025, {}), (2025, 2030, {})])
    [6, 7, 5]
    """
    begun = [first for first, *_ in eras]
    return [end - first for first, end in zip(begun, [*begun[1:], eras[-1][1]], strict=True)]


def supply_compute(annual: Number, life: Number, training_years: Number, throughput: Number, year: Number) -> Number:
    """Work of every accelerator in service: throughput × training time × (annual accelerators × life)."""
    return throughput * (training_years * year) * (annual * life)
