"""What a run is charged for hardware: the value lost while it holds it, and its share of the idle hours."""

from __future__ import annotations

from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number

# The year that units.txt counts in; `days_per_year` says how many days a year of service life is to have instead.
JULIAN_DAYS_PER_YEAR = 365.25
# A run of exactly one life needs no second set of hardware, whatever the last bit of the division says.
LAST_BITS = 1e-9


def age_at_end(hardware_age: Number, training_time: Number) -> Number:
    """Age at the end of the run: a + T, in s.

    >>> age_at_end(hardware_age=10.0, training_time=5.0)
    15.0
    """
    return hardware_age + training_time


def depreciation(hardware_charge: Number, used_share: Number) -> Number:
    """This run's charge: d = v / η. With η = 1 the run pays for its own hours, below 1 for its share of the idle ones too.

    >>> depreciation(hardware_charge=60.0, used_share=0.6)
    100.0
    """
    return hardware_charge / used_share


def idle_charge(depreciation: Number, hardware_charge: Number) -> Number:
    """The part of the charge that pays for idle hours: d − v.

    >>> idle_charge(depreciation=100.0, hardware_charge=60.0)
    40.0
    """
    return depreciation - hardware_charge


def hardware_age(start: Number, purchase_date: Number) -> Number:
    """Age at the start of the run: a = t_0 − t_p, in s.

    >>> hardware_age(start=400 * 86400.0, purchase_date=35 * 86400.0) / 86400
    365.0
    """
    return start - purchase_date


def service_time(lifetime: Number, days_per_year: Number) -> Number:
    """The service life as calendar time: L_s = L · d_y / 365.25, in s.

    >>> service_time(lifetime=4 * 365.25 * 86400, days_per_year=365) / 86400
    1460.0
    """
    return lifetime * days_per_year / JULIAN_DAYS_PER_YEAR


def replacements(hardware_age: Number, age_at_end: Number, service_time: Number) -> Number:
    """Times the hardware reaches the end of its life during the run: ⌈(a + T) / L_s⌉ − 1 − ⌊a / L_s⌋, at least 0.

    Lives that ended before the run were replaced before it.

    >>> [float(replacements(*ages, service_time=90.0)) for ages in ((0.0, 90.0), (0.0, 91.0), (80.0, 91.0), (100.0, 120.0))]
    [0.0, 1.0, 1.0, 0.0]
    """
    before = np.floor(hardware_age / service_time + LAST_BITS)
    return np.maximum(np.ceil(age_at_end / service_time - LAST_BITS) - 1 - before, 0)


def replacement_cost(replacements: Number, capital_cost: Number, residual_value: Number) -> Number:
    """Cash for replacing like for like at the end of each life, less the residual: beyond the capital cost.

    >>> replacement_cost(replacements=1.0, capital_cost=1000.0, residual_value=0.1)
    900.0
    """
    return replacements * capital_cost * (1 - residual_value)
