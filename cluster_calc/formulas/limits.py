"""Feasibility margins: the share of each limit that is left; negative when it does not hold."""

from __future__ import annotations

from cluster_calc.quantities.number import Number


def time_available(deadline: Number, start: Number) -> Number:
    """Time between the two dates: T_av = t_1 − t_0.

    >>> time_available(deadline=20.0, start=5.0)
    15.0
    """
    return deadline - start


def budget_margin(run_cost: Number, budget: Number) -> Number:
    """1 − R / R_max.

    >>> budget_margin(run_cost=75.0, budget=100.0)
    0.25
    """
    return 1 - run_cost / budget


def capital_margin(capital_cost: Number, capital_budget: Number) -> Number:
    """1 − K / K_max.

    >>> capital_margin(capital_cost=150.0, capital_budget=100.0)
    -0.5
    """
    return 1 - capital_cost / capital_budget


def power_margin(peak_facility_power: Number, power_limit: Number) -> Number:
    """1 − W_max / W_lim: the site must supply the peak, not the average.

    >>> power_margin(peak_facility_power=15.0, power_limit=20.0)
    0.25
    """
    return 1 - peak_facility_power / power_limit


def supply_margin(shipment_share: Number, supply_limit: Number) -> Number:
    """1 − σ / σ_max.

    >>> supply_margin(shipment_share=0.01, supply_limit=0.02)
    0.5
    """
    return 1 - shipment_share / supply_limit


def time_margin(training_time: Number, time_allowed: Number) -> Number:
    """1 − T / T_max.

    >>> time_margin(training_time=90.0, time_allowed=90.0)
    0.0
    """
    return 1 - training_time / time_allowed


def data_margin(tokens: Number, data_stock: Number) -> Number:
    """1 − D / D_max.

    >>> data_margin(tokens=15e12, data_stock=300e12)
    0.95
    """
    return 1 - tokens / data_stock


def batch_tokens(global_batch: Number, sequence_length: Number) -> Number:
    """Tokens of one optimizer step: B · s.

    >>> batch_tokens(global_batch=15360, sequence_length=4096)
    62914560
    """
    return global_batch * sequence_length


def critical_batch(critical_batch_scale: Number, loss: Number, critical_batch_exponent: Number) -> Number:
    """Batch at which twice the steps buy half the data: B_c = B* / L^(1/α) (Kaplan et al. 2020; their tokenizer's loss).

    >>> round(critical_batch(critical_batch_scale=2e8, loss=2.0, critical_batch_exponent=0.21) / 1e6, 1)
    7.4
    """
    return critical_batch_scale / loss ** (1 / critical_batch_exponent)


def data_overhead(batch_tokens: Number, critical_batch: Number) -> Number:
    """Data a run at that batch needs over the least: E / E_min = 1 + B / B_c.

    >>> data_overhead(batch_tokens=4.0, critical_batch=1.0)
    5.0
    """
    return 1 + batch_tokens / critical_batch


def batch_margin(batch_tokens: Number, critical_batch: Number) -> Number:
    """1 − B / B_c.

    >>> batch_margin(batch_tokens=1.0, critical_batch=4.0)
    0.75
    """
    return 1 - batch_tokens / critical_batch


def failure_margin(checkpoint_write_time: Number, restart_time: Number, mtbf: Number) -> Number:
    """1 − (δ + R) / M.

    >>> failure_margin(checkpoint_write_time=60.0, restart_time=540.0, mtbf=6000.0)
    0.9
    """
    return 1 - (checkpoint_write_time + restart_time) / mtbf
