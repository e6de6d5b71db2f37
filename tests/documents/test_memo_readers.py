"""The memo's files in programs that are not ours: LibreOffice, poppler, qpdf, a Markdown renderer."""

from __future__ import annotations

import json
import math
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import html5lib
import pytest

from cluster_calc.documents.memo.memo import memo
from cluster_calc.documents.memo.view import DRAFT, Memo
from cluster_calc.documents.memo_forms import xlsx
from cluster_calc.quantities.display import percent
from tests.documents import office
from tests.documents.memo_cases import PRICED, odd, said, squeezed, unpaged, usual, written
from tests.documents.test_memo import FORMULA, cells

# What a reviewer types, in the units of the sheet, and the same as an input of the program.
ONE: dict[str, tuple[str, float, dict[str, Any]]] = {
    "rate": ("Discount rate", 0.11, {"discount_rate": 0.11}),
    "electricity": ("Electricity price", 0.25, {"electricity_price": "0.25 USD/kWh"}),
    "price": ("Chip price", 41_000, {"chip_price": "41000 USD"}),
    "rent": ("Rental price", 1.7, {"rental_price": "1.7 USD/hour"}),
    "work": ("Training compute", 3e25, {"training_compute": 3e25}),
    "use": ("Used share", 0.5, {"used_share": 0.5}),
    "deposit": ("Deposit share", 0.4, {"deposit_share": 0.4}),
}
CHANGES = {
    "rate": ("rate",),
    "all": ("electricity", "price", "rent", "work", "use", "deposit"),
    **{name: (name,) for name in ONE if name != "rate"},
}
# LibreOffice takes seconds over each workbook: one change, and all others at once, every day; each by itself now and then.
EVERYDAY = ("rate", "all")
# Figures that must be live, whatever else is.
WANTED = ("options.buy.cash_year_1", "options.buy.total", "options.buy.npv", "options.buy.per_delivered_hour",
          "capital_cost", "options.buy.exit_cost", "options.rent on demand.npv", "options.rent 1-year.total",
          "years.1.electricity", "years.2.cumulative", "years.1.depreciation", "tax.2.declining")  # fmt: skip
VARIANTS: dict[str, dict[str, Any]] = {
    "schedule": {"payment_schedule": "20% at -6 month, 50% at start, 30% at 3 month"},
    "site": {"operations_cost": None, "colocation_price": "150 USD/kW/month", "demand_charge": "12 USD/kW/month"},
    "staff": {
        "operations_cost": None,
        "staff_rate": "2 MUSD/year",
        "maintenance_rate": "0.03",
        "insurance_rate": "0.01",
    },
    "resale": {"depreciation": "resale"},
    "declining": {"depreciation": "double-declining"},
    "long": {"horizon": "7 years"},
    "one run": {"used_share": None, "rental_price_growth": -0.1},
    "a run that grows beyond a year": {"used_share": None, "chips": 2000, "rental_price_growth": -0.1},
    "a run at year ends": {"used_share": None, "chips": 2000, "flow_timing": "year-end"},
    "building": {"construction_cost": "10 USD/W", "facility_lifetime": "15 years"},
}
FIXED: dict[str, Any] = {
    "chip": "a100-40gb",
    "chips": 1000,
    "as_of": "2026-11-22",
    "chip_price": "12000 USD",
    "draws": 200,
}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("memo-readers")


@cache
def made(**given: Any) -> Memo:
    """The memo that the program writes for these inputs."""
    return memo(**given)


@pytest.fixture(scope="session")
def books(folder: Path) -> dict[str, office.Book]:
    """Workbooks as LibreOffice computes them anew: as written, and after a reviewer has changed them."""
    unrated = xlsx.xlsx(memo(**FIXED))
    return recalculated(folder, {
        "usual": written("usual", "xlsx"), "odd": written("odd", "xlsx"), "unrated": unrated,
        "rated": changed(changed(unrated, "Discount rate", 0.08), "Chips", 1500),
        **changes(EVERYDAY),
    })  # fmt: skip


@pytest.fixture(scope="session")
def more_books(folder: Path) -> dict[str, office.Book]:
    """A workbook for every single change."""
    others = {}
    for name, given in VARIANTS.items():
        base = {key: value for key, value in {**PRICED, "deposit_share": None, **given}.items() if value is not None}
        data = xlsx.xlsx(memo(**base))
        for label, value in (("Discount rate", 0.11), ("Chip price", 41_000), ("Training compute", 3e25)):
            data = changed(data, label, value)
        others[name] = data
    return recalculated(folder, {**changes(tuple(CHANGES)), **others})


def changes(names: Sequence[str]) -> dict[str, bytes]:
    found = {}
    for name in names:
        found[name] = xlsx.xlsx(memo(**PRICED))
        for one in CHANGES[name]:
            found[name] = changed(found[name], *ONE[one][:2])
    return found


def recalculated(folder: Path, files: Mapping[str, bytes]) -> dict[str, office.Book]:
    paths = []
    for name, data in files.items():
        paths.append(folder / f"{name}.xlsx")
        paths[-1].write_bytes(data)
    return {path.stem: office.workbook(path.read_bytes()) for path in office.converted(folder, paths, "xlsx")}


def changed(data: bytes, label: str, value: float) -> bytes:
    cell, _ = office.beside(office.workbook(data), "Inputs", label)
    return office.with_number(data, "Inputs", cell, value)


@pytest.fixture(scope="session")
def documents(folder: Path) -> dict[str, str]:
    """The Word files as LibreOffice sets them."""
    paths = []
    for name in ("usual", "odd"):
        paths.append(folder / f"{name}.docx")
        paths[-1].write_bytes(written(name, "docx"))
    return {path.stem: office.text_of(path, "-raw") for path in office.converted(folder, paths, "pdf")}


@pytest.fixture(scope="session")
def pdf_file(folder: Path) -> Path:
    path = folder / "typst.pdf"
    path.write_bytes(written("usual", "pdf"))
    return path


@pytest.mark.parametrize("name", ["usual", "odd", "unrated"])
def test_every_formula_recalculates_to_what_the_memo_says(
    name: str, books: dict[str, office.Book], folder: Path
) -> None:
    ours = office.workbook((folder / f"{name}.xlsx").read_bytes())
    formulas = 0
    for sheet, places in ours.items():
        for place, (formula, value) in places.items():
            if formula:
                formulas += 1
                again = books[name][sheet].get(place, ("", ""))[1]
                assert again == (pytest.approx(value, rel=1e-9, abs=1e-6) if isinstance(value, float) else value), (
                    f"{sheet}!{place} = {formula}"
                )
    assert formulas > 150


def test_the_recalculated_figures_are_those_of_the_json(books: dict[str, office.Book]) -> None:
    numbers = [value for sheet in books["usual"].values() for _, value in sheet.values() if isinstance(value, float)]
    texts = " ".join(str(value) for sheet in books["usual"].values() for _, value in sheet.values())
    for cell in cells(usual()):
        there = cell.value is not None and any(math.isclose(cell.value, other, rel_tol=1e-9) for other in numbers)
        share = cell.text.endswith("%") and any(percent(number) == cell.text for number in numbers)
        assert there or share or cell.text in texts, cell
    own = json.loads(usual().data)["finance"]["own"]
    assert office.beside(books["usual"], "Cash flow", NPV)[1] == pytest.approx(own["npv"], rel=1e-9)


NPV = "NPV of owning, each payment at its own time (sheet Payments)"


@pytest.mark.parametrize("name", EVERYDAY)
def test_a_changed_input_gives_what_the_program_gives_for_it(name: str, books: dict[str, office.Book]) -> None:
    _follows(name, books)


@pytest.mark.thorough
@pytest.mark.parametrize("name", CHANGES)
def test_every_changed_input_gives_what_the_program_gives_for_it(name: str, more_books: dict[str, office.Book]) -> None:
    _follows(name, more_books)


def _follows(name: str, books: dict[str, office.Book]) -> None:
    given = {key: value for one in CHANGES[name] for key, value in ONE[one][2].items()}
    _same(books[name], made(**{**PRICED, **given}), made(**PRICED))
    banner = books[name]["Options"]["A3"][1]
    assert str(banner).startswith(f"{len(CHANGES[name])} input(s) changed"), "the words are older than the figures"


def test_a_rate_and_chips_entered_where_there_was_no_rate_give_the_net_present_value(
    books: dict[str, office.Book],
) -> None:
    assert office.beside(books["unrated"], "Cash flow", NPV)[1] == "not computed"
    own = json.loads(made(**{**FIXED, "chips": 1500, "discount_rate": 0.08}).data)["finance"]["own"]
    assert office.beside(books["rated"], "Cash flow", NPV)[1] == pytest.approx(own["npv"], rel=1e-9)


@pytest.mark.thorough
@pytest.mark.parametrize("name", VARIANTS)
def test_other_terms_follow_a_changed_rate_and_price(name: str, more_books: dict[str, office.Book]) -> None:
    """Schedules of payment, a rented site, other depreciation: each with another rate, price of the chip and number of them."""
    base = {**PRICED, "deposit_share": None, **VARIANTS[name]}
    base = {key: value for key, value in base.items() if value is not None}
    later = {**base, "discount_rate": 0.11, "chip_price": "41000 USD", "training_compute": 3e25}
    _same(more_books[name], made(**later), made(**base), WANTED[:5])


def _same(book: office.Book, new: Memo, old: Memo, wanted: Sequence[str] = WANTED) -> None:
    """Every live cell of the workbook against the program's own run: options, cost lines, cash by year, depreciation."""
    held, before = (dict(named(view)) for view in (new, old))
    seen, moved = set(), set()
    for name, (sheet, place) in places(book, old).items():
        formula, found = book[sheet].get(place, ("", ""))
        if not formula:
            continue
        assert found == pytest.approx(held[name], rel=1e-9, abs=1e-3), f"{name}: {sheet}!{place} = {formula}"
        seen.add(name)
        if not math.isclose(held[name], before[name], rel_tol=1e-6):
            moved.add(name)
    plan = json.loads(new.data)["finance"]
    # Where the rent of a site is given, owning is on that site.
    own = plan["colocate"] or plan["own"]
    assert office.beside(book, "Cash flow", NPV)[1] == pytest.approx(own["npv"], rel=1e-9)
    for name in wanted:
        assert name in seen, name
    assert len(moved) > 1, "the change moves something"


def named(view: Memo) -> Iterator[tuple[str, float]]:
    """The figures of the memo by their names."""
    for cell in cells(view):
        if cell.name and cell.value is not None:
            yield cell.name, cell.value


def places(book: office.Book, view: Memo) -> dict[str, tuple[str, str]]:
    """Where each named figure of the memo stands in its workbook: sheet and cell."""
    found = {}
    for part in view.parts:
        sheet = book[part.title]
        for entry in part.tables:
            row = next(
                int(place[1:]) for place, (_, text) in sheet.items() if place[0] == "A" and text == entry.caption
            )
            for line, cell_row in enumerate(entry.rows, row + 2):
                for column, cell in zip("BCDEFGHIJKLM", cell_row.cells, strict=False):
                    if cell.name and cell.value is not None:
                        found[cell.name] = (part.title, f"{column}{line}")
    return found


def test_what_people_type_is_no_formula_in_another_program(books: dict[str, office.Book]) -> None:
    entries = [entry for sheet in books["odd"].values() for entry in sheet.values()]
    assert FORMULA in [value for _, value in entries]
    assert not [formula for formula, _ in entries if "cmd" in formula]


def _figures(text: str, view: Any) -> None:
    """Every text of the memo that holds a figure is in the file, whatever its lines."""
    whole = squeezed(unpaged(text))
    for words in said(view):
        if re.search(r"\d", words):
            # A source's number is the list's own in Word.
            assert squeezed(re.sub(r"^\[\d+\] ", "", words)) in whole, words


def test_another_program_reads_every_figure_of_the_word_file(documents: dict[str, str]) -> None:
    _figures(documents["usual"], usual())


def test_the_word_file_has_four_pages_and_an_appendix(documents: dict[str, str]) -> None:
    pages = documents["usual"].rstrip("\f").split("\f")
    assert next(number for number, page in enumerate(pages) if "\nAppendix\n" in page and number) <= 4
    for number, page in enumerate(pages, 1):
        assert DRAFT in page
        assert f"Page {number} of {len(pages)}" in page


def test_the_contents_of_the_word_file_are_filled_in_and_its_sources_counted(documents: dict[str, str]) -> None:
    first = documents["usual"].split("\f")[0]
    contents = first.partition("Contents")[2]
    assert [title for title in (*(part.title for part in usual().parts), "Appendix") if title not in contents] == []
    count = len(next(part.points for part in usual().appendix if part.id == "sources"))
    for number in range(1, count + 1):
        # Once as the number of the source, which LibreOffice counts, and at least once where it is cited.
        assert documents["usual"].count(f"[{number}]") >= 2, number


def test_what_people_type_is_text_in_another_program(documents: dict[str, str]) -> None:
    whole = squeezed(documents["odd"])
    assert squeezed("onerror=alert(1)>") in whole
    assert squeezed(FORMULA) in whole
    assert not re.search("[\x01-\x08\x0b\x0e-\x1f\u202e]", documents["odd"])


def test_the_pdf_is_sound_by_another_program(pdf_file: Path) -> None:
    check = subprocess.run([office.tool("qpdf", "qpdf"), "--check", pdf_file], capture_output=True, text=True)
    assert (check.returncode, check.stderr) == (0, "")
    facts = subprocess.run([office.tool("pdfinfo", "poppler-utils"), pdf_file], capture_output=True, text=True).stdout
    assert re.search(r"Tagged:\s+yes", facts)
    assert re.search(r"Title:\s+Training cluster for 2027", facts)
    fonts = subprocess.run(["pdffonts", pdf_file], capture_output=True, text=True).stdout.splitlines()[2:]
    assert fonts
    assert all(re.search(r" yes yes yes +\d+ +0$", line) for line in fonts), "embedded, a part only, with its Unicode"
    data = pdf_file.read_bytes()
    for claim in (
        b"<pdfaid:part>2</pdfaid:part>",
        b"<pdfaid:conformance>A</pdfaid:conformance>",
        b"<pdfuaid:part>1</pdfuaid:part>",
    ):
        assert claim in data
    assert b"/Outlines" in data, "a bookmark for each section"


def test_another_program_reads_every_figure_of_the_pdf(pdf_file: Path) -> None:
    _figures(office.text_of(pdf_file, "-raw"), usual())


def test_the_pdf_has_four_pages_and_an_appendix(pdf_file: Path) -> None:
    pages = office.text_of(pdf_file, "-layout").rstrip("\f").split("\f")
    assert next(number for number, page in enumerate(pages) if re.search(r"^\s*Appendix\s*$", page, re.MULTILINE)) <= 4
    for number, page in enumerate(pages, 1):
        assert page.strip().startswith(DRAFT)
        assert f"Page {number} of {len(pages)}" in page


def test_what_people_type_is_text_in_the_pdf(folder: Path) -> None:
    words = '#panic() $x$ *b* _i_ [c] \\ "q" <l> @r // c /* c'
    path = folder / "odd.pdf"
    path.write_bytes(written("odd", "pdf"))
    whole = squeezed(office.text_of(path, "-raw"))
    assert squeezed(FORMULA) in whole
    assert squeezed("onerror=alert(1)>") in whole
    from cluster_calc.documents.memo_forms import pdf

    path.write_bytes(pdf.pdf(memo(chip="h100", chips=8, as_of="2026-11-22", draws=50, title=words)))
    assert "#panic() $x$ *b* _i_ [c]" in office.text_of(path)


def rendered(text: str) -> Any:
    """Markdown as GitHub shows it: CommonMark and tables, HTML let through as the text says."""
    library = pytest.importorskip("markdown_it", reason="no Markdown renderer here: pip install markdown-it-py")
    page = library.MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text)
    return html5lib.HTMLParser(namespaceHTMLElements=False).parse(page)


def test_a_renderer_shows_every_figure_of_the_markdown() -> None:
    tree = rendered(written("usual", "md").decode())
    _figures("".join(tree.itertext()), usual())
    tables = list(tree.iter("table"))
    assert len(tables) == 1 + sum(len(part.tables) for part in (*usual().parts, *usual().appendix))
    for table in tables:
        assert len({len(list(row)) for row in table.iter("tr")}) == 1, "no row has lost a cell"
    assert "".join(tree.find("body")[0].itertext()).strip() == DRAFT


def test_what_people_type_is_text_to_a_markdown_renderer() -> None:
    tree, plain = (rendered(written(name, "md").decode()) for name in ("odd", "usual"))
    assert {node.tag for node in tree.iter()} <= {node.tag for node in plain.iter()} | {"code", "pre"}
    assert not list(tree.iter("img"))
    assert not list(tree.iter("script"))
    text = squeezed("".join(tree.itertext()))
    assert squeezed("onerror=alert(1)>") in text
    assert squeezed("*b*") in text
    assert squeezed(FORMULA) in text


def test_every_text_of_the_odd_memo_has_what_tempts_a_reader() -> None:
    """Guards the tests above: the hostile text really is in the memo."""
    texts = " ".join(said(odd()))
    assert all(part in texts for part in ("<img", FORMULA, "*b*", "# head", "\\x1b[31m"))
