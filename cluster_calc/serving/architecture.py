"""A model's shapes as serving needs them: weights by part, the cache of a token, the arithmetic of attention.

>>> shape = serving_shape({"layers": 80, "hidden": 8192, "heads": 64, "kv_heads": 8, "head_dim": 128, "attention": "GQA",
...                        "ffn": 28672, "ffn_matrices": 3, "vocab": 128256, "parameters": 70.554e9})
>>> shape["cache_width"] * 2
327680.0
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from cluster_calc.errors import InputError, did_you_mean, quoted

ATTENTIONS = ("MHA", "GQA", "MQA", "MLA", "MLA+sparse")


class Layer(NamedTuple):
    """Attention of one layer: weights, cache elements a token, multiplications a pair of tokens, heads of the cache."""

    parameters: float
    cache: float
    decode_width: float
    prefill_width: float
    cache_heads: float


def serving_shape(model: Mapping[str, Any]) -> dict[str, float]:
    """Split a model into what serving counts, by nomenclature name.

    Raises InputError for an attention kind that the relations do not know: it is refused by name, not guessed.
    """
    layer = attention_layer(model)
    layers, hidden = _number(model, "layers"), _number(model, "hidden")
    windowed = _number(model, "window_layers", 0.0)
    full = layers - _number(model, "linear_layers", 0.0) - windowed
    experts, moe_layers = _number(model, "experts", 0.0), _number(model, "moe_layers", 0.0)
    routed = (
        experts * moe_layers * _number(model, "ffn_matrices", 3.0) * hidden * _number(model, "expert_ffn", 0.0)
        if experts
        else 0.0
    )
    table = _number(model, "vocab") * hidden
    tied = bool(_number(model, "tied", 0.0))
    attention = layer.parameters * layers
    return {
        "parameters": _number(model, "parameters"),
        "attention_parameters": attention,
        "expert_parameters": routed,
        "embedding_parameters": 0.0 if tied else table,
        "head_parameters": table,
        "shared_parameters": _number(model, "parameters") - attention - routed - (0.0 if tied else table),
        "layers": layers,
        "hidden_size": hidden,
        "experts": experts or 1.0,
        "experts_active": _number(model, "experts_active", 1.0) if experts else 1.0,
        "moe_layers": moe_layers if experts else 0.0,
        "cache_heads": layer.cache_heads,
        "cache_width": full * layer.cache,
        "window_cache_width": windowed * layer.cache,
        "attention_window": window_of(model),
        "decode_attention_width": full * layer.decode_width,
        "window_decode_attention_width": windowed * layer.decode_width,
        "prefill_attention_width": full * layer.prefill_width,
        "window_prefill_attention_width": windowed * layer.prefill_width,
    }


def attention_layer(model: Mapping[str, Any]) -> Layer:
    """The attention of one layer: multi-head kinds by their heads, latent attention by its ranks (arXiv:2405.04434)."""
    kind = str(model.get("attention", "") or "")
    if kind not in ATTENTIONS:
        raise InputError(
            f"attention: {quoted(kind)} is not a kind that serving knows: {', '.join(ATTENTIONS)}."
            f"{did_you_mean(kind, ATTENTIONS)}"
        )
    hidden, heads = _number(model, "hidden"), _number(model, "heads")
    if not kind.startswith("MLA"):
        kv_heads, size = _number(model, "kv_heads"), _number(model, "head_dim")
        return Layer(
            2 * hidden * heads * size + 2 * hidden * kv_heads * size,
            2 * kv_heads * size,
            2 * heads * size,
            2 * heads * size,
            kv_heads,
        )
    latent, rope = _number(model, "kv_lora_rank"), _number(model, "qk_rope_dim")
    nope, value, query = _number(model, "qk_nope_dim"), _number(model, "v_head_dim"), _number(model, "q_lora_rank", 0.0)
    queries = query * (hidden + heads * (nope + rope)) if query else hidden * heads * (nope + rope)
    return Layer(
        queries + hidden * (latent + rope) + latent * heads * (nope + value) + heads * value * hidden,
        latent + rope,
        heads * (2 * latent + rope),
        heads * (nope + rope + value),
        1.0,
    )


def window_of(model: Mapping[str, Any]) -> float:
    """Tokens that a windowed layer attends to; sparse attention's choice counts as its window.

    >>> window_of({"window": "chunk 8192"}), window_of({})
    (8192.0, 1.0)
    """
    found = re.search(r"[\d,]+", str(model.get("window") or ""))
    return float(found[0].replace(",", "")) if found else 1.0


def _number(model: Mapping[str, Any], name: str, default: float | None = None) -> float:
    text = model.get(name)
    if text in (None, "") or text != text:  # blank, or not a number
        if default is None:
            raise InputError(
                f"{name}: the model {quoted(str(model.get('name', '')))} does not say it, and serving needs it"
            )
        return default
    return float(text)
