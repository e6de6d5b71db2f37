"""Models of the catalog: shapes that add up, what an estimate takes from them, and a hub's config.json."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cluster_calc as cc
from cluster_calc.catalog import model_figures
from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.checking import check
from cluster_calc.catalog.models import config_text, figures_of, shapes_of_config
from cluster_calc.errors import InputError
from cluster_calc.quantities.architecture import architecture_of

BOOK = Catalog()
MODELS = tuple(BOOK.layered("models"))


@pytest.mark.parametrize("name", MODELS)
def test_the_shapes_add_up_to_the_stated_parameters(name: str) -> None:
    item = BOOK.item(name, "models")
    figures = figures_of(item)
    ratio = architecture_of(figures).parameter_count() / figures["parameters"]
    excepted = {entry["field"] for entry in item.exceptions}
    assert "parameters" in excepted or abs(ratio - 1) <= 0.01


def test_a_model_is_all_that_a_question_needs() -> None:
    result = cc.estimate(model="llama-3.1-405b", chip="h100", chips=16384, tokens="15.6T")
    typed = cc.estimate(params="405.85e9", chip="h100", chips=16384, tokens="15.6T", mfu=result.values["mfu"])
    assert result.values["training_time"] == pytest.approx(typed.values["training_time"], rel=1e-12)
    assert result.data["parameters"].source.publisher.startswith("arXiv:2407.21783")


def test_a_typed_figure_stands_instead_of_the_models() -> None:
    result = cc.estimate(model="deepseek-v3", chip="h800", chips=2048, params="100e9", tokens="1T", mfu=0.3)
    assert result.values["parameters"] == 100e9
    assert result.values["active_parameters"] == 100e9


def test_the_models_tokens_stand_where_the_demand_is_open() -> None:
    assert cc.estimate(model="deepseek-v3", chip="h800", mfu=0.3).values["tokens"] == 14.8e12
    assert cc.estimate(model="deepseek-v3", chip="h800", flop="1e24", mfu=0.3).values["tokens"] == pytest.approx(
        1e24 / 6 / 37e9
    )
    with pytest.raises(InputError, match="tokens is missing"):
        cc.estimate(model="mixtral-8x7b", chip="h100")


@pytest.mark.parametrize("text", ["llama-3-405b", "meta-llama/Llama-3.1-405B-Instruct", "Llama 3.1 405B"])
def test_a_model_is_known_by_its_names(text: str) -> None:
    assert model_figures.model_id(BOOK, text) == "llama-3.1-405b"


def test_an_unknown_model_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match=r"model: .*llama-3.1-45b.*Did you mean llama-3.1-405b"):
        model_figures.model_id(BOOK, "llama-3.1-45b")


CONFIG = {
    "model_type": "deepseek_v3", "hidden_size": 7168, "num_hidden_layers": 61, "num_attention_heads": 128, "num_key_value_heads": 128,
    "first_k_dense_replace": 3, "intermediate_size": 18432, "kv_lora_rank": 512, "q_lora_rank": 1536, "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64, "v_head_dim": 128, "moe_intermediate_size": 2048, "moe_layer_freq": 1, "n_routed_experts": 256,
    "n_shared_experts": 1, "num_experts_per_tok": 8, "vocab_size": 129280, "tie_word_embeddings": False,
    "quantization_config": {"quant_method": "fp8"}, "max_position_embeddings": 163840,
}  # fmt: skip
# What other hubs' files leave to their kind of model.
CONFIGS = {
    "mixtral-8x7b": {"model_type": "mixtral", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
                     "num_key_value_heads": 8, "intermediate_size": 14336, "num_local_experts": 8, "num_experts_per_tok": 2,
                     "vocab_size": 32000, "sliding_window": None, "tie_word_embeddings": False},
    "gemma-2-9b": {"model_type": "gemma2", "hidden_size": 3584, "num_hidden_layers": 42, "num_attention_heads": 16,
                   "num_key_value_heads": 8, "head_dim": 256, "intermediate_size": 14336, "vocab_size": 256000},
    "gpt-2-xl": {"model_type": "gpt2", "n_embd": 1600, "n_layer": 48, "n_head": 25, "vocab_size": 50257, "n_positions": 1024},
    "llama-4-scout": {"model_type": "llama4", "text_config": {
        "model_type": "llama4_text", "hidden_size": 5120, "num_hidden_layers": 48, "num_attention_heads": 40,
        "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 8192, "intermediate_size_mlp": 16384,
        "num_local_experts": 16, "num_experts_per_tok": 1, "interleave_moe_layer_step": 1, "vocab_size": 202048,
        "tie_word_embeddings": False}},
    "dbrx": {"model_type": "dbrx", "d_model": 6144, "n_layers": 40, "n_heads": 48, "attn_config": {"kv_n_heads": 8},
             "ffn_config": {"ffn_hidden_size": 10752, "moe_num_experts": 16, "moe_top_k": 4}, "vocab_size": 100352,
             "tie_word_embeddings": False},
    "deepseek-v3": CONFIG,
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIGS)
def test_a_hubs_configuration_adds_up_like_the_catalogs_model(name: str) -> None:
    figures, facts = shapes_of_config(CONFIGS[name])
    shape = architecture_of({**figures, **facts})
    known = model_figures.architecture(BOOK, name)
    assert shape.parameter_count() == pytest.approx(known.parameter_count(), rel=1e-4)
    assert shape.active_count() == pytest.approx(known.active_count(), rel=1e-4)


def test_a_hubs_configuration_becomes_a_file_that_passes_its_checks(tmp_path: Path) -> None:
    folder = tmp_path / "Our-V3"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    key, text = config_text(folder / "config.json")
    assert key == "our-v3"
    made = tmp_path / "models" / "our-v3.toml"
    made.parent.mkdir()
    made.write_text(text, encoding="utf-8")
    assert check(made) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[]", "no object"),
        ('{"hidden_size": 64}', "num_hidden_layers, num_attention_heads is missing"),
        ('{"hidden_size": 1.5, "num_hidden_layers": 2, "num_attention_heads": 1}', "not a whole number"),
    ],
)
def test_a_configuration_that_is_none_says_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        config_text(tmp_path / "config.json")


def test_shapes_that_do_not_add_up_are_flagged(tmp_path: Path) -> None:
    text = (BOOK.folders[-1] / "models" / "llama-3-8b.toml").read_text(encoding="utf-8")
    path = tmp_path / "models" / "our-8b.toml"
    path.parent.mkdir()
    path.write_text(
        text.replace('id = "llama-3-8b"', 'id = "our-8b"')
        .replace("aliases = [", "aliases = [] #")
        .replace("14336", "12288"),
        encoding="utf-8",
    )
    assert any("the shapes add up to" in problem.message for problem in check(path))
