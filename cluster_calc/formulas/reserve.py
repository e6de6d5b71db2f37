"""Servers in reserve as a share; `failures.py` has them follow from failures and repairs instead."""

from __future__ import annotations

import numpy as np

from cluster_calc.number import Number


def spare_servers(servers: Number, reserve_share: Number) -> Number:
    """Whole servers kept in reserve: ⌈n_s · s_r⌉.

    >>> float(spare_servers(servers=126, reserve_share=0.03))
    4.0
    """
    return np.ceil(servers * reserve_share)
