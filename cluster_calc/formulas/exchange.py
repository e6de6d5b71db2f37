"""Dollars in another currency, at a dated rate."""

from __future__ import annotations

from cluster_calc.number import Number


def local_run_cost(run_cost: Number, exchange_rate: Number) -> Number:
    """Run cost in the other currency: R / x.

    >>> local_run_cost(run_cost=103.24, exchange_rate=1.0324)
    100.0
    """
    return run_cost / exchange_rate


def local_capital_cost(capital_cost: Number, exchange_rate: Number) -> Number:
    """Capital cost in the other currency: K / x.

    >>> local_capital_cost(capital_cost=1000.0, exchange_rate=1.25)
    800.0
    """
    return capital_cost / exchange_rate
