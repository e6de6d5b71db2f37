"""The size of model that a scaling law trains best on given data."""

from __future__ import annotations

from cluster_calc.number import Number


def active_parameters(
    reference_parameters: Number, tokens: Number, frontier_tokens: Number, frontier_exponent: Number
) -> Number:
    """Optimal parameters for given data: N = N_1 · (D / D_1)^(1/s).

    >>> round(active_parameters(reference_parameters=1.0, tokens=1.4e12, frontier_tokens=20.0, frontier_exponent=1.0))
    70000000000
    """
    return reference_parameters * (tokens / frontier_tokens) ** (1 / frontier_exponent)
