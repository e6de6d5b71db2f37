"""The time given is the time the run takes."""

from __future__ import annotations

from cluster_calc.number import Number


def training_time(time_allowed: Number) -> Number:
    """The whole of the time given is used: T = T_max.

    >>> training_time(time_allowed=86400.0)
    86400.0
    """
    return time_allowed
