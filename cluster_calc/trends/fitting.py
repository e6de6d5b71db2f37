"""Log-linear regression on time: slope in orders of magnitude a year, with intervals and prediction bands.

The statistics are scipy's (`linregress`, `t`, `bootstrap`), which the `stats` extra installs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from cluster_calc.errors import InputError, quoted

LEAST_POINTS = 3
# With fewer, a resample is often a single system again and again, and has no slope.
LEAST_RESAMPLED = 8


@dataclass(frozen=True, slots=True)
class Fit:
    """log10(value) = intercept + slope · (year − middle), with what is needed for its intervals."""

    slope: float
    intercept: float
    middle: float
    points: int
    r_squared: float
    slope_error: float
    residual: float
    spread: float
    confidence: float
    slope_interval: tuple[float, float]
    bootstrap_interval: tuple[float, float] | None = None

    def level(self, year: Any) -> Any:
        """The line at a decimal year."""
        return 10.0 ** (self.intercept + self.slope * (np.asarray(year) - self.middle))

    def band(self, year: Any, *, prediction: bool = True) -> tuple[Any, Any]:
        """The band of a single new system (`prediction`), or of the line itself."""
        offset = np.asarray(year) - self.middle
        variance = 1 / self.points + offset**2 / self.spread + (1 if prediction else 0)
        quantile = float(scipy_stats().t.ppf((1 + self.confidence) / 2, self.points - 2))
        width = 10.0 ** (quantile * self.residual * np.sqrt(variance))
        line = self.level(year)
        return line / width, line * width


def scipy_stats() -> Any:
    """scipy.stats, or how to install it."""
    try:
        from scipy import stats
    except ImportError:
        raise InputError("a regression needs scipy: pip install 'cluster-calc[stats]'") from None
    return stats


@cache
def t_quantile(degrees: int, share: float = 0.95) -> float:
    """A quantile of Student's t.

    >>> round(t_quantile(10), 3)
    1.812
    """
    return float(scipy_stats().t.ppf(share, degrees))


def fit(
    years: Sequence[float],
    values: Sequence[float],
    *,
    confidence: float = 0.90,
    bootstrap: int = 0,
    seed: int = 0,
    name: str = "value",
) -> Fit:
    """The log-linear fit of values against decimal years; `bootstrap` resamples whole systems so many times,
    from eight systems on.

    Refuses fewer than three points, a single date, and values that are not positive.

    >>> made = fit([2018, 2019, 2020, 2021], [1.0, 3.0, 10.0, 31.0])
    >>> round(made.slope, 3), made.points
    (0.5, 4)
    """
    x, y = np.asarray(years, float), np.asarray(values, float)
    if len(x) != len(y):
        raise InputError(f"{name}: {len(x)} dates and {len(y)} values do not pair")
    if len(x) < LEAST_POINTS:
        raise InputError(f"{name}: a regression needs at least {LEAST_POINTS} points, and there are {len(x)}")
    if not (np.isfinite(x).all() and np.isfinite(y).all() and (y > 0).all()):
        worst = next(value for value in y if not (np.isfinite(value) and value > 0)) if not (y > 0).all() else "a date"
        raise InputError(f"{name}: {quoted(worst)} cannot be put on a log axis; every value must be positive")
    if np.ptp(x) == 0:
        raise InputError(f"{name}: all points have the same date; a trend needs at least two")
    if not 0 < confidence < 1:
        raise InputError(f"confidence: {quoted(confidence)} is outside 0 to 1")
    stats = scipy_stats()
    middle = float(x.mean())
    result = stats.linregress(x - middle, np.log10(y))
    residuals = np.log10(y) - result.intercept - result.slope * (x - middle)
    quantile = float(stats.t.ppf((1 + confidence) / 2, len(x) - 2))
    interval = None
    if bootstrap and len(x) >= LEAST_RESAMPLED:
        interval = _bootstrap(stats, x, np.log10(y), confidence, bootstrap, seed)
    return Fit(
        slope=float(result.slope),
        intercept=float(result.intercept),
        middle=middle,
        points=len(x),
        r_squared=float(result.rvalue**2),
        slope_error=float(result.stderr),
        residual=float(np.sqrt((residuals**2).sum() / (len(x) - 2))),
        spread=float(((x - middle) ** 2).sum()),
        confidence=confidence,
        slope_interval=(float(result.slope - quantile * result.stderr), float(result.slope + quantile * result.stderr)),
        bootstrap_interval=interval,
    )


def _bootstrap(
    stats: Any, x: Any, y: Any, confidence: float, samples: int, seed: int
) -> tuple[float, float]:  # fmt: skip
    def slope(a: Any, b: Any, axis: int = -1) -> Any:
        a, b = a - a.mean(axis=axis, keepdims=True), b - b.mean(axis=axis, keepdims=True)
        return (a * b).sum(axis=axis) / (a * a).sum(axis=axis)

    found = stats.bootstrap(
        (x, y), slope, paired=True, vectorized=True, n_resamples=samples, confidence_level=confidence,
        method="percentile", rng=np.random.default_rng(seed),
    ).confidence_interval  # fmt: skip
    return float(found.low), float(found.high)


def costs(
    systems: Sequence[Mapping[str, float]], hardware: Sequence[Mapping[str, float]], *, lifetime_years: float = 2.0,
    utilisation: float = 0.35,
) -> dict[str, list[float]]:  # fmt: skip
    """The dollar cost of training runs by two methods (Cottier 2023).

    Method 1: compute over FLOP per dollar on the price-performance trend of all hardware at the run's date. Method 2:
    the same with the price and peak of the run's own hardware. `systems`: year, compute [FLOP], price [USD], peak
    [FLOP/s]; `hardware`: year, price, peak. A dollar of hardware gives its peak times utilisation over its life.

    >>> chips = [{"year": 2016.0 + k, "price": 1e4, "peak": 1e13 * 2**k} for k in range(4)]
    >>> runs = [{"year": 2018.0, "compute": 1e20, "price": 1e4, "peak": 4e13}]
    >>> made = costs(runs, chips)
    >>> round(made["method_1"][0] / made["method_2"][0], 6)
    1.0
    """
    seconds = lifetime_years * 365.25 * 86400.0 * utilisation
    trend = fit(
        [row["year"] for row in hardware], [row["peak"] / row["price"] for row in hardware], name="price-performance"
    )
    return {
        "method_1": [row["compute"] / (float(trend.level(row["year"])) * seconds) for row in systems],
        "method_2": [row["compute"] / (row["peak"] / row["price"] * seconds) for row in systems],
    }
