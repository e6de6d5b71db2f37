"""Relations that a swapped operator once left unnoticed: each is held by the figure it makes."""

from __future__ import annotations

import json

import pytest

import cluster_calc as cc
from cluster_calc.errors import InputError
from tests.agreement import scenarios as sc

BASE = {"flop": "2e25", "chip": "h100", "as-of": sc.DAY}


def test_percentiles_of_a_solution_are_in_its_unit() -> None:
    code, out, err = sc.run(
        "solve",
        "training_compute",
        "--run-cost",
        "30 MUSD",
        "--chip",
        "h100",
        "--mfu",
        "0.35..0.45",
        "--format",
        "json",
    )
    assert code == 0, err
    found = json.loads(out)
    assert found["p10"] < found["value"] * 1.001
    assert found["p90"] == pytest.approx(found["value"] * 0.45 / 0.4, rel=0.1)


@pytest.mark.parametrize("horizon", ["30 month", "4 years", "1 month"])
def test_a_horizon_of_whole_months_is_taken(horizon: str) -> None:
    plan = sc.read_json("finance", {**BASE, "horizon": horizon})
    assert plan is not None


def test_a_horizon_between_months_is_refused() -> None:
    code, _, err = sc.run("finance", *sc.arguments({**BASE, "horizon": "40 days"}))
    assert code == 2
    assert "1.3" in err or "0.109" in err, err


def test_a_plan_says_that_it_draws_no_range() -> None:
    ranged = sc.read_json("finance", {**BASE, "mfu": "0.3..0.5"})
    plain = sc.read_json("finance", {**BASE, "mfu": "0.4"})
    said = "a plan draws from no range"
    assert any(said in warning and "mfu" in warning for warning in ranged["warnings"])
    assert not any(said in warning for warning in plain["warnings"])


def test_development_multiplies_a_run_and_no_cluster() -> None:
    run = cc.estimate(training_compute=2e25, chip="h100", development_factor=3)
    cluster = cc.estimate(chip="h100", chips=512, development_factor=3)
    made = {"project_cost", "development_cost", "project_capital"} & set(run.values)
    assert made
    assert not made & set(cluster.values)


def test_hardware_beyond_its_life_is_said_and_younger_is_not() -> None:
    def said(age: str) -> bool:
        result = cc.estimate(training_compute=2e25, chip="h100", hardware_age=age, lifetime="4 years")
        return any("beyond its life" in warning for warning in result.warnings)

    assert said("5 years")
    assert not said("3 years")


def test_an_mfu_above_the_best_names_both_in_percent() -> None:
    result = cc.estimate(training_compute=2e25, chip="h100", mfu=0.75)
    [said] = [warning for warning in result.warnings if "above the best published" in warning]
    best = 100 * float(result.data["best_mfu"].value)
    assert "75%" in said
    assert f"({best:.3g}%" in said


def test_a_limit_alone_is_what_a_solution_just_meets() -> None:
    found = cc.solve("training_compute", chip="h100", budget="30 MUSD", time_allowed="90 days")
    again = cc.estimate(training_compute=found.value, chip="h100", budget="30 MUSD", time_allowed="90 days")
    [limit] = [entry for entry in again.feasibility if entry.constraint == "budget"]
    assert limit.holds
    with pytest.raises(InputError):
        cc.solve("training_compute", chip="h100", time_allowed="90 days", target="nothing=3")
