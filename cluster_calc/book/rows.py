"""Items that are rows of a table beside their file, such as published training runs."""

from __future__ import annotations

import csv
import io
from typing import Any

from cluster_calc.book.items import Item
from cluster_calc.book.toml_file import MAX_FILE_BYTES
from cluster_calc.catalog import Catalog
from cluster_calc.errors import InputError, quoted

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


def run_dict(item: Item, row: dict[str, str]) -> dict[str, Any]:
    """A run as the contract's object: each figure a leaf with value, unit and source."""
    if not row:
        from cluster_calc.book.showing import as_dict

        return as_dict(item)
    source = {"id": row.get("source", ""), "title": row.get("source", "")}
    found: dict[str, Any] = {"id": row["id"], "name": row.get("model", row["id"]), "aliases": []}
    for name, cell in row.items():
        if name == "id":
            continue
        if name in UNITS:
            found[name] = {"value": number(cell), "unit": UNITS[name], "source": source if cell else None}
        else:
            found[name] = cell or None
    return found


def number(cell: str) -> float | None:
    """A cell's number, or None where nothing was published."""
    try:
        return float(cell) if cell else None
    except ValueError:
        return None


def run_text(run: dict[str, Any]) -> str:
    """A run for people."""
    lines = [f"{run['name']}  ({run['id']})"]
    for name, value in run.items():
        if name in ("id", "name", "aliases", "model"):
            continue
        if isinstance(value, dict):
            shown = (
                "not found"
                if value.get("value") is None
                else f"{value['value']:,.15g} {value['unit']}".removesuffix(" 1")
            )
        else:
            shown = str(value or "not found")
        lines.append(f"  {name:<16} {shown}")
    return "\n".join(lines) + "\n"
