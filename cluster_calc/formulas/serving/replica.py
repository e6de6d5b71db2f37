"""What one replica serves: requests a second, the time to the first and for every further token."""

from __future__ import annotations

from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number


def decode_time_per_request(
    decode_step_time: Number, output_tokens: Number, accepted_tokens: Number, batch: Number
) -> Number:
    """Replica-seconds of decoding that one request takes: (O / g) t_step / B.

    >>> decode_time_per_request(0.02, 500, 1.0, 50)
    0.2
    """
    return decode_step_time * output_tokens / accepted_tokens / batch


def interfering_prefill(prefill_time: Number, disaggregated: Number) -> Number:
    """Prefill that the decoding replica does itself: none when prefill has replicas of its own.

    >>> interfering_prefill(0.1, 0.0), interfering_prefill(0.1, 1.0)
    (0.1, 0.0)
    """
    return prefill_time * (1 - disaggregated)


def replica_request_rate(
    interfering_prefill: Number, decode_time_per_request: Number, serving_speed_factor: Number
) -> Number:
    """Requests a second of a full replica: f / (t_pre + O t_step / B).

    >>> replica_request_rate(0.05, 0.2, 1.0)
    4.0
    """
    return serving_speed_factor / (interfering_prefill + decode_time_per_request)


def time_per_output_token(
    decode_step_time: Number, step_tokens: Number, accepted_tokens: Number, batch: Number, interfering_prefill: Number,
    output_tokens: Number, serving_speed_factor: Number,
) -> Number:  # fmt: skip
    """Mean time from token to token: (t_step / g + B t_pre / O) / f; the prefills of others hold the step up.

    >>> round(time_per_output_token(0.02, 1, 1.0, 50, 0.05, 500, 1.0), 6)
    0.025
    """
    return (
        decode_step_time * step_tokens / accepted_tokens + batch * interfering_prefill * step_tokens / output_tokens
    ) / serving_speed_factor


def prompt_time(
    prefill_time: Number, attention_parallel: Number, pipeline_parallel: Number, decode_step_time: Number,
    first_token_floor: Number, serving_speed_factor: Number,
) -> Number:  # fmt: skip
    """Time to the first token without waiting: its own prefill in one attention group, a step, the server's floor.

    >>> round(prompt_time(0.05, 2, 1, 0.02, 0.01, 1.0), 6)
    0.13
    """
    return (
        first_token_floor
        + (prefill_time * attention_parallel * pipeline_parallel + decode_step_time) / serving_speed_factor
    )


def closed_loop_wait(prefill_time: Number, batch: Number, burst_share: Number, serving_speed_factor: Number) -> Number:
    """Wait for the first token where a fixed number of streams starts at once: a share of all their prefills.

    >>> round(closed_loop_wait(0.05, 40, 0.1, 1.0), 6)
    0.2
    """
    return burst_share * batch * prefill_time / serving_speed_factor


def closed_loop_first_token(prompt_time: Number, closed_loop_wait: Number) -> Number:
    """Mean time to the first token of a closed loop.

    >>> closed_loop_first_token(0.25, 0.25)
    0.5
    """
    return prompt_time + closed_loop_wait


def prefill_load(
    prefill_time: Number, interfering_prefill: Number, decode_time_per_request: Number, disaggregated: Number,
    load_limit: Number,
) -> Number:  # fmt: skip
    """Share of a replica's time in prefill, at the load it is planned for.

    Mixed with decoding: ρ t_pre / (t_pre + decode); on replicas of its own: ρ.

    >>> round(float(prefill_load(0.05, 0.05, 0.2, 0.0, 0.8)), 3), float(prefill_load(0.05, 0.0, 0.2, 1.0, 0.8))
    (0.16, 0.8)
    """
    return load_limit * (
        disaggregated + (1 - disaggregated) * prefill_time / (interfering_prefill + decode_time_per_request)
    )


def prefill_wait(
    prefill_load: Number, prefill_servers: Number, prefill_time: Number, arrival_variation: Number,
    serving_speed_factor: Number,
) -> Number:  # fmt: skip
    """Mean wait for the prefill, M/G/c (Sakasegawa): ρ^(√(2(c+1)) − 1) / (c (1 − ρ)) · t (1 + c_v²)/2; M/G/1 is exact.

    >>> round(prefill_wait(0.5, 1, 0.1, 1.0, 1.0), 6), round(prefill_wait(0.8, 10, 0.1, 1.0, 1.0), 4)
    (0.1, 0.0219)
    """
    return (
        prefill_load ** ((2 * (prefill_servers + 1)) ** 0.5 - 1) / (prefill_servers * (1 - prefill_load))
        * prefill_time * (1 + arrival_variation**2) / 2 / serving_speed_factor
    )  # fmt: skip


def slot_wait(
    load_limit: Number, batch: Number, decode_time_per_request: Number, interfering_prefill: Number, arrival_variation: Number,
    serving_speed_factor: Number,
) -> Number:  # fmt: skip
    """Mean wait for one of the batch's places (Sakasegawa's approximation of M/G/c): ρ^(√(2(B+1)) − 1) / (1 − ρ) · s (1 + c_v²)/2.

    s is a full replica's time between departures.

    >>> round(slot_wait(0.8, 1, 0.2, 0.0, 1.0, 1.0), 3), round(slot_wait(0.8, 64, 0.2, 0.0, 1.0, 1.0), 3)
    (0.8, 0.098)
    """
    return (
        load_limit ** ((2 * (batch + 1)) ** 0.5 - 1) / (1 - load_limit)
        * (decode_time_per_request + interfering_prefill) * (1 + arrival_variation**2) / 2 / serving_speed_factor
    )  # fmt: skip


def time_to_first_token(prompt_time: Number, prefill_wait: Number, slot_wait: Number) -> Number:
    """Mean time to the first token under open arrivals.

    >>> time_to_first_token(0.25, 0.125, 0.125)
    0.5
    """
    return prompt_time + prefill_wait + slot_wait


def late_first_token(
    prompt_time: Number, prefill_wait: Number, slot_wait: Number, prefill_load: Number, late_share: Number
) -> Number:
    """Time to the first token that all but a share of the requests stay under: the wait's tail is exponential, W ln(ρ/s)/ρ.

    >>> round(float(late_first_token(0.25, 0.1, 0.0, 0.5, 0.05)), 3), float(late_first_token(0.25, 0.1, 0.0, 0.04, 0.05))
    (0.711, 0.25)
    """
    return prompt_time + (prefill_wait + slot_wait) * np.maximum(np.log(prefill_load / late_share), 0) / prefill_load


def output_tokens_per_second_per_chip(
    replica_request_rate: Number, output_tokens: Number, replica_chips: Number, prefill_chips: Number
) -> Number:
    """Output tokens a second and chip at full load, the prefill's own chips counted.

    >>> output_tokens_per_second_per_chip(4.0, 500, 8, 0.0)
    250.0
    """
    return replica_request_rate * output_tokens / (replica_chips + prefill_chips)


def total_tokens_per_second_per_chip(
    replica_request_rate: Number, input_tokens: Number, output_tokens: Number, replica_chips: Number, prefill_chips: Number
) -> Number:  # fmt: skip
    """Input and output tokens a second and chip at full load.

    >>> total_tokens_per_second_per_chip(4.0, 2000, 500, 8, 0.0)
    1250.0
    """
    return replica_request_rate * (input_tokens + output_tokens) / (replica_chips + prefill_chips)


def prefill_chips(
    disaggregated: Number, replica_request_rate: Number, prefill_time: Number, serving_speed_factor: Number,
    replica_chips: Number,
) -> Number:  # fmt: skip
    """Chips for prefill that keep a decoding replica busy: x t_pre N; none where the replica does both.

    >>> prefill_chips(1.0, 4.0, 0.125, 1.0, 8), prefill_chips(0.0, 4.0, 0.125, 1.0, 8)
    (4.0, 0.0)
    """
    return disaggregated * replica_request_rate * prefill_time / serving_speed_factor * replica_chips


def draw_share(
    draw_base: Number, draw_slope: Number, batch: Number, replica_chips: Number, rank_chips: Number
) -> Number:
    """Chip power over its TDP while it decodes: a + b ln(sequences a chip), at most 1.

    >>> round(float(draw_share(0.61, 0.034, 256, 8, 1)), 3)
    0.728
    """
    return np.minimum(1, np.maximum(draw_base + draw_slope * np.log(batch * rank_chips / replica_chips), 0))
