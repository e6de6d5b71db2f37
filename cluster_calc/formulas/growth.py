"""The same run bought later: hardware gives more for the same money, electricity has another price."""

from __future__ import annotations

from cluster_calc.formulas.price_trend import DECADE
from cluster_calc.number import Number


def later_capital_cost(capital_cost: Number, price_performance_trend: Number, purchase_delay: Number) -> Number:
    """Cash for hardware of the same throughput, bought later: K · 10^(−k · t).

    >>> round(later_capital_cost(capital_cost=1000.0, price_performance_trend=0.5, purchase_delay=2.0), 9)
    100.0
    """
    return capital_cost * DECADE ** (-price_performance_trend * purchase_delay)


def later_depreciation(depreciation: Number, price_performance_trend: Number, purchase_delay: Number) -> Number:
    """The charge for that hardware: d · 10^(−k · t).

    >>> round(later_depreciation(depreciation=100.0, price_performance_trend=0.5, purchase_delay=2.0), 9)
    10.0
    """
    return depreciation * DECADE ** (-price_performance_trend * purchase_delay)


def later_electricity_ratio(
    electricity_price_growth: Number, purchase_delay: Number, depreciation_period: Number
) -> Number:
    """The later electricity price over today's: (1 + g_e)^t. A price path gives it in the place of this.

    >>> round(later_electricity_ratio(electricity_price_growth=0.1, purchase_delay=2.0, depreciation_period=1.0), 9)
    1.21
    """
    return (1 + electricity_price_growth) ** (purchase_delay / depreciation_period)


def later_electricity_cost(electricity_cost: Number, later_electricity_ratio: Number) -> Number:
    """The same energy at the later price. Better chips also draw less; that is not counted.

    >>> later_electricity_cost(electricity_cost=100.0, later_electricity_ratio=1.21)
    121.0
    """
    return electricity_cost * later_electricity_ratio


def later_run_cost(later_depreciation: Number, later_electricity_cost: Number, operations_cost: Number) -> Number:
    """Run cost of the same run bought later.

    >>> later_run_cost(later_depreciation=10.0, later_electricity_cost=110.0, operations_cost=5.0)
    125.0
    """
    return later_depreciation + later_electricity_cost + operations_cost
