"""docs/examples/: three memos, of a fixed day and seed, as a page and as Markdown; and the pictures of their first pages.

Each is what its printed command writes, run at the root of the sources: `docs/examples/memo-*.toml` are the memo files.
`python tools/docs_memo.py` writes the pictures anew. They are typst's own drawing of the PDF, with the fonts that it brings;
their bytes are not compared, as antialiasing differs in its last bits between processors.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from freshness import kept  # noqa: E402

from cluster_calc.cli.memo import command, view_of  # noqa: E402
from cluster_calc.documents.memo.view import Memo  # noqa: E402
from cluster_calc.documents.memo_forms import pdf  # noqa: E402
from cluster_calc.documents.memo_forms import text as memo_text  # noqa: E402

FOLDER = "docs/examples"
EXAMPLES = ROOT / FOLDER
# Pixels per inch of the pictures: small, but their text can be read.
PPI, COLOURS = 84.0, 24
# A purchase with quotes; a small cluster on a rented site, without a discount rate; chips without a price.
TYPED = {
    "memo-h100": ("--chip", "h100", "--flop", "2.1e25", "--compare", "b200"),
    "memo-a100-colocated": ("--chip", "a100-40gb", "--chips", "64", "--colocation-price", "160 USD/kW/month"),
    "memo-tpu-without-price": (
        "--chip",
        "tpuv5p",
        "--flop",
        "5e24",
        "--time-allowed",
        "60 days",
        "--compare",
        "mi300x",
    ),
}


@cache
def views() -> dict[str, Memo]:
    """The memos, each by its command."""
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        return {name: _view(name, words) for name, words in TYPED.items()}
    finally:
        os.chdir(here)


def _view(name: str, words: tuple[str, ...]) -> Memo:
    typed = [
        *words,
        "--seed",
        "1",
        "--as-of",
        "2026-11-22",
        "--memo",
        f"{FOLDER}/{name}.toml",
        "-o",
        f"{FOLDER}/{name}.html",
    ]
    return view_of(**command.make_context("memo", typed).params)


def pages() -> dict[Path, str]:
    """The examples as pages and as Markdown."""
    found = {}
    for name, view in views().items():
        plain = replace(view, command=view.command.replace(f"{name}.html", f"{name}.md"))
        for suffix, text in (("html", memo_text.html(view)), ("md", memo_text.markdown(plain))):
            path = EXAMPLES / f"{name}.{suffix}"
            found[path] = kept(path, text)
    return found


def main() -> None:
    import io

    from PIL import Image

    for name, view in views().items():
        page = Image.open(io.BytesIO(pdf.picture(view, PPI))).convert("RGB")
        page.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE).save(EXAMPLES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
