"""The data on which a scaling law trains a model of a given size best."""

from __future__ import annotations

from cluster_calc.number import Number


def tokens(
    frontier_tokens: Number, active_parameters: Number, reference_parameters: Number, frontier_exponent: Number
) -> Number:
    """Optimal tokens: D = D_1 · (N / N_1)^s.

    >>> tokens(frontier_tokens=20.0, active_parameters=7e10, reference_parameters=1.0, frontier_exponent=1.0)
    1400000000000.0
    """
    return frontier_tokens * (active_parameters / reference_parameters) ** frontier_exponent
