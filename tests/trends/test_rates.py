"""Rates as people write them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cluster_calc.errors import InputError
from cluster_calc.quantities.dates import YEAR, seconds_of
from cluster_calc.trends.growth import decomposition, trend_date, trend_level
from cluster_calc.trends.rates import eras_of, parse_path, parse_rate


@pytest.mark.parametrize(
    ("text", "yearly"),
    [
        ("3x per 2 years", math.sqrt(3)),
        ("3x every 2 years", math.sqrt(3)),
        ("1.73x per year", 1.73),
        ("10x a year", 10.0),
        ("10 OOM a decade", 10.0),
        ("0.2 OOM/year", 10**0.2),
        ("doubling every 3.4 months", 2 ** (12 / 3.4)),
        ("doubles every 6 months", 4.0),
        ("halving every 4 years", 0.5**0.25),
        ("tripling every year", 3.0),
        ("3% a year", 1.03),
        ("-35% a year", 0.65),
        ("3 % per year, continuously", math.exp(0.03)),
        ("constant", 1.0),
        ("10-fold per decade".replace("-", ""), 10**0.1),
    ],
)
def test_one_rate_many_words(text: str, yearly: float) -> None:
    assert parse_rate(text).yearly == pytest.approx(yearly, rel=1e-12)


def test_ranges_are_ordered_by_rate() -> None:
    rate = parse_rate("doubling every 100..200 days")
    assert rate.low is not None
    assert rate.low == pytest.approx(math.log(2) / (200 * 86400))
    assert parse_rate("4..5x a year").value == pytest.approx((math.log(4) + math.log(5)) / 2 / YEAR)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fast", "is not a rate"),
        ("3x", "is not a rate"),
        ("", "is not a rate"),
        ("0x a year", "factor must be positive"),
        ("-3x a year", "factor must be positive"),
        ("-100% a year", "leaves nothing"),
        ("3x per 2 parsecs", "is not a time"),
        ("doubling every 0 years", "time must be positive"),
        ("3..3x a year", "no wider than a point"),
        ("2..3x per 1..2 years", "at once"),
        ("1e400x a year", "out of range"),
    ],
)
def test_a_bad_rate_is_one_message(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_rate(text)


def test_eras_follow_each_other() -> None:
    path = parse_path("10x a year until 2025-01-01, then 2x a year")
    growth = path.log_growth(seconds_of("2023"), np.array([seconds_of(str(year)) for year in (2022, 2023, 2025, 2029)]))
    assert np.exp(growth) == pytest.approx([0.1, 1, 100, 1600], rel=0.01)
    with pytest.raises(InputError, match="every era but the last"):
        parse_path("10x a year until 2025-01-01")
    with pytest.raises(InputError, match="not in order"):
        parse_path("2x a year until 2025-01-01, then 2x a year until 2024-01-01, then constant")


@pytest.mark.parametrize("text", ["1800-01-01", "2600-01-01", "yesterday", "2025-02-30"])
def test_dates_out_of_range(text: str) -> None:
    with pytest.raises(InputError, match="date"):
        seconds_of(text)


def test_the_trend_goes_back_to_its_start() -> None:
    levels = np.geomspace(1e-3, 1e12, 31)
    dates = trend_date(levels, 20562.5, 1e9, 8.9e6)
    assert trend_level(20562.5, 1e9, 8.9e6, dates) == pytest.approx(levels, rel=1e-12)


def test_the_decomposition_counts_years_both_ways() -> None:
    eras = eras_of([
        (2012, 2017, {"algorithms": "4x per year", "efficiency": "1.73x per year"}),
        (2018, 2025, {"algorithms": "1.73x per year", "efficiency": "1.31x per year", "spending": "10x a year"}),
    ])  # fmt: skip
    made = decomposition(eras)
    assert made["eras"][0]["total_exclusive"] == pytest.approx(15868.3, rel=1e-5)  # the post's 16,000, a year dropped
    assert made["eras"][0]["total_inclusive"] == pytest.approx(109809, rel=1e-4)
    assert made["eras"][1]["yearly"] == pytest.approx(22.663)
    assert made["eras"][1]["total_exclusive"] == pytest.approx(3.0706e9, rel=1e-4)
