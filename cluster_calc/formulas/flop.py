"""Arithmetic of one token with attention counted, and the arithmetic that recomputation repeats (PaLM, arXiv:2204.02311 App. B)."""

from __future__ import annotations

from cluster_calc.number import Number


def flop_per_token(
    flop_per_parameter_token: Number, counted_parameters: Number, flop_per_attended_token: Number, layers: Number,
    hidden_size: Number, sequence_length: Number,
) -> Number:  # fmt: skip
    """Arithmetic that the utilisation counts for a token: c · N_c + c_a · L h s.

    c_a is 12 for every pair of tokens, 6 for the causal half, 0 where attention is not counted.

    Llama 2 7B without its input embedding, at 4,096 tokens: 46.1 GFLOP.

    >>> round(flop_per_token(6, 6.738e9 - 32000 * 4096, 12, 32, 4096, 4096) / 1e9, 1)
    46.1
    """
    return (
        flop_per_parameter_token * counted_parameters + flop_per_attended_token * layers * hidden_size * sequence_length
    )


def training_compute(flop_per_token: Number, tokens: Number) -> Number:
    """Arithmetic of the run as the convention counts it: C = F · D.

    >>> training_compute(flop_per_token=4.61e10, tokens=2e12)
    9.22e+22
    """
    return flop_per_token * tokens
