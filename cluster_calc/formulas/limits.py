"""Feasibility margins: the share of each limit that is left; negative when it does not hold."""

from __future__ import annotations

from cluster_calc.number import Number


def time_available(deadline: Number, start: Number) -> Number:
    """Time between the two dates: T_av = t_1 − t_0.

    >>> time_available(deadline=20.0, start=5.0)
    15.0
    """
    return deadline - start


def budget_margin(run_cost: Number, budget: Number) -> Number:
    """1 − R / R_max.

    >>> budget_margin(run_cost=75.0, budget=100.0)
    0.25
    """
    return 1 - run_cost / budget


def capital_margin(capital_cost: Number, capital_budget: Number) -> Number:
    """1 − K / K_max.

    >>> capital_margin(capital_cost=150.0, capital_budget=100.0)
    -0.5
    """
    return 1 - capital_cost / capital_budget


def power_margin(peak_facility_power: Number, power_limit: Number) -> Number:
    """1 − W_max / W_lim: the site must supply the peak, not the average.

    >>> power_margin(peak_facility_power=15.0, power_limit=20.0)
    0.25
    """
    return 1 - peak_facility_power / power_limit


def supply_margin(shipment_share: Number, supply_limit: Number) -> Number:
    """1 − σ / σ_max.

    >>> supply_margin(shipment_share=0.01, supply_limit=0.02)
    0.5
    """
    return 1 - shipment_share / supply_limit


def time_margin(training_time: Number, time_allowed: Number) -> Number:
    """1 − T / T_max.

    >>> time_margin(training_time=90.0, time_allowed=90.0)
    0.0
    """
    return 1 - training_time / time_allowed
