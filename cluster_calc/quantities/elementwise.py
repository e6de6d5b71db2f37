"""Elementwise functions for formulas: a number alone takes Python's own, an array numpy's, which is loaded when first needed.

A point estimate, an explanation and a plan are numbers alone: they start without numpy. A float is the 0-d case, so the two
agree, what a function does outside its domain included (nan, inf).
"""

from __future__ import annotations

import math
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


nan, inf = math.nan, math.inf
_PLAIN: frozenset[Any] = frozenset({float, int, bool})


def __getattr__(name: str) -> Any:
    """Whatever else numpy has."""
    if name.startswith("__"):  # what Python asks of any module
        raise AttributeError(name)
    import numpy

    return getattr(numpy, name)


class _Later:
    """numpy itself, loaded at the first use: for algorithms on arrays in modules that an estimate imports."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_numpy(), name)


numpy_later = _Later()


def _numpy() -> Any:
    import numpy

    return numpy


def errstate(**how: Any) -> AbstractContextManager[Any]:
    """Say how numpy treats what overflows; nothing where numpy is not loaded."""
    loaded = sys.modules.get("numpy")
    return loaded.errstate(**how) if loaded is not None else nullcontext()


def where(condition: Any, one: Any, other: Any) -> Any:
    """Choose by a condition.

    >>> where(3 > 2, 1.0, 2.0)
    1.0
    """
    if condition.__class__ is bool and one.__class__ in _PLAIN and other.__class__ in _PLAIN:
        return one if condition else other
    return _numpy().where(condition, one, other)


def maximum(one: Any, other: Any) -> Any:
    """Take the greater; nan if either is.

    >>> maximum(1.0, 2.0), maximum(nan, 2.0)
    (2.0, nan)
    """
    if one.__class__ in _PLAIN and other.__class__ in _PLAIN:
        return one if one >= other or one != one else other
    return _numpy().maximum(one, other)


def minimum(one: Any, other: Any) -> Any:
    """Take the smaller; nan if either is.

    >>> minimum(1.0, 2.0)
    1.0
    """
    if one.__class__ in _PLAIN and other.__class__ in _PLAIN:
        return one if one <= other or one != one else other
    return _numpy().minimum(one, other)


def ceil(value: Any) -> Any:
    """Round up to a whole number, as a float.

    >>> ceil(2.1), ceil(inf)
    (3.0, inf)
    """
    if value.__class__ in _PLAIN:
        return float(math.ceil(value)) if math.isfinite(value) else value
    return _numpy().ceil(value)


def floor(value: Any) -> Any:
    """Round down to a whole number, as a float.

    >>> floor(2.9)
    2.0
    """
    if value.__class__ in _PLAIN:
        return float(math.floor(value)) if math.isfinite(value) else value
    return _numpy().floor(value)


def _plainly(function: Any, name: str) -> Any:
    """A function of `math` for numbers alone; what it refuses, and arrays, are numpy's."""

    def applied(value: Any) -> Any:
        if value.__class__ in _PLAIN:
            try:
                return function(value)
            except (ValueError, OverflowError):
                pass
        with _numpy().errstate(all="ignore"):
            return getattr(_numpy(), name)(value)

    applied.__name__ = applied.__qualname__ = name
    applied.__doc__ = f"Apply {name} to a number or an array."
    return applied


log, log2, sqrt, exp, expm1 = (_plainly(getattr(math, name), name) for name in ("log", "log2", "sqrt", "exp", "expm1"))
isnan, isfinite = (_plainly(getattr(math, name), name) for name in ("isnan", "isfinite"))


def ndim(value: Any) -> int:
    """Count the axes.

    >>> ndim(1.0)
    0
    """
    return 0 if value.__class__ in _PLAIN else int(_numpy().ndim(value))


def shape(value: Any) -> tuple[int, ...]:
    """Give the lengths of the axes.

    >>> shape(1.0)
    ()
    """
    return () if value.__class__ in _PLAIN else _numpy().shape(value)


def _of_all(name: str, kind: Any = None) -> Any:
    """A reduction over an array; of a number alone the number, as a truth where that is asked."""

    def applied(value: Any) -> Any:
        if value.__class__ in _PLAIN:
            return kind(value) if kind else value
        return getattr(_numpy(), name)(value)

    applied.__name__ = applied.__qualname__ = name
    applied.__doc__ = f"Reduce with {name}; a number alone stands as it is."
    return applied


any, all, max, min = _of_all("any", bool), _of_all("all", bool), _of_all("max"), _of_all("min")


def clip(value: Any, low: Any, high: Any) -> Any:
    """Keep between two ends.

    >>> clip(3.0, 0.0, 1.0)
    1.0
    """
    return minimum(maximum(value, low), high)


def rint(value: Any) -> Any:
    """Round to the nearest whole number, halves to the even one.

    >>> rint(2.5)
    2.0
    """
    return float(round(value)) if value.__class__ in _PLAIN and math.isfinite(value) else _numpy().rint(value)
