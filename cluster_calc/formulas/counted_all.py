"""The convention counts every active parameter."""

from __future__ import annotations

from cluster_calc.number import Number


def counted_parameters(active_parameters: Number) -> Number:
    """Parameters whose arithmetic is counted: N_c = N_a.

    >>> counted_parameters(active_parameters=7e9)
    7000000000.0
    """
    return active_parameters
