"""Memory of one chip with what a known vocabulary adds: logits, and the embedding that sharded weights gather."""

from __future__ import annotations

import numpy as np

from cluster_calc.formulas.memory import WEIGHTS_TOO
from cluster_calc.number import Number


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
    0.450166272
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
