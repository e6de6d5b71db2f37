"""Values that are lists: payments by date, prices by year, correlations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cluster_calc.errors import InputError, quoted
from cluster_calc.quantities.dates import YEAR
from cluster_calc.quantities.nomenclature import quantity, resolve

SCHEDULE_EXAMPLE = "'20% at -6 month, 50% at start, 30% at 3 month'"
_PART = re.compile(r"\s*(\S.*?)\s+at\s+(\S.*?)\s*")
# Shares typed to a tenth of a percent, three thirds for one, may miss the whole by their last digit.
ROUNDING = 1e-9
MOST_YEARS = 50
OF_SITE = "site"
PRICES_EXAMPLE = "'2027=8 cent/kWh, 2028=8.5 cent/kWh', or site"
_POINT = re.compile(r"\s*([0-9]{4})\s*[=:]\s*(.+?)\s*")


@dataclass(frozen=True)
class Payment:
    """A share of the price, and when it falls due, in years from the start."""

    share: float
    time: float

    @property
    def line(self) -> str:
        """The line of the cash flow: what is paid before the start, at it, and after it."""
        return "deposit" if self.time < 0 else "milestone" if self.time > 0 else "capital"


def schedule_of(text: str) -> tuple[Payment, ...]:
    """A typed schedule, in order of time; its shares sum to the whole.

    >>> [(round(part.share, 3), round(part.time, 3), part.line) for part in schedule_of("70% at 0, 30% at -6 month")]
    [(0.3, -0.5, 'deposit'), (0.7, 0.0, 'capital')]
    """
    found = []
    for part in filter(str.strip, re.split("[,;]", text)):
        read = _PART.fullmatch(part)
        if read is None:
            raise InputError(
                f"payment_schedule: {quoted(part.strip())} is not SHARE at TIME; write for example {SCHEDULE_EXAMPLE}"
            )
        found.append(Payment(_share(read[1]), _time(read[2])))
    total = sum(part.share for part in found)
    if abs(total - 1) > ROUNDING:
        raise InputError(
            f"payment_schedule: the shares of {quoted(text)} sum to {100 * total:.6g}%, not 100%; write for example {SCHEDULE_EXAMPLE}"
        )
    return tuple(sorted(found, key=lambda part: part.time))


def _share(text: str) -> float:
    from cluster_calc.quantities.reading import parse

    try:
        value, low, _ = parse(quantity("deposit_share"), text)
    except InputError as error:
        raise InputError(f"payment_schedule: {str(error).removeprefix('deposit_share: ')}") from None
    if low is not None or not value > 0:
        raise InputError(
            f"payment_schedule: {quoted(text)} is not a share above 0; write for example {SCHEDULE_EXAMPLE}"
        )
    return float(value)


def _time(text: str) -> float:
    from cluster_calc.quantities.reading import parse

    if text.lower() == "start" or re.fullmatch(r"[+-]?0+", text):
        return 0.0
    sign, rest = (-1.0, text[1:]) if text.startswith("-") else (1.0, text.removeprefix("+"))
    try:
        value, low, _ = parse(quantity("deposit_lead"), rest.strip())
    except InputError as error:
        raise InputError(f"payment_schedule: {str(error).removeprefix('deposit_lead: ')}") from None
    if low is not None:
        raise InputError(f"payment_schedule: {quoted(text)} is not one time; write for example {SCHEDULE_EXAMPLE}")
    years = sign * float(value) / YEAR
    if abs(years) > MOST_YEARS:
        raise InputError(f"payment_schedule: {quoted(text)} is more than {MOST_YEARS} years from the start")
    return years


def points_of(text: str) -> tuple[tuple[int, float], ...]:
    """The years and prices of a typed path, in base units.

    >>> [(year, round(price * 3.6e6, 6)) for year, price in points_of("2028=0.1 USD/kWh, 2027: 8 cent/kWh")]
    [(2027, 0.08), (2028, 0.1)]
    """
    from cluster_calc.quantities.reading import parse

    found: dict[int, float] = {}
    for part in filter(str.strip, re.split("[,;]", text)):
        read = _POINT.fullmatch(part)
        if read is None:
            raise InputError(
                f"electricity_price_path: {quoted(part.strip())} is not YEAR=PRICE; write for example {PRICES_EXAMPLE}"
            )
        year = int(read[1])
        if not 1950 <= year <= 2150:
            raise InputError(f"electricity_price_path: {quoted(read[1])} is outside 1950 to 2150")
        if year in found:
            raise InputError(f"electricity_price_path: {year} has two prices; give each year once")
        try:
            value, low, _ = parse(quantity("electricity_price"), read[2])
        except InputError as error:
            raise InputError(f"electricity_price_path, {year}: {error}") from None
        if low is not None or not isinstance(value, float):
            raise InputError(f"electricity_price_path, {year}: {quoted(read[2])} is not one price")
        found[year] = value
    if not found:
        raise InputError(f"electricity_price_path: {quoted(text)} has no year; write for example {PRICES_EXAMPLE}")
    return tuple(sorted(found.items()))


def parse_correlations(value: Any) -> str:
    """`a:b=0.6` texts, joined by commas or as a list or table, as one checked text.

    >>> parse_correlations({"chip-price:rental_price": 0.6})
    'chip_price:rental_price=0.6'
    """
    if isinstance(value, Mapping):
        value = [f"{key if isinstance(key, str) else ':'.join(key)}={number}" for key, number in value.items()]
    texts = [value] if isinstance(value, str) else list(value)
    found: dict[tuple[str, str], float] = {}
    for text in (part.strip() for whole in texts for part in str(whole).split(",")):
        match = re.fullmatch(r"([\w-]+)\s*:\s*([\w-]+)\s*=\s*(\S+)", text)
        example = "write for example chip_price:rental_price=0.6"
        if match is None:
            raise InputError(f"correlate: {quoted(text)} is not NAME:NAME=NUMBER; {example}")
        try:
            number = float(match.group(3))
        except ValueError:
            raise InputError(
                f"correlate: {quoted(text)}: {quoted(match.group(3))} is not a number; {example}"
            ) from None
        if not -1 <= number <= 1:
            raise InputError(f"correlate: {quoted(text)}: a rank correlation lies between -1 and 1")
        first, second = resolve(match.group(1)), resolve(match.group(2))
        pair = (min(first, second), max(first, second))
        if first == second:
            raise InputError(f"correlate: {quoted(text)}: {first} with itself is always 1")
        if found.get(pair, number) != number:
            raise InputError(f"correlate: {pair[0]}:{pair[1]} is given as {found[pair]:g} and as {number:g}")
        found[pair] = number
    return ", ".join(f"{first}:{second}={number:g}" for (first, second), number in found.items())
