"""The page in a real browser: what it asks for, says, and looks like on a phone, a screen and paper.

`python -m tests.documents.test_browser` keeps the screenshots anew after a deliberate change of the look.
"""

from __future__ import annotations

import io
import itertools
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from cluster_calc.documents.sheet.page import render
from tests.documents.cases import EXTREMES, KEPT, golden

WIDTHS = (320, 768, 1440, 2560)
# Compared in blocks of 32 pixels: a lost bar or a wrong colour differs by 80 and more, another machine's fonts by 45.
LOOKS = {"phone": (320, "light"), "wide-light": (1440, "light"), "wide-dark": (1440, "dark")}
TOLERANCE, BLOCK = 60, 8
NO_AXE = "no axe-core here: pip install axe-playwright-python"

OVERLAPS = """() => {
  const found = [];
  for (const chart of document.querySelectorAll('svg.chart')) {
    const paper = chart.getBoundingClientRect();
    const boxes = [...chart.querySelectorAll('text')].map(node => [node.textContent, node.getBoundingClientRect()]);
    for (let i = 0; i < boxes.length; i++) {
      const [text, a] = boxes[i];
      if (a.left < paper.left - 1 || a.right > paper.right + 1 || a.bottom > paper.bottom + 1) found.push([text, 'the edge']);
      for (let j = i + 1; j < boxes.length; j++) {
        const b = boxes[j][1];
        if (a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom) found.push([text, boxes[j][0]]);
      }
    }
  }
  return found;
}"""


def opened(browser: Any, path: Path, width: int = 1440, scheme: str = "light") -> Any:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.said.append(request.url))
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_asks_for_nothing_says_nothing_and_needs_no_sideways_scrolling(
    browser: Any, page_file: Path, width: int
) -> None:
    page = opened(browser, page_file, width)
    assert page.said == [page_file.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERLAPS) == []
    page.context.close()


SPLIT = """() => [...document.querySelectorAll('.card .figure')].flatMap(figure => {
  const walk = document.createTreeWalker(figure, NodeFilter.SHOW_TEXT), range = document.createRange(), found = [];
  for (let node; (node = walk.nextNode()); ) for (const word of node.data.matchAll(/[\\w.$,]+/g)) {
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) found.push(word[0]);
  }
  return found;
})"""


@pytest.mark.parametrize("width", [320, 360, 414, 900, 1100])
def test_no_word_of_a_headline_figure_is_split(browser: Any, page_file: Path, width: int) -> None:
    page = opened(browser, page_file, width)
    assert "$" in page.inner_text(".card [data-name=cost_per_chip_hour]")
    assert page.evaluate(SPLIT) == []
    page.context.close()


def test_five_options_fit_a_screen_and_a_sheet_of_paper(browser: Any, tmp_path: Path) -> None:
    import cluster_calc as cc

    chips = ("h100", "b200", "tpuv5p", "mi300x", "a100-40gb")
    path = tmp_path / "sheet.html"
    path.write_text(cc.sheet([cc.estimate(training_compute=2e25, chip=chip, ranges=True) for chip in chips]))
    page = opened(browser, path)
    inside = "[...document.querySelectorAll('.scroll')].every(box => box.scrollWidth <= box.clientWidth + 1)"
    assert page.evaluate(inside)
    # A4 between its margins: a wider table would shrink everything that is printed.
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 688, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    page.context.close()


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (320, "light"),
        pytest.param(1440, "dark", marks=pytest.mark.thorough),
    ],
)
def test_axe_finds_no_violation(browser: Any, page_file: Path, width: int, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason=NO_AXE)
    page = opened(browser, page_file, width, scheme)
    found = axe.Axe().run(page).response["violations"]
    assert [(entry["id"], [node["html"] for node in entry["nodes"][:3]]) for entry in found] == []
    page.context.close()


def test_the_skip_link_comes_first_and_leads_to_the_answer(browser: Any, page_file: Path) -> None:
    page = opened(browser, page_file)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the answer"
    assert page.evaluate("document.activeElement.getBoundingClientRect().height") > 20
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "answer"
    page.context.close()


def test_headings_go_down_one_level_at_a_time(browser: Any, page_file: Path) -> None:
    page = opened(browser, page_file)
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(node => +node.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    page.context.close()


@pytest.mark.parametrize("place", range(1, len(EXTREMES), 6))
def test_text_of_extreme_estimates_does_not_overlap(browser: Any, tmp_path: Path, place: int) -> None:
    import cluster_calc as cc

    try:
        result = cc.estimate(**{"chip": "h100", **EXTREMES[place]})
    except cc.InputError:
        pytest.skip("this extreme is refused before there is a page")
    path = tmp_path / "sheet.html"
    path.write_text(cc.sheet(result), encoding="utf-8")
    page = opened(browser, path, 320)
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_page_prints(browser: Any, page_file: Path, tmp_path: Path, paper: str) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext here: `apt-get install poppler-utils`")
    page = opened(browser, page_file, scheme="dark")
    pdf = tmp_path / "sheet.pdf"
    pdf.write_bytes(page.pdf(format=paper))
    page.context.close()
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    pages = text.split("\f")[:-1]
    assert 7 <= len(pages) <= 15
    for words in ("7,583 chips for 90 days", "Where the money goes", "How sure", "Not included", "cluster-calc sheet"):
        assert words in " ".join(text.split()), words
    # The register is longer than a page: its head is repeated.
    assert sum("5–95 % range" in sheet for sheet in pages) >= 2
    assert "Save the result" not in text


def picture(browser: Any, path: Path, look: str) -> Image.Image:
    """The page as a small picture."""
    width, scheme = LOOKS[look]
    page = opened(browser, path, width, scheme)
    shot = Image.open(io.BytesIO(page.screenshot(full_page=True, animations="disabled"))).convert("RGB")
    page.context.close()
    height = 3600 if width == 320 else 3200
    return shot.crop((0, 0, width, height)).resize((width // 4, height // 4), Image.Resampling.BOX)


@pytest.mark.parametrize("look", LOOKS)
def test_the_page_looks_as_kept(browser: Any, tmp_path: Path, look: str) -> None:
    path = tmp_path / "golden.html"
    path.write_text(render(golden()), encoding="utf-8")
    kept = Image.open(KEPT / f"{look}.png").convert("RGB")
    difference = ImageChops.difference(blocks(picture(browser, path, look)), blocks(kept))
    assert max(high for _, high in difference.getextrema()) <= TOLERANCE


def blocks(image: Image.Image) -> Image.Image:
    return image.resize((image.width // BLOCK, image.height // BLOCK), Image.Resampling.BOX)


def keep() -> None:
    from playwright.sync_api import sync_playwright

    from tests.documents.conftest import FLAGS

    path = KEPT.parent / "golden.tmp.html"
    path.write_text(render(golden()), encoding="utf-8")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for look in LOOKS:
            picture(started, path, look).quantize(64).save(KEPT / f"{look}.png", optimize=True)
    path.unlink()


if __name__ == "__main__":
    keep()
