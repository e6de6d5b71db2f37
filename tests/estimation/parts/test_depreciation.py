"""The depreciation methods: what they share, where they must agree, and what they refuse."""

from __future__ import annotations

import math

import pytest

import cluster_calc as cc
from cluster_calc.errors import InputError
from cluster_calc.quantities.settings import METHODS

RUN = {"chip": "h100", "chips": 1000, "training_time": "30 days", "chip_price": "30000 USD", "price_basis": "all-in"}
CAPITAL = 30e6


def charge(**given: object) -> float:
    return float(cc.estimate(**{**RUN, **given})["depreciation"].magnitude)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_composes_with_every_mode(method: str) -> None:
    demand: list[dict[str, object]] = [
        {"training_compute": 1e24},
        {"training_compute": 1e24, "chips": 1000},
        {"training_compute": 1e24, "chips": 1000, "training_time": "60 days"},
        {"chips": 1000, "training_time": "30 days"},
    ]
    for given in demand:
        result = cc.estimate(chip="h100", depreciation=method, **given)  # type: ignore[arg-type]
        lines = sum(result.values[name] for name in ("depreciation", "electricity_cost", "operations_cost"))
        assert result.values["run_cost"] == pytest.approx(lines)
        assert result.values["book_value_at_start"] >= result.values["book_value_at_end"]
    cluster = cc.estimate(chip="h100", chips=1000, depreciation=method)
    assert cluster.values["depreciation_rate"] > 0
    assert cluster.values["cost_per_chip_hour"] > 0


@pytest.mark.parametrize("method", ["straight-line", "double-declining"])
@pytest.mark.parametrize("life", [1, 2, 3, 4, 5, 5.5, 6])
def test_a_full_life_without_residual_charges_the_price(method: str, life: float) -> None:
    paid = charge(depreciation=method, training_time=f"{life} years", lifetime=f"{life} years", residual_value=0)
    assert paid == pytest.approx(CAPITAL, rel=1e-9)


# Each part of a first-order charge is reckoned at its own first day: it alone does not add up.
@pytest.mark.parametrize("method", [method for method in METHODS if not method.endswith("first-order")])
def test_the_charges_of_the_parts_of_a_run_sum_to_the_whole(method: str) -> None:
    whole = charge(depreciation=method, training_time="400 days", hardware_age="100 days")
    parts = charge(depreciation=method, training_time="150 days", hardware_age="100 days")
    parts += charge(depreciation=method, training_time="250 days", hardware_age="250 days")
    assert parts == pytest.approx(whole, rel=1e-9)


@pytest.mark.parametrize("method", ["declining-balance", "double-declining", "price-performance", "resale"])
def test_older_hardware_charges_less_at_the_same_price(method: str) -> None:
    charges = [charge(depreciation=method, hardware_age=f"{age} days") for age in (0, 500, 900)]
    assert charges == sorted(charges, reverse=True)
    assert charges[0] > charges[-1]


def test_the_books_of_five_years() -> None:
    years = [charge(depreciation="double-declining", lifetime="5 years", residual_value=0.1, training_time="1 year",
                    hardware_age=f"{age} years") / (0.9 * CAPITAL) for age in range(5)]  # fmt: skip
    assert years == pytest.approx([0.4, 0.24, 0.144, 0.108, 0.108])


def test_first_order_tends_to_the_integral_and_both_to_nothing() -> None:
    def both(trend: float, days: float) -> tuple[float, float]:
        result = cc.estimate(**RUN | {"training_time": f"{days} days"}, depreciation="price-performance",  # type: ignore[arg-type]
                             price_performance_trend=trend)  # fmt: skip
        return result.values["first_order_charge"], result.values["hardware_charge"]

    gaps = [first / exact - 1 for first, exact in (both(0.14, days) for days in (365.25, 90, 30, 1, 0.01))]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] == pytest.approx(0.14 * math.log(10) / (1 - 10**-0.14) - 1)
    assert gaps[-1] < 1e-5
    small = both(1e-9, 90)
    assert small[0] == pytest.approx(small[1], rel=1e-6)
    assert small[0] < 1e-3 * both(1e-5, 90)[0]
    assert max(both(1e-12, 90)) < 1e-3


def test_idle_hours_are_charged_only_when_asked() -> None:
    result = cc.estimate(**RUN, used_share=0.8)  # type: ignore[arg-type]
    assert result.values["depreciation"] == pytest.approx(charge() / 0.8)
    assert result.values["idle_charge"] == pytest.approx(charge() * 0.25)
    assert cc.estimate(**RUN).values["idle_charge"] == 0  # type: ignore[arg-type]


def test_dates_make_the_age() -> None:
    result = cc.estimate(**RUN, purchase_date="2025-01-01", start="2026-01-01", depreciation="resale")  # type: ignore[arg-type]
    assert result["hardware_age"].magnitude == 365
    assert result.values["book_value_at_start"] == pytest.approx(CAPITAL * (1 - 0.22 * 365 / 365.25))
    with pytest.raises(InputError, match=r"bought after the run starts \(bought 2026-02-01, start 2026-01-01\)"):
        cc.estimate(**RUN, purchase_date="2026-02-01", start="2026-01-01")  # type: ignore[arg-type]


def test_a_run_longer_than_the_life_shows_the_replacement() -> None:
    result = cc.estimate(**RUN | {"training_time": "5 years"}, lifetime="2 years")  # type: ignore[arg-type]
    assert result.values["replacements"] == 2
    assert result.values["replacement_cost"] == pytest.approx(2 * CAPITAL)
    assert any("outlasts the hardware's life: replaced 2 times, $60M" in warning for warning in result.warnings)


@pytest.mark.parametrize("method", ["straight-line", "double-declining"])
@pytest.mark.parametrize(("age", "time"), [(0, 365.25), (0, 730.5), (0, 1000), (700, 200), (1500, 90), (0, 1826.25)])
def test_the_books_close_when_sets_are_replaced(method: str, age: float, time: float) -> None:
    # What stands at the end is what stood at the start and was bought on the way, less what was charged.
    values = cc.estimate(
        **RUN | {"training_time": f"{time} days"}, lifetime="2 years", residual_value=0.1, hardware_age=f"{age} days",
        depreciation=method,
    ).values  # type: ignore[arg-type]  # fmt: skip
    bought = values["replacement_cost"]
    assert values["book_value_at_end"] == pytest.approx(
        values["book_value_at_start"] + bought - values["hardware_charge"], rel=1e-9
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"depreciation": "double-declinin"}, "'double-declinin' is not one of.*Did you mean double-declining"),
        ({"residual_value": 1.2}, "residual_value: '1.2' is outside the possible range"),
        ({"lifetime": "0 years"}, "lifetime: '0 years' is outside the possible range"),
        ({"lifetime": "-3 years"}, "lifetime"),
        ({"declining_rate": 1}, "declining_rate: '1' is outside the possible range"),
        ({"used_share": 0}, "used_share: '0' is outside the possible range"),
        ({"method": "epoch"}, "method: 'epoch' is not one of epoch-2024. Did you mean epoch-2024"),
    ],
)
def test_what_cannot_be_is_one_clear_message(given: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        charge(**given)


def test_the_word_chooses_the_method_and_an_amount_replaces_the_charge() -> None:
    assert charge(depreciation="1 MUSD") == 1e6
    assert charge(depreciation="resale") != charge()


def test_lives_that_ended_before_the_run_are_no_replacements_of_the_run() -> None:
    old = cc.estimate(chip="h100", training_compute=1e24, hardware_age="5 years", lifetime="3 years")
    assert old.values["replacements"] == 0
    assert any("beyond its life" in warning for warning in old.warnings)
    ending = cc.estimate(chip="h100", training_compute=1e24, hardware_age="35 month", lifetime="3 years")
    assert ending.values["replacements"] == 1
    assert ending.values["replacement_cost"] == pytest.approx(ending.values["capital_cost"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"declining_rate": 0.3}, "declining_rate is not used: it counts with --depreciation declining-balance"),
        ({"resale_curve": "nobody"}, "resale_curve is not used: it counts with --depreciation resale"),
        ({"resale_year_2": 0.5}, "resale_year_2 is not used"),
        ({"reserve_share": 0.1}, "reserve_share is not used: it counts with --server"),
        ({"facility_lifetime": "20 years"}, "facility_lifetime is not used: it counts with --construction-cost"),
        ({"owned_chips": 500, "hardware_age": "1 year"}, "is that of all chips, the 500 to buy too"),
    ],
)
def test_what_is_given_and_counts_nowhere_is_said(given: dict[str, object], words: str) -> None:
    assert any(words in warning for warning in cc.estimate(**RUN | given).warnings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [
        {"declining_rate": 0.3, "depreciation": "declining-balance"}, {"resale_year_2": 0.5, "depreciation": "resale"},
        {"reserve_share": 0.1, "server": "default"},
        {"owned_chips": 1000, "hardware_age": "1 year"}, {"owned_chips": 500},
    ],
)  # fmt: skip
def test_what_counts_is_not_said_to_be_idle(given: dict[str, object]) -> None:
    run = {name: value for name, value in RUN.items() if "server" not in given or "price" not in name}
    said = " ".join(cc.estimate(**run | given).warnings)  # type: ignore[arg-type]
    assert "is not used" not in said
    assert "that of all chips" not in said
