"""How a memo's cells stand in a workbook: number formats, widths and heights, addresses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from cluster_calc.documents.render.view import Cell, Table
from cluster_calc.quantities.display import shown
from cluster_calc.quantities.nomenclature import QUANTITIES

# Widths in letters: of the first column, the least and the most of another, and of a line of text across all of them.
FIRST, LEAST, MOST, LINE = 46, 15, 44, 150
COLUMNS = 7
HEIGHT = 15
MONEY = "$#,##0;[Red]-$#,##0"
PRICE = "$#,##0.00##;[Red]-$#,##0.00##"
PERCENT = "0.0##%"
NOT_COMPUTED = "not computed"
_PLAIN = {"money": MONEY, "price": "#,##0.00####", "share": PERCENT, "local_money": "#,##0", "count": "#,##0"}


def plain_format(display: str, value: float) -> str:
    """How a number looks whose unit stands in its own column."""
    if value and not 1e-4 <= abs(value) < 1e13:
        return "0.00E+00"
    return _PLAIN.get(display, "#,##0.####")


def number_format(cell: Cell, value: float) -> str | None:
    """How a figure of the memo looks as a number; None where only its text says what it is.

    >>> number_format(Cell("$41.2M", "", "run_cost", 41.2e6), 41.2e6)
    '$#,##0;[Red]-$#,##0'
    >>> number_format(Cell("3.1%", "", "options.buy.shipment_share", 0.031), 0.031)
    '0.0##%'
    """
    if "$" in cell.text:
        return PRICE if (abs(value) < 1000 and value != round(value)) or "/" in cell.text else MONEY
    if cell.text.endswith("%"):
        return PERCENT
    known = QUANTITIES.get(cell.name.rpartition(".")[2]) or QUANTITIES.get(
        cell.name.split(".")[1:2][0] if "." in cell.name else ""
    )
    unit = known.unit if known else "kW" if cell.name.endswith(".power") else None
    if unit is None:
        return None
    if known and (known.is_date or shown(known.name, value * known.factor) != cell.text):
        return None
    return f'{plain_format("", value)}" {unit}"' if unit != "1" else plain_format("", value)


def widths_of(tables: Sequence[Table]) -> list[float]:
    """The width of each column in letters, so that no figure is cut off and no word stands in a narrow column."""
    widths = [float(FIRST)] + [LEAST + 2.0] * COLUMNS
    for entry in tables:
        for column in range(1, len(entry.heads)):
            cells = [row.cells[column - 1] for row in entry.rows]
            longest = max((len(joined(cell)) + 2 for cell in cells), default=0)
            wanted = float(min(max(longest, LEAST), MOST))
            if column < len(widths):
                widths[column] = max(widths[column], wanted)
            else:
                widths.append(wanted)
    return widths


def height_of(texts: Sequence[str], widths: Sequence[float]) -> float:
    """The height of a row whose texts wrap in columns of these widths."""
    lines = [math.ceil(1.08 * len(text) / width) for text, width in zip(texts, widths, strict=False)]
    return HEIGHT * min(max(1, *lines, 1), 27)


def places_of(entry: Table, first: int) -> dict[str, tuple[str, float]]:
    """Where each named figure of the table stands, and what it is."""
    return {
        cell.name: (at(row, column), cell.value)
        for row, line in enumerate(entry.rows, first)
        for column, cell in enumerate(line.cells, 1)
        if cell.name and cell.value is not None
    }


def cells_of(entry: Table) -> Iterator[Cell]:
    """The cells of a table, row by row, without the heads of the rows."""
    for row in entry.rows:
        yield from row.cells


def joined(cell: Cell) -> str:
    """A cell's text and the line under it; a note alone stands without the dash that it explains."""
    return cell.small if cell.text == "–" and cell.small else " – ".join(filter(None, (cell.text, cell.small)))


def capital(text: str) -> str:
    """Text as it begins a line."""
    return text[:1].upper() + text[1:]


def close(one: float, other: float) -> bool:
    """Whether two amounts are the same but for rounding."""
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)


def at(row: int, column: int, fixed: bool = False) -> str:
    """The address of a cell; `fixed` keeps its row when the formula is copied."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(row, column, row_abs=fixed))
