"""The curves of two depreciation methods, elementwise: shares of the depreciable amount by age in years."""

from __future__ import annotations

import numpy as np

from cluster_calc.number import Number

_TINY = 1e-12


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
