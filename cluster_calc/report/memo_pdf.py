"""A memo as PDF, set by typst: text goes in as data, so that nothing in it is markup."""

from __future__ import annotations

import json
import re
from typing import Any

from cluster_calc.errors import InputError
from cluster_calc.memo_file import printable
from cluster_calc.report.memo_docx import MISSING, moment
from cluster_calc.report.memo_view import Memo, MemoPart
from cluster_calc.report.sheet_view import Cell, Table
from cluster_calc.resources import shipped

# Letters of a column count up to this many for its share of the width.
LONGEST = 34


def pdf(view: Memo) -> bytes:
    """The memo as a .pdf file with its fonts inside and a bookmark for each section."""
    try:
        import typst
    except ImportError:
        raise InputError(f"a .pdf memo {MISSING.format('typst')}") from None
    made = moment(view)
    held = {
        "title": printable(view.title), "date": view.date, "requester": printable(view.requester), "stamp": view.stamp,
        "made": [made.year, made.month, made.day], "ask": printable(view.ask), "gaps": [*map(printable, view.gaps)],
        "decision": [[head, printable(text)] for head, text in view.decision], "command": printable(view.command),
        "parts": [*map(_part, view.parts)], "appendix": [*map(_part, view.appendix)],
    }  # fmt: skip
    source = (shipped("templates") / "memo.typ").read_bytes()
    # Only the fonts that typst brings: the page does not depend on the machine. The day is that of the file's own date.
    return bytes(
        typst.compile(
            source, format="pdf", ignore_system_fonts=True, sys_inputs={"memo": json.dumps(held)},
            timestamp=int((made - made.__class__(1970, 1, 1)).total_seconds()),
        )
    )  # fmt: skip


def _part(part: MemoPart) -> dict[str, Any]:
    return {
        "title": printable(part.title), "paragraphs": [*map(printable, part.paragraphs)],
        "points": [*map(printable, part.points)], "tables": [*map(_table, part.tables)],
    }  # fmt: skip


def _table(entry: Table) -> dict[str, Any]:
    rows = [[row.head, *row.cells] for row in entry.rows]
    widths = [
        max(8, *(min(len(text), LONGEST) for text in (head[:14], *(row[place].text for row in rows))))
        for place, head in enumerate(entry.heads)
    ]
    return {
        "caption": printable(entry.caption), "heads": [*map(printable, entry.heads)], "numbers": list(entry.numbers),
        "widths": widths, "rows": [[_cell(cell) for cell in row] for row in rows],
    }  # fmt: skip


def _cell(cell: Cell) -> dict[str, Any]:
    # A figure does not break; its minus is a true one.
    text = re.sub(r"^-(?=[$\d])", "−", printable(cell.text))
    return {"text": text, "small": printable(cell.small), "whole": cell.value is not None and len(text) < LONGEST}
