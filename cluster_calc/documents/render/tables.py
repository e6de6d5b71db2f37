"""Rows of a table in the four formats: aligned text, Markdown, CSV, JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cluster_calc.files.csv import csv_rows
from cluster_calc.quantities.display import NOT_FOUND


def render(rows: Sequence[Mapping[str, Any]], shown: Sequence[Sequence[str]], heads: Sequence[str], form: str) -> str:
    """Rows as text: `rows` carry the full values for JSON and CSV, `shown` the cells for people."""
    if form == "json":
        return json.dumps(list(rows), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if form == "csv":
        return csv_text(rows)
    if form == "markdown":
        return markdown_table(heads, shown)
    return text_table(heads, shown)


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV; a missing value is an empty cell, a list is joined with semicolons."""
    return csv_rows(rows[0] if rows else [], (map(_cell, row.values()) for row in rows))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return "; ".join(map(str, value))
    return repr(value) if isinstance(value, float) else str(value)


def text_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Aligned columns, numbers to the right.

    >>> print(text_table(["id", "tdp"], [["a100", "400 W"], ["b", "1,000 W"]]), end="")
    id        tdp
    a100    400 W
    b     1,000 W
    """
    lines = [list(heads), *[list(row) for row in rows]]
    widths = [max(len(line[place]) for line in lines) for place in range(len(heads))]
    right = [all(_numeric(row[place]) for row in rows) for place in range(len(heads))]
    out = []
    for line in lines:
        cells = [
            cell.rjust(width) if flush else cell.ljust(width)
            for cell, width, flush in zip(line, widths, right, strict=True)
        ]
        out.append("  ".join(cells).rstrip())
    return "\n".join(out) + "\n"


def _numeric(cell: str) -> bool:
    return not cell or cell == NOT_FOUND or cell[:1].isdigit() or cell[:2].strip("$-−")[:1].isdigit()


def markdown_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, every cell literal text."""
    from cluster_calc.documents.render.markdown import escape

    right = [bool(rows) and all(_numeric(row[place]) for row in rows) for place in range(len(heads))]
    lines = [
        "| " + " | ".join(map(escape, heads)) + " |",
        "| " + " | ".join("--:" if flush else ":--" for flush in right) + " |",
    ]
    lines += ["| " + " | ".join(map(escape, row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"
