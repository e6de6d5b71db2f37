"""The price book: quotes as rows of `catalog/quotes/*.csv`, read by chip; every fault names its line.

Two tables, told apart by their columns: rents have a provider, a segment and a term; purchases a vendor, a basis, a
condition and a side. A row's price is for its unit (a chip-hour, a server-hour; a chip, a server, a rack), in its
currency, of `chips` chips.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.files.toml import read_text
from cluster_calc.quantities.dates import day_of
from cluster_calc.quantities.settings import BASES

if TYPE_CHECKING:
    from cluster_calc.catalog.book import Catalog

FOLDER = "quotes"
COMMON = ("chip", "chips", "region", "price", "currency", "unit", "covers", "date", "source", "locator", "licence",
          "confidence", "note")  # fmt: skip
RENTALS = ("provider", "segment", "instance", *COMMON[:3], "term", *COMMON[3:])
PURCHASES = ("vendor", "side", "condition", "basis", *COMMON[:4], "low", "high", *COMMON[4:])
TERMS = ("on-demand", "1-year", "3-year", "spot", "reserved")
SEGMENTS = ("specialist", "hyperscaler", "marketplace", "index")
# What a price may be for, and whether it is for all chips of the row or for each.
RENT_UNITS = {"chip-hour": False, "server-hour": True}
BUY_UNITS = {"chip": False, "board": True, "server": True, "rack": True}
CHOICES: Mapping[str, Sequence[str]] = {
    "segment": SEGMENTS, "term": TERMS, "side": ("buyer", "vendor"), "condition": ("new", "used", "any"), "basis": BASES,
    "confidence": ("high", "medium", "low"),
}  # fmt: skip
REQUIRED = {
    "rental": ("provider", "segment", "chip", "term", "price", "currency", "unit", "date", "source", "confidence"),
    "price": ("side", "condition", "basis", "chip", "price", "currency", "unit", "date", "source", "confidence"),
}


class Row(NamedTuple):
    """One row of a table, with its place."""

    series: str
    path: Path
    line: int
    cells: Mapping[str, str]

    def wrong(self, words: str) -> InputError:
        """The error of a row."""
        return InputError(f"{self.path}:{self.line}: {words}")


def tables(folder: Path) -> list[Path]:
    """The tables of a folder's book."""
    return sorted((folder / FOLDER).glob("*.csv"))


def rows_of(path: Path, only: str = "") -> Iterator[Row]:
    """The rows of a table; those that name `only` where it is given, without reading the others."""
    lines = _lines(path)
    if not lines:
        return
    head = next(csv.reader([lines[0]]))
    series = "rental" if "term" in head else "price"
    known = RENTALS if series == "rental" else PURCHASES
    for name in head:
        if name not in known:
            raise InputError(f"{path}:1: unknown column {quoted(name)}.{did_you_mean(name, known)}")
    for name in known:
        if name not in head:
            raise InputError(f"{path}:1: column {quoted(name)} is missing; the columns are {', '.join(known)}")
    for number, line in enumerate(lines[1:], 2):
        if line.strip() and (not only or only in line):
            cells = next(csv.reader([line]))
            if len(cells) != len(head):
                raise InputError(
                    f"{path}:{number}: {len(cells)} cells, and the head has {len(head)}; quote what holds a comma"
                )
            found = dict(zip(head, (cell.strip() for cell in cells), strict=True))
            if not only or found["chip"] == only:
                yield Row(series, path, number, found)


@cache
def _lines(path: Path) -> tuple[str, ...]:
    return tuple(read_text(path).splitlines())


def forget() -> None:
    """Read the tables anew."""
    _lines.cache_clear()


def entry_of(row: Row) -> dict[str, Any]:
    """A row as the entry of a series: its price per chip, and what else it says."""
    cells = row.cells
    for name in REQUIRED[row.series]:
        if not cells[name]:
            raise row.wrong(f"{name} is empty; a quote has {', '.join(REQUIRED[row.series])}")
    for name, choices in CHOICES.items():
        if name in cells and cells[name] not in choices:
            raise row.wrong(
                f"{name} {quoted(cells[name])} is not one of {', '.join(choices)}.{did_you_mean(cells[name], choices)}"
            )
    units = RENT_UNITS if row.series == "rental" else BUY_UNITS
    if cells["unit"] not in units:
        raise row.wrong(f"unit {quoted(cells['unit'])} is not one of {', '.join(units)}")
    if not (len(cells["currency"]) == 3 and cells["currency"].isalpha() and cells["currency"].isupper()):
        raise row.wrong(f"currency {quoted(cells['currency'])} is not a code of three letters, for example USD")
    _check_day(row)
    chips = _number(row, "chips") or 1.0
    per = chips if units[cells["unit"]] else 1.0
    found: dict[str, Any] = {"as_of": cells["date"], "chips": chips}
    for name, key in (("price", "value"), ("low", "low"), ("high", "high")):
        amount = _number(row, name) if cells.get(name) else None
        if amount is not None:
            found[key] = f"{amount / per!r} {cells['currency']}" + ("/hour" if row.series == "rental" else "")
    for name in ("provider", "vendor", "segment", "instance", "region", "term", "basis", "condition", "side", "source",
                 "locator", "confidence", "note"):  # fmt: skip
        if cells.get(name):
            found[name] = cells[name]
    return found


def _number(row: Row, name: str) -> float:
    text = row.cells[name]
    try:
        value = float(text or "0")
    except ValueError:
        raise row.wrong(
            f"{name} {quoted(text)} is not a number; the unit and the currency have columns of their own"
        ) from None
    if not 0 < value < 1e12 and not (name == "chips" and not text):
        raise row.wrong(f"{name} {quoted(text)} is not above 0")
    return value


def _check_day(row: Row) -> None:
    text = row.cells["date"]
    try:
        datetime.date.fromisoformat(day_of(text))
    except ValueError:
        raise row.wrong(f"date {quoted(text)} is no date; write for example 2026-10, or 2026-10-05") from None


def entries(catalog: Catalog, chip: str, layer_key: str) -> dict[str, list[dict[str, Any]]]:
    """The quotes of a chip by series, those of the nearest folder first."""
    found: dict[str, list[dict[str, Any]]] = {"price": [], "rental": []}
    book = catalog.book_layer
    for layer, folder in enumerate(catalog.folders[: book + 1]):
        for path in tables(folder):
            for row in rows_of(path, only=chip) if layer == book else _own(catalog, path, chip):
                found[row.series].append({**_in_dollars(entry_of(row), row, catalog), layer_key: layer})
    return found


def _in_dollars(entry: dict[str, Any], row: Row, catalog: Catalog) -> dict[str, Any]:
    """The entry in dollars, at the newest rate of the catalog, which its note names."""
    code = row.cells["currency"]
    if code == "USD":
        return entry
    from cluster_calc.catalog.currencies import rate

    try:
        paid = rate(code, "", catalog)
    except InputError as error:
        raise row.wrong(str(error)) from None
    found = dict(entry)
    for name in ("value", "low", "high"):
        if name in entry:
            number, _, unit = str(entry[name]).partition(" ")
            found[name] = f"{float(number) * float(paid.value)!r} {unit.replace(code, 'USD')}"
    words = f"{entry['value']} at {float(paid.value):g} USD/{code} of {paid.as_of}"
    return {**found, "note": "; ".join(filter(None, (words, str(entry.get("note", "")))))}


def _own(catalog: Catalog, path: Path, chip: str) -> Iterable[Row]:
    """The rows of a table of one's own, which may call a chip by any of its names."""
    for row in rows_of(path):
        try:
            if catalog.identify(row.cells["chip"]) == chip:
                yield row
        except InputError as error:
            raise row.wrong(str(error)) from None
