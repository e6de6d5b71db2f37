"""From a chip's price to the cash for a cluster's hardware."""

from __future__ import annotations

from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number


def all_in_price(chip_price: Number, server_cost_factor: Number, network_share: Number) -> Number:
    """Hardware per chip with its share of server and network: p_all = p · f_s / (1 − s_n), in USD/chip.

    The network is a share of the total, so it divides (Cottier et al. 2024, arXiv:2405.21015).

    >>> round(all_in_price(chip_price=38750.0, server_cost_factor=1.0, network_share=0.19))
    47840
    """
    return chip_price * server_cost_factor / (1 - network_share)


def capital_cost(chips: Number, all_in_price: Number) -> Number:
    """Cash for the cluster's hardware: K = n · p_all, in USD.

    >>> capital_cost(chips=10_000, all_in_price=25_000.0)
    250000000.0
    """
    return chips * all_in_price


def accelerator_capital(chips: Number, chip_price: Number) -> Number:
    """The accelerators' part of it: K_c = n · p (with whatever else the price's basis holds).

    >>> accelerator_capital(chips=10, chip_price=30_000.0)
    300000.0
    """
    return chips * chip_price


def server_capital(accelerator_capital: Number, server_cost_factor: Number) -> Number:
    """The rest of the servers: K_s = K_c · (f_s − 1).

    >>> server_capital(accelerator_capital=300_000.0, server_cost_factor=1.5)
    150000.0
    """
    return accelerator_capital * (server_cost_factor - 1)


def network_capital(capital_cost: Number, network_share: Number) -> Number:
    """The cluster network: K_n = K · s_n.

    >>> network_capital(capital_cost=1e6, network_share=0.25)
    250000.0
    """
    return capital_cost * network_share


def facility_capital(construction_cost: Number, critical_load: Number) -> Number:
    """Building, cooling and power plant for the critical load: K_b = b · W_c.

    >>> facility_capital(construction_cost=11.7, critical_load=10e6)
    117000000.0
    """
    return construction_cost * critical_load


def project_capital(capital_cost: Number, facility_capital: Number) -> Number:
    """Cash for hardware and building: K + K_b.

    >>> project_capital(capital_cost=300.0, facility_capital=100.0)
    400.0
    """
    return capital_cost + facility_capital


def new_chips(chips: Number, owned_chips: Number) -> Number:
    """Chips to buy: n_n = n − n_o, at least 0.

    >>> float(new_chips(chips=1000, owned_chips=400))
    600.0
    """
    return np.maximum(chips - owned_chips, 0)


def new_capital(capital_cost: Number, new_chips: Number, chips: Number) -> Number:
    """Cash for the chips to buy: K · n_n / n.

    >>> new_capital(capital_cost=1000.0, new_chips=600, chips=1000)
    600.0
    """
    return capital_cost * new_chips / chips


def owned_depreciation(depreciation: Number, new_chips: Number, chips: Number) -> Number:
    """The part of the depreciation that falls on chips already owned: no cash, but a cost.

    >>> owned_depreciation(depreciation=100.0, new_chips=600, chips=1000)
    40.0
    """
    return depreciation * (1 - new_chips / chips)


def development_cost(run_cost: Number, development_factor: Number) -> Number:
    """What experiments and failed runs add: R · (f_d − 1).

    >>> development_cost(run_cost=10.0, development_factor=2.0)
    10.0
    """
    return run_cost * (development_factor - 1)


def project_cost(run_cost: Number, development_cost: Number) -> Number:
    """The final run with what led to it: R + D.

    >>> project_cost(run_cost=10.0, development_cost=10.0)
    20.0
    """
    return run_cost + development_cost
