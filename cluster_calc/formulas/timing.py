"""How long the chips are held."""

from __future__ import annotations

from cluster_calc.number import Number


def training_time(accelerator_time: Number, chips: Number) -> Number:
    """Wall-clock time of the run: T = A / n, in s.

    >>> training_time(accelerator_time=1000 * 86400.0, chips=100) / 86400
    10.0
    """
    return accelerator_time / chips
