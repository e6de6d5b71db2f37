"""A cluster without a run: what an hour of one chip costs."""

from __future__ import annotations

from cluster_calc.number import Number


def cost_per_chip_hour(
    depreciation_rate: Number, used_share: Number, facility_power: Number, electricity_price: Number, chips: Number
) -> Number:
    """Depreciation and electricity of one used chip per unit of time: R_h = (ḋ / η + W · e) / n.

    >>> cost_per_chip_hour(depreciation_rate=100.0, used_share=1.0, facility_power=0.0, electricity_price=1.0, chips=50)
    2.0
    """
    return (depreciation_rate / used_share + facility_power * electricity_price) / chips
