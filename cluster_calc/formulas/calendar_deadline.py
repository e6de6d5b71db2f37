"""The deadline of a run that waits for its chips: it counts the calendar."""

from __future__ import annotations

from cluster_calc.number import Number


def deadline_margin(calendar_time: Number, time_available: Number) -> Number:
    """1 − T_c / T_av, with waiting and maintenance.

    >>> deadline_margin(calendar_time=60.0, time_available=80.0)
    0.25
    """
    return 1 - calendar_time / time_available
