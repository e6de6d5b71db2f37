"""MFU from a published HFU."""

from __future__ import annotations

from cluster_calc.number import Number


def mfu(hfu: Number, recompute_factor: Number) -> Number:
    """Model FLOP utilisation: u = u_h / f_r.

    >>> round(mfu(hfu=0.52, recompute_factor=4 / 3), 2)
    0.39
    """
    return hfu / recompute_factor
