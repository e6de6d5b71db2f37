"""Hardware worth what the market's price-performance trend leaves of its price: V = p · 10^(−k · a).

Cottier et al. 2024 (arXiv:2405.21015): a chip bought today competes with chips that give more for the same money.
"""

from __future__ import annotations

from cluster_calc.formulas import returns
from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number

# The trend counts in orders of magnitude.
DECADE = 10.0


def chip_value_at_start(all_in_price: Number, price_performance_trend: Number, hardware_age: Number) -> Number:
    """Value of one chip's hardware when the run starts: V_0 = p_all · 10^(−k · a), in USD/chip.

    Epoch AI's A100 servers: 24,875 USD, 1,397 days later (the cluster network not counted).

    >>> year = 365.25
    >>> round(chip_value_at_start(all_in_price=24875.0, price_performance_trend=0.14 / year, hardware_age=1397.0), 2)
    7249.27
    """
    return all_in_price * DECADE ** (-price_performance_trend * hardware_age)


def chip_depreciation_rate(chip_value_at_start: Number, price_performance_trend: Number) -> Number:
    """Value that one chip loses per unit of time when the run starts: ḋ_c = V_0 · k · ln 10, in USD/chip/s.

    >>> round(float(chip_depreciation_rate(chip_value_at_start=44489.88, price_performance_trend=0.14 / 8766)), 3)
    1.636
    """
    return chip_value_at_start * price_performance_trend * np.log(DECADE)


def depreciation_rate(chips: Number, chip_depreciation_rate: Number) -> Number:
    """The same for the whole cluster: ḋ = n · ḋ_c.

    >>> depreciation_rate(chips=10, chip_depreciation_rate=2.0)
    20.0
    """
    return chips * chip_depreciation_rate


def book_value_at_start(chips: Number, chip_value_at_start: Number) -> Number:
    """Market value of the hardware when the run starts: n · V_0.

    >>> book_value_at_start(chips=10, chip_value_at_start=2000.0)
    20000.0
    """
    return chips * chip_value_at_start


def first_order_charge(chip_depreciation_rate: Number, accelerator_time: Number) -> Number:
    """Epoch AI's charge: the rate at the start held over the run, v = ḋ_c · A.

    Above the exact integral by k · ln 10 · T / 2 and more: 1.3 % for 30 days, 3.9 % for 90 days, 17 % for a year.

    >>> first_order_charge(chip_depreciation_rate=2.0, accelerator_time=100.0)
    200.0
    """
    return chip_depreciation_rate * accelerator_time


def hardware_charge(book_value_at_start: Number, price_performance_trend: Number, training_time: Number) -> Number:
    """Value lost during the run: v = n · V_0 · (1 − 10^(−k · T)).

    >>> round(float(hardware_charge(1000.0, price_performance_trend=1.0, training_time=1.0)), 6)
    900.0
    """
    return -book_value_at_start * np.expm1(-price_performance_trend * training_time * np.log(DECADE))


def book_value_at_end(book_value_at_start: Number, hardware_charge: Number) -> Number:
    """Market value when the run ends.

    >>> book_value_at_end(book_value_at_start=1000.0, hardware_charge=100.0)
    900.0
    """
    return book_value_at_start - hardware_charge


@returns("hardware_charge")
def hardware_charge_first_order(first_order_charge: Number) -> Number:
    """The charge at the rate of the first day stands for the value lost.

    >>> hardware_charge_first_order(first_order_charge=100.0)
    100.0
    """
    return first_order_charge


@returns("book_value_at_end")
def book_value_at_end_first_order(book_value_at_start: Number, hardware_charge: Number) -> Number:
    """Value when the run ends, by that charge.

    >>> book_value_at_end_first_order(book_value_at_start=1000.0, hardware_charge=100.0)
    900.0
    """
    return book_value_at_start - hardware_charge
