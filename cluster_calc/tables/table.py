"""The table that comes out: columns merged, written as CSV or Parquet."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from cluster_calc.errors import InputError
from cluster_calc.files.csv import csv_rows
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.tables.row import _is_number

if TYPE_CHECKING:
    from cluster_calc.files.csv import Table

MISSING = frozenset({"", "na", "n/a", "nan", "none", "null", "-"})
ERROR, NOTE = "error", "method_note"


def merged(table: Table) -> tuple[list[str], list[list[Any]]]:
    """Heads and rows of the output: every input column, then the results; a blank input cell takes its result."""
    found = (*table.outputs, *(name for result in table.results for name in result))
    added = list(dict.fromkeys(name for name in found if name not in table.heads))
    order = {name: place for place, name in enumerate(QUANTITIES)}
    # A percentile stands behind what it is of.
    added.sort(key=lambda name: (name == NOTE, order.get(name, order.get(name.rpartition("_p")[0], -1))))
    # A table that was written here before has the column already.
    place_of_error = table.heads.index(ERROR) if ERROR in table.heads else None
    own = bool(table.errors) and place_of_error is None
    heads = [*table.heads, *added, *([ERROR] if own else [])]
    rows = []
    for number, (cells, result) in enumerate(zip(table.rows, table.results, strict=True), 1):
        kept: list[Any] = [*cells, *[""] * (len(table.heads) - len(cells))][: len(table.heads)]
        for place, head in enumerate(table.heads):
            if head in result and str(kept[place]).strip().lower() in MISSING:
                kept[place] = result[head]
        if place_of_error is not None and number in table.errors:
            kept[place_of_error] = table.errors[number]
        kept += [result.get(name) for name in added]
        rows.append([*kept, table.errors.get(number, "")] if own else kept)
    return heads, rows


def csv_text(table: Table) -> str:
    """The output as CSV, floats at full precision, what is missing empty."""
    return csv_rows(*merged(table))


def parquet_bytes(table: Table) -> bytes:
    """The output as Parquet; a column of numbers is one of floats."""
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        raise InputError("Parquet needs the scale extra: pip install 'cluster-calc[scale]'") from None
    heads, rows = merged(table)
    arrays = [_arrow_column(arrow, [row[place] for row in rows]) for place in range(len(heads))]
    file = io.BytesIO()
    parquet.write_table(arrow.table(arrays, names=heads), file)
    return file.getvalue()


def _arrow_column(arrow: Any, cells: list[Any]) -> Any:
    blank = [cell is None or (isinstance(cell, str) and cell.strip().lower() in MISSING) for cell in cells]
    if all(gap or not isinstance(cell, str) or _is_number(cell) for cell, gap in zip(cells, blank, strict=True)):
        return arrow.array(
            [None if gap else float(cell) for cell, gap in zip(cells, blank, strict=True)], arrow.float64()
        )
    return arrow.array([None if cell is None else str(cell) for cell in cells], arrow.string())
