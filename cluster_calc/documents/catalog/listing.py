"""`catalog list`: the items of a kind as rows, filtered and sorted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.chips import available
from cluster_calc.catalog.items import Item
from cluster_calc.documents.catalog.cells import Cell, leaf_cell
from cluster_calc.documents.render.tables import render
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.quantities.dates import day_of
from cluster_calc.quantities.display import NOT_FOUND, scaled
from cluster_calc.quantities.settings import PRECISIONS
from cluster_calc.quantities.units import to_base

# What a list shows unless told otherwise: facts of the file by name, figures by the name they have in it.
DEFAULT = {
    "chips": ("maker", "available", "bf16", "fp8", "memory", "memory_bandwidth", "tdp", "price", "basis", "price_date", "rental"),
    "servers": ("chip", "form", "chips", "system_power", "price", "basis", "price_date"),
    "networks": ("network_share", "switch_price"),
    "sites": ("kind", "electricity_price", "sector", "electricity_price_date", "pue", "carbon_intensity", "construction_cost"),
    "prices": ("kind", "point", "point_date", "provider", "discount_1_year", "discount_3_year"),
    "shipments": ("period", "designer", "annual_shipments", "h100_equivalents"),
    "runs": ("org", "year", "params", "tokens", "chip", "chips", "gpu_hours", "days", "cost_usd"),
    "yardsticks": ("kind", "amount", "price_year", "amount_date", "power"),
    "lives": ("kind", "chip", "lifetime", "lifetime_date", "residual_value"),
    "failures": ("chip", "failure_rate", "goodput", "mean_time_between_failures"),
    "trends": ("kind", "point", "point_date"),
    "recipes": ("flop_per_parameter_token", "frozen", "weight_bytes", "gradient_bytes", "optimizer_bytes", "notes"),
    "models": ("developer", "released", "parameters", "active_parameters", "layers", "hidden_size", "attention", "experts", "context", "tokens", "native_precision", "licence"),
}  # fmt: skip
# Figures that every item of the kind has somewhere: their absence is a gap.
SOUGHT = {
    "chips": ("memory", "memory_bandwidth", "tdp", "price", "rental"),
    "servers": ("chips", "system_power", "price"),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; an empty field does not narrow."""

    maker: str = ""
    released: str = ""
    precision: str = ""
    memory: str = ""
    priced: bool | None = None
    text: str = ""


def cell(item: Item, column: str, as_of: str = "") -> Cell:
    """A column of an item: a peak, a figure, the standing entry of a series or its date, or a fact."""
    if column in PRECISIONS:
        leaf = item.sections.get("peak_throughput", {}).get(column)
        return leaf_cell(leaf) if leaf else Cell(None, "–")
    for suffix in ("_date", "_source"):
        leaf = item.leaf(column.removesuffix(suffix), as_of) if column.endswith(suffix) else None
        if leaf is not None:
            text = leaf.datum.as_of if suffix == "_date" else leaf.datum.source.publisher
            return Cell(text or None, text)
    leaf = item.leaf(column, as_of)
    if leaf is not None:
        return leaf_cell(leaf)
    if column in item.facts:
        fact = item.facts[column]
        return Cell(fact, "yes" if fact is True else "no" if fact is False else str(fact))
    for series in item.series:
        leaf = item.leaf(series, as_of)
        if leaf is not None and column in leaf.facts:
            return Cell(leaf.facts[column], str(leaf.facts[column]))
    return Cell(None, NOT_FOUND if column in SOUGHT.get(item.kind, ()) else "")


def columns_of(kind: str, items: Sequence[Item]) -> set[str]:
    """Every column that some item has."""
    known: set[str] = set(DEFAULT[kind])
    for item in items:
        known |= set(item.facts) | set(item.series) | {name for section in item.sections.values() for name in section}
        known |= {f"{name}_{what}" for name in item.series for what in ("date", "source")}
        known |= {fact for leaves in item.series.values() for leaf in leaves for fact in leaf.facts}
    return known | {"aliases", "origin"}


def items(book: Catalog, kind: str, wanted: Filter | None = None) -> list[Item]:
    """The items of a kind that pass the filter."""
    passes = [_passing(wanted)] if wanted else []
    found = [book.item(key, kind) for key in book.layered(kind)]
    return [item for item in found if all(test(item) for test in passes)]


def _passing(wanted: Filter) -> Callable[[Item], bool]:
    if wanted.precision and wanted.precision.lower() not in PRECISIONS:
        hint = did_you_mean(wanted.precision, PRECISIONS)
        raise InputError(f"--precision {quoted(wanted.precision)} is not one of {', '.join(PRECISIONS)}.{hint}")
    least = to_base(wanted.memory, "GiB/chip", bare=False, example="'80 GiB'") if wanted.memory else 0.0
    first, last = _span(wanted.released)

    def passes(item: Item) -> bool:
        released = available(item.facts)
        memory = item.leaf("memory")
        priced = bool(item.series.get("price") or item.series.get("rental"))
        text = f"{item.id} {item.name} {' '.join(item.aliases)}".lower()
        return (
            (not wanted.maker or wanted.maker.lower() in str(item.facts.get("maker", "")).lower())
            and (not wanted.released or (bool(released) and first <= day_of(released) <= last))
            and (not wanted.precision or wanted.precision.lower() in item.sections.get("peak_throughput", {}))
            and (not wanted.memory or (memory is not None and (memory.datum.value or 0.0) >= least * (1 - 1e-9)))
            and (wanted.priced is None or wanted.priced == priced)
            and all(word in text for word in wanted.text.lower().split())
        )

    return passes


def _span(text: str) -> tuple[str, str]:
    """A date, or FIRST..LAST, as the first and the last day of it.

    >>> _span("2023..2024-06"), _span("2022")
    (('2023-01-01', '2024-06-31'), ('2022-01-01', '2022-12-31'))
    """
    first, _, last = text.partition("..") if ".." in text else (text, "", text)
    for end in filter(None, (first.strip(), last.strip())):
        if len(end) not in (4, 7, 10) or not end.replace("-", "").isdigit():
            raise InputError(f"--released {quoted(text)}: write a year or a span, for example 2022 or 2023..2024-06")
    ends = {4: "-12-31", 7: "-31", 10: ""}
    return day_of(first.strip()) or "0", (last.strip() + ends[len(last.strip())]) if last.strip() else "9999"


def listing(
    book: Catalog,
    kind: str,
    form: str = "table",
    *,
    wanted: Filter | None = None,
    columns: Iterable[str] = (),
    sort: str = "",
    as_of: str = "",
) -> str:
    """The list of a kind in one of the four formats."""
    if kind == "runs":
        return _runs(book, form, columns, sort, wanted)
    found = items(book, kind, wanted)
    named = tuple(columns) or DEFAULT[kind]
    _known((*named, *([sort.lstrip("-")] if sort else [])), columns_of(kind, found) | {"id", "name"})
    cells = {item.id: {column: _cell(item, column, as_of) for column in named} for item in found}
    if sort:
        keys = {item.id: _cell(item, sort.lstrip("-"), as_of).value for item in found}
        found.sort(key=lambda item: _order(keys[item.id]), reverse=sort.startswith("-"))
        found.sort(key=lambda item: keys[item.id] is None)
    rows = [
        {"id": item.id, "name": item.name, "aliases": list(item.aliases)}
        | {column: entry.value for column, entry in cells[item.id].items()}
        for item in found
    ]
    lines = [[item.id, *(cells[item.id][column].shown for column in named)] for item in found]
    return render(rows, lines, ["id", *named], form)


def _cell(item: Item, column: str, as_of: str) -> Cell:
    if column in ("id", "name", "origin"):
        return Cell(getattr(item, column), getattr(item, column))
    if column == "aliases":
        return Cell(list(item.aliases), ", ".join(item.aliases))
    return cell(item, column, as_of)


def _order(value: Any) -> tuple[bool, Any]:
    return (isinstance(value, (int, float)), value if value is not None else "")


def _known(names: Iterable[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise InputError(
                f"unknown column {quoted(name)}.{did_you_mean(name, known)} Known: {', '.join(sorted(known))}"
            )


def _runs(book: Catalog, form: str, columns: Iterable[str], sort: str, wanted: Filter | None) -> str:
    from cluster_calc.documents.catalog.rows import UNITS, number, runs

    rows = [row for _, row in runs(book).values() if row]
    if wanted and wanted.text:
        rows = [row for row in rows if wanted.text.lower() in f"{row['id']} {row.get('model', '')}".lower()]
    known = {name for row in rows for name in row}
    named = tuple(columns) or DEFAULT["runs"]
    _known((*named, *([sort.lstrip("-")] if sort else [])), known)
    full: list[dict[str, Any]] = [
        {name: number(text) if name in UNITS else text or None for name, text in row.items()} for row in rows
    ]
    if sort:
        key = sort.lstrip("-")
        full.sort(key=lambda row: _order(row.get(key)), reverse=sort.startswith("-"))
        full.sort(key=lambda row: row.get(key) is None)
    objects: list[dict[str, Any]] = [
        {"id": row["id"], "name": row.get("model") or row["id"], "aliases": []}
        | {name: row.get(name) for name in named}
        for row in full
    ]
    lines = [[str(row["id"]), *(_run_cell(name, row.get(name)) for name in named)] for row in full]
    return render(objects, lines, ["id", *named], form)


def _run_cell(name: str, value: Any) -> str:
    if name == "year" and value is not None:
        return f"{value:.0f}"
    return leaf_number(value) if isinstance(value, float) else str(value or "")


def leaf_number(value: float) -> str:
    """A plain number for people.

    >>> leaf_number(2600000000.0), leaf_number(1024.0)
    ('2.6B', '1,024')
    """
    if abs(value) >= 1e15:
        return f"{value:.3g}"
    return "".join(scaled(value, ((1e12, "T"), (1e9, "B"), (1e6, "M")), 4))
