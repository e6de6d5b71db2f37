"""Models of the catalog: whether the shapes add up to the parameters, and a hub's config.json as a file of the catalog."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster_calc.catalog.items import Item
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.quantities.architecture import ATTENTIONS, BIASES, architecture_of

if TYPE_CHECKING:
    from cluster_calc.catalog.checks.sheet import Sheet

CLOSE = 0.01
# Stated counts of what works on a token leave out one table, both, or none, and are printed with two digits.
CLOSE_ACTIVE = 0.05
NEEDED = ("layers", "hidden_size", "heads")
# What hubs call a size, the name that the catalog has for it first.
KEYS: dict[str, tuple[str, ...]] = {
    "layers": ("num_hidden_layers", "n_layer", "n_layers", "num_layers"),
    "hidden_size": ("hidden_size", "n_embd", "d_model"),
    "heads": ("num_attention_heads", "n_head", "n_heads"),
    "kv_heads": ("num_key_value_heads", "n_head_kv", "num_kv_heads", "kv_n_heads", "multi_query_group_num"),
    "head_size": ("head_dim", "kv_channels"),
    "query_rank": ("q_lora_rank",),
    "latent_rank": ("kv_lora_rank",),
    "nope_size": ("qk_nope_head_dim",),
    "rope_size": ("qk_rope_head_dim",),
    "value_size": ("v_head_dim",),
    "ffn_size": ("intermediate_size_mlp", "intermediate_size", "ffn_dim", "n_inner", "ffn_hidden_size"),
    "experts": ("n_routed_experts", "num_experts", "num_local_experts", "moe_num_experts"),
    "experts_active": ("num_experts_per_tok", "num_experts_per_token", "experts_per_token", "moe_top_k", "moe_topk"),
    "expert_ffn_size": ("moe_intermediate_size", "intermediate_size", "ffn_hidden_size"),
    "shared_experts": ("n_shared_experts", "num_shared_experts"),
    "shared_ffn_size": ("shared_expert_intermediate_size", "shared_intermediate_size"),
    "vocabulary": ("vocab_size",),
    "context": ("max_position_embeddings", "max_seq_len", "n_positions", "n_ctx", "seq_length"),
    "attention_window": ("sliding_window", "attention_chunk_size"),
}
# Kinds of model whose files leave this out because it is what their code does.
PLAIN_FFN = ("gpt", "opt", "bloom", "falcon", "mpt", "starcoder2", "nemotron", "vit", "bert", "RefinedWeb")
TIED = ("gpt2", "gemma", "falcon", "bloom", "opt", "mpt", "cohere", "starcoder2", "gpt_bigcode")
ALL_BIASES = ("gpt2", "gpt_neox", "gpt_bigcode", "opt", "bloom", "starcoder2")
FOUR_NORMS = ("gemma2", "gemma3", "olmo2", "olmo3")
ONE_NORM = ("falcon", "cohere", "gptj", "gpt_neox")
LEARNED_POSITIONS = ("gpt2", "opt", "gpt_bigcode")


def figures_of(item: Item) -> dict[str, Any]:
    """The shapes of a model's file: numbers of its figures, words of its facts."""
    leaves = {name: leaf.datum.value for name, leaf in item.sections.get("figures", {}).items()}
    return {**leaves, **{name: item.facts[name] for name in ("attention", "tied", "biases") if name in item.facts}}


def shaped(sheet: Sheet, item: Item) -> None:
    """The shapes add up to the stated parameters, and to those that work on one token."""
    figures = figures_of(item)
    for word, known in (("attention", ATTENTIONS), ("biases", BIASES)):
        if word in figures and figures[word] not in known:
            hint = did_you_mean(str(figures[word]), known)
            sheet.wrong(word, f"{word} {quoted(figures[word])} is not one of {', '.join(known)}", hint)
            return
    lacking = [name for name in (*NEEDED, "parameters") if figures.get(name) is None]
    if lacking:
        sheet.wrong("figures", f"a model needs {', '.join(lacking)}", "give them under [figures]")
        return
    shape = architecture_of(figures)
    _close(sheet, "parameters", figures["parameters"], [shape.parameter_count()], CLOSE)
    if figures.get("active_parameters"):
        table, active = shape.table_parameters(), shape.active_count()
        _close(
            sheet,
            "active_parameters",
            figures["active_parameters"],
            [active, active - table, active - 2 * table],
            CLOSE_ACTIVE,
        )


def _close(sheet: Sheet, name: str, stated: float, counted: list[float], tolerance: float) -> None:
    nearest = min(counted, key=lambda count: abs(count / stated - 1))
    if abs(nearest / stated - 1) > tolerance and not sheet.exempt("shapes", name):
        sheet.doubt(
            f"figures.{name}",
            f"{name} {stated:.4g}: the shapes add up to {nearest:.4g}, {100 * (nearest / stated - 1):+.1f} %",
            'correct a shape, say in other_parameters what they leave out, or add [[exception]] check = "shapes"',
        )


def config_text(path: Path) -> tuple[str, str]:
    """Id and TOML text of a hub's config.json."""
    from cluster_calc.files.toml import read_text

    try:
        raw = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{quoted(path)} is not JSON: {error}") from None
    if not isinstance(raw, dict):
        raise InputError(f"{quoted(path)} holds no object: a model's config.json does")
    figures, facts = shapes_of_config(raw, path.name)
    shape = architecture_of({**figures, **facts})
    figures = {"parameters": round(shape.parameter_count()), **figures}
    if shape.experts:
        figures["active_parameters"] = round(shape.active_count())
    name = str(raw.get("_name_or_path") or "").strip("/").rpartition("/")[2]
    kind = str(raw.get("model_type", "model"))
    folder = path.absolute().parent.name if path.name == "config.json" else path.stem
    title = name or (folder if re.search(r"\d", folder) else f"{kind} {figures['parameters'] / 1e9:.3g}B")
    key = re.sub(r"[^a-z0-9.]+", "-", title.lower()).strip("-.")[:80] or "model"
    return key, _text(key, title, facts, figures, path)


def _text(key: str, title: str, facts: Mapping[str, Any], figures: Mapping[str, Any], path: Path) -> str:
    import datetime

    import tomlkit

    day = datetime.date.fromtimestamp(path.stat().st_mtime).isoformat()
    document = tomlkit.document()
    for name, value in {"id": key, "name": title, "aliases": [], **facts}.items():
        document.add(name, tomlkit.item(value))
    section = tomlkit.table()
    for name, value in {"source": "config", "as_of": day, "confidence": "high", **figures}.items():
        section.add(name, tomlkit.item(value))
    document.add("figures", section)
    source = {"title": f"config.json of {title}", "publisher": "the model's makers", "locator": path.name, "date": day}
    document.add("sources", tomlkit.item({"config": source}))
    return tomlkit.dumps(document)


def shapes_of_config(raw: Mapping[str, Any], where: str = "config.json") -> tuple[dict[str, Any], dict[str, Any]]:
    """Figures and facts of a hub's configuration; what its kind of model does without saying is filled in.

    >>> figures, facts = shapes_of_config({"model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32,
    ...     "num_attention_heads": 32, "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 128256})
    >>> facts["attention"], architecture_of({**figures, **facts}).parameter_count()
    ('GQA', 8030261248.0)
    """
    flat = dict(raw)
    for part in ("text_config", "llm_config", "language_config", "attn_config", "ffn_config"):
        if isinstance(raw.get(part), dict):
            flat = {**flat, **raw[part]}
    kind = str(flat.get("model_type", ""))
    figures: dict[str, Any] = {}
    for name, keys in KEYS.items():
        found = next((flat[key] for key in keys if flat.get(key) is not None), None)
        if isinstance(found, bool) or found is None:
            continue
        if not isinstance(found, (int, float)) or found != int(found) or not 0 <= found < 1e12:
            raise InputError(f"{where}: {keys[0]} {quoted(found)} is not a whole number")
        if found:
            figures[name] = int(found)
    lacking = [KEYS[name][0] for name in NEEDED if name not in figures]
    if lacking:
        raise InputError(f"{where}: {', '.join(lacking)} is missing: a transformer's config.json says it")
    _attention(figures, flat, kind)
    _feed_forward(figures, flat, kind)
    _windows(figures, flat)
    figures["norms"] = 4 if kind.startswith(FOUR_NORMS) else 1 if kind.startswith(ONE_NORM) else 2
    if kind in LEARNED_POSITIONS and "context" in figures:
        figures["positions"] = figures["context"]
    facts = {
        "attention": _attention_kind(figures),
        "native_precision": _precision(flat),
        "tied": bool(flat.get("tie_word_embeddings", kind.startswith(TIED))),
        "biases": _biases(flat, kind),
    }
    return {name: value for name, value in figures.items() if value}, facts


def _attention(figures: dict[str, Any], flat: Mapping[str, Any], kind: str) -> None:
    if flat.get("multi_query") is True and not flat.get("new_decoder_architecture"):
        figures["kv_heads"] = 1
    figures.setdefault("kv_heads", figures["heads"])
    figures.setdefault("head_size", figures["hidden_size"] // figures["heads"])
    if "latent_rank" in figures:
        figures["kv_heads"] = figures["heads"]


def _attention_kind(figures: Mapping[str, Any]) -> str:
    if "latent_rank" in figures:
        return "MLA"
    groups = figures["kv_heads"]
    return "MHA" if groups == figures["heads"] else "MQA" if groups == 1 else "GQA"


def _feed_forward(figures: dict[str, Any], flat: Mapping[str, Any], kind: str) -> None:
    layers = figures["layers"]
    figures["ffn_matrices"] = 2 if kind.startswith(PLAIN_FFN) and kind != "gpt_oss" else 3
    if "experts" not in figures:
        figures.setdefault("ffn_size", 4 * figures["hidden_size"])
        for name in ("experts_active", "expert_ffn_size", "shared_experts", "shared_ffn_size"):
            figures.pop(name, None)
        return
    every = int(
        flat.get("interleave_moe_layer_step") or flat.get("decoder_sparse_step") or flat.get("moe_layer_freq") or 1
    )
    dense = len(flat.get("mlp_only_layers") or ()) + int(flat.get("first_k_dense_replace") or 0)
    figures["moe_layers"] = (layers - dense) // every
    figures["dense_layers"] = layers - figures["moe_layers"]
    figures.setdefault("experts_active", 1)
    if kind.startswith("llama4"):
        figures["expert_ffn_size"] = int(flat["intermediate_size"])
        figures.setdefault("shared_experts", 1)
    if "shared_ffn_size" in figures:
        figures.setdefault("shared_experts", 1)


def _windows(figures: dict[str, Any], flat: Mapping[str, Any]) -> None:
    kinds = flat.get("layer_types")
    kinds = kinds if isinstance(kinds, list) else []
    linear = sum("linear" in str(entry) for entry in kinds)
    if linear:
        figures["linear_layers"] = linear
    windowed = sum(str(entry) in ("sliding_attention", "chunked_attention") for entry in kinds)
    if not kinds and "attention_window" in figures and flat.get("use_sliding_window", True):
        pattern = int(flat.get("sliding_window_pattern") or flat.get("no_rope_layer_interval") or 0)
        windowed = figures["layers"] - figures["layers"] // pattern if pattern else figures["layers"]
    if windowed and "attention_window" in figures:
        figures["window_layers"] = windowed
    else:
        figures.pop("attention_window", None)


def _precision(flat: Mapping[str, Any]) -> str:
    quantised = flat.get("quantization_config")
    if isinstance(quantised, dict) and quantised.get("quant_method") in ("fp8", "mxfp4"):
        return str(quantised["quant_method"])
    word = str(flat.get("torch_dtype") or flat.get("dtype") or "bfloat16")
    return {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}.get(word, word)


def _biases(flat: Mapping[str, Any], kind: str) -> str:
    if kind in ALL_BIASES:
        return "all"
    if kind == "gpt_oss":
        return "oss"
    if flat.get("attention_bias"):
        return "qkvo"
    return "qkv" if kind in ("qwen2", "qwen2_moe", "qwen2_vl") or flat.get("qkv_bias") else "none"
