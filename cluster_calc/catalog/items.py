"""An item of any kind as sourced figures: what `catalog show`, `list`, `--site` and `--server` read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster_calc.catalog.chips import Quote, standing
from cluster_calc.catalog.reader import FROM, INHERITED, SECTIONS, Raw, Reader
from cluster_calc.errors import InputError, UnitError
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.units import split, target

if TYPE_CHECKING:
    from cluster_calc.catalog.sources import Layers

# Array of tables → the quantity its values are, where the name of the table is not the quantity's.
SERIES = {"price": "chip_price", "rental": "rental_price"}
# Figures that mean something else in this kind than in the model: a whole server's price and power, not a chip's.
OWN_UNITS: dict[str, dict[str, str]] = {
    "servers": {"chip_price": "USD", "system_power": "W"},
    "shipments": {"chip_power": "W"},
    "lives": {"residual_value": "1"},
}
TOLD = frozenset(
    {"value", "low", "high", "source", "locator", "as_of", "confidence", "note", "reason", "default", FROM}
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One figure: a Datum in base units, the unit it is shown in, and what else its entry tells (sector, vendor, age)."""

    datum: Datum
    unit: str
    chosen: bool = False
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def in_unit(self, base: float | None) -> float | None:
        """A base-unit number in the unit of the leaf."""
        return None if base is None else base / target(self.unit).factor

    @property
    def value(self) -> float | None:
        """The value in the unit of the leaf."""
        return self.in_unit(self.datum.value)


@dataclass(frozen=True, slots=True)
class Item:
    """One item: its names, what it says of itself, its figures by section, its dated series and its conflicts."""

    kind: str
    id: str
    name: str
    aliases: tuple[str, ...]
    path: Path
    origin: str
    facts: Mapping[str, Any]
    sections: Mapping[str, Mapping[str, Leaf]]
    series: Mapping[str, tuple[Leaf, ...]]
    conflicts: tuple[Mapping[str, Any], ...] = ()
    exceptions: tuple[Mapping[str, Any], ...] = ()

    def leaf(self, name: str, as_of: str = "") -> Leaf | None:
        """The figure that stands: of the section, or of the series the one that stands on that day.

        An analyst's estimate is no figure: it stands under `estimates` and is asked for by name.
        """
        for title, section in self.sections.items():
            if name in section and title != "estimates":
                return section[name]
        if self.kind == "chips" and name in SERIES:
            return self.quoted(name, as_of)
        return standing(self.series.get(name, ()), as_of)

    def vote(self, series: str, as_of: str = "") -> Quote | None:
        """What the quotes of a chip come to, with those that vote."""
        from cluster_calc.catalog.votes import purchase, rent

        quotes = [quote_of(leaf) for leaf in self.series.get(series, ())]
        return purchase(quotes, as_of) if series == "price" else rent(quotes, as_of=as_of)

    def quoted(self, series: str, as_of: str = "") -> Leaf | None:
        """The price or the rent of a chip that stands, by the rule of the price book."""
        found = self.vote(series, as_of)
        if found is None:
            return None
        facts: dict[str, Any] = (
            {"basis": found.basis} if series == "price" else {"term": found.term, "segment": found.segment}
        )
        facts["votes"] = len(found.votes)
        return Leaf(found.datum, QUANTITIES[SERIES[series]].unit, True, found.rule, facts)

    def leaves(self) -> Iterator[tuple[str, Leaf]]:
        """Every figure with its place in the file: `figures.tdp`, `price[2]`."""
        for title, section in self.sections.items():
            for name, leaf in section.items():
                yield f"{title}.{name}", leaf
        for name, leaves in self.series.items():
            for number, leaf in enumerate(leaves):
                yield f"{name}[{number}]", leaf

    @property
    def file(self) -> Path | None:
        """The table beside the file that holds the rows of a long item."""
        return self.path.parent / str(self.facts["file"]) if self.facts.get("file") else None


def quote_of(leaf: Leaf) -> Quote:
    """A leaf of a chip's prices or rents as a quote."""
    facts = leaf.facts
    return Quote(
        leaf.datum, str(facts.get("basis", "")), str(facts.get("vendor", facts.get("provider", ""))),
        str(facts.get("term", "")), str(facts.get("instance", "")), str(facts.get("segment", "")),
        str(facts.get("region", "")), float(facts.get("chips", 1)), str(facts.get("condition", "new")),
        str(facts.get("side", "buyer")),
    )  # fmt: skip


def item_of(catalog: Layers, raw: Raw, kind: str) -> Item:
    """The tables of an item of any kind."""
    tables = raw.tables
    units = OWN_UNITS.get(kind, {})
    reader = Reader(catalog, raw, units=units)
    sections: dict[str, dict[str, Leaf]] = {}
    series: dict[str, tuple[Leaf, ...]] = {}
    facts: dict[str, Any] = {}
    for key, value in tables.items():
        if key in ("id", "name", "aliases", "sources", "conflict", "exception"):
            continue
        if key in SECTIONS and isinstance(value, dict):
            as_name = "peak_throughput" if key == "peak_throughput" else ""
            kind_of = "estimate" if key == "estimates" else "range"
            sections[key] = {
                name: _leaf(reader, as_name or name, entry, f"{key}.{name}", kind_of, units, kind != "chips")
                for name, entry in value.items()
            }
        elif isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
            name = SERIES.get(key, key)
            place = f"{key}[{{}}]" + (f" {name}" if name != key else "")
            series[key] = tuple(
                _leaf(reader, name, entry, place.format(number), "choice", units, kind != "chips")
                for number, entry in enumerate(value)
            )
        else:
            facts[key] = value
    nearest = min((int(entry[FROM]) for entry in _entries(tables)), default=len(catalog.folders) - 1)
    return Item(
        kind, str(tables["id"]), str(tables.get("name", tables["id"])), tuple(tables.get("aliases", ())), raw.path,
        catalog.origin(nearest), facts, sections, series,
        tuple(_without(entry) for entry in tables.get("conflict", ())),
        tuple(_without(entry) for entry in tables.get("exception", ())),
    )  # fmt: skip


def _entries(tables: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for value in tables.values():
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        yield from (part for part in parts if isinstance(part, dict) and FROM in part)


def _without(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != FROM}


def _leaf(reader: Reader, name: str, entry: Any, place: str, kind: str, units: Mapping[str, str], money: bool) -> Leaf:
    """One entry; `money` says whether it may be in another currency than the quantity's."""
    if not isinstance(entry, dict):
        raise InputError(f"{reader.file}: {place} is not a table")
    typed = unit_of(entry.get("value"))
    foreign = (
        money and typed and name in QUANTITIES and name not in units and _currency_differs(typed, QUANTITIES[name].unit)
    )
    if name in units:
        unit = units[name]
    elif name in QUANTITIES and not foreign:
        unit = QUANTITIES[name].unit
    else:
        unit = typed or "1"
    if foreign or (name not in QUANTITIES and name not in units):
        reader = Reader(reader.catalog, reader.raw, reader.origin, {name: unit})
    datum = reader.figure(name, entry, kind=kind, key=place)
    facts = {key: value for key, value in entry.items() if key not in TOLD and key not in INHERITED}
    return Leaf(datum, unit, bool(entry.get("default")), str(entry.get("reason", "")), facts)


def unit_of(value: Any) -> str:
    """The unit text of a figure as it is written.

    >>> unit_of("0.19 EUR/kWh"), unit_of(8), unit_of("10.2 kW")
    ('EUR/kWh', '', 'kW')
    """
    try:
        return split(value)[1] if isinstance(value, str) else ""
    except UnitError:
        return ""


def currency(unit_text: str) -> str:
    """The currency of a unit text, or nothing.

    >>> currency("EUR/kWh"), currency("cent/kWh"), currency("GB/s")
    ('EUR', 'USD', '')
    """
    import re

    try:
        found = re.match(r"\[([A-Z]{3})\]", target(unit_text).dimension)
    except UnitError:
        return ""
    return found.group(1) if found else ""


def _currency_differs(typed: str, wanted: str) -> bool:
    return currency(typed) not in ("", currency(wanted)) and bool(currency(wanted))
