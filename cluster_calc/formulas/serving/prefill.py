"""Prefill: the replica's time for the prompt of one request."""

from __future__ import annotations

from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number


def new_tokens(input_tokens: Number, cache_hit_share: Number) -> Number:
    """Tokens of the prompt that are computed: what the prefix cache holds is read, not computed.

    >>> new_tokens(2000, 0.25)
    1500.0
    """
    return input_tokens * (1 - cache_hit_share)


def prefill_product_time(
    new_tokens: Number, inference_flop: Number, attention_parameters: Number, attention_peak: Number,
    shared_parameters: Number, head_parameters: Number, shared_peak: Number, expert_parameters: Number, experts: Number,
    experts_active: Number, expert_peak: Number, expert_prefill_share: Number,
    prefill_arithmetic_share: Number, replica_chips: Number,
) -> Number:  # fmt: skip
    """Arithmetic of the matrices: 2 I (P_a/F_a + P_s/F_s + P_e (k/E)/F_e) / (N η). The head serves one token only.

    >>> prefill_product_time(1000, 2, 10e9, 1e15, 60e9, 0, 1e15, 0, 1, 1, 1e15, 1, 0.5, 1)
    0.28
    """
    return (
        inference_flop * new_tokens
        * (
            attention_parameters / attention_peak
            + (shared_parameters - head_parameters) / shared_peak
            + expert_parameters * (experts_active / experts) / (expert_peak * expert_prefill_share)
        )
        / (replica_chips * prefill_arithmetic_share)
    )  # fmt: skip


def prefill_context(input_tokens: Number, cache_hit_share: Number, new_tokens: Number) -> Number:
    """Tokens that a new token attends to, in the mean: what the cache held, and half of the rest.

    >>> prefill_context(2000, 0.0, 2000.0), prefill_context(2000, 0.5, 1000.0)
    (1000.0, 1500.0)
    """
    return input_tokens * cache_hit_share + new_tokens / 2


def prefill_attention_time(
    new_tokens: Number, inference_attention_flop: Number, prefill_attention_width: Number,
    window_prefill_attention_width: Number, prefill_context: Number, attention_window: Number, replica_chips: Number,
    attention_arithmetic_share: Number, half_peak: Number,
) -> Number:  # fmt: skip
    """Arithmetic of attention over the prompt: 2 I (w S + w_w min(S, window)) / (N η F).

    >>> float(prefill_attention_time(1000, 2, 1e6, 0, 500, 1, 1, 0.5, 1e15))
    0.002
    """
    return (
        inference_attention_flop * new_tokens
        * (prefill_attention_width * prefill_context + window_prefill_attention_width * np.minimum(prefill_context, attention_window))
        / (replica_chips * attention_arithmetic_share * half_peak)
    )  # fmt: skip


def prefill_allreduce_time(
    layers: Number, new_tokens: Number, step_tokens: Number, tensor_parallel: Number, rank_chips: Number, hidden_size: Number,
    activation_element_bytes: Number, tensor_link: Number, attention_parallel: Number, pipeline_parallel: Number,
) -> Number:  # fmt: skip
    """Two all-reduces a layer on the prompt's tokens: 4 L I h 2 B (t−1)/t / link, groups and stages side by side.

    >>> float(prefill_allreduce_time(80, 1000, 1, 1, 1, 8192, 2, 2e11, 1, 1))
    0.0
    """
    return (
        2 * 2 * layers * (new_tokens / step_tokens) * hidden_size * activation_element_bytes * (tensor_parallel - rank_chips)
        / (tensor_parallel * rank_chips * tensor_link * attention_parallel * pipeline_parallel)
    )  # fmt: skip


def prefill_exchange_time(
    expert_exchanging: Number, moe_layers: Number, new_tokens: Number, step_tokens: Number, stage_chips: Number,
    rank_chips: Number, pipeline_parallel: Number, exchange_copies: Number, hidden_size: Number,
    exchange_element_bytes: Number, exchange_link: Number,
) -> Number:  # fmt: skip
    """The experts' exchange on the prompt's tokens.

    >>> prefill_exchange_time(0.0, 58, 1000, 1, 8, 1, 1, 8, 7168, 3, 1e11)
    0.0
    """
    return (
        expert_exchanging * moe_layers * (new_tokens / step_tokens) * exchange_copies * hidden_size * exchange_element_bytes
        * (stage_chips - rank_chips) / (stage_chips * stage_chips * pipeline_parallel * exchange_link)
    )  # fmt: skip


def prefill_overhead_time(
    layers: Number, prefill_layer_time: Number, prefill_chunk: Number, input_tokens: Number, batch: Number
) -> Number:
    """Launches of the prompt's passes; short prompts share a chunk, as many as wait: L c / min(max(chunk/I, 1), B).

    >>> float(prefill_overhead_time(80, 1e-5, 8192, 1024, 64)), float(prefill_overhead_time(80, 1e-5, 8192, 1024, 1))
    (0.0001, 0.0008)
    """
    return layers * prefill_layer_time / np.minimum(np.maximum(prefill_chunk / input_tokens, 1), np.maximum(batch, 1))


def prefill_time(
    prefill_product_time: Number, prefill_attention_time: Number, prefill_exchange_time: Number,
    prefill_allreduce_time: Number, exchange_across_nodes: Number, engine_time_factor: Number, prefill_overhead_time: Number,
) -> Number:  # fmt: skip
    """Replica-seconds of one prompt. Across nodes the exchange hides under arithmetic.

    >>> float(prefill_time(2.0, 1.0, 4.0, 0.5, 1.0, 1.0, 0.0)), float(prefill_time(2.0, 1.0, 4.0, 0.5, 0.0, 1.0, 0.0))
    (4.5, 7.5)
    """
    return prefill_overhead_time + engine_time_factor * (
        np.maximum(prefill_product_time + prefill_attention_time, exchange_across_nodes * prefill_exchange_time)
        + (1 - exchange_across_nodes) * prefill_exchange_time
        + prefill_allreduce_time
    )
