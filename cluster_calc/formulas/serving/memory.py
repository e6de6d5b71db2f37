"""Memory of a serving replica: weights, the cache of keys and values, and the sequences that fit."""

from __future__ import annotations

from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number


def replica_chips(tensor_parallel: Number, attention_parallel: Number, pipeline_parallel: Number) -> Number:
    """Chips of one replica: t · a · p.

    >>> replica_chips(tensor_parallel=4, attention_parallel=2, pipeline_parallel=1)
    8
    """
    return tensor_parallel * attention_parallel * pipeline_parallel


def resident_weights(
    attention_parameters: Number, attention_weight_bytes: Number, shared_parameters: Number, shared_weight_bytes: Number,
    embedding_parameters: Number, embedding_weight_bytes: Number, expert_parameters: Number, expert_weight_bytes: Number,
    tensor_parallel: Number, pipeline_parallel: Number, replica_chips: Number,
) -> Number:  # fmt: skip
    """Weights on one chip: experts spread over all chips of the replica, the rest over t · p.

    Llama 3 70B at one byte on two chips: 35 GB each.

    >>> round(resident_weights(12.08e9, 1, 57.42e9, 1, 1.05e9, 1, 0, 1, 2, 1, 2) / 1e9, 1)
    35.3
    """
    return (
        attention_parameters * attention_weight_bytes
        + shared_parameters * shared_weight_bytes
        + embedding_parameters * embedding_weight_bytes
    ) / (tensor_parallel * pipeline_parallel) + expert_parameters * expert_weight_bytes / replica_chips


def mean_context(input_tokens: Number, output_tokens: Number) -> Number:
    """Tokens that a sequence attends to, over its generation: I + O / 2.

    >>> mean_context(2000, 500)
    2250.0
    """
    return input_tokens + output_tokens / 2


def cache_per_sequence(
    cache_width: Number, window_cache_width: Number, cache_window: Number, cache_element_bytes: Number,
    input_tokens: Number, output_tokens: Number,
) -> Number:  # fmt: skip
    """Cache that a whole sequence needs: b (w S + w_w min(S, window)), S = I + O.

    Llama 3 70B, 16 bit, one token: 327,680 bytes (80 layers, 8 heads of 128, keys and values).

    >>> float(cache_per_sequence(163840, 0, 1, 2, 1, 0))
    327680.0
    """
    return cache_element_bytes * (
        cache_width * (input_tokens + output_tokens)
        + window_cache_width * np.minimum(input_tokens + output_tokens, cache_window)
    )


def cache_read(
    cache_width: Number, window_cache_width: Number, attention_window: Number, cache_element_bytes: Number, mean_context: Number
) -> Number:  # fmt: skip
    """Cache that one step reads for a sequence, at its mean length.

    >>> float(cache_read(163840, 0, 1, 2, 1000))
    327680000.0
    """
    return cache_element_bytes * (
        cache_width * mean_context + window_cache_width * np.minimum(mean_context, attention_window)
    )


def cache_chips(tensor_parallel: Number, cache_heads: Number, rank_chips: Number, pipeline_parallel: Number) -> Number:
    """Chips over which the cache of a sequence spreads: min(t, K) · p. More tensor ranks than heads hold copies.

    >>> float(cache_chips(8, 4, 1, 2)), float(cache_chips(8, 1, 1, 1))
    (8.0, 1.0)
    """
    return np.minimum(tensor_parallel, cache_heads * rank_chips) * pipeline_parallel


def free_memory(
    memory: Number, serving_memory_share: Number, resident_weights: Number, serving_memory_reserve: Number
) -> Number:
    """Memory that is left for the cache on a chip: u C − W − reserve, at least nothing.

    >>> float(free_memory(80.0, 0.9, 35.0, 2.0))
    35.0
    """
    return np.maximum(memory * serving_memory_share - resident_weights - serving_memory_reserve, 0 * memory)


def largest_batch(
    free_memory: Number, cache_chips: Number, cache_per_sequence: Number, attention_parallel: Number
) -> Number:
    """Sequences whose cache fits in a replica: a ⌊m · chips / c⌋. None: the replica is too small.

    >>> float(largest_batch(35e9, 2, 2.5e9, 1))
    28.0
    """
    return attention_parallel * np.floor(free_memory * cache_chips / cache_per_sequence)
