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


def data_movement_margin(training_compute: Number, data_movement_limit: Number) -> Number:
    """1 − C / C_m: beyond it moving data between chips begins to cost utilisation.

    >>> data_movement_margin(training_compute=2.5e27, data_movement_limit=1e28)
    0.75
    """
    return 1 - training_compute / data_movement_limit


def obsolescence_margin(training_time: Number, price_performance_trend: Number) -> Number:
    """1 − T k ln 10: what is left until waiting for the next chips would finish earlier.

    Hardware that improves by e^(k ln 10 · w) while one waits w shortens the run by more than w where T k ln 10 > 1.

    >>> year = 365.25 * 86400
    >>> round(obsolescence_margin(training_time=0.25 * year, price_performance_trend=0.14 / year), 2)
    0.92
    """
    return 1 - training_time * price_performance_trend * LN_10


def mfu_margin(mfu: Number, best_mfu: Number) -> Number:
    """1 − u / u_best.

    >>> mfu_margin(mfu=0.325, best_mfu=0.65)
    0.5
    """
    return 1 - mfu / best_mfu
