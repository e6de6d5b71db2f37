"""From arithmetic to chip time."""

from __future__ import annotations

from cluster_calc.number import Number


def accelerator_time(training_compute: Number, peak_throughput: Number, mfu: Number, goodput: Number) -> Number:
    """GPU-days: the chip time that the run's arithmetic takes at the delivered share of the peak.

    A = C / (P · u · g), in chip·s.

    >>> accelerator_time(training_compute=1e15 * 86400, peak_throughput=420e12, mfu=1.0, goodput=1.0) / 3600
    57.14285714285714
    """
    return training_compute / (peak_throughput * mfu * goodput)
