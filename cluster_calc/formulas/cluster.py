"""A cluster without a run: what an hour of one chip costs."""

from __future__ import annotations

from cluster_calc.number import Number


def cost_per_chip_hour(
    depreciation_rate: Number, facility_power: Number, electricity_price: Number, chips: Number
) -> Number:
    """Depreciation and electricity of one chip per unit of time: R_h = (ḋ + W · e) / n.

    >>> cost_per_chip_hour(depreciation_rate=100.0, facility_power=0.0, electricity_price=1.0, chips=50)
    2.0
    """
    return (depreciation_rate + facility_power * electricity_price) / chips
