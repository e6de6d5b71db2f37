"""A published run taken at its word: its own hours, watts and PUE, and what its hours say about the time lost."""

from __future__ import annotations

from cluster_calc.number import Number


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
