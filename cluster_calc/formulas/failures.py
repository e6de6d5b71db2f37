"""How often a cluster is interrupted, and the spares that keep it whole."""

from __future__ import annotations

from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number

# Of the Cornish-Fisher expansion, and of a discrete quantile taken for a continuous one.
SKEW = 6.0
CONTINUITY = 0.5


def mtbf(servers: Number, failure_rate: Number, failures_per_interruption: Number) -> Number:
    """Mean time between interruptions of the whole job: M = k / (n_s · λ), for independent failures at a constant rate.

    Llama 3 (arXiv:2407.21783 §3.3.4): 419 unexpected interruptions of 2,048 servers in 54 days.

    >>> day = 86400.0
    >>> round(mtbf(servers=2048, failure_rate=419 / (54 * day * 2048), failures_per_interruption=1) / 3600, 4)
    3.0931
    """
    return failures_per_interruption / (servers * failure_rate)


def interruptions(training_time: Number, mtbf: Number) -> Number:
    """Interruptions to expect in the run: T / M.

    >>> interruptions(training_time=54 * 24.0, mtbf=3.0)
    432.0
    """
    return training_time / mtbf


def outages_in_repair(mtbf: Number, repair_time: Number) -> Number:
    """Mean number of outages being repaired at once: T_r / M (Little's law; repair does not queue).

    >>> outages_in_repair(mtbf=0.5, repair_time=4.0)
    8.0
    """
    return repair_time / mtbf


def spare_servers(outages_in_repair: Number, servers_per_outage: Number, spare_deviate: Number) -> Number:
    """Spares that a Poisson number of outages exceeds only with the tail's probability: s · ⌈μ + z √μ + (z² − 1)/6 − ½⌉.

    The Cornish-Fisher expansion of the Poisson quantile, within one of the exact tail.

    >>> [float(spare_servers(7.76 * days, 1.0, 2.326347874)) for days in (1, 3, 7)]
    [15.0, 35.0, 72.0]
    """
    return servers_per_outage * np.maximum(
        np.ceil(
            outages_in_repair + spare_deviate * np.sqrt(outages_in_repair) + (spare_deviate**2 - 1) / SKEW - CONTINUITY
        ),
        0,
    )


def spare_chips(spare_servers: Number, chips_per_server: Number) -> Number:
    """Chips in the spare servers: n_sp = s · c_s.

    >>> spare_chips(spare_servers=15, chips_per_server=8)
    120
    """
    return spare_servers * chips_per_server


def spare_share(spare_servers: Number, servers: Number) -> Number:
    """Spares per server in use.

    >>> spare_share(spare_servers=32, servers=2048)
    0.015625
    """
    return spare_servers / servers


def held_spare_share(spare_share: Number) -> Number:
    """Spare servers held per server in use: as many as the outages in repair need.

    >>> held_spare_share(spare_share=0.02)
    0.02
    """
    return spare_share
