"""Hoffmann's scaling law: what size, data and the text itself leave unlearned add up."""

from __future__ import annotations

from cluster_calc.number import Number


def frontier_exponent(parameter_exponent: Number, data_exponent: Number) -> Number:
    """How data grows with size where compute is best spent: α / β (Hoffmann et al. 2022, arXiv:2203.15556, eq. 4).

    >>> round(frontier_exponent(parameter_exponent=0.3478, data_exponent=0.3658), 4)
    0.9508
    """
    return parameter_exponent / data_exponent


def frontier_tokens(
    reference_tokens: Number,
    data_exponent: Number,
    data_coefficient: Number,
    parameter_exponent: Number,
    parameter_coefficient: Number,
) -> Number:
    """Tokens that a model of the reference size is best trained on: D_1 · (β·B / (α·A))^(1/β).

    >>> frontier_tokens(1.0, data_exponent=0.5, data_coefficient=4.0, parameter_exponent=0.5, parameter_coefficient=2.0)
    4.0
    """
    return reference_tokens * (data_exponent * data_coefficient / (parameter_exponent * parameter_coefficient)) ** (
        1 / data_exponent
    )


def expected_loss(
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

    >>> round(expected_loss(1.69, 406.4, 70e9, 1.0, 0.34, 410.7, 1.4e12, 1.0, 0.28), 3)
    1.937
    """
    return (
        irreducible_loss
        + parameter_coefficient / (active_parameters / reference_parameters) ** parameter_exponent
        + data_coefficient / (tokens / reference_tokens) ** data_exponent
    )
