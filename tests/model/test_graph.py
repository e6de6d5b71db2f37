"""The model: order, plans, overrides, what is missing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cluster_calc.model.graph import Model
from cluster_calc.model.sets import ALL_SETS, model_of

RUN = ("hardware", "run", "dense", "compute", "sizing", "timing", "two-factors", "straight-line", "age")


def test_a_plan_computes_only_what_can_be_reached() -> None:
    model = Model(*ALL_SETS["compute"], *ALL_SETS["timing"])
    assert model.plan({"training_compute"}) == ()
    assert [step.name for step in model.plan({"accelerator_time", "chips"})] == ["training_time"]


def test_what_is_given_replaces_its_formula() -> None:
    model = model_of(*RUN)
    values = model.evaluate(
        {"facility_energy": 7.0, "electricity_price": 2.0, "facility_power": 1.0, "training_time": 1.0}
    )
    assert values["facility_energy"] == 7.0
    assert values["electricity_cost"] == 14.0


def test_every_step_comes_after_what_it_needs() -> None:
    model = model_of(*RUN)
    known = set(model.leaves())
    for step in model.plan(known):
        assert known.issuperset(step.inputs)
        known.add(step.name)
    assert set(model.steps) <= known


def test_a_given_result_makes_its_own_leaves_unneeded() -> None:
    model = model_of(*RUN)
    assert "lifetime" in model.leaves()
    assert "lifetime" not in model.leaves({"service_time", "depreciation"})


def test_missing_behind_names_the_leaves() -> None:
    model = model_of(*RUN)
    known = set(model.leaves()) - {"chip_price", "tdp"}
    values = {step.name for step in model.plan(known)} | known
    assert model.missing_behind("run_cost", values) == ["chip_price", "tdp"]
    assert model.missing_behind("training_time", values) == []


def test_evaluate_leaves_its_input_alone_and_takes_arrays() -> None:
    given = {"accelerator_time": np.array([10.0, 20.0]), "chips": 5}
    before = dict(given)
    values = Model(*ALL_SETS["timing"]).evaluate(given)
    assert given == before
    assert values["training_time"].tolist() == [2.0, 4.0]


def test_the_same_sets_give_the_same_model() -> None:
    assert model_of("timing") is model_of("timing")


def sizing() -> Model:
    from cluster_calc.estimation.parts.failures import SIZED

    return Model(
        *(step for name in ("compute", "timing", "failures", "checkpointing", "daly") for step in ALL_SETS[name]), SIZED
    )


FAILING = {
    "training_compute": 2e25, "peak_throughput": 989.4e12, "mfu": 0.4, "chips_per_server": 8.0, "failure_rate": 0.0065 / 86400,
    "failures_per_interruption": 1.0, "checkpoint_write_time": 60.0, "restart_time": 600.0, "time_allowed": 90 * 86400.0,
}  # fmt: skip


def test_a_search_is_a_step_with_the_inputs_of_its_circle() -> None:
    model = sizing()
    [step] = [step for step in model.plan(FAILING) if step.name == "chips"]
    assert set(step.inputs) == set(FAILING)
    assert set(model.leaves()) > set(FAILING)
    assert model.missing_behind("chips", {*FAILING} - {"failure_rate"}) == ["failure_rate"]
    # A goodput that is given opens the circle: the time of the chips is then known before them.
    [step] = [step for step in model.plan({*FAILING, "goodput"}) if step.name == "chips"]
    assert step.inputs == ("accelerator_time", "time_allowed")


@pytest.mark.parametrize("each", [1.0, 4.0, 8.0, 72.0])
@pytest.mark.parametrize("rate", [1e-4, 0.0065, 0.05, 0.4])
def test_what_is_searched_is_the_fewest_of_all(each: float, rate: float) -> None:
    model = sizing()
    given = {**FAILING, "training_compute": 5e23, "chips_per_server": each, "failure_rate": rate / 86400}
    found = model.evaluate(given)["chips"]
    counts = np.arange(1.0, 60_000.0)
    enough = model.evaluate({**given, "chips": counts})["training_time"] <= given["time_allowed"]
    assert found == counts[enough][0] if enough.any() else math.isnan(found)


def test_a_search_over_an_array_is_the_search_of_each_element() -> None:
    model = sizing()
    compute, rate = np.geomspace(1e20, 1e28, 40)[:, None], np.array([0.001, 0.02, 0.3]) / 86400
    found = model.evaluate({**FAILING, "training_compute": compute, "failure_rate": rate})["chips"]
    alone = [[model.evaluate({**FAILING, "training_compute": float(c), "failure_rate": float(r)})["chips"] for r in rate]
             for c in compute[:, 0]]  # fmt: skip
    np.testing.assert_array_equal(found, alone)
    assert np.isnan(found).any()
    assert np.isfinite(found).any()


def test_a_window_between_two_powers_of_two_is_found() -> None:
    """The chips that are just enough where more make it slower again: every time between the best and too little."""
    model = sizing()
    counts = np.arange(8.0, 200_000.0, 8.0)
    slow = {**FAILING, "training_compute": 2e26, "failure_rate": 0.05 / 86400}
    best = float(model.evaluate({**slow, "chips": counts})["training_time"].min())
    for slack in (1e-9, 1e-4, 1e-2):
        assert model.evaluate({**slow, "time_allowed": best * (1 + slack)})["chips"] > 8
    assert math.isnan(model.evaluate({**slow, "time_allowed": best * (1 - 1e-6)})["chips"])
