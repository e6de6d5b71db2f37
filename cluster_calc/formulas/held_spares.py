"""The spares that failures and repairs call for are held."""

from __future__ import annotations

from cluster_calc.number import Number


def held_spare_share(spare_share: Number) -> Number:
    """Spare servers held per server in use: as many as the outages in repair need.

    >>> held_spare_share(spare_share=0.02)
    0.02
    """
    return spare_share
