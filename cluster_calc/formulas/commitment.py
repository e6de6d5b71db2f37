"""What a commitment takes off the listed rent."""

from __future__ import annotations

from cluster_calc.number import Number


def rental_price(listed_rental_price: Number, commitment_factor: Number) -> Number:
    """Rent under a commitment: q = q_list · f_c, in USD/chip/s.

    >>> rental_price(listed_rental_price=4.0, commitment_factor=0.5)
    2.0
    """
    return listed_rental_price * commitment_factor


def rental_cost(rental_price: Number, chips: Number, training_time: Number) -> Number:
    """The same chips rented for the same time: Q = q · n · T.

    >>> rental_cost(rental_price=2.0, chips=10, training_time=5.0)
    100.0
    """
    return rental_price * chips * training_time
