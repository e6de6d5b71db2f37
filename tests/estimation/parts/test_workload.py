"""What the model behind the FLOP adds: conventions, recomputation, precision, memory, failures, a predicted MFU."""

from __future__ import annotations

from typing import Any

import pytest

from cluster_calc import estimate
from cluster_calc.errors import InputError

LLAMA_7B: dict[str, Any] = {
    "parameters": 6738415616, "tokens": 2e12, "chip": "a100-80gb", "layers": 32, "hidden_size": 4096, "heads": 32,
    "vocabulary": 32000,
}  # fmt: skip


@pytest.mark.parametrize(
    ("convention", "context", "gigaflop"),
    [("6N-embedding+attention", 4096, 46.10), ("6N-embedding+attention", 2**20, 1688.9)],
)
def test_the_flop_of_a_token_as_nemo_prints_them(convention: str, context: int, gigaflop: float) -> None:
    """46.07 GFLOP at 4,096 tokens (46.10 computed); 1,688.9 at 1,048,576."""
    result = estimate(**LLAMA_7B, sequence_length=context, flop_convention=convention)
    assert result.values["flop_per_token"] / 1e9 == pytest.approx(gigaflop, rel=1e-3)


def test_each_convention_counts_what_it_says() -> None:
    n, attention = LLAMA_7B["parameters"], 32 * 4096 * 4096
    expected = {
        "6N": 6 * n, "6N+attention": 6 * n + 12 * attention, "causal": 6 * n + 6 * attention,
        "6N-embedding+attention": 6 * (n - 32000 * 4096) + 12 * attention, "8N-hfu": 8 * n + 16 * attention,
    }  # fmt: skip
    for name, flop in expected.items():
        result = estimate(**LLAMA_7B, sequence_length=4096, flop_convention=name)
        assert result.values["training_compute"] == pytest.approx(flop * 2e12, rel=1e-12), name
        assert name in result.data["flop_per_parameter_token"].source.title


def test_a_convention_with_attention_needs_the_architecture() -> None:
    with pytest.raises(InputError, match="--layers"):
        estimate(parameters=7e9, tokens=1e12, chip="h100", flop_convention="causal")
    with pytest.raises(InputError, match="Did you mean causal"):
        estimate(parameters=7e9, tokens=1e12, chip="h100", flop_convention="casual")


def test_hfu_and_mfu_convert_both_ways() -> None:
    forward = estimate(flop=1e24, chip="a100-80gb", mfu=0.325, recompute="full")
    assert forward.values["hfu"] == pytest.approx(0.4333, abs=1e-4)
    back = estimate(flop=1e24, chip="a100-80gb", hfu=forward.values["hfu"], recompute="full")
    assert back.values["mfu"] == pytest.approx(0.325)
    assert back.values["training_time"] == pytest.approx(forward.values["training_time"])
    with pytest.raises(InputError, match="recompute"):
        estimate(flop=1e24, chip="a100-80gb", hfu=0.5)


def test_selective_recomputation_repeats_attention() -> None:
    """Korthikanti et al. 2022, 175B: 51.4 % MFU, 52.8 % HFU."""
    result = estimate(
        parameters=174.6e9, tokens=300e9, chip="a100-80gb", mfu=0.5139, recompute="selective", layers=96, hidden_size=12288,
        sequence_length=2048, flop_convention="6N+attention",
    )  # fmt: skip
    assert result.values["hfu"] == pytest.approx(0.528, abs=1e-3)


def test_an_mfu_against_bf16_on_chips_that_run_fp8() -> None:
    """DeepSeek-V3: the peak of the waterfall is fp8's, the MFU counts half of it."""
    both = estimate(flop=3.286e24, chip="h800", mfu=0.346, precision="fp8", mfu_precision="bf16")
    plain = estimate(flop=3.286e24, chip="h800", mfu=0.346, precision="bf16")
    assert both.values["training_time"] == pytest.approx(plain.values["training_time"])
    assert both.values["precision_share"] == pytest.approx(0.5, abs=0.001)
    assert "precision 50" in str(both)


def test_the_waterfall_multiplies_and_its_dollars_sum() -> None:
    result = estimate(
        flop=3.8e25, chip="h100", chips=16384, failure_rate="0.00379 failure/server/day", checkpoint_write_time="10 s",
        scheduling_goodput=0.9,
    )  # fmt: skip
    v = result.values
    shares = v["mfu"] * v["checkpoint_goodput"] * v["recovery_goodput"]
    assert v["delivered_throughput"] == pytest.approx(v["cluster_throughput"] * shares)
    parts = ("mfu_loss", "checkpoint_loss", "recovery_loss", "delivered_chip_hours")
    assert sum(v[name] for name in parts) == pytest.approx(v["chip_hours"])
    assert sum(v[f"{name.removesuffix('_chip_hours')}_cost"] for name in parts) == pytest.approx(v["run_cost"])
    assert v["chip_hours"] + v["spare_loss"] + v["scheduling_loss"] == pytest.approx(v["held_chip_hours"])
    assert v["run_cost"] + v["spare_loss_cost"] + v["scheduling_loss_cost"] == pytest.approx(v["held_cost"])
    assert v["goodput"] == pytest.approx(0.908, abs=0.001)


def test_chips_and_goodput_are_found_together() -> None:
    result = estimate(flop=2e25, chip="h100", time_allowed="90 days", failure_rate="0.0114 failure/server/day")
    assert result.mode == "fixed-time"
    assert "chips" in result.results
    chips = result.values["chips"]
    assert result.values["training_time"] <= result.values["time_allowed"]
    fewer = estimate(flop=2e25, chip="h100", chips=chips - 1, failure_rate="0.0114 failure/server/day")
    assert fewer.values["training_time"] > result.values["time_allowed"]


def test_a_deadline_that_failures_make_impossible_says_so() -> None:
    with pytest.raises(InputError, match="no number of chips"):
        estimate(flop=2e29, chip="h100", time_allowed="30 days", failure_rate="0.01 failure/server/day")


def test_draws_that_are_sized_anew_have_each_their_chips() -> None:
    run: dict[str, Any] = {"flop": 2e25, "chip": "h100", "time_allowed": "30 days", "draws": 500}
    held = estimate(**run, failure_rate="0.002..0.008 failure/server/day")
    assert not held.varies("chips")
    sized = estimate(**run, failure_rate="0.002..0.008 failure/server/day", resize=True)
    assert sized.samples["training_time"].max() <= 30 * 86400.0
    for place in (0, 250, 499):
        rate = float(sized.samples["failure_rate"][place]) * 86400
        alone = estimate(**{**run, "draws": None}, failure_rate=f"{rate!r} failure/server/day")
        assert sized.samples["chips"][place] == pytest.approx(alone.values["chips"], abs=1)
    with pytest.raises(InputError, match=r"chips cannot be found in .* draws"):
        estimate(**run, failure_rate="0.0065..0.02 failure/server/day", resize=True)


def test_every_checkpoint_rule_and_a_size_from_the_storage() -> None:
    given: dict[str, Any] = {"parameters": 405e9, "tokens": 1e12, "chip": "h100", "chips": 16384, "mtbf": "3.1 hours"}
    goodput = {
        rule: float(estimate(**given, checkpoint_rule=rule).values["goodput"]) for rule in ("optimal", "daly", "young")
    }
    assert goodput["optimal"] >= goodput["daly"] >= goodput["young"]
    stored = estimate(**given, storage_bandwidth="2000 GB/s")
    assert stored.values["checkpoint_write_time"] == pytest.approx(405e9 * 14 / 2e12)
    with pytest.raises(InputError, match="checkpoint-size"):
        estimate(flop=1e24, chip="h100", storage_bandwidth="2000 GB/s")


def test_a_predicted_mfu_states_its_layout_and_feeds_the_memory() -> None:
    given: dict[str, Any] = {**LLAMA_7B, "sequence_length": 4096, "global_batch": 1024, "chips": 256}
    result = estimate(**given, predict_mfu=True)
    assert 0.3 < result.values["mfu"] < 0.7
    assert "tensor" in result.found["predicted_mfu"].note
    assert result.values["memory_margin"] > 0
    assert "mfu" in result.results
    with pytest.raises(InputError, match="already given"):
        estimate(**given, predict_mfu=True, mfu=0.4)
    alone = estimate(**{**given, "global_batch": None}, predict_mfu=True)
    assert alone.data["global_batch"].origin == "default"
    assert any("a batch of" in warning for warning in alone.warnings)
    with pytest.raises(InputError, match="--layers, --hidden-size"):
        estimate(params=7e9, tokens=1e12, chip="h100", chips=64, predict_mfu=True)


def test_memory_follows_zero_stages() -> None:
    given: dict[str, Any] = {**LLAMA_7B, "sequence_length": 4096, "chips": 64, "micro_batch": 1}
    found = [estimate(**given, zero_stage=stage).values for stage in range(4)]
    # What is gathered from the shards of stage 3 comes on top.
    needed = [values["memory_needed"] - values["gathered_memory"] for values in found]
    assert needed == sorted(needed, reverse=True)
    states = 16 * LLAMA_7B["parameters"]
    assert needed[0] - needed[3] == pytest.approx(states * (1 - 1 / 64))
