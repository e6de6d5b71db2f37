"""Recipes: what a kind of training computes and keeps; a typed figure stands instead."""

from __future__ import annotations

from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.catalog.book import Catalog
from cluster_calc.errors import InputError

LLAMA: dict[str, Any] = {"params": 70e9, "tokens": 1e9, "chip": "h100", "chips": 8}


@pytest.mark.parametrize("name", Catalog().layered("recipes"))
def test_every_recipe_runs_and_says_where_its_figures_are_from(name: str) -> None:
    result = cc.estimate(**LLAMA, recipe=name)
    datum = result.data["flop_per_parameter_token"]
    assert result.values["training_compute"] == pytest.approx(datum.value * 70e9 * 1e9)
    assert datum.source.publisher


def test_frozen_weights_cost_four_flop_of_six_and_keep_neither_gradients_nor_states() -> None:
    whole, adapters, narrow = (cc.estimate(**LLAMA, recipe=name) for name in ("finetune", "lora", "qlora"))
    assert adapters.values["training_compute"] == pytest.approx(4 / 6 * whole.values["training_compute"])
    assert narrow.values["memory_needed"] < adapters.values["memory_needed"] < 0.2 * whole.values["memory_needed"]


def test_a_typed_figure_stands_instead_of_the_recipes() -> None:
    assert cc.estimate(**LLAMA, recipe="lora", flop_per_parameter_token=5).values["training_compute"] == pytest.approx(
        3.5e20
    )


def test_a_known_model_trains_adapters_faster_than_every_weight() -> None:
    model = {"model": "llama-3-70b", "chip": "h100", "chips": 64, "tokens": 1e9}
    whole, adapters = (cc.estimate(**model, recipe=name) for name in ("finetune", "lora"))
    assert adapters.values["training_time"] < whole.values["training_time"]
    step = adapters.model.implicit["predicted_mfu"].of(adapters.values)  # type: ignore[attr-defined]
    assert adapters.values["memory_needed"] == pytest.approx(step.memory_needed, rel=1e-9)


def test_an_unknown_recipe_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match="Did you mean lora"):
        cc.estimate(**LLAMA, recipe="lra")
