"""HFU from MFU: recomputed arithmetic runs on the hardware and is no progress."""

from __future__ import annotations

from cluster_calc.number import Number


def hfu(mfu: Number, recompute_factor: Number) -> Number:
    """Hardware FLOP utilisation: u_h = u · f_r.

    GLM-130B (arXiv:2210.02414): 32.5 % MFU, 43.3 % HFU.

    >>> round(hfu(mfu=0.325, recompute_factor=4 / 3), 3)
    0.433
    """
    return mfu * recompute_factor
