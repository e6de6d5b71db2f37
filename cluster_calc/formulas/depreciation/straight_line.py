"""Straight-line depreciation: the same charge for every day of the service life.

Other methods are modules of their own beside this one that return the same names.
"""

from __future__ import annotations

from cluster_calc.formulas.depreciation.charge import LAST_BITS
from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number


def depreciation_rate(capital_cost: Number, residual_value: Number, service_time: Number) -> Number:
    """Charge per unit of time for the whole cluster: ḋ = K · (1 − r) / L_s.

    >>> depreciation_rate(capital_cost=1000.0, residual_value=0.1, service_time=90.0)
    10.0
    """
    return capital_cost * (1 - residual_value) / service_time


def hardware_charge(depreciation_rate: Number, training_time: Number) -> Number:
    """Value lost during the run: v = ḋ · T = K · (1 − r) · T / L_s, in USD.

    The age does not matter: past the end of a life the hardware has been replaced like for like.

    EA Forum 2023: 2,048 A100 at 15,000 USD over 4 years of 365 days for 21 days.

    >>> round(hardware_charge(depreciation_rate(30.72e6, 0.0, 4 * 365 * 86400), 21 * 86400))
    441863
    """
    return depreciation_rate * training_time


def book_value_at_start(
    capital_cost: Number, residual_value: Number, hardware_age: Number, service_time: Number
) -> Number:
    """Book value when the run starts: K · (1 − (1 − r) · (a / L_s − ⌊a / L_s⌋)), of hardware replaced like for like.

    >>> [float(book_value_at_start(1000.0, 0.1, hardware_age=age, service_time=90.0)) for age in (45.0, 90.0, 135.0)]
    [550.0, 1000.0, 550.0]
    """
    return capital_cost * (
        1
        - (1 - residual_value)
        * np.maximum(hardware_age / service_time - np.floor(hardware_age / service_time + LAST_BITS), 0)
    )


def book_value_at_end(capital_cost: Number, residual_value: Number, age_at_end: Number, service_time: Number) -> Number:
    """Book value when the run ends, of the set that then stands: a life that ends with the run has left its residual.

    >>> [round(float(book_value_at_end(1000.0, 0.1, age_at_end=age, service_time=90.0)), 9) for age in (0.0, 45.0, 90.0, 135.0)]
    [1000.0, 550.0, 100.0, 550.0]
    """
    return capital_cost * (
        1
        - (1 - residual_value)
        * np.minimum(age_at_end / service_time - np.maximum(np.ceil(age_at_end / service_time - LAST_BITS) - 1, 0), 1)
    )
