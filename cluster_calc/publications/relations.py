"""The relations of single statements that are no part of the cost model, as pure functions of base units.

A statement is a chain of such functions, of `growth.py`, `crossings.py` and of the formulas of the model; its inputs are
data. Dates are seconds since 1970-01-01.
"""

from __future__ import annotations

import numpy as np

from cluster_calc.errors import InputError
from cluster_calc.formulas import demand, scaling_laws
from cluster_calc.quantities.dates import DAY, MONTH, YEAR, date_of_decimal_year, decimal_year
from cluster_calc.quantities.number import Number
from cluster_calc.trends import growth


def ratio(numerator: Number, denominator: Number) -> Number:
    """The quotient of two quantities."""
    return numerator / denominator


def multiple(base: Number, factor: Number) -> Number:
    """A quantity times a factor."""
    return base * factor


def difference(minuend: Number, subtrahend: Number) -> Number:
    """One quantity less another."""
    return minuend - subtrahend


def midpoint(low: Number, high: Number) -> Number:
    """The arithmetic middle of a range."""
    return (low + high) / 2


def geometric_mean(low: Number, high: Number) -> Number:
    """The middle of a range on a log axis: √(low · high)."""
    return np.sqrt(low * high)


def orders_of_magnitude(numerator: Number, denominator: Number) -> Number:
    """Powers of ten between two quantities: log10(a / b)."""
    return np.log10(numerator / denominator)


def powers_of_ten(orders: Number, share: Number) -> Number:
    """The factor of a share of some orders of magnitude: 10^(orders · share)."""
    return 10.0 ** (orders * share)


def in_proportion(base: Number, base_size: Number, size: Number) -> Number:
    """A quantity carried to another size in proportion."""
    return base * size / base_size


def margin_of_error(z: Number, deviation: Number, sample: Number) -> Number:
    """Half the width of the interval of a mean: z · s / √n."""
    return z * deviation / np.sqrt(sample)


def volumes(tokens: Number, words_per_token: Number, words_per_volume: Number) -> Number:
    """How many works of a given length a number of tokens fills."""
    return tokens * words_per_token / words_per_volume


def life_of_rate(rate: Number) -> Number:
    """The service life at which a yearly straight-line rate writes everything off: 1 / rate."""
    return 1 / rate


def cost_at_scale(cost: Number, compute_multiple: Number, unit_cost_ratio: Number) -> Number:
    """Cost of a larger run: cost × multiple of compute × ratio of the cost of a unit of compute."""
    return cost * compute_multiple * unit_cost_ratio


def token_time(tokens: Number, rate: Number, chips: Number) -> Number:
    """Time to read tokens at a rate per chip: D / (rate · n)."""
    return tokens / (rate * chips)


def work_time(work: Number, speed: Number) -> Number:
    """Time of some work at a speed."""
    return work / speed


def years_of_work(work: Number, speed: Number, year: Number) -> Number:
    """Years, of the given length, that some work takes at a speed (as a time of so many Julian years)."""
    return work / speed / year * YEAR


def months_of(time: Number, month: Number) -> Number:
    """Months, of the given length, in a time (as a time of so many months of a twelfth of a Julian year)."""
    return time / month * MONTH


def work_done(time: Number, chips: Number, throughput: Number) -> Number:
    """Work of chips over a time at a sustained throughput: T · n · P."""
    return time * chips * throughput


def chips_for_work(work: Number, throughput: Number, time: Number) -> Number:
    """Chips that do the work in a time at a sustained throughput; not rounded, as published."""
    return work / (throughput * time)


def rent(machines: Number, work_time: Number, price: Number) -> Number:
    """Rent of machines over a time at an hourly price."""
    return machines * work_time * price


def compute_price(price: Number, speed: Number, utilisation: Number) -> Number:
    """Rent of a unit of work: price of an hour / (peak × utilisation)."""
    return price / (speed * utilisation)


def compute_cost(work: Number, compute_price: Number) -> Number:
    """Rent of some work."""
    return work * compute_price


def compute_bought(budget: Number, compute_price: Number) -> Number:
    """Work that a budget rents."""
    return budget / compute_price


def gain_per_price(speed: Number, price: Number, older_speed: Number, older_price: Number) -> Number:
    """Gain in speed per price over an older machine, less one."""
    return speed / price / (older_speed / older_price) - 1


def units_a_year(shipments: Number, share: Number, rate: Number) -> Number:
    """Units a year: shipments of a period × a maker's share × periods a year."""
    return shipments * share * rate


def compute_for_parameters(
    parameters: Number, reference_parameters: Number, exponent: Number, reference_compute: Number
) -> Number:
    """Compute at which a size is optimal where N ∝ C^k: C = C_1 · (N / N_1)^(1/k) (Kaplan et al. 2020)."""
    return reference_compute * (parameters / reference_parameters) ** (1 / exponent)


def spike_compute(count: Number, rate: Number, work: Number) -> Number:
    """Work of a brain per second: elements × spikes a second × work per spike."""
    return count * rate * work


def time_per_tenfold(ratio: Number, span: Number) -> Number:
    """Time in which a ratio grows tenfold: span / log10(ratio)."""
    return span / np.log10(ratio)


def size_spread(low: Number, high: Number, frontier_exponent: Number) -> Number:
    """Orders of magnitude of optimal size that a range of D_c spans at a given compute: log10(high / low) / (1 + r)."""
    return np.log10(high / low) / (1 + frontier_exponent)


def size_response(
    scale_factor: Number, parameter_scale: Number, parameter_exponent: Number, data_exponent: Number, loss: Number
) -> Number:
    """How the size that reaches a loss answers to a larger N_c: N = N_c · (1 + r)^(1/r) · L^(−1/α_N)."""

    def size(scale: Number) -> Number:
        frontier = scaling_laws.frontier_exponent(parameter_exponent, data_exponent)
        return scale * scaling_laws.converged_ratio(frontier) * loss ** (-1 / parameter_exponent)

    return size(scale_factor * parameter_scale) / size(parameter_scale)


def data_response(
    scale_factor: Number,
    parameter_scale: Number,
    data_scale: Number,
    frontier_exponent: Number,
    parameters: Number,
    reference_parameters: Number,
) -> Number:
    """How the best data of a given size answer to a larger D_c."""

    def data(scale: Number) -> Number:
        unit = scaling_laws.frontier_tokens(scale, frontier_exponent, reference_parameters, parameter_scale)
        return scaling_laws.tokens(unit, parameters, reference_parameters, frontier_exponent)

    return data(scale_factor * data_scale) / data(data_scale)


def least_data(
    training_compute: Number,
    exponent_low: float,
    exponent_high: float,
    parameter_scale: Number,
    data_scale: Number,
    flop_per_parameter_token: Number,
) -> float:
    """The least optimal data over a box of exponent ratios, at one corner of the two scales.

    The data are smooth in the ratio with one minimum: a grid, refined twice around its best point.
    """
    if not 0 < exponent_low <= exponent_high:
        raise InputError("the ratios of a box need 0 < low <= high")
    low, high = exponent_low, exponent_high
    best = np.inf
    for _ in range(6):
        grid = np.linspace(low, high, 2001)
        unit = scaling_laws.frontier_tokens(data_scale, grid, 1.0, parameter_scale)
        size = scaling_laws.optimal_parameters(1.0, training_compute, flop_per_parameter_token, unit, grid)
        data = demand.tokens(training_compute, flop_per_parameter_token, size)
        place = int(np.argmin(data))
        best = float(data[place])
        low, high = float(grid[max(place - 1, 0)]), float(grid[min(place + 1, 2000)])
    return best


def gdp_crossing(
    compute_price: Number,
    anchor: Number,
    anchor_date: Number,
    doubling_time: Number,
    gdp: Number,
    gdp_date: Number,
    gdp_growth: Number,
    year: Number,
    first: Number,
    last: Number,
    points: Number,
) -> float:
    """The first day of an even grid on which renting the trend's compute costs more than a growing GDP."""
    return _grid_crossing(
        compute_price, anchor, anchor_date, doubling_time, gdp, gdp_date, gdp_growth, year, first, last, points
    )


def gdp_crossing_with_price_path(
    compute_price: Number,
    anchor: Number,
    anchor_date: Number,
    doubling_time: Number,
    gdp: Number,
    gdp_date: Number,
    gdp_growth: Number,
    year: Number,
    first: Number,
    last: Number,
    points: Number,
    price_date: Number,
    halved_date: Number,
) -> float:
    """The same with a price of compute that halves between two dates, and goes on so."""
    return _grid_crossing(
        compute_price, anchor, anchor_date, doubling_time, gdp, gdp_date, gdp_growth, year, first, last, points,
        price_date, halved_date - price_date,
    )  # fmt: skip


def _grid_crossing(
    compute_price: Number,
    anchor: Number,
    anchor_date: Number,
    doubling_time: Number,
    gdp: Number,
    gdp_date: Number,
    gdp_growth: Number,
    year: Number,
    first: Number,
    last: Number,
    points: Number,
    price_date: Number = 0.0,
    halving_time: Number = np.inf,
) -> float:
    days = np.linspace(first, last, int(points))
    price = (
        growth.trend_level(compute_price, price_date, -halving_time, days)
        if np.isfinite(halving_time)
        else compute_price
    )
    cost = growth.trend_level(anchor, anchor_date, doubling_time, days) * price
    over = np.flatnonzero(cost > growth.level(gdp, gdp_growth / year, days - gdp_date))
    if not over.size:
        raise InputError("the trend does not meet GDP within the grid: a later last day, or a faster trend, may")
    return float(days[over[0]])


def elapsed(start: Number, end: Number) -> Number:
    """Time between two dates."""
    return end - start


def whole_days(start: Number, end: Number) -> Number:
    """Whole days between two dates, as a time."""
    return np.floor((end - start) / DAY) * DAY


def start_of_training(date: float, training_years: float) -> float:
    """The same calendar day so many years before a run's end."""
    return date_of_decimal_year(decimal_year(date) - training_years)


def oldest_chips(date: float, life: float) -> float:
    """The day on which the oldest accelerator in service on a date was made."""
    return date_of_decimal_year(decimal_year(date) - life / YEAR)
