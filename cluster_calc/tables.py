"""Tables in, tables out: one estimate per row, in order.

A column is a nomenclature name or a setting (`chip_price [USD/chip]` carries its unit in the head), or a column map says
what it is. Maps are data (`catalog/maps/*.toml`) and are recognised by their key columns. A map that names formula sets
takes each row at its word: nothing is filled from defaults. Every input column is kept.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from cluster_calc.catalog import catalog, read_toml
from cluster_calc.errors import InputError, UndeterminedError, did_you_mean, quoted
from cluster_calc.estimation import run
from cluster_calc.graph import model_of
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.report.csv_rows import csv_rows
from cluster_calc.scenario import SETTINGS, gather, name_of, parse, setting

MISSING = frozenset({"", "na", "n/a", "nan", "none", "null", "-"})
# The method of the maps that `batch --predict-mfu` reads.
PREDICT_MFU = "predict-mfu"
ERROR, NOTE = "error", "method_note"
MOST_COLUMNS = 4096
_SEPARATOR_LINE = re.compile(r'\s*"?sep=([,;\t|])"?\s*$')
_HEAD = re.compile(r"^\s*([^\[\]]+?)\s*(?:\[\s*([^\[\]]+?)\s*\])?\s*$")

# What a map may name to turn a row's cells into values. A map is data from anywhere, so the names are listed here.
PREPARERS: dict[str, str] = {
    "epoch-2024": "cluster_calc.epoch_runs:prepare",
    "measured-step": "cluster_calc.measured_steps:prepare",
    "published-run": "cluster_calc.published_runs:prepare",
}


class Prepared(NamedTuple):
    """What a preparer makes of a row: base-unit values by quantity, what a reader should know of it, and the formula
    sets that this row needs beside the map's own.
    """

    values: dict[str, float]
    note: str = ""
    formulas: tuple[str, ...] = ()


class Column(NamedTuple):
    """What one input column holds: a quantity or a setting, and the unit of its bare numbers."""

    name: str
    unit: str = ""


@dataclass(frozen=True)
class ColumnMap:
    """How the columns of a known table read."""

    id: str = ""
    key_columns: tuple[str, ...] = ()
    columns: Mapping[str, Column] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    formulas: tuple[str, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[Mapping[str, str]], Prepared] | None = None
    method: str = ""


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


def load_map(path: Path) -> ColumnMap:
    """A column map from its TOML file, every name in it checked."""
    raw = read_toml(path)
    where = path.name
    known = {
        "id",
        "name",
        "aliases",
        "key_columns",
        "columns",
        "constants",
        "formulas",
        "outputs",
        "prepare",
        "method",
        "notes",
    }
    for key in raw:
        if key not in known:
            raise InputError(f"{where}: unknown key {quoted(key)}.{did_you_mean(key, known)}")
    from cluster_calc.file_shapes import MapFile, check_shape

    check_shape(MapFile, raw, where)
    columns = {}
    for head, entry in raw.get("columns", {}).items():
        table = entry if isinstance(entry, dict) else {"quantity": entry}
        columns[str(head)] = Column(_known(str(table.get("quantity", "")), where), str(table.get("unit", "")))
    prepare = raw.get("prepare")
    if prepare is not None and prepare not in PREPARERS:
        raise InputError(f"{where}: unknown preparer {quoted(prepare)}.{did_you_mean(str(prepare), PREPARERS)}")
    outputs = raw.get("outputs", {})
    outputs = outputs if isinstance(outputs, dict) else {name: name for name in outputs}
    from cluster_calc.formulas import ALL_SETS

    for name in raw.get("formulas", ()):
        if name not in ALL_SETS:
            raise InputError(f"{where}: unknown formula set {quoted(name)}.{did_you_mean(str(name), ALL_SETS)}")
    return ColumnMap(
        id=str(raw.get("id", path.stem)),
        key_columns=tuple(raw.get("key_columns", ())),
        columns=columns,
        constants={_known(name, where): value for name, value in raw.get("constants", {}).items()},
        formulas=tuple(raw.get("formulas", ())),
        outputs={str(head): _known(str(name), where) for head, name in outputs.items()},
        prepare=_function(PREPARERS[prepare]) if prepare else None,
        method=str(raw.get("method", "")),
    )


def _function(place: str) -> Callable[[Mapping[str, str]], Prepared]:
    module, name = place.split(":")
    found: Callable[[Mapping[str, str]], Prepared] = getattr(import_module(module), name)
    return found


def _known(name: str, where: str) -> str:
    try:
        return name if name in SETTINGS else name_of(name)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def recognised(heads: Sequence[str], method: str = "") -> ColumnMap | None:
    """The shipped map whose key columns the table has; the one with the most, and of the method asked for.

    Key columns alone say what a table of published figures holds; a prediction is made where it is asked for.
    """
    if method not in ("", PREDICT_MFU):
        setting("method", method)
    found: list[ColumnMap] = []
    names = {_split_head(head)[0] for head in heads}
    for folder in catalog().folders:
        for path in sorted((folder / "maps").glob("*.toml")):
            keys = read_toml(path).get("key_columns", ())
            if keys and set(keys) <= names:
                found.append(load_map(path))
    found = [entry for entry in found if entry.method == method or (not method and entry.method != PREDICT_MFU)]
    return max(found, key=lambda entry: (not entry.method, len(entry.key_columns)), default=None)


def _split_head(head: str) -> tuple[str, str]:
    """A head as its name and the unit it carries.

    >>> _split_head("power_w_assumed [kW]"), _split_head("chips")
    (('power_w_assumed', 'kW'), ('chips', ''))
    """
    match = _HEAD.match(head)
    return (match.group(1), match.group(2) or "") if match else (head, "")


def _cell(row: dict[str, str], head: str, text: str) -> None:
    """A cell under its column's name; a unit in the head goes to the number."""
    name, unit = _split_head(head)
    row[name] = f"{text} {unit}" if unit and _is_number(text) else text


def plain_map(heads: Iterable[str]) -> tuple[ColumnMap, tuple[str, ...]]:
    """The map of a table whose heads are nomenclature names; what is none of them is kept and not used.

    >>> plain_map(["chip", "chip_price [USD/chip]", "owner"])[0].columns["chip_price [USD/chip]"]
    Column(name='chip_price', unit='USD/chip')
    >>> plain_map(["chip", "owner"])[1]
    ('owner',)
    """
    columns, ignored = {}, []
    for head in heads:
        match = _HEAD.match(head)
        if match is None:
            ignored.append(head)
            continue
        name, unit = match.group(1).replace("-", "_").replace(" ", "_"), match.group(2) or ""
        if name == "days" and not unit:
            unit = "day"
        try:
            columns[head] = Column(name if name in SETTINGS else name_of(name), unit)
        except InputError:
            ignored.append(head)
    return ColumnMap(columns=columns), tuple(ignored)


def evaluate(table: Table, mapping: ColumnMap | None = None, given: Mapping[str, Any] | None = None) -> Table:
    """Every row's results, by contract name in JSON units; rows that cannot be are in `errors` by their number.

    Under ranges each result that varies has its P10, P50 and P90 beside it, `run_cost_p10` …
    """
    ignored: tuple[str, ...] = ()
    if mapping is None:
        mapping, ignored = plain_map(table.heads)
    if mapping.method == PREDICT_MFU:
        mapping = _beside_measured(table, mapping)
    results: list[Mapping[str, Any]] = []
    errors: dict[int, str] = {}
    for number, cells in enumerate(table.rows, 1):
        if len(cells) > len(table.heads):
            errors[number] = f"{len(cells)} cells under {len(table.heads)} heads"
            results.append({})
            continue
        row: dict[str, str] = {}
        for head, cell in zip(table.heads, cells, strict=False):
            if cell.strip().lower() in MISSING:
                continue
            if head in mapping.columns or not mapping.key_columns:
                row[head] = cell.strip()
            else:
                _cell(row, head, cell.strip())
        try:
            results.append(_row(row, mapping, given or {}))
        except UndeterminedError as error:
            results.append({NOTE: str(error)} if mapping.prepare else {})
        except InputError as error:
            errors[number] = str(error)
            results.append({})
    return Table(table.heads, table.rows, tuple(results), errors, ignored, tuple(mapping.outputs))


def _beside_measured(table: Table, mapping: ColumnMap) -> ColumnMap:
    """A prediction never stands in a column that holds measurements: there it has a name of its own."""
    taken = {
        head
        for place, head in enumerate(table.heads)
        if head in mapping.outputs
        and any(place < len(row) and row[place].strip().lower() not in MISSING for row in table.rows)
    }
    outputs = {f"predicted_{head}" if head in taken else head: name for head, name in mapping.outputs.items()}
    return replace(mapping, outputs=outputs)


def _row(row: Mapping[str, str], mapping: ColumnMap, given: Mapping[str, Any]) -> Mapping[str, Any]:
    inputs: dict[str, Any] = {}
    for head, column in mapping.columns.items():
        if head in row:
            text = row[head]
            inputs[column.name] = f"{text} {column.unit}" if column.unit and _is_number(text) else text
    if mapping.formulas or mapping.prepare:
        heads = {
            column.name: head for head, column in mapping.columns.items() if head in row and column.name not in given
        }
        return _at_its_word(row, mapping, {**inputs, **given}, heads)
    result = run(gather({**mapping.constants, **given, **inputs}, origin="table"))
    found = {}
    for name in result.results:
        found[name] = _value(name, result.values.get(name))
        if name in result.samples:
            asked = sorted({10.0, 50.0, 90.0, *result.scenario.settings.get("percentiles", ())})
            found |= {f"{name}_p{percent:g}": result.percentile(name, percent) for percent in asked}
    return found


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
    note, sets = "", mapping.formulas
    if mapping.prepare is not None:
        prepared = mapping.prepare(row)
        values, note, sets = {**values, **prepared.values}, prepared.note, (*sets, *prepared.formulas)
    reached = model_of(*sets).evaluate(values)
    found: dict[str, Any] = {head: _value(name, reached.get(name)) for head, name in mapping.outputs.items()}
    return {**found, NOTE: note} if note else found


def _value(name: str, base: Any) -> Any:
    from cluster_calc.report.data import in_unit

    return in_unit(name, base)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def number_in(row: Mapping[str, str], head: str, name: str, unit: str = "") -> float | None:
    """The quantity in base units that the cell under `head` gives, a bare number in `unit`; none where it is blank."""
    if head not in row:
        return None
    text, known = row[head], QUANTITIES[name]
    if not _is_number(text) and not re.match(r"\s*[-+]?[.0-9].*[a-zA-Z%]", text):
        raise InputError(f"{head}: {quoted(text)} is not a number")
    given: Any = text
    if _is_number(text):
        given = float(text) if known.bare else f"{float(text)!r} {unit}"
    try:
        value: float = parse(known, given)[0]
    except InputError as error:
        raise InputError(f"{head}: {error}") from None
    return value


def _as_number(text: Any) -> Any:
    """A count written as a float (`2048.0`) is the number it says."""
    return float(text) if isinstance(text, str) and _is_number(text) and "_" not in text else text


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
