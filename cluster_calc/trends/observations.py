"""A table of systems as observations: columns and expressions of them as numbers with their unit, dates, and which rows count."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from cluster_calc.errors import InputError, UnitError, did_you_mean, quoted
from cluster_calc.files.atomic import read_text
from cluster_calc.files.csv import Table, read_table
from cluster_calc.files.shipped import shipped
from cluster_calc.quantities.dates import DAY, YEAR, decimal_year, iso_day, seconds_of, slashed_order
from cluster_calc.quantities.units import dimension_text, registry, target
from cluster_calc.trends.expressions import evaluated, parsed, plain_name

# What stands around a number in a table of prices.
_MONEY = re.compile(r"^[$€£]\s*|(?<=[0-9]),(?=[0-9]{3}(?:[,.]|$))(?=.*[.]|[0-9]{3},)")
_BRACKETED = re.compile(r"(.*?)\s*[\[(]([^\[\]()]*(?:\([^()]*\))?[^\[\]()]*)[\])]\s*")
# A word of a head that says its unit.
_WORDS = {"usd": "USD", "dollars": "USD", "flop": "FLOP", "tokens": "token", "watts": "W", "kwh": "kWh", "mwh": "MWh"}
_BLANK = frozenset({"", "na", "n/a", "nan", "none", "null", "-", "unknown", "?"})
FOLDERS = ("runs", "systems")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows of a table count: a condition, days from and to, the top N at their release, or only record-setters."""

    where: str = ""
    first: str = ""
    last: str = ""
    top: int = 0
    record: bool = False

    @property
    def text(self) -> str:
        """The selection in words; empty where every row counts."""
        parts = [f"from {self.first}"] * bool(self.first) + [f"to {self.last}"] * bool(self.last)
        parts += [f"where {self.where}"] * bool(self.where) + [f"top {self.top} at release"] * bool(self.top)
        return ", ".join(parts + ["records only"] * self.record)


@dataclass(frozen=True, slots=True)
class Points:
    """Systems on a plane of date and value, in the unit of the value where it is known."""

    years: tuple[float, ...]
    values: tuple[float, ...]
    unit: str
    skipped: int
    labels: tuple[str, ...] = ()
    left_out: int = 0


@dataclass(frozen=True)
class Observations:
    """The rows of one table."""

    name: str
    table: Table

    @property
    def names(self) -> dict[str, str]:
        """What each column may be called: its head, the head without its unit, and either without signs."""
        found: dict[str, str] = {}
        for head in self.table.heads:
            for called in (head, _without_unit(head)):
                found.setdefault(called, head)
                found.setdefault(plain_name(called), head)
        return found

    def texts(self, column: str) -> list[str]:
        """The cells of a column; a short row has none."""
        place = self.table.heads.index(self.column(column))
        return [row[place].strip() if place < len(row) else "" for row in self.table.rows]

    def column(self, called: str) -> str:
        """The head behind a name."""
        names = self.names
        found = names.get(called, names.get(plain_name(called)))
        if found is None:
            raise InputError(f"{quoted(self.name)} has no column {quoted(called)}.{did_you_mean(called, names)}")
        return found

    def numbers(self, text: str) -> Any:
        """A column or an expression of columns as numbers, NaN where a cell is blank."""
        where = quoted(self.name)
        tree, columns = parsed(text, self.names, where)
        found = {column: self._floats(column) for column in columns}
        made = np.asarray(evaluated(tree, found.__getitem__, where), float)
        return np.where(np.isfinite(made), made, np.nan) if made.ndim else np.full(len(self.table.rows), float(made))

    def _floats(self, column: str) -> Any:
        cells = self.texts(column)
        found = np.full(len(cells), np.nan)
        for number, cell in enumerate(cells):
            if cell.lower() in _BLANK:
                continue
            try:
                found[number] = float(_MONEY.sub("", cell))
            except ValueError:
                raise InputError(
                    f"{quoted(self.name)} line {number + 2}: {quoted(cell)} is not a number (column {quoted(column)})"
                ) from None
        return found

    def dates(self, column: str) -> Any:
        """A column of dates as decimal years, NaN where a cell is blank."""
        cells = self.texts(column)
        order = slashed_order(cells)
        found = np.full(len(cells), np.nan)
        for number, cell in enumerate(cells):
            if cell.lower() not in _BLANK:
                try:
                    found[number] = decimal_year(seconds_of(iso_day(cell, order)))
                except InputError as error:
                    raise InputError(f"{quoted(self.name)} line {number + 2}: {error}") from None
        return found

    def mask(self, where: str) -> Any:
        """Which rows a condition holds for; a blank cell meets none."""
        if not where:
            return np.ones(len(self.table.rows), bool)
        place = f"where {quoted(where)}"
        tree, columns = parsed(where, self.names, place)
        found = {column: self._numbers_or_texts(column) for column in columns}
        holds = np.asarray(evaluated(tree, found.__getitem__, place))
        if holds.dtype != bool or holds.shape != (len(self.table.rows),):
            raise InputError(f"{place} is no condition; write for example \"year >= 2010 and domain == 'Language'\"")
        for values in found.values():
            holds &= ~np.isnan(values) if values.dtype.kind == "f" else values != ""
        return holds

    def _numbers_or_texts(self, column: str) -> Any:
        try:
            return self._floats(column)
        except InputError:
            return np.array(self.texts(column))

    def unit_of(self, text: str) -> str:
        """The unit of a column or an expression as its heads, or the sign of a currency in its cells, say; else nothing."""
        tree, columns = parsed(text, self.names, quoted(self.name))
        units = {column: self._unit(column) for column in columns}
        if not all(units.values()):
            return ""
        one = registry().Quantity
        try:
            made = evaluated(tree, lambda column: one(1.0, "" if units[column] == "1" else units[column]), self.name)
        except (InputError, TypeError, ValueError, AttributeError, ArithmeticError):  # pint's are of these kinds
            return ""
        measured = dimension_text(made.dimensionality) if hasattr(made, "dimensionality") else "1"
        return (
            "1"
            if measured == "1"
            else units[columns[0]]
            if len(columns) == 1 and text.strip() in self.names
            else f"{made.units:C}"
        )

    def _unit(self, column: str) -> str:
        if (match := _BRACKETED.fullmatch(column)) and _is_unit(match[2]):
            return match[2].strip()
        words = {_WORDS[word] for word in plain_name(column).split("_") if word in _WORDS}
        if len(words) == 1:
            return words.pop()
        cells = [cell for cell in self.texts(column) if cell.lower() not in _BLANK]
        return "USD" if cells and all(cell.startswith("$") for cell in cells) else ""

    def points(self, value: str, dates: str, selection: Selection | None = None, unit: str = "") -> Points:
        """The systems that have both figures and are selected, sorted by date; `unit` where the head says none."""
        chosen = selection or Selection()
        values, years = self.numbers(value), self.dates(dates)
        has_both = np.isfinite(values) & np.isfinite(years)
        keep = has_both & self.mask(chosen.where)
        if chosen.first:
            keep &= years >= _edge(chosen.first, end=False)
        if chosen.last:
            keep &= years < _edge(chosen.last, end=True)
        places = np.flatnonzero(keep)
        places = places[np.argsort(years[places], kind="stable")]
        if chosen.record or chosen.top:
            places = np.array(_leading(years, values, places, 1 if chosen.record else chosen.top, chosen.record), int)
        label = next((head for head in self.table.heads if plain_name(head) in _LABELS), "")
        labels = self.texts(label) if label else []
        return Points(
            tuple(float(year) for year in years[places]), tuple(float(entry) for entry in values[places]),
            unit or self.unit_of(value), int((~has_both).sum()), tuple(labels[place] for place in places) if label else (),
            int(has_both.sum()) - len(places),
        )  # fmt: skip


_LABELS = ("system", "model", "name", "chip", "hardware", "id")


def _leading(years: Any, values: Any, places: Any, top: int, record: bool) -> list[int]:
    """The rows that were among the `top` by value of all released by their day; of records, those that exceed all before."""
    best: list[float] = []
    found = []
    for place in places:
        rank = sum(other >= values[place] for other in best) if record else sum(other > values[place] for other in best)
        if rank < top:
            found.append(int(place))
        best = sorted([*best, values[place]], reverse=True)[:top]
    return found


def _edge(text: str, *, end: bool) -> float:
    """The first moment of a year, month or day, or the first after it, as a decimal year."""
    plain = text.strip()
    match = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?", plain)
    if match is None:
        raise InputError(f"date {quoted(text)} is no year, month or day; write it as 2010, 2010-06 or 2010-06-15")
    start = decimal_year(seconds_of(plain))
    if not end:
        return start
    year, month, day = match.groups()
    if day:
        return start + DAY / YEAR
    following = f"{int(year) + 1}" if month in (None, "12") else f"{year}-{int(month) + 1:02d}"
    return decimal_year(seconds_of(following))


def _is_unit(text: str) -> bool:
    try:
        target(text.strip())
    except UnitError:
        return False
    return True


def _without_unit(head: str) -> str:
    match = _BRACKETED.fullmatch(head)
    return match[1] if match and match[1] and _is_unit(match[2]) else head


def read_observations(table: str) -> Observations:
    """A CSV file, or a shipped table by its name (`runs`).

    >>> seen = read_observations("runs")
    >>> seen.unit_of("flop_published"), seen.unit_of("cost_usd / flop_published")
    ('FLOP', 'USD/FLOP')
    """
    path = Path(table)
    if not path.is_file():
        path = next(
            (own for folder in FOLDERS if (own := shipped("catalog") / folder / f"{table}.csv").is_file()), path
        )
    try:
        stamp = path.stat().st_mtime_ns
    except (OSError, ValueError) as error:
        known = sorted(own.stem for folder in FOLDERS for own in (shipped("catalog") / folder).glob("*.csv"))
        raise InputError(
            f"{quoted(table)} cannot be read: {getattr(error, 'strerror', error)}; give a CSV file, or one of {', '.join(known)}"
        ) from None
    return _read(str(path), stamp, Path(table).name)


@cache
def _read(path: str, stamp: int, name: str) -> Observations:
    return Observations(name, read_table(read_text(path), name))


def checked_unit(found: str, wanted: str, what: str, example: str) -> float:
    """The factor from a column's unit to the base unit of the one that is wanted; asks for one that nothing says.

    >>> checked_unit("EFLOP", "FLOP", "compute", "")
    1e+18
    """
    if not found:
        raise InputError(
            f"{what}: nothing says its unit; put it in the head, as in 'price [{wanted}]', or write {example}"
        )
    try:
        have, want = target(found), target(wanted)
    except UnitError as error:
        raise InputError(f"{what}: {error}") from None
    if have.dimension != want.dimension:
        over = re.sub(r"^1/", "", have.dimension)
        inverse = (
            f"; it is the inverse: write 1/({what.split()[-1]}) for the column"
            if _inverse(have.dimension) == want.dimension
            else ""
        )
        raise InputError(f"{what}: {found} measures {over}, not {wanted}{inverse}")
    return have.factor


def _inverse(dimension: str) -> str:
    over, *under = dimension.split("/")
    top = "*".join(under) or "1"
    return "".join([top, *(f"/{part}" for part in over.split("*") if part != "1")])


def values_in_base(points: Points, factor: float) -> Sequence[float]:
    """The values of points in base units."""
    return [value * factor for value in points.values]
