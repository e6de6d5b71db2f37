"""The final run is not the project: experiments and failed runs come before it."""

from __future__ import annotations

from cluster_calc.number import Number


def development_cost(run_cost: Number, development_factor: Number) -> Number:
    """What experiments and failed runs add: R · (f_d − 1).

    >>> development_cost(run_cost=10.0, development_factor=2.0)
    10.0
    """
    return run_cost * (development_factor - 1)


def project_cost(run_cost: Number, development_cost: Number) -> Number:
    """The final run with what led to it: R + D.

    >>> project_cost(run_cost=10.0, development_cost=10.0)
    20.0
    """
    return run_cost + development_cost
