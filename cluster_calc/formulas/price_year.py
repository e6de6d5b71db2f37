"""Dollars of one year in the money of another, by a price index."""

from __future__ import annotations

from cluster_calc.number import Number


def price_level(price_index: Number, base_price_index: Number) -> Number:
    """Prices in the year asked for over those in the year of the figures: I_y / I_0.

    >>> price_level(price_index=120.0, base_price_index=100.0)
    1.2
    """
    return price_index / base_price_index


def restated_run_cost(run_cost: Number, price_level: Number) -> Number:
    """Run cost in the money of that year: R · I_y / I_0.

    >>> restated_run_cost(run_cost=100.0, price_level=1.2)
    120.0
    """
    return run_cost * price_level


def restated_capital_cost(capital_cost: Number, price_level: Number) -> Number:
    """Capital cost in the money of that year: K · I_y / I_0.

    >>> restated_capital_cost(capital_cost=100.0, price_level=1.2)
    120.0
    """
    return capital_cost * price_level
