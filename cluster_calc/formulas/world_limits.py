"""Limits that the world sets rather than the buyer: data, latency, obsolescence, what utilisation has been seen."""

from __future__ import annotations

import math

from cluster_calc.quantities.number import Number

LN_10 = math.log(10)


def latency_margin(training_compute: Number, latency_wall: Number) -> Number:
    """1 − C / C_max: beyond it no number of chips finishes, since the latency of every step adds up.

    >>> latency_margin(training_compute=2.5e30, latency_wall=1e31)
    0.75
    """
    return 1 - training_compute / latency_wall


def data_movement_margin(training_compute: Number, data_movement_limit: Number) -> Number:
    """1 − C / C_m: beyond it moving data between chips begins to cost utilisation.

    >>> data_movement_margin(training_compute=2.5e27, data_movement_limit=1e28)
    0.75
    """
    return 1 - training_compute / data_movement_limit


def obsolescence_margin(training_time: Number, price_performance_trend: Number) -> Number:
    """1 − T k ln 10: what is left until waiting for the next chips would finish earlier.

    Hardware that improves by e^(k ln 10 · w) while one waits w shortens the run by more than w where T k ln 10 > 1.

    >>> year = 365.25 * 86400
    >>> round(obsolescence_margin(training_time=0.25 * year, price_performance_trend=0.14 / year), 2)
    0.92
    """
    return 1 - training_time * price_performance_trend * LN_10


def mfu_margin(mfu: Number, best_mfu: Number) -> Number:
    """1 − u / u_best.

    >>> mfu_margin(mfu=0.325, best_mfu=0.65)
    0.5
    """
    return 1 - mfu / best_mfu


def designer_share(chips: Number, designer_shipments: Number, shipment_period: Number) -> Number:
    """Chips over what the chip's designer ships in the period: n / (S_d · S_t).

    >>> designer_share(chips=10.0, designer_shipments=50.0, shipment_period=2.0)
    0.1
    """
    return chips / (designer_shipments * shipment_period)


def designer_margin(designer_share: Number, designer_limit: Number) -> Number:
    """1 − σ_d / σ_d,max.

    >>> designer_margin(designer_share=0.01, designer_limit=0.02)
    0.5
    """
    return 1 - designer_share / designer_limit


def lead_time(chips: Number, annual_shipments: Number, output_share: Number) -> Number:
    """Time in which a share of the output delivers the chips: n / (S · x).

    >>> lead_time(chips=100.0, annual_shipments=50.0, output_share=0.5)
    4.0
    """
    return chips / (annual_shipments * output_share)


def lead_time_margin(lead_time: Number, lead_time_limit: Number) -> Number:
    """1 − T_l / T_l,max.

    >>> lead_time_margin(lead_time=3.0, lead_time_limit=12.0)
    0.75
    """
    return 1 - lead_time / lead_time_limit


def capital_yardstick_margin(capital_cost: Number, capital_yardstick: Number) -> Number:
    """1 − K / K_y.

    >>> capital_yardstick_margin(capital_cost=1.0, capital_yardstick=4.0)
    0.75
    """
    return 1 - capital_cost / capital_yardstick


def power_yardstick_margin(peak_facility_power: Number, power_yardstick: Number) -> Number:
    """1 − W_max / W_y.

    >>> power_yardstick_margin(peak_facility_power=1.0, power_yardstick=4.0)
    0.75
    """
    return 1 - peak_facility_power / power_yardstick


def shipment_share(chips: Number, annual_shipments: Number, shipment_period: Number) -> Number:
    """Chips over what is shipped in the period (one year): σ = n / (S · S_t).

    >>> year = 365.25 * 86400
    >>> round(shipment_share(chips=83_000, annual_shipments=35e6 / year, shipment_period=year), 4)
    0.0024
    """
    return chips / (annual_shipments * shipment_period)
