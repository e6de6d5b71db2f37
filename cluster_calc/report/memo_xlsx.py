"""A memo as a workbook: the same tables, their sums and the cash flow as formulas that a reviewer can change."""

from __future__ import annotations

import io
import json
from typing import Any

from cluster_calc.errors import InputError
from cluster_calc.memo_file import printable
from cluster_calc.report.memo_docx import MISSING, moment
from cluster_calc.report.memo_view import Memo
from cluster_calc.report.sheet_view import Cell, Table, TableRow

MONEY = "#,##0.00;[Red]-#,##0.00"
WIDE = 60


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
    forms = {
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "head": book.add_format({"bold": True, "text_wrap": True, "bottom": 1}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "stamp": book.add_format({"bold": True, "font_color": "#a3341b"}),
        "money": book.add_format({"num_format": MONEY, "valign": "top"}),
        "total": book.add_format({"num_format": MONEY, "bold": True, "top": 1}),
        "input": book.add_format({"num_format": "0.00%", "bg_color": "#fdf5e3", "border": 1}),
    }
    _decision(book, view, forms)
    for part in (*view.parts, *view.appendix):
        sheet = _sheet(book, part.title, view, forms)
        row = 2
        for text in (*part.paragraphs, *part.points):
            _text(sheet, row, 0, text, forms["text"])
            row += 1
        for entry in part.tables:
            if part.id == "cash" and entry.rows and any(".cash" in cell.name for cell in entry.rows[0].cells):
                row = _cash(sheet, row + 1, entry, view, forms)
            else:
                row = _table(sheet, row + 1, entry, forms)
    book.close()
    return file.getvalue()


def _sheet(book: Any, title: str, view: Memo, forms: dict[str, Any]) -> Any:
    sheet = book.add_worksheet(title[:31])
    sheet.set_column(0, 0, WIDE)
    sheet.set_column(1, 12, 20)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&C{view.stamp}")
    sheet.set_footer("&CPage &P of &N")
    if view.stamp:
        _text(sheet, 0, 0, view.stamp, forms["stamp"])
    _text(sheet, 1, 0, title, forms["title"])
    return sheet


def _text(sheet: Any, row: int, column: int, text: str, form: Any) -> None:
    sheet.write_string(row, column, printable(text)[:32_000], form)


def _decision(book: Any, view: Memo, forms: dict[str, Any]) -> None:
    sheet = _sheet(book, "Decision", view, forms)
    sheet.set_column(1, 1, 100)
    lines = [("Memo", view.title), ("Date", view.date), ("Requester", view.requester), ("Ask", view.ask)]
    lines += list(view.decision)
    lines += [("Why this is a draft" if not number else "", gap) for number, gap in enumerate(view.gaps)]
    lines.append(("Reproduce it", view.command))
    for row, (head, text) in enumerate(lines, 3):
        _text(sheet, row, 0, head, forms["head"])
        _text(sheet, row, 1, text, forms["text"])


def _table(sheet: Any, row: int, entry: Table, forms: dict[str, Any]) -> int:
    row = _heads(sheet, row, entry, forms)
    first = row
    for line in entry.rows:
        _text(sheet, row, 0, " – ".join(filter(None, (line.head.text, line.head.small))), forms["text"])
        for column, cell in enumerate(line.cells, 1):
            if line.total and column == 1 and cell.value is not None and row > first:
                address = f"{_letter(column)}{first + 1}:{_letter(column)}{row}"
                sheet.write_formula(row, column, f"=SUM({address})", forms["total"], cell.value)
            else:
                _cell(sheet, row, column, cell, forms)
        row += 1
    return row + 1


def _heads(sheet: Any, row: int, entry: Table, forms: dict[str, Any]) -> int:
    _text(sheet, row, 0, entry.caption, forms["text"])
    for column, head in enumerate(entry.heads):
        _text(sheet, row + 1, column, head, forms["head"])
    return row + 2


def _cell(sheet: Any, row: int, column: int, cell: Cell, forms: dict[str, Any]) -> None:
    # Only money is a number that the reader can go on with; other figures keep their unit, and so are text.
    if cell.value is not None and "$" in cell.text and "/" not in cell.text:
        sheet.write_number(row, column, cell.value, forms["money"])
        return
    _text(sheet, row, column, " – ".join(filter(None, (cell.text, cell.small))), forms["text"])


def _letter(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(column))


def _cash(sheet: Any, row: int, entry: Table, view: Memo, forms: dict[str, Any]) -> int:
    """Cash by year: its sums, and its present value at a rate that can be changed, are formulas."""
    row = _heads(sheet, row, entry, forms)
    names = [cell.name.rpartition(".")[2] for cell in entry.rows[0].cells]
    cash, running = names.index("cash") + 1, names.index("cumulative") + 1
    first = row
    for line in entry.rows:
        row = _year(sheet, row, first, line, (cash, running), forms)
    held = json.loads(view.data)
    rate = held["finance"]["inputs"]["discount_rate"]["value"] if held["discount_rate_given"] else None
    if rate is None:
        _text(sheet, row + 1, 0, "Present value: not computed, no discount rate was given", forms["text"])
        return row + 3
    _text(sheet, row + 1, 0, "Discount rate (change it)", forms["text"])
    sheet.write_number(row + 1, 1, rate, forms["input"])
    letter, last = _letter(cash), row
    values = f"{letter}{first + 2}:{letter}{last}"
    at = f"$B${row + 2}"
    late = [line.cells[cash - 1].value or 0.0 for line in entry.rows]
    worth = late[0] + sum(value / (1 + rate) ** year for year, value in enumerate(late[1:], 1))
    _text(sheet, row + 2, 0, "Present value with every flow at the end of its year", forms["text"])
    sheet.write_formula(row + 2, 1, f"={letter}{first + 1}+NPV({at},{values})", forms["total"], worth)
    _text(sheet, row + 3, 0, "NPV of the memo, each flow at its own time", forms["text"])
    sheet.write_number(row + 3, 1, held["finance"]["own"]["npv"], forms["money"])
    return row + 5


def _year(sheet: Any, row: int, first: int, line: TableRow, places: tuple[int, int], forms: dict[str, Any]) -> int:
    cash, running = places
    _text(sheet, row, 0, line.head.text, forms["text"])
    for column, cell in enumerate(line.cells, 1):
        if column == cash:
            formula = f"=SUM(B{row + 1}:{_letter(cash - 1)}{row + 1})"
            sheet.write_formula(row, column, formula, forms["money"], cell.value)
        elif column == running:
            before = f"{_letter(running)}{row}+" if row > first else ""
            sheet.write_formula(row, column, f"={before}{_letter(cash)}{row + 1}", forms["money"], cell.value)
        else:
            _cell(sheet, row, column, cell, forms)
    return row + 1
