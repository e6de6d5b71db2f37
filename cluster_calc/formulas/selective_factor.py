"""Selective recomputation repeats attention alone (Korthikanti et al., arXiv:2205.05198: s/3h in place of s/6h)."""

from __future__ import annotations

from cluster_calc.number import Number


def recompute_factor(
    flop_per_token: Number,
    recomputed_per_attended_token: Number,
    layers: Number,
    hidden_size: Number,
    sequence_length: Number,
) -> Number:
    """FLOP executed over FLOP counted: f_r = 1 + c_s L h s / F.

    >>> round(recompute_factor(6 * 174.6e9 + 12 * 96 * 12288 * 2048, 12, 96, 12288, 2048), 4)
    1.0269
    """
    return 1 + recomputed_per_attended_token * layers * hidden_size * sequence_length / flop_per_token
