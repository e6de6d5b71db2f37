"""Raw TOML → Datums. Overlays are laid over each other here, and every figure keeps the folder it came from.

A file is first spread out: each figure becomes a table of its own with its section's source, date and confidence, so
that two files can be merged figure by figure without one's section source being taken for the other's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster_calc.catalog.chips import Quote
from cluster_calc.catalog.sources import source_of
from cluster_calc.errors import InputError, UnitError, quoted
from cluster_calc.files.toml import read_toml
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.settings import BASES
from cluster_calc.quantities.units import split, target, to_base, unit

if TYPE_CHECKING:
    from cluster_calc.catalog.sources import Layers

INHERITED = ("source", "as_of", "confidence", "locator")
SECTIONS = ("peak_throughput", "figures", "estimates")
FROM = "_layer"


@dataclass(frozen=True, slots=True)
class Raw:
    """The tables of an item, merged over its layers; `path` is the nearest file."""

    path: Path
    tables: Mapping[str, Any]


def spread(raw: Mapping[str, Any], layer: int) -> dict[str, Any]:
    """The tables of one file with each figure complete in itself and marked with its layer.

    >>> spread({"figures": {"source": "a", "tdp": "700 W"}}, 0)["figures"]
    {'tdp': {'source': 'a', 'value': '700 W', '_layer': 0}}
    """
    found: dict[str, Any] = {}
    for key, value in raw.items():
        if key in SECTIONS and isinstance(value, dict):
            inherited = {name: value[name] for name in INHERITED if name in value}
            found[key] = {
                name: complete(entry, inherited, layer) for name, entry in value.items() if name not in INHERITED
            }
        elif isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
            found[key] = [{**entry, FROM: layer} for entry in value]
        else:
            found[key] = value
    return found


def complete(entry: Any, inherited: Mapping[str, Any], layer: int) -> dict[str, Any]:
    """A figure's table with what its section says of all of its figures.

    >>> complete({"value": 1, "source": "b"}, {"source": "a", "as_of": "2024", "confidence": "high"}, 0)
    {'confidence': 'high', 'value': 1, 'source': 'b', '_layer': 0}
    """
    own = entry if isinstance(entry, dict) else {"value": entry}
    if "source" in own:  # another source has another date and place; only the confidence carries over
        inherited = {key: value for key, value in inherited.items() if key == "confidence"}
    return {**inherited, **own, FROM: layer}


def laid_over(near: Mapping[str, Any], far: Mapping[str, Any]) -> dict[str, Any]:
    """Spread-out tables merged: the nearer file's fields win, its quotes come first and its choice stands."""
    merged = dict(far)
    for key, value in near.items():
        below = far.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            merged[key] = {**below, **value}
        elif isinstance(value, list) and isinstance(below, list) and key not in ("aliases", "conflict", "exception"):
            if value and not any(entry.get("default") for entry in value):
                newest = max(value, key=lambda entry: str(entry.get("as_of", "")))
                value = [{**entry, "default": True} if entry is newest else entry for entry in value]
            merged[key] = [*value, *({name: entry[name] for name in entry if name != "default"} for entry in below)]
        elif key == "aliases" and isinstance(value, list) and isinstance(below, list):
            merged[key] = list(dict.fromkeys([*value, *below]))
        elif isinstance(value, list) and isinstance(below, list):
            merged[key] = [*value, *below]
        else:
            merged[key] = value
    return merged


class Reader:
    """Turns the merged tables of one item into Datums."""

    def __init__(self, catalog: Layers, raw: Raw, origin: str = "", units: Mapping[str, str] | None = None) -> None:
        self.catalog, self.raw, self.origin = catalog, raw, origin
        self.file, self.units = raw.path.name, units or {}
        self._own: dict[str, Source] = {}
        own = raw.tables.get("sources", {})
        for key, table in own.items() if isinstance(own, dict) else ():
            if isinstance(table, dict):
                self._own[key] = source_of(key, table)

    def section(self, name: str, *, as_quantity: str = "", kind: str = "range") -> dict[str, Datum]:
        """The figures of a section by name."""
        table = self.raw.tables.get(name, {})
        if not isinstance(table, dict):
            raise InputError(f"{self.file}: {name} is not a table")
        return {
            key: self.figure(as_quantity or key, entry, kind=kind, key=f"{name}.{key}") for key, entry in table.items()
        }

    def figure(self, name: str, table: Mapping[str, Any], *, kind: str = "range", key: str = "") -> Datum:
        """One spread-out figure as a Datum; without a source there is none."""
        where = f"{self.file}: {key or name}"
        if "source" not in table:
            raise InputError(f"{where}: a figure needs a source")
        layer = int(table.get(FROM, len(self.catalog.folders) - 1))
        return Datum(
            name=name,
            value=self.number(name, table.get("value"), where),
            low=self.number(name, table.get("low"), where),
            high=self.number(name, table.get("high"), where),
            source=self.source(str(table["source"]), where, layer),
            origin=self.origin or self.catalog.origin(layer),
            kind=kind,
            locator=str(table.get("locator", "")),
            as_of=str(table.get("as_of", "")),
            confidence=str(table.get("confidence", "")),
            note=str(table.get("reason", table.get("note", ""))),
            label=str(table.get("basis", table.get("label", ""))),
        )

    def source(self, key: str, where: str, layer: int = 0) -> Source:
        """The source of that id: the item's own, or the catalog's."""
        return self._own.get(key) or self.catalog.source(key, where, layer)

    def quotes(self, table: str, name: str) -> tuple[Quote, ...]:
        """The dated prices of an array of tables."""
        return tuple(self.quote(name, entry) for entry in self.raw.tables.get(table, ()))

    def quote(self, name: str, entry: Mapping[str, Any]) -> Quote:
        """One dated price."""
        basis = str(entry.get("basis", ""))
        if basis and basis not in BASES:
            raise InputError(f"{self.file}: price basis {quoted(basis)} is not one of {', '.join(BASES)}")
        vendor = str(entry.get("vendor", entry.get("provider", "")))
        term = str(entry.get("term", ""))
        label = " ".join(part for part in (vendor, term or (f"{basis} basis" if basis else "")) if part)
        return Quote(
            self.figure(name, {**entry, "basis": label}, kind="range", key=f"{name} {entry.get('as_of', '')}"),
            basis, vendor, term, str(entry.get("instance", "")), str(entry.get("segment", "")),
            str(entry.get("region", "")), float(entry.get("chips", 1)), str(entry.get("condition", "new")),
            str(entry.get("side", "buyer")),
        )  # fmt: skip

    def number(self, name: str, value: Any, where: str) -> float | None:
        """The base-unit number of a figure, its unit checked against the quantity of that name."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise InputError(f"{where}: {quoted(value)} is neither a number nor text")
        known = QUANTITIES.get(name) if name not in self.units else None
        if known is None:
            return self._other(value, self.units.get(name, ""), where)
        if not isinstance(value, str):
            if not known.bare:
                raise InputError(f"{where}: {value} has no unit; write for example {known.example}")
            return float(value) * known.factor
        try:
            return to_base(value, known.unit, bare=known.bare, example=known.example)
        except UnitError as error:
            raise InputError(f"{where}: {error}") from None

    def _other(self, value: float | str, unit_text: str, where: str) -> float:
        """A figure that is no quantity of the model, in its own unit; other money than dollars stays what it is."""
        if not isinstance(value, str):
            return float(value)
        try:
            number, typed = split(value)
            got = unit(typed) if typed else target("1")
            if unit_text and got.dimension != target(unit_text).dimension:
                raise UnitError(f"{quoted(value)} is {got.dimension}, not {unit_text}")
            return number * got.factor
        except UnitError as error:
            raise InputError(f"{where}: {error}") from None


def read_item(paths: list[tuple[int, Path]]) -> Raw:
    """The tables of an item from its layers, the nearest first."""
    merged: dict[str, Any] = {}
    for layer, path in reversed(paths):
        merged = laid_over(spread(read_toml(path), layer), merged)
    return Raw(paths[0][1], merged)
