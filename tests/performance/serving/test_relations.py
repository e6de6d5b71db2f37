"""Sanity of the serving relations: shapes of truth, hand figures, DeepSeek's published day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import cluster_calc as cc
from cluster_calc.catalog.current import catalog
from cluster_calc.model.sets import model_of
from cluster_calc.performance.serving.cases import Case, aggregated, predicted
from cluster_calc.performance.serving.constants import book, calibrated
from cluster_calc.performance.serving.replicas import CONVENTIONS, evaluated
from cluster_calc.performance.serving.rows import case_of, model_named

DEMAND = {"tokens_per_day": 20e9, "input_tokens": 2000, "output_tokens": 500, "tpot": "30 ms", "ttft": "1 s"}
ROW = {
    "architecture": "llama-3-70b", "chip": "nvidia-h200-sxm", "chips": "4", "tp": "4", "pp": "1", "attention_dp": "1", "ep": "1",
    "weight_precision": "fp8", "framework": "vllm", "input_tokens": "1024", "output_tokens": "1024", "concurrency": "64",
}  # fmt: skip
MIXTURE = {**ROW, "architecture": "deepseek-v3", "chips": "8", "tp": "1", "attention_dp": "8", "ep": "8"}


def case(**cells: str) -> Case:
    return case_of({**ROW, **cells}, catalog().chip, model_named)


def rate(entry: Case) -> float:
    return predicted([entry])[0].output_rate


@pytest.mark.parametrize("row", [ROW, MIXTURE], ids=["dense", "mixture"])
@pytest.mark.parametrize("name", ["memory_bandwidth", "memory", "scaleup_bandwidth", "half_peak", "expert_peak", "attention_peak",
                                  "shared_peak", "scaleout_bandwidth"])  # fmt: skip
@pytest.mark.parametrize("streams", [1.0, 64.0, 4096.0])
def test_more_of_any_resource_is_never_slower(row: dict[str, str], name: str, streams: float) -> None:
    start = replace(case_of(row, catalog().chip, model_named), streams=streams)
    rates = [
        rate(replace(start, values={**start.values, name: start.values[name] * factor})) for factor in (1, 1.3, 2, 10)
    ]
    assert rates == sorted(rates)


@pytest.mark.parametrize("row", [ROW, MIXTURE], ids=["dense", "mixture"])
def test_a_larger_batch_serves_more_and_each_token_takes_longer(row: dict[str, str]) -> None:
    start = case_of(row, catalog().chip, model_named)
    found = predicted([replace(start, streams=float(streams)) for streams in (1, 2, 8, 32, 128, 400)])
    assert [entry.output_rate for entry in found] == sorted(entry.output_rate for entry in found)
    assert [entry.step for entry in found] == sorted(entry.step for entry in found)


def test_the_cache_never_exceeds_the_memory() -> None:
    start = case()
    values = aggregated([replace(start, streams=streams) for streams in (1.0, 100.0, 1e6)])
    held = values["batch"] * values["cache_per_sequence"] / values["cache_chips"] / values["attention_parallel"]
    usable = values["memory"] * values["serving_memory_share"] - values["serving_memory_reserve"]
    assert (held + values["resident_weights"] <= usable * (1 + 1e-12)).all()
    assert values["batch"][2] == values["largest_batch"][2] < 1e6


def test_a_dense_model_without_overheads_is_the_hand_equation() -> None:
    """Llama 3 70B at one byte on one chip: a step reads weights and cache or computes; nothing else is left."""
    bare = {**calibrated("tuned"), "weight_bandwidth_share": 1.0, "cache_bandwidth_share": 1.0, "decode_arithmetic_share": 1.0,
            "attention_arithmetic_share": 1.0, "prefill_arithmetic_share": 1.0, "unhidden_share": 0.0, "layer_time": 0.0,
            "moe_layer_time": 0.0, "sequence_time": 0.0, "prefill_layer_time": 0.0, "engine_time_factor": 1.0}  # fmt: skip
    one = case(tp="1", chips="1")
    values = {**CONVENTIONS, **bare, **one.values, "tensor_parallel": 1.0, "attention_parallel": 1.0, "expert_parallel": 1.0,
              "pipeline_parallel": 1.0}  # fmt: skip
    for batch in (1.0, 8.0, 40.0):
        found = evaluated({**values, "batch": batch})
        weights = one.values["attention_parameters"] + one.values["shared_parameters"]
        read = weights / one.values["memory_bandwidth"]
        arithmetic = 2 * weights * batch / one.values["shared_peak"]
        cache = batch * (1024 + 512) * 327_680 / one.values["memory_bandwidth"]
        assert arithmetic < read
        assert found["decode_step_time"] == pytest.approx(read + cache, rel=1e-12)
        prompt = (
            2 * 1024 * (weights - 128_256 * 8192) / one.values["shared_peak"]
            + 2 * 1024 * 512 * 1_310_720 / one.values["half_peak"]
        )
        assert found["prefill_time"] == pytest.approx(prompt, rel=1e-12)
        assert found["replica_request_rate"] == pytest.approx(1 / (prompt + 1024 * (read + cache) / batch), rel=1e-12)


def test_replicas_are_alike_whatever_their_number() -> None:
    found = [cc.serve(model="llama-3-8b", chip="h100", **{**DEMAND, "tokens_per_day": tokens}, tensor_parallel=1, disaggregated=0,
                      batch=64).values for tokens in (1e11, 1e13)]  # fmt: skip
    for name in ("replica_request_rate", "time_per_output_token", "output_tokens_per_second_per_chip"):
        assert found[0][name] == found[1][name]
    assert found[1]["replicas"] == pytest.approx(100 * found[0]["replicas"], rel=0.02)
    assert found[1]["cost_per_million_tokens"] == pytest.approx(found[0]["cost_per_million_tokens"], rel=0.02)


def test_the_published_day_of_deepseek_lies_within_the_interval() -> None:
    """608e9 tokens in (56.3 % from the cache), 168e9 out on 226.75 nodes of 8 H800 in the mean, 87,072 USD at 2 USD an hour."""
    found = cc.serve(
        model="deepseek-v3", chip="h800-sxm", tokens_per_day=776e9, input_tokens=4383, output_tokens=1211, cache_hit_share=0.563,
        tpot="50 ms", rental_price="2 USD/hour", autoscaled_share=1.0,
    )  # fmt: skip
    interval = book()["left_out"]["batch-open"]
    needed = float(found.values["needed_chips"])
    assert needed / interval["high"] <= 226.75 * 8 <= needed / interval["low"]
    cost = float(found.values["rented_cost_per_million_tokens"]) * 1e6
    assert cost / interval["high"] <= 87_072 / 776e3 <= cost / interval["low"]
    # To the digit from the stated rates.
    rented = model_of("serving-cost").evaluate(
        {"rental_price": 2 / 3600, "paid_chips": 226.75 * 8, "total_tokens_per_second": 776e9 / 86400}
    )
    assert rented["rented_cost_per_million_tokens"] * 1e6 * 776e3 == pytest.approx(87_072, rel=1e-4)


def test_input_cached_and_output_add_up_to_the_cost_of_the_fleet() -> None:
    values = cc.serve(model="llama-3.3-70b", chip="h200", cache_hit_share=0.4, **DEMAND).values
    fresh, cached = 0.6 * values["input_tokens"], 0.4 * values["input_tokens"]
    request = (
        fresh * values["cost_per_million_input_tokens"] + cached * values["cost_per_million_cached_tokens"]
        + values["output_tokens"] * values["cost_per_million_output_tokens"]
    )  # fmt: skip
    assert request * values["requests_per_second"] == pytest.approx(float(values["fleet_cost_rate"]), rel=1e-12)


def test_drafts_pay_less_where_arithmetic_binds() -> None:
    def gain(model: str, batch: int) -> float:
        given: Mapping[str, Any] = {"model": model, "chip": "b200", "chips": 8, "batch": batch, "disaggregated": 0,
                                    "tensor_parallel": 8, "draft_acceptance": 0.85}  # fmt: skip
        plain, drafted = (cc.serve(**given, draft_tokens=count).values["decode_time_per_request"] for count in (0, 1))
        return float(plain / drafted)

    assert gain("llama-3-70b", 4) > gain("llama-3-70b", 1024)
    # InferenceX, DeepSeek-R1 on 4 B200 at 4 streams: 7.93 ms without multi-token prediction, 5.11 ms with it.
    assert gain("deepseek-v3", 4) == pytest.approx(7.93 / 5.11, rel=0.1)


def test_turned_round_the_fleet_serves_what_it_was_sized_for() -> None:
    there = cc.serve(model="llama-3.3-70b", chip="h200", **DEMAND)
    layout = {name: float(there.values[name]) for name in ("tensor_parallel", "batch", "disaggregated")}
    back = cc.serve(model="llama-3.3-70b", chip="h200", chips=float(there.values["chips"]), **layout,
                    **{name: value for name, value in DEMAND.items() if name != "tokens_per_day"})  # fmt: skip
    assert float(back.values["tokens_per_day"]) == pytest.approx(20e9 / 86400, rel=0.15)


def test_the_search_sizes_every_element_of_an_array() -> None:
    tokens = np.array([1e9, 20e9, 400e9])
    together = cc.serve(model="llama-3.3-70b", chip="h200", **{**DEMAND, "tokens_per_day": tokens}).values["chips"]
    alone = [
        cc.serve(model="llama-3.3-70b", chip="h200", **{**DEMAND, "tokens_per_day": float(each)}).values["chips"]
        for each in tokens
    ]
    assert together.tolist() == [float(each) for each in alone]
