"""The relations by subject: one pure function each, named after what it returns, wired by the names of its arguments.

No units in a body: base units (s, J, W, FLOP, byte, chip, USD, g) in, base units out; floats or arrays alike. A model is
composed of the sets of `model/sets.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Formula = TypeVar("Formula", bound=Callable[..., Any])


def returns(name: str) -> Callable[[Formula], Formula]:
    """Name a formula after what it returns where another formula of its file bears that name.

    >>> from cluster_calc.formulas.time import whole_time_allowed
    >>> whole_time_allowed.__name__
    'training_time'
    """

    def named(formula: Formula) -> Formula:
        formula.__name__ = name
        return formula

    return named
