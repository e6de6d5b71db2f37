"""The fleet in use: what it serves in the mean, the chips that takes, and its power."""

from __future__ import annotations

from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number


def output_tokens_per_second(requests_per_second: Number, output_tokens: Number) -> Number:
    """Output tokens that the fleet makes a second, in the mean.

    >>> output_tokens_per_second(requests_per_second=100.0, output_tokens=500)
    50000.0
    """
    return requests_per_second * output_tokens


def total_tokens_per_second(requests_per_second: Number, input_tokens: Number, output_tokens: Number) -> Number:
    """Input and output tokens that the fleet serves a second, in the mean.

    >>> total_tokens_per_second(requests_per_second=100.0, input_tokens=2000, output_tokens=500)
    250000.0
    """
    return requests_per_second * (input_tokens + output_tokens)


def fleet_use(
    requests_per_second: Number, replica_request_rate: Number, replicas: Number, spare_replicas: Number
) -> Number:
    """Share of what all replicas could serve that is served in the mean: peaks, headroom and spares take the rest.

    >>> fleet_use(requests_per_second=100.0, replica_request_rate=4.0, replicas=47, spare_replicas=3)
    0.5
    """
    return requests_per_second / (replica_request_rate * (replicas + spare_replicas))


def needed_chips(
    requests_per_second: Number, replica_request_rate: Number, load_limit: Number, replica_chips: Number, prefill_chips: Number
) -> Number:  # fmt: skip
    """Chips that the mean load keeps busy: what a fleet that follows the load runs in the mean.

    >>> needed_chips(requests_per_second=100.0, replica_request_rate=4.0, load_limit=0.5, replica_chips=8, prefill_chips=0.0)
    400.0
    """
    return requests_per_second / (replica_request_rate * load_limit) * (replica_chips + prefill_chips)


def paid_chips(chips: Number, needed_chips: Number, autoscaled_share: Number) -> Number:
    """Chips paid for in the mean: what does not follow the load is paid day and night.

    >>> float(paid_chips(chips=600.0, needed_chips=400.0, autoscaled_share=0.5))
    500.0
    """
    return chips - autoscaled_share * (chips - np.minimum(needed_chips, chips))


def power_utilisation(
    fleet_use: Number, draw_share: Number, idle_draw_share: Number, server_power_factor: Number
) -> Number:
    """Average draw over full load: busy chips at their measured share, idle ones at theirs, the rest of the server in full.

    >>> power_utilisation(fleet_use=0.5, draw_share=0.8, idle_draw_share=0.2, server_power_factor=2.0)
    0.75
    """
    return (fleet_use * draw_share + (1 - fleet_use) * idle_draw_share + server_power_factor - 1) / server_power_factor


def energy_per_token(facility_power: Number, output_tokens_per_second: Number) -> Number:
    """Energy at the meter for one output token, its input included.

    >>> energy_per_token(facility_power=1e6, output_tokens_per_second=5e5)
    2.0
    """
    return facility_power / output_tokens_per_second


def tokens_per_joule(energy_per_token: Number) -> Number:
    """Output tokens for a joule at the meter.

    >>> tokens_per_joule(energy_per_token=2.0)
    0.5
    """
    return 1 / energy_per_token
