"""Rates of growth as people write them: `3x per 2 years`, `10 OOM a decade`, `doubling every 3.4 months`, `3% a year`.

Inside, a rate is continuous and per second: a level grows as e^(rate · time). `A until 2025-01-01, then B` joins eras.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cluster_calc.errors import InputError, quoted
from cluster_calc.quantities.dates import DAY, YEAR, seconds_of
from cluster_calc.quantities.number import Number

EXAMPLES = "'3x per 2 years', '0.2 OOM/year', 'doubling every 3.4 months', '-35% a year' or 'constant'"
_SPANS = {
    "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": DAY, "week": 7 * DAY, "month": YEAR / 12, "quarter": YEAR / 4,
    "year": YEAR, "yr": YEAR, "y": YEAR, "decade": 10 * YEAR, "century": 100 * YEAR, "centurie": 100 * YEAR,
}  # fmt: skip
_VERBS = {"doubl": 2.0, "tripl": 3.0, "quadrupl": 4.0, "halv": 0.5}
_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_RANGE = rf"({_NUMBER})(?:\s*\.\.\s*({_NUMBER}))?"
_SPAN = rf"(?:per|every|each|an?|/|in)\s*(?:{_RANGE}\s*)?([a-z]+)"
_VERB = re.compile(rf"(doubl|tripl|quadrupl|halv)(?:ing|es|e|s)\s+(?:in\s+)?{_SPAN}")
_FACTOR = re.compile(rf"{_RANGE}\s*(?:x|×|fold)\s*{_SPAN}")
_ORDERS = re.compile(rf"{_RANGE}\s*(?:ooms?|orders? of magnitude|dex)\s*{_SPAN}")
_PERCENT = re.compile(rf"{_RANGE}\s*%\s*{_SPAN}(\s*,?\s*continuous(?:ly)?)?")
# A distribution in the place of the number: its text, and the kind of rate behind it.
_SHAPED = re.compile(
    rf"(?P<shape>.*\).*|[^a-z]*,.*?)\s*(?P<kind>x|×|fold|ooms?|orders? of magnitude|dex|%)\s*{_SPAN}",
    re.IGNORECASE | re.DOTALL,
)
# Longer is no rate that somebody means, and the patterns would try every way to cut it.
MOST_SIGNS = 1000
_FLAT = frozenset({"constant", "flat", "none", "0"})


@dataclass(frozen=True, slots=True)
class Rate:
    """A continuous rate per second, with the ends of a 5-95 % range where it has one, and its quantiles if typed as a shape."""

    value: float
    low: float | None = None
    high: float | None = None
    text: str = ""
    quantiles: tuple[float, ...] = ()

    @property
    def yearly(self) -> float:
        """The factor of a year of 365.25 days.

        >>> round(parse_rate("doubling every 2 years").yearly, 4)
        1.4142
        """
        return math.exp(self.value * YEAR)

    @property
    def orders(self) -> float:
        """Orders of magnitude a year.

        >>> round(parse_rate("10 OOM a decade").orders, 9)
        1.0
        """
        return self.value * YEAR / math.log(10)

    @property
    def doubling_time(self) -> float:
        """Seconds to double; negative for a halving, infinite for none.

        >>> round(parse_rate("10x a year").doubling_time / 86400, 1)
        110.0
        """
        return math.log(2) / self.value if self.value else math.inf

    def at(self, z: Any) -> Any:
        """The rate at `z` standard deviations of its range, which is taken as normal unless a shape was typed.

        >>> from cluster_calc.quantities.dates import YEAR
        >>> round(parse_rate("0.1..0.3 OOM/year").at(1.6448536269514722) * YEAR / math.log(10), 9)
        0.3
        """
        if self.low is None or self.high is None:
            return self.value
        from cluster_calc.quantities.shapes import Z95, tabled

        if self.quantiles:
            return tabled(self.quantiles, z)
        return self.value + (self.high - self.low) / (2 * Z95) * z


def parse_rate(text: str) -> Rate:
    """The rate behind a text.

    >>> [round(parse_rate(text).yearly, 3) for text in ("3x per 2 years", "1.73x per year", "3% a year", "halving every 4 years")]
    [1.732, 1.73, 1.03, 0.841]
    >>> round(parse_rate("doubling every 3.4 months").yearly, 2)
    11.55
    >>> parse_rate("fast")
    Traceback (most recent call last):
        ...
    cluster_calc.errors.InputError: 'fast' is not a rate of growth; write for example '3x per 2 years', ...
    """
    if len(text) > MOST_SIGNS:
        raise InputError(
            f"{quoted(text)} has {len(text):,} signs, and is not a rate of growth; write for example {EXAMPLES}"
        )
    plain = re.sub(r"\s+", " ", text.strip().lower()).replace("−", "-").replace("a factor of ", "")
    plain = re.sub(rf"(?<=[0-9])\s+to\s+(?={_NUMBER})", "..", plain)
    if plain in _FLAT:
        return Rate(0.0, text=text)
    if match := _VERB.fullmatch(plain):
        verb, span, span_high, unit = match.groups()
        spans = _spans(text, span, span_high, unit)
        return _rate(text, [math.log(_VERBS[verb]) / each for each in spans])
    if shaped := _SHAPED.fullmatch(text.strip()):
        return _shaped(text, shaped)
    for pattern, log in ((_FACTOR, _log_factor), (_ORDERS, _log_orders), (_PERCENT, _log_percent)):
        match = pattern.fullmatch(plain)
        if match:
            low, high, span, span_high, unit, *continuous = match.groups()
            spans = _spans(text, span, span_high, unit)
            if high is not None and len(spans) > 1:
                raise InputError(f"growth {quoted(text)}: a range of the factor and of its time at once; give one")
            sizes = [float(low)] if high is None else [float(low), float(high)]
            logs = [size / 100 if continuous and continuous[0] else log(size, text) for size in sizes]
            return _rate(text, [each / span_ for each in logs for span_ in spans])
    raise InputError(f"{quoted(text)} is not a rate of growth; write for example {EXAMPLES}")


def _shaped(text: str, match: re.Match[str]) -> Rate:
    """A rate whose size is a distribution: `normal(0.2, 0.06) OOM/year`, `4.5 (4..5)x a year`, `samples(draws.csv:g) OOM/year`.

    >>> from cluster_calc.quantities.shapes import Z95
    >>> mixed = parse_rate("0.7 * normal(0.51, 0.0365) + 0.3 * normal(0.43, 0.0547) OOM/year")
    >>> [round(float(mixed.at(z)) * YEAR / math.log(10), 3) for z in (-Z95, 0.0, Z95)]
    [0.377, 0.495, 0.564]
    """
    from cluster_calc.quantities.datum import Datum, Source
    from cluster_calc.quantities.nomenclature import Quantity
    from cluster_calc.quantities.reading import read
    from cluster_calc.quantities.shapes import Z95, nodes, tabled, value_at

    kind = match["kind"].lower()
    log = _log_factor if kind in ("x", "×", "fold") else _log_percent if kind == "%" else _log_orders
    least = 0.0 if log is _log_factor else -100.0 if log is _log_percent else -math.inf
    known = Quantity(
        "growth", "g", "1", "ratio", "growth", "trend", low=least, low_open=True, example=EXAMPLES, bare=True
    )
    fields = read(known, match["shape"].strip())
    spans = _spans(text, *match.groups()[2:])
    if fields["low"] is None or len(spans) != 1:
        raise InputError(f"{quoted(text)} is not a rate of growth; write for example {EXAMPLES}")
    datum = Datum("growth", source=Source("trend"), **fields)
    table = tuple(log(float(value_at(datum, z, known)), text) / spans[0] for z in nodes())
    low, high = (float(tabled(table, z)) for z in (-Z95, Z95))
    return Rate(log(float(fields["value"]), text) / spans[0], low, high, text, table)


def _rate(text: str, ends: list[float]) -> Rate:
    if not all(math.isfinite(end) for end in ends):
        raise InputError(f"growth {quoted(text)} is out of range")
    if len(ends) == 1:
        return Rate(ends[0], text=text)
    low, high = sorted(ends)
    if low == high:
        raise InputError(f"growth {quoted(text)}: the range is no wider than a point")
    return Rate((low + high) / 2, low, high, text)


def _spans(text: str, low: str | None, high: str | None, unit: str) -> list[float]:
    known = _SPANS.get(unit) or _SPANS.get(unit.rstrip("s"))
    if known is None:
        raise InputError(f"growth {quoted(text)}: {quoted(unit)} is not a time; write for example {EXAMPLES}")
    counts = [1.0] if low is None else [float(low)] if high is None else [float(low), float(high)]
    if min(counts) <= 0:
        raise InputError(f"growth {quoted(text)}: the time must be positive")
    return [count * known for count in counts]


def _log_factor(size: float, text: str) -> float:
    if size <= 0:
        raise InputError(f"growth {quoted(text)}: a factor must be positive; 0.5x halves")
    return math.log(size)


def _log_orders(size: float, text: str) -> float:
    return size * math.log(10)


def _log_percent(size: float, text: str) -> float:
    if size <= -100:
        raise InputError(f"growth {quoted(text)}: a fall of 100 % or more leaves nothing")
    return math.log1p(size / 100)


@dataclass(frozen=True, slots=True)
class Path:
    """Rates one after another, each until its day; the last for ever."""

    eras: tuple[tuple[Rate, float], ...]

    @property
    def has_range(self) -> bool:
        """Whether some era's rate is a range."""
        return any(rate.low is not None for rate, _ in self.eras)

    def log_growth(self, start: float, dates: Number, z: Any = 0.0) -> Any:
        """The logarithm of the growth between a start and other dates, before it or after.

        >>> path = parse_path("10x a year until 1972-01-01, then constant")
        >>> round(float(path.log_growth(0.0, 9e8) / math.log(10)), 2)
        2.0
        """
        total: Any = 0.0
        since = -math.inf
        for rate, until in self.eras:
            elapsed = np.clip(dates, since, until) - min(max(start, since), until)
            total = total + rate.at(z) * elapsed
            since = until
        return total


def parse_path(text: str) -> Path:
    """A rate, or eras of rates: `10x a year until 2025-01-01, then 1.73x a year`."""
    parts = re.split(r"\s*,?\s+then\s+", text.strip())
    eras: list[tuple[Rate, float]] = []
    for number, part in enumerate(parts):
        rate, mark, day = part.partition(" until ")
        last = number == len(parts) - 1
        if bool(mark) == last:
            raise InputError(
                f"growth {quoted(text)}: every era but the last ends, as in '10x a year until 2025-01-01, then 2x a year'"
            )
        until = seconds_of(day.strip()) if mark else math.inf
        if eras and until <= eras[-1][1]:
            raise InputError(f"growth {quoted(text)}: the eras are not in order")
        eras.append((parse_rate(rate), until))
    return Path(tuple(eras))


def eras_of(factors: Sequence[tuple[int, int, dict[str, str]]]) -> list[tuple[int, int, dict[str, float]]]:
    """Eras with rate texts as eras with yearly factors, for `growth.decomposition`.

    >>> eras_of([(2012, 2017, {"algorithms": "4x per year"})])
    [(2012, 2017, {'algorithms': 4.0})]
    """
    return [
        (first, last, {name: round(parse_rate(text).yearly, 12) for name, text in rates.items()})
        for first, last, rates in factors
    ]
