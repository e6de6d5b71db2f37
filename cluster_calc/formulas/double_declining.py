"""Double-declining balance with a switch to straight-line, year by year as books keep it."""

from __future__ import annotations

import numpy as np

from cluster_calc.book_value import double_declining_charged, double_declining_share, double_declining_slope
from cluster_calc.formulas.service_life import LAST_BITS
from cluster_calc.number import Number


def book_value_at_start(
    capital_cost: Number,
    residual_value: Number,
    hardware_age: Number,
    service_time: Number,
    depreciation_period: Number,
) -> Number:
    """Book value when the run starts, of hardware replaced like for like at the end of each life.

    A life of 5 years writes off 40, 24, 14.4, 10.8 and 10.8 % of the depreciable amount.

    >>> float(book_value_at_start(1000.0, 0.0, hardware_age=2.0, service_time=5.0, depreciation_period=1.0))
    360.0
    """
    charged = double_declining_share(hardware_age / depreciation_period, service_time / depreciation_period)
    return capital_cost * (1 - (1 - residual_value) * charged)


def hardware_charge(
    capital_cost: Number,
    residual_value: Number,
    hardware_age: Number,
    age_at_end: Number,
    service_time: Number,
    depreciation_period: Number,
) -> Number:
    """Value lost during the run: v = K · (1 − r) · (c(a + T) − c(a)), c being the share charged by an age.

    >>> round(float(hardware_charge(1000.0, 0.0, 0.0, 5.0, service_time=5.0, depreciation_period=1.0)), 9)
    1000.0
    """
    before = double_declining_charged(hardware_age / depreciation_period, service_time / depreciation_period)
    after = double_declining_charged(age_at_end / depreciation_period, service_time / depreciation_period)
    return capital_cost * (1 - residual_value) * (after - before)


def book_value_at_end(
    capital_cost: Number, residual_value: Number, age_at_end: Number, service_time: Number, depreciation_period: Number
) -> Number:
    """Book value when the run ends, of the set that then stands: a life that ends with the run has left its residual.

    >>> [round(float(book_value_at_end(1000.0, 0.1, age, service_time=5.0, depreciation_period=1.0)), 9) for age in (1.0, 5.0, 6.0)]
    [640.0, 100.0, 640.0]
    """
    charged = double_declining_charged(age_at_end / depreciation_period, service_time / depreciation_period)
    lives = np.maximum(np.ceil(age_at_end / service_time - LAST_BITS) - 1, 0)
    return capital_cost * (1 - (1 - residual_value) * (charged - lives))


def depreciation_rate(
    capital_cost: Number,
    residual_value: Number,
    hardware_age: Number,
    service_time: Number,
    depreciation_period: Number,
) -> Number:
    """Charge per unit of time in the year of service in which the run starts.

    >>> float(depreciation_rate(1000.0, 0.0, hardware_age=0.0, service_time=5.0, depreciation_period=1.0))
    400.0
    """
    slope = double_declining_slope(hardware_age / depreciation_period, service_time / depreciation_period)
    return capital_cost * (1 - residual_value) * slope / depreciation_period
