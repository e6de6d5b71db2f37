"""Tables in, tables out: one estimate per row, in order.

A column is a nomenclature name or a setting (`chip_price [USD/chip]` carries its unit in the head), or a column map says
what it is. Maps are data (`catalog/maps/*.toml`) and are recognised by their key columns. A map that names formula sets
takes each row at its word: nothing is filled from defaults. Every input column is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster_calc.errors import InputError, UndeterminedError
from cluster_calc.estimation.estimation import run
from cluster_calc.files.csv import Table
from cluster_calc.model.sets import model_of
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.reading import parse
from cluster_calc.scenario.layers import gather
from cluster_calc.tables.column_map import _split_head, load_map, plain_map, recognised, refuse_unused
from cluster_calc.tables.row import Prepared, _is_number
from cluster_calc.tables.table import MISSING, NOTE, merged

if TYPE_CHECKING:
    import pandas as pd

    from cluster_calc.estimation.result import Result
    from cluster_calc.tables.column_map import ColumnMap


def _cell(row: dict[str, str], head: str, text: str) -> None:
    """A cell under its column's name; a unit in the head goes to the number."""
    name, unit = _split_head(head)
    row[name] = f"{text} {unit}" if unit and _is_number(text) else text


def evaluate(
    table: Table,
    mapping: ColumnMap | None = None,
    given: Mapping[str, Any] | None = None,
    name: str = "table",
    judge: Callable[[int, Result], None] | None = None,
) -> Table:
    """Every row's results, by contract name in JSON units; rows that cannot be are in `errors` by their number.

    Under ranges each result that varies has its P10, P50 and P90 beside it, `run_cost_p10` … `judge` is shown the estimate of
    every row, which then go one by one.
    """
    ignored: tuple[str, ...] = ()
    if mapping is None:
        mapping, ignored = plain_map(table.heads)
    elif mapping.columns and not mapping.prepare:
        ignored = tuple(head for head in table.heads if head not in mapping.columns)
    if ignored and len(ignored) == len(table.heads):
        refuse_unused(name, table.heads)
    if judge and (mapping.formulas or mapping.prepare):
        raise InputError(
            "this table's column map takes rows at their word: there is no estimate that a gate could judge"
        )
    results: list[Mapping[str, Any]] = []
    errors: dict[int, str] = {}
    asked: dict[int, dict[str, str]] = {}
    for number, cells in enumerate(table.rows, 1):
        if len(cells) > len(table.heads):
            errors[number] = f"{len(cells)} cells under {len(table.heads)} heads"
            continue
        row: dict[str, str] = {}
        for head, cell in zip(table.heads, cells, strict=False):
            if cell.strip().lower() in MISSING:
                continue
            if head in mapping.columns or not mapping.key_columns:
                row[head] = cell.strip()
            else:
                _cell(row, head, cell.strip())
        asked[number] = row
    done = {} if mapping.formulas or mapping.prepare or judge else _together(asked, mapping, given or {})
    for number in range(1, len(table.rows) + 1):
        try:
            results.append(
                done.pop(number)
                if number in done
                else _row(asked[number], mapping, given or {}, judge and partial(judge, number))
                if number in asked
                else {}
            )
        except UndeterminedError as error:
            results.append({NOTE: str(error)} if mapping.prepare else {})
        except InputError as error:
            errors[number] = str(error)
            results.append({})
    return Table(table.heads, table.rows, tuple(results), errors, ignored, tuple(mapping.outputs))


def batch(
    table: str | Path | pd.DataFrame | Iterable[Mapping[str, Any]], *, map: str | Path | None = None, **given: Any
) -> pd.DataFrame:
    """One estimate a row of a table: a file, a data frame, or rows as mappings; results stand beside what was given.

    `map` is a column map; what is given besides serves every row that does not say otherwise. A row that cannot be has its
    reason in `error`. Raises InputError for a table of which no column is known.

    >>> batch([{"chip": "h100", "chips": 8}, {"chip": "h100", "chips": "16"}])["chips"].tolist()
    ['8', '16']
    """
    import pandas as pd

    from cluster_calc.files.atomic import read_text
    from cluster_calc.files.csv import read_table

    if isinstance(table, (str, Path)):
        read, name = read_table(read_text(str(table)), str(table)), str(table)
    else:
        frame, name = table if isinstance(table, pd.DataFrame) else pd.DataFrame(list(table)), "table"
        cells = (["" if pd.isna(cell) else str(cell) for cell in row] for row in frame.itertuples(index=False))
        read = Table(tuple(str(head) for head in frame.columns), tuple(tuple(row) for row in cells))
    mapping = load_map(Path(map)) if map else recognised(read.heads, str(given.get("method") or ""))
    heads, rows = merged(
        evaluate(read, mapping, {key: value for key, value in given.items() if value is not None}, name)
    )
    return pd.DataFrame(rows, columns=heads)


def _together(
    asked: Mapping[int, Mapping[str, str]], mapping: ColumnMap, given: Mapping[str, Any]
) -> dict[int, dict[str, Any]]:
    """The results of rows that ask the same question as others do, in JSON units; the rest goes row by row."""
    from cluster_calc.tables import grouped

    found: dict[int, dict[str, Any]] = {}
    cells, shared = grouped.Cells(), {**mapping.constants, **given}
    rows = {number: _inputs(row, mapping) for number, row in asked.items()}
    for (names, _), numbers in grouped.split(rows, cells).items():
        for start in range(0, len(numbers), grouped.MOST):
            part = {number: rows[number] for number in numbers[start : start + grouped.MOST]}
            if len(part) >= grouped.FEWEST:
                found.update(grouped.together(part, shared, names, cells))
    return found


def _inputs(row: Mapping[str, str], mapping: ColumnMap) -> dict[str, Any]:
    """The cells of a row by the name of what they hold."""
    inputs: dict[str, Any] = {}
    for head, column in mapping.columns.items():
        if head in row:
            text = row[head]
            inputs[column.name] = _with_unit(text, column.unit)
    return inputs


def _row(
    row: Mapping[str, str], mapping: ColumnMap, given: Mapping[str, Any], judge: Callable[[Result], None] | None = None
) -> Mapping[str, Any]:
    inputs = _inputs(row, mapping)
    if mapping.formulas or mapping.prepare:
        heads = {
            column.name: head for head, column in mapping.columns.items() if head in row and column.name not in given
        }
        return _at_its_word(row, mapping, {**inputs, **given}, heads)
    result = run(gather({**mapping.constants, **given, **inputs}, origin="table"))
    if judge:
        judge(result)
    found = {}
    for name in result.results:
        found[name] = _value(name, result.values.get(name))
        if name in result.samples:
            asked = sorted({10.0, 50.0, 90.0, *result.scenario.settings.get("percentiles", ())})
            found |= {f"{name}_p{percent:g}": result.percentile(name, percent) for percent in asked}
    return found


def _with_unit(text: str, unit: str) -> str:
    """A number, or a range of two, under a head that has the unit."""
    ends = text.split("..")
    return f"{text} {unit}" if unit and len(ends) <= 2 and all(map(_is_number, ends)) else text


def _at_its_word(
    row: Mapping[str, str], mapping: ColumnMap, inputs: Mapping[str, Any], heads: Mapping[str, str]
) -> Mapping[str, Any]:
    values: dict[str, Any] = {}
    for name, text in {**mapping.constants, **inputs}.items():
        if name in QUANTITIES:
            try:
                values[name] = parse(QUANTITIES[name], _as_number(text))[0]
            except InputError as error:
                # The reader's file knows the cell by its column, not by the quantity.
                head = heads.get(name, name)
                raise error if head == name else InputError(f"{head}: {error}") from None
    prepared = mapping.prepare(row) if mapping.prepare else Prepared({})
    reached = model_of(*mapping.formulas, *prepared.formulas).evaluate({**values, **prepared.values})
    found: dict[str, Any] = {head: _value(name, reached.get(name)) for head, name in mapping.outputs.items()}
    return {**found, **prepared.more, **({NOTE: prepared.note} if prepared.note else {})}


def _value(name: str, base: Any) -> Any:
    from cluster_calc.quantities.display import in_unit

    return in_unit(name, base)


def _as_number(text: Any) -> Any:
    """A count written as a float (`2048.0`) is the number it says."""
    return float(text) if isinstance(text, str) and _is_number(text) and "_" not in text else text
