"""Percentiles of evenly spread draws: a local regression through the order statistics around each.

The error of an even point set's distribution function is rough: it swings from draw to draw, where that of independent
draws wanders slowly. A curve through many neighbours averages most of it away. Fitted is a cubic in the normal
score of the rank, of the logarithm where the values are positive (a lognormal is then a straight line), by least
squares with weights that fall to zero at the window's ends (Epanechnikov): a fixed weighted sum of order statistics.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, NamedTuple

# Half the window, as a share of the draws; beyond 65,536 draws it narrows as their fifth root.
WIDEST, _AT = 0.15, 65_536
# A window never reaches the ends of the sample, and holds at least so many draws.
_REACH, _FEWEST = 0.9, 48
# The longest run of equal values that is no atom: every replicate of a lattice may hold the same value once.
_RUN = 32
_ORDER = 3


class Window(NamedTuple):
    """The order statistics from `low` to `high` and what each of them counts; `slack` ranks is the most they may move."""

    low: int
    high: int
    weights: Any
    slack: float


def width_for(draws: int) -> float:
    """Half the window for a number of draws, as a share of them.

    >>> width_for(16_384), round(width_for(2_097_152), 3)
    (0.15, 0.075)
    """
    return float(WIDEST * min(1.0, (_AT / max(draws, 1)) ** 0.2))


@cache
def window(count: int, percent: float, width: float) -> Window | None:
    """The window around a percentile of `count` draws; None where there are too few around it."""
    from statistics import NormalDist

    import numpy as np

    share = percent / 100
    half = min(width, _REACH * min(share, 1 - share))
    low, high = math.ceil((share - half) * count), math.floor((share + half) * count)
    if half <= 0 or high - low < _FEWEST:
        return None
    places = (np.arange(low, high) + 0.5) / count
    offset = (places - share) / half
    mass = np.maximum(1 - offset * offset, 0.0)
    centre = NormalDist().inv_cdf(share)
    score = _scores(places) - centre
    powers = np.vander(score / np.abs(score).max(), _ORDER + 1, increasing=True)
    weighted = powers * mass[:, None]
    weights = np.linalg.solve(powers.T @ weighted, weighted.T)[0]
    return Window(low, high, weights, math.sqrt(share * (1 - share) * count))


def _scores(places: Any) -> Any:
    """Standard normal quantiles of rising shares, from a table of the distribution function between their ends."""
    from statistics import NormalDist

    import numpy as np

    inverse = NormalDist().inv_cdf
    nodes = np.linspace(inverse(float(places[0])), inverse(float(places[-1])), 513)
    half = -math.sqrt(0.5)
    return np.interp(places, [0.5 * math.erfc(node * half) for node in nodes.tolist()], nodes)


def refined(ordered: Any, raw: Any, place: float, around: Window) -> Any:
    """The percentile from the ordered values of its window, along the last axis; `raw` where a curve would not do.

    That is where values repeat (counts, distributions cut at a bound), where they are all whole, where they change sign
    by many orders, and where the curve would move the percentile further than the standard error of independent draws.
    """
    import numpy as np

    first = ordered[..., :1]
    with np.errstate(divide="ignore", invalid="ignore"):
        # Sums of a fixed order: a matrix product gives other last digits with another number of threads.
        curved = np.exp((np.log(ordered / first) * around.weights).sum(axis=-1)) * first[..., 0]
        straight = ((ordered - first) * around.weights).sum(axis=-1) + first[..., 0]
    value = np.where(first[..., 0] > 0, curved, straight)
    rank = around.low + (ordered < value[..., None]).sum(axis=-1)
    repeats = (ordered[..., _RUN:] == ordered[..., :-_RUN]).any(axis=-1)
    whole = (ordered == np.floor(ordered)).all(axis=-1)
    fits = np.isfinite(value) & ~repeats & ~whole & (abs(rank - place) <= around.slack)
    return np.where(fits, value, raw)
