"""The same work in the field's other measures."""

from __future__ import annotations

from cluster_calc.number import Number


def chip_hours(accelerator_time: Number) -> Number:
    """The accelerator time, billed by the hour: A_h = A, shown in chip·h.

    >>> chip_hours(accelerator_time=3600.0)
    3600.0
    """
    return accelerator_time


def petaflops_days(training_compute: Number) -> Number:
    """The run's arithmetic, shown in petaFLOP/s-days: C_pfd = C (1 petaFLOP/s-day = 8.64e19 FLOP).

    >>> petaflops_days(training_compute=3.14e23) / 8.64e19
    3634.259259259259
    """
    return training_compute
