"""A memo as PDF, set by typst: text goes in as data, so that nothing in it is markup."""

from __future__ import annotations

import json
import re
from typing import Any

from cluster_calc.documents.memo.view import Memo, MemoPart
from cluster_calc.documents.memo_forms import rows as memo_rows
from cluster_calc.documents.memo_forms.docx import MISSING, moment
from cluster_calc.documents.render.view import Cell, Table
from cluster_calc.errors import InputError
from cluster_calc.files.shipped import shipped
from cluster_calc.quantities.display import printable

# Archivable and accessible: fonts inside, every part tagged, a title and a language.
STANDARDS: Any = ["a-2a", "ua-1"]


def pdf(view: Memo) -> bytes:
    """The memo as a .pdf file: tagged, archivable, its fonts inside, a bookmark for each section."""
    return bytes(_compiled(view, format="pdf", pdf_standards=STANDARDS))


def spelled(text: str) -> str:
    """Text with every letter beyond Latin, Greek and Cyrillic as its code point: legible where no font has it.

    >>> spelled("Jörg, Σ, Ж, – and 訓")
    'Jörg, Σ, Ж, – and [U+8A13]'
    """
    return "".join(one if ord(one) < 0x530 or 0x2000 <= ord(one) < 0x2300 else f"[U+{ord(one):04X}]" for one in text)


def picture(view: Memo, ppi: float) -> bytes:
    """The first page of the memo's PDF as a PNG."""
    pages = _compiled(view, format="png", ppi=ppi)
    return bytes(pages[0] if isinstance(pages, list) else pages)


def breakable(text: str) -> str:
    """Text whose words without end may break, so that none runs over the edge of the page.

    >>> len(breakable("x" * 60).split("\u200b")), breakable("a word")
    (5, 'a word')
    """
    return re.sub(r"[\w.]{60,}", lambda word: "\u200b".join(re.findall(r".{1,12}", word.group())), text)


def _compiled(view: Memo, **form: Any) -> Any:
    try:
        import typst
    except ImportError:
        raise InputError(f"a .pdf memo {MISSING.format('typst')}") from None
    made = moment(view)
    count = memo_rows.sources(view)
    held = {
        "title": printable(view.title), "date": view.date, "requester": printable(view.requester), "stamp": view.stamp,
        "made": [made.year, made.month, made.day], "ask": printable(view.ask), "command": printable(view.command),
        "gaps": [_words(text, count) for text in view.gaps],
        "decision": [[head, _words(text, count)] for head, text in view.decision],
        "parts": [_part(part, count) for part in view.parts],
        "appendix": [_part(part, count) for part in view.appendix],
    }  # fmt: skip
    source = (shipped("templates") / "memo.typ").read_bytes()
    # The day is that of the file's own date.
    seconds = int((made - made.__class__(1970, 1, 1)).total_seconds())
    text = breakable(json.dumps(held, ensure_ascii=False))
    # The fonts that typst brings do for Latin, Greek and Cyrillic, so that the page does not depend on the machine. A letter
    # that they lack is set in a font of the machine that has it; where none has, its code point stands for it.
    ways = ((text, True), (text, False), (spelled(text), True))
    for words, own in ways:
        try:
            return typst.compile(source, ignore_system_fonts=own, sys_inputs={"memo": words}, timestamp=seconds, **form)
        except typst.TypstError as error:
            if "could not be displayed" not in str(error):
                raise
            fault = error
    raise InputError(
        f"a .pdf memo cannot show a character of its text ({printable(str(fault))}); write it as .html or .docx"
    )


def _words(text: str, count: int) -> list[list[Any]]:
    """Text in pieces, the citations of sources apart."""
    return [[piece, max(number, 0)] for piece, number in memo_rows.cited(printable(text), count)]


def _part(part: MemoPart, count: int) -> dict[str, Any]:
    listed = part.id == "sources" and count > 0
    points = (
        [[[printable(text), 0]] for text in part.points] if listed else [_words(text, count) for text in part.points]
    )
    return {
        "title": printable(part.title), "paragraphs": [_words(text, count) for text in part.paragraphs], "points": points,
        "sources": listed, "tables": [_table(entry, count) for entry in part.tables],
    }  # fmt: skip


def _table(entry: Table, count: int) -> dict[str, Any]:
    rows = [
        {"cells": [_cell(cell, count) for cell in (row.head, *row.cells)], "total": row.total,
         "reason": _words(memo_rows.reason(row), count)}
        for row in entry.rows
    ]  # fmt: skip
    return {
        "caption": printable(entry.caption), "heads": [*map(printable, entry.heads)], "numbers": list(entry.numbers),
        "widths": memo_rows.widths(entry), "narrow": memo_rows.narrow(entry), "short": memo_rows.short(entry),
        "rows": rows,
    }  # fmt: skip


def _cell(cell: Cell, count: int) -> dict[str, Any]:
    # A figure does not break; its minus is a true one.
    text = re.sub(r"^-(?=[$\d])", "−", printable(cell.text))
    whole = cell.value is not None and len(text) < memo_rows.LONGEST
    return {"text": _words(text, count), "small": _words(cell.small, count), "whole": whole}
