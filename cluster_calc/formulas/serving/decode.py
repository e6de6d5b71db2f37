"""One step of decoding: a token, or a few with drafts, for every sequence of a replica's batch.

A replica is t tensor × a attention-data × p pipeline ranks. Attention and cache are split over the a groups, experts over
all chips. Every part is the time of one pipeline stage; the step passes all stages.
"""

from __future__ import annotations

from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number


def stage_batch(batch: Number, pipeline_parallel: Number) -> Number:
    """Sequences that one stage works on at a time: B / p.

    >>> stage_batch(64, 2)
    32.0
    """
    return batch / pipeline_parallel


def group_batch(stage_batch: Number, attention_parallel: Number) -> Number:
    """Sequences of one attention group: B / (p a).

    >>> group_batch(32.0, 8)
    4.0
    """
    return stage_batch / attention_parallel


def stage_chips(tensor_parallel: Number, attention_parallel: Number) -> Number:
    """Chips of one stage: t a.

    >>> stage_chips(2, 4)
    8
    """
    return tensor_parallel * attention_parallel


def accepted_tokens(draft_acceptance: Number, draft_tokens: Number, step_tokens: Number) -> Number:
    """Tokens that a step yields for a sequence: (1 − α^(n+1)) / (1 − α) (arXiv:2211.17192 eq. 1); 1 without drafts.

    DeepSeek-V3's one drafted token at 85 to 90 %: 1.85 to 1.9.

    >>> round(accepted_tokens(draft_acceptance=0.85, draft_tokens=1, step_tokens=1), 2), accepted_tokens(0.5, 0, 1)
    (1.85, 1.0)
    """
    return step_tokens * (1 - draft_acceptance ** (draft_tokens + 1)) / (1 - draft_acceptance)


def touched_experts(
    experts: Number, experts_active: Number, stage_batch: Number, draft_tokens: Number, routing_spread: Number
) -> Number:
    """Share of the experts that some token of the step is sent to: 1 − (1 − k/E)^(s B (n+1)).

    Uniform routing (s = 1) of DeepSeek-V3, 8 of 256: 22 % at 8 sequences, 64 % at 32, 98 % at 128.

    >>> [round(100 * float(touched_experts(256, 8, batch, 0, 1))) for batch in (1, 8, 32, 128)]
    [3, 22, 64, 98]
    """
    return 1 - (1 - np.minimum(experts_active / experts, 1)) ** (routing_spread * stage_batch * (draft_tokens + 1))


def attention_weight_time(
    attention_parameters: Number, attention_weight_bytes: Number, tensor_parallel: Number, pipeline_parallel: Number,
    weight_bandwidth_share: Number, memory_bandwidth: Number,
) -> Number:  # fmt: skip
    """Time to read the attention weights, which every attention group holds whole.

    >>> attention_weight_time(10e9, 2, 2, 1, 0.5, 4e12)
    0.005
    """
    return (
        attention_parameters * attention_weight_bytes
        / (tensor_parallel * pipeline_parallel * weight_bandwidth_share * memory_bandwidth)
    )  # fmt: skip


def attention_product_time(
    attention_parameters: Number, inference_flop: Number, group_batch: Number, draft_tokens: Number, step_tokens: Number,
    tensor_parallel: Number, pipeline_parallel: Number, decode_arithmetic_share: Number, attention_peak: Number,
) -> Number:  # fmt: skip
    """Arithmetic of the attention's matrices: 2 P_a b (n+1) / (t p η F).

    >>> attention_product_time(10e9, 2, 50, 0, 1, 1, 1, 0.5, 1e15)
    0.002
    """
    return (
        inference_flop * attention_parameters * group_batch * (draft_tokens + 1) * step_tokens
        / (tensor_parallel * pipeline_parallel * decode_arithmetic_share * attention_peak)
    )  # fmt: skip


def shared_weight_time(
    shared_parameters: Number, shared_weight_bytes: Number, stage_chips: Number, pipeline_parallel: Number,
    weight_bandwidth_share: Number, memory_bandwidth: Number,
) -> Number:  # fmt: skip
    """Time to read what every token passes besides attention: dense layers, shared experts, the head.

    >>> shared_weight_time(10e9, 2, 2, 1, 0.5, 4e12)
    0.005
    """
    return (
        shared_parameters * shared_weight_bytes
        / (stage_chips * pipeline_parallel * weight_bandwidth_share * memory_bandwidth)
    )  # fmt: skip


def shared_product_time(
    shared_parameters: Number, inference_flop: Number, stage_batch: Number, draft_tokens: Number, step_tokens: Number,
    replica_chips: Number, decode_arithmetic_share: Number, shared_peak: Number,
) -> Number:  # fmt: skip
    """Its arithmetic: 2 P_s b (n+1) / (N η F).

    >>> shared_product_time(10e9, 2, 50, 0, 1, 1, 0.5, 1e15)
    0.002
    """
    return (
        inference_flop * shared_parameters * stage_batch * (draft_tokens + 1) * step_tokens
        / (replica_chips * decode_arithmetic_share * shared_peak)
    )  # fmt: skip


def expert_weight_time(
    expert_parameters: Number, expert_weight_bytes: Number, touched_experts: Number, replica_chips: Number,
    weight_bandwidth_share: Number, memory_bandwidth: Number,
) -> Number:  # fmt: skip
    """Time to read the experts that the step touches.

    >>> expert_weight_time(40e9, 1, 0.5, 8, 0.5, 5e12)
    0.001
    """
    return (
        expert_parameters * expert_weight_bytes * touched_experts
        / (replica_chips * weight_bandwidth_share * memory_bandwidth)
    )  # fmt: skip


def expert_product_time(
    expert_parameters: Number, experts: Number, experts_active: Number, inference_flop: Number, stage_batch: Number,
    draft_tokens: Number, step_tokens: Number, replica_chips: Number, decode_arithmetic_share: Number,
    expert_decode_share: Number, expert_peak: Number,
) -> Number:  # fmt: skip
    """Arithmetic of the experts: 2 P_e (k/E) b (n+1) / (N η η_e F). Grouped products of few tokens reach less.

    >>> expert_product_time(100e9, 100, 10, 2, 50, 0, 1, 1, 0.5, 1, 1e15)
    0.002
    """
    return (
        inference_flop * expert_parameters * (experts_active / experts) * stage_batch * (draft_tokens + 1) * step_tokens
        / (replica_chips * decode_arithmetic_share * expert_decode_share * expert_peak)
    )  # fmt: skip


def cache_time(
    group_batch: Number, cache_read: Number, cache_chips: Number, cache_bandwidth_share: Number, memory_bandwidth: Number
) -> Number:  # fmt: skip
    """Time to read the cache of the group's sequences.

    >>> cache_time(10, 1e9, 2, 0.5, 5e12)
    0.002
    """
    return group_batch * cache_read / (cache_chips * cache_bandwidth_share * memory_bandwidth)


def attention_time(
    group_batch: Number, draft_tokens: Number, step_tokens: Number, inference_attention_flop: Number,
    decode_attention_width: Number, window_decode_attention_width: Number, mean_context: Number, attention_window: Number,
    tensor_parallel: Number, pipeline_parallel: Number, attention_arithmetic_share: Number, half_peak: Number,
) -> Number:  # fmt: skip
    """Arithmetic of attention over the cache: 2 b (n+1) (w S + w_w min(S, window)) / (t p η F).

    Latent attention (MLA, arXiv:2405.04434) is absorbed: each head works on the latent, so it may bind before the memory.

    >>> float(attention_time(10, 0, 1, 2, 1e6, 0, 1000, 1, 1, 1, 0.5, 1e15))
    4e-05
    """
    return (
        inference_attention_flop * group_batch * (draft_tokens + 1) * step_tokens
        * (decode_attention_width * mean_context + window_decode_attention_width * np.minimum(mean_context, attention_window))
        / (tensor_parallel * pipeline_parallel * attention_arithmetic_share * half_peak)
    )  # fmt: skip


def expert_imbalance(expert_parallel: Number, rank_chips: Number, expert_imbalance_share: Number) -> Number:
    """Time of the fullest expert rank over the mean: 1 + i with expert parallelism, 1 where each expert is cut.

    >>> float(expert_imbalance(8, 1, 0.2)), float(expert_imbalance(1, 1, 0.2))
    (1.2, 1.0)
    """
    return np.where(expert_parallel > rank_chips, 1 + expert_imbalance_share, 1.0)


def matrix_time(
    attention_weight_time: Number, attention_product_time: Number, shared_weight_time: Number, shared_product_time: Number,
    expert_weight_time: Number, expert_product_time: Number, expert_imbalance: Number, unhidden_share: Number,
) -> Number:  # fmt: skip
    """Matrix products of a stage: of reading and arithmetic the longer, and the part of the shorter that does not hide.

    >>> float(matrix_time(3.0, 1.0, 0.0, 0.0, 2.0, 4.0, 1.5, 0.5))
    11.0
    """
    return (
        np.maximum(attention_weight_time, attention_product_time)
        + unhidden_share * np.minimum(attention_weight_time, attention_product_time)
        + np.maximum(shared_weight_time, shared_product_time)
        + unhidden_share * np.minimum(shared_weight_time, shared_product_time)
        + expert_imbalance
        * (
            np.maximum(expert_weight_time, expert_product_time)
            + unhidden_share * np.minimum(expert_weight_time, expert_product_time)
        )
    )


def context_time(cache_time: Number, attention_time: Number, unhidden_share: Number) -> Number:
    """Attention over the context: of reading the cache and arithmetic the longer, and the unhidden part of the shorter.

    >>> float(context_time(2.0, 1.0, 0.5))
    2.5
    """
    return np.maximum(cache_time, attention_time) + unhidden_share * np.minimum(cache_time, attention_time)


def tensor_link(
    tensor_parallel: Number, scaleup_chips: Number, scaleup_bandwidth: Number, allreduce_share: Number,
    scaleout_bandwidth: Number, network_share_reached: Number,
) -> Number:  # fmt: skip
    """Bandwidth of a tensor group, one direction: scale-up links, or the network where the group is larger than they join.

    >>> float(tensor_link(8, 8, 900e9, 0.5, 50e9, 0.8)), float(tensor_link(16, 8, 900e9, 0.5, 50e9, 0.8))
    (225000000000.0, 40000000000.0)
    """
    return np.where(
        tensor_parallel > scaleup_chips,
        scaleout_bandwidth * network_share_reached,
        scaleup_bandwidth / 2 * allreduce_share,
    )


def allreduce_time(
    layers: Number, pipeline_parallel: Number, tensor_parallel: Number, rank_chips: Number, allreduce_latency: Number,
    group_batch: Number, draft_tokens: Number, hidden_size: Number, activation_element_bytes: Number, tensor_link: Number,
) -> Number:  # fmt: skip
    """Two all-reduces a layer: 2 L/p [α log2 t + 2 (t−1)/t b h 2 B / link].

    >>> float(allreduce_time(80, 1, 1, 1, 5e-6, 8, 0, 8192, 2, 2e11))
    0.0
    """
    return (
        2 * layers / pipeline_parallel
        * (
            allreduce_latency * np.log2(tensor_parallel / rank_chips)
            + 2 * (tensor_parallel - rank_chips) * group_batch * (draft_tokens + 1) * hidden_size * activation_element_bytes
            / (tensor_parallel * rank_chips * tensor_link)
        )
    )  # fmt: skip


def exchange_across_nodes(stage_chips: Number, scaleup_chips: Number) -> Number:
    """1 where the experts of a stage reach beyond the scale-up links, else 0.

    >>> float(exchange_across_nodes(32, 8)), float(exchange_across_nodes(32, 72))
    (1.0, 0.0)
    """
    return np.where(stage_chips > scaleup_chips, 1.0, 0.0)


def exchange_link(
    exchange_across_nodes: Number, scaleup_bandwidth: Number, exchange_share: Number, scaleout_bandwidth: Number,
    network_share_reached: Number,
) -> Number:  # fmt: skip
    """Bandwidth of the experts' exchange, one direction.

    >>> float(exchange_link(0.0, 900e9, 0.5, 50e9, 0.8)), float(exchange_link(1.0, 900e9, 0.5, 50e9, 0.8))
    (225000000000.0, 40000000000.0)
    """
    return (1 - exchange_across_nodes) * scaleup_bandwidth / 2 * exchange_share + (
        exchange_across_nodes * scaleout_bandwidth * network_share_reached
    )


def exchange_copies(
    experts_active: Number, stage_chips: Number, rank_chips: Number, exchange_across_nodes: Number, routing_nodes: Number
) -> Number:  # fmt: skip
    """Copies of a token that cross the links: one for each chip it is sent to, across nodes one for each node.

    >>> float(exchange_copies(8, 32, 1, 1.0, 4)), float(exchange_copies(8, 4, 1, 0.0, 4))
    (4.0, 4.0)
    """
    return np.minimum(
        np.minimum(experts_active, stage_chips / rank_chips),
        exchange_across_nodes * routing_nodes + (1 - exchange_across_nodes) * experts_active,
    )


def expert_exchanging(attention_parallel: Number, experts: Number) -> Number:
    """1 where tokens travel to the experts' chips: with attention-data groups, in a mixture of experts.

    >>> float(expert_exchanging(8, 256)), float(expert_exchanging(1, 256)), float(expert_exchanging(8, 1))
    (1.0, 0.0, 0.0)
    """
    return np.where((attention_parallel > 1) & (experts > 1), 1.0, 0.0)


def exchange_time(
    expert_exchanging: Number, moe_layers: Number, pipeline_parallel: Number, exchange_latency: Number, stage_batch: Number,
    draft_tokens: Number, stage_chips: Number, rank_chips: Number, exchange_copies: Number, hidden_size: Number,
    exchange_element_bytes: Number, exchange_link: Number,
) -> Number:  # fmt: skip
    """Dispatch to the experts and back: L_m/p [2 α + b/n copies h 3 B (n−1)/n / link]; 1 byte there, 2 back.

    >>> float(exchange_time(0.0, 58, 1, 5e-5, 256, 0, 8, 1, 8, 7168, 3, 1e11))
    0.0
    """
    return (
        expert_exchanging * moe_layers / pipeline_parallel
        * (
            2 * exchange_latency
            + stage_batch * (draft_tokens + 1) * exchange_copies * hidden_size * exchange_element_bytes
            * (stage_chips - rank_chips) / (stage_chips * stage_chips * exchange_link)
        )
    )  # fmt: skip


def overhead_time(
    layers: Number, moe_layers: Number, pipeline_parallel: Number, layer_time: Number, moe_layer_time: Number,
    group_batch: Number, sequence_time: Number,
) -> Number:  # fmt: skip
    """Launches, routing, sampling and the scheduler: (L c_l + L_m c_m + b c_b) / p.

    >>> round(overhead_time(80, 0, 1, 1e-5, 0.0, 10, 1e-5), 6)
    0.0009
    """
    return (layers * layer_time + moe_layers * moe_layer_time + group_batch * sequence_time) / pipeline_parallel


def decode_step_time(
    matrix_time: Number, context_time: Number, allreduce_time: Number, exchange_time: Number, overhead_time: Number,
    exchange_across_nodes: Number, engine_time_factor: Number, draft_time_share: Number, draft_tokens: Number,
    pipeline_parallel: Number,
) -> Number:  # fmt: skip
    """A step of the whole replica. Inside the scale-up links the exchange adds; across nodes two half batches hide it.

    >>> float(decode_step_time(2.0, 1.0, 0.5, 1.0, 0.5, 0.0, 1.0, 0.0, 0, 1))
    5.0
    >>> float(decode_step_time(2.0, 1.0, 0.5, 1.0, 0.5, 1.0, 1.0, 0.0, 0, 1))
    4.0
    """
    return (
        engine_time_factor * pipeline_parallel * (1 + draft_time_share * draft_tokens)
        * (
            np.maximum(matrix_time + context_time + overhead_time, exchange_across_nodes * exchange_time)
            + allreduce_time + (1 - exchange_across_nodes) * exchange_time
        )
    )  # fmt: skip
