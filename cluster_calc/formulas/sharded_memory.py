"""Memory without a layout: the model states, sharded over every chip."""

from __future__ import annotations

from cluster_calc.number import Number


def memory_needed(
    parameters: Number, weight_bytes: Number, gradient_bytes: Number, optimizer_bytes: Number, chips: Number
) -> Number:
    """Model states on one chip when all of them are sharded over all chips; activations are not counted.

    >>> memory_needed(parameters=7e9, weight_bytes=2.0, gradient_bytes=2.0, optimizer_bytes=12.0, chips=8)
    14000000000.0
    """
    return parameters * (weight_bytes + gradient_bytes + optimizer_bytes) / chips
