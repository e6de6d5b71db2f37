"""What the run costs in all, and the same chip-hours rented."""

from __future__ import annotations

from cluster_calc.quantities.number import Number


def run_cost(depreciation: Number, electricity_cost: Number, operations_cost: Number) -> Number:
    """The run's amortised cost: R = d + E_$ + o. Not cash: the cash is the capital cost.

    >>> run_cost(depreciation=100.0, electricity_cost=20.0, operations_cost=0.0)
    120.0
    """
    return depreciation + electricity_cost + operations_cost


def cost_per_chip_hour(run_cost: Number, chip_hours: Number) -> Number:
    """R_h = R / A_h.

    >>> cost_per_chip_hour(run_cost=120.0, chip_hours=60.0)
    2.0
    """
    return run_cost / chip_hours


def cost_per_delivered_chip_hour(run_cost: Number, delivered_chip_hours: Number) -> Number:
    """Run cost per chip-hour of arithmetic at full peak: R / A_d.

    >>> cost_per_delivered_chip_hour(run_cost=120.0, delivered_chip_hours=24.0)
    5.0
    """
    return run_cost / delivered_chip_hours


def cost_per_zettaflop(run_cost: Number, training_compute: Number) -> Number:
    """Run cost per arithmetic, shown per 1e21 FLOP: R / C.

    >>> cost_per_zettaflop(run_cost=120.0, training_compute=60.0)
    2.0
    """
    return run_cost / training_compute


def compute_per_dollar(training_compute: Number, run_cost: Number) -> Number:
    """Arithmetic per dollar of run cost: C / R, in FLOP/USD.

    >>> compute_per_dollar(training_compute=1e20, run_cost=100.0)
    1e+18
    """
    return training_compute / run_cost


def rental_cost(rental_price: Number, chip_hours: Number) -> Number:
    """The same chip-hours rented: Q = q · A_h.

    DeepSeek-V3 (arXiv:2412.19437): 2.788 million H800-hours at 2 USD.

    >>> round(rental_cost(rental_price=2 / 3600, chip_hours=2.788e6 * 3600))
    5576000
    """
    return rental_price * chip_hours


def rental_ratio(rental_cost: Number, run_cost: Number) -> Number:
    """Rent over the amortised cost of owning: Q / R. Owning pays for idle time too, which this does not count.

    >>> rental_ratio(rental_cost=300.0, run_cost=120.0)
    2.5
    """
    return rental_cost / run_cost


def bare_run_cost(depreciation: Number, electricity_cost: Number) -> Number:
    """Hardware and electricity alone: R_b = d + E_$.

    >>> bare_run_cost(depreciation=100.0, electricity_cost=20.0)
    120.0
    """
    return depreciation + electricity_cost


def staff_rate(staff_density: Number, critical_load: Number, staff_wage: Number) -> Number:
    """Operations staff a year, by the load of the site: posts per power · W_c · wage, in USD per time.

    >>> round(staff_rate(staff_density=3e-6, critical_load=2e6, staff_wage=150e3))
    900000
    """
    return staff_density * critical_load * staff_wage


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


def colocation_cost(critical_load: Number, colocation_price: Number, training_time: Number) -> Number:
    """Rent of the site, by its critical load: o_c = W_c · price per power and time · T.

    >>> colocation_cost(critical_load=1000.0, colocation_price=150.0, training_time=3.0)
    450000.0
    """
    return critical_load * colocation_price * training_time


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
