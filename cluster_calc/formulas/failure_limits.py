"""Progress under failures: a checkpoint and a restart must fit between two of them."""

from __future__ import annotations

from cluster_calc.number import Number


def failure_margin(checkpoint_write_time: Number, restart_time: Number, mtbf: Number) -> Number:
    """1 − (δ + R) / M.

    >>> failure_margin(checkpoint_write_time=60.0, restart_time=540.0, mtbf=6000.0)
    0.9
    """
    return 1 - (checkpoint_write_time + restart_time) / mtbf
