"""What a given chip time can train."""

from __future__ import annotations

from cluster_calc.number import Number


def training_compute(accelerator_time: Number, peak_throughput: Number, mfu: Number, goodput: Number) -> Number:
    """Arithmetic delivered in that chip time: C = A · P · u · g.

    >>> training_compute(accelerator_time=1.0, peak_throughput=1e15, mfu=0.4, goodput=0.5)
    200000000000000.0
    """
    return accelerator_time * peak_throughput * mfu * goodput
