"""Depreciation by a resale curve: the hardware loses what the used market takes off."""

from __future__ import annotations

from cluster_calc.formulas.depreciation.double_declining import resale_share, resale_slope
from cluster_calc.quantities.number import Number


def book_value_at_start(
    capital_cost: Number,
    hardware_age: Number,
    depreciation_period: Number,
    resale_year_1: Number,
    resale_year_2: Number,
    resale_year_3: Number,
    resale_year_4: Number,
) -> Number:
    """Resale value when the run starts: straight lines between the years of the curve, then the last year's ratio.

    >>> float(book_value_at_start(1000.0, 1.5, 1.0, 0.8, 0.6, 0.45, 0.3))
    700.0
    """
    return capital_cost * resale_share(
        hardware_age / depreciation_period, resale_year_1, resale_year_2, resale_year_3, resale_year_4
    )


def book_value_at_end(
    capital_cost: Number,
    age_at_end: Number,
    depreciation_period: Number,
    resale_year_1: Number,
    resale_year_2: Number,
    resale_year_3: Number,
    resale_year_4: Number,
) -> Number:
    """Resale value when the run ends.

    >>> float(book_value_at_end(1000.0, 2.0, 1.0, 0.8, 0.6, 0.45, 0.3))
    600.0
    """
    return capital_cost * resale_share(
        age_at_end / depreciation_period, resale_year_1, resale_year_2, resale_year_3, resale_year_4
    )


def hardware_charge(book_value_at_start: Number, book_value_at_end: Number) -> Number:
    """Value lost during the run: v = V_0 − V_1.

    >>> hardware_charge(book_value_at_start=1000.0, book_value_at_end=900.0)
    100.0
    """
    return book_value_at_start - book_value_at_end


def depreciation_rate(
    capital_cost: Number,
    hardware_age: Number,
    depreciation_period: Number,
    resale_year_1: Number,
    resale_year_2: Number,
    resale_year_3: Number,
    resale_year_4: Number,
) -> Number:
    """Charge per unit of time when the run starts: the slope of the curve.

    >>> round(float(depreciation_rate(1000.0, 0.0, 1.0, 0.8, 0.6, 0.45, 0.3)), 9)
    200.0
    """
    slope = resale_slope(hardware_age / depreciation_period, resale_year_1, resale_year_2, resale_year_3, resale_year_4)
    return capital_cost * slope / depreciation_period
