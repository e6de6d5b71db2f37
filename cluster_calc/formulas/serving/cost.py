"""What a million tokens cost: the fleet's cost split by the replica-seconds that input, cached input and output take."""

from __future__ import annotations

from cluster_calc.quantities.number import Number


def cached_time(
    cache_element_bytes: Number, cache_width: Number, window_cache_width: Number, input_tokens: Number, cache_hit_share: Number,
    scaleout_bandwidth: Number, network_share_reached: Number, replica_chips: Number,
) -> Number:  # fmt: skip
    """Replica-seconds to bring a request's cached tokens back over the network: I hit w b / (N link).

    >>> round(cached_time(2, 163840, 0, 2000, 0.5, 50e9, 0.8, 8) * 1e3, 3)
    1.024
    """
    return (
        cache_element_bytes * (cache_width + window_cache_width) * input_tokens * cache_hit_share
        / (scaleout_bandwidth * network_share_reached * replica_chips)
    )  # fmt: skip


def request_time(prefill_time: Number, cached_time: Number, decode_time_per_request: Number) -> Number:
    """Replica-seconds of one request.

    >>> request_time(0.125, 0.0, 0.25)
    0.375
    """
    return prefill_time + cached_time + decode_time_per_request


def fleet_cost_rate(run_cost: Number, training_time: Number) -> Number:
    """Cost of the owned fleet over time, every line of it.

    >>> fleet_cost_rate(run_cost=3.6e6, training_time=3600.0)
    1000.0
    """
    return run_cost / training_time


def rented_cost_rate(rental_price: Number, paid_chips: Number) -> Number:
    """Rent of the fleet over time, at the chips paid for.

    >>> rented_cost_rate(rental_price=2.0, paid_chips=100)
    200.0
    """
    return rental_price * paid_chips


def cost_per_busy_second(fleet_cost_rate: Number, requests_per_second: Number, request_time: Number) -> Number:
    """Cost of one replica-second of work; idle replicas are spread over the busy ones.

    >>> cost_per_busy_second(fleet_cost_rate=10.0, requests_per_second=4.0, request_time=0.5)
    5.0
    """
    return fleet_cost_rate / (requests_per_second * request_time)


def cost_per_million_input_tokens(cost_per_busy_second: Number, prefill_time: Number, new_tokens: Number) -> Number:
    """Cost of an input token that is computed: its share of the replica-seconds.

    >>> cost_per_million_input_tokens(cost_per_busy_second=8.0, prefill_time=0.125, new_tokens=1000)
    0.001
    """
    return cost_per_busy_second * prefill_time / new_tokens


def cost_per_million_cached_tokens(
    cost_per_busy_second: Number, cache_element_bytes: Number, cache_width: Number, window_cache_width: Number,
    scaleout_bandwidth: Number, network_share_reached: Number, replica_chips: Number,
) -> Number:  # fmt: skip
    """Cost of an input token that the prefix cache holds: the time to bring its cache back.

    >>> cost_per_million_cached_tokens(1.0, 2, 50, 0, 50.0, 1.0, 1)
    2.0
    """
    return (
        cost_per_busy_second * cache_element_bytes * (cache_width + window_cache_width)
        / (scaleout_bandwidth * network_share_reached * replica_chips)
    )  # fmt: skip


def cost_per_million_output_tokens(
    cost_per_busy_second: Number, decode_time_per_request: Number, output_tokens: Number
) -> Number:
    """Cost of an output token: its share of the replica-seconds.

    >>> cost_per_million_output_tokens(cost_per_busy_second=8.0, decode_time_per_request=0.25, output_tokens=500)
    0.004
    """
    return cost_per_busy_second * decode_time_per_request / output_tokens


def cost_per_million_tokens(fleet_cost_rate: Number, total_tokens_per_second: Number) -> Number:
    """Cost of a token, input and output alike.

    >>> cost_per_million_tokens(fleet_cost_rate=10.0, total_tokens_per_second=1000.0)
    0.01
    """
    return fleet_cost_rate / total_tokens_per_second


def rented_cost_per_busy_second(rented_cost_rate: Number, requests_per_second: Number, request_time: Number) -> Number:
    """Rent for one replica-second of work; idle replicas are spread over the busy ones.

    >>> rented_cost_per_busy_second(rented_cost_rate=10.0, requests_per_second=4.0, request_time=0.5)
    5.0
    """
    return rented_cost_rate / (requests_per_second * request_time)


def rented_cost_per_million_input_tokens(
    rented_cost_per_busy_second: Number, prefill_time: Number, new_tokens: Number
) -> Number:
    """Rent for an input token that is computed: its share of the replica-seconds.

    >>> rented_cost_per_million_input_tokens(rented_cost_per_busy_second=8.0, prefill_time=0.125, new_tokens=1000)
    0.001
    """
    return rented_cost_per_busy_second * prefill_time / new_tokens


def rented_cost_per_million_output_tokens(
    rented_cost_per_busy_second: Number, decode_time_per_request: Number, output_tokens: Number
) -> Number:
    """Rent for an output token: its share of the replica-seconds.

    >>> rented_cost_per_million_output_tokens(rented_cost_per_busy_second=8.0, decode_time_per_request=0.25, output_tokens=500)
    0.004
    """
    return rented_cost_per_busy_second * decode_time_per_request / output_tokens


def rented_cost_per_million_tokens(rented_cost_rate: Number, total_tokens_per_second: Number) -> Number:
    """A token's cost on rented chips, input and output alike. DeepSeek's day: 1,814 H800 at 2 USD/hour for 776e9 tokens.

    >>> round(rented_cost_per_million_tokens(2 / 3600 * 226.75 * 8, 776e9 / 86400) * 1e6, 3)
    0.112
    """
    return rented_cost_rate / total_tokens_per_second
