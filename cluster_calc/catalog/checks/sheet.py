"""One file under check: its text, its lines, what is wrong with it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cluster_calc.catalog.book import CATALOG_DATE, Catalog
from cluster_calc.catalog.reader import laid_over, spread
from cluster_calc.errors import InputError, quoted
from cluster_calc.files.places import line_of
from cluster_calc.files.toml import read_toml
from cluster_calc.quantities.dates import day_of

# Checks of the price book as a whole, which knows the exceptions that they need.
BOOK_CHECKS = ("outlier", "generation", "factor")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong: where, what, and what to do; `grave` when the file cannot be used as it is."""

    path: Path
    line: int
    message: str
    fix: str = ""
    grave: bool = True

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" + (f" → {self.fix}" if self.fix else "")


class Sheet:
    """One file under check: its text, its lines, and the problems found so far."""

    def __init__(self, path: Path, kind: str, book: Catalog, layer: int) -> None:
        self.path, self.kind, self.book, self.layer = path, kind, book, layer
        self.problems: list[Problem] = []
        self.lines: dict[str, int] = {}
        self.tables: dict[str, Any] = {}
        self._below: dict[str, Any] | None = None
        self._needed: set[tuple[str, str]] = set()

    @property
    def below(self) -> dict[str, Any]:
        """The spread-out tables of the layers under this file, for one that holds only some fields."""
        if self._below is None:
            self._below = _below(self)
        return self._below

    def exempt(self, check_name: str, field: str) -> bool:
        """Whether the file documents an exception for a check that fails on a field; it is then needed."""
        self._needed.add((check_name, field))
        return any(
            entry.get("check") == check_name and entry.get("field") == field and entry.get("reason")
            for entry in (*self.tables.get("exception", ()), *self.below.get("exception", ()))
        )

    def idle_exceptions(self) -> list[int]:
        """The exceptions that nothing needs, by number."""
        return [
            number
            for number, entry in enumerate(self.tables.get("exception", ()))
            if (entry.get("check"), entry.get("field")) not in self._needed and entry.get("check") not in BOOK_CHECKS
        ]

    def wrong(self, place: str, message: str, fix: str = "") -> None:
        """Note a problem at a place of the file."""
        self.problems.append(Problem(self.path, line_of(self.lines, place), message, fix))

    def doubt(self, place: str, message: str, fix: str = "") -> None:
        """Note what is implausible but can be used."""
        self.problems.append(Problem(self.path, line_of(self.lines, place), message, fix, grave=False))


def _below(sheet: Sheet) -> dict[str, Any]:
    try:
        head = sheet.book.layered(sheet.kind).get(str(sheet.tables.get("id")))
        paths = [entry for entry in head.paths if entry[1].resolve() != sheet.path.resolve()] if head else []
        below: dict[str, Any] = {}
        for layer, path in reversed([entry for entry in paths if entry[0] >= sheet.layer]):
            below = laid_over(spread(read_toml(path), layer), below)
        return below
    except InputError:
        return {}


def check_date(sheet: Sheet, place: str, text: str, what: str) -> None:
    """A date is a year, a month or a day, and not in the future."""
    try:
        if len(text) not in (4, 7, 10):
            raise ValueError
        day = datetime.date.fromisoformat(day_of(text))
    except ValueError:
        sheet.wrong(place, f"{what} {quoted(text)} is not a date", "write 2026, 2026-05 or 2026-05-19")
        return
    today = max(datetime.date.today(), datetime.date.fromisoformat(CATALOG_DATE))
    if day > today and what == "as_of":
        sheet.wrong(place, f"{what} {text} is in the future", "a projection is dated by the day it was made")
