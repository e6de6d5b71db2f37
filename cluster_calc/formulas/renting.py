"""A run on rented chips: all that it costs is the rent, of idle committed hours, too."""

from __future__ import annotations

from cluster_calc.formulas import returns
from cluster_calc.quantities.number import Number


def rental_cost(rental_price: Number, chip_hours: Number) -> Number:
    """Rent of the chip-hours that the run holds: Q = q · A_h.

    >>> rental_cost(rental_price=2.0, chip_hours=100.0)
    200.0
    """
    return rental_price * chip_hours


def idle_rent(rental_cost: Number, paid_share: Number) -> Number:
    """The run's share of committed hours that no run uses: Q_i = Q · (1 / η_p − 1); none where rent is by the used hour.

    >>> idle_rent(rental_cost=200.0, paid_share=0.8)
    50.0
    """
    return rental_cost * (1 / paid_share - 1)


def run_cost(rental_cost: Number, idle_rent: Number) -> Number:
    """What the run costs: R = Q + Q_i. The rent holds hardware, site, power and upkeep.

    >>> run_cost(rental_cost=200.0, idle_rent=50.0)
    250.0
    """
    return rental_cost + idle_rent


def rent_commitment(rental_price: Number, chips: Number, commitment_time: Number) -> Number:
    """Rent that is owed from the day of signing, whatever becomes of the run: q · n · T_c; none on demand and on spot.

    >>> rent_commitment(rental_price=2.0, chips=10, commitment_time=100.0)
    2000.0
    """
    return rental_price * chips * commitment_time


def paid_share(used_share: Number) -> Number:
    """Share of the paid hours that runs use: η_p = η.

    >>> paid_share(used_share=0.8)
    0.8
    """
    return used_share


def rental_price(listed_rental_price: Number, commitment_factor: Number) -> Number:
    """Rent under a commitment: q = q_list · f_c, in USD/chip/s.

    >>> rental_price(listed_rental_price=4.0, commitment_factor=0.5)
    2.0
    """
    return listed_rental_price * commitment_factor


@returns("rental_cost")
def committed_rental_cost(rental_price: Number, chips: Number, training_time: Number) -> Number:
    """The same chips rented for the same time: Q = q · n · T.

    >>> committed_rental_cost(rental_price=2.0, chips=10, training_time=5.0)
    100.0
    """
    return rental_price * chips * training_time
