"""A memo as a Word document: real styles, tables that can be edited, the stamp and the page number on every page."""

from __future__ import annotations

import datetime
import io
import os
import zipfile
from typing import Any

from cluster_calc.errors import InputError
from cluster_calc.memo_file import printable
from cluster_calc.report.memo_view import Memo, MemoPart
from cluster_calc.report.sheet_view import Cell, Table

MISSING = "needs {}, which is not installed; install it with: pip install 'cluster-calc[docs]'"
# The first moment that a ZIP archive can hold: nothing in the file depends on when it was written.
ZERO = (1980, 1, 1, 0, 0, 0)


def moment(view: Memo) -> datetime.datetime:
    """When the document says it was made: SOURCE_DATE_EPOCH, or the memo's own day."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch:
        try:
            return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).replace(tzinfo=None)
        except (ValueError, OverflowError, OSError):
            raise InputError(f"SOURCE_DATE_EPOCH {epoch[:40]!r} is not a number of seconds since 1970") from None
    return datetime.datetime.fromisoformat(view.date[:10])


def docx(view: Memo) -> bytes:
    """The memo as a .docx file."""
    try:
        import docx as library
    except ImportError:
        raise InputError(f"a .docx memo {MISSING.format('python-docx')}") from None
    document: Any = library.Document()
    made = moment(view)
    properties = document.core_properties
    properties.title, properties.author = printable(view.title)[:250], printable(view.requester)[:250]
    properties.comments, properties.last_modified_by = "", ""
    properties.created = properties.modified = made
    _page(document, view)
    if view.stamp:
        document.add_paragraph(style="Intense Quote").add_run(view.stamp).bold = True
    document.add_heading(printable(view.title), 0)
    document.add_paragraph(printable(", ".join(filter(None, (view.date, view.requester)))), style="Subtitle")
    document.add_paragraph().add_run(printable(view.ask)).bold = True
    box = tuple((Cell(head), (Cell(text),)) for head, text in view.decision)
    _table(document, "", ("Decision", ""), box, (False, False))
    if view.gaps:
        document.add_heading("Why this is a draft", 1)
        for text in view.gaps:
            document.add_paragraph(printable(text), style="List Bullet")
    for part in view.parts:
        _part(document, part, 1)
    document.add_page_break()
    document.add_heading("Appendix", 1)
    for part in view.appendix:
        _part(document, part, 2)
    document.add_heading("Reproduce it", 2)
    document.add_paragraph(view.command, style="No Spacing")
    file = io.BytesIO()
    document.save(file)
    return _timeless(file.getvalue())


def _page(document: Any, view: Memo) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    document.styles["Normal"].font.size = Pt(10)
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    header, footer = section.header.paragraphs[0], section.footer.paragraphs[0]
    header.alignment = footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    header.add_run(view.stamp or printable(view.title)).bold = bool(view.stamp)
    footer.add_run("Page ")
    _field(footer, "PAGE")
    footer.add_run(" of ")
    _field(footer, "NUMPAGES")


def _field(paragraph: Any, name: str) -> None:
    """A field that Word fills in, such as the page number."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _part(document: Any, part: MemoPart, level: int) -> None:
    document.add_heading(printable(part.title), level)
    for text in part.paragraphs:
        document.add_paragraph(printable(text))
    for text in part.points:
        document.add_paragraph(printable(text), style="List Bullet")
    for entry in part.tables:
        _entry(document, entry)


def _entry(document: Any, entry: Table) -> None:
    rows = tuple((row.head, row.cells) for row in entry.rows)
    _table(document, entry.caption, entry.heads, rows, entry.numbers)


def _table(document: Any, caption: str, heads: Any, rows: Any, numbers: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    if caption:
        document.add_paragraph(printable(caption), style="Caption")
    table = document.add_table(rows=1, cols=len(heads), style="Light List Accent 1")
    texts = [[Cell(head) for head in heads], *([head, *cells] for head, cells in rows)]
    while len(table.rows) < len(texts):
        table.add_row()
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row, line in zip(table.rows, texts, strict=True):
        for place, (target, entry) in enumerate(zip(row.cells, line, strict=True)):
            paragraph = target.paragraphs[0]
            paragraph.add_run(printable(entry.text)).font.size = Pt(8.5)
            if entry.small:
                paragraph.add_run(f" {printable(entry.small)}").font.size = Pt(7)
            if numbers[place]:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph(style="No Spacing")


def _timeless(data: bytes) -> bytes:
    """The same archive with no date of its own in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda entry: (entry != "[Content_Types].xml", entry)):
            info = zipfile.ZipInfo(name, ZERO)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return out.getvalue()
