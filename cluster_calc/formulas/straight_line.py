"""Straight-line depreciation: the same charge for every day of the service life.

Other methods are modules of their own beside this one that return the same two names.
"""

from __future__ import annotations

from cluster_calc.number import Number

# The year that units.txt counts in; `days_per_year` says how many days a year of service life is to have instead.
JULIAN_DAYS_PER_YEAR = 365.25


def service_time(lifetime: Number, days_per_year: Number) -> Number:
    """The service life as calendar time: L_s = L · d_y / 365.25, in s.

    >>> service_time(lifetime=4 * 365.25 * 86400, days_per_year=365) / 86400
    1460.0
    """
    return lifetime * days_per_year / JULIAN_DAYS_PER_YEAR


def depreciation_rate(capital_cost: Number, residual_value: Number, service_time: Number) -> Number:
    """Charge per unit of time for the whole cluster: ḋ = K · (1 − r) / L_s.

    >>> depreciation_rate(capital_cost=1000.0, residual_value=0.1, service_time=90.0)
    10.0
    """
    return capital_cost * (1 - residual_value) / service_time


def depreciation(depreciation_rate: Number, training_time: Number) -> Number:
    """This run's charge: d = ḋ · T = K · (1 − r) · T / L_s, in USD.

    EA Forum 2023: 2,048 A100 at 15,000 USD over 4 years for 21 days.

    >>> round(depreciation(depreciation_rate(30.72e6, 0.0, service_time(4 * 365.25 * 86400, 365)), 21 * 86400))
    441863
    """
    return depreciation_rate * training_time
