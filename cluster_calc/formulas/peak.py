"""What the chips could do at their dense peak."""

from __future__ import annotations

from cluster_calc.number import Number


def cluster_throughput(chips: Number, peak_throughput: Number) -> Number:
    """Dense peak of all chips: n · P, in FLOP/s.

    >>> cluster_throughput(chips=10, peak_throughput=1e15)
    1e+16
    """
    return chips * peak_throughput
