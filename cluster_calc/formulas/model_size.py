"""Arithmetic from the size of the model and of its data."""

from __future__ import annotations

from cluster_calc.number import Number


def training_compute(flop_per_parameter_token: Number, active_parameters: Number, tokens: Number) -> Number:
    """Arithmetic of a training run: C = c · N_a · D, with c = 6 (2 forward, 4 backward; Kaplan et al. 2020, §2.1).

    Attention and embeddings are not counted: good to a few percent while the context is much shorter than six times
    the hidden size.

    >>> training_compute(flop_per_parameter_token=6, active_parameters=174.6e9, tokens=300e9)
    3.1428e+23
    """
    return flop_per_parameter_token * active_parameters * tokens
