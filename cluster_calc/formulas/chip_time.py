"""Chip time from chips and time."""

from __future__ import annotations

from cluster_calc.number import Number


def accelerator_time(chips: Number, training_time: Number) -> Number:
    """Chip time held: A = n · T.

    >>> accelerator_time(chips=100, training_time=86400.0) / 86400
    100.0
    """
    return chips * training_time
