"""From a chip's price to the cash for a cluster's hardware."""

from __future__ import annotations

from cluster_calc.number import Number


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
