"""The speed of a training log as an input: it implies the MFU, as a time does."""

from __future__ import annotations

from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.errors import InputError

LLAMA: dict[str, Any] = {"params": 8.03e9, "tokens": 1e12, "chip": "h100", "chips": 8}
SAID: list[dict[str, Any]] = [
    {"tokens_per_second_per_chip": "8000 token/s/chip"},
    {"tokens_per_second": "64000 token/s"},
    {"throughput_per_chip": f"{6 * 8.03e9 * 8000 / 1e12!r} TFLOP/s"},
    {"step_time": f"{128 * 8192 / 64000!r} s", "global_batch": 128, "sequence_length": 8192},
]


@pytest.mark.parametrize("said", SAID, ids=lambda said: next(iter(said)))
def test_what_a_log_says_implies_the_mfu_and_the_time(said: dict[str, Any]) -> None:
    result = cc.estimate(**LLAMA, **said, goodput=1)
    assert result.values["training_time"] == pytest.approx(1e12 / 64000)
    assert result.values["mfu"] == pytest.approx(6 * 8.03e9 * 8000 / 989.4e12, rel=1e-3)


def test_steps_of_a_known_batch_are_the_tokens() -> None:
    given = {name: value for name, value in LLAMA.items() if name != "tokens"}
    result = cc.estimate(**given, steps=1000, global_batch=128, sequence_length=8192, step_time="9 s", goodput=1)
    assert result.values["tokens"] == 1000 * 128 * 8192
    assert result.values["training_time"] == pytest.approx(9000)
    assert result.values["steps"] == pytest.approx(1000)


def test_a_speed_beside_an_mfu_that_does_not_make_it_is_refused() -> None:
    with pytest.raises(InputError, match="tokens_per_second"):
        cc.estimate(**LLAMA, mfu=0.4, tokens_per_second="640000 token/s")
    with pytest.raises(InputError):
        cc.estimate(**LLAMA, tokens_per_second_per_chip="80000 token/s/chip")


def test_a_logs_speed_stands_instead_of_the_prediction_of_a_known_model() -> None:
    result = cc.estimate(
        model="llama-3-8b", chip="h100", chips=8, tokens=1e12, tokens_per_second_per_chip="8000 token/s/chip", goodput=1
    )
    assert "predicted_mfu" not in result.values
    assert result.values["training_time"] == pytest.approx(1e12 / 64000)


def test_a_predicted_run_says_its_speed() -> None:
    result = cc.estimate(model="llama-3-8b", chip="h100", chips=8, tokens=1e12)
    assert result.values["tokens_per_second"] == pytest.approx(
        result.values["global_batch"] * result.values["sequence_length"] / result.values["step_time"]
    )
