"""The memo in Word and in a workbook: the figures of the view, formulas that agree with them, and text that stays text."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import pytest

from cluster_calc.errors import InputError
from cluster_calc.report import memo_docx, memo_pdf, memo_xlsx
from cluster_calc.report.memo import memo
from cluster_calc.report.memo_view import DRAFT, Memo
from tests.cli.running import run
from tests.report.cases import DAY
from tests.report.test_memo import FORMULA, RUN, cells, odd_file

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def view() -> Memo:
    return memo(**RUN, discount_rate=0.08)


def sheets(data: bytes) -> dict[str, dict[str, tuple[str, Any]]]:
    """Sheet → cell → its formula and its value, read from the file's own XML."""
    found: dict[str, dict[str, tuple[str, Any]]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        texts = ["".join(part.text or "" for part in entry.iter(f"{MAIN}t")) for entry in shared]
        names = [
            node.attrib["name"] for node in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
        ]
        for number, name in enumerate(names, 1):
            sheet = found[name] = {}
            for node in ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml")).iter(f"{MAIN}c"):
                value = node.findtext(f"{MAIN}v") or ""
                text = texts[int(value)] if node.attrib.get("t") == "s" else float(value)
                sheet[node.attrib["r"]] = (node.findtext(f"{MAIN}f") or "", text)
    return found


def computed(formula: str, sheet: dict[str, tuple[str, Any]]) -> float:
    """A formula of the memo's few kinds, from the cells it names."""
    total = 0.0
    for term in formula.split("+"):
        span = re.search(r"([A-Z])(\d+):([A-Z])(\d+)\)$", term)
        if span is None:
            total += sheet[term][1]
            continue
        low, high = int(span[2]), int(span[4])
        columns = [chr(code) for code in range(ord(span[1]), ord(span[3]) + 1)]
        values = [sheet[f"{column}{row}"][1] for row in range(low, high + 1) for column in columns]
        if term.startswith("NPV"):
            rate = sheet[re.sub(r"\W", "", term[4 : term.index(",")])][1]
            values = [value / (1 + rate) ** year for year, value in enumerate(values, 1)]
        total += sum(values)
    return total


def test_the_workbook_computes_its_own_sums(view: Memo) -> None:
    found = sheets(memo_xlsx.xlsx(view))
    formulas = [(sheet, *entry) for sheet in found.values() for entry in sheet.values() if entry[0]]
    assert len(formulas) > 10
    assert sum("NPV" in formula for _, formula, _ in formulas) == 1
    for sheet, formula, value in formulas:
        assert computed(formula, sheet) == pytest.approx(value, rel=1e-9), formula
    held = json.loads(view.data)
    numbers = {value for sheet in found.values() for _, value in sheet.values() if isinstance(value, float)}
    assert held["finance"]["own"]["npv"] in numbers
    assert held["estimate"]["results"]["capital_cost"]["value"] in numbers
    assert held["estimate"]["results"]["run_cost"]["value"] in numbers


def test_every_figure_is_in_the_workbook(view: Memo) -> None:
    values = [value for sheet in sheets(memo_xlsx.xlsx(view)).values() for _, value in sheet.values()]
    numbers = {value for value in values if isinstance(value, float)}
    texts = " ".join(value for value in values if isinstance(value, str))
    for cell in cells(view):
        assert cell.text in texts or any(cell.value == pytest.approx(number, rel=1e-12) for number in numbers), cell


def test_what_people_type_is_no_formula() -> None:
    odd = memo(**RUN, memo_file=odd_file())
    found = sheets(memo_xlsx.xlsx(odd))
    entries = [entry for sheet in found.values() for entry in sheet.values()]
    assert FORMULA in [value for _, value in entries]
    assert not [formula for formula, _ in entries if "cmd" in formula]
    with zipfile.ZipFile(io.BytesIO(memo_docx.docx(odd))) as file:
        for name in file.namelist():
            if name.endswith(".xml"):
                ElementTree.fromstring(file.read(name))


def test_the_document_holds_the_memo_in_real_styles(view: Memo) -> None:
    document = docx.Document(io.BytesIO(memo_docx.docx(view)))
    styles = {paragraph.style.name for paragraph in document.paragraphs if paragraph.style}
    assert {"Title", "Heading 1", "Heading 2", "Caption", "List Bullet"} <= styles
    assert document.paragraphs[0].text == DRAFT
    assert document.sections[0].header.paragraphs[0].text == DRAFT
    assert "PAGE" in document.sections[0].footer.paragraphs[0]._p.xml
    texts = {text for table in document.tables for row in table.rows for text in (entry.text for entry in row.cells)}
    for entry in cells(view):
        assert f"{entry.text} {entry.small}".strip() in texts
    paragraphs = {paragraph.text for paragraph in document.paragraphs}
    assert {view.ask, *(text for part in view.parts for text in part.paragraphs)} <= paragraphs


def text_of(data: bytes, folder: Path) -> str:
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("pdftotext is not installed")
    (folder / "memo.pdf").write_bytes(data)
    read = subprocess.run([reader, "-layout", "memo.pdf", "-"], cwd=folder, capture_output=True, check=True)
    return read.stdout.decode()


def test_another_program_reads_the_figures_in_the_pdf(view: Memo, tmp_path: Path) -> None:
    data = memo_pdf.pdf(view)
    text = text_of(data, tmp_path)
    pages = text.rstrip("\f").split("\f")
    for number, page in enumerate(pages, 1):
        assert page.strip().startswith(DRAFT)
        assert f"Page {number} of {len(pages)}" in page
    for cell in cells(view):
        if "$" in cell.text and cell.value is not None:  # sentences wrap
            assert re.sub("^-", "−", cell.text) in text
    assert b"/Outlines" in data, "a bookmark for each section"
    assert b"/FontFile" in data, "the fonts are inside"


def test_markup_of_typst_stays_text(tmp_path: Path) -> None:
    words = '#panic() $x$ *b* _i_ [c] \\ "q" <l> @r // c /* c'
    text = text_of(memo_pdf.pdf(memo(**RUN, title=words)), tmp_path)
    assert "#panic() $x$ *b* _i_ [c]" in text
    memo_pdf.pdf(memo(**RUN, memo_file=odd_file()))


@pytest.mark.parametrize("suffix", ["docx", "pdf", "xlsx"])
def test_the_same_memo_has_the_same_bytes(suffix: str, tmp_path: Path) -> None:
    line = ["memo", "--flop", "2e25", "--chip", "h100", "--as-of", DAY, "--draws", "100", "-o", f"memo.{suffix}"]
    texts = []
    for _ in range(2):
        outcome = run(line, tmp_path, {"SOURCE_DATE_EPOCH": "1790000000"})
        assert outcome.code == 0, outcome.stderr
        texts.append((tmp_path / f"memo.{suffix}").read_bytes())
    assert texts[0] == texts[1]


def test_a_wrong_epoch_is_refused(view: Memo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH"):
        memo_docx.docx(view)


@pytest.mark.parametrize(
    ("library", "write"), [("docx", memo_docx.docx), ("typst", memo_pdf.pdf), ("xlsxwriter", memo_xlsx.xlsx)]
)
def test_a_missing_library_says_how_to_install_it(
    library: str, write: Any, view: Memo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InputError, match=re.escape("pip install 'cluster-calc[docs]'")) as caught:
        write(view)
    assert caught.value.exit_code == 2
