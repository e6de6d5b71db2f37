"""Daly's interval between checkpoints (FGCS 22(3) 303, 2006): his third-order series."""

from __future__ import annotations

import numpy as np

from cluster_calc.number import Number

# Divisors of the series' second and third term.
SECOND = 3.0
THIRD = 9.0


def checkpoint_interval(checkpoint_write_time: Number, mtbf: Number) -> Number:
    """Compute time between checkpoints: τ = √(2δM) [1 + ⅓ √(δ/2M) + ⅑ (δ/2M)] − δ for δ < 2M, else M.

    Within 2 % of the optimum for δ < M.

    >>> round(float(checkpoint_interval(checkpoint_write_time=0.01, mtbf=1.0)), 6)
    0.134833
    """
    half = checkpoint_write_time / (2 * mtbf)
    series = 2 * mtbf * np.sqrt(half) * (1 + np.sqrt(half) / SECOND + half / THIRD) - checkpoint_write_time
    return np.where(half < 1, series, mtbf)
