"""Text in, quantities out: numbers with units, ranges, bounds."""

from __future__ import annotations

import math
import re
from typing import Any

from cluster_calc.errors import InputError, UnitError, quoted
from cluster_calc.quantities.dates import date_text, days_of
from cluster_calc.quantities.nomenclature import Quantity
from cluster_calc.quantities.shape_text import is_shape, parse_shape, with_unit
from cluster_calc.quantities.shapes import median
from cluster_calc.quantities.units import tail, to_base

# Utilisations: up to this many times the peak it is a miscount rather than a percentage without its sign.
_UTILISATIONS = frozenset({"mfu", "hfu", "implied_mfu"})
MISCOUNTED = 4.0


def in_days(value: Any) -> Any:
    """What `days` was given as: a bare number counts days.

    >>> in_days(21), in_days("20..25"), in_days("504 hours")
    ('21 days', '20..25 days', '504 hours')
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value!r} days"
    if isinstance(value, str) and value.strip() and not value.strip()[-1].isalpha():
        return f"{value.strip()} days"
    return value


def parse(known: Quantity, value: Any) -> tuple[Any, float | None, float | None]:
    """A value as typed, as (base, low, high) in base units, within the hard bounds.

    Text may be a range `LOW..HIGH`, the 5th and 95th percentile; numbers stand where a bare number is allowed; pint
    quantities, arrays and lists are taken too, and a tuple (low, high) as a range.

    >>> from cluster_calc.quantities.nomenclature import quantity
    >>> parse(quantity("mfu"), "0.4")
    (0.4, None, None)
    >>> parse(quantity("mfu"), (0.3, 0.5))[1:] == parse(quantity("mfu"), "0.3..0.5")[1:]
    True
    >>> parse(quantity("tdp"), 700)
    Traceback (most recent call last):
        ...
    cluster_calc.errors.InputError: tdp: '700' has no unit; write for example '700 W'
    """
    if known.is_date:
        if hasattr(value, "isoformat"):
            value = value.isoformat()
        return days_of(date_text(known.name, str(value))) * 86400.0, None, None
    if isinstance(value, str):
        value = to_range(value)
        if ".." in value:
            return _range(known, value)
    if isinstance(value, tuple) and len(value) == 2:
        return _range(known, "..".join(map(str, value)))
    if isinstance(value, list) and value:
        import numpy as np

        return np.array([_number(known, entry) for entry in value]), None, None
    return _number(known, value), None, None


def read(known: Quantity, value: Any) -> dict[str, Any]:
    """A value as typed as the fields of a Datum: value, low and high, and the shape and its points where it names one.

    The one reader of ranges and distributions, for estimates and for trends.

    >>> from cluster_calc.quantities.nomenclature import quantity
    >>> read(quantity("chip_price"), "25000 USD (20000..40000 USD)")["high"]
    40000.0
    >>> round(read(quantity("mfu"), "0.3 to 0.5")["value"], 3)
    0.396
    """
    if isinstance(value, str) and is_shape(text := to_range(value)):
        return parse_shape(known, text, _number)
    number, low, high = parse(known, value)
    return {"value": number, "low": low, "high": high}


def to_range(text: str) -> str:
    """`LOW to HIGH` as `LOW..HIGH`.

    >>> to_range("0.3 to 0.5"), to_range("10 to 20 MUSD")
    ('0.3..0.5', '10..20 MUSD')
    """
    return _TO.sub("..", text)


_TO = re.compile(r"(?<=[0-9A-Za-z%])\s+to\s+(?=[$€£.0-9+-])")


def _number(known: Quantity, value: Any) -> Any:
    try:
        if isinstance(value, str):
            number: Any = to_base(value, known.unit, bare=known.bare, example=known.example)
        elif isinstance(value, bool):
            raise UnitError(f"{quoted(value)} is not a number; write for example {known.example}")
        elif isinstance(value, (int, float)):
            number = float(value) if known.bare else to_base(str(value), known.unit, bare=False, example=known.example)
            number = number * known.factor if known.bare else number
        elif hasattr(value, "magnitude") and hasattr(value, "units"):
            number = value.magnitude * to_base(f"1 {value.units}", known.unit, bare=known.bare, example=known.example)
        elif hasattr(value, "dtype") and known.bare:
            if value.dtype.kind not in "iuf" or not value.size:
                raise UnitError(f"{quoted(value)} is not an array of numbers; write for example {known.example}")
            number = value * known.factor
        else:
            raise UnitError(f"{quoted(value)} is neither a number nor text; write for example {known.example}")
    except (UnitError, OverflowError) as error:
        raise InputError(f"{known.name}: {error}") from None
    check_bounds(known, number, value)
    return number


def check_bounds(known: Quantity, number: Any, shown: Any) -> None:
    """Refuse what no system can be; the message states the attainable range."""
    values = number.flat if hasattr(number, "flat") else (number,)
    for base in values:
        in_unit = base / known.factor
        # Text becomes base units and back with a rounding error of an ulp or two: the bound itself is inside.
        slack = 1e-12 * max(abs(in_unit), 1e-300)
        below = in_unit <= known.low if known.low_open else in_unit < known.low - slack
        if not math.isfinite(base) or below or in_unit > known.high + slack:
            reason = (
                " (a percentage needs its sign, as in '40 %')"
                if known.display == "share" and 1 < in_unit <= 100
                else ""
            )
            if known.name in _UTILISATIONS and 1 < in_unit <= MISCOUNTED:
                reason = (
                    "; above 1 something is miscounted: a sparse peak, total instead of active parameters, or fp8 arithmetic "
                    "counted against bf16" + (" (or a percentage without its sign)" if in_unit > 2 else "")
                )
            unit = "" if known.unit == "1" else f" {known.unit}"
            raise InputError(
                f"{known.name}: {quoted(shown)} is outside the possible range {known.bounds}{unit}{reason};"
                f" write for example {known.example}"
            )
        if known.whole and abs(base - round(base)) > 1e-9 * max(1.0, abs(base)):
            raise InputError(f"{known.name}: {quoted(shown)} is not a whole number")


def _range(known: Quantity, text: str) -> tuple[float, float, float]:
    ends = text.split("..")
    if len(ends) != 2 or not all(end.strip() for end in ends):
        raise InputError(f"{known.name}: {quoted(text)} is not a range; write LOW..HIGH, for example '0.35..0.45'")
    try:
        tail(ends[1])
        ends = with_unit(ends)
    except UnitError as error:
        raise InputError(f"{known.name}: {error}") from None
    low, high = (_number(known, end.strip()) for end in ends)
    if low >= high:
        why = "no wider than a point" if low == high else "upside down"
        raise InputError(f"{known.name}: the range {quoted(text)} is {why}; write LOW..HIGH with LOW < HIGH")
    return median(known, low, high), low, high
