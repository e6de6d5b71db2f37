"""Kaplan's scaling law: one power of a sum of what the model's size and its data leave unlearned."""

from __future__ import annotations

from cluster_calc.formulas import returns
from cluster_calc.quantities.number import Number


def frontier_exponent(parameter_exponent: Number, data_exponent: Number) -> Number:
    """How data grows with size where compute is best spent: r = α_N / α_D (Kaplan et al. 2020, arXiv:2001.08361, eq. 1.5).

    >>> round(frontier_exponent(parameter_exponent=0.076, data_exponent=0.103), 4)
    0.7379
    """
    return parameter_exponent / data_exponent


def frontier_tokens(
    data_scale: Number, frontier_exponent: Number, reference_parameters: Number, parameter_scale: Number
) -> Number:
    """Tokens that a model of the reference size is best trained on: D_1 = (D_c / r) · (N_1 / N_c)^r.

    It follows from minimising eq. 1.5 at a fixed product of parameters and tokens.

    >>> frontier_tokens(data_scale=1e13, frontier_exponent=1.0, reference_parameters=1.0, parameter_scale=1e13)
    1.0
    """
    return data_scale / frontier_exponent * (reference_parameters / parameter_scale) ** frontier_exponent


def expected_loss(
    parameter_scale: Number,
    active_parameters: Number,
    frontier_exponent: Number,
    data_scale: Number,
    tokens: Number,
    data_exponent: Number,
) -> Number:
    """Loss after training: L = [(N_c / N)^r + D_c / D]^α_D, in nats per token (eq. 1.5). Not portable between data sets.

    >>> round(expected_loss(6.4e13, 175e9, 0.076 / 0.103, 1.8e13, 300e9, 0.103), 3)
    1.661
    """
    return ((parameter_scale / active_parameters) ** frontier_exponent + data_scale / tokens) ** data_exponent


def efficient_loss(
    frontier_exponent: Number,
    data_exponent: Number,
    parameter_scale: Number,
    active_parameters: Number,
    parameter_exponent: Number,
) -> Number:
    """Loss of a model of that size on the efficient frontier: L = (1 + r)^α_D · (N_c / N)^α_N.

    >>> round(efficient_loss(0.076 / 0.103, 0.103, 6.4e13, 175e9, 0.076), 3)
    1.658
    """
    return (1 + frontier_exponent) ** data_exponent * (parameter_scale / active_parameters) ** parameter_exponent


def converged_ratio(frontier_exponent: Number) -> Number:
    """Efficient size over the size that reaches the same loss when trained to convergence: (1 + r)^(1/r).

    Between 1 (r → ∞) and e (r → 0).

    >>> converged_ratio(frontier_exponent=0.5), converged_ratio(frontier_exponent=1.0)
    (2.25, 2.0)
    """
    return (1 + frontier_exponent) ** (1 / frontier_exponent)


def converged_parameters(active_parameters: Number, converged_ratio: Number) -> Number:
    """The smallest model that could reach the same loss, with data without end.

    >>> converged_parameters(active_parameters=2.25e12, converged_ratio=2.25)
    1000000000000.0
    """
    return active_parameters / converged_ratio


@returns("frontier_exponent")
def additive_frontier_exponent(parameter_exponent: Number, data_exponent: Number) -> Number:
    """How data grows with size where compute is best spent: α / β (Hoffmann et al. 2022, arXiv:2203.15556, eq. 4).

    >>> round(additive_frontier_exponent(parameter_exponent=0.3478, data_exponent=0.3658), 4)
    0.9508
    """
    return parameter_exponent / data_exponent


@returns("frontier_tokens")
def additive_frontier_tokens(
    reference_tokens: Number,
    data_exponent: Number,
    data_coefficient: Number,
    parameter_exponent: Number,
    parameter_coefficient: Number,
) -> Number:
    """Tokens that a model of the reference size is best trained on: D_1 · (β·B / (α·A))^(1/β).

    >>> additive_frontier_tokens(1.0, data_exponent=0.5, data_coefficient=4.0, parameter_exponent=0.5, parameter_coefficient=2.0)
    4.0
    """
    return reference_tokens * (data_exponent * data_coefficient / (parameter_exponent * parameter_coefficient)) ** (
        1 / data_exponent
    )


@returns("expected_loss")
def additive_expected_loss(
    irreducible_loss: Number,
    parameter_coefficient: Number,
    active_parameters: Number,
    reference_parameters: Number,
    parameter_exponent: Number,
    data_coefficient: Number,
    tokens: Number,
    reference_tokens: Number,
    data_exponent: Number,
) -> Number:
    """Loss after training: L = E + A / N^α + B / D^β, in nats per token (eq. 2).

    Fitted on 70 million to 16 billion parameters and 5 to 500 billion tokens: beyond, it is an extrapolation.

    >>> round(additive_expected_loss(1.69, 406.4, 70e9, 1.0, 0.34, 410.7, 1.4e12, 1.0, 0.28), 3)
    1.937
    """
    return (
        irreducible_loss
        + parameter_coefficient / (active_parameters / reference_parameters) ** parameter_exponent
        + data_coefficient / (tokens / reference_tokens) ** data_exponent
    )


@returns("active_parameters")
def optimal_parameters(
    reference_parameters: Number,
    training_compute: Number,
    flop_per_parameter_token: Number,
    frontier_tokens: Number,
    frontier_exponent: Number,
) -> Number:
    """Optimal parameters: N = N_1 · (C / (c · N_1 · D_1))^(1 / (1 + s)), for a frontier D = D_1 · (N / N_1)^s.

    Hoffmann et al. 2022, eq. 4; Kaplan et al. 2020 gives the same form. For GPT-3's compute with Kaplan's constants:

    >>> pass
    >>> r = 0.076 / 0.103
    >>> round(optimal_parameters(1.0, 3.14e23, 10.0, frontier_tokens(1.8e13, r, 1.0, 6.4e13), r) / 1e9, 2)
    126.97
    """
    return reference_parameters * (
        training_compute / (flop_per_parameter_token * reference_parameters * frontier_tokens)
    ) ** (1 / (1 + frontier_exponent))


def tokens(
    frontier_tokens: Number, active_parameters: Number, reference_parameters: Number, frontier_exponent: Number
) -> Number:
    """Optimal tokens: D = D_1 · (N / N_1)^s.

    >>> tokens(frontier_tokens=20.0, active_parameters=7e10, reference_parameters=1.0, frontier_exponent=1.0)
    1400000000000.0
    """
    return frontier_tokens * (active_parameters / reference_parameters) ** frontier_exponent


@returns("active_parameters")
def parameters_for_tokens(
    reference_parameters: Number, tokens: Number, frontier_tokens: Number, frontier_exponent: Number
) -> Number:
    """Optimal parameters for given data: N = N_1 · (D / D_1)^(1/s).

    >>> round(parameters_for_tokens(reference_parameters=1.0, tokens=1.4e12, frontier_tokens=20.0, frontier_exponent=1.0))
    70000000000
    """
    return reference_parameters * (tokens / frontier_tokens) ** (1 / frontier_exponent)
