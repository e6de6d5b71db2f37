"""Compute and tokens are given: the parameters they pay for."""

from __future__ import annotations

from cluster_calc.number import Number


def active_parameters(training_compute: Number, flop_per_parameter_token: Number, tokens: Number) -> Number:
    """Active parameters that the arithmetic covers: N_a = C / (c · D).

    >>> active_parameters(training_compute=6e21, flop_per_parameter_token=6, tokens=1e12)
    1000000000.0
    """
    return training_compute / (flop_per_parameter_token * tokens)
