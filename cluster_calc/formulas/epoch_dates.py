"""Epoch AI's method (Cottier et al. 2024): its calendar, and its name for the charge.

The start of a GPU run and of a TPU run follow different rules: `epoch_gpu.py`, `epoch_tpu.py`.
"""

from __future__ import annotations

import numpy as np

from cluster_calc.number import Number


def planned_start(publication_date: Number, publication_lag: Number, planned_time: Number) -> Number:
    """Start of training, reckoned back from publication: t_pub − 60 days − whole hours of training.

    >>> day = 86400.0
    >>> planned_start(publication_date=1000 * day, publication_lag=60 * day, planned_time=21 * day) / day
    919.0
    """
    return publication_date - publication_lag - planned_time


def hardware_age(start: Number, purchase_date: Number, date_step: Number) -> Number:
    """Age at the start of the run in whole days: a = ⌊t_0 − t_p⌋.

    >>> float(hardware_age(start=400.6, purchase_date=35.0, date_step=1.0))
    365.0
    """
    return np.floor((start - purchase_date) / date_step) * date_step


def amortised_hardware_cost(depreciation: Number) -> Number:
    """Epoch AI's name for the charge: the amortised cost of the run's hardware.

    >>> amortised_hardware_cost(depreciation=100.0)
    100.0
    """
    return depreciation
