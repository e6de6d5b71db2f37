"""Electricity prices by calendar year: typed or a site's own, in a run, over a horizon and in another year."""

from __future__ import annotations

from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.errors import InputError
from cluster_calc.estimation.parts.price_path import PricePath
from cluster_calc.quantities.lists import points_of

PATH = "2027=8 cent/kWh, 2028=10 cent/kWh, 2030=5 cent/kWh"
CENT = 0.01 / 3.6e6
RUN: dict[str, Any] = {"chip": "h100", "training_compute": 1e24, "start": "2027-07-02"}


def test_a_year_has_its_price_at_its_middle_and_the_line_between() -> None:
    path = PricePath(points_of(PATH), growth=0.1)
    assert [round(path.at(date) / CENT, 9) for date in (2020, 2027.5, 2028.0, 2028.5, 2029.5, 2030.5)] == [
        8,
        8,
        9,
        10,
        7.5,
        5,
    ]
    assert path.at(2032.5) / CENT == pytest.approx(5 * 1.21)


@pytest.mark.parametrize("timing", ["mid-year", "year-end"])
def test_each_year_of_a_horizon_has_the_price_of_its_use(timing: str) -> None:
    plan = cc.finance(chip="h100", chips=1000, horizon="4 years", start="2027-01-01", electricity_price_path=PATH,
                      flow_timing=timing, discount_rate=0)  # fmt: skip
    energy = plan.result.values["facility_power"] * 365.25 * 86400
    paid = [-row["electricity"] / energy / CENT for row in plan.by_year()[1:]]
    assert paid == pytest.approx([8, 10, 7.5, 5])


def test_a_run_has_the_price_of_its_start_and_a_later_one_that_of_its_own() -> None:
    result = cc.estimate(**RUN, electricity_price_path=PATH, purchase_delay="1 year")
    assert result.values["electricity_price"] == pytest.approx(8 * CENT, rel=1e-4)
    assert result.values["later_electricity_cost"] == pytest.approx(
        result.values["electricity_cost"] * 10 / 8, rel=2e-3
    )
    assert "2027 to 2030" in result.found["electricity_price"].note


def test_the_dated_prices_of_a_site_are_a_path() -> None:
    then = cc.estimate(
        **RUN | {"start": "2015-07-02"}, site="us-average", electricity_price_path="site", purchase_delay="5 years"
    )
    # EIA industrial: 6.91 cent/kWh in 2015, 6.67 in 2020; the winter month of 2026 is no year.
    assert then.values["electricity_price"] == pytest.approx(6.91 * CENT, rel=1e-3)
    assert then.values["later_electricity_ratio"] == pytest.approx(6.67 / 6.91, rel=1e-3)
    assert "2010 to 2025" in then.found["electricity_price"].note


def test_beyond_the_path_prices_grow() -> None:
    later = cc.estimate(
        **RUN, electricity_price_path="2027=8 cent/kWh", electricity_price_growth=0.05, purchase_delay="2 years"
    )
    assert later.values["later_electricity_ratio"] == pytest.approx(1.05**2, rel=1e-3)


def test_a_path_is_kept_in_a_result_and_a_scenario(tmp_path: Any) -> None:
    from cluster_calc.documents.reports.estimate_data import json_text
    from cluster_calc.estimation.replay import results_from
    from cluster_calc.scenario.save import scenario_text

    result = cc.estimate(**RUN, electricity_price_path=PATH)
    [again] = results_from(json_text(result))
    assert again.values["run_cost"] == pytest.approx(result.values["run_cost"], rel=1e-12)
    (tmp_path / "s.toml").write_text(scenario_text(result.scenario))
    assert cc.estimate(scenario=tmp_path / "s.toml").values["electricity_cost"] == result.values["electricity_cost"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"electricity_price_path": "2027=8"}, "2027: electricity_price: '8' has no unit"),
        ({"electricity_price_path": "27=8 cent/kWh"}, "is not YEAR=PRICE; write for example"),
        ({"electricity_price_path": "2027=8 EUR/kWh"}, r"\[EUR\]"),
        ({"electricity_price_path": "2027=8 cent/kWh, 2027=9 cent/kWh"}, "2027 has two prices"),
        ({"electricity_price_path": "1027=8 cent/kWh"}, "outside 1950 to 2150"),
        ({"electricity_price_path": "2027=7..8 cent/kWh"}, "is not one price"),
        ({"electricity_price_path": ","}, "has no year"),
        ({"electricity_price_path": "site"}, "there is none; name one"),
        ({"electricity_price_path": "site", "site": "austria"}, "Austria has no electricity price"),
        ({"electricity_price_path": PATH, "electricity_price": "8 cent/kWh"}, "are both given; leave one out"),
        (
            {"electricity_price_path": "2027=0 cent/kWh, 2030=5 cent/kWh", "purchase_delay": "1 year"},
            "price at the start is 0",
        ),
    ],
)
def test_a_bad_path_is_one_clear_message(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        cc.estimate(**RUN | given)


def test_every_row_of_a_sweep_has_the_price_of_its_own_start() -> None:
    starts, delays = ["2027-07-02", "2028-07-01", "2031-01-01"], ["1 year", "2 years"]
    for name, values in {"start": starts, "purchase_delay": delays, "electricity_price_growth": [0.0, 0.1]}.items():
        given = {"purchase_delay": "5 years", **RUN, "electricity_price_path": PATH}
        given.pop(name, None)
        table = cc.sweep({name: values}, **given, results=["electricity_cost", "later_electricity_cost", "run_cost"])
        alone = [cc.estimate(**given, **{name: value}) for value in values]
        for column in table.columns.drop(name):
            assert table[column].tolist() == pytest.approx([result.in_unit(column) for result in alone], rel=1e-12)
        assert table["later_electricity_cost"].nunique() == len(values)


def test_the_draws_of_a_delay_have_each_their_price() -> None:
    result = cc.estimate(**RUN, electricity_price_path=PATH, purchase_delay="uniform(1 year, 3 years)", draws=2000)
    assert result.varies("later_electricity_ratio")
    # From the middle of 2027 on the path says 10 cents after a year, 7.5 after two and 5 after three, of 8.
    low, high = (result.percentile("later_electricity_ratio", percent) for percent in (1, 99))
    assert low == pytest.approx(5 / 8, rel=0.02)
    assert high == pytest.approx(10 / 8, rel=0.02)


def test_the_start_at_which_a_cost_is_met_is_solved_on_the_path() -> None:
    given = {**RUN, "electricity_price_path": PATH}
    given.pop("start")
    wanted = cc.estimate(**given, start="2029-01-01").in_unit("electricity_cost")
    found = cc.solve("start", **given, target=f"electricity_cost={float(wanted)!r} USD")
    assert found.as_dict()["reached"] <= wanted * (1 + 1e-9)
    assert found.result.in_unit("electricity_cost") == pytest.approx(found.as_dict()["reached"])
