"""Epoch AI's dates for GPUs, which are bought on the market."""

from __future__ import annotations

import numpy as np

from cluster_calc.number import Number


def purchase_date(release_date: Number, acquisition_delay: Number, price_date: Number) -> Number:
    """A GPU is bought 90 days after its release, or when its price is dated, whichever is later.

    >>> float(purchase_date(release_date=100.0, acquisition_delay=90.0, price_date=120.0))
    190.0
    """
    return np.maximum(release_date + acquisition_delay, price_date)


def start(planned_start: Number, purchase_date: Number) -> Number:
    """A run starts no earlier than its GPUs are bought.

    >>> float(start(planned_start=100.0, purchase_date=190.0))
    190.0
    """
    return np.maximum(planned_start, purchase_date)
