"""The convention leaves out the input embedding, which is looked up and not multiplied."""

from __future__ import annotations

from cluster_calc.number import Number


def counted_parameters(active_parameters: Number, vocabulary: Number, hidden_size: Number) -> Number:
    """Parameters whose arithmetic is counted: N_c = N_a − V h.

    >>> counted_parameters(active_parameters=7e9, vocabulary=32000, hidden_size=4096)
    6868928000.0
    """
    return active_parameters - vocabulary * hidden_size
