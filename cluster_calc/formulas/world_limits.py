"""Limits that the world sets rather than the buyer: data, latency, obsolescence, what utilisation has been seen."""

from __future__ import annotations

import math

from cluster_calc.number import Number

LN_10 = math.log(10)


def latency_margin(training_compute: Number, latency_wall: Number) -> Number:
    """1 − C / C_max: beyond it no number of chips finishes, since the latency of every step adds up.

    >>> latency_margin(training_compute=2.5e30, latency_wall=1e31)
    0.75
    """
    return 1 - training_compute / latency_wall


def longest_useful_run(price_performance_trend: Number) -> Number:
    """Length of run beyond which waiting for the next chips finishes earlier: T_u = 1 / (k ln 10).

    Hardware that improves by e^(k ln 10 · w) while one waits w shortens the run by more than w where T k ln 10 > 1.

    >>> year = 365.25 * 86400
    >>> round(longest_useful_run(price_performance_trend=0.14 / year) / year, 2)
    3.1
    """
    return 1 / (price_performance_trend * LN_10)


def obsolescence_margin(training_time: Number, longest_useful_run: Number) -> Number:
    """1 − T / T_u.

    >>> obsolescence_margin(training_time=1.0, longest_useful_run=4.0)
    0.75
    """
    return 1 - training_time / longest_useful_run


def mfu_margin(mfu: Number, best_mfu: Number) -> Number:
    """1 − u / u_best.

    >>> mfu_margin(mfu=0.325, best_mfu=0.65)
    0.5
    """
    return 1 - mfu / best_mfu
