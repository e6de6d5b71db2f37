"""The cluster against the market's supply, and each limit as the share of it that is left."""

from __future__ import annotations

from cluster_calc.number import Number


def shipment_share(chips: Number, annual_shipments: Number, shipment_period: Number) -> Number:
    """Chips over what is shipped in the period (one year): σ = n / (S · S_t).

    >>> year = 365.25 * 86400
    >>> round(shipment_share(chips=83_000, annual_shipments=35e6 / year, shipment_period=year), 4)
    0.0024
    """
    return chips / (annual_shipments * shipment_period)
