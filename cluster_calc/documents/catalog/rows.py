"""Items that are rows of a table beside their file, such as published training runs."""

from __future__ import annotations

import csv
import io

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.items import Item
from cluster_calc.errors import InputError, quoted
from cluster_calc.files.toml import MAX_FILE_BYTES

# Column → the unit of its bare numbers.
UNITS = {
    "params": "parameter", "params_active": "parameter", "tokens": "token", "flop_published": "FLOP", "chips": "chip",
    "gpu_hours": "chip*hour", "days": "day", "energy_mwh": "MWh", "co2_t": "t", "cost_usd": "USD", "year": "1",
}  # fmt: skip


def table_of(item: Item) -> list[dict[str, str]]:
    """The rows of an item's table; the table lies beside the item's file, nowhere else."""
    file = item.file
    if file is None:
        return []
    if not file.resolve().is_relative_to(item.path.parent.resolve()) or not file.is_file():
        raise InputError(f"{item.path.name}: file {quoted(item.facts['file'])} is not in {item.path.parent.name}/")
    if file.stat().st_size > MAX_FILE_BYTES:
        raise InputError(f"{file}: more than {MAX_FILE_BYTES} bytes")
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"), newline="")))


def runs(book: Catalog) -> dict[str, tuple[Item, dict[str, str]]]:
    """Every published run by its id, with the item whose table it stands in."""
    found: dict[str, tuple[Item, dict[str, str]]] = {}
    for key in book.layered("runs"):
        item = book.item(key, "runs")
        rows = table_of(item)
        for row in rows:
            found.setdefault(row.get("id", ""), (item, row))
        if not rows:
            found[key] = (item, {})
    return found


def number(cell: str) -> float | None:
    """A cell's number, or None where nothing was published."""
    try:
        return float(cell) if cell else None
    except ValueError:
        return None
