"""Capital cost as a bill of materials: whole servers, and what stands around them.

It takes the place of the two factors of `capital.py` when a server is chosen; `two_factor_capital` says what those give
for the same server, so that the difference is the sum of the lines they leave out.
"""

from __future__ import annotations

from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number


def idle_chips(servers: Number, chips_per_server: Number, chips: Number) -> Number:
    """Chips bought that the run does not use, because servers come whole: n_s · c_s − n.

    >>> idle_chips(servers=126, chips_per_server=8, chips=1001)
    7
    """
    return servers * chips_per_server - chips


def all_server_capital(servers: Number, server_price: Number) -> Number:
    """All servers: S = n_s · p_s.

    >>> all_server_capital(servers=126, server_price=300_000.0)
    37800000.0
    """
    return servers * server_price


def accelerator_capital(all_server_capital: Number, server_cost_factor: Number) -> Number:
    """The accelerators' part of the servers: K_c = S / f_s.

    >>> accelerator_capital(all_server_capital=164.0, server_cost_factor=1.64)
    100.0
    """
    return all_server_capital / server_cost_factor


def server_capital(all_server_capital: Number, accelerator_capital: Number) -> Number:
    """The rest of the servers: K_s = S − K_c.

    >>> server_capital(all_server_capital=164.0, accelerator_capital=100.0)
    64.0
    """
    return all_server_capital - accelerator_capital


def network_capital(all_server_capital: Number, network_share: Number) -> Number:
    """The cluster network, a share of servers and network together: K_n = S · s_n / (1 − s_n).

    >>> network_capital(all_server_capital=75.0, network_share=0.25)
    25.0
    """
    return all_server_capital * network_share / (1 - network_share)


def storage_capital(all_server_capital: Number, network_capital: Number, storage_share: Number) -> Number:
    """Storage, in proportion to servers and network: K_t = (S + K_n) · s_t.

    >>> storage_capital(all_server_capital=75.0, network_capital=25.0, storage_share=0.02)
    2.0
    """
    return (all_server_capital + network_capital) * storage_share


def spare_capital(spare_servers: Number, server_price: Number) -> Number:
    """The reserve: K_r.

    >>> spare_capital(spare_servers=4, server_price=300_000.0)
    1200000.0
    """
    return spare_servers * server_price


def installation_capital(
    all_server_capital: Number, network_capital: Number, storage_capital: Number, installation_share: Number
) -> Number:
    """Delivery, racking, cabling and acceptance, in proportion to what is installed: K_i.

    >>> installation_capital(75.0, 20.0, 5.0, installation_share=0.1)
    10.0
    """
    return (all_server_capital + network_capital + storage_capital) * installation_share


def contingency_capital(
    all_server_capital: Number,
    network_capital: Number,
    storage_capital: Number,
    spare_capital: Number,
    installation_capital: Number,
    contingency_share: Number,
) -> Number:
    """What is set aside for what is not foreseen: K_x.

    >>> contingency_capital(70.0, 20.0, 5.0, 3.0, 2.0, contingency_share=0.1)
    10.0
    """
    return (
        all_server_capital + network_capital + storage_capital + spare_capital + installation_capital
    ) * contingency_share


def capital_cost(
    accelerator_capital: Number,
    server_capital: Number,
    network_capital: Number,
    storage_capital: Number,
    spare_capital: Number,
    installation_capital: Number,
    contingency_capital: Number,
) -> Number:
    """Cash for the cluster's hardware, the sum of the bill's lines: K.

    >>> capital_cost(40.0, 30.0, 20.0, 5.0, 3.0, 2.0, 10.0)
    110.0
    """
    return (
        accelerator_capital
        + server_capital
        + network_capital
        + storage_capital
        + spare_capital
        + installation_capital
        + contingency_capital
    )


def all_in_price(capital_cost: Number, chips: Number) -> Number:
    """Hardware per chip used: K / n.

    >>> all_in_price(capital_cost=1e6, chips=10)
    100000.0
    """
    return capital_cost / chips


def two_factor_capital(chips: Number, server_price: Number, chips_per_server: Number, network_share: Number) -> Number:
    """What two factors alone give for the same server: n · p_s / c_s / (1 − s_n).

    >>> two_factor_capital(chips=80, server_price=300_000.0, chips_per_server=8, network_share=0.25)
    4000000.0
    """
    return chips * server_price / chips_per_server / (1 - network_share)


def bill_excess(capital_cost: Number, two_factor_capital: Number) -> Number:
    """What the bill holds beyond the two factors: part-filled servers, storage, spares, installation, contingency.

    >>> bill_excess(capital_cost=110.0, two_factor_capital=100.0)
    10.0
    """
    return capital_cost - two_factor_capital


def servers(chips: Number, chips_per_server: Number) -> Number:
    """Servers the chips sit in: n_s = ⌈n / c_s⌉.

    >>> float(servers(chips=16384, chips_per_server=8))
    2048.0
    """
    return np.ceil(chips / chips_per_server)


def spare_servers(servers: Number, reserve_share: Number) -> Number:
    """Whole servers kept in reserve: ⌈n_s · s_r⌉.

    >>> float(spare_servers(servers=126, reserve_share=0.03))
    4.0
    """
    return np.ceil(servers * reserve_share)
