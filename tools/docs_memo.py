"""docs/examples/: three memos, of a fixed day and seed, as a page and as Markdown; and the pictures of their first pages.

`python tools/docs_memo.py` writes the pictures anew. They are typst's own drawing of the PDF, with the fonts that it brings;
their bytes are not compared, as antialiasing differs in its last bits between processors.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from freshness import kept  # noqa: E402

from cluster_calc.memo_file import memo_file  # noqa: E402
from cluster_calc.report import memo_pdf, memo_text  # noqa: E402
from cluster_calc.report.memo import memo  # noqa: E402
from cluster_calc.report.memo_view import Memo  # noqa: E402

EXAMPLES = ROOT / "docs" / "examples"
AS_OF = "2026-11-22"
# Pixels per inch of the pictures: small, but their text can be read.
PPI, COLOURS = 84.0, 24

PURCHASE: dict[str, Any] = {
    "title": "Training cluster for 2027",
    "need": "One run of GPT-4's scale within 90 days, then two like it each year.",
    "requester": "Infrastructure",
    "decision_date": "2027-01-15",
    "discount_rate": 0.08,
    "tax_rate": 0.25,
    "site_ready": "2027-04-01",
    "existing_fleet": {"chip": "a100", "count": 512, "used_share": 0.6, "reach": 0.9, "age": "2 years"},
    "constraints": {"power_limit": "20 MW", "capital_budget": "400 MUSD"},
    "approvers": [
        {"name": "Chief financial officer", "role": "approves"},
        {"name": "Head of infrastructure", "role": "requests"},
        {"name": "Controller", "role": "confirms depreciation and tax"},
    ],
    "demand": [{"period": "2027", "need": "2.1e25 FLOP"}, {"period": "2028", "need": "4.2e25 FLOP"}],
    "quote": [
        {"vendor": "Example Systems", "number": "Q-4711", "item": "HGX B200, per GPU", "chip": "b200", "price": "46000 USD",
         "holds": "server", "dated": "2026-11-12", "expires": "2027-02-28", "deposit": 0.3, "delivery_weeks": 14,
         "terms": "30 % with the order"},
        {"vendor": "Other Systems", "number": "77-B", "item": "HGX H100, per GPU", "chip": "h100", "price": "29500 USD",
         "holds": "server", "dated": "2026-11-03", "expires": "2027-01-31", "delivery_weeks": 6},
    ],
    "risk": [
        {"risk": "Supply", "owner": "Procurement"},
        {"risk": "Export control", "trigger": "a change of the rule", "effect": "12 weeks", "owner": "Legal"},
    ],
    "gate": [
        {"what": "Order signed", "date": "2027-01-29", "owner": "Procurement"},
        {"what": "Site ready", "date": "2027-04-01", "owner": "Facilities"},
    ],
}  # fmt: skip
SMALL: dict[str, Any] = {
    "title": "A rack of A100 for fine-tuning",
    "need": "Fine-tuning jobs of the product team, all year round.",
    "requester": "Applied research",
    "approvers": [{"name": "Head of product", "role": "approves"}],
}


@cache
def views() -> dict[str, Memo]:
    """A purchase with quotes; a small cluster on a rented site, without a discount rate; chips without a price."""
    shared: dict[str, Any] = {"seed": 1, "as_of": AS_OF}
    return {
        "memo-h100": memo(
            memo_file=memo_file(PURCHASE), compare=["b200"], chip="h100", training_compute="2.1e25", **shared
        ),
        "memo-a100-colocated": memo(
            memo_file=memo_file(SMALL), chip="a100", chips=64, colocation_price="160 USD/kW/month", **shared
        ),
        "memo-tpu-without-price": memo(
            title="TPU v5p or MI300X", chip="tpuv5p", compare=["mi300x"], training_compute="5e24",
            time_allowed="60 days", discount_rate=0.1, **shared,
        ),
    }  # fmt: skip


def pages() -> dict[Path, str]:
    """The examples as pages and as Markdown."""
    found = {}
    for name, view in views().items():
        for suffix, text in (("html", memo_text.html(view)), ("md", memo_text.markdown(view))):
            path = EXAMPLES / f"{name}.{suffix}"
            found[path] = kept(path, text)
    return found


def main() -> None:
    import io

    from PIL import Image

    for name, view in views().items():
        page = Image.open(io.BytesIO(memo_pdf.picture(view, PPI))).convert("RGB")
        page.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE).save(EXAMPLES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
