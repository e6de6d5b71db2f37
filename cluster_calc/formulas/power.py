"""Power at the meter, energy, its cost and its carbon."""

from __future__ import annotations

from cluster_calc.formulas import returns
from cluster_calc.quantities.number import Number


def server_power_factor(system_power: Number, tdp: Number) -> Number:
    """Server power at full load per accelerator over its TDP: f_w = w_s / w.

    >>> round(server_power_factor(system_power=1275.0, tdp=700.0), 4)
    1.8214
    """
    return system_power / tdp


def chip_power(tdp: Number, server_power_factor: Number) -> Number:
    """Full-load power per accelerator with its share of the server: w_c = w · f_w, in W/chip.

    >>> chip_power(tdp=400.0, server_power_factor=2.0)
    800.0
    """
    return tdp * server_power_factor


def critical_load(chips: Number, chip_power: Number) -> Number:
    """What the servers draw at full load, which sites are let, built and staffed by: W_c = n · w_c, in W.

    >>> critical_load(chips=1000, chip_power=1000.0)
    1000000.0
    """
    return chips * chip_power


def peak_facility_power(chips: Number, chip_power: Number, pue: Number) -> Number:
    """What the site must supply at full load: W_max = n · w_c · PUE, in W.

    >>> peak_facility_power(chips=1000, chip_power=1000.0, pue=1.25)
    1250000.0
    """
    return chips * chip_power * pue


def facility_power(peak_facility_power: Number, power_utilisation: Number) -> Number:
    """Average power at the meter: W = W_max · l.

    >>> facility_power(peak_facility_power=1000.0, power_utilisation=0.75)
    750.0
    """
    return peak_facility_power * power_utilisation


def facility_energy(facility_power: Number, training_time: Number) -> Number:
    """Energy at the meter over the run: E = W · T, in J.

    >>> facility_energy(facility_power=1000.0, training_time=3600.0) / 3.6e6
    1.0
    """
    return facility_power * training_time


def electricity_cost(facility_energy: Number, electricity_price: Number) -> Number:
    """Cost of the energy drawn at the meter: E_$ = E · e.

    >>> round(electricity_cost(facility_energy=3.6e6 * 400e3, electricity_price=0.168 / 3.6e6), 6)
    67200.0
    """
    return facility_energy * electricity_price


def emissions(facility_energy: Number, carbon_intensity: Number) -> Number:
    """CO2-equivalent of that energy: m = E · k, in g.

    >>> emissions(facility_energy=3.6e6, carbon_intensity=400 / 3.6e6)
    400.0
    """
    return facility_energy * carbon_intensity


@returns("facility_energy")
def chip_time_energy(chip_power: Number, power_utilisation: Number, pue: Number, accelerator_time: Number) -> Number:
    """Energy at the meter over the run: E = w_c · l · PUE · A, in J.

    >>> chip_time_energy(chip_power=1000.0, power_utilisation=0.75, pue=1.2, accelerator_time=3600.0) / 3.6e6
    0.9
    """
    return chip_power * power_utilisation * pue * accelerator_time
