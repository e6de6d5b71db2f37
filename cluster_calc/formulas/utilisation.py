"""Where the FLOP go: peak → MFU → goodput → delivered, in FLOP/s, chip time and dollars.

The steps multiply: what is left after each is the next one's whole, so the three shares of the chip time sum to it.
"""

from __future__ import annotations

from cluster_calc.formulas import returns
from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.number import Number

# No run gets every FLOP of the peak.
MOST = 0.99


def step_throughput(cluster_throughput: Number, mfu: Number) -> Number:
    """Model FLOP/s while training steps run: n · P · u.

    >>> step_throughput(cluster_throughput=1e16, mfu=0.4)
    4000000000000000.0
    """
    return cluster_throughput * mfu


def delivered_throughput(step_throughput: Number, goodput: Number) -> Number:
    """Model FLOP/s averaged over the wall clock: n · P · u · g.

    >>> delivered_throughput(step_throughput=4e15, goodput=0.5)
    2000000000000000.0
    """
    return step_throughput * goodput


def throughput_per_chip(step_throughput: Number, chips: Number) -> Number:
    """Model FLOP/s of one chip while training steps run: P · u.

    >>> throughput_per_chip(step_throughput=4e15, chips=10)
    400000000000000.0
    """
    return step_throughput / chips


def tokens_per_second(step_throughput: Number, tokens: Number, training_compute: Number) -> Number:
    """Tokens trained on in a second of training steps: n · P · u · D / C.

    >>> round(tokens_per_second(step_throughput=4.8e16, tokens=1e12, training_compute=4.8e22))
    1000000
    """
    return step_throughput * tokens / training_compute


def tokens_per_second_per_chip(tokens_per_second: Number, chips: Number) -> Number:
    """The same of one chip.

    >>> tokens_per_second_per_chip(tokens_per_second=1e6, chips=100)
    10000.0
    """
    return tokens_per_second / chips


def step_time(global_batch: Number, sequence_length: Number, tokens_per_second: Number) -> Number:
    """Time of one optimizer step: B · s / (tokens a second).

    >>> step_time(global_batch=512, sequence_length=4096, tokens_per_second=1048576.0)
    2.0
    """
    return global_batch * sequence_length / tokens_per_second


def steps(tokens: Number, global_batch: Number, sequence_length: Number) -> Number:
    """Optimizer steps of the run: D / (B · s).

    >>> steps(tokens=2097152e6, global_batch=512, sequence_length=4096)
    1000000.0
    """
    return tokens / (global_batch * sequence_length)


def mfu_loss(chip_hours: Number, mfu: Number) -> Number:
    """Chip time that peak arithmetic would not have needed: A_h · (1 − u).

    >>> mfu_loss(chip_hours=100.0, mfu=0.4)
    60.0
    """
    return chip_hours * (1 - mfu)


def goodput_loss(chip_hours: Number, mfu: Number, goodput: Number) -> Number:
    """What interruptions take of the rest: A_h · u · (1 − g).

    >>> goodput_loss(chip_hours=100.0, mfu=0.4, goodput=0.75)
    10.0
    """
    return chip_hours * mfu * (1 - goodput)


def delivered_chip_hours(chip_hours: Number, mfu: Number, goodput: Number) -> Number:
    """What is left: the chip time of the run's arithmetic at full peak, A_h · u · g = C / P.

    >>> delivered_chip_hours(chip_hours=100.0, mfu=0.4, goodput=0.75)
    30.0
    """
    return chip_hours * mfu * goodput


def mfu_loss_cost(mfu_loss: Number, cost_per_chip_hour: Number) -> Number:
    """The same in dollars of run cost.

    >>> mfu_loss_cost(mfu_loss=60.0, cost_per_chip_hour=2.0)
    120.0
    """
    return mfu_loss * cost_per_chip_hour


def goodput_loss_cost(goodput_loss: Number, cost_per_chip_hour: Number) -> Number:
    """The same in dollars of run cost.

    >>> goodput_loss_cost(goodput_loss=10.0, cost_per_chip_hour=2.0)
    20.0
    """
    return goodput_loss * cost_per_chip_hour


def delivered_cost(delivered_chip_hours: Number, cost_per_chip_hour: Number) -> Number:
    """The same in dollars of run cost.

    >>> delivered_cost(delivered_chip_hours=30.0, cost_per_chip_hour=2.0)
    60.0
    """
    return delivered_chip_hours * cost_per_chip_hour


def cluster_throughput(chips: Number, peak_throughput: Number) -> Number:
    """Dense peak of all chips: n · P, in FLOP/s.

    >>> cluster_throughput(chips=10, peak_throughput=1e15)
    1e+16
    """
    return chips * peak_throughput


def hfu(mfu: Number, recompute_factor: Number) -> Number:
    """Hardware FLOP utilisation: u_h = u · f_r.

    GLM-130B (arXiv:2210.02414): 32.5 % MFU, 43.3 % HFU.

    >>> round(hfu(mfu=0.325, recompute_factor=4 / 3), 3)
    0.433
    """
    return mfu * recompute_factor


def mfu(hfu: Number, recompute_factor: Number) -> Number:
    """Model FLOP utilisation: u = u_h / f_r.

    >>> round(mfu(hfu=0.52, recompute_factor=4 / 3), 2)
    0.39
    """
    return hfu / recompute_factor


def recompute_factor(
    flop_per_token: Number,
    recomputed_per_attended_token: Number,
    layers: Number,
    hidden_size: Number,
    sequence_length: Number,
) -> Number:
    """FLOP executed over FLOP counted: f_r = 1 + c_s L h s / F.

    >>> round(recompute_factor(6 * 174.6e9 + 12 * 96 * 12288 * 2048, 12, 96, 12288, 2048), 4)
    1.0269
    """
    return 1 + recomputed_per_attended_token * layers * hidden_size * sequence_length / flop_per_token


def precision_share(peak_throughput: Number, hardware_peak: Number) -> Number:
    """Share of the running precision's peak that the counted peak is: P / P_h.

    DeepSeek-V3 trains in fp8 and states its MFU against bf16.

    >>> precision_share(peak_throughput=989.0, hardware_peak=1978.0)
    0.5
    """
    return peak_throughput / hardware_peak


def hardware_throughput(chips: Number, hardware_peak: Number) -> Number:
    """Peak of all chips at the precision they run: n · P_h.

    >>> hardware_throughput(chips=10, hardware_peak=2e15)
    2e+16
    """
    return chips * hardware_peak


def flop_per_token(
    flop_per_parameter_token: Number, counted_parameters: Number, flop_per_attended_token: Number, layers: Number,
    hidden_size: Number, sequence_length: Number,
) -> Number:  # fmt: skip
    """Arithmetic that the utilisation counts for a token: c · N_c + c_a · L h s.

    c_a is 12 for every pair of tokens, 6 for the causal half, 0 where attention is not counted.

    Llama 2 7B without its input embedding, at 4,096 tokens: 46.1 GFLOP.

    >>> round(flop_per_token(6, 6.738e9 - 32000 * 4096, 12, 32, 4096, 4096) / 1e9, 1)
    46.1
    """
    return (
        flop_per_parameter_token * counted_parameters + flop_per_attended_token * layers * hidden_size * sequence_length
    )


def training_compute(flop_per_token: Number, tokens: Number) -> Number:
    """Arithmetic of the run as the convention counts it: C = F · D.

    >>> training_compute(flop_per_token=4.61e10, tokens=2e12)
    9.22e+22
    """
    return flop_per_token * tokens


def counted_parameters(active_parameters: Number) -> Number:
    """Parameters whose arithmetic is counted: N_c = N_a.

    >>> counted_parameters(active_parameters=7e9)
    7000000000.0
    """
    return active_parameters


@returns("counted_parameters")
def counted_without_embedding(active_parameters: Number, vocabulary: Number, hidden_size: Number) -> Number:
    """Parameters whose arithmetic is counted: N_c = N_a − V h.

    >>> counted_without_embedding(active_parameters=7e9, vocabulary=32000, hidden_size=4096)
    6868928000.0
    """
    return active_parameters - vocabulary * hidden_size


@returns("mfu")
def predicted_utilisation(predicted_mfu: Number, prediction_ratio: Number) -> Number:
    """The predicted utilisation times what measurements reach of predictions: u = min(u_p · r_p, 0.99).

    >>> float(predicted_utilisation(predicted_mfu=0.5, prediction_ratio=0.9))
    0.45
    """
    return np.minimum(predicted_mfu * prediction_ratio, MOST)
