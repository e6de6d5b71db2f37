"""Chips from the time allowed."""

from __future__ import annotations

import numpy as np

from cluster_calc.number import Number


def chips(accelerator_time: Number, time_allowed: Number) -> Number:
    """Whole chips that finish within the time allowed: n = ⌈A / T_max⌉.

    >>> float(chips(accelerator_time=1001.0, time_allowed=10.0))
    101.0
    """
    return np.ceil(accelerator_time / time_allowed)
