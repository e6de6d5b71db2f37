"""Young's interval between checkpoints (CACM 17(9) 530, 1974): first order."""

from __future__ import annotations

import numpy as np

from cluster_calc.number import Number


def checkpoint_interval(checkpoint_write_time: Number, mtbf: Number) -> Number:
    """Compute time between checkpoints: τ = √(2 δ M); 5 % above the optimum at δ/M = 0.01, 25 % at 0.2.

    >>> round(float(checkpoint_interval(checkpoint_write_time=0.01, mtbf=1.0)), 6)
    0.141421
    """
    return np.sqrt(2 * checkpoint_write_time * mtbf)
