"""A dense model: every parameter is active."""

from __future__ import annotations

from cluster_calc.number import Number


def active_parameters(parameters: Number) -> Number:
    """Parameters used for one token: all of them, unless a mixture of experts says otherwise (N_a = N).

    >>> active_parameters(parameters=7e9)
    7000000000.0
    """
    return parameters
