"""The cluster against things of a known size."""

from __future__ import annotations

from cluster_calc.number import Number


def capital_yardstick_margin(capital_cost: Number, capital_yardstick: Number) -> Number:
    """1 − K / K_y.

    >>> capital_yardstick_margin(capital_cost=1.0, capital_yardstick=4.0)
    0.75
    """
    return 1 - capital_cost / capital_yardstick


def power_yardstick_margin(peak_facility_power: Number, power_yardstick: Number) -> Number:
    """1 − W_max / W_y.

    >>> power_yardstick_margin(peak_facility_power=1.0, power_yardstick=4.0)
    0.75
    """
    return 1 - peak_facility_power / power_yardstick
