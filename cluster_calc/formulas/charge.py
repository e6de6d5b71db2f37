"""What a run is charged for hardware: the value lost while it holds it, and its share of the idle hours."""

from __future__ import annotations

from cluster_calc.number import Number


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
