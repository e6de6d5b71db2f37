"""Energy from chip time: what is drawn does not depend on how many chips shared the hours."""

from __future__ import annotations

from cluster_calc.number import Number


def facility_energy(chip_power: Number, power_utilisation: Number, pue: Number, accelerator_time: Number) -> Number:
    """Energy at the meter over the run: E = w_c · l · PUE · A, in J.

    >>> facility_energy(chip_power=1000.0, power_utilisation=0.75, pue=1.2, accelerator_time=3600.0) / 3.6e6
    0.9
    """
    return chip_power * power_utilisation * pue * accelerator_time
