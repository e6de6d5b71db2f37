"""What a range may look like: from text to a distribution, and from standard normal draws to values.

`LOW..HIGH` is a 5–95 % interval: lognormal where both ends are positive and the quantity has no hard upper bound;
normal on the logit of its place between the hard bounds where both ends lie inside them, so that no draw leaves them;
an interval that touches a bound is lognormal (where zero is excluded) or normal, cut at the bound. Named shapes say it
themselves: `normal(mean, sd)`, `lognormal(mean, sd)`, `triangular(low, mode, high)`, `uniform(low, high)`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from cluster_calc.errors import InputError, UnitError, did_you_mean, quoted
from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.nomenclature import INFINITY, QUANTITIES, Quantity
from cluster_calc.quantities.units import split, to_base

Z95 = 1.6448536269514722  # standard normal quantile of 0.95
_CALL = re.compile(r"\s*([A-Za-z_-]+)\s*\(([^()]*)\)\s*(.*)", re.DOTALL)
# Name → what its numbers are.
SHAPES = {
    "normal": ("mean", "sd"),
    "lognormal": ("mean", "sd"),
    "triangular": ("low", "mode", "high"),
    "uniform": ("low", "high"),
}
# How much of a normal may lie beyond a bound that no value can reach.
_SPILL = 1e-4


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


def value_at(datum: Datum, z: Any) -> Any:
    """The value of a ranged Datum at standard normal `z`, float or array, in base units.

    >>> from cluster_calc.quantities.datum import Source
    >>> even = Datum("mfu", 0.4, Source("test"), 0.31, 0.49, shape="uniform", points=(0.3, 0.5))
    >>> round(float(value_at(even, 0.0)), 12)
    0.4
    """
    known = QUANTITIES[datum.name]
    assert datum.low is not None
    assert datum.high is not None
    if not datum.shape:
        drawn = transformed(known, datum.low, datum.high, z)
    elif datum.shape == "normal":
        mean, sd = datum.points
        floor, ceiling = _cut(known, mean, sd)
        drawn = mean + sd * np.clip(z, floor, ceiling)
    elif datum.shape == "lognormal":
        mu, sigma = _log_moments(*datum.points)
        drawn = np.minimum(np.exp(mu + sigma * z), known.high * known.factor)
    elif datum.shape == "uniform":
        low, high = datum.points
        drawn = low + (high - low) * normal_cdf(z)
    else:
        drawn = _triangular(datum.points, normal_cdf(z))
    return np.maximum(np.rint(drawn), 1.0) if known.whole else drawn


def _log_moments(mean: float, sd: float) -> tuple[float, float]:
    """Mean and deviation of the logarithm of a lognormal with this mean and deviation."""
    variance = math.log1p((sd / mean) ** 2)
    return math.log(mean) - variance / 2, math.sqrt(variance)


def _cut(known: Quantity, mean: float, sd: float) -> tuple[float, float]:
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


def is_shape(text: str) -> bool:
    """Whether a text is a named shape rather than a number.

    >>> is_shape("normal(0.4, 0.05)"), is_shape("0.4")
    (True, False)
    """
    return _CALL.fullmatch(text) is not None


def parse_shape(known: Quantity, text: str, number: Callable[[Quantity, Any], Any]) -> dict[str, Any]:
    """`NAME(numbers)` as the fields of a Datum: value, low, high (5th and 95th percentile), shape and points.

    The base value is the mode of a triangular shape and the median of any other. A unit may stand with each number,
    or once, with the last or behind the bracket.
    """
    match = _CALL.fullmatch(text)
    assert match is not None
    name = match.group(1).lower()
    if name not in SHAPES:
        listed = ", ".join(f"{shape}({', '.join(numbers)})" for shape, numbers in SHAPES.items())
        raise InputError(
            f"{known.name}: {quoted(text)} is no known shape: {listed} or LOW..HIGH.{did_you_mean(name, SHAPES)}"
        )
    if known.is_date:
        raise InputError(f"{known.name}: {quoted(text)}: a date takes no range")
    words = [word.strip() for word in match.group(2).split(",")]
    wanted = SHAPES[name]
    if len(words) != len(wanted) or not all(words):
        raise InputError(f"{known.name}: {quoted(text)}: {name} takes {len(wanted)} numbers: {', '.join(wanted)}")
    points: tuple[float, ...]
    try:
        unit = match.group(3).strip() or next((found for word in reversed(words) if (found := split(word)[1])), "")
        words = [word if split(word)[1] or word[:1] in "$€£" else f"{word} {unit}".strip() for word in words]
        if name in ("normal", "lognormal"):
            # The mean stands within the bounds; a deviation has the unit but not the bounds.
            points = (
                float(number(known, words[0])),
                to_base(words[1], known.unit, bare=known.bare, example=known.example),
            )
        else:
            points = tuple(float(number(known, word)) for word in words)
    except UnitError as error:
        raise InputError(f"{known.name}: {error}") from None
    _check_points(known, name, points, text)
    mean_first = name in ("normal", "lognormal")
    if name == "lognormal":
        mu, _ = _log_moments(*points)
        base = math.exp(mu)
    else:
        base = points[0] if mean_first else points[1] if name == "triangular" else sum(points) / 2
    fields: dict[str, Any] = {"shape": name, "points": points}
    from cluster_calc.quantities.datum import Source

    trial = Datum(known.name, base, Source("shape"), points[0], points[-1], **fields)
    low, high = (float(value_at(trial, z)) for z in (-Z95, Z95))
    return {"value": max(round(base), 1.0) if known.whole else base, "low": low, "high": high, **fields}


def _check_points(known: Quantity, name: str, points: tuple[float, ...], text: str) -> None:
    """Refuse shapes that are no shape: zero width, wrong order, too much of them beyond what can be."""
    if name in ("normal", "lognormal"):
        from statistics import NormalDist

        mean, sd = points
        if not 0 < sd < INFINITY:
            raise InputError(f"{known.name}: {quoted(text)}: the standard deviation must be above 0")
        if name == "lognormal":
            if mean <= 0:
                raise InputError(f"{known.name}: {quoted(text)}: the mean of a lognormal must be above 0")
            mu, sigma = _log_moments(mean, sd)
            floor, ceiling = (
                (math.log(end * known.factor) - mu) / sigma if 0 < end < INFINITY else math.copysign(INFINITY, end - 1)
                for end in (known.low, known.high)
            )
        else:
            floor, ceiling = ((end * known.factor - mean) / sd for end in (known.low, known.high))
        outside = NormalDist().cdf(floor) + 1 - NormalDist().cdf(ceiling)
        below_open = NormalDist().cdf(floor) if known.low_open and name == "normal" else 0.0
        if outside > 0.05 or below_open > _SPILL:
            share = max(outside, below_open)
            raise InputError(
                f"{known.name}: {quoted(text)} puts {100 * share:.2g} % of its draws outside {known.bounds}; "
                "make it narrower, or write LOW..HIGH, which stays inside"
            )
        return
    if list(points) != sorted(points) or points[0] == points[-1]:
        why = "no wider than a point" if points[0] == points[-1] else "out of order"
        raise InputError(f"{known.name}: {quoted(text)} is {why}; write {name}({', '.join(SHAPES[name])}) rising")
