"""docs/estimate.svg: the signature command's report as a picture, drawn from its real output."""

from __future__ import annotations

from html import escape
from pathlib import Path

from cluster_calc import estimate
from cluster_calc.report.text import text

DOCS = Path(__file__).parents[1] / "docs"
# A fixed day, so that the picture does not age by itself.
AS_OF = "2026-11-22"
LINE, CHARACTER, MARGIN = 18, 8.43, 16


def pages() -> dict[Path, str]:
    report = text(estimate(training_compute=2e25, chip="h100", as_of=AS_OF))
    lines = ["$ cluster-calc estimate --flop 2e25 --chip h100", "", *report.split("\nWhat moves")[0].splitlines()]
    return {DOCS / "estimate.svg": picture(lines)}


def picture(lines: list[str]) -> str:
    """Lines of text as an SVG of a terminal; titles in bold."""
    width = round(80 * CHARACTER + 2 * MARGIN)
    height = LINE * len(lines) + 2 * MARGIN
    rows = []
    for number, line in enumerate(lines):
        title = not line.startswith(" ") and number > 4
        weight = ' font-weight="bold"' if title or number == 0 else ""
        rows.append(
            f'<text x="{MARGIN}" y="{MARGIN + LINE * number + 13}"{weight} xml:space="preserve">{escape(line)}</text>'
        )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
            "<title>What cluster-calc estimate prints for 2e25 FLOP on H100</title>",
            f'<rect width="{width}" height="{height}" rx="8" fill="#12161c"/>',
            '<g fill="#e6edf3" font-size="14" font-family="DejaVu Sans Mono, Menlo, Consolas, Liberation Mono, monospace">',
            *rows,
            "</g>",
            "</svg>",
            "",
        ]
    )
