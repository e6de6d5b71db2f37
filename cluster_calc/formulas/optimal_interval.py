"""The interval between checkpoints that wastes least under exponential failures."""

from __future__ import annotations

import numpy as np

from cluster_calc.formulas.daly import SECOND, THIRD
from cluster_calc.number import Number


def checkpoint_interval(checkpoint_write_time: Number, mtbf: Number) -> Number:
    """The optimum τ = M (1 + W₀(−e^(−1 − δ/M))), with Lambert's W.

    Solved as u = 1 − e^(−u − δ/M), u = τ/M, by two steps of Newton's method from Daly's series: exact to 1e-8.

    >>> [round(float(checkpoint_interval(write, 1.0)), 4) for write in (0.001, 0.01, 0.2, 0.5, 1.0)]
    [0.0441, 0.1348, 0.5068, 0.6983, 0.8414]
    """
    write = checkpoint_write_time / mtbf
    daly = np.where(write < 2, np.sqrt(2 * write) * (1 + np.sqrt(write / 2) / SECOND + write / 2 / THIRD) - write, 1)
    better = 1 + daly + daly / np.expm1(-daly - write)
    return mtbf * (1 + better + better / np.expm1(-better - write))
