"""The model: order, plans, overrides, what is missing."""

from __future__ import annotations

import numpy as np

from cluster_calc.formulas import ALL_SETS
from cluster_calc.graph import Model, model_of

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
