"""The memo's files by their own structure: styles, fields, formulas and defined names, the same bytes every time."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import numpy as np
import pytest

from cluster_calc.documents.memo.memo import memo
from cluster_calc.documents.memo.view import DRAFT, Memo
from cluster_calc.documents.memo_forms import docx as memo_docx
from cluster_calc.documents.memo_forms import pdf, xlsx
from cluster_calc.documents.memo_forms.live import live
from cluster_calc.errors import InputError
from cluster_calc.quantities.nomenclature import QUANTITIES
from tests.cli.running import ROOT, run
from tests.documents import office
from tests.documents.cases import DAY, random_input
from tests.documents.memo_cases import WRITERS, odd, usual, written
from tests.documents.test_memo import FORMULA, RUN, cells, odd_file

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def view() -> Memo:
    return usual()


@pytest.fixture(scope="module")
def document() -> Any:
    return docx.Document(io.BytesIO(written("usual", "docx")))


def test_every_figure_is_in_the_workbook(view: Memo) -> None:
    values = [value for sheet in office.workbook(written("usual", "xlsx")).values() for _, value in sheet.values()]
    numbers = {value for value in values if isinstance(value, float)}
    texts = " ".join(value for value in values if isinstance(value, str))
    for cell in cells(view):
        if not cell.text.endswith("%"):  # shares of a total are formulas
            assert cell.text in texts or any(cell.value == pytest.approx(number, rel=1e-12) for number in numbers), cell


def test_the_workbook_is_live_from_its_inputs_to_the_net_present_value(view: Memo) -> None:
    """What a reviewer asks first is a yellow cell; what follows is a formula over names."""
    numbers = live(json.loads(view.data))
    free = {entry.name for entry in numbers.inputs if entry.free}
    assert {
        "discount_rate",
        "electricity_price",
        "chip_price",
        "rental_price",
        "used_share",
        "training_compute",
    } <= free
    fixed = {entry.name for entry in numbers.inputs if not entry.free}
    assert {"lifetime", "residual_value", "horizon"} <= fixed, "the payments are made for these: a cell cannot follow"
    assert [step.name for step in numbers.steps if not step.formula] == []
    own = [entry for entry in numbers.payments if entry.option == numbers.own]
    assert [entry.line for entry in own if not entry.formula] == []
    rate = numbers.names["discount_rate"].value
    worth = sum(entry.amount / (1 + rate) ** entry.time for entry in own)
    assert worth == pytest.approx(json.loads(view.data)["finance"]["own"]["npv"], rel=1e-12)


def test_every_defined_name_is_a_quantity_or_a_column_of_the_ledger() -> None:
    with zipfile.ZipFile(io.BytesIO(written("usual", "xlsx"))) as book:
        names = {
            node.attrib["name"]
            for node in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{office.MAIN}definedName")
        }
    others = {name for name in names if name not in QUANTITIES}
    assert {"inputs_changed", "payment_amount", "payment_value", "hours_value"} <= others
    assert all(re.match(r"(payment|hours|rent)_|inputs_changed", name) for name in others)


def test_an_estimate_that_cannot_be_computed_again_is_a_workbook_of_numbers(view: Memo) -> None:
    import dataclasses

    held = json.loads(view.data)
    held["estimate"]["results"]["run_cost"]["value"] *= 1.5
    assert live(held).inputs == ()
    book = office.workbook(xlsx.xlsx(dataclasses.replace(view, data=json.dumps(held))))
    assert "Inputs" not in book
    assert {formula.partition("(")[0] for sheet in book.values() for formula, _ in sheet.values()} <= {"", "SUM"} | {
        formula for sheet in book.values() for formula, _ in sheet.values() if "/" in formula
    }


def test_depreciation_by_other_methods_and_costs_of_a_site_recalculate(tmp_path: Path) -> None:
    """The payments of these come from other formulas; where a cell cannot follow, the inputs behind it are fixed."""
    for given in (
        {"depreciation": "resale"}, {"depreciation": "double-declining"}, {"colocation_price": "150 USD/kW/month"},
        {"staff_rate": "2 MUSD/year", "maintenance_rate": "0.03"}, {"construction_cost": "10 USD/W"}, {"construction_cost": "10 USD/W", "facility_lifetime": "15 years"},
        {"payment_schedule": "20% at -6 month, 50% at start, 30% at 3 month"}, {"demand_charge": "12 USD/kW/month"},
        {"electricity_price_path": "2027=8 cent/kWh, 2028=9 cent/kWh"}, {"deposit_share": 0.3},
    ):  # fmt: skip
        made = memo(**{**RUN, "draws": 50}, discount_rate=0.1, **given)
        numbers = live(json.loads(made.data))
        assert numbers.payments, given
        own = [entry for entry in numbers.payments if entry.option in (numbers.own, numbers.colocated)]
        assert [entry.line for entry in own if not entry.formula] == [], given
        assert "chip_price" in {entry.name for entry in numbers.inputs if entry.free}, given


def test_what_people_type_is_no_formula() -> None:
    entries = [entry for sheet in office.workbook(written("odd", "xlsx")).values() for entry in sheet.values()]
    assert FORMULA in [value for _, value in entries]
    assert not [formula for formula, _ in entries if "cmd" in formula]
    with zipfile.ZipFile(io.BytesIO(written("odd", "docx"))) as file:
        for name in file.namelist():
            if name.endswith(".xml"):
                ElementTree.fromstring(file.read(name))


def test_the_document_holds_the_memo_in_real_styles(view: Memo, document: Any) -> None:
    styles = {paragraph.style.name for paragraph in document.paragraphs if paragraph.style}
    assert {"Title", "Heading 1", "Heading 2", "Caption", "List Bullet", "Source", "toc 1"} <= styles
    assert document.paragraphs[0].text == DRAFT
    assert document.sections[0].header.paragraphs[0].text == DRAFT
    footer = document.sections[0].footer.paragraphs[0]._p.xml
    assert " PAGE " in footer
    assert " NUMPAGES " in footer
    properties = document.core_properties
    assert (properties.title, properties.author, properties.language) == (view.title, view.requester, "en-US")
    texts = {
        text
        for table in document.tables
        for row in table.rows
        for entry in row.cells
        for text in entry.text.split("\n")
    }
    for cell in cells(view):
        for text in filter(None, (cell.text, cell.small)):
            assert re.sub(r"^-(?=[$\d])", "−", text) in texts or text == "–", cell
    paragraphs = {paragraph.text.replace("−", "-") for paragraph in document.paragraphs}
    assert {
        text.replace("−", "-") for text in (view.ask, *(text for part in view.parts for text in part.paragraphs))
    } <= paragraphs


def test_the_document_has_a_field_of_contents_filled_in_with_links(view: Memo, document: Any) -> None:
    body = document.element
    [field] = [node for node in body.iter(f"{W}instrText") if "TOC" in (node.text or "")]
    assert 'TOC \\o "1-1" \\h' in (field.text or "")
    links = {
        "".join(part.text or "" for part in node.iter(f"{W}t")): node.get(f"{W}anchor")
        for node in body.iter(f"{W}hyperlink")
    }
    assert list(links) == [*(part.title for part in view.parts), "Appendix"]
    marks = {node.get(f"{W}name"): node.getparent() for node in body.iter(f"{W}bookmarkStart")}
    for title, mark in links.items():
        assert "".join(node.text or "" for node in marks[mark].iter(f"{W}t")) == title
    assert len({node.get(f"{W}id") for node in body.iter(f"{W}bookmarkStart")}) == len(marks)


def test_every_citation_of_the_document_leads_to_a_numbered_source(view: Memo, document: Any) -> None:
    body = document.element
    marks = {node.get(f"{W}name") for node in body.iter(f"{W}bookmarkStart")}
    count = len(next(part.points for part in view.appendix if part.id == "sources"))
    cited = [found for node in body.iter(f"{W}instrText") for found in re.findall(r"REF (source_\d+)", node.text or "")]
    assert set(cited) == {f"source_{number}" for number in range(1, count + 1)}
    assert set(cited) <= marks
    sources = [paragraph for paragraph in document.paragraphs if paragraph.style.name == "Source"]
    assert len(sources) == count
    assert not [paragraph.text for paragraph in sources if paragraph.text.startswith("[")], "the number is the list's"


def test_every_table_of_the_document_repeats_its_head_and_can_be_edited(view: Memo, document: Any) -> None:
    assert len(document.tables) == 1 + sum(len(part.tables) for part in (*view.parts, *view.appendix))
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(f"{W}tblHeader") is not None
        assert all(row._tr.trPr.find(f"{W}cantSplit") is not None for row in table.rows)
        assert table.style.name == "Memo table"
        widths = [column.width.mm for column in table.columns]
        assert sum(widths) == pytest.approx(178, abs=2)
        assert min(widths) > 7
    names = [node.get(f"{W}val") for node in document.element.iter(f"{W}tblCaption")]
    assert len(names) == len(document.tables) - 1, "every table but the decision box says what it is about"


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the zone, the language and the order of sets: all five formats of one memo, and of a hostile one."""
    code = (
        "import hashlib, sys\n"
        "from tests.documents.memo_cases import WRITERS, written\n"
        "for name in ('usual', 'odd'):\n"
        "    for form in WRITERS: print(name, form, hashlib.sha256(written(name, form)).hexdigest())\n"
    )
    ways = (
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8", "PYTHONHASHSEED": "2"},
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True,
            env={**os.environ, **way, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1790000000"},
        )
        for way in ways
    ]  # fmt: skip
    first, second = (process.communicate(timeout=120)[0] for process in started)
    assert len(first.splitlines()) == 10
    assert first == second


def test_the_date_inside_is_the_epoch_or_the_day_of_the_memo(view: Memo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    plain = {form: hashlib.sha256(WRITERS[form](view)).hexdigest() for form in ("docx", "pdf", "xlsx")}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    later = {form: WRITERS[form](view) for form in plain}
    assert all(hashlib.sha256(data).hexdigest() != plain[form] for form, data in later.items())
    for form, place in (("docx", "docProps/core.xml"), ("xlsx", "docProps/core.xml")):
        with zipfile.ZipFile(io.BytesIO(later[form])) as file:
            assert "2026-09-21T" in file.read(place).decode()


@pytest.mark.parametrize("suffix", ["docx", "pdf", "xlsx"])
def test_the_command_writes_each_format_whole(suffix: str, tmp_path: Path) -> None:
    line = ["memo", "--flop", "2e25", "--chip", "h100", "--as-of", DAY, "--draws", "100", "-o", f"memo.{suffix}"]
    outcome = run(line, tmp_path)
    assert outcome.code == 0, outcome.stderr
    assert [path.name for path in tmp_path.iterdir()] == [f"memo.{suffix}"]
    kept = (tmp_path / f"memo.{suffix}").read_bytes()
    assert kept.startswith(b"%PDF" if suffix == "pdf" else b"PK")
    failed = run([*line, "--mfu", "7"], tmp_path)
    assert failed.code == 2
    assert (tmp_path / f"memo.{suffix}").read_bytes() == kept, "an error leaves the old file as it was"


def _random(seed: int, count: int) -> None:
    """Every format of memos from random inputs is written without a fault, long texts and missing prices included."""
    from cluster_calc.catalog.current import catalog

    draw = np.random.default_rng(seed)
    chips = sorted(catalog().heads())
    made = 0
    for _ in range(count):
        given = {**random_input(draw, chips), "draws": 50}
        if draw.random() < 0.5:
            given["discount_rate"] = float(draw.uniform(0, 0.2))
        try:
            view = memo(**given, memo_file=odd_file() if draw.random() < 0.3 else None)
        except InputError:
            continue
        made += 1
        assert WRITERS["docx"](view), given
        assert WRITERS["pdf"](view), given
        for sheet in office.workbook(xlsx.xlsx(view)).values():
            assert not [entry for entry in sheet.values() if entry[1] != entry[1]], given
    assert made > count / 2


def test_random_memos_are_written_in_every_format() -> None:
    _random(20, 10)


@pytest.mark.thorough
def test_a_hundred_random_memos_are_written_in_every_format() -> None:
    _random(21, 100)


def test_the_odd_memo_is_really_odd() -> None:
    assert FORMULA in "".join(cell.text for cell in cells(odd()))


def test_a_wrong_epoch_is_refused(view: Memo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH"):
        memo_docx.docx(view)


@pytest.mark.parametrize(
    ("library", "write"), [("docx", memo_docx.docx), ("typst", pdf.pdf), ("xlsxwriter", xlsx.xlsx)]
)
def test_a_missing_library_says_how_to_install_it(
    library: str, write: Any, view: Memo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InputError, match=re.escape("pip install 'cluster-calc[docs]'")) as caught:
        write(view)
    assert caught.value.exit_code == 2
