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


def charged_time(training_time: Number, used_share: Number) -> Number:
    """Time that the run is charged for what is paid whether used or not: its own and its share of idle hours, T / η.

    >>> charged_time(training_time=60.0, used_share=0.6)
    100.0
    """
    return training_time / used_share


def staff_cost(staff_rate: Number, charged_time: Number) -> Number:
    """Operations staff: o_s = staff per year · T / η.

    >>> staff_cost(staff_rate=12e6, charged_time=0.25)
    3000000.0
    """
    return staff_rate * charged_time


def maintenance_cost(maintenance_per_year: Number, charged_time: Number) -> Number:
    """Maintenance and support: o_m.

    >>> maintenance_cost(maintenance_per_year=4e6, charged_time=0.5)
    2000000.0
    """
    return maintenance_per_year * charged_time


def colocation_cost(colocation_per_year: Number, charged_time: Number) -> Number:
    """Rent of the site: o_c.

    >>> colocation_cost(colocation_per_year=150e3, charged_time=3.0)
    450000.0
    """
    return colocation_per_year * charged_time


def demand_charge_cost(demand_charge_per_year: Number, charged_time: Number) -> Number:
    """What the utility bills for the capacity it holds: o_w.

    >>> demand_charge_cost(demand_charge_per_year=15e3, charged_time=3.0)
    45000.0
    """
    return demand_charge_per_year * charged_time


def storage_cost(storage_rate: Number, charged_time: Number) -> Number:
    """Network transit and storage services: o_t.

    >>> storage_cost(storage_rate=1e6, charged_time=0.5)
    500000.0
    """
    return storage_rate * charged_time


def insurance_cost(insurance_per_year: Number, charged_time: Number) -> Number:
    """Insurance: o_i.

    >>> insurance_cost(insurance_per_year=500e3, charged_time=0.5)
    250000.0
    """
    return insurance_per_year * charged_time


def software_cost(software_per_year: Number, charged_time: Number) -> Number:
    """Licences: o_l.

    >>> software_cost(software_per_year=450e3, charged_time=0.5)
    225000.0
    """
    return software_per_year * charged_time


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


def maintenance_per_year(capital_cost: Number, maintenance_rate: Number) -> Number:
    """Maintenance and support, a share of the capital a year: K · m.

    >>> maintenance_per_year(capital_cost=100e6, maintenance_rate=0.04)
    4000000.0
    """
    return capital_cost * maintenance_rate


def colocation_per_year(critical_load: Number, colocation_price: Number) -> Number:
    """Rent of the site, by its critical load: W_c · price per power and time.

    >>> colocation_per_year(critical_load=1000.0, colocation_price=150.0)
    150000.0
    """
    return critical_load * colocation_price


def demand_charge_per_year(peak_facility_power: Number, demand_charge: Number) -> Number:
    """What the utility bills for the capacity it holds, by the full load: W_max · charge per power and time.

    >>> demand_charge_per_year(peak_facility_power=1000.0, demand_charge=15.0)
    15000.0
    """
    return peak_facility_power * demand_charge


def insurance_per_year(capital_cost: Number, insurance_rate: Number) -> Number:
    """Insurance, a share of the capital a year: K · i.

    >>> insurance_per_year(capital_cost=100e6, insurance_rate=0.005)
    500000.0
    """
    return capital_cost * insurance_rate


def software_per_year(chips: Number, software_price: Number) -> Number:
    """Licences by the chip: n · price per chip and time.

    >>> software_per_year(chips=100, software_price=4500.0)
    450000.0
    """
    return chips * software_price


def operations_per_year(
    staff_rate: Number,
    maintenance_per_year: Number,
    colocation_per_year: Number,
    demand_charge_per_year: Number,
    storage_rate: Number,
    insurance_per_year: Number,
    software_per_year: Number,
) -> Number:
    """The lines together, by time: ȯ. They are paid whether the cluster is used or not.

    >>> operations_per_year(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)
    28.0
    """
    return (
        staff_rate
        + maintenance_per_year
        + colocation_per_year
        + demand_charge_per_year
        + storage_rate
        + insurance_per_year
        + software_per_year
    )
