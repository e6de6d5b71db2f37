"""The same where the target is on the slow requests, not on the mean."""

from __future__ import annotations

from cluster_calc.quantities.number import Number


def ttft_margin(late_first_token: Number, ttft: Number) -> Number:
    """1 − time to the first token that all but a share of the requests stay under / its target.

    >>> ttft_margin(late_first_token=0.5, ttft=1.0)
    0.5
    """
    return 1 - late_first_token / ttft
