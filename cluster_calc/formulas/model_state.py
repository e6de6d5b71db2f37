"""What memory allows: the fewest chips that hold the model states, and what is left of each chip."""

from __future__ import annotations

import numpy as np

from cluster_calc.number import Number


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
