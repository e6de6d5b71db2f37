"""Every shipped figure, as it was ratified: `python tools/record_figures.py` compares, `--write` ratifies what there is now.

`tests/data/figures.csv` is the record: kind, item, figure, value, unit, source and day. A figure that changes without its record
fails a test; what a change moves is printed, and which defaults with it.
"""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.heads import KINDS
from cluster_calc.quantities.nomenclature import QUANTITIES

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "tests" / "data" / "figures.csv"
DAY = "2026-12-01"
HEADS = ("kind", "item", "figure", "value", "unit", "source", "as_of")
Row = tuple[str, ...]


def figures() -> list[Row]:
    """Every figure of the shipped catalog, in order: of items by section and series, and the defaults."""
    book = Catalog()
    found: list[Row] = []
    for kind in KINDS:
        for key in sorted(book.heads(kind)):
            item = book.item(key, kind)
            listed = list(item.leaves())
            if kind == "chips":  # what the votes come to on the day of the record
                listed += [
                    (f"{series} that stands", leaf)
                    for series in ("price", "rental")
                    if (leaf := item.quoted(series, DAY))
                ]
            for name, leaf in listed:
                value = "" if leaf.value is None else f"{leaf.value:.12g}"
                found.append((kind, key, name, value, leaf.unit, leaf.datum.source.id, leaf.datum.as_of))
    for name, known in QUANTITIES.items():
        datum = book.assumption(name)
        if datum is not None and isinstance(datum.value, float):
            found.append(
                (
                    "default",
                    name,
                    "value",
                    f"{datum.value / known.factor:.12g}",
                    known.unit,
                    datum.source.id,
                    datum.as_of,
                )
            )
    return found


def text_of(rows: list[Row]) -> str:
    """The record as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADS)
    writer.writerows(rows)
    return out.getvalue()


def changes() -> list[str]:
    """What differs from the record, a line each."""
    was = {row[:3]: row for row in map(tuple, list(csv.reader(RECORD.open(encoding="utf-8", newline="")))[1:])}
    now = {row[:3]: row for row in figures()}
    found = [f"gone: {' '.join(key)} {was[key][3]} {was[key][4]}" for key in was.keys() - now.keys()]
    found += [f"new: {' '.join(key)} {now[key][3]} {now[key][4]} ({now[key][5]})" for key in now.keys() - was.keys()]
    for key in was.keys() & now.keys():
        if was[key] != now[key]:
            found.append(f"moved: {' '.join(key)} {' · '.join(was[key][3:])} → {' · '.join(now[key][3:])}")
    return sorted(found)


def main() -> None:
    """Print what changed; with --write ratify it."""
    if "--write" in sys.argv[1:]:
        RECORD.write_text(text_of(figures()), encoding="utf-8")
        return
    listed = changes()
    print("\n".join(listed) or "every figure is as ratified")
    sys.exit(bool(listed))


if __name__ == "__main__":
    main()
