"""The price-performance charge, integrated over the run."""

from __future__ import annotations

import numpy as np

from cluster_calc.formulas.price_trend import DECADE
from cluster_calc.number import Number


def hardware_charge(book_value_at_start: Number, price_performance_trend: Number, training_time: Number) -> Number:
    """Value lost during the run: v = n · V_0 · (1 − 10^(−k · T)).

    >>> round(float(hardware_charge(1000.0, price_performance_trend=1.0, training_time=1.0)), 6)
    900.0
    """
    return -book_value_at_start * np.expm1(-price_performance_trend * training_time * np.log(DECADE))


def book_value_at_end(book_value_at_start: Number, hardware_charge: Number) -> Number:
    """Market value when the run ends.

    >>> book_value_at_end(book_value_at_start=1000.0, hardware_charge=100.0)
    900.0
    """
    return book_value_at_start - hardware_charge
