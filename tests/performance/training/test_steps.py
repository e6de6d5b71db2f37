"""Measured steps with experts, long contexts and Blackwell chips: shipped and left out; what the search makes of a known model."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cluster_calc as cc
from cluster_calc.performance.efficiencies import fitted
from cluster_calc.performance.training.predicted import Predicted
from tools.calibrate_performance import LEFT_OUT, MOE_NOISE, STEP_NOISE, Case, errors, step_cases

STEPS = Path(__file__).parents[2] / "data" / "training_steps.csv"
# Median and 90th percentile of the error's size that each group may have: shipped, and where half, model or chip was left out.
MOST = {
    "dense": {"shipped": (0.05, 0.13), "half": (0.06, 0.14), "model": (0.08, 0.20), "chip": (0.06, 0.15)},
    "long": {"shipped": (0.07, 0.25), "half": (0.08, 0.22), "model": (0.09, 0.26), "chip": (0.09, 0.36)},
    "experts": {"shipped": (0.14, 0.36), "half": (0.23, 0.43), "model": (0.22, 0.55), "chip": (0.20, 0.40)},
}
LLAMA_405B: dict[str, Any] = {
    "params": 405.85e9, "tokens": 15.6e12, "chip": "h100", "layers": 126, "hidden_size": 16384, "heads": 128, "vocabulary": 128256,
    "sequence_length": 8192, "predict_mfu": True,
}  # fmt: skip


@cache
def cases() -> list[Case]:
    return step_cases(STEPS)


@cache
def left_out() -> dict[str, dict[str, float]]:
    with LEFT_OUT.open(encoding="utf-8", newline="") as file:
        return {row["id"]: {name: float(row[name]) for name in row if name != "id"} for row in csv.DictReader(file)}


def group(case: Case) -> str:
    return "experts" if case.experts else "long" if case.long else "dense"


def test_what_was_left_out_was_left_out_of_these_figures() -> None:
    """The file that docs/forecast.md reads holds what the shipped figures predict."""
    assert set(left_out()) == {case.id for case in cases()}
    now = 1 + errors(cases())
    assert now == pytest.approx([left_out()[case.id]["shipped"] for case in cases()], abs=2e-4)


@pytest.mark.parametrize("kind", MOST)
@pytest.mark.parametrize("way", ["shipped", "half", "model", "chip"])
def test_steps_are_met_shipped_and_left_out(kind: str, way: str) -> None:
    off = np.abs([left_out()[case.id][way] - 1 for case in cases() if group(case) == kind])
    assert np.median(off) < MOST[kind][way][0]
    assert np.percentile(off, 90) < MOST[kind][way][1]


def test_no_calibrated_figure_moves_the_whole_by_much_alone() -> None:
    """The shipped figures are where the calibration ends: a move of any of them by 10 % makes the steps no likelier by much."""
    noise = np.array([MOE_NOISE if case.experts else STEP_NOISE for case in cases()])
    start, spread = fitted("start"), fitted("spread")

    def cost(figures: dict[str, float]) -> float:
        size, cap = np.abs(np.log1p(errors(cases(), figures))), 3 * noise
        each = np.where(size < cap, size**2, 2 * cap * size - cap**2) / noise**2
        return float(each.sum()) + sum((np.log(figures[name] / start[name]) / spread[name]) ** 2 for name in figures)

    shipped = fitted()
    here = cost(shipped)
    for name in ("experts.expert_tokens", "experts.moe_layer_time", "generation.blackwell.low_precision_efficiency"):
        for factor in (0.9, 1.1):
            assert cost({**shipped, name: shipped[name] * factor}) > here - 0.5, (name, factor)


def test_a_known_mixture_of_experts_is_spread_over_experts_and_its_page_holds_the_same_memory() -> None:
    result = cc.estimate(model="deepseek-v3", chip="h800", chips=2048, precision="fp8")
    step = result.model.implicit["predicted_mfu"]
    assert isinstance(step, Predicted)
    found = step.of(result.values)
    assert found is not None
    assert found.layout.expert_parallel > 1
    assert "expert parallel" in found.parts
    assert result.values["memory_needed"] == pytest.approx(found.memory_needed, rel=1e-9)
    assert result.data["prediction_ratio"].value < 1


def test_what_was_assumed_for_a_known_model_is_named() -> None:
    result = cc.estimate(model="llama-3.1-405b", chip="h100", chips=16384, tokens="15.6T")
    assert any("a batch of 2,048 sequences" in warning for warning in result.warnings)
    assert abs(float(result.in_unit("chip_hours")) / 30.84e6 - 1) < 0.10  # Meta's model card
    typed = cc.estimate(
        model="llama-3.1-405b", chip="h100", chips=16384, tokens="15.6T", sequence_length=8192, global_batch=2048
    )
    assert typed.values["mfu"] == pytest.approx(result.values["mfu"])
    assert not any("assumed" in warning for warning in typed.warnings)


@pytest.mark.parametrize("batch", [512, 1024, 1536, 2048])
def test_the_search_is_never_slower_than_a_layout_that_it_could_have_found(batch: int) -> None:
    sought = cc.estimate(**LLAMA_405B, chips=16384, global_batch=batch)
    typed = cc.estimate(
        **LLAMA_405B, chips=16384, global_batch=batch, tensor_parallel=8, pipeline_parallel=16, interleave=8
    )
    assert sought.values["mfu"] >= typed.values["mfu"] * (1 - 1e-9)


def test_half_the_batch_does_not_halve_the_speed() -> None:
    found = [cc.estimate(**LLAMA_405B, chips=16384, global_batch=batch).values["mfu"] for batch in (1024, 2048)]
    assert found[0] > 0.75 * found[1]


def test_long_contexts_are_shared_by_groups() -> None:
    long = cc.estimate(**{**LLAMA_405B, "sequence_length": 131072}, chips=16384, global_batch=128)
    assert long.values["context_parallel"] > 1
    assert (
        0.15
        < cc.estimate(
            **{**LLAMA_405B, "sequence_length": 131072, "flop_convention": "6N+attention"},
            chips=16384,
            global_batch=128,
        ).values["mfu"]
        < 0.55
    )


def test_experts_pay_for_what_travels() -> None:
    given: dict[str, Any] = {
        "model": "deepseek-v3",
        "chip": "h100",
        "chips": 1024,
        "precision": "fp8",
        "predict_mfu": True,
    }
    slow, fast = (cc.estimate(**given, scaleout_bandwidth=f"{rate} GB/s").values["mfu"] for rate in (10, 100))
    assert slow < fast
    assert cc.estimate(**given, expert_parallel=64).values["expert_parallel"] == 64


def test_a_chip_that_cannot_be_predicted_falls_back_and_says_why() -> None:
    result = cc.estimate(model="llama-3-8b", chip="rtx-4090", chips=8)
    assert any("is not predicted" in warning for warning in result.warnings)
    assert "predicted_mfu" not in result.values
