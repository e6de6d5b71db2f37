"""The size at which a scaling law spends a given compute best."""

from __future__ import annotations

from cluster_calc.number import Number


def active_parameters(
    reference_parameters: Number,
    training_compute: Number,
    flop_per_parameter_token: Number,
    frontier_tokens: Number,
    frontier_exponent: Number,
) -> Number:
    """Optimal parameters: N = N_1 · (C / (c · N_1 · D_1))^(1 / (1 + s)), for a frontier D = D_1 · (N / N_1)^s.

    Hoffmann et al. 2022, eq. 4; Kaplan et al. 2020 gives the same form. For GPT-3's compute with Kaplan's constants:

    >>> from cluster_calc.formulas.power_law import frontier_tokens
    >>> r = 0.076 / 0.103
    >>> round(active_parameters(1.0, 3.14e23, 10.0, frontier_tokens(1.8e13, r, 1.0, 6.4e13), r) / 1e9, 2)
    126.97
    """
    return reference_parameters * (
        training_compute / (flop_per_parameter_token * reference_parameters * frontier_tokens)
    ) ** (1 / (1 + frontier_exponent))
