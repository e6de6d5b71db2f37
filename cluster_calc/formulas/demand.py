"""From arithmetic to chip time."""

from __future__ import annotations

from cluster_calc.formulas import returns
from cluster_calc.quantities.number import Number


def accelerator_time(training_compute: Number, peak_throughput: Number, mfu: Number, goodput: Number) -> Number:
    """GPU-days: the chip time that the run's arithmetic takes at the delivered share of the peak.

    A = C / (P · u · g), in chip·s.

    >>> accelerator_time(training_compute=1e15 * 86400, peak_throughput=420e12, mfu=1.0, goodput=1.0) / 3600
    57.14285714285714
    """
    return training_compute / (peak_throughput * mfu * goodput)


@returns("training_compute")
def deliverable_compute(accelerator_time: Number, peak_throughput: Number, mfu: Number, goodput: Number) -> Number:
    """Arithmetic delivered in that chip time: C = A · P · u · g.

    >>> deliverable_compute(accelerator_time=1.0, peak_throughput=1e15, mfu=0.4, goodput=0.5)
    200000000000000.0
    """
    return accelerator_time * peak_throughput * mfu * goodput


def training_compute(flop_per_parameter_token: Number, active_parameters: Number, tokens: Number) -> Number:
    """Arithmetic of a training run: C = c · N_a · D, with c = 6 (2 forward, 4 backward; Kaplan et al. 2020, §2.1).

    Attention and embeddings are not counted: good to a few percent while the context is much shorter than six times
    the hidden size.

    >>> training_compute(flop_per_parameter_token=6, active_parameters=174.6e9, tokens=300e9)
    3.1428e+23
    """
    return flop_per_parameter_token * active_parameters * tokens


def tokens(training_compute: Number, flop_per_parameter_token: Number, active_parameters: Number) -> Number:
    """Tokens that the arithmetic covers: D = C / (c · N_a).

    >>> tokens(training_compute=6e21, flop_per_parameter_token=6, active_parameters=1e9)
    1000000000000.0
    """
    return training_compute / (flop_per_parameter_token * active_parameters)


@returns("active_parameters")
def affordable_parameters(training_compute: Number, flop_per_parameter_token: Number, tokens: Number) -> Number:
    """Active parameters that the arithmetic covers: N_a = C / (c · D).

    >>> affordable_parameters(training_compute=6e21, flop_per_parameter_token=6, tokens=1e12)
    1000000000.0
    """
    return training_compute / (flop_per_parameter_token * tokens)


@returns("active_parameters")
def dense_parameters(parameters: Number) -> Number:
    """Parameters used for one token: all of them, unless a mixture of experts says otherwise (N_a = N).

    >>> dense_parameters(parameters=7e9)
    7000000000.0
    """
    return parameters
