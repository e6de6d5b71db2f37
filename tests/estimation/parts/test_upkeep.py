"""Every line of cost has a sourced default and a switch; the totals are those of the lines, by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError
from cluster_calc.estimation.included import excluded
from cluster_calc.estimation.parts.upkeep import LINES, all_in_cost, defaults
from tests.cli.running import run

RUN: dict[str, Any] = {"training_compute": 2e25, "chip": "h100", "as_of": "2026-12-01"}
KILOWATT_MONTHS = 12.0


def by_hand(result: Any, years: float, **rates: float) -> float:
    """Site, staff, maintenance and insurance of so many years, from the figures that a reader sees."""
    capital, load = result.in_unit("capital_cost"), result.in_unit("chips") * 0.7 * (1275 / 700)
    held = {"site": 195.0, "staff": 3 * 150_000 / 1000, "maintenance": 0.05, "insurance": 0.004} | rates
    yearly = load * (held["site"] * KILOWATT_MONTHS + held["staff"]) + capital * (
        held["maintenance"] + held["insurance"]
    )
    return yearly * years


def test_all_in_is_bare_and_the_lines() -> None:
    bare, whole = cc.estimate(**RUN), cc.estimate(**RUN, all_in=True)
    years = whole.in_unit("training_time") / 365.25
    assert whole.in_unit("operations_cost") == pytest.approx(by_hand(whole, years), rel=1e-12)
    assert whole.values["run_cost"] == pytest.approx(whole.values["bare_run_cost"] + whole.values["operations_cost"])
    assert whole.values["bare_run_cost"] == pytest.approx(bare.values["run_cost"], rel=1e-12)
    assert 2.2 < whole.in_unit("cost_per_chip_hour") < 2.8
    assert all_in_cost(bare.values, catalog()) == pytest.approx(whole.values["run_cost"], rel=1e-12)
    said = " ".join(str(bare).split())
    assert "bare: depreciation and energy of this run; all-in about $35M" in said


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_waived_by_name(line: str) -> None:
    found = cc.estimate(**RUN, all_in=True, without=line)
    years = found.in_unit("training_time") / 365.25
    assert found.in_unit("operations_cost") == pytest.approx(by_hand(found, years, **{line: 0.0}), rel=1e-12)


def test_every_line_says_where_it_comes_from() -> None:
    for name, datum in cc.estimate(**RUN, all_in=True).data.items():
        if name in defaults(catalog()):
            assert datum.origin == "default"
            assert datum.source.title or datum.source.id == "judgement"
            assert datum.note
            assert datum.as_of
    ranged = cc.estimate(**RUN, all_in=True, ranges=True, draws=64)
    assert {"colocation_price", "staff_density", "maintenance_rate"} <= set(ranged.samples)
    assert not cc.estimate(**RUN, all_in=True).samples, "nothing is drawn that nobody asked for"


def test_what_is_given_stands_before_a_default() -> None:
    found = cc.estimate(**RUN, all_in=True, colocation_price="150 USD/kW/month", staff_rate="2 MUSD/year")
    years = found.in_unit("training_time") / 365.25
    load = found.in_unit("critical_load")
    assert found.in_unit("operations_cost") == pytest.approx(
        by_hand(found, years, site=150.0, staff=2e6 / load), rel=1e-12
    )
    built = cc.estimate(**RUN, all_in=True, construction_cost="11.7 USD/W")
    assert built.values["colocation_cost"] == 0, "a site is built or rented"
    assert built.in_unit("facility_capital") == pytest.approx(11.7e3 * built.in_unit("critical_load"))


def test_bare_is_hardware_and_electricity_alone(tmp_path: Path) -> None:
    (tmp_path / "cluster-calc.toml").write_text('colocation_price = "150 USD/kW/month"\n', encoding="utf-8")
    out = run(["estimate", "--flop", "2e25", "--chip", "h100", "--bare", "--format", "json"], tmp_path)
    found = json.loads(out.stdout)
    assert found["inputs"]["operations_cost"]["value"] == 0
    assert found["results"]["run_cost"]["value"] == found["results"]["bare_run_cost"]["value"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"bare": True, "all_in": True}, "give it alone"),
        ({"all_in": True, "without": "stuff"}, "without: 'stuff' is not one of staff"),
        ({"all_in": True, "without": "staff", "staff_rate": "1 MUSD/year"}, "staff is waived and staff_rate is given"),
    ],
)
def test_switches_that_contradict_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        cc.estimate(**RUN, **given)


def test_a_plan_counts_the_lines_and_compares_a_rented_site() -> None:
    plan = cc.finance(chip="h100", chips=1024, horizon="4 years", all_in=True, as_of="2026-12-01")
    lines = {flow.line for flow in plan.flows}
    assert {"staff", "maintenance", "insurance", "electricity", "capital"} <= lines
    assert plan.colocated is not None
    assert "colocation" in {flow.line for flow in plan.colocated.flows}
    year = -sum(flow.amount for flow in plan.colocated.flows if flow.line == "colocation" and flow.time < 1)
    load = 1024 * 0.7 * 1275 / 700
    assert year == pytest.approx(load * 195 * KILOWATT_MONTHS * 1.02**0.5, rel=1e-9), (
        "by critical load, not by the meter"
    )


def test_a_rate_by_load_is_not_multiplied_by_the_losses_of_the_site() -> None:
    low, high = (cc.estimate(**RUN, colocation_price="195 USD/kW/month", pue=pue) for pue in (1.1, 1.5))
    assert low.values["colocation_cost"] == high.values["colocation_cost"]
    charged = [
        cc.estimate(**RUN, demand_charge="10 USD/kW/month", pue=pue).values["demand_charge_cost"] for pue in (1.1, 1.5)
    ]
    assert charged[1] / charged[0] == pytest.approx(1.5 / 1.1), "the utility bills the meter"


def test_the_short_answer_says_both_and_a_bare_one_names_what_it_lacks(tmp_path: Path) -> None:
    asked = ["estimate", "--flop", "2e25", "--chip", "h100", "--as-of", "2026-12-01"]
    bare, whole = cc.estimate(**RUN), cc.estimate(**RUN, all_in=True)
    said = " ".join(run(asked, tmp_path).stdout.split())
    assert f"bare; all-in about ${whole.in_unit('run_cost') / 1e6:.3g}M" in said
    assert f"bare; all-in about ${whole.in_unit('cost_per_chip_hour'):.3g}" in said
    said = " ".join(run([*asked, "--all-in"], tmp_path).stdout.split())
    assert f"with operations; bare ${bare.in_unit('run_cost') / 1e6:.3g}M" in said
    assert "staff (--staff-rate)" in " ".join(excluded(cc.estimate(**RUN, bare=True)))
