"""Chips from the time allowed."""

from __future__ import annotations

from cluster_calc.formulas import returns
from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number


def chips(accelerator_time: Number, time_allowed: Number) -> Number:
    """Whole chips that finish within the time allowed: n = ⌈A / T_max⌉.

    >>> float(chips(accelerator_time=1001.0, time_allowed=10.0))
    101.0
    """
    return np.ceil(accelerator_time / time_allowed)


def training_time(accelerator_time: Number, chips: Number) -> Number:
    """Wall-clock time of the run: T = A / n, in s.

    >>> training_time(accelerator_time=1000 * 86400.0, chips=100) / 86400
    10.0
    """
    return accelerator_time / chips


@returns("training_time")
def whole_time_allowed(time_allowed: Number) -> Number:
    """The whole of the time given is used: T = T_max.

    >>> whole_time_allowed(time_allowed=86400.0)
    86400.0
    """
    return time_allowed


def accelerator_time(chips: Number, training_time: Number) -> Number:
    """Chip time held: A = n · T.

    >>> accelerator_time(chips=100, training_time=86400.0) / 86400
    100.0
    """
    return chips * training_time


def implied_mfu(
    training_compute: Number, chips: Number, peak_throughput: Number, training_time: Number, goodput: Number
) -> Number:
    """The model FLOP utilisation behind a run of known size and length: u_i = C / (n · P · T · g).

    LLaMA-65B (arXiv:2302.13971): 2,048 A100 for 21 days.

    >>> round(implied_mfu(5.4768e23, 2048, 312e12, 21 * 86400, 1.0), 4)
    0.4724
    """
    return training_compute / (chips * peak_throughput * training_time * goodput)


def mfu(implied_mfu: Number) -> Number:
    """The implied MFU takes the place of the default: u = u_i.

    >>> mfu(implied_mfu=0.47)
    0.47
    """
    return implied_mfu


def chip_hours(accelerator_time: Number) -> Number:
    """The accelerator time, billed by the hour: A_h = A, shown in chip·h.

    >>> chip_hours(accelerator_time=3600.0)
    3600.0
    """
    return accelerator_time


def petaflops_days(training_compute: Number) -> Number:
    """The run's arithmetic, shown in petaFLOP/s-days: C_pfd = C (1 petaFLOP/s-day = 8.64e19 FLOP).

    >>> petaflops_days(training_compute=3.14e23) / 8.64e19
    3634.259259259259
    """
    return training_compute


def electricity_per_year(facility_power: Number, electricity_price: Number) -> Number:
    """Electricity of a cluster that is always in use, by time: W · e.

    >>> electricity_per_year(facility_power=1000.0, electricity_price=0.5)
    500.0
    """
    return facility_power * electricity_price


def cost_per_chip_hour(
    depreciation_rate: Number,
    operations_per_year: Number,
    used_share: Number,
    electricity_per_year: Number,
    chips: Number,
) -> Number:
    """Depreciation, operating lines and electricity of one used chip per unit of time: R_h = ((ḋ + ȯ) / η + W · e) / n.

    >>> cost_per_chip_hour(
    ...     depreciation_rate=75.0, operations_per_year=25.0, used_share=0.5, electricity_per_year=50.0, chips=50
    ... )
    5.0
    """
    return ((depreciation_rate + operations_per_year) / used_share + electricity_per_year) / chips


@returns("deadline_margin")
def calendar_deadline_margin(calendar_time: Number, time_available: Number) -> Number:
    """1 − T_c / T_av, with waiting and maintenance.

    >>> calendar_deadline_margin(calendar_time=60.0, time_available=80.0)
    0.25
    """
    return 1 - calendar_time / time_available


def deadline_margin(training_time: Number, time_available: Number) -> Number:
    """1 − T / T_av.

    >>> deadline_margin(training_time=60.0, time_available=80.0)
    0.25
    """
    return 1 - training_time / time_available
