"""The memo's page in a real browser: on a phone, a screen and paper, and to who cannot see it."""

from __future__ import annotations

import dataclasses
import itertools
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cluster_calc.documents.memo.view import DRAFT, Memo
from cluster_calc.documents.memo_forms import text as memo_text
from cluster_calc.documents.render.view import Cell, Table, TableRow
from tests.documents import office
from tests.documents.memo_cases import odd, said, squeezed, unpaged, usual, written
from tests.documents.test_browser import NO_AXE, opened

LARGEST = 200_000


def crowded() -> Memo:
    """The usual memo with more than it has: three more columns in every table of figures, and a long word in each."""
    view = usual()

    def wider(entry: Table) -> Table:
        if len(entry.heads) < 5 or not all(entry.numbers[1:]):
            return entry
        heads = (*entry.heads, "Ready date", "Weeks of delay", "Interconnection")
        rows = tuple(
            TableRow(
                row.head,
                (*row.cells, Cell("2027-05-01"), Cell("12 weeks"), Cell("$1.23B", "a note under it")),
                row.total,
            )
            for row in entry.rows
        )
        return Table(entry.caption, heads, rows, (*entry.numbers, False, True, True))

    parts = tuple(dataclasses.replace(part, tables=tuple(map(wider, part.tables))) for part in view.parts)
    return dataclasses.replace(view, parts=parts)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("memo-pages")
    found = {}
    for name, text in (
        ("usual", written("usual", "html").decode()),
        ("odd", written("odd", "html").decode()),
        ("crowded", memo_text.html(crowded())),
    ):
        found[name] = folder / f"{name}.html"
        found[name].write_text(text, encoding="utf-8")
    return found


def test_the_page_is_small(pages: dict[str, Path]) -> None:
    assert pages["usual"].stat().st_size <= LARGEST


@pytest.mark.parametrize("name", ["usual", "odd", "crowded"])
@pytest.mark.parametrize("width", [320, 768, 2560])
def test_the_page_asks_for_nothing_and_needs_no_sideways_scrolling(
    browser: Any, pages: dict[str, Path], name: str, width: int
) -> None:
    page = opened(browser, pages[name], width)
    assert page.said == [pages[name].as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "light"), (1440, "dark"), pytest.param(1440, "light", marks=pytest.mark.thorough)]
)
def test_axe_finds_no_violation(browser: Any, pages: dict[str, Path], width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=NO_AXE)
    page = opened(browser, pages["usual"], width, scheme)
    found = axe.Axe().run(page).response["violations"]
    assert [(entry["id"], [node["html"] for node in entry["nodes"][:3]]) for entry in found] == []
    page.context.close()


def test_headings_go_down_one_level_at_a_time_and_citations_lead_to_their_source(
    browser: Any, pages: dict[str, Path]
) -> None:
    page = opened(browser, pages["usual"])
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(node => +node.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    lost = "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.hash.slice(1)).filter(id => !document.getElementById(id))"
    assert page.evaluate(lost) == []
    assert page.evaluate("document.querySelectorAll('a[href^=\"#source-\"]').length") > 10
    page.context.close()


# Every word of a table keeps to one line, and every cell inside its table: no column of one letter a line.
SPLIT = """() => [...document.querySelectorAll('td, th, dd')].flatMap(cell => {
  const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), range = document.createRange(), found = [];
  for (let node; (node = walk.nextNode()); ) for (const word of node.data.matchAll(/[^\\s-]+/g)) {
    if (word[0].length > 14) continue;
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) found.push(word[0]);
  }
  return found;
})"""


@pytest.mark.parametrize("name", ["usual", "crowded"])
@pytest.mark.parametrize("width", [688, 320])
def test_no_word_of_a_table_is_split_on_paper_or_a_phone(
    browser: Any, pages: dict[str, Path], name: str, width: int
) -> None:
    page = opened(browser, pages[name], width)
    if width == 688:  # A4 between its margins: a wider table would shrink everything that is printed
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SPLIT) == []
    page.context.close()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_print_has_four_pages_and_an_appendix_with_the_stamp_on_each(
    browser: Any, pages: dict[str, Path], tmp_path: Path, paper: str
) -> None:
    page = opened(browser, pages["usual"], scheme="dark")
    pdf = tmp_path / "memo.pdf"
    pdf.write_bytes(page.pdf(format=paper))
    page.context.close()
    sheets = office.text_of(pdf, "-layout").split("\f")[:-1]
    before = next(
        number for number, sheet in enumerate(sheets) if any(line.strip() == "Appendix" for line in sheet.splitlines())
    )
    assert 1 <= before <= 4
    for number, sheet in enumerate(sheets, 1):
        assert sheet.strip().startswith(DRAFT)
        assert f"Page {number} of {len(sheets)}" in sheet
    whole = squeezed(unpaged(office.text_of(pdf, "-raw")))
    assert [
        text for text in said(usual()) if any(sign.isdigit() for sign in text) and squeezed(text) not in whole
    ] == []
    fonts = subprocess.run(["pdffonts", pdf], capture_output=True, text=True, check=True).stdout
    assert " no " not in fonts.partition("\n")[2].replace("no  ", ""), "fonts are embedded"


def test_an_approved_memo_prints_without_a_stamp(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "memo.html"
    path.write_text(memo_text.html(dataclasses.replace(usual(), draft=False, gaps=())), encoding="utf-8")
    page = opened(browser, path)
    pdf = tmp_path / "memo.pdf"
    pdf.write_bytes(page.pdf(format="A4"))
    page.context.close()
    text = office.text_of(pdf)
    assert DRAFT not in text
    assert "Page 1 of" in text


def test_hostile_text_makes_no_element(browser: Any, pages: dict[str, Path]) -> None:
    page = opened(browser, pages["odd"])
    assert page.evaluate("document.querySelectorAll('img, iframe, svg, object, form').length") == 0
    assert page.evaluate("document.querySelectorAll('script').length") == 1
    assert any("<img" in text for text in said(odd()))
    page.context.close()
