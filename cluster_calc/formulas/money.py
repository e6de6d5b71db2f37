"""Dollars in another currency, at a dated rate."""

from __future__ import annotations

from cluster_calc.formulas.depreciation.price_trend import DECADE
from cluster_calc.quantities.number import Number


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
