"""A model's shapes as serving needs them: weights by part, the cache of a token, the arithmetic of attention.

>>> llama = Architecture(layers=80, hidden_size=8192, heads=64, kv_heads=8, head_size=128, ffn_size=28672, vocabulary=128256)
>>> serving_shape(llama)["cache_width"] * 2
327680.0
"""

from __future__ import annotations

from typing import NamedTuple

from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.quantities.architecture import ATTENTIONS, Architecture

# A window that no sequence fills: the cache of every token is kept.
EVERY_TOKEN = 1e12


class Layer(NamedTuple):
    """Attention of one layer: cache elements a token, multiplications a pair of tokens, heads that the cache can be cut by."""

    cache: float
    decode_width: float
    prefill_width: float
    cache_heads: float


def serving_shape(model: Architecture) -> dict[str, float]:
    """Split a model into what serving counts, by nomenclature name.

    Raises InputError for an attention kind that the relations do not know: it is refused by name, not guessed.
    """
    layer = attention_layer(model)
    full = model.layers - model.linear_layers - model.window_layers
    attention, routed = model.attention_parameters() * model.layers, model.routed_parameters()
    table = model.table_parameters()
    looked_up = 0.0 if model.tied else table
    window = float(model.attention_window or EVERY_TOKEN)
    return {
        "attention_parameters": attention,
        "expert_parameters": routed,
        "embedding_parameters": looked_up,
        "head_parameters": table,
        "shared_parameters": model.parameter_count() - attention - routed - looked_up,
        "layers": float(model.layers),
        "hidden_size": float(model.hidden_size),
        "experts": float(model.experts or 1),
        "experts_active": float(model.experts_active or 1),
        "moe_layers": float(model.moe_layers),
        "cache_heads": layer.cache_heads,
        "cache_width": full * layer.cache,
        "window_cache_width": model.window_layers * layer.cache,
        "attention_window": window,
        # A sparse layer reads a choice of the tokens, and keeps them all.
        "cache_window": EVERY_TOKEN if model.attention.endswith("sparse") else window,
        "decode_attention_width": full * layer.decode_width,
        "window_decode_attention_width": model.window_layers * layer.decode_width,
        "prefill_attention_width": full * layer.prefill_width,
        "window_prefill_attention_width": model.window_layers * layer.prefill_width,
    }


def attention_layer(model: Architecture) -> Layer:
    """The attention of one layer: kinds with heads by their heads, latent attention by its ranks (arXiv:2405.04434).

    Decoding absorbs the latent's expansion into the queries, so that each head works on the whole latent.
    """
    if model.attention not in ATTENTIONS:
        raise InputError(
            f"attention: {quoted(model.attention)} is not a kind that serving knows: {', '.join(ATTENTIONS)}."
            f"{did_you_mean(model.attention, ATTENTIONS)}"
        )
    if model.latent:
        latent, rope = float(model.latent_rank), float(model.rope_size)
        return Layer(latent + rope, model.heads * (2 * latent + rope), model.query_width + model.value_width, 1.0)
    width = float(2 * model.heads * model.head_size)
    return Layer(float(2 * model.kv_heads * model.head_size), width, width, float(model.kv_heads))
