"""Epoch AI's dates for TPUs, which Google has before it releases them."""

from __future__ import annotations

from cluster_calc.number import Number


def purchase_date(release_date: Number) -> Number:
    """A TPU is acquired the day it is released to the public.

    >>> purchase_date(release_date=100.0)
    100.0
    """
    return release_date


def start(planned_start: Number) -> Number:
    """A TPU run may start before the release; its hardware is then worth more than its price.

    >>> start(planned_start=90.0)
    90.0
    """
    return planned_start
