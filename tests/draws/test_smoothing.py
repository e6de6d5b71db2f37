"""Smoothed percentiles: nearer the truth where draws are even, and out of the way where a curve would not do."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

import cluster_calc as cc
from cluster_calc.draws.sampling import lattice_normals
from cluster_calc.draws.smoothing import width_for, window
from cluster_calc.draws.statistics import percentiles, smoothing_width
from cluster_calc.quantities.shapes import normal_cdf

PERCENTS = (1.0, 5.0, 10.0, 50.0, 80.0, 90.0, 95.0, 99.0)
WEIGHTS = {"mfu": 0.7, "goodput": -0.4, "pue": 0.4, "network_share": 0.3, "power_utilisation": -0.3, "chip_price": 0.1}
DRAWS = 16_384
Shape = Callable[[np.ndarray], np.ndarray]


def normal(seed: int, draws: int = DRAWS) -> np.ndarray:
    """A standard normal made of six inputs on the lattice."""
    length = math.sqrt(sum(weight**2 for weight in WEIGHTS.values()))
    parts = [weight * lattice_normals(name, seed, draws, 0, draws) for name, weight in WEIGHTS.items()]
    return np.asarray(sum(parts) / length)


@pytest.mark.parametrize(
    ("shape", "exact"),
    [
        (lambda z: np.exp(0.5 * z), stats.lognorm(0.5).cdf),
        (lambda z: 3.0 + z, stats.norm(3.0).cdf),  # changes sign
        (lambda z: -np.exp(0.3 * z), lambda y: stats.norm.sf(np.log(-y) / 0.3)),
        (normal_cdf, stats.uniform().cdf),
        (lambda z: stats.triang(0.3).ppf(normal_cdf(z)), stats.triang(0.3).cdf),
        (lambda z: stats.logistic.ppf(normal_cdf(z)), stats.logistic().cdf),
        (lambda z: stats.gamma(2.0).ppf(normal_cdf(z)), stats.gamma(2.0).cdf),
    ],
)
def test_smoothing_comes_nearer_to_scipys_distributions_without_bias(shape: Shape, exact: Shape) -> None:
    shares = np.array(PERCENTS) / 100
    errors: dict[float, list[np.ndarray]] = {0.0: [], width_for(DRAWS): []}
    for seed in range(24):
        sample = shape(normal(seed))
        for width, rows in errors.items():
            # By how much the share below it misses, in standard errors of independent draws.
            found = exact(np.array(list(percentiles(sample, PERCENTS, width).values())))
            rows.append((found - shares) / np.sqrt(shares * (1 - shares) / DRAWS))
    before, after = (np.sqrt(np.mean(np.square(rows), axis=0)) for rows in errors.values())
    assert np.mean(after / before) < 0.95
    assert (after < 1.3 * before).all()
    assert (np.abs(np.mean(errors[width_for(DRAWS)], axis=0)) < 0.25).all()


def test_plain_draws_are_left_alone() -> None:
    given = {"training_compute": 2e25, "chip": "h100", "ranges": True, "draws": 4096}
    plain, even = (cc.estimate(**given, sampling=method) for method in ("plain", "lattice"))
    for percent in (5.0, 10.0, 50.0, 90.0):
        assert plain.percentile("run_cost", percent) == pytest.approx(
            np.percentile(plain.samples["run_cost"], percent), rel=1e-13
        )
    assert even.percentile("run_cost", 90.0) != np.percentile(even.samples["run_cost"], 90.0)
    assert (smoothing_width(4096, "plain"), smoothing_width(100, "lattice")) == (0.0, 0.0)


@pytest.mark.parametrize(
    "shape",
    [
        lambda z: np.rint(50 + 10 * z),  # counts
        lambda z: np.maximum(z, -1.0),  # cut: an atom at P10
        lambda z: np.where(z > 0, z + 5.0, z),  # a gap at P50
        lambda z: np.full(len(z), 3.0),
        lambda z: np.where(z < -1.2815, 0.0, 1.0),
    ],
)
def test_where_a_curve_would_not_do_the_draws_speak(shape: Shape) -> None:
    for seed in range(4):
        sample = shape(normal(seed))
        raw, smooth = (percentiles(sample, PERCENTS, width) for width in (0.0, width_for(DRAWS)))
        for percent in PERCENTS:
            share = percent / 100
            below, within = np.mean(sample < smooth[percent]), np.mean(sample <= smooth[percent])
            slack = math.sqrt(share * (1 - share) / DRAWS) + 1 / DRAWS
            assert below - slack <= share <= within + slack
            if np.unique(sample).size < 200:
                assert smooth[percent] == raw[percent]


def test_percentiles_rise_with_their_share() -> None:
    for seed in range(6):
        found = list(percentiles(np.exp(normal(seed)), np.arange(1.0, 100.0), width_for(DRAWS)).values())
        assert (np.diff(found) > 0).all()


def test_rows_of_samples_are_smoothed_each_for_itself() -> None:
    rows = np.array([np.exp(normal(1, 2048)), np.rint(normal(2, 2048) * 9), normal(3, 2048)])
    together = percentiles(rows, PERCENTS, 0.12)
    for place, row in enumerate(rows):
        alone = percentiles(row, PERCENTS, 0.12)
        for percent in PERCENTS:
            assert together[percent][place] == pytest.approx(alone[percent], rel=1e-14)


def test_a_window_weighs_to_one_and_keeps_away_from_the_ends() -> None:
    for count, percent in ((2048, 10.0), (16_384, 90.0), (16_384, 99.5), (1 << 20, 50.0)):
        found = window(count, percent, width_for(count))
        assert found is not None
        assert 0 < found.low < percent / 100 * count < found.high < count
        assert found.weights.sum() == pytest.approx(1.0, abs=1e-12)
    for count, percent in ((2048, 0.5), (100, 50.0), (16_384, 0.0), (16_384, 100.0)):
        assert window(count, percent, width_for(count) / 4) is None
