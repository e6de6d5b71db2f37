"""Committed hours are paid, used or not."""

from __future__ import annotations

from cluster_calc.number import Number


def paid_share(used_share: Number) -> Number:
    """Share of the paid hours that runs use: η_p = η.

    >>> paid_share(used_share=0.8)
    0.8
    """
    return used_share
