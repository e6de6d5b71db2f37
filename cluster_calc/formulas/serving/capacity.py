"""The question turned round: what given chips can serve."""

from __future__ import annotations

from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number


def replicas(chips: Number, replica_chips: Number, prefill_chips: Number, spare_replica_share: Number) -> Number:
    """Replicas that work at once in a fleet of so many chips, its spares set aside: ⌈⌊n / N⌋ / (1 + s)⌉.

    >>> float(replicas(chips=480, replica_chips=8, prefill_chips=0.0, spare_replica_share=0.03))
    59.0
    """
    return np.ceil(np.floor(chips / (replica_chips + prefill_chips)) / (1 + spare_replica_share))


def spare_replicas(chips: Number, replica_chips: Number, prefill_chips: Number, replicas: Number) -> Number:
    """The replicas that are left.

    >>> float(spare_replicas(chips=480, replica_chips=8, prefill_chips=0.0, replicas=59))
    1.0
    """
    return np.floor(chips / (replica_chips + prefill_chips)) - replicas


def requests_per_second(
    replicas: Number, replica_request_rate: Number, load_limit: Number, peak_to_mean: Number
) -> Number:
    """Mean requests a second whose peak the replicas carry: r x ρ / (peak to mean).

    >>> requests_per_second(replicas=10, replica_request_rate=4.0, load_limit=0.75, peak_to_mean=1.5)
    20.0
    """
    return replicas * replica_request_rate * load_limit / peak_to_mean


def tokens_per_day(requests_per_second: Number, input_tokens: Number, output_tokens: Number) -> Number:
    """Tokens of that demand a day.

    >>> tokens_per_day(requests_per_second=20.0, input_tokens=2000, output_tokens=500) * 86400
    4320000000.0
    """
    return requests_per_second * (input_tokens + output_tokens)
