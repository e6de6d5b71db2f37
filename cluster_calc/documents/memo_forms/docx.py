"""A memo as a Word document: real styles, a table of contents, numbered sources, tables that can be edited."""

from __future__ import annotations

import datetime
import io
import os
import re
import zipfile
from typing import Any

from cluster_calc.documents.memo.view import Memo, MemoPart
from cluster_calc.documents.memo_forms import rows
from cluster_calc.documents.render.view import Cell, Table, TableRow
from cluster_calc.errors import InputError
from cluster_calc.quantities.display import printable

MISSING = "needs {}, which is not installed; install it with: pip install 'cluster-calc[docs]'"
# The first moment that a ZIP archive can hold: nothing in the file depends on when it was written.
ZERO = (1980, 1, 1, 0, 0, 0)
# A4 between its margins, in millimetres.
WIDTH = 178.0


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
    _Document(document, view).write()
    file = io.BytesIO()
    try:
        document.save(file)
    except ValueError as error:
        if "1980" not in str(error):
            raise
        raise InputError(
            "this machine's clock stands before 1980, which a .docx file cannot hold: set the clock"
        ) from None
    return _timeless(file.getvalue())


class _Document:
    """One memo while it is written."""

    def __init__(self, document: Any, view: Memo) -> None:
        from cluster_calc.documents.memo_forms import word

        self.word = word
        self.document, self.view = document, view
        self.sources = rows.sources(view)
        self.marks = 0
        self.ids: dict[str, str] = {}

    def write(self) -> None:
        """The whole memo, in the order in which it is read."""
        document, view, word = self.document, self.view, self.word
        made = moment(view)
        properties = document.core_properties
        properties.title, properties.author = printable(view.title)[:250], printable(view.requester)[:250]
        properties.subject, properties.language = "Procurement memo", "en-US"
        properties.category = printable(view.stamp)
        properties.comments, properties.last_modified_by = "", ""
        properties.created = properties.modified = made
        word.styles(document)
        word.page(document, view.stamp, printable(view.title))
        if view.stamp:
            document.add_paragraph(view.stamp, style="Stamp")
        document.add_paragraph(printable(view.title), style="Title")
        document.add_paragraph(printable(", ".join(filter(None, (view.date, view.requester)))), style="Subtitle")
        document.add_paragraph(printable(view.ask), style="Ask")
        box = tuple(TableRow(Cell(head), (Cell(text),)) for head, text in view.decision)
        self._table(Table("", ("Decision", ""), box, (False, False)), (30, WIDTH - 30))
        if view.gaps:
            self._heading("Why this is a draft", 2)
            for text in view.gaps:
                self._text(text, "List Bullet")
        # The decision stands before its contents: who signs reads it first.
        titles = [*(part.title for part in view.parts), "Appendix"]
        word.contents(document, titles)
        for part in view.parts:
            self._part(part, 1)
        self._heading("Appendix", 1).paragraph_format.page_break_before = True
        for part in view.appendix:
            self._part(part, 2)
        self._heading("Reproduce it", 2)
        document.add_paragraph(printable(view.command), style="Command")

    def _styled(self, paragraph: Any, style: str) -> Any:
        """The paragraph in a style; looking its id up once, as the library takes milliseconds for it."""
        if style not in self.ids:
            self.ids[style] = self.document.styles[style].style_id
        paragraph._p.style = self.ids[style]
        return paragraph

    def _heading(self, text: str, level: int) -> Any:
        paragraph = self._styled(self.document.add_paragraph(printable(text)), f"Heading {level}")
        if level == 1:
            self.marks += 1
            self.word.bookmark(paragraph, self.word.heading_mark(self.marks))
        return paragraph

    def _text(self, text: str, style: str = "Normal", into: Any = None) -> Any:
        """A paragraph whose citations are fields that follow the numbered sources."""
        paragraph = self._styled(self.document.add_paragraph() if into is None else into, style)
        for piece, number in rows.cited(printable(text), self.sources):
            if number > 0:
                self.word.reference(paragraph, self.word.source_mark(number), piece)
            else:
                paragraph.add_run(piece)
        return paragraph

    def _part(self, part: MemoPart, level: int) -> None:
        self._heading(part.title, level)
        for text in part.paragraphs:
            self._text(text)
        if part.id == "sources" and self.sources:
            for number, text in enumerate(part.points, 1):
                entry = self.document.add_paragraph(re.sub(r"^\[\d+\]\s*", "", printable(text)))
                self.word.bookmark(self._styled(entry, "Source"), self.word.source_mark(number))
        else:
            for text in part.points:
                self._text(text, "List Bullet")
        for entry in part.tables:
            self._table(entry)

    def _table(self, entry: Table, widths: tuple[float, ...] | None = None) -> None:
        if entry.caption:
            self._styled(self.document.add_paragraph(printable(entry.caption)), "Caption")
        table = self.document.add_table(rows=0, cols=len(entry.heads), style="Memo table")
        shares = rows.widths(entry)
        self.word.layout(table, widths or [WIDTH * share / sum(shares) for share in shares], printable(entry.caption))
        heads = table.add_row()
        self.word.repeated(heads)
        for target, head, number in zip(heads.cells, entry.heads, entry.numbers, strict=True):
            self._fill(target, Cell(head), "Table head figure" if number else "Table head")
        for row in entry.rows:
            added = table.add_row()
            cells = added.cells
            self.word.whole(added)
            why = rows.reason(row)
            if why:
                self._fill(cells[0], Cell(row.head.text), "Table text")
                self._fill(cells[1].merge(cells[-1]), Cell(why), "Table note")
                continue
            for target, cell, number in zip(cells, (row.head, *row.cells), entry.numbers, strict=True):
                self._fill(target, cell, "Table figure" if number else "Table text", row.total)
        if rows.short(entry):
            self.word.together(table)
        self._styled(self.document.add_paragraph(), "Table end")

    def _fill(self, target: Any, cell: Cell, style: str, strong: bool = False) -> None:
        paragraph = target.paragraphs[0]
        # A figure is not separated from its sign.
        text = re.sub(r"^-(?=[$\d])", "−", cell.text) if cell.value is not None else cell.text
        self._text(text, style, into=paragraph)
        if strong:
            for run in paragraph.runs:
                run.bold = True
        if cell.small:
            self._text(
                cell.small,
                "Table note figure" if style == "Table figure" else "Table note",
                into=target.add_paragraph(),
            )


def _timeless(data: bytes) -> bytes:
    """The same archive with no date of its own in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda entry: (entry != "[Content_Types].xml", entry)):
            info = zipfile.ZipInfo(name, ZERO)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return out.getvalue()
