"""A utilisation counted against the peak of one precision while the chips run at another."""

from __future__ import annotations

from cluster_calc.number import Number


def precision_share(peak_throughput: Number, hardware_peak: Number) -> Number:
    """Share of the running precision's peak that the counted peak is: P / P_h.

    DeepSeek-V3 trains in fp8 and states its MFU against bf16.

    >>> precision_share(peak_throughput=989.0, hardware_peak=1978.0)
    0.5
    """
    return peak_throughput / hardware_peak


def hardware_throughput(chips: Number, hardware_peak: Number) -> Number:
    """Peak of all chips at the precision they run: n · P_h.

    >>> hardware_throughput(chips=10, hardware_peak=2e15)
    2e+16
    """
    return chips * hardware_peak
