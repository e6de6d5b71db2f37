"""What a report is made of: sections and rows, and the cells, tables and parts of a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cluster_calc.documents.charts.charts import Drawing


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure or a word of a table; `small` is the line under it."""

    text: str
    small: str = ""
    name: str = ""
    value: float | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: its head, its cells, and whether it is the sum of those above."""

    head: Cell
    cells: tuple[Cell, ...]
    total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption; `numbers` says, head by head, which columns are figures."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[TableRow, ...]
    numbers: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with the table of what it shows."""

    drawing: Drawing | None
    table: Table
    note: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section: its anchor, its title, one sentence that says what to see, and its figures."""

    id: str
    title: str
    lead: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A headline figure with its range and what to know about it."""

    name: str
    label: str
    text: str
    value: float | None
    span: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """One formula of the method: what it is, as written, and with its numbers."""

    name: str
    label: str
    text: str
    about: str
    formula: str
    numbers: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole page, in the order in which it is read."""

    title: str
    author: str
    date: str
    question: str
    answer: str
    verdict: str
    feasible: bool | None
    cards: tuple[Card, ...]
    warnings: tuple[str, ...]
    parts: tuple[Part, ...]
    assumptions: Table
    excluded: tuple[str, ...]
    method: tuple[Formula, ...]
    command: str
    facts: tuple[tuple[str, str], ...]
    version: str
    data: str
    file_name: str


class Row(NamedTuple):
    """A line: what, how much, and what to know about it."""

    label: str
    value: str
    note: str = ""
    name: str = ""


class Section(NamedTuple):
    """A titled list of rows, with the heads of its columns where it has any."""

    title: str
    rows: tuple[Row, ...]
    heads: tuple[str, ...] = ()


class Report(NamedTuple):
    """The whole report of an estimate."""

    question: str
    answer: str
    sections: tuple[Section, ...]
    warnings: tuple[str, ...]
    next_step: str


class Short(NamedTuple):
    """The answer that fits a screen: a sentence, some figures, a table of options, and what moves it."""

    answer: str
    rows: tuple[Row, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    moves: tuple[Row, ...] = ()
    sources: tuple[Row, ...] = ()
    moved: str = ""
    warnings: tuple[str, ...] = ()
    next_step: str = ""
