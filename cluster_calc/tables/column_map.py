"""What the columns of a table are: maps that ship, maps of one's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster_calc.catalog.current import catalog
from cluster_calc.errors import LINE_LIMIT, InputError, UnitError, did_you_mean, nearest, quoted
from cluster_calc.files.toml import read_toml
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.settings import SETTINGS, name_of, setting
from cluster_calc.quantities.units import target
from cluster_calc.tables.row import Column

if TYPE_CHECKING:
    from cluster_calc.tables.row import Prepared

# The method of the maps that `batch --predict-mfu` reads.
PREDICT_MFU = "predict-mfu"
_ROUND = re.compile(r"^([^()]+?)\s*\(([^()]+)\)$")
_HEAD = re.compile(r"^\s*([^\[\]]+?)\s*(?:\[\s*([^\[\]]+?)\s*\])?\s*$")
# What a map may name to turn a row's cells into values. A map is data from anywhere, so the names are listed here.
PREPARERS: dict[str, str] = {
    "epoch-2024": "cluster_calc.tables.epoch_runs:prepare",
    "measured-step": "cluster_calc.tables.measured_steps:prepare",
    "published-run": "cluster_calc.tables.published_runs:prepare",
}


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
    from cluster_calc.files.shapes import MapFile, check_shape

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
    from cluster_calc.model.sets import ALL_SETS

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


def plain_map(heads: Iterable[str]) -> tuple[ColumnMap, tuple[str, ...]]:
    """The map of a table whose heads are nomenclature names; what is none of them is kept and not used.

    >>> plain_map(["chip", "chip_price [USD/chip]", "owner"])[0].columns["chip_price [USD/chip]"]
    Column(name='chip_price', unit='USD/chip')
    >>> plain_map(["chip", "owner"])[1]
    ('owner',)
    """
    columns: dict[str, Column] = {}
    ignored = []
    for head in heads:
        found = _plain_column(head)
        if found is None or found in columns.values():
            ignored.append(head)
        else:
            columns[head] = found
    return ColumnMap(columns=columns), tuple(ignored)


def _plain_column(head: str) -> Column | None:
    """What a head says by itself: a name in any case, its unit in square or round brackets.

    >>> _plain_column("Training time (hours)"), _plain_column("Chips"), _plain_column("Notes (free text)")
    (Column(name='training_time', unit='hours'), Column(name='chips', unit=''), None)
    """
    match = _HEAD.match(head)
    if match is None:
        return None
    name, unit = match.group(1), match.group(2) or ""
    if not unit and (bracketed := _ROUND.match(name)):
        name, unit = bracketed.groups()
    name = name.strip().replace("-", "_").replace(" ", "_")
    # A column `Model` is a title more often than a model of the catalog: settings other than the chip keep their case.
    name = name if name in SETTINGS or (name.lower() in SETTINGS and name.lower() != "chip") else name.lower()
    if name == "days" and not unit:
        unit = "day"
    try:
        return Column(name if name in SETTINGS else name_of(name), unit) if not unit or _is_unit(unit) else None
    except InputError:
        return None


def _is_unit(text: str) -> bool:
    try:
        target(text)
    except UnitError:
        return False
    return True


def refuse_unused(name: str, heads: Sequence[str]) -> None:
    """Raise InputError for a table none of whose columns is a quantity: what its heads may be, how a map is written."""
    lines = []
    for head in heads[:LINE_LIMIT]:
        plain = "_".join(re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", re.sub(r"\s*[\[(].*", "", head))).lower()
        # A hint that shares no word with the head misleads.
        close = [near for near in nearest(plain, QUANTITIES, 1) if set(near.split("_")) & set(plain.split("_"))]
        lines.append(f"  {quoted(head)}" + (f": {close[0]} [{QUANTITIES[close[0]].unit}]?" if close else ""))
    more = f"\n  and {len(heads) - LINE_LIMIT} more" if len(heads) > LINE_LIMIT else ""
    example = quoted(heads[0]).strip("'")
    raise InputError(
        f"{quoted(name)}: no column is a quantity or a setting, so nothing can be computed:\n"
        + "\n".join(lines) + more
        + "\nRename a column, or give --map MAP.toml with lines such as\n"
        + f'  [columns]\n  "{example}" = {{quantity = "training_time", unit = "hour"}}'
    )  # fmt: skip
