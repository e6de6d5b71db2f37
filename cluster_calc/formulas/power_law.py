"""Kaplan's scaling law: one power of a sum of what the model's size and its data leave unlearned."""

from __future__ import annotations

from cluster_calc.number import Number


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
