"""How old the hardware is when the run starts and when it ends."""

from __future__ import annotations

from cluster_calc.number import Number


def hardware_age(start: Number, purchase_date: Number) -> Number:
    """Age at the start of the run: a = t_0 − t_p, in s.

    >>> hardware_age(start=400 * 86400.0, purchase_date=35 * 86400.0) / 86400
    365.0
    """
    return start - purchase_date
