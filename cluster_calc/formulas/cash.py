"""What falls due in a period of a plan: prices move from those of the start, and every flow is what is used at its price.

Elementwise over the periods. Costs are positive here; what pays them takes the sign. Who reads them: `finance`, the sheet,
the switching values, and the cells of a memo's workbook.
"""

from __future__ import annotations

from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number


def _grown(growth: Number, years: Number) -> Number:
    """A price after some years over today's, at a yearly growth: (1 + g)^t."""
    return (1 + growth) ** years


def operating_price_level(inflation_rate: Number, elapsed_years: Number) -> Number:
    """What operating lines cost then over what they cost at the start: (1 + π)^t.

    >>> round(operating_price_level(inflation_rate=0.1, elapsed_years=2.0), 9)
    1.21
    """
    return _grown(inflation_rate, elapsed_years)


def electricity_price_level(electricity_price_growth: Number, elapsed_years: Number) -> Number:
    """The price of electricity then over that at the start. A price path gives it in the place of this.

    >>> round(electricity_price_level(electricity_price_growth=0.1, elapsed_years=2.0), 9)
    1.21
    """
    return _grown(electricity_price_growth, elapsed_years)


def hardware_price_level(hardware_price_growth: Number, elapsed_years: Number) -> Number:
    """The price of like hardware then over that at the start.

    >>> hardware_price_level(hardware_price_growth=-0.5, elapsed_years=2.0)
    0.25
    """
    return _grown(hardware_price_growth, elapsed_years)


def rental_price_level(rental_price_growth: Number, elapsed_years: Number) -> Number:
    """Rents then over those at the start.

    >>> rental_price_level(rental_price_growth=-0.5, elapsed_years=1.0)
    0.5
    """
    return _grown(rental_price_growth, elapsed_years)


def discount_factor(discount_rate: Number, elapsed_years: Number) -> Number:
    """What money of then is worth at the start: (1 + ρ)^(−t).

    >>> discount_factor(discount_rate=1.0, elapsed_years=2.0)
    0.25
    """
    return _grown(discount_rate, -elapsed_years)


def discounted(flow: Number, discount_factor: Number) -> Number:
    """A flow's value at the start.

    >>> discounted(flow=100.0, discount_factor=0.25)
    25.0
    """
    return flow * discount_factor


def start_share(deposit_share: Number) -> Number:
    """The part of the hardware's price that is paid at the start, where a deposit was paid before: 1 − s_d.

    >>> start_share(deposit_share=0.25)
    0.75
    """
    return 1 - deposit_share


def hardware_payment(new_capital: Number, payment_share: Number) -> Number:
    """A payment for the hardware that is bought, by the share of its price that falls due.

    >>> hardware_payment(new_capital=1000.0, payment_share=0.3)
    300.0
    """
    return new_capital * payment_share


def electricity_of_period(
    facility_power: Number,
    electricity_price: Number,
    used_share: Number,
    period_length: Number,
    electricity_price_level: Number,
) -> Number:
    """Electricity of the hours in use: W · e · η · Λ at the price of then.

    >>> electricity_of_period(1000.0, electricity_price=0.5, used_share=0.5, period_length=2.0, electricity_price_level=1.0)
    500.0
    """
    return facility_power * electricity_price * used_share * period_length * electricity_price_level


def run_line_per_year(run_line: Number, charged_time: Number) -> Number:
    """An operating line that was given for a run, by time: what the run is charged over the time it is charged for.

    >>> run_line_per_year(run_line=100.0, charged_time=0.5)
    200.0
    """
    return run_line / charged_time


def line_of_period(yearly_line: Number, period_length: Number, operating_price_level: Number) -> Number:
    """An operating line, paid whether the cluster is used or not: its cost by time · Λ at the prices of then.

    >>> line_of_period(yearly_line=3e6, period_length=0.5, operating_price_level=2.0)
    3000000.0
    """
    return yearly_line * period_length * operating_price_level


def replacement_payment(capital_cost: Number, hardware_price_level: Number) -> Number:
    """What the next set of hardware costs, when a life ends before the plan does.

    >>> replacement_payment(capital_cost=1000.0, hardware_price_level=0.5)
    500.0
    """
    return capital_cost * hardware_price_level


def sale_of_hardware(value_left: Number, hardware_price_level: Number) -> Number:
    """What a set brings that goes: its value at the prices of the start, in the money that its purchase was paid in.

    >>> sale_of_hardware(value_left=100.0, hardware_price_level=0.5)
    50.0
    """
    return value_left * hardware_price_level


def building_left(facility_capital: Number, horizon: Number, facility_lifetime: Number) -> Number:
    """What the building is worth when the plan ends: K_b · (1 − H / L_b), at least 0.

    >>> float(building_left(facility_capital=100.0, horizon=5.0, facility_lifetime=20.0))
    75.0
    """
    return facility_capital * np.maximum(1 - horizon / facility_lifetime, 0)


def share_of_horizon(training_time: Number, horizon: Number) -> Number:
    """Return the share of a horizon's hours that one run uses.

    >>> share_of_horizon(training_time=25.0, horizon=100.0)
    0.25
    """
    return training_time / horizon


def rented_share(used_share: Number, spot_goodput: Number) -> Number:
    """Share of hours rented for the work of those in use, where some of it is lost to interruptions: η / g_s.

    >>> round(rented_share(used_share=0.6, spot_goodput=0.75), 12)
    0.8
    """
    return used_share / spot_goodput


def rent_of_period(
    chips: Number, rented_share: Number, hourly_rent: Number, period_length: Number, rental_price_level: Number
) -> Number:
    """Rent of chips for the hours paid, at the rents of then: n · η · q · Λ.

    >>> rent_of_period(chips=10, rented_share=0.5, hourly_rent=2.0, period_length=100.0, rental_price_level=1.0)
    1000.0
    """
    return chips * rented_share * hourly_rent * period_length * rental_price_level


def hours_of_period(chips: Number, used_share: Number, goodput: Number, period_length: Number) -> Number:
    """Chip time in which useful steps run: n · η · g · Λ.

    >>> hours_of_period(chips=10, used_share=0.5, goodput=0.9, period_length=100.0)
    450.0
    """
    return chips * used_share * goodput * period_length
