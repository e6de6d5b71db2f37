"""Two results beside each other, as text, CSV and Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_calc.files.csv import csv_rows

if TYPE_CHECKING:
    from cluster_calc.estimation.difference import Difference


def text(found: Difference) -> str:
    """The difference as text."""
    lines = []
    for label, (one, two) in (("version", found.versions), ("catalog", found.catalogs), ("chip", found.chips)):
        if one != two:
            lines.append(f"{label}: {one} → {two}")
    for kind, title in (("input", "Inputs and data"), ("result", "Results")):
        listed = [entry for entry in found.changes if entry.kind == kind]
        if not listed:
            continue
        lines += ["", title] if lines else [title]
        for entry in listed:
            moved = "" if entry.relative is None else f"  ({entry.relative:+.3%})"
            unit = "" if entry.unit in ("1", "date") else f" {entry.unit}"
            lines.append(f"  {entry.name}: {_cell(entry.before)} → {_cell(entry.after)}{unit}{moved}")
            lines += [f"    {line}" for line in entry.data]
    return "\n".join(lines or ["nothing moved"]) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return "none"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


HEADS = ("name", "kind", "unit", "before", "after", "relative")


def _rows(found: Difference) -> list[tuple[Any, ...]]:
    return [tuple(getattr(entry, head) for head in HEADS) for entry in found.changes]


def csv_text(found: Difference) -> str:
    """The changes as CSV, one row each; what is absent is empty."""
    return csv_rows(HEADS, _rows(found))


def markdown(found: Difference) -> str:
    """The changes as a Markdown table."""
    from cluster_calc.documents.render.markdown import escape

    lines = ["| " + " | ".join(HEADS) + " |", "| :-- | :-- | :-- | --: | --: | --: |"]
    for *words, before, after, relative in _rows(found):
        moved = "" if relative is None else f"{relative:+.3%}"
        lines.append("| " + " | ".join(map(escape, (*words, _cell(before), _cell(after), moved))) + " |")
    return "\n".join(lines if found.changes else ["nothing moved"]) + "\n"
