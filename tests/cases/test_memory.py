"""One memory model: a page counts what the search of layouts counts, and says of a chip's memory no more than it looked at.

COMMANDS is the readable part: command → what it says → why. What follows checks the same on models nobody chose.
"""

from __future__ import annotations

import json
import shlex
from itertools import product
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import cluster_calc as cc
from cluster_calc.cli import main
from cluster_calc.performance.training.predicted import Predicted

EIGHT = "--params 8e9 --tokens 1e12 --chip h100"
SHAPE = "--layers 32 --hidden-size 4096 --heads 32"
TYPED = f"{EIGHT} --chips 64 --zero-stage 3 --micro-batch 4 {SHAPE} --sequence-length 8192 --recompute full"
GIB = 2**30


class Case(NamedTuple):
    """Options, results in GiB, what the memory check says, and why."""

    options: str
    gib: dict[str, float]
    counted: str
    holds: bool
    why: str


COMMANDS = [
    Case(f"{TYPED} --vocabulary 128256", {"logit_memory": 4 * 8192 * 128256 * 6 / GIB, "recomputed_memory": 4.25}, "", True,
         "logits of s b V entries in 2 and 4 bytes, and the layer that is being recomputed"),
    Case(f"{TYPED} --vocabulary 256000 --logit-bytes 2", {"logit_memory": 15.625}, "", True, "4 x 8192 tokens, 256k entries, bf16"),
    Case(f"{TYPED} --vocabulary 256000 --logit-bytes 0", {"logit_memory": 0.0}, "", True, "a fused loss keeps none"),
    Case(f"{TYPED} --vocabulary 256000 --logit-bytes 2 --tensor-parallel 8", {"logit_memory": 15.625 / 8}, "", True,
         "a tensor group shares the logits"),
    Case(TYPED, {"recomputed_memory": 4.25}, "model states and activations", True, "without a vocabulary logits are not counted"),
    Case(f"{EIGHT} --chips 64", {"memory_needed": 8e9 * 16 / 64 / GIB}, "model states", True, "of bare parameters the states alone"),
    Case(f"{EIGHT} --chips 8 {SHAPE} --vocabulary 128256 --sequence-length 1048576",
         {"logit_memory": 2**20 * 128256 * 6 / 8 / GIB, "activation_memory": 2**20 * 4096 * 32 * 2 / 8 / GIB}, "", False,
         "a million tokens do not fit on 8 chips in any layout: the logits alone are 94 GiB"),
    Case(f"{EIGHT} --chips 64 {SHAPE} --vocabulary 128256 --sequence-length 1048576", {"tensor_parallel": 8, "context_parallel": 2}, "",
         True, "a sequence may be split over more chips than a tensor group"),
    Case(f"{EIGHT} --chips 8 --gradient-bytes 0 --optimizer-bytes 0", {"memory_needed": 2e9 / GIB}, "model states", True,
         "an optimizer may keep nothing, and a gradient may be used at once"),
]  # fmt: skip


def said(options: str) -> dict[str, Any]:
    outcome = CliRunner().invoke(main, ["estimate", *shlex.split(options), "--format", "json"])
    assert outcome.exit_code == 0, outcome.stderr
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


@pytest.mark.parametrize("case", COMMANDS, ids=lambda case: case.why)
def test_a_page_counts_what_a_chip_holds(case: Case) -> None:
    found = said(case.options)
    for name, gib in case.gib.items():
        assert found["results"][name]["value"] == pytest.approx(gib), name
    [entry] = [entry for entry in found["feasibility"] if entry["constraint"] == "memory"]
    assert (entry.get("counted", ""), entry["holds"]) == (case.counted, case.holds)


def test_the_report_claims_no_more_than_was_looked_at() -> None:
    page = str(cc.estimate(params=8e9, tokens=1e12, chip="h100", chips=64))
    [line] = [line for line in page.splitlines() if line.strip().startswith("Memory ")]
    assert "model states fit" in line
    assert "holds" not in line
    assert "not counted without --layers" in " ".join(page.split())


MODELS = {
    "layers": st.sampled_from([16, 32, 40, 80]), "hidden_size": st.sampled_from([2048, 4096, 8192]), "vocabulary": st.integers(1000, 300000),
    "sequence_length": st.sampled_from([1024, 4096, 32768, 262144]), "chips": st.sampled_from([8, 64, 512]),
    "zero_stage": st.integers(0, 3), "logit_bytes": st.sampled_from([0, 2, 6]), "optimizer_bytes": st.sampled_from([0, 8, 12]),
    "memory_reserve": st.sampled_from([0.0, 0.05, 0.3]), "recompute": st.sampled_from([None, "full", "selective"]),
}  # fmt: skip


def described(model: dict[str, Any]) -> dict[str, Any]:
    size = 12 * model["layers"] * model["hidden_size"] ** 2 + 2 * model["vocabulary"] * model["hidden_size"]
    given_ = {name: value for name, value in model.items() if value is not None}
    return {**given_, "chip": "h100", "parameters": float(size), "tokens": 1e11, "heads": model["hidden_size"] // 128}


@given(model=st.fixed_dictionaries(MODELS))
@settings(deadline=None, max_examples=25)
def test_a_page_and_its_prediction_hold_the_same_memory(model: dict[str, Any]) -> None:
    result = cc.estimate(**described(model), global_batch=512, predict_mfu=True)
    step = result.model.implicit["predicted_mfu"]
    assert isinstance(step, Predicted)
    found = step.of(result.values)
    assert found is not None
    assert result.values["memory_needed"] == pytest.approx(found.memory_needed, rel=1e-9)
    [entry] = [entry for entry in result.feasibility if entry.constraint == "memory"]
    # Recomputation that follows from the memory fills it to rounding.
    assert entry.holds == found.within or entry.margin == pytest.approx(0, abs=1e-6)
    if found.within:
        least = cc.estimate(**{name: value for name, value in described(model).items() if name != "zero_stage"})
        assert least.verdict.broken == ()
    assert any("no layout fits" in warning for warning in result.warnings) == (not found.within)


@given(model=st.fixed_dictionaries({name: value for name, value in MODELS.items() if name != "zero_stage"}))
@settings(deadline=None, max_examples=25)
def test_no_typed_layout_needs_less_than_the_one_of_least_memory(model: dict[str, Any]) -> None:
    base = described(model)
    if base.get("recompute") is None:
        base["recompute"] = "full"
    sought = cc.estimate(**base)
    sizes = {
        name: sought.values[name] for name in ("tensor_parallel", "context_parallel", "pipeline_parallel", "zero_stage")
    }
    again = cc.estimate(**base, **sizes)
    assert again.values["memory_needed"] == pytest.approx(sought.values["memory_needed"], rel=1e-12)
    if sought.verdict.broken:
        for tensor, pipeline, stage in product((1, 8), (1, 4, 8, 64), (1, 3)):
            if tensor * pipeline <= base["chips"] and base["layers"] % pipeline == 0:
                other = cc.estimate(**base, tensor_parallel=tensor, pipeline_parallel=pipeline, zero_stage=stage)
                assert other.values["memory_needed"] >= sought.values["memory_needed"] * (1 - 1e-12)


def test_every_row_of_a_sweep_has_the_layout_of_its_own_model() -> None:
    base = described({"layers": 32, "hidden_size": 4096, "vocabulary": 128256, "recompute": None, "chips": 64})
    lengths = [2048.0, 65536.0, 1048576.0]
    table = cc.sweep(
        {"sequence_length": lengths}, results=["memory_needed", "context_parallel", "activation_bytes"], **base
    )
    for row, length in zip(table.to_dict("records"), lengths, strict=True):  # type: ignore[union-attr]
        alone = cc.estimate(**base, sequence_length=length)
        for name in ("memory_needed", "context_parallel", "activation_bytes"):
            assert row[name] == pytest.approx(float(alone.in_unit(name)))
