"""Memory of one chip under a parallel layout: model states (ZeRO, arXiv:1910.02054) and activations (arXiv:2205.05198).

Context parallelism splits a sequence over c chips, each with its part of activations and logits (arXiv:2310.01889); the
states of a replica are sharded over them as over the data.
"""

from __future__ import annotations

from cluster_calc.formulas import returns
from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number

# The ZeRO stage that shards the weights, too.
WEIGHTS_TOO = 3


def data_parallel(chips: Number, tensor_parallel: Number, pipeline_parallel: Number) -> Number:
    """Replicas that share the data: d = n / (t · p).

    >>> data_parallel(chips=512, tensor_parallel=8, pipeline_parallel=16)
    4.0
    """
    return chips / (tensor_parallel * pipeline_parallel)


def weight_memory(
    parameters: Number, weight_bytes: Number, tensor_parallel: Number, pipeline_parallel: Number,
    data_parallel: Number, zero_stage: Number,
) -> Number:  # fmt: skip
    """Weights on one chip: N · b_w / (t · p), and / d at ZeRO stage 3.

    >>> float(weight_memory(7e9, 2.0, 1, 1, 8, 3))
    1750000000.0
    """
    return (
        parameters
        * weight_bytes
        / (tensor_parallel * pipeline_parallel * np.where(zero_stage >= WEIGHTS_TOO, data_parallel, 1))
    )


def gradient_memory(
    parameters: Number, gradient_bytes: Number, tensor_parallel: Number, pipeline_parallel: Number,
    data_parallel: Number, zero_stage: Number,
) -> Number:  # fmt: skip
    """Gradients on one chip: N · b_g / (t · p), and / d from ZeRO stage 2.

    >>> float(gradient_memory(7e9, 2.0, 1, 1, 8, 1))
    14000000000.0
    """
    return (
        parameters
        * gradient_bytes
        / (tensor_parallel * pipeline_parallel * np.where(zero_stage >= 2, data_parallel, 1))
    )


def optimizer_memory(
    parameters: Number, optimizer_bytes: Number, tensor_parallel: Number, pipeline_parallel: Number,
    data_parallel: Number, zero_stage: Number,
) -> Number:  # fmt: skip
    """Optimizer states on one chip: N · b_o / (t · p), and / d from ZeRO stage 1.

    >>> float(optimizer_memory(7e9, 12.0, 1, 1, 8, 1))
    10500000000.0
    """
    return (
        parameters
        * optimizer_bytes
        / (tensor_parallel * pipeline_parallel * np.where(zero_stage >= 1, data_parallel, 1))
    )


def expert_group(expert_parallel: Number, tensor_parallel: Number) -> Number:
    """Chips of a stage over which the experts of a layer lie: whole ones on e of them, or each cut over a wider tensor group.

    >>> float(expert_group(expert_parallel=64, tensor_parallel=2)), float(expert_group(expert_parallel=1, tensor_parallel=2))
    (64.0, 2.0)
    """
    return np.maximum(expert_parallel, tensor_parallel)


def expert_copies(tensor_parallel: Number, data_parallel: Number, expert_group: Number) -> Number:
    """Copies of each expert in the job, over which its states can be sharded: t · d / g_e.

    >>> float(expert_copies(tensor_parallel=2, data_parallel=64, expert_group=64))
    2.0
    """
    return np.maximum(tensor_parallel * data_parallel / expert_group, 1)


@returns("weight_memory")
def weights_with_experts(
    parameters: Number, expert_parameters: Number, weight_bytes: Number, tensor_parallel: Number, pipeline_parallel: Number,
    data_parallel: Number, expert_group: Number, expert_copies: Number, zero_stage: Number,
) -> Number:  # fmt: skip
    """Weights on one chip of a mixture of experts: what all tokens pass over t · p, the experts over their own group · p.

    >>> float(weights_with_experts(671e9, 653e9, 2.0, 1, 4, 64, 64, 1, 1)) / 1e9
    14.1015625
    """
    return (weight_bytes / pipeline_parallel) * (
        (parameters - expert_parameters) / (tensor_parallel * np.where(zero_stage >= WEIGHTS_TOO, data_parallel, 1))
        + expert_parameters / (expert_group * np.where(zero_stage >= WEIGHTS_TOO, expert_copies, 1))
    )


@returns("gradient_memory")
def gradients_with_experts(
    parameters: Number, expert_parameters: Number, gradient_bytes: Number, tensor_parallel: Number, pipeline_parallel: Number,
    data_parallel: Number, expert_group: Number, expert_copies: Number, zero_stage: Number,
) -> Number:  # fmt: skip
    """Gradients on one chip of a mixture of experts, spread as its weights.

    >>> float(gradients_with_experts(671e9, 653e9, 2.0, 1, 4, 64, 64, 1, 1)) / 1e9
    14.1015625
    """
    return (gradient_bytes / pipeline_parallel) * (
        (parameters - expert_parameters) / (tensor_parallel * np.where(zero_stage >= 2, data_parallel, 1))
        + expert_parameters / (expert_group * np.where(zero_stage >= 2, expert_copies, 1))
    )


@returns("optimizer_memory")
def optimizer_with_experts(
    parameters: Number, expert_parameters: Number, optimizer_bytes: Number, tensor_parallel: Number, pipeline_parallel: Number,
    data_parallel: Number, expert_group: Number, expert_copies: Number, zero_stage: Number,
) -> Number:  # fmt: skip
    """Optimizer states on one chip of a mixture of experts, spread as its weights.

    >>> float(optimizer_with_experts(671e9, 653e9, 12.0, 1, 4, 64, 64, 1, 1)) / 1e9
    31.453125
    """
    return (optimizer_bytes / pipeline_parallel) * (
        (parameters - expert_parameters) / (tensor_parallel * np.where(zero_stage >= 1, data_parallel, 1))
        + expert_parameters / (expert_group * np.where(zero_stage >= 1, expert_copies, 1))
    )


def activation_memory(
    activation_bytes: Number, score_bytes: Number, hidden_size: Number, heads: Number, sequence_length: Number,
    micro_batch: Number, layers: Number, tensor_parallel: Number, context_parallel: Number, pipeline_parallel: Number,
    interleave: Number,
) -> Number:  # fmt: skip
    """Activations kept on the fullest chip: s b L_a (b_a h + b_s a s) / (t c), with sequence parallelism.

    One-forward-one-backward keeps p microbatches on the first stage and one fewer on each after it, so L_a is the whole
    depth L; layers that do not divide go to the last stages, as in Llama 3 (arXiv:2407.21783 section 3.3.2), and L_a is
    max(p ⌊L/p⌋, (L − p ⌊L/p⌋) ⌈L/p⌉). Interleaving keeps 1 + (p − 1)/(p v) of L. b_a, b_s per layer: 34 and 5 bytes kept
    in full, 34 and 0 with selective, 2 and 0 with full recomputation.

    >>> round(float(activation_memory(34.0, 5.0, 12288, 96, 2048, 1, 96, 8, 1, 8, 1)) / 2**30, 1)
    32.1
    >>> uneven, even = (activation_memory(34.0, 0.0, 16384, 128, 8192, 1, layers, 8, 1, 16, 1) for layers in (126, 112))
    >>> bool(uneven == even)
    True
    """
    each = np.floor(layers / pipeline_parallel)
    kept = np.maximum(
        pipeline_parallel * each, (layers - pipeline_parallel * each) * np.ceil(layers / pipeline_parallel)
    )
    return (
        sequence_length * micro_batch * (activation_bytes * hidden_size + score_bytes * heads * sequence_length)
        / (tensor_parallel * context_parallel)
        * np.where(
            interleave > 1, layers * (1 + (pipeline_parallel - 1) / (pipeline_parallel * interleave)), kept
        )
    )  # fmt: skip


def recomputed_memory(
    recomputed_bytes: Number, hidden_size: Number, sequence_length: Number, micro_batch: Number, tensor_parallel: Number,
    context_parallel: Number,
) -> Number:  # fmt: skip
    """Activations of the layer that is being recomputed, which are whole again: s b h b_r / (t c).

    >>> round(recomputed_memory(34.0, 4096, 8192, 4, 1, 1) / 2**30, 2)
    4.25
    """
    return sequence_length * micro_batch * hidden_size * recomputed_bytes / (tensor_parallel * context_parallel)


def minimum_chips(
    parameters: Number, weight_bytes: Number, gradient_bytes: Number, optimizer_bytes: Number, memory: Number,
    memory_reserve: Number,
) -> Number:  # fmt: skip
    """Fewest chips whose memory holds weights, gradients and optimizer states: ⌈N (b_w + b_g + b_o) / (M (1 − f))⌉.

    A lower bound: activations come on top.

    >>> float(minimum_chips(405e9, 2.0, 2.0, 12.0, 80 * 2**30, 0.1))
    84.0
    """
    return np.ceil(parameters * (weight_bytes + gradient_bytes + optimizer_bytes) / (memory * (1 - memory_reserve)))


def memory_margin(memory_needed: Number, memory: Number, memory_reserve: Number) -> Number:
    """Share of the usable memory left: 1 − M_n / (M (1 − f)).

    >>> memory_margin(memory_needed=36.0, memory=80.0, memory_reserve=0.1)
    0.5
    """
    return 1 - memory_needed / (memory * (1 - memory_reserve))


@returns("memory_needed")
def sharded_memory_needed(
    parameters: Number, weight_bytes: Number, gradient_bytes: Number, optimizer_bytes: Number, chips: Number
) -> Number:
    """Model states on one chip when all of them are sharded over all chips; activations are not counted.

    >>> sharded_memory_needed(parameters=7e9, weight_bytes=2.0, gradient_bytes=2.0, optimizer_bytes=12.0, chips=8)
    14000000000.0
    """
    return parameters * (weight_bytes + gradient_bytes + optimizer_bytes) / chips


def pipeline_bubble(pipeline_parallel: Number, microbatches: Number, interleave: Number) -> Number:
    """Idle time over the ideal time: (p − 1) / (v m). Of the total it is that over one more.

    >>> pipeline_bubble(pipeline_parallel=8, microbatches=64, interleave=1)
    0.109375
    """
    return (pipeline_parallel - 1) / (interleave * microbatches)


def logit_memory(
    logit_bytes: Number, vocabulary: Number, sequence_length: Number, micro_batch: Number, tensor_parallel: Number,
    context_parallel: Number,
) -> Number:  # fmt: skip
    """Logits of a microbatch on a chip of the last stage: s b V b_l / (t c).

    Six bytes are the half precision of the product and the cast to 4 bytes, in which the loss and its gradient are taken; none
    stay where the loss is fused or taken in chunks.

    >>> round(logit_memory(2.0, 256000, 8192, 4, 1, 1) / 2**30, 1)
    15.6
    """
    return sequence_length * micro_batch * vocabulary * logit_bytes / (tensor_parallel * context_parallel)


def gathered_memory(
    parameters: Number, layers: Number, vocabulary: Number, hidden_size: Number, weight_bytes: Number,
    gathered_layers: Number, tensor_parallel: Number, data_parallel: Number,
    zero_stage: Number,
) -> Number:  # fmt: skip
    """Weights gathered from their shards at ZeRO stage 3: b_w (n_g N / L + 2 V h) / t, embedding and head among them.

    >>> float(gathered_memory(8e9, 32, 128256, 4096, 2.0, 3.0, 8, 8, 3)) / 1e9
    0.450168288
    """
    return np.where(
        (zero_stage >= WEIGHTS_TOO) & (data_parallel > 1),
        weight_bytes * (gathered_layers * parameters / layers + 2 * vocabulary * hidden_size) / tensor_parallel,
        0,
    )


def memory_needed(
    weight_memory: Number, gradient_memory: Number, optimizer_memory: Number, activation_memory: Number,
    recomputed_memory: Number, gathered_memory: Number, logit_memory: Number,
) -> Number:  # fmt: skip
    """Model states, activations and logits on one chip, as if it were of the first and of the last stage.

    >>> memory_needed(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)
    28.0
    """
    return (
        weight_memory + gradient_memory + optimizer_memory + activation_memory + recomputed_memory + gathered_memory
        + logit_memory
    )  # fmt: skip


@returns("gathered_memory")
def gathered_states(
    parameters: Number, layers: Number, weight_bytes: Number, gathered_layers: Number, tensor_parallel: Number,
    data_parallel: Number, zero_stage: Number,
) -> Number:  # fmt: skip
    """Weights of layers gathered from their shards at ZeRO stage 3: b_w n_g N / (L t).

    >>> float(gathered_states(8e9, 32, 2.0, 3.0, 8, 8, 3))
    187500000.0
    """
    return np.where(
        (zero_stage >= WEIGHTS_TOO) & (data_parallel > 1),
        weight_bytes * gathered_layers * parameters / (layers * tensor_parallel),
        0,
    )


@returns("memory_needed")
def memory_without_logits(
    weight_memory: Number, gradient_memory: Number, optimizer_memory: Number, activation_memory: Number,
    recomputed_memory: Number, gathered_memory: Number,
) -> Number:  # fmt: skip
    """Model states and activations on one chip; logits are not counted.

    >>> memory_without_logits(1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    21.0
    """
    return weight_memory + gradient_memory + optimizer_memory + activation_memory + recomputed_memory + gathered_memory


def microbatches(global_batch: Number, data_parallel: Number, micro_batch: Number) -> Number:
    """Microbatches of one replica in a step: m = B / (d b).

    >>> microbatches(global_batch=2048, data_parallel=32, micro_batch=1)
    64.0
    """
    return global_batch / (data_parallel * micro_batch)
