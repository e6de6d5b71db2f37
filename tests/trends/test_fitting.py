"""The log-linear regression against the textbook formulas, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from cluster_calc.errors import InputError
from cluster_calc.trends.crossings import corners, crossing_draws, mixture_percentile
from cluster_calc.trends.fitting import costs, fit

RNG = np.random.default_rng(7)
YEARS = np.sort(RNG.uniform(2009, 2022, 40))
VALUES = 10 ** (0.5 * (YEARS - 2009) + RNG.normal(0, 0.4, 40) + 3)


def test_the_slope_and_its_interval_are_least_squares() -> None:
    made = fit(YEARS, VALUES)
    design = np.column_stack([np.ones(40), YEARS - YEARS.mean()])
    coefficients, *_ = np.linalg.lstsq(design, np.log10(VALUES), rcond=None)
    residual = np.log10(VALUES) - design @ coefficients
    error = np.sqrt(residual @ residual / 38 / ((YEARS - YEARS.mean()) ** 2).sum())
    assert made.slope == pytest.approx(coefficients[1], rel=1e-10)
    assert made.slope_error == pytest.approx(error, rel=1e-10)
    assert made.slope_interval[1] - made.slope == pytest.approx(1.6860 * error, rel=1e-3)  # t(38), 95 %


def test_the_bootstrap_agrees_with_the_formula_and_repeats() -> None:
    one, two = (fit(YEARS, VALUES, bootstrap=2000, seed=3) for _ in range(2))
    assert one.bootstrap_interval == two.bootstrap_interval
    assert one.bootstrap_interval is not None
    for analytic, resampled in zip(one.slope_interval, one.bootstrap_interval, strict=True):
        assert abs(analytic - resampled) < one.slope_error


def test_the_prediction_band_holds_its_share_and_the_line_is_inside() -> None:
    made = fit(YEARS, VALUES)
    low, high = made.band(YEARS)
    inside = np.mean((low < VALUES) & (high > VALUES))
    assert 0.8 < inside <= 1.0
    narrow, wide = made.band(YEARS, prediction=False)
    assert np.all((low < narrow) & (narrow < made.level(YEARS)) & (made.level(YEARS) < wide) & (wide < high))


@pytest.mark.parametrize(
    ("years", "values", "message"),
    [
        ([2020, 2021], [1, 2], "at least 3 points, and there are 2"),
        ([2020, 2020, 2020], [1, 2, 3], "same date"),
        ([2020, 2021, 2022], [1, -2, 3], "must be positive"),
        ([2020, 2021, 2022], [1, 0, 3], "must be positive"),
        ([2020, 2021, 2022], [1, 2], "do not pair"),
    ],
)
def test_what_no_regression_can_use(years: list[float], values: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        fit(years, values)


def test_both_cost_methods_meet_on_the_trend_and_part_off_it() -> None:
    chips = [{"year": 2016.0 + k, "price": 1e4, "peak": 1e13 * 2**k} for k in range(5)]
    run = {"year": 2018.0, "compute": 1e22, "price": 2e4, "peak": 4e13}
    made = costs([run], chips)
    assert made["method_2"][0] / made["method_1"][0] == pytest.approx(2.0)


def test_the_published_interval_is_the_corners_not_a_distribution() -> None:
    fast, slow = corners((55e6, 1.5e9), (0.1, 0.3), 233e9, 2025.0)
    assert (np.ceil(fast), np.ceil(slow)) == (2033, 2062)
    years = crossing_draws(55e6, 1.5e9, 0.1, 0.3, 233e9, 2025.0, 200_000, 1)
    low, high = np.quantile(years, [0.05, 0.95])
    assert low > 2033.2
    assert high < 2056
    assert np.mean((years < fast) | (years > slow)) < 0.04


def test_a_mixture_of_one_is_that_one() -> None:
    from statistics import NormalDist

    z = NormalDist().inv_cdf(0.95)
    assert mixture_percentile(0.5, 0.4, 0.6, 0.3, 0.2, 0.4, 1.0, z, 0.95) == pytest.approx(0.6, abs=1e-9)
    with pytest.raises(InputError, match="mixture"):
        mixture_percentile(0.5, 0.4, 0.6, 0.3, 0.2, 0.4, 1.5, z, 0.95)


def test_both_methods_on_published_systems() -> None:
    """Epoch AI's 80 systems: the two methods tell the same growth, and method 2 the higher costs."""
    import csv
    from pathlib import Path

    def year(text: str) -> float:
        return int(text[:4]) + (int(text[5:7]) - 0.5) / 12

    with (Path(__file__).parents[1] / "published" / "epoch_amortised_cases.csv").open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["training_flop"] and row["unit_price_usd"] and row["hardware_release_date"]
        ]
    runs, chips = [], {}
    for row in rows:
        peak = float(row["peak_flops_used"] or row["peak_flops_lookup"] or 0)
        if not peak:
            continue
        price = float(row["unit_price_usd"])
        runs.append(
            {
                "year": year(row["publication_date"]),
                "compute": float(row["training_flop"]),
                "price": price,
                "peak": peak,
            }
        )
        chips[row["hardware_model"]] = {"year": year(row["hardware_release_date"]), "price": price, "peak": peak}
    made = costs(runs, list(chips.values()))
    found = [fit([run["year"] for run in runs], made[method], name=method) for method in ("method_1", "method_2")]
    assert found[0].points == found[1].points > 70
    assert found[0].slope_interval[0] < found[1].slope < found[0].slope_interval[1]
    # The systems run on hardware that is older than the trend of its day: their own prices give more, as published.
    assert 1 < np.median(np.array(made["method_2"]) / made["method_1"]) < 5
