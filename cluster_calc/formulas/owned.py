"""Chips that are already there: no new cash, their depreciation apart."""

from __future__ import annotations

import numpy as np

from cluster_calc.number import Number


def new_chips(chips: Number, owned_chips: Number) -> Number:
    """Chips to buy: n_n = n − n_o, at least 0.

    >>> float(new_chips(chips=1000, owned_chips=400))
    600.0
    """
    return np.maximum(chips - owned_chips, 0)


def new_capital(capital_cost: Number, new_chips: Number, chips: Number) -> Number:
    """Cash for the chips to buy: K · n_n / n.

    >>> new_capital(capital_cost=1000.0, new_chips=600, chips=1000)
    600.0
    """
    return capital_cost * new_chips / chips


def owned_depreciation(depreciation: Number, new_chips: Number, chips: Number) -> Number:
    """The part of the depreciation that falls on chips already owned: no cash, but a cost.

    >>> owned_depreciation(depreciation=100.0, new_chips=600, chips=1000)
    40.0
    """
    return depreciation * (1 - new_chips / chips)
