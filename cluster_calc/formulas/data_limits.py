"""Tokens against the stock of text."""

from __future__ import annotations

from cluster_calc.number import Number


def data_margin(tokens: Number, data_stock: Number) -> Number:
    """1 − D / D_max.

    >>> data_margin(tokens=15e12, data_stock=300e12)
    0.95
    """
    return 1 - tokens / data_stock
