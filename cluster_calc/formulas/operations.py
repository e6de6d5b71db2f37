"""What the run costs in all, and the same chip-hours rented."""

from __future__ import annotations

from cluster_calc.number import Number


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
