"""The shapes that a few sizes are taken to mean, where a model is not known by name."""

from __future__ import annotations

from functools import lru_cache

from cluster_calc.errors import InputError
from cluster_calc.quantities.architecture import Architecture

# A dense layer holds 12 h² parameters; more than this many times as many are a mixture of experts'.
PLAIN, LEAST, MOST = 0.03, 0.15, 5.0
# Models of one family grow in depth as in width: from GPT-3 to Llama 3 a layer for each 100 to 130 of the width.
WIDTH_OF_A_LAYER = 128
HEAD, VOCABULARY = 128, 128_000
# Of what works on a token in a mixture of experts, the routed part; routed experts of a token (DeepSeek-V3, Qwen3, gpt-oss).
ROUTED_SHARE, EXPERTS_ACTIVE = 0.6, 8


def layer_share(
    active: float, layers: int, hidden_size: int, vocabulary: int, sequence_length: int, named: str = "parameters"
) -> float:
    """Parameters of a layer's matrices over 12 h², a plain GPT layer's.

    A plain layer is taken where it explains the size with one embedding (and a learned position for each token);
    any other architecture (gated, grouped queries) is taken to hold an embedding and an output head apart.

    >>> layer_share(6.658859e9, 32, 4096, 50368, 2048)
    1.0
    >>> round(layer_share(70.55e9, 80, 8192, 128256, 8192), 2)
    1.06
    """
    plain = 12.0 * layers * hidden_size**2
    embedding = float(vocabulary) * hidden_size
    left = active - embedding - plain
    if -PLAIN * plain <= left <= PLAIN * plain + sequence_length * hidden_size:
        return 1.0
    share = (active - 2 * embedding) / plain
    if not LEAST <= share <= MOST:
        other = "" if named == "active_parameters" else "; for a mixture of experts give active_parameters"
        raise InputError(
            f"{named}: {active:.4g} do not agree with {layers} layers of width {hidden_size} and a "
            f"vocabulary of {vocabulary}, which make about {plain + embedding:.4g}{other}"
        )
    return share


@lru_cache(maxsize=4096)
def assumed(
    active: float,
    layers: int,
    hidden_size: int,
    heads: int,
    vocabulary: int,
    sequence_length: int,
    named: str = "parameters",
) -> Architecture:
    """Shapes of a dense model of that size: heads that share the width, and two products of the feed-forward part.

    >>> assumed(6.658859e9, 32, 4096, 32, 50368, 2048).ffn_size
    16384
    """
    share = layer_share(active, layers, hidden_size, vocabulary, sequence_length, named)
    inner = max((12 * share - 4) / 2, 0.5) * hidden_size
    return Architecture(
        layers, hidden_size, heads, vocabulary, kv_heads=heads, head_size=max(hidden_size // heads, 1), ffn_size=round(inner),
        ffn_matrices=2,
    )  # fmt: skip


def mixture(
    parameters: float, active: float, layers: int, hidden_size: int, heads: int, vocabulary: int,
    experts: int = 0, experts_active: int = 0, expert_ffn_size: int = 0, kv_heads: int = 0,
) -> Architecture:  # fmt: skip
    """Shapes of a mixture of experts of that size: what is not given is taken as usual, and the sizes are met.

    >>> round(mixture(671e9, 37e9, 61, 7168, 128, 129280, 256, 8, 2048).parameter_count() / 1e9)
    685
    """
    layer_share(active, layers, hidden_size, vocabulary, 0, "active_parameters")
    k = experts_active or EXPERTS_ACTIVE
    inner = expert_ffn_size or max(round(ROUTED_SHARE * active / (3 * k * hidden_size * layers)), 1)
    one = 3 * hidden_size * inner
    count = experts or max(round((parameters - active) / (layers * one)) + k, k)
    routed = min(max(round((parameters - active) / max((count - k) * one, 1)), 1), layers) if count > k else layers
    head = max(hidden_size // heads, HEAD)
    bare = Architecture(
        layers, hidden_size, heads, vocabulary, kv_heads=kv_heads or heads, head_size=head, experts=count, experts_active=k,
        expert_ffn_size=inner, moe_layers=routed,
    )  # fmt: skip
    rest = max(parameters - bare.parameter_count(), 0.0) / (layers * 3 * hidden_size)
    return Architecture(
        layers, hidden_size, heads, vocabulary, kv_heads=kv_heads or heads, head_size=head, experts=count, experts_active=k,
        expert_ffn_size=inner, moe_layers=routed, shared_experts=int(rest >= 1), shared_ffn_size=round(rest), ffn_size=round(rest),
    )  # fmt: skip


def sizes(active: float) -> dict[str, int]:
    """Layers, width, heads and vocabulary of a model by what works on a token: N = 12 L h², L = h / 128.

    >>> sizes(405e9)
    {'layers': 127, 'hidden_size': 16256, 'heads': 127, 'vocabulary': 128000}
    """
    wide = max(round((WIDTH_OF_A_LAYER * active / 12) ** (1 / 3) / HEAD), 1)
    return {"layers": wide, "hidden_size": HEAD * wide, "heads": wide, "vocabulary": VOCABULARY}
