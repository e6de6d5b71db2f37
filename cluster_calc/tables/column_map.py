"""What the columns of a table are: maps that ship, maps of one's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.files.toml import read_toml
from cluster_calc.quantities.settings import SETTINGS, name_of, setting
from cluster_calc.tables.row import Column

if TYPE_CHECKING:
    from cluster_calc.tables.row import Prepared

# The method of the maps that `batch --predict-mfu` reads.
PREDICT_MFU = "predict-mfu"
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
