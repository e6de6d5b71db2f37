"""Reads a memo's text back: every figure in it, and which of them the memo's own JSON does not hold within their rounding.

It knows nothing of how the text is made: it finds money, percentages, dates, times, powers, arithmetic and counts of chips
by their looks, and looks for each among all numbers of the JSON that could be meant.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

NUMBER = r"(?P<number>\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)"
# The keys whose number has the unit that stands beside it.
MEASURED = r"value|low|high|base|price|price_usd|before|after|mean|p\d+|std.*"
SCALES = {"": 1.0, "k": 1e3, "M": 1e6, "B": 1e9, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18, "Z": 1e21, "Y": 1e24}
DAY, YEAR = 86400.0, 365.25 * 86400.0
TIMES = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": DAY, "week": 7 * DAY, "month": YEAR / 12, "year": YEAR}
KINDS = {
    "money": rf"\$(?:{NUMBER})(?P<scale>[kMBT]?)",
    "percent": rf"(?:{NUMBER})(?P<scale>)%",
    "date": r"(?P<date>\d{4}-\d{2}-\d{2})",
    "time": rf"(?:{NUMBER})(?P<scale>) (?P<unit>second|minute|hour|day|week|month|year)s?\b(?!-)",
    "power": rf"(?:{NUMBER}) (?P<scale>[kMGTPEZY]?)W\b",
    "rate": rf"(?:{NUMBER}) (?P<scale>[kMGTPEZY]?)FLOP/s",
    "work": rf"(?:{NUMBER})(?P<scale>) FLOP\b(?!/)",
    "chips": rf"(?:{NUMBER})(?P<scale>[kMBT]?) (?:×|chips?\b(?!-))",
    "chip-hours": rf"(?:{NUMBER})(?P<scale>[kMBT]?) chip-hours",
}
# What the text says of its method, which is no figure of the memo.
SAID = (
    "in 80 of 100 draws", "P50", "P80", "5–95 %", "year 1", "6N", "a project costs 1.2 to 4 times its final run", "Rental price 3 year", "Rental price 1 year",
)  # fmt: skip


class Figure(NamedTuple):
    """A figure as it stands in the text."""

    kind: str
    text: str
    value: float
    step: float
    start: int
    date: str = ""


class Held(NamedTuple):
    """A number of the JSON: where it is, and its unit as far as the JSON says."""

    path: str
    value: float
    unit: str


def plain_text(markdown: str, typed: Iterable[str] = ()) -> str:
    """Markdown without its escapes, and without what people typed."""
    text = re.sub(r"\\([^\w\s]|_)", r"\1", html.unescape(markdown))
    for words in sorted(typed, key=len, reverse=True):
        if len(words) > 1 and re.search(r"\d", words):
            text = text.replace(words, " … ")
    return text


def figures(text: str) -> Iterator[Figure]:
    """Every figure of a text."""
    for words in SAID:
        text = text.replace(words, "·" * len(words))
    for kind, pattern in KINDS.items():
        for found in re.finditer(rf"(?<![\w.,/–-]){pattern}" if kind != "date" else rf"(?<!\d){pattern}(?!\d)", text):
            if kind == "date":
                yield Figure(kind, found[0], 0.0, 0.0, found.start(), found["date"])
                continue
            number = found["number"]
            scale = SCALES[found["scale"]] * (TIMES[found["unit"]] if kind == "time" else 1.0)
            value = float(number.replace(",", ""))
            mantissa, _, exponent = number.replace(",", "").partition("e")
            step = 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
            if value and kind not in ("percent",):
                # A trailing zero may have been dropped: three figures are right wherever fewer stand.
                step = min(step, 10.0 ** (math.floor(math.log10(value)) - 2))
            digits = len(re.sub(r"\D", "", mantissa).lstrip("0"))
            if digits > 3 and "." not in mantissa and mantissa.endswith("0"):
                # A whole number of more figures may have been rounded to three.
                step = max(step, 10.0 ** (math.floor(math.log10(value)) - 2))
            yield Figure(kind, found[0], value * scale, step * scale, found.start())


def numbers(held: Any, path: str = "", unit: str = "") -> Iterator[Held]:
    """Every number of the JSON."""
    if isinstance(held, dict):
        own = held["unit"] if isinstance(held.get("unit"), str) else ""
        for key, value in held.items():
            yield from numbers(value, f"{path}.{key}", own if re.fullmatch(MEASURED, key) else "")
    elif isinstance(held, list):
        for place, value in enumerate(held):
            yield from numbers(value, f"{path}[{place}]", unit)
    elif isinstance(held, (int, float)) and not isinstance(held, bool):
        yield Held(path, float(held), unit)


def strings(held: Any) -> Iterator[str]:
    """Every text of the JSON."""
    if isinstance(held, dict):
        for value in held.values():
            yield from strings(value)
    elif isinstance(held, list):
        for value in held:
            yield from strings(value)
    elif isinstance(held, str):
        yield held


def as_kind(kind: str, entry: Held) -> float | None:
    """The number in the unit in which the text says that kind, None where it cannot be meant."""
    key, unit, value = entry.path.rpartition(".")[2], entry.unit, abs(entry.value)
    if kind == "money":
        return value if unit.startswith("USD") or not unit else None
    if kind == "percent":
        return 100 * value if unit in ("", "1", "1/year") else None
    if kind == "time":
        own = next((seconds for name, seconds in TIMES.items() if unit == name), None)
        word = YEAR if key == "life" else next((size for name, size in TIMES.items() if not unit and name in key), None)
        factor = own or word
        return None if factor is None else value * factor
    if kind == "power":
        return value * 1e3 if unit == "kW" or key == "power" else value if unit.startswith("W") else None
    if kind == "rate":
        return value if unit.startswith("FLOP/s") else None
    if kind == "work":
        return value if unit == "FLOP" else None
    if kind == "chips":
        return (
            value
            if (unit.startswith("chip") and "hour" not in unit and "day" not in unit) or key in ("count", "chips")
            else None
        )
    return value if unit == "chip*hour" else value * 24 if unit == "chip*day" else None


def not_held(text: str, held: dict[str, Any]) -> list[Figure]:
    """The figures of a text that its JSON does not hold."""
    listed = list(numbers(held))
    known = {
        kind: sorted(v for entry in listed if (v := as_kind(kind, entry)) is not None)
        for kind in KINDS
        if kind != "date"
    }
    days = {day for words in strings(held) for day in re.findall(r"\d{4}-\d{2}-\d{2}", words)}
    return [found for found in figures(text) if not _is_held(found, known, days)]


def _is_held(found: Figure, known: dict[str, list[float]], days: set[str]) -> bool:
    import bisect

    if found.kind == "date":
        return found.date in days
    values = known[found.kind]
    room = found.step * 0.5 * (1 + 1e-6) + abs(found.value) * 1e-12
    place = bisect.bisect_left(values, found.value - room)
    return place < len(values) and values[place] <= found.value + room
