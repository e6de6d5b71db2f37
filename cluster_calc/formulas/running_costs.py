"""Operating costs of the run, line by line; what has no rate is not included and counts as nothing."""

from __future__ import annotations

from cluster_calc.number import Number


def staff_cost(staff_rate: Number, training_time: Number) -> Number:
    """Operations staff over the run: o_s = staff per year · T.

    >>> staff_cost(staff_rate=12e6, training_time=0.25)
    3000000.0
    """
    return staff_rate * training_time


def maintenance_cost(capital_cost: Number, maintenance_rate: Number, training_time: Number) -> Number:
    """Maintenance and support, a share of the capital a year: o_m = K · m · T.

    >>> maintenance_cost(capital_cost=100e6, maintenance_rate=0.04, training_time=0.5)
    2000000.0
    """
    return capital_cost * maintenance_rate * training_time


def colocation_cost(peak_facility_power: Number, colocation_price: Number, training_time: Number) -> Number:
    """Rent of the site, by its power: o_c = W_max · price per power and time · T.

    >>> colocation_cost(peak_facility_power=1000.0, colocation_price=150.0, training_time=3.0)
    450000.0
    """
    return peak_facility_power * colocation_price * training_time


def demand_charge_cost(peak_facility_power: Number, demand_charge: Number, training_time: Number) -> Number:
    """What the utility bills for the capacity it holds, by the full load: o_w = W_max · charge per power and time · T.

    >>> demand_charge_cost(peak_facility_power=1000.0, demand_charge=15.0, training_time=3.0)
    45000.0
    """
    return peak_facility_power * demand_charge * training_time


def storage_cost(storage_rate: Number, training_time: Number) -> Number:
    """Network transit and storage services over the run: o_t.

    >>> storage_cost(storage_rate=1e6, training_time=0.5)
    500000.0
    """
    return storage_rate * training_time


def insurance_cost(capital_cost: Number, insurance_rate: Number, training_time: Number) -> Number:
    """Insurance, a share of the capital a year: o_i = K · i · T.

    >>> insurance_cost(capital_cost=100e6, insurance_rate=0.005, training_time=0.5)
    250000.0
    """
    return capital_cost * insurance_rate * training_time


def software_cost(chips: Number, software_price: Number, training_time: Number) -> Number:
    """Licences by the chip: o_l = n · price per chip and time · T.

    >>> software_cost(chips=100, software_price=4500.0, training_time=0.5)
    225000.0
    """
    return chips * software_price * training_time


def operations_cost(
    staff_cost: Number,
    maintenance_cost: Number,
    colocation_cost: Number,
    demand_charge_cost: Number,
    storage_cost: Number,
    insurance_cost: Number,
    software_cost: Number,
) -> Number:
    """The lines together: o.

    >>> operations_cost(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)
    28.0
    """
    return (
        staff_cost
        + maintenance_cost
        + colocation_cost
        + demand_charge_cost
        + storage_cost
        + insurance_cost
        + software_cost
    )
