"""Tables of text: read with their lines, written as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cluster_calc.errors import InputError, quoted

MOST_COLUMNS = 4096
_SEPARATOR_LINE = re.compile(r'\s*"?sep=([,;\t|])"?\s*$')


def csv_rows(heads: Iterable[Any], rows: Iterable[Iterable[Any]]) -> str:
    r"""A line of heads and one per row; floats at full precision, what is missing empty.

    >>> csv_rows(["name", "value"], [["pue", 0.1 + 0.2], ["a, b", None]])
    'name,value\npue,0.30000000000000004\n"a, b",\n'
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return file.getvalue()


@dataclass(frozen=True)
class Table:
    """The rows of a table as text, with the results of each."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    results: tuple[Mapping[str, Any], ...] = ()
    errors: Mapping[int, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    # The columns of a map are there even where no row reaches a figure.
    outputs: tuple[str, ...] = ()


def read_table(text: str, name: str = "table") -> Table:
    """CSV text as a table: comma, semicolon or tab, a head, no column twice."""
    if "\0" in text:
        raise InputError(f"{quoted(name)} holds a NUL character: it is not a CSV file")
    text = text.removeprefix("\ufeff")
    first, _, rest = text.partition("\n")
    if said := _SEPARATOR_LINE.match(first):  # Excel's own first line
        separator, text = said.group(1), rest
    else:
        separator = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise InputError(f"{quoted(name)} is not a CSV file: {error}") from None
    lines = [line for line in lines if line]
    if not lines or not any(cell.strip() for cell in lines[0]):
        raise InputError(f"{quoted(name)} is empty: the first line names the columns")
    heads = tuple(cell.strip() for cell in lines[0])
    if len(heads) > MOST_COLUMNS:
        raise InputError(f"{quoted(name)} has {len(heads):,} columns; at most {MOST_COLUMNS:,} are read")
    twice = next((head for head, times in Counter(heads).items() if times > 1), None)
    if twice is not None:
        raise InputError(f"{quoted(name)}: the column {quoted(twice)} stands twice")
    return Table(heads, tuple(tuple(line) for line in lines[1:]))
