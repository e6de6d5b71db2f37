"""`catalog sources`: which source carries what, which figures are stale, which items rest on one source alone."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.heads import KINDS
from cluster_calc.catalog.items import SERIES, Item
from cluster_calc.documents.render.tables import csv_text, markdown_table, text_table
from cluster_calc.quantities.dates import day_of

# Figures that one source gives to every chip say nothing about a chip's own.
SHARED = ("figures.server_cost_factor", "figures.server_power_factor", "figures.power_utilisation")


def everything(book: Catalog) -> Iterator[Item]:
    """Every item of every kind."""
    for kind in KINDS:
        for key in book.layered(kind):
            item = book.item(key, kind)
            yield item


def stale(book: Catalog, day: datetime.date) -> list[dict[str, Any]]:
    """The figures that stand and are past its shelf life."""
    lives, found = book.shelf_lives(), []
    for item in everything(book):
        for name in item.series:
            leaf, quantity = item.leaf(name), SERIES.get(name, name)
            if leaf is None or quantity not in lives or item.kind == "lives":
                continue
            age = (day - datetime.date.fromisoformat(day_of(leaf.datum.as_of))).days
            if age > lives[quantity]:
                found.append({"kind": item.kind, "id": item.id, "figure": name, "as_of": leaf.datum.as_of,
                              "age_days": age, "keeps_days": lives[quantity], "source": leaf.datum.source.id})  # fmt: skip
    return sorted(found, key=lambda entry: -entry["age_days"])


def overview(book: Catalog, day: datetime.date) -> dict[str, Any]:
    """Sources with what they carry, stale figures, chips whose specification rests on one source, sources that carry nothing."""
    used: dict[str, dict[str, Any]] = {}
    single = []
    for item in everything(book):
        for _, leaf in item.leaves():
            source = leaf.datum.source
            entry = used.setdefault(source.id, {
                "id": source.id, "title": source.title, "publisher": source.publisher, "url": source.url, "date": source.date,
                "figures": 0, "items": [],
            })  # fmt: skip
            entry["figures"] += 1
            if f"{item.kind}/{item.id}" not in entry["items"]:
                entry["items"].append(f"{item.kind}/{item.id}")
        if item.kind == "chips" and not item.conflicts:
            told = {
                leaf.datum.source.id
                for place, leaf in item.leaves()
                if place.startswith(("peak_throughput.", "figures.")) and place not in SHARED
            }
            if len(told) == 1:
                single.append({"kind": item.kind, "id": item.id, "source": told.pop()})
    known = dict.fromkeys(key for folder in book.folders for key in book.sources(folder))
    elsewhere = _cited_elsewhere(book)
    return {
        "sources": sorted(used.values(), key=lambda entry: (-entry["figures"], entry["id"])),
        "stale": stale(book, day),
        "single_sourced": single,
        "unused": [key for key in known if key not in used and key not in elsewhere],
    }


def _cited_elsewhere(book: Catalog) -> set[str]:
    """Sources of defaults and conflicts, which are no figures of an item."""
    from cluster_calc.files.toml import read_toml

    tables = read_toml(book.folders[-1] / "assumptions.toml")
    found = {str(table.get("source")) for table in tables.values() if isinstance(table, dict)}
    for item in everything(book):
        found |= {str(entry.get("source")) for entry in item.conflicts}
        columns = item.facts.get("columns")
        if isinstance(columns, dict):
            found.add(str(columns.get("source")))
    return found


def sources_text(book: Catalog, form: str, day: datetime.date) -> str:
    """The overview in one of the four formats."""
    found = overview(book, day)
    if form == "json":
        return json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    if form == "csv":
        return csv_text([{**entry, "items": len(entry["items"])} for entry in found["sources"]])
    table = markdown_table if form == "markdown" else text_table
    heading = "## {}\n\n" if form == "markdown" else "{}\n"
    parts = [
        table(["source", "figures", "items", "date", "publisher"],
              [[e["id"], str(e["figures"]), str(len(e["items"])), e["date"], e["publisher"]] for e in found["sources"]]),
        heading.format(f"Stale on {day}: {len(found['stale'])} figures that stand")
        + table(["kind", "item", "figure", "dated", "days", "keeps"],
                [[e["kind"], e["id"], e["figure"], e["as_of"], str(e["age_days"]), f"{e['keeps_days']:g}"] for e in found["stale"]]),
        heading.format(f"Chips whose specification rests on one source: {len(found['single_sourced'])}")
        + table(["chip", "source"], [[e["id"], e["source"]] for e in found["single_sourced"]]),
    ]  # fmt: skip
    if found["unused"]:
        parts.append(
            heading.format(f"Cited by nothing: {len(found['unused'])}")
            + "".join(f"  {key}\n" for key in found["unused"])
        )
    return "\n".join(parts)
