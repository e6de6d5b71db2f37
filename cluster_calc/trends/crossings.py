"""When a growing cost meets a threshold, as a distribution; mixtures of growth estimates; the corners of an interval.

Growth is in orders of magnitude a year (OOM/year). Intervals are 90 %.
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np

from cluster_calc.errors import InputError
from cluster_calc.quantities.shapes import Z95
from cluster_calc.trends.growth import crossing_year


def mixture_mean(mean: float, other_mean: float, weight: float) -> float:
    """The mean of two growth estimates, the first with the given weight.

    >>> round(mixture_mean(mean=0.51, other_mean=0.43, weight=0.7), 3)
    0.486
    """
    return weight * mean + (1 - weight) * other_mean


def mixture_percentile(
    mean: float, low: float, high: float, other_mean: float, other_low: float, other_high: float,
    weight: float, z: float, share: float,
) -> float:  # fmt: skip
    """A percentile of the mixture of two normal estimates, each given by its centre and its interval.

    >>> round(mixture_percentile(0.51, 0.45, 0.57, 0.43, 0.34, 0.52, weight=0.7, z=1.6449, share=0.05), 4)
    0.377
    """
    parts = [(weight, mean, low, high), (1 - weight, other_mean, other_low, other_high)]
    return percentile_of([(w, NormalDist(m, (b - a) / (2 * z))) for w, m, a, b in parts], share)


def percentile_of(parts: list[tuple[float, NormalDist]], share: float) -> float:
    """A percentile of weighted normal distributions, by bisection on their exact distribution function."""
    total = sum(weight for weight, _ in parts)
    if total <= 0 or any(weight < 0 for weight, _ in parts) or not 0 < share < 1:
        raise InputError("a mixture needs weights of at least 0 that are not all 0, and a share between 0 and 1")
    low = min(part.mean - 40 * part.stdev for _, part in parts)
    high = max(part.mean + 40 * part.stdev for _, part in parts)
    for _ in range(200):
        middle = (low + high) / 2
        if sum(weight * part.cdf(middle) for weight, part in parts) / total < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@lru_cache(maxsize=8)
def crossing_draws(
    start_low: float, start_high: float, growth_low: float, growth_high: float, threshold: float, base_year: float,
    samples: int, seed: int,
) -> Any:  # fmt: skip
    """Draws of the year in which a lognormal start that grows at a normal rate meets a threshold; never is infinity.

    A draw that does not grow, from below the threshold, never crosses.
    """
    if not (0 < start_low < start_high and growth_low < growth_high and threshold > 0):
        raise InputError(
            "a crossing needs 0 < start low < start high, growth low < growth high and a positive threshold"
        )
    generator = np.random.default_rng(seed)
    centre, width = np.log(start_low * start_high) / 2, np.log(start_high / start_low) / (2 * Z95)
    start = np.exp(generator.normal(centre, width, samples))
    growth = generator.normal((growth_low + growth_high) / 2, (growth_high - growth_low) / (2 * Z95), samples)
    with np.errstate(divide="ignore"):
        year = crossing_year(start, growth, threshold, base_year)
    year = np.where((growth <= 0) & (start < threshold), np.inf, year)
    year.setflags(write=False)
    return year


def crossing_percentile(
    start_low: float, start_high: float, growth_low: float, growth_high: float, threshold: float, base_year: float,
    samples: float, seed: float, share: float,
) -> float:  # fmt: skip
    """A percentile of that year.

    >>> round(crossing_percentile(55e6, 1.5e9, 0.1, 0.3, 233e9, 2025.0, 100_000, 1, 0.5))
    2040
    """
    years = crossing_draws(
        start_low, start_high, growth_low, growth_high, threshold, base_year, int(samples), int(seed)
    )
    return float(np.quantile(years, share))


def corners(
    start: tuple[float, float], growth: tuple[float, float], threshold: float, base_year: float
) -> tuple[float, float]:
    """The crossing years at the two extreme corners: both inputs at their fast, then both at their slow end.

    Each end holds with 5 %, both together with 0.25 % when they are independent: the span between the corners is wider
    than a 90 % interval. It equals the 2033 to 2062 that was published as one, rounded up.

    >>> [round(year, 2) for year in corners((55e6, 1.5e9), (0.1, 0.3), 233e9, 2025.0)]
    [2032.3, 2061.27]
    """
    fast = crossing_year(start[1], growth[1], threshold, base_year)
    slow = crossing_year(start[0], growth[0], threshold, base_year)
    return float(fast), float(slow)
