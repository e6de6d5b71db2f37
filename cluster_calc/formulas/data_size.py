"""Compute and parameters are given: the tokens they pay for."""

from __future__ import annotations

from cluster_calc.number import Number


def tokens(training_compute: Number, flop_per_parameter_token: Number, active_parameters: Number) -> Number:
    """Tokens that the arithmetic covers: D = C / (c · N_a).

    >>> tokens(training_compute=6e21, flop_per_parameter_token=6, active_parameters=1e9)
    1000000000000.0
    """
    return training_compute / (flop_per_parameter_token * active_parameters)
