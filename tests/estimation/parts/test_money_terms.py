"""Other currencies, other price years, the same run bought later; and published dollars."""

from __future__ import annotations

from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.errors import InputError

RUN: dict[str, Any] = {"chip": "h100", "training_compute": 2e25}


def test_another_currency_at_a_dated_rate() -> None:
    result = cc.estimate(**RUN, currency="eur")
    rate = result.data["exchange_rate"]
    assert (rate.value, rate.as_of, rate.source.publisher) == (1.1699, "2026-08-21", "European Central Bank")
    assert result.values["local_run_cost"] == pytest.approx(result.values["run_cost"] / 1.1699)
    assert "run_cost ÷ exchange_rate" in str(result.explain("local_run_cost"))
    assert "Run cost, EUR" in str(result)
    earlier = cc.estimate(**RUN, currency="EUR", as_of="2024-01-01")
    assert earlier.data["exchange_rate"].as_of == "2023-12-11"
    assert (
        cc.estimate(**RUN).as_dict()["results"].keys() == cc.estimate(**RUN, currency="USD").as_dict()["results"].keys()
    )


def test_a_price_after_the_index_ends_stands_at_its_newest_year() -> None:
    result = cc.estimate(**RUN, price_year="2025")
    assert result.data["chip_price"].as_of > "2026"
    assert result.data["base_price_index"].as_of == "2025"
    assert result.values["restated_run_cost"] == pytest.approx(result.values["run_cost"])


def test_another_year_by_the_index_of_both_years() -> None:
    early = RUN | {"as_of": "2024-12-31"}
    result = cc.estimate(**early, price_year="2025")
    assert " from 2024, " in " ".join(str(result).split())
    assert result.data["base_price_index"].as_of == "2024"
    level = result.values["price_index"] / result.values["base_price_index"]
    assert 1.01 < level < 1.04
    assert result.values["restated_run_cost"] == pytest.approx(level * result.values["run_cost"])
    same = cc.estimate(**early, price_year="2024")
    assert same.values["restated_capital_cost"] == pytest.approx(same.values["capital_cost"])


def test_the_same_run_bought_later() -> None:
    now = cc.estimate(**RUN, purchase_delay="0 years")
    assert now.values["later_run_cost"] == pytest.approx(now.values["run_cost"])
    later = cc.estimate(**RUN, purchase_delay="2 years", electricity_price_growth=0.1, price_performance_trend=0.14)
    assert later.values["later_capital_cost"] == pytest.approx(later.values["capital_cost"] * 10**-0.28)
    lines = later.values["depreciation"] * 10**-0.28 + later.values["electricity_cost"] * 1.1**2
    assert later.values["later_run_cost"] == pytest.approx(lines)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"currency": "EUX"}, "no rate for 'EUX'; there is CNY, EUR, TWD.*Did you mean EUR"),
        ({"currency": "euros"}, "'euros' is not a code of three letters"),
        (
            {"currency": "EUR", "as_of": "2020-01-01"},
            "the first rate of EUR is of 2022-09-29, after --as-of 2020-01-01",
        ),
        ({"price_year": "2031"}, "has no month of '2031'; it has 2018 to 2025"),
        ({"price_year": "25"}, "'25' is not a year"),
    ],
)
def test_money_that_is_not_known_is_one_message(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        cc.estimate(**RUN | given)


@pytest.mark.parametrize(
    ("source", "hours", "price", "published"),
    [
        # Rented hours as printed: pre-training, context extension and post-training of DeepSeek-V3 at 2 USD an H800-hour.
        ("arXiv:2412.19437 table 1, pre-training", 2664e3, 2.0, 5.328e6),
        ("arXiv:2412.19437 table 1, context extension", 119e3, 2.0, 0.238e6),
        ("arXiv:2412.19437 table 1, post-training", 5e3, 2.0, 0.01e6),
        ("arXiv:2412.19437 table 1, total", 2788e3, 2.0, 5.576e6),
    ],
)
def test_published_dollars_of_deepseek_v3(source: str, hours: float, price: float, published: float) -> None:
    result = cc.estimate(
        chip="h800", chips=2048, accelerator_time=f"{hours!r} chip*hour", rental_price=f"{price} USD/hour"
    )
    assert result.in_unit("rental_cost") == pytest.approx(published, rel=1e-9), source
