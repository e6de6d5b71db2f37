"""Double-declining balance with a switch to straight-line, year by year as books keep it."""

from __future__ import annotations

from cluster_calc.formulas.depreciation.charge import LAST_BITS
from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number

_TINY = 1e-12


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


def double_declining_charged(age: Number, life: Number) -> Number:
    """Lives' worth charged by an age: whole lives, and the share of the life under way.

    >>> [round(float(double_declining_charged(year, 5.0)), 6) for year in range(1, 7)]
    [0.4, 0.64, 0.784, 0.892, 1.0, 1.4]
    """
    lives = np.floor(np.maximum(age, 0.0) / life + _TINY)
    return lives + double_declining_share(age, life)


def double_declining_share(age: Number, life: Number) -> Number:
    """Share charged of the life under way; a life that is over counts as the first day of the next.

    Within a life of L years each year takes 2/L of what its first day finds, and the rest goes in equal parts as soon
    as that is no less: from year ⌈L/2⌉ on. Within a year the charge is even. A life of less than two years is charged in
    full before it ends.

    >>> [round(float(double_declining_share(age, 5.0)), 6) for age in (0, 1, 2.5, 5)]
    [0.0, 0.4, 0.712, 0.0]
    >>> [round(float(double_declining_share(age, 1.5)), 6) for age in (0.5, 1.0, 1.4)]
    [0.5, 1.0, 1.0]
    """
    age = np.maximum(age, 0.0)
    within = np.maximum(age - np.floor(age / life + _TINY) * life, 0.0)
    share = np.minimum(2.0 / life, 1.0)
    switch = np.ceil(life / 2.0)
    year = np.floor(np.minimum(within, switch) + _TINY)
    declining = (1 - share) ** year * (1 - share * (np.minimum(within, switch) - year))
    left = np.clip((life - within) / np.maximum(life - switch, _TINY), 0.0, 1.0)
    return 1 - np.where(within < switch, declining, (1 - share) ** switch * left)


def double_declining_slope(age: Number, life: Number) -> Number:
    """Share charged per year in the year of service of an age.

    >>> [round(float(double_declining_slope(year, 5.0)), 6) for year in (0.5, 1.5, 2.5, 4.5, 5.5)]
    [0.4, 0.24, 0.144, 0.108, 0.4]
    """
    age = np.maximum(age, 0.0)
    within = np.maximum(age - np.floor(age / life + _TINY) * life, 0.0)
    share = np.minimum(2.0 / life, 1.0)
    switch = np.ceil(life / 2.0)
    year = np.floor(np.minimum(within, switch) + _TINY)
    even = (1 - share) ** switch / np.maximum(life - switch, _TINY)
    return np.where(within < switch, (1 - share) ** year * share, even)


def resale_share(age: Number, first: Number, second: Number, third: Number, fourth: Number) -> Number:
    """Share of the price that the used market pays at an age: lines between the years, then the last year's ratio.

    >>> [round(float(resale_share(age, 0.8, 0.6, 0.45, 0.3)), 6) for age in (0, 0.5, 4, 5)]
    [1.0, 0.9, 0.3, 0.2]
    """
    age = np.maximum(age, 0.0)
    lost = (
        (1 - first) * np.clip(age, 0, 1)
        + (first - second) * np.clip(age - 1, 0, 1)
        + (second - third) * np.clip(age - 2, 0, 1)
        + (third - fourth) * np.clip(age - 3, 0, 1)
    )
    return np.where(age <= 4, 1 - lost, fourth * (fourth / third) ** np.maximum(age - 4, 0.0))


def resale_slope(age: Number, first: Number, second: Number, third: Number, fourth: Number) -> Number:
    """Share of the price lost per year at an age.

    >>> [round(float(resale_slope(age, 0.8, 0.6, 0.45, 0.3)), 6) for age in (0, 1.5, 3.5)]
    [0.2, 0.2, 0.15]
    """
    age = np.maximum(age, 0.0)
    beyond = -resale_share(age, first, second, third, fourth) * np.log(fourth / third)
    third_on = np.where(age < 3, second - third, np.where(age < 4, third - fourth, beyond))
    return np.where(age < 1, 1 - first, np.where(age < 2, first - second, third_on))
