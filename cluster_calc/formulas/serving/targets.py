"""Targets on the latencies: the share of each that is left."""

from __future__ import annotations

from cluster_calc.quantities.number import Number


def tpot_margin(time_per_output_token: Number, tpot: Number) -> Number:
    """1 − mean time per output token / its target.

    >>> tpot_margin(time_per_output_token=0.015, tpot=0.03)
    0.5
    """
    return 1 - time_per_output_token / tpot


def ttft_margin(time_to_first_token: Number, ttft: Number) -> Number:
    """1 − mean time to the first token / its target.

    >>> ttft_margin(time_to_first_token=0.5, ttft=1.0)
    0.5
    """
    return 1 - time_to_first_token / ttft
