"""What a range may look like: from standard normal draws to values.

`LOW..HIGH` is a 5–95 % interval: lognormal where both ends are positive and the quantity has no hard upper bound;
normal on the logit of its place between the hard bounds where both ends lie inside them, so that no draw leaves them;
an interval that touches a bound is lognormal (where zero is excluded) or normal, cut at the bound. Named shapes say it
themselves: `normal(mean, sd)`, `lognormal(mean, sd)`, `triangular(low, mode, high)`, `uniform(low, high)`.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.nomenclature import INFINITY, QUANTITIES, Quantity

Z95 = 1.6448536269514722  # standard normal quantile of 0.95
# A table of quantiles holds the values at these deviations; beyond its ends it stays at them.
_NODES, REACH = 361, 4.5


def shape_of(known: Quantity, low: float, high: float) -> str:
    """Which shape `LOW..HIGH` has: lognormal, logit-normal or normal.

    >>> shape_of(QUANTITIES["chip_price"], 2e4, 4e4), shape_of(QUANTITIES["mfu"], 0.3, 0.5)
    ('lognormal', 'logit-normal')
    >>> shape_of(QUANTITIES["residual_value"], 0.0, 0.2), shape_of(QUANTITIES["mfu"], 0.3, 1.0)
    ('normal', 'lognormal')
    """
    floor, ceiling = known.low * known.factor, known.high * known.factor
    if known.high != INFINITY and floor < low and high < ceiling and floor > -INFINITY:
        return "logit-normal"
    return "lognormal" if low > 0 and (known.high == INFINITY or known.low_open) else "normal"


def transformed(known: Quantity, low: float, high: float, z: Any) -> Any:
    """The value of `LOW..HIGH` at `z` standard deviations: z = ±1.645 gives high and low; what is counted comes out whole.

    >>> round(float(transformed(QUANTITIES["mfu"], 0.3, 0.5, Z95)), 12)
    0.5
    """
    value = _transformed(known, low, high, z)
    return np.maximum(np.rint(value), known.low) if known.whole else value


def _transformed(known: Quantity, low: float, high: float, z: Any) -> Any:
    shape = shape_of(known, low, high)
    floor, ceiling = known.low * known.factor, known.high * known.factor
    if shape == "lognormal":
        a, b = math.log(low), math.log(high)
        drawn = np.exp((a + b) / 2 + (b - a) / (2 * Z95) * z)
        return drawn if ceiling == INFINITY else np.minimum(drawn, ceiling)
    if shape == "logit-normal":
        a, b = (math.log((end - floor) / (ceiling - end)) for end in (low, high))
        return floor + (ceiling - floor) / (1 + np.exp(-((a + b) / 2 + (b - a) / (2 * Z95) * z)))
    return np.clip((low + high) / 2 + (high - low) / (2 * Z95) * z, floor, ceiling)


def nodes() -> list[float]:
    """The deviations of a table of quantiles."""
    return [-REACH + 2 * REACH * step / (_NODES - 1) for step in range(_NODES)]


def tabled(points: tuple[float, ...], z: Any) -> Any:
    """A table of quantiles at `z`."""
    return np.interp(z, nodes(), points)


def value_at(datum: Datum, z: Any, known: Quantity | None = None) -> Any:
    """The value of a ranged Datum at standard normal `z`, float or array, in base units; `known` for a name of one's own.

    >>> from cluster_calc.quantities.datum import Source
    >>> even = Datum("mfu", 0.4, Source("test"), 0.31, 0.49, shape="uniform", points=(0.3, 0.5))
    >>> round(float(value_at(even, 0.0)), 12)
    0.4
    """
    known = known or QUANTITIES[datum.name]
    assert datum.low is not None
    assert datum.high is not None
    if not datum.shape:
        drawn = transformed(known, datum.low, datum.high, z)
    elif datum.shape == "normal":
        mean, sd = datum.points
        floor, ceiling = cut(known, mean, sd)
        drawn = mean + sd * np.clip(z, floor, ceiling)
    elif datum.shape == "lognormal":
        mu, sigma = log_moments(*datum.points)
        drawn = np.minimum(np.exp(mu + sigma * z), known.high * known.factor)
    elif datum.shape == "centred":
        drawn = centred(known, datum.points, z)
    elif datum.shape in ("mixture", "samples"):
        drawn = tabled(datum.points, z)
    elif datum.shape == "uniform":
        low, high = datum.points
        drawn = low + (high - low) * normal_cdf(z)
    else:
        drawn = _triangular(datum.points, normal_cdf(z))
    return np.maximum(np.rint(drawn), 1.0) if known.whole else drawn


def centred(known: Quantity, points: tuple[float, ...], z: Any) -> Any:
    """Low, centre and high as the 5th, 50th and 95th percentile: either side of the centre has a width of its own."""
    low, _, high = points
    shape, floor, ceiling = shape_of(known, low, high), known.low * known.factor, known.high * known.factor

    def flat(value: float) -> float:
        if shape == "logit-normal":
            return math.log((value - floor) / (ceiling - value))
        return math.log(value) if shape == "lognormal" else value

    a, b, c = map(flat, points)
    at = b + np.where(z < 0, b - a, c - b) / Z95 * z
    if shape == "logit-normal":
        return floor + (ceiling - floor) / (1 + np.exp(-at))
    return np.minimum(np.exp(at), ceiling) if shape == "lognormal" else np.clip(at, floor, ceiling)


def log_moments(mean: float, sd: float) -> tuple[float, float]:
    """Mean and deviation of the logarithm of a lognormal with this mean and deviation."""
    variance = math.log1p((sd / mean) ** 2)
    return math.log(mean) - variance / 2, math.sqrt(variance)


def cut(known: Quantity, mean: float, sd: float) -> tuple[float, float]:
    """Where the hard bounds cut a normal, in deviations; a bound that is excluded is not reached."""
    floor, ceiling = ((end * known.factor - mean) / sd for end in (known.low, known.high))
    return (0.99 * floor if known.low_open else floor), ceiling


def _triangular(points: tuple[float, ...], u: Any) -> Any:
    low, mode, high = points
    width = high - low
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1 - u) * width * (high - mode))
    return np.where(u * width < mode - low, rising, falling)


@cache
def _cdf_table() -> tuple[Any, Any]:
    nodes = np.linspace(-9.0, 9.0, 18 * 2048 + 1)
    half = math.sqrt(0.5)
    return nodes, np.array([0.5 * math.erfc(-node * half) for node in nodes.tolist()])


def normal_cdf(z: Any) -> Any:
    """The standard normal distribution function, to 1e-8, elementwise.

    >>> round(float(normal_cdf(Z95)), 7)
    0.95
    """
    if isinstance(z, float):
        return 0.5 * math.erfc(-z * math.sqrt(0.5))
    return np.interp(z, *_cdf_table())


def median(known: Quantity, low: float, high: float) -> float:
    """The middle of `LOW..HIGH`: the base value of a quantity that was given as one.

    >>> round(median(QUANTITIES["chip_price"], 1e4, 4e4))
    20000
    """
    middle = float(transformed(known, low, high, 0.0))
    return max(round(middle), 1.0) if known.whole else middle
