"""The price-performance charge at the rate of the first day, as Epoch AI's method has it."""

from __future__ import annotations

from cluster_calc.number import Number


def hardware_charge(first_order_charge: Number) -> Number:
    """The charge at the rate of the first day stands for the value lost.

    >>> hardware_charge(first_order_charge=100.0)
    100.0
    """
    return first_order_charge


def book_value_at_end(book_value_at_start: Number, hardware_charge: Number) -> Number:
    """Value when the run ends, by that charge.

    >>> book_value_at_end(book_value_at_start=1000.0, hardware_charge=100.0)
    900.0
    """
    return book_value_at_start - hardware_charge
