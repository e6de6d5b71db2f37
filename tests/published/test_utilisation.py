"""Published numbers of utilisation, failures and memory, each beside what an estimate, or the formula behind it, gives."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import pytest

from cluster_calc import estimate
from cluster_calc.catalog.current import catalog
from cluster_calc.formulas import checkpoints, failures, layout, limits

DAY = 86400.0
STEPS = {
    row["id"]: row
    for row in csv.DictReader((Path(__file__).parents[1] / "data" / "measured_steps.csv").open(encoding="utf-8"))
}


def implied(per_second: float, chips: int, chip: str, **given: Any) -> Any:
    """What a throughput in tokens a second implies."""
    return estimate(chip=chip, chips=chips, training_time="10 days", tokens=per_second * 10 * DAY, **given)


# --- MFU and HFU ------------------------------------------------------------------------------------------------------


def test_palm_with_and_without_attention() -> None:
    """arXiv:2204.02311 App. B: 238.3K tokens/s on 6,144 TPU v4 are 45.7 % without attention and 46.2 % with it."""
    model: dict[str, Any] = {"parameters": 540.35e9, "layers": 118, "hidden_size": 48 * 256, "sequence_length": 2048}
    plain = implied(238.3e3, 6144, "tpuv4", **model, flop_convention="6N")
    assert plain.values["implied_mfu"] == pytest.approx(0.457, abs=0.0005)
    counted = implied(238.3e3, 6144, "tpuv4", **model, flop_convention="6N+attention")
    assert counted.values["implied_mfu"] / plain.values["implied_mfu"] == pytest.approx(1.0110, abs=2e-4)
    assert counted.values["implied_mfu"] == pytest.approx(0.462, abs=0.0005)


@pytest.mark.parametrize(
    ("size", "mfu", "hfu"),
    [("22b", 0.4165, 0.4381), ("175b", 0.5139, 0.5277), ("530b", 0.5605, 0.5696), ("1t", 0.5627, 0.5701)],
)
def test_korthikanti_from_the_iteration_times(size: str, mfu: float, hfu: float) -> None:
    """arXiv:2205.05198 Table 5: 41.5, 51.4, 56.0, 56.3 % MFU; 43.7, 52.8, 57.0, 57.0 % HFU."""
    row = STEPS[f"korthikanti-{size}-selective"]
    layers, hidden, vocabulary = (int(row[name]) for name in ("layers", "hidden", "vocab"))
    result = implied(
        float(row["tokens_per_second"]), int(row["chips"]), "a100-80gb", precision="fp16",
        parameters=layers * 12 * hidden**2 + vocabulary * hidden, layers=layers, hidden_size=hidden,
        sequence_length=int(row["sequence"]), flop_convention="6N+attention", recompute="selective",
    )  # fmt: skip
    assert result.values["implied_mfu"] == pytest.approx(mfu, abs=6e-4)
    assert result.values["hfu"] == pytest.approx(hfu, abs=6e-4)


def test_attention_of_llama_2_7b_by_context() -> None:
    """+15.9 % at 4k, 6.1 times at 128k, 41.8 times at a million tokens; 21.4 with the causal half."""
    given: dict[str, Any] = {"parameters": 6.738e9, "tokens": 1e12, "chip": "h100", "layers": 32, "hidden_size": 4096}
    for context, convention, ratio in (
        (4096, "6N+attention", 1.159), (131072, "6N+attention", 6.1), (2**20, "6N+attention", 41.8), (2**20, "causal", 21.4),
    ):  # fmt: skip
        found = estimate(**given, sequence_length=context, flop_convention=convention)
        assert found.values["training_compute"] / (6 * 6.738e9 * 1e12) == pytest.approx(ratio, rel=4e-3)
    plain = estimate(**given, sequence_length=2**20)
    assert any("41.8 times" in words for words in plain.warnings)
    assert "4,180%" not in str(estimate(**given, sequence_length=4096))
    assert not any("leaves out attention" in words for words in estimate(**given, sequence_length=1024).warnings)


@pytest.mark.parametrize(
    ("parameters", "tokens", "flop"), [(174.6e9, 300e9, 3.143e23), (405e9, 15.6e12, 3.79e25), (37e9, 14.8e12, 3.286e24)]
)
def test_six_n_d(parameters: float, tokens: float, flop: float) -> None:
    result = estimate(parameters=parameters, tokens=tokens, chip="h100")
    assert result.values["training_compute"] == pytest.approx(flop, rel=5e-4)
    assert "FLOP convention 6N" in str(result)


def test_falcon_in_petaflop_days() -> None:
    assert estimate(parameters=180e9, tokens=3.5e12, chip="a100-40gb").in_unit("petaflops_days") == pytest.approx(43750)


def test_deepseek_v3_and_what_its_total_parameters_would_make() -> None:
    """2.664M H800-hours: 34.6 % of the bf16 peak; 628 % with all 671B parameters counted."""
    hours: dict[str, Any] = {
        "tokens": 14.8e12,
        "chip": "h800",
        "chips": 2048,
        "training_time": f"{2.664e6 / 2048} hours",
    }
    active = estimate(parameters=671e9, active_parameters=37e9, **hours)
    assert active.values["implied_mfu"] == pytest.approx(0.346, abs=5e-4)
    with pytest.raises(ValueError, match=r"imply 6\.28.*active parameters"):
        estimate(parameters=671e9, **hours)


@pytest.mark.parametrize(
    ("parameters", "tokens", "chips", "rate", "days"),
    [(174.6e9, 300e9, 1024, 140e12, 33.8), (175e9, 300e9, 1024, 140e12, 33.91), (1008e9, 450e9, 3072, 163e12, 83.88)],
)
def test_training_time_from_a_throughput_with_recomputation(
    parameters: float, tokens: float, chips: int, rate: float, days: float
) -> None:
    """arXiv:2104.04473 eq. (4): 8 P D / (n X), with X the arithmetic executed; 34 and 84 days are printed."""
    given: dict[str, Any] = {
        "parameters": parameters, "tokens": tokens, "chip": "a100-80gb", "chips": chips, "mfu": rate / 312e12, "goodput": 1,
    }  # fmt: skip
    executed = estimate(**given, flop_convention="8N-hfu")
    assert executed.in_unit("training_time") == pytest.approx(days, rel=2e-3)
    mistaken = estimate(**given)
    assert mistaken.values["training_time"] / executed.values["training_time"] == pytest.approx(0.75)
    as_hfu = estimate(
        **{name: value for name, value in given.items() if name != "mfu"}, hfu=rate / 312e12, recompute="full"
    )
    assert as_hfu.values["training_time"] == pytest.approx(executed.values["training_time"])


# --- pipeline, roofline -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stages", "microbatches", "interleave", "percent"),
    [(8, 64, 1, 10.9), (8, 64, 6, 1.8), (64, 512, 1, 12.3), (16, 16, 1, 93.8), (16, 16, 2, 46.9), (16, 16, 4, 23.4), (16, 16, 8, 11.7)],
)  # fmt: skip
def test_pipeline_bubbles(stages: int, microbatches: int, interleave: int, percent: float) -> None:
    """Of the ideal time (arXiv:2104.04473 section 2.2; Llama 3's form with V)."""
    assert 100 * layout.pipeline_bubble(stages, microbatches, interleave) == pytest.approx(percent, abs=0.06)


@pytest.mark.parametrize(
    ("chip", "precision", "ridge"),
    [
        ("a100-80gb", "bf16", 153),
        ("h100", "bf16", 295),
        ("h100", "fp8", 591),
        ("tpuv4", "bf16", 229),
    ],
)
def test_ridge_points_from_the_catalog(chip: str, precision: str, ridge: float) -> None:
    item = catalog().chip(chip)
    assert item.peaks[precision].value / item.figures["memory_bandwidth"].value == pytest.approx(ridge, rel=6e-3)


def test_the_published_ridge_of_a_b200_is_that_of_the_dgx() -> None:
    """281 holds at the 8 TB/s of a DGX B200, the high end; an HGX board has 7.7."""
    item = catalog().chip("b200")
    assert item.peaks["bf16"].value / item.figures["memory_bandwidth"].high == pytest.approx(281, rel=6e-3)


# --- failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "hours", "servers"),
    [(419 / 54 / 2048, 3.093, 2048), (466 / 54 / 2048, 2.78, 2048), (6.5e-3, 1.80, 2048), (6.5e-3, 0.225, 16384), (6.5e-3, 28.8, 128),
     (2.3e-3, 2.61, 4000), (2.3e-3, 50.1 / 60, 12500)],
)  # fmt: skip
def test_time_between_failures_by_size(events: float, hours: float, servers: int) -> None:
    """Llama 3, all and unexpected; RSC-1; FT-HSDP: one over n."""
    result = estimate(flop=1e22, chip="h100", chips=8 * servers, failure_rate=f"{events!r} failure/server/day")
    assert result.in_unit("mtbf") == pytest.approx(hours, rel=4e-3)


def test_failures_a_server_and_a_gpu() -> None:
    """Llama 3: 3.79 per 1,000 server-days, 17.3 % a GPU-year. The chance of one: Databricks 57 and 19 %, Alibaba 84.8 %."""
    assert pytest.approx(3.79, abs=0.005) == 1000 * 419 / 54 / 2048
    assert pytest.approx(0.173, abs=5e-4) == 419 / 54 / 16384 * 365.25
    for servers, rate, days, chance in (
        (1024, 0.01 / 365.25, 30, 0.569),
        (256, 0.01 / 365.25, 30, 0.190),
        (125, 0.015, 1, 0.848),
    ):
        expected = float(failures.interruptions(days * DAY, failures.mtbf(servers, rate / DAY, 1)))
        assert 1 - math.exp(-expected) == pytest.approx(chance, abs=2e-3)


def test_the_catalogs_rate_carries_a_threefold_band() -> None:
    rate = estimate(flop=1e24, chip="h100", chips=1024, checkpoint_rule="daly").data["failure_rate"]
    assert rate.value * DAY == pytest.approx(0.00379)
    assert rate.low is not None
    assert rate.high is not None
    assert rate.value / rate.low == pytest.approx(3, rel=0.02)
    assert rate.high / rate.value == pytest.approx(3, rel=0.02)


@pytest.mark.parametrize(
    ("write", "first", "series", "overhead", "goodput"),
    [(10.0, 7.87, 7.75, 4.36, 0.908), (60.0, 19.27, 18.60, 11.1, 0.853), (300.0, 43.08, 39.81, 27.3, 0.744)],
)
def test_checkpointing_at_the_scale_of_llama_3(
    write: float, first: float, series: float, overhead: float, goodput: float
) -> None:
    mtbf = 54 * DAY / 419
    assert checkpoints.young_interval(write, mtbf) / 60 == pytest.approx(first, abs=0.006)
    interval = float(checkpoints.daly_interval(write, mtbf))
    assert interval / 60 == pytest.approx(series, abs=0.006)
    assert 100 * (1 / checkpoints.goodput(interval, write, 0.0, mtbf) - 1) == pytest.approx(overhead, rel=5e-3)
    assert checkpoints.goodput(interval, write, 600.0, mtbf) == pytest.approx(goodput, abs=6e-4)
    result = estimate(flop=3.8e25, chip="h100", chips=16384, mtbf=f"{mtbf!r} s", checkpoint_write_time=f"{write} s",
                      restart_time="10 minutes")  # fmt: skip
    assert result.values["goodput"] == pytest.approx(goodput, abs=6e-4)


def test_the_golden_values() -> None:
    assert float(checkpoints.daly_interval(0.01, 1.0)) == pytest.approx(0.134833, abs=5e-7)
    interval = float(checkpoints.daly_interval(10.0, 3.0931 * 3600))
    assert checkpoints.goodput(interval, 10.0, 600.0, 3.0931 * 3600) == pytest.approx(0.9080, abs=5e-5)
    assert float(checkpoints.daly_interval(2.5, 1.0)) == 1.0, "beyond twice the MTBF the interval is the MTBF"
    for write, percent in ((0.001, 1.5), (0.01, 4.9), (0.2, 25)):
        far = checkpoints.young_interval(write, 1.0) / float(checkpoints.optimal_interval(write, 1.0)) - 1
        assert 100 * far == pytest.approx(percent, rel=0.02)


def test_llama_3s_effective_training_time_is_above_nine_tenths() -> None:
    mtbf = 54 * DAY / 419
    interval = float(checkpoints.young_interval(10.0, mtbf))
    assert float(checkpoints.ettr(interval, 10.0, 600.0, mtbf)) == pytest.approx(0.906, abs=5e-4)
    result = estimate(flop=3.8e25, chip="h100", chips=16384, failure_rate="0.00379 failure/server/day", checkpoint_write_time="10 s",
                      restart_time="10 minutes", checkpoint_rule="young")  # fmt: skip
    assert result.values["ettr"] > 0.9
    assert result.values["goodput"] > 0.9


def test_asynchronous_checkpoints_enter_as_a_shorter_write() -> None:
    """IBM and PyTorch: 148.8 s → 6.3 s a checkpoint."""
    given: dict[str, Any] = {"flop": 3.8e25, "chip": "h100", "chips": 16384}
    slow, fast = (estimate(**given, checkpoint_write_time=text).values["goodput"] for text in ("148.8 s", "6.3 s"))
    assert fast > slow + 0.08


@pytest.mark.parametrize(("days", "mean", "spares"), [(1, 7.8, 15), (3, 23.3, 35), (7, 54.3, 72)])
def test_spares_for_2048_servers(days: int, mean: float, spares: int) -> None:
    """Poisson P99 at 7.76 failures a day: 0.73, 1.7 and 3.5 % of the servers."""
    result = estimate(
        flop=3.8e25,
        chip="h100",
        chips=16384,
        failure_rate=f"{7.76 / 2048!r} failure/server/day",
        repair_time=f"{days} days",
    )
    assert result.values["outages_in_repair"] == pytest.approx(mean, abs=0.06)
    assert result.values["spare_servers"] == spares
    assert result.values["spare_chips"] == 8 * spares


# --- critical batch ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("loss", "millions"), [(4, 0.27), (3, 1.07), (2.5, 2.55), (2.0, 7.4)])
def test_critical_batch_by_loss(loss: float, millions: float) -> None:
    result = estimate(params=1e9, tokens=1e11, chip="h100", loss=loss, global_batch=512, sequence_length=4096)
    assert result.values["critical_batch"] / 1e6 == pytest.approx(millions, rel=0.01)
    assert limits.data_overhead(1.0, 1.0) == 2
    assert limits.data_overhead(4.0, 1.0) == 5


def test_the_batch_of_deepseek_v3() -> None:
    result = estimate(params=37e9, tokens=14.8e12, chip="h800", global_batch=15360, sequence_length=4096)
    assert result.values["batch_tokens"] == pytest.approx(62.9e6, rel=1e-3)


# --- memory -----------------------------------------------------------------------------------------------------------

# What ran, as published: tensor × pipeline parallel size, interleaving, what was computed again.
LAYOUTS: dict[str, dict[str, Any]] = {
    # arXiv:2205.05198 Tables 3 and 5, on A100-80GB: 4 chips-per-layer splits, selective recomputation, sequence parallel.
    "GPT-3 175B, Korthikanti": {
        "parameters": 174.6e9, "layers": 96, "hidden_size": 12288, "heads": 96, "sequence_length": 2048, "chips": 64,
        "tensor_parallel": 8, "pipeline_parallel": 8, "interleave": 3, "recompute": "selective", "chip": "a100-80gb",
    },
    "MT-NLG 530B, Korthikanti": {
        "parameters": 529.5e9, "layers": 105, "hidden_size": 20480, "heads": 128, "sequence_length": 2048, "chips": 280,
        "tensor_parallel": 8, "pipeline_parallel": 35, "interleave": 3, "recompute": "selective", "chip": "a100-80gb",
    },
    # arXiv:2201.11990 section 2: 280 DGX A100, full recomputation.
    "MT-NLG 530B, as trained": {
        "parameters": 529.6e9, "layers": 105, "hidden_size": 20480, "heads": 128, "sequence_length": 2048, "chips": 2240,
        "tensor_parallel": 8, "pipeline_parallel": 35, "recompute": "full", "zero_stage": 0, "chip": "a100-80gb",
    },
    # arXiv:2104.04473 Table 1: full recomputation.
    "GPT-3 175B, Megatron-LM 2021": {
        "parameters": 174.6e9, "layers": 96, "hidden_size": 12288, "heads": 96, "sequence_length": 2048, "chips": 1024,
        "tensor_parallel": 8, "pipeline_parallel": 16, "recompute": "full", "zero_stage": 0, "chip": "a100-80gb",
    },
    # arXiv:2407.21783 Table 4 and section 3.3.2: 8 × 16 × 128 at 8,192 tokens, no recomputation.
    "Llama 3 405B": {
        "parameters": 405e9, "layers": 126, "hidden_size": 16384, "heads": 128, "sequence_length": 8192, "chips": 16384,
        "tensor_parallel": 8, "pipeline_parallel": 16, "recompute": "none", "chip": "h100",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_published_layouts_fit(name: str) -> None:
    result = estimate(tokens=300e9, micro_batch=1, **LAYOUTS[name])
    assert result.values["memory_margin"] > 0, name
    assert result.values["chips"] > result.values["minimum_chips"]
    parts = (
        "weight_memory",
        "gradient_memory",
        "optimizer_memory",
        "activation_memory",
        "recomputed_memory",
        "gathered_memory",
    )
    assert sum(result.values[part] for part in parts) == pytest.approx(result.values["memory_needed"])


@pytest.mark.parametrize("name", ["GPT-3 175B, Korthikanti", "MT-NLG 530B, Korthikanti"])
def test_without_recomputation_and_fused_attention_they_would_not(name: str) -> None:
    """arXiv:2205.05198 Figure 1: with every activation kept, scores included, both exceed the 80 GB."""
    kept = {**LAYOUTS[name], "recompute": "none", "activation_bytes": 34, "score_bytes": 5}
    assert estimate(tokens=300e9, micro_batch=1, **kept).values["memory_margin"] < 0


def test_recomputation_saves_what_korthikanti_says() -> None:
    """arXiv:2205.05198 section 5: selective recomputation saves 70 % of the activations of GPT-3, 65 % of MT-NLG's."""
    for hidden, heads, saved in ((12288, 96, 0.70), (20480, 128, 0.65)):
        whole = 34 + 5 * heads * 2048 / hidden
        assert 1 - 34 / whole == pytest.approx(saved, abs=0.01)


def test_a_model_state_is_16_bytes_a_parameter_and_zero_shards_it() -> None:
    """arXiv:1910.02054 Figure 1: 7.5B on 64 chips need 120, 31.4, 16.6 and 1.9 GB."""
    given: dict[str, Any] = {
        "parameters": 7.5e9, "tokens": 1e11, "chip": "a100-80gb", "chips": 64, "layers": 32, "hidden_size": 4096, "sequence_length": 1024,
        "micro_batch": 1,
    }  # fmt: skip
    for stage, gigabytes in enumerate((120, 31.4, 16.6, 1.88)):
        values = estimate(**given, zero_stage=stage).values
        states = values["weight_memory"] + values["gradient_memory"] + values["optimizer_memory"]
        assert states / 1e9 == pytest.approx(gigabytes, rel=4e-3)
