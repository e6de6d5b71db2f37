"""What an item of each kind may hold: its own words, its figures, its dated series, and the keys of an entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cluster_calc.catalog.items import OWN_UNITS, SERIES
from cluster_calc.files.shipped import shipped
from cluster_calc.files.toml import read_toml
from cluster_calc.quantities.nomenclature import QUANTITIES

# An id is also the name of its file, on every system: no device of Windows, no two dots, no ending.
ID = re.compile(
    r"(?!(?:con|nul|prn|aux|com[0-9]|lpt[0-9])(?:[.]|$))(?!.*[.][.])(?!.*[.](?:toml)?$)[a-z0-9][a-z0-9.-]{0,79}"
)
NAMES = ("id", "name", "aliases")
FACTS: dict[str, tuple[str, ...]] = {
    "chips": (
        "maker",
        "form_factor",
        "generation",
        "unit",
        "announced",
        "available",
        "released",
        "successor",
        "instances",
    ),
    "servers": ("chip", "form"),
    "networks": (),
    "sites": ("kind",),
    "prices": ("kind", "provider", "chip", "unit"),
    "shipments": ("period", "designer", "scope", "complete", "file", "licence"),
    "runs": ("file", "licence"),
    "yardsticks": ("kind",),
    "trends": ("kind", "unit"),
    "lives": ("kind", "chip"),
    "failures": ("chip", "chips_per_node"),
    "models": ("developer", "released", "modality", "attention", "native_precision", "tied", "biases", "licence"),
    "recipes": ("frozen",),
}
REQUIRED: dict[str, tuple[str, ...]] = {
    "chips": ("maker", "form_factor", "unit"),
    "servers": ("chip", "form"),
    "sites": ("kind",),
    "models": ("attention",),
}
SECTIONS: dict[str, tuple[str, ...]] = {
    "chips": ("peak_throughput", "figures", "estimates"),
    "runs": ("columns",),
    "shipments": ("figures", "columns"),
    "sites": ("figures",),
}
SERIES_OF: dict[str, tuple[str, ...]] = {
    "chips": ("price", "rental"),
    "servers": ("price",),
    "sites": ("electricity_price", "pue", "carbon_intensity", "construction_cost"),
    "prices": ("point",),
    "yardsticks": ("amount", "power"),
    "lives": ("lifetime", "residual_value"),
    "trends": ("point",),
}
EVERYWHERE = ("notes", "sources", "conflict", "exception")
ENTRY = ("value", "low", "high", "source", "locator", "as_of", "confidence", "note", "reason", "default")
FIGURE = ("value", "low", "high", "source", "locator", "as_of", "confidence", "note", "reason", "basis")
MORE: dict[str, tuple[str, ...]] = {
    "price": ("basis", "vendor", "chips", "region", "condition", "side"),
    "rental": ("provider", "segment", "instance", "chips", "region", "term"),
    "electricity_price": ("sector",),
    "lifetime": ("released",),
    "residual_value": ("age",),
    "amount": ("price_year",),
}
CONFLICT = ("field", "value", "source", "chosen", "reason", "locator", "as_of")
EXCEPTION = ("check", "field", "reason")
SOURCE = ("title", "publisher", "url", "locator", "date", "accessed", "kind", "via", "licence", "note", "archive")
TERMS = ("on-demand", "1-year", "3-year", "spot", "reserved")


@dataclass(frozen=True, slots=True)
class Field:
    """A figure's unit, the range it can be in, and why."""

    name: str
    unit: str
    low: float | str | None
    high: float | str | None
    reason: str


@cache
def rules() -> Mapping[str, Any]:
    """The tables of `fields.toml` by kind."""
    return read_toml(shipped("catalog") / "fields.toml")


def field_of(kind: str, name: str) -> Field | None:
    """The figure of that name in a kind; a trailing number (`restart_time_16000`) says at which size."""
    known = rules().get(kind, {})
    table = known.get(name) or known.get(re.sub(r"_[0-9]+$", "", name))
    if table is None:
        return None
    quantity = QUANTITIES.get(SERIES.get(name, name) if SERIES.get(name, name) not in OWN_UNITS.get(kind, {}) else "")
    unit = table.get("unit", quantity.unit if quantity else "")
    return Field(name, str(unit), table.get("low"), table.get("high"), str(table.get("reason", "")))


def top_level(kind: str) -> tuple[str, ...]:
    """The keys a file of a kind may have."""
    return (*NAMES, *FACTS[kind], *SECTIONS.get(kind, ("figures",)), *SERIES_OF.get(kind, ()), *EVERYWHERE)


def figures(kind: str) -> tuple[str, ...]:
    """The names that a kind's figures may have."""
    return tuple(name for name in rules().get(kind, {}) if name not in SERIES_OF.get(kind, ()))
