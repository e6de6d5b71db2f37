"""docs/examples/: three cost sheets, of a fixed day and seed; `python tools/docs_sheets.py` also photographs one.

The picture needs a browser and depends on its fonts, so `make docs` leaves it alone.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[1] / "docs"
if __name__ == "__main__":
    sys.path.insert(0, str(DOCS.parent))

from freshness import kept  # noqa: E402

import cluster_calc as cc  # noqa: E402

# A fixed day, so that the pages do not age by themselves.
AS_OF = "2026-11-22"
RUN: dict[str, Any] = {"training_compute": "2.1e25", "ranges": True, "seed": 1, "as_of": AS_OF}
OPTIONS = ("h100", "b200", "tpuv5p", "mi300x")


def sheets() -> dict[str, str]:
    """Name → page of each example."""
    llama = cc.estimate(
        parameters="65.2e9", tokens="1.4e12", chip="a100-80gb", chips="2048", training_time="21 days", as_of=AS_OF
    )
    return {
        "gpt-4-scale-h100": cc.sheet(
            cc.estimate(chip="h100", **RUN, power_limit="20 MW", supply_limit="1 %"),
            title="A run of GPT-4's scale on H100",
        ),
        "llama-65b-a100": cc.sheet(llama, title="LLaMA-65B on A100"),
        "four-chips": cc.sheet([cc.estimate(chip=chip, **RUN) for chip in OPTIONS], title="One run on four chips"),
    }


def pages() -> dict[Path, str]:
    found = {}
    for name, page in sheets().items():
        path = DOCS / "examples" / f"{name}.html"
        found[path] = kept(path, page)
    return found


def photograph(target: Path) -> None:
    """The top of the first example, as the README shows it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1180, "height": 1390}, color_scheme="light")
        page.goto((DOCS / "examples" / "gpt-4-scale-h100.html").as_uri())
        page.screenshot(path=target)
        browser.close()
    from PIL import Image

    Image.open(target).convert("RGB").quantize(48, dither=Image.Dither.NONE).save(target, optimize=True)


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    photograph(DOCS / "sheet.png")
