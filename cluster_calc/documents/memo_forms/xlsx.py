"""A memo as a workbook: the memo's tables, with inputs that a reviewer can change and everything that follows from them."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Sequence
from typing import Any

from cluster_calc.documents.memo.view import Memo, MemoPart
from cluster_calc.documents.memo_forms.cells import (
    COLUMNS,
    FIRST,
    HEIGHT,
    LEAST,
    LINE,
    MONEY,
    NOT_COMPUTED,
    PERCENT,
    at,
    capital,
    cells_of,
    close,
    height_of,
    joined,
    number_format,
    places_of,
    plain_format,
    widths_of,
)
from cluster_calc.documents.memo_forms.docx import MISSING, moment
from cluster_calc.documents.memo_forms.figures import Figures
from cluster_calc.documents.memo_forms.ledger import RATE, Number, Payment
from cluster_calc.documents.memo_forms.live import Live, live
from cluster_calc.documents.render.view import Cell, Table, TableRow
from cluster_calc.errors import InputError
from cluster_calc.quantities.display import printable

MOST_TEXT = 32_000
CHANGED = "inputs_changed"
# The inputs that a reviewer looks for first.
KEYS = (RATE, "chips", "chip_price", "electricity_price", "rental_price", "used_share")
TYPED = "Change a yellow value: the cost lines, totals, payments, NPV and the options of this chip follow. "
STANDS = "Sentences, percentiles, sensitivities and the payments of other chips stay those of the memo."
WARNING = f'=IF({CHANGED}>0,{CHANGED}&" input(s) changed. {STANDS}","")'


def xlsx(view: Memo) -> bytes:
    """The memo as an .xlsx file; what people typed is text, never a formula."""
    try:
        import xlsxwriter
    except ImportError:
        raise InputError(f"an .xlsx memo {MISSING.format('xlsxwriter')}") from None
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"title": printable(view.title)[:250], "author": printable(view.requester)[:250],
                         "created": moment(view)})  # fmt: skip
    _Workbook(book, view).write()
    book.close()
    return file.getvalue()


class _Workbook:
    """The sheets of one memo while they are written."""

    def __init__(self, book: Any, view: Memo) -> None:
        self.book, self.view = book, view
        self.held = json.loads(view.data)
        self.live: Live = live(self.held)
        self.figures = Figures(self.live)
        self.formats: dict[tuple[str, str], Any] = {}
        self.titles: set[str] = set()

    def write(self) -> None:
        """Every sheet, in the order in which it is read."""
        self._decision()
        # Places are known before what refers to them is written; the order of the tabs is that of this method.
        inputs = self._sheet("Inputs") if self.live.inputs else None
        for part in (*self.view.parts, *self.view.appendix):
            self._part(part)
        if inputs is not None:
            self._inputs(inputs)
            self._steps(self._sheet("Model"))
        if self.live.payments:
            self._payments(self._sheet("Payments"))

    def form(self, kind: str, number: str = "") -> Any:
        """A cell format, made once."""
        key = (kind, number)
        if key not in self.formats:
            looks: dict[str, dict[str, Any]] = {
                "text": {"text_wrap": True}, "word": {"text_wrap": True, "align": "left", "indent": 1},
                "quiet": {"text_wrap": True, "font_color": "#57616c", "align": "left", "indent": 1},
                "was": {"font_color": "#57616c"},
                "dash": {"align": "right"},
                "head": {"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#f4f6f8"},
                "figures": {"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#f4f6f8", "align": "right"},
                "caption": {"bold": True, "font_color": "#1f5fa8"}, "title": {"bold": True, "font_size": 15},
                "stamp": {"bold": True, "font_color": "#a3341b"}, "number": {}, "total": {"bold": True, "top": 1},
                "free": {"bg_color": "#fff4cc", "border": 1, "border_color": "#b58a1c", "locked": False},
            }  # fmt: skip
            self.formats[key] = self.book.add_format(
                {"valign": "top", **looks[kind], **({"num_format": number} if number else {})}
            )
        return self.formats[key]

    def _sheet(self, title: str) -> Any:
        name = base = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:31] or "Sheet"
        count = 2
        while name.lower() in self.titles:
            name = f"{base[:27]} {count}"
            count += 1
        self.titles.add(name.lower())
        sheet = self.book.add_worksheet(name)
        sheet.set_column(0, 0, FIRST)
        sheet.set_column(1, 20, LEAST + 2)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_header(f"&C{self.view.stamp}" if self.view.stamp else "")
        sheet.set_footer("&CPage &P of &N")
        if self.view.stamp:
            self.text(sheet, 0, 0, self.view.stamp, "stamp")
        self.text(sheet, 1, 0, title, "title")
        if self.live.inputs:
            sheet.write_formula(2, 0, WARNING, self.form("stamp"), "")
        return sheet

    def text(self, sheet: Any, row: int, column: int, text: str, kind: str = "text") -> None:
        """Text that stays text, whatever it begins with."""
        sheet.write_string(row, column, printable(text)[:MOST_TEXT], self.form(kind))

    def line(self, sheet: Any, row: int, text: str, kind: str = "text") -> int:
        """A paragraph across the columns; the next row."""
        words = printable(text)[:MOST_TEXT]
        sheet.merge_range(row, 0, row, COLUMNS, "", self.form(kind))
        sheet.write_string(row, 0, words, self.form(kind))
        sheet.set_row(row, HEIGHT * min(max(1, math.ceil(len(words) / LINE)), 27))
        return row + 1

    def heads(
        self, sheet: Any, row: int, heads: Sequence[str], widths: Sequence[float], numbers: Sequence[bool] = ()
    ) -> int:
        """The head of a table; the next row."""
        for column, head in enumerate(heads):
            self.text(sheet, row, column, head, "figures" if column < len(numbers) and numbers[column] else "head")
        sheet.set_row(row, height_of(heads, widths))
        return row + 1

    def _decision(self) -> None:
        sheet, view = self._sheet("Decision"), self.view
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 120)
        lines = [("Memo", view.title), ("Date", view.date), ("Requester", view.requester), ("Ask", view.ask)]
        lines += list(view.decision)
        lines += [("Why this is a draft" if not number else "", gap) for number, gap in enumerate(view.gaps)]
        lines.append(("Reproduce it", view.command))
        for row, (head, text) in enumerate(lines, 4):
            self.text(sheet, row, 0, head, "head")
            self.text(sheet, row, 1, text)
            sheet.set_row(row, height_of((head, text), (24, 120)))

    def _part(self, part: MemoPart) -> None:
        sheet = self._sheet(part.title)
        widths = widths_of(part.tables)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        row = 4
        for text in part.paragraphs:
            row = self.line(sheet, row, text)
        for text in part.points:
            row = self.line(sheet, row, f"• {text}" if not text.startswith("[") else text)
        for entry in part.tables:
            row = self._table(sheet, row + 1, entry, widths)
            cash = next((cell.name for cell in cells_of(entry) if cell.name.endswith(".cash")), "")
            if cash.startswith("years."):
                row = self._present_value(sheet, row, self.live.own, "own")
            elif cash.startswith("colocate."):
                row = self._present_value(sheet, row, self.live.colocated, "colocate")

    def _table(self, sheet: Any, row: int, entry: Table, widths: Sequence[float]) -> int:
        self.text(sheet, row, 0, entry.caption, "caption")
        first = row = self.heads(sheet, row + 1, entry.heads, widths, entry.numbers)
        places = places_of(entry, first)
        for line in entry.rows:
            sheet.set_row(row, height_of([joined(cell) for cell in (line.head, *line.cells)], widths))
            self.text(sheet, row, 0, joined(line.head), "total" if line.total else "text")
            for column, cell in enumerate(line.cells, 1):
                formula, value = self._formula(entry, line, (first, row, column), cell, places)
                self._cell(sheet, (row, column), cell, formula, value, "total" if line.total else "number")
            row += 1
        return row

    def _formula(
        self,
        entry: Table,
        line: TableRow,
        place: tuple[int, int, int],
        cell: Cell,
        places: dict[str, tuple[str, float]],
    ) -> tuple[str, float | None]:
        """The live formula of a cell and what it gives; no formula where it is a number or a word."""
        first, row, column = place
        if line.total and column == 1 and cell.value is not None and row > first:
            above = [other.cells[0].value for other in entry.rows[: row - first]]
            if None not in above and close(sum(value or 0.0 for value in above), cell.value):
                return f"SUM({at(first, column)}:{at(row - 1, column)})", cell.value
        part, whole = line.cells[0].value, entry.rows[-1].cells[0].value
        if entry.rows[-1].total and entry.heads[column] == "Share" and part is not None and whole:
            return f"{at(row, 1)}/{at(first + len(entry.rows) - 1, 1, fixed=True)}", part / whole
        return self.figures.formula(cell.name, cell.value, places), cell.value

    def _cell(
        self, sheet: Any, place: tuple[int, int], cell: Cell, formula: str, value: float | None, kind: str
    ) -> None:
        row, column = place
        number = None if value is None else number_format(cell, value)
        if number is None or value is None or not math.isfinite(value):
            self.text(sheet, row, column, joined(cell), "dash" if cell.text == "–" and not cell.small else "word")
            return
        if formula:
            sheet.write_formula(row, column, f"={formula}", self.form(kind, number), value)
        else:
            sheet.write_number(row, column, value, self.form(kind, number))
        if cell.small:
            sheet.write_comment(row, column, printable(cell.small)[:500])

    def _present_value(self, sheet: Any, row: int, option: str, name: str) -> int:
        """The rate and the net present value under the cash by year of an option, which the plan's JSON calls `name`."""
        if not option:
            return row
        worth = self.held["finance"][name]["npv"]
        self.text(sheet, row + 1, 0, "Discount rate a year (change it on the sheet Inputs)")
        sheet.write_formula(row + 1, 1, f'=IF(ISNUMBER({RATE}),{RATE},"not given")', self.form("number", "0.00%"),
                            self.live.names[RATE].value if self.live.rated else "not given")  # fmt: skip
        self.text(sheet, row + 2, 0, "NPV of owning, each payment at its own time (sheet Payments)")
        sheet.write_formula(row + 2, 1, f"={self.figures.npv(option)}", self.form("total", MONEY),
                            worth if self.live.rated else NOT_COMPUTED)  # fmt: skip
        return row + 4

    def _inputs(self, sheet: Any) -> None:
        free = [entry for entry in self.live.inputs if entry.free]
        free.sort(key=lambda entry: KEYS.index(entry.name) if entry.name in KEYS else len(KEYS))
        fixed = [entry for entry in self.live.inputs if not entry.free]
        row = self.line(sheet, 3, TYPED + STANDS)
        sheet.set_column(1, 5, 20)
        row = self._input_rows(sheet, row + 1, "Inputs that may be changed", free)
        first, last = row - len(free), row - 1
        self.text(sheet, first - 2, 5, "Inputs that were changed", "quiet")
        self.book.define_name(CHANGED, f"=Inputs!$F${first}")
        sheet.write_formula(first - 1, 5, f"=SUMPRODUCT(--(B{first + 1}:B{last + 1}<>D{first + 1}:D{last + 1}))",
                            self.form("was"), 0)  # fmt: skip
        self._input_rows(
            sheet, row + 1, "Inputs that are fixed here, because more than a cell follows from them", fixed
        )

    def _input_rows(self, sheet: Any, row: int, caption: str, entries: Sequence[Number]) -> int:
        self.text(sheet, row, 0, caption, "caption")
        row = self.heads(sheet, row + 1, ("Input", "Value", "Unit", "In the memo", "In base units"), (FIRST, 20, 20, 20, 20),
                         (False, True, False, True, True))  # fmt: skip
        for entry in entries:
            blank = entry.name == RATE and not self.live.rated
            number = plain_format(entry.display, entry.shown)
            self.text(sheet, row, 0, capital(entry.label))
            self.text(sheet, row, 2, "share" if entry.unit == "1" and number == PERCENT else entry.unit, "quiet")
            for column, kind in ((1, "free" if entry.free else "number"), (3, "was")):
                if blank:
                    sheet.write_blank(row, column, None, self.form(kind, number))
                else:
                    sheet.write_number(row, column, entry.shown, self.form(kind, number))
            # A rate that was not given stays empty until the reviewer enters one.
            formula = f'=IF(ISNUMBER(B{row + 1}),B{row + 1}*{entry.factor!r},"")' if entry.name == RATE else (
                f"=B{row + 1}*{entry.factor!r}")  # fmt: skip
            sheet.write_formula(row, 4, formula, self.form("was"), "" if blank else entry.value)
            self._named(entry.name, "Inputs", row)
            row += 1
        return row

    def _steps(self, sheet: Any) -> None:
        sheet.set_column(3, 3, 110)
        sheet.set_column(4, 4, 24)
        heads = ("Quantity", "Value", "Unit", "Formula, in base units", "In base units")
        self.heads(sheet, 4, heads, (FIRST, LEAST, LEAST, 110, 24), (False, True, False, False, True))
        for row, entry in enumerate(self.live.steps, 5):
            number = plain_format(entry.display, entry.shown)
            self.text(sheet, row, 0, capital(entry.label))
            sheet.write_formula(row, 1, f"=E{row + 1}/{entry.factor!r}", self.form("number", number), entry.shown)
            self.text(sheet, row, 2, "" if entry.unit == "1" else entry.unit, "quiet")
            text = entry.formula or "a number: its formula does not fit a cell"
            self.text(sheet, row, 3, text, "quiet")
            sheet.set_row(row, height_of((text,), (110,)))
            if entry.formula:
                sheet.write_formula(row, 4, f"={entry.formula}", self.form("was"), entry.value)
            else:
                sheet.write_number(row, 4, entry.value, self.form("was"))
            self._named(entry.name, "Model", row)
        sheet.freeze_panes(5, 1)

    def _named(self, name: str, sheet: str, row: int) -> None:
        self.book.define_name(name, f"={sheet}!$E${row + 1}")

    def _payments(self, sheet: Any) -> None:
        row = self.line(
            sheet,
            3,
            "Every payment of every option; costs are negative. A payment without a formula is a number of the memo.",
        )
        for caption, entries, title, number in (
            ("payment", self.live.payments, "Amount", MONEY), ("hours", self.live.hours, "Chip-hours", "#,##0"),
        ):  # fmt: skip
            heads = ("Option", "Line", "Years from the start", "Year", "Share of a year", title, f"{title}, discounted")
            first = row = self.heads(sheet, row + 1, heads, (FIRST, *[LEAST] * 6), (False, False, *[True] * 5))
            for entry in entries:
                self._payment(sheet, row, entry, number)
                row += 1
            for column, name in ((0, "option"), (1, "line"), (3, "year"), (5, "amount"), (6, "value")):
                letter = chr(ord("A") + column)
                self.book.define_name(f"{caption}_{name}", f"=Payments!${letter}${first + 1}:${letter}${row}")

    def _payment(self, sheet: Any, row: int, entry: Payment, number: str) -> None:
        self.text(sheet, row, 0, entry.option)
        self.text(sheet, row, 1, entry.line)
        for column, value, text in ((2, entry.time, entry.when), (3, entry.year, ""), (4, entry.length, entry.span)):
            if text:
                formula = text.format(length=f"E{row + 1}")
                sheet.write_formula(row, column, f"={formula}", self.form("was", "0.####"), value)
            else:
                sheet.write_number(row, column, value, self.form("was", "0.####"))
        if entry.formula:
            formula = entry.formula.format(time=f"C{row + 1}", length=f"E{row + 1}")
            sheet.write_formula(row, 5, f"={formula}", self.form("number", number), entry.amount)
        else:
            sheet.write_number(row, 5, entry.amount, self.form("number", number))
        worth = entry.amount / (1 + self.live.names[RATE].value) ** entry.time if self.live.rated else ""
        sheet.write_formula(row, 6, f'=IF(ISNUMBER({RATE}),F{row + 1}/(1+{RATE})^C{row + 1},"")',
                            self.form("number", number), worth)  # fmt: skip
