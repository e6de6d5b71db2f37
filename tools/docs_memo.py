"""docs/examples/: one memo, of a fixed day and seed, as a page and as Markdown."""

from __future__ import annotations

from pathlib import Path

from freshness import kept

from cluster_calc.memo_file import memo_file
from cluster_calc.report import memo_text
from cluster_calc.report.memo import memo

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"
AS_OF = "2026-11-22"
FILE = {
    "title": "Training cluster for 2027",
    "need": "One run of GPT-4's scale within 90 days.",
    "requester": "Infrastructure",
    "decision_date": "2027-01-15",
    "discount_rate": 0.08,
    "constraints": {"power_limit": "20 MW"},
    "approvers": [{"name": "Chief financial officer", "role": "approves"}],
    "quote": [
        {"vendor": "Example Systems", "item": "HGX B200, per GPU", "price": "46000 USD", "expires": "2027-02-28"}
    ],
    "gate": [{"what": "Site ready", "date": "2027-05-01", "owner": "Facilities"}],
}


def pages() -> dict[Path, str]:
    view = memo(
        memo_file=memo_file(FILE), compare=["b200"], chip="h100", training_compute="2.1e25", seed=1, as_of=AS_OF
    )
    found = {}
    for suffix, text in (("html", memo_text.html(view)), ("md", memo_text.markdown(view))):
        path = EXAMPLES / f"memo-h100.{suffix}"
        found[path] = kept(path, text)
    return found
