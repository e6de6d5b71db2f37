"""Memory of one chip where the vocabulary is not known: model states and activations."""

from __future__ import annotations

import numpy as np

from cluster_calc.formulas.memory import WEIGHTS_TOO
from cluster_calc.number import Number


def gathered_memory(
    parameters: Number, layers: Number, weight_bytes: Number, gathered_layers: Number, tensor_parallel: Number,
    data_parallel: Number, zero_stage: Number,
) -> Number:  # fmt: skip
    """Weights of layers gathered from their shards at ZeRO stage 3: b_w n_g N / (L t).

    >>> float(gathered_memory(8e9, 32, 2.0, 3.0, 8, 8, 3))
    187500000.0
    """
    return np.where(
        (zero_stage >= WEIGHTS_TOO) & (data_parallel > 1),
        weight_bytes * gathered_layers * parameters / (layers * tensor_parallel),
        0,
    )


def memory_needed(
    weight_memory: Number, gradient_memory: Number, optimizer_memory: Number, activation_memory: Number,
    recomputed_memory: Number, gathered_memory: Number,
) -> Number:  # fmt: skip
    """Model states and activations on one chip; logits are not counted.

    >>> memory_needed(1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
    21.0
    """
    return weight_memory + gradient_memory + optimizer_memory + activation_memory + recomputed_memory + gathered_memory
