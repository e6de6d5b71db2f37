"""docs/catalog.md: the catalog's tables with their sources as footnotes, and what it covers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.heads import KINDS
from cluster_calc.catalog.items import Item, Leaf
from cluster_calc.documents.catalog.listing import DEFAULT, cell, items
from cluster_calc.documents.catalog.rows import runs
from cluster_calc.documents.render.markdown import escape
from cluster_calc.quantities.datum import CONFIDENCES, Source
from cluster_calc.quantities.settings import PRECISIONS

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "catalog.md"
COLUMNS = {
    **DEFAULT,
    "chips": (
        "available",
        "bf16",
        "fp8",
        "memory",
        "memory_bandwidth",
        "tdp",
        "price",
        "basis",
        "price_date",
        "rental",
    ),
    "networks": (
        "network_share",
        "switch_price",
        "nic_price",
        "share_of_site_cost",
        "share_of_run_cost",
        "revenue_share",
    ),
}
ABOUT = {
    "chips": "Dense peaks. A price is the one that stands; `cluster-calc catalog show ID` has every quote, every conflict and the notes.",
    "servers": "Price and power are those of the whole server.",
    "networks": "What a cluster's network costs.",
    "sites": "What electricity costs, what the building adds, what the grid emits. Prices stay in their currency.",
    "prices": "Series that move prices: commitment discounts, exchange rates, indices.",
    "shipments": "How many accelerators were shipped, by whose count. The counts differ threefold: each says what it holds.",
    "yardsticks": "What else such sums buy.",
    "lives": "How long hardware is written off over, and what it fetches used.",
    "failures": "How often clusters fail and how much of the wall clock is useful.",
    "recipes": "What a kind of training computes for each weight and token, and keeps of it: figures that `--recipe` gives.",
    "models": "Shapes of models; parameters are the stated ones, and the shapes of each file add up to them within 1 %.",
}


class Notes:
    """The sources that the page cites, as footnotes."""

    def __init__(self) -> None:
        self.cited: dict[str, Source] = {}

    def mark(self, leaf: Leaf) -> str:
        """The footnote mark of a leaf."""
        source = leaf.datum.source
        self.cited.setdefault(source.id, source)
        return f"[^{source.id}]"

    def lines(self) -> list[str]:
        """The footnotes."""
        found = []
        for key, source in sorted(self.cited.items()):
            words = ". ".join(part for part in (escape(source.title), escape(source.publisher), source.date) if part)
            found.append(
                f"[^{key}]: {words}."
                + (f" <{source.url}>" if source.url.startswith("http") else f" {escape(source.url)}".rstrip())
            )
        return found


def leaf_of(item: Item, column: str) -> Leaf | None:
    """The leaf behind a column, if it is one."""
    if column in PRECISIONS:
        return item.sections.get("peak_throughput", {}).get(column)
    return item.leaf(column)


def table(book: Catalog, kind: str, notes: Notes) -> list[str]:
    """The table of a kind."""
    columns = COLUMNS[kind]
    lines = [
        "| " + " | ".join(["", *(column.replace("_", " ") for column in columns)]) + " |",
        "| :-- |" + " :-- |" * len(columns),
    ]
    for item in items(book, kind):
        cells = [f"{escape(item.name)} `{item.id}`"]
        for column in columns:
            leaf = leaf_of(item, column)
            cells.append(escape(cell(item, column).shown) + (notes.mark(leaf) if leaf else ""))
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def coverage(book: Catalog) -> list[str]:
    """Which figures how many chips have, and how sure they are."""
    chips = items(book, "chips")
    names: list[str] = [
        *PRECISIONS,
        "memory",
        "memory_bandwidth",
        "scaleup_bandwidth",
        "tdp",
        "system_power",
        "lifetime",
        "price",
        "rental",
    ]
    lines = [
        f"| figure | chips of {len(chips)} | quotes | high | medium | low | newest |",
        "| :-- | --: | --: | --: | --: | --: | :-- |",
    ]
    for name in names:
        found = {item.id: leaf for item in chips if (leaf := leaf_of(item, name)) is not None}
        sure = Counter(leaf.datum.confidence for leaf in found.values())
        quotes = sum(len(item.series.get(name, ())) for item in chips)
        newest = max((leaf.datum.as_of for leaf in found.values()), default="")
        counts = " | ".join(str(sure[level]) for level in CONFIDENCES)
        lines.append(f"| {name.replace('_', ' ')} | {len(found)} | {quotes or ''} | {counts} | {newest} |")
    estimated = sorted(
        f"`{item.id}` {', '.join(item.sections['estimates'])}" for item in chips if item.sections.get("estimates")
    )
    lines += ["", f"Analyst estimates, used only with `--analyst-estimates`: {'; '.join(estimated)}."]
    return lines


def pages() -> dict[Path, str]:
    """The page."""
    book, notes = Catalog(), Notes()
    counts = {kind: len(book.layered(kind)) for kind in KINDS if kind != "runs"}
    counts["runs"] = sum(bool(row) for _, row in runs(book).values())
    lines = [
        "# The catalog",
        "",
        "Generated from `catalog/` by `make docs`; do not edit. Every figure has its source, date and confidence; what was not",
        "found is `not found`. `cluster-calc catalog list KIND` prints these tables with filters, sorting and other columns,",
        "`cluster-calc catalog sources` what each source carries and what is stale.",
        "",
        "| kind | items |",
        "| :-- | --: |",
        *(f"| {kind} | {counts[kind]} |" for kind in KINDS if counts.get(kind)),
        "",
        "## What the chips cover",
        "",
        *coverage(book),
    ]
    for kind in KINDS:
        if kind == "runs" or not counts.get(kind):
            continue
        lines += ["", f"## {kind.capitalize()}", "", ABOUT.get(kind, ""), "", *table(book, kind, notes)]
    lines += [
        "",
        "## Shelf lives",
        "",
        "A figure older than this is marked in every report; `--strict` turns it into exit 5.",
        "",
    ]
    lines += ["| figure | days |", "| :-- | --: |"]
    lines += [f"| {name.replace('_', ' ')} | {life:g} |" for name, life in book.shelf_lives().items()]
    lines += ["", *notes.lines(), ""]
    return {TARGET: "\n".join(lines)}
