"""Chips, time and compute are all given: the utilisation follows."""

from __future__ import annotations

from cluster_calc.number import Number


def implied_mfu(
    training_compute: Number, chips: Number, peak_throughput: Number, training_time: Number, goodput: Number
) -> Number:
    """The model FLOP utilisation behind a run of known size and length: u_i = C / (n · P · T · g).

    LLaMA-65B (arXiv:2302.13971): 2,048 A100 for 21 days.

    >>> round(implied_mfu(5.4768e23, 2048, 312e12, 21 * 86400, 1.0), 4)
    0.4724
    """
    return training_compute / (chips * peak_throughput * training_time * goodput)


def mfu(implied_mfu: Number) -> Number:
    """The implied MFU takes the place of the default: u = u_i.

    >>> mfu(implied_mfu=0.47)
    0.47
    """
    return implied_mfu
