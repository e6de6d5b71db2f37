"""The deadline of a run that holds its chips throughout."""

from __future__ import annotations

from cluster_calc.number import Number


def deadline_margin(training_time: Number, time_available: Number) -> Number:
    """1 − T / T_av.

    >>> deadline_margin(training_time=60.0, time_available=80.0)
    0.25
    """
    return 1 - training_time / time_available
