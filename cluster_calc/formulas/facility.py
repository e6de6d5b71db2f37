"""The building, when it is built for the cluster: apart from the hardware, which does not live as long."""

from __future__ import annotations

from cluster_calc.number import Number


def facility_capital(construction_cost: Number, peak_facility_power: Number) -> Number:
    """Building, cooling and power plant for the full load: K_b = b · W_max.

    >>> facility_capital(construction_cost=11.7, peak_facility_power=10e6)
    117000000.0
    """
    return construction_cost * peak_facility_power


def project_capital(capital_cost: Number, facility_capital: Number) -> Number:
    """Cash for hardware and building: K + K_b.

    >>> project_capital(capital_cost=300.0, facility_capital=100.0)
    400.0
    """
    return capital_cost + facility_capital
