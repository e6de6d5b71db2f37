"""The fleet behind a demand: replicas, spares and chips."""

from __future__ import annotations

from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number


def requests_per_second(tokens_per_day: Number, input_tokens: Number, output_tokens: Number) -> Number:
    """Requests a second in the mean: tokens a day over the tokens of a request.

    >>> round(requests_per_second(tokens_per_day=20e9 / 86400, input_tokens=2000, output_tokens=500), 2)
    92.59
    """
    return tokens_per_day / (input_tokens + output_tokens)


def peak_request_rate(requests_per_second: Number, peak_to_mean: Number) -> Number:
    """Requests a second at the peak.

    >>> peak_request_rate(requests_per_second=100.0, peak_to_mean=1.5)
    150.0
    """
    return requests_per_second * peak_to_mean


def replicas(peak_request_rate: Number, replica_request_rate: Number, load_limit: Number) -> Number:
    """Replicas for the peak at the load they are planned for: ⌈peak / (x ρ)⌉.

    >>> float(replicas(peak_request_rate=150.0, replica_request_rate=4.0, load_limit=0.8))
    47.0
    """
    return np.ceil(peak_request_rate / (replica_request_rate * load_limit))


def prefill_servers(disaggregated: Number, replicas: Number, prefill_chips: Number, replica_chips: Number) -> Number:
    """Replicas that share the prefill, each request going to the least busy: those for prefill alone, or all; at least one.

    >>> float(prefill_servers(1.0, 10, 4.0, 8)), float(prefill_servers(0.0, 10, 0.0, 8))
    (5.0, 10.0)
    """
    return np.maximum(replicas * (disaggregated * prefill_chips / replica_chips + 1 - disaggregated), 1)


def spare_replicas(replicas: Number, spare_replica_share: Number) -> Number:
    """Replicas kept for failures and rolling updates, whole ones.

    >>> float(spare_replicas(replicas=47, spare_replica_share=0.03))
    2.0
    """
    return np.ceil(replicas * spare_replica_share)


def chips(replicas: Number, spare_replicas: Number, replica_chips: Number, prefill_chips: Number) -> Number:
    """Chips of all replicas and spares; prefill replicas come whole, too.

    >>> float(chips(replicas=47, spare_replicas=2, replica_chips=8, prefill_chips=0.0))
    392.0
    >>> float(chips(replicas=10, spare_replicas=0, replica_chips=8, prefill_chips=3.0))
    112.0
    """
    return (
        replicas + spare_replicas + np.ceil((replicas + spare_replicas) * prefill_chips / replica_chips)
    ) * replica_chips
