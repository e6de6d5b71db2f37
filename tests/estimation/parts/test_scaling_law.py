"""Scaling laws: published optima, there and back, and what they do to an estimate."""

from __future__ import annotations

import numpy as np
import pytest

import cluster_calc as cc
from cluster_calc.errors import InputError, UndeterminedError
from cluster_calc.estimation.parts import scaling_law
from cluster_calc.model.sets import model_of

BUDGET = 5.76e23  # FLOP of Chinchilla and Gopher


@pytest.mark.parametrize(
    ("name", "size", "ratio"),
    [
        ("hoffmann-2022", 3.22e10, 92.6),  # Besiroglu et al. 2024: about 93
        ("hoffmann-2022-unrounded", 4.03e10, 59.1),
        ("besiroglu-2024", 7.22e10, 18.4),  # the replication's 18
    ],
)
def test_optima_at_the_chinchilla_budget(name: str, size: float, ratio: float) -> None:
    best = scaling_law.optimum(name, training_compute=BUDGET)
    assert best["active_parameters"] == pytest.approx(size, rel=5e-3)
    assert best["tokens"] / best["active_parameters"] == pytest.approx(ratio, rel=5e-3)


@pytest.mark.parametrize("name", ["kaplan-2020", "hoffmann-2022", "hoffmann-2022-unrounded", "besiroglu-2024"])
def test_the_optimum_is_a_minimum_and_goes_back(name: str) -> None:
    compute = np.geomspace(1e18, 1e30, 13)
    best = scaling_law.optimum(name, training_compute=compute)
    for given in ("active_parameters", "tokens"):
        back = scaling_law.optimum(name, **{given: best[given]})
        assert back["training_compute"] == pytest.approx(compute, rel=1e-9)
    known = scaling_law.law_of(name)
    constants = {key: datum.value for key, datum in known.figures.items()}
    model = model_of(known.formulas)
    for factor in (0.8, 1.25):
        other = model.evaluate({
            **constants, "reference_parameters": 1.0, "reference_tokens": 1.0,
            "active_parameters": best["active_parameters"] * factor, "tokens": best["tokens"] / factor,
        })  # fmt: skip
        assert np.all(other["expected_loss"] > best["expected_loss"])


def test_rounded_hoffmann_contradicts_its_own_ratio() -> None:
    best = scaling_law.optimum("hoffmann", training_compute=BUDGET)
    assert best["tokens"] / best["active_parameters"] / 20 == pytest.approx(4.6, abs=0.05)
    assert "4.6 times" in scaling_law.law_of("hoffmann").caution


def test_efficient_loss_is_the_loss_on_kaplans_frontier() -> None:
    best = scaling_law.optimum("kaplan", training_compute=3.14e23)
    assert best["efficient_loss"] == pytest.approx(best["expected_loss"], rel=1e-12)
    assert 1 < best["converged_ratio"] < np.e


def test_a_box_of_constants_spans_its_corners() -> None:
    spread = scaling_law.box(
        "kaplan", {"data_scale": (1e13, 1e23), "parameter_exponent": (0.0515, 0.103)}, training_compute=1e28
    )
    assert spread["tokens"][0] < scaling_law.optimum("kaplan", training_compute=1e28)["tokens"] < spread["tokens"][1]
    with pytest.raises(InputError, match="0 < low"):
        scaling_law.box("kaplan", {"data_scale": (0.0, 1.0)}, training_compute=1e28)


def test_estimate_takes_what_is_missing_from_the_law() -> None:
    by_size = cc.estimate(params=70e9, scaling_law="besiroglu-2024", chip="h100")
    by_data = cc.estimate(tokens=by_size.values["tokens"], scaling_law="besiroglu-2024", chip="h100")
    by_flop = cc.estimate(flop=by_size.values["training_compute"], scaling_law="besiroglu-2024", chip="h100")
    for result in (by_data, by_flop):
        assert result.values["active_parameters"] == pytest.approx(70e9)
        assert result.values["run_cost"] == pytest.approx(by_size.values["run_cost"])
    assert any("16 billion" in warning for warning in by_size.warnings)
    assert any("4.6 times" in w for w in cc.estimate(params=1e9, scaling_law="hoffmann-2022", chip="h100").warnings)


def test_without_a_law_the_missing_one_is_an_error() -> None:
    with pytest.raises(UndeterminedError, match=r"tokens is missing.*--scaling-law"):
        cc.estimate(params=70e9, chip="h100")
    with pytest.raises(InputError, match="nothing to work on"):
        cc.estimate(chips=100, scaling_law="besiroglu-2024", chip="h100")
    with pytest.raises(InputError, match="law"):
        cc.estimate(params=70e9, scaling_law="chinchila", chip="h100")


def test_a_constant_can_be_ones_own() -> None:
    plain = cc.estimate(params=70e9, scaling_law="besiroglu-2024", chip="h100")
    own = cc.estimate(params=70e9, scaling_law="besiroglu-2024", data_coefficient=4000, chip="h100")
    assert own.values["tokens"] > plain.values["tokens"]
