"""Epoch AI's method (Cottier et al. 2024): its calendar, and its name for the charge.

The start of a GPU run and of a TPU run follow different rules: `epoch_gpu.py`, `epoch_tpu.py`.
"""

from __future__ import annotations

from cluster_calc.formulas import returns
from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number


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


@returns("purchase_date")
def gpu_purchase_date(release_date: Number, acquisition_delay: Number, price_date: Number) -> Number:
    """A GPU is bought 90 days after its release, or when its price is dated, whichever is later.

    >>> float(gpu_purchase_date(release_date=100.0, acquisition_delay=90.0, price_date=120.0))
    190.0
    """
    return np.maximum(release_date + acquisition_delay, price_date)


@returns("start")
def gpu_start(planned_start: Number, purchase_date: Number) -> Number:
    """A run starts no earlier than its GPUs are bought.

    >>> float(gpu_start(planned_start=100.0, purchase_date=190.0))
    190.0
    """
    return np.maximum(planned_start, purchase_date)


@returns("purchase_date")
def tpu_purchase_date(release_date: Number) -> Number:
    """A TPU is acquired the day it is released to the public.

    >>> tpu_purchase_date(release_date=100.0)
    100.0
    """
    return release_date


@returns("start")
def tpu_start(planned_start: Number) -> Number:
    """A TPU run may start before the release; its hardware is then worth more than its price.

    >>> tpu_start(planned_start=90.0)
    90.0
    """
    return planned_start


def chip_hours(chips: Number, training_time: Number) -> Number:
    """Chip time of the run where none was published: A_h = n · T.

    >>> chip_hours(chips=2048, training_time=21 * 24.0)
    1032192.0
    """
    return chips * training_time


def facility_energy(chip_hours: Number, chip_power: Number, power_utilisation: Number, pue: Number) -> Number:
    """Energy of the hours counted, at the watts counted: E = A_h · w_c · l · PUE.

    LLaMA-65B (arXiv:2302.13971 Table 15): 1,022,362 GPU-hours at 400 W and a PUE of 1.1 make 449 MWh.

    >>> round(facility_energy(chip_hours=1022362.0, chip_power=400.0, power_utilisation=1.0, pue=1.1) / 1e6, 1)
    449.8
    """
    return chip_hours * chip_power * power_utilisation * pue


def implied_goodput(chips: Number, training_time: Number, billed_chip_hours: Number) -> Number:
    """Share of the published hours that the predicted time explains: n · T / A_b. Stated, not applied.

    >>> implied_goodput(chips=100, training_time=9.0, billed_chip_hours=1000.0)
    0.9
    """
    return chips * training_time / billed_chip_hours
