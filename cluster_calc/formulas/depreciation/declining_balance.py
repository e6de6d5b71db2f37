"""Declining-balance depreciation: every year takes the same share of what is left."""

from __future__ import annotations

from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number


def book_value_at_start(
    capital_cost: Number, declining_rate: Number, hardware_age: Number, depreciation_period: Number
) -> Number:
    """Book value when the run starts: V_0 = K · (1 − δ)^(a / year).

    >>> round(book_value_at_start(1000.0, declining_rate=0.3, hardware_age=2.0, depreciation_period=1.0), 9)
    490.0
    """
    return capital_cost * (1 - declining_rate) ** (hardware_age / depreciation_period)


def book_value_at_end(
    book_value_at_start: Number, declining_rate: Number, training_time: Number, depreciation_period: Number
) -> Number:
    """Book value when the run ends: V_1 = V_0 · (1 − δ)^(T / year).

    >>> book_value_at_end(book_value_at_start=1000.0, declining_rate=0.36, training_time=0.5, depreciation_period=1.0)
    800.0
    """
    return book_value_at_start * (1 - declining_rate) ** (training_time / depreciation_period)


def hardware_charge(book_value_at_start: Number, book_value_at_end: Number) -> Number:
    """Value lost during the run: v = V_0 − V_1.

    >>> hardware_charge(book_value_at_start=1000.0, book_value_at_end=900.0)
    100.0
    """
    return book_value_at_start - book_value_at_end


def depreciation_rate(book_value_at_start: Number, declining_rate: Number, depreciation_period: Number) -> Number:
    """Charge per unit of time at the start of the run, the slope of the curve: ḋ = −V_0 · ln(1 − δ) / year.

    >>> round(float(depreciation_rate(book_value_at_start=1000.0, declining_rate=0.5, depreciation_period=1.0)), 3)
    693.147
    """
    return -book_value_at_start * np.log(1 - declining_rate) / depreciation_period
