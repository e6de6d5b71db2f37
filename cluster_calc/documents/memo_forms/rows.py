"""What the forms of a memo share: which rows say only why they are empty, which tables are narrow, where a source is cited."""

from __future__ import annotations

import re

from cluster_calc.documents.memo.view import Memo
from cluster_calc.documents.render.view import Table, TableRow

EMPTY = ("", "–")
# A narrow table: its columns, and the letters of its widest row, leave room for another beside it.
NARROW_COLUMNS, NARROW_LETTERS = 4, 64
# Letters of a column count up to this many for its share of the width.
LONGEST = 34
# A word up to this long is not broken for the width of its column.
WORD = 16
# Rows of a table that is not divided between two pages.
SHORT = 12
_CITED = re.compile(r"\[(\d{1,3})\]|−\$[\d.,]+[a-zA-Z]?")


def reason(row: TableRow) -> str:
    """Why a row has no figures, to stand in their place; empty where it has some.

    >>> from cluster_calc.documents.render.view import Cell
    >>> reason(TableRow(Cell("Rent", "no price was found"), (Cell("–"), Cell("–"))))
    'no price was found'
    >>> reason(TableRow(Cell("Rent", "on demand"), (Cell("$3M"), Cell("–"))))
    ''
    """
    bare = len(row.cells) > 1 and all(
        cell.text in EMPTY and not cell.small and cell.value is None for cell in row.cells
    )
    return row.head.small if bare else ""


def narrow(table: Table) -> bool:
    """Whether two such tables fit side by side on a sheet of paper."""
    widths = [
        max(
            [max((len(word) for word in head.split()), default=0)]
            + [len(cell.text) for cell in (row.head if not place else row.cells[place - 1] for row in table.rows)]
        )
        for place, head in enumerate(table.heads)
    ]
    by_hand = any(all(row.cells[place].text == "" for row in table.rows) for place in range(len(table.heads) - 1))
    return not by_hand and len(table.heads) <= NARROW_COLUMNS and sum(widths) + 3 * len(widths) <= NARROW_LETTERS


def wordy(table: Table) -> bool:
    """Whether a table is of words rather than figures: on a phone its rows become blocks of lines."""
    return sum(not number for number in table.numbers[1:]) > 1


def short(table: Table) -> bool:
    """Whether a table stays on one page."""
    return len(table.rows) <= SHORT


def widths(table: Table) -> list[int]:
    """The columns' shares of the width: by their longest text, but enough for the longest word of the head.

    >>> from cluster_calc.documents.render.view import Cell
    >>> widths(Table("", ("Line", "Amount"), (TableRow(Cell("Electricity cost"), (Cell("$1M"),)),), (False, True)))
    [16, 7]
    """
    found = []
    for place, head in enumerate(table.heads):
        cells = [(row, row.head if not place else row.cells[place - 1]) for row in table.rows]
        text = max((len(cell.text) for _, cell in cells), default=0)
        small = max((len(cell.small) for row, cell in cells if not reason(row)), default=0)
        words = [part for _, cell in cells for part in cell.text.split() if len(part) <= WORD]
        word = max((len(part) + 1 for part in [*head.split(), *words]), default=0)
        # A column that is filled in by hand takes what a signature takes.
        blank = 20 if table.rows and not text and place else 0
        # A head may take three lines, a note under a figure two.
        found.append(max(6, word, blank, len(head) // 3, min(text, LONGEST), min(small, LONGEST) // 2))
    return found


def sources(view: Memo) -> int:
    """How many numbered sources the appendix lists."""
    listed = [part.points for part in view.appendix if part.id == "sources"]
    return len(listed[0]) if listed and all(point.startswith("[") for point in listed[0]) else 0


def cited(text: str, count: int) -> list[tuple[str, int]]:
    """Text in pieces: words with 0, citations of a numbered source with its number, money below 0 with -1.

    >>> cited("Epoch AI [7], and [99]", 15)
    [('Epoch AI ', 0), ('[7]', 7), (', and [99]', 0)]
    """
    # A true minus; a line may still end with it, so that the amount is a piece of its own.
    text = re.sub(r"(?<![\w-])-(?=\$\d)", "−", text)
    pieces: list[tuple[str, int]] = []
    done = 0
    for found in _CITED.finditer(text):
        number = int(found[1]) if found[1] else -1
        if number == 0 or number > count:
            continue
        pieces += [(text[done : found.start()], 0), (found[0], number)]
        done = found.end()
    return [piece for piece in [*pieces, (text[done:], 0)] if piece[0]]
