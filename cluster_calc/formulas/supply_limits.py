"""Supply seen from one designer's shipments and from the months its output takes."""

from __future__ import annotations

from cluster_calc.number import Number


def designer_share(chips: Number, designer_shipments: Number, shipment_period: Number) -> Number:
    """Chips over what the chip's designer ships in the period: n / (S_d · S_t).

    >>> designer_share(chips=10.0, designer_shipments=50.0, shipment_period=2.0)
    0.1
    """
    return chips / (designer_shipments * shipment_period)


def designer_margin(designer_share: Number, designer_limit: Number) -> Number:
    """1 − σ_d / σ_d,max.

    >>> designer_margin(designer_share=0.01, designer_limit=0.02)
    0.5
    """
    return 1 - designer_share / designer_limit


def lead_time(chips: Number, annual_shipments: Number, output_share: Number) -> Number:
    """Time in which a share of the output delivers the chips: n / (S · x).

    >>> lead_time(chips=100.0, annual_shipments=50.0, output_share=0.5)
    4.0
    """
    return chips / (annual_shipments * output_share)


def lead_time_margin(lead_time: Number, lead_time_limit: Number) -> Number:
    """1 − T_l / T_l,max.

    >>> lead_time_margin(lead_time=3.0, lead_time_limit=12.0)
    0.75
    """
    return 1 - lead_time / lead_time_limit
