"""Whole servers for the chips."""

from __future__ import annotations

import numpy as np

from cluster_calc.number import Number


def servers(chips: Number, chips_per_server: Number) -> Number:
    """Servers the chips sit in: n_s = ⌈n / c_s⌉.

    >>> float(servers(chips=16384, chips_per_server=8))
    2048.0
    """
    return np.ceil(chips / chips_per_server)
