"""Conditions of a projection as people write them: `cost > 1% of US GDP`, `power > 5 GW`, `chips > 3 years of shipments`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cluster_calc.errors import InputError, UnitError, did_you_mean, quoted
from cluster_calc.quantities.dates import YEAR
from cluster_calc.quantities.units import split, target, to_base

EXAMPLE = "'cost > 1% of GDP', 'cost > $100B' or 'chips > 50% of shipments'"
_SIGN = re.compile(r"\s+(?:(>=|>|<=|<)|(exceeds|passes|reaches|is above|falls below|is below))\s*|\s*(>=|>|<=|<)\s*")
_BELOW = frozenset({"<", "<=", "falls below", "is below"})
_SHARE = re.compile(r"([0-9.eE+-]+\s*%|[0-9.eE+-]+\s*(?:x|×|times)?|half|all)\s+(?:of\s+)?(.+)", re.IGNORECASE)
_YEARS = re.compile(r"([0-9.eE+-]+)\s+years?(?:'s?)?\s+of\s+shipments", re.IGNORECASE)
_ALIASES = {
    "us gdp": "gdp", "gross domestic product": "gdp", "profits": "profit", "power": "peak_facility_power", "capital": "capital_cost",
    "parameters": "active_parameters", "share of shipments": "shipment_share", "shipment share": "shipment_share",
    "annual shipments": "shipments", "stock of text": "text", "supply of compute": "supply", "power supply": "power_supply",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Side:
    """One side: a factor times a column, or an amount."""

    text: str
    factor: float
    column: str
    dimension: str


@dataclass(frozen=True, slots=True)
class Condition:
    """Left above (or below) right."""

    text: str
    left: Side
    right: Side
    above: bool


def parse_condition(text: str, units: Mapping[str, str], yardsticks: Mapping[str, tuple[float, str]]) -> Condition:
    """A condition over the columns of a projection, with both sides of one dimension.

    >>> made = parse_condition("cost > 1% of US GDP", {"cost": "USD", "gdp": "USD"}, {})
    >>> made.right.factor, made.right.column, made.above
    (0.01, 'gdp', True)
    >>> parse_condition("cost > 5 GW", {"cost": "USD"}, {})
    Traceback (most recent call last):
        ...
    cluster_calc.errors.InputError: until 'cost > 5 GW': cost is [USD] and '5 GW' is [energy]/[time]: ...
    """
    parts = _SIGN.split(text.strip())
    if len(parts) != 5:
        raise InputError(f"until {quoted(text)} is not a condition; write for example {EXAMPLE}")
    left_text, right_text = parts[0].strip(), parts[4].strip()
    sign = next(entry for entry in parts[1:4] if entry)
    left, right = (_side(text, part, units, yardsticks) for part in (left_text, right_text))
    if not left.column and not right.column:
        raise InputError(f"until {quoted(text)}: neither side grows; the columns are {', '.join(units)}")
    if left.dimension != right.dimension:
        raise InputError(
            f"until {quoted(text)}: {left.text} is {left.dimension} and {quoted(right.text)} is {right.dimension}: "
            f"they cannot be compared; write for example {EXAMPLE}"
        )
    return Condition(text, left, right, sign not in _BELOW)


def _side(whole: str, text: str, units: Mapping[str, str], yardsticks: Mapping[str, tuple[float, str]]) -> Side:
    """A column, a yardstick, a share or multiple of one, or an amount with its unit."""
    if not text:
        raise InputError(f"until {quoted(whole)}: one side is empty; write for example {EXAMPLE}")
    named = _named(text, units, yardsticks)
    if named is not None:
        return named
    if match := _YEARS.fullmatch(text):
        shipments = _named("shipments", units, yardsticks)
        if shipments is None:
            raise InputError(
                f"until {quoted(whole)}: the trend has no shipments; give --set shipments.value='8.8e6 chip/year'"
            )
        return Side(text, float(match[1]) * YEAR, "shipments", "[chip]")
    if match := _SHARE.fullmatch(text):
        of = _named(match[2], units, yardsticks)
        if of is not None:
            return Side(text, _factor(whole, match[1]) * of.factor, of.column, of.dimension)
        if " of " in text:
            known = [*units, *_ALIASES, *yardsticks]
            raise InputError(
                f"until {quoted(whole)}: {quoted(match[2])} is no column or yardstick of this trend.{did_you_mean(match[2], known)}"
            )
    return _amount(whole, text, units, yardsticks)


def _named(text: str, units: Mapping[str, str], yardsticks: Mapping[str, tuple[float, str]]) -> Side | None:
    plain = text.strip()
    for name, (value, unit) in yardsticks.items():
        if plain.lower() == name.lower():
            return Side(name, value, "", target(unit).dimension)
    key = _column(plain)
    if key in units:
        return Side(plain, 1.0, key, target(units[key]).dimension)
    return None


def is_column(text: str, columns: Iterable[str]) -> bool:
    """Whether a name means one of the columns.

    >>> is_column("US GDP", ["gdp"]), is_column("US GDP", ["cost"])
    (True, False)
    """
    return _column(text) in columns


def _column(text: str) -> str:
    return _ALIASES.get(text.lower().removeprefix("the "), text.lower().replace(" ", "_").replace("-", "_"))


def _factor(whole: str, text: str) -> float:
    plain = text.strip().lower()
    if plain in ("half", "all"):
        return 0.5 if plain == "half" else 1.0
    scale = 0.01 if plain.endswith("%") else 1.0
    try:
        value = float(re.sub(r"(%|x|×|times)$", "", plain).strip()) * scale
    except ValueError:
        raise InputError(f"until {quoted(whole)}: {quoted(text)} is not a share") from None
    if value <= 0:
        raise InputError(f"until {quoted(whole)}: {quoted(text)} is not positive; a trend on a log axis never meets it")
    return value


def _amount(whole: str, text: str, units: Mapping[str, str], yardsticks: Mapping[str, tuple[float, str]]) -> Side:
    try:
        number, rest = split(text)
        if rest == "%":
            number, rest = number / 100, ""
        from cluster_calc.quantities.units import unit

        dimension = unit(rest).dimension if rest else "1"
        value = to_base(text, rest, bare=False) if rest else number
    except UnitError as error:
        known = [*units, *_ALIASES, *yardsticks]
        raise InputError(f"until {quoted(whole)}: {error}.{did_you_mean(text, known)}".replace("..", ".")) from None
    if value <= 0:
        raise InputError(f"until {quoted(whole)}: {quoted(text)} is not positive; a trend on a log axis never meets it")
    return Side(text, value, "", dimension)
