"""The memos whose files are opened by other programs, made once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from cluster_calc.documents.memo.memo import memo
from cluster_calc.documents.memo.view import DRAFT, Memo
from cluster_calc.documents.memo_forms import docx, pdf, xlsx
from cluster_calc.documents.memo_forms import text as memo_text
from cluster_calc.procurement.file import memo_file
from tests.documents.test_memo import RUN, odd_file

WRITERS: dict[str, Callable[[Memo], bytes]] = {
    "html": lambda view: memo_text.html(view).encode(),
    "md": lambda view: memo_text.markdown(view).encode(),
    "docx": docx.docx,
    "pdf": pdf.pdf,
    "xlsx": xlsx.xlsx,
}
# Every price given, so that a changed one is the same kind of price.
PRICED: dict[str, Any] = {
    **RUN, "draws": 200, "chip_price": "34000 USD", "electricity_price": "0.09 USD/kWh", "rental_price": "3 USD/hour",
    "rental_price_1_year": "2.9 USD/hour", "rental_price_3_year": "2.8 USD/hour", "rental_price_spot": "2.5 USD/hour",
    "discount_rate": 0.08, "operations_cost": "1 MUSD", "deposit_share": 0.2,
}  # fmt: skip
FILE = memo_file(
    {
        "title": "Training cluster for 2027",
        "need": "One run of GPT-4's scale within 90 days.",
        "requester": "Infrastructure",
        "decision_date": "2027-01-15",
        "existing_fleet": "512 A100, 60% used",
        "constraints": {"power_limit": "20 MW", "capital_budget": "400 MUSD"},
        "approvers": [{"name": "A. Example", "role": "Chief financial officer"}, {"name": "B. Example", "role": "CTO"}],
        "demand": [{"period": "2027", "need": "2e25 FLOP"}, {"period": "2028", "need": "4e25 FLOP"}],
        "quote": [
            {"vendor": "Example Systems", "item": "HGX H100, 8 GPUs, per GPU", "price": "34000 USD", "currency": "USD",
             "expires": "2027-02-28", "terms": "30 % with the order; 90 days' delivery"}
        ],
        "risk": [{"risk": "Export licence", "trigger": "a change of the rule", "effect": "12 weeks", "owner": "Legal"}],
        "gate": [{"what": "Site ready", "date": "2027-05-01", "owner": "Facilities"}],
    }
)  # fmt: skip


@cache
def usual() -> Memo:
    """A memo at default content: a memo file with one entry of every kind, another chip beside, a rate."""
    return memo(**RUN, compare=["b200"], discount_rate=0.08, memo_file=FILE)


@cache
def odd() -> Memo:
    """A memo in which everything that people type is hostile."""
    return memo(**{**RUN, "draws": 200}, memo_file=odd_file())


@cache
def written(name: str, form: str) -> bytes:
    """A memo's file."""
    return WRITERS[form]({"usual": usual, "odd": odd}[name]())


def said(view: Memo) -> Iterator[str]:
    """Every text of the memo, with and without figures."""
    yield from (view.title, view.ask, *view.gaps, *(text for line in view.decision for text in line))
    for part in (*view.parts, *view.appendix):
        yield from (part.title, *part.paragraphs, *part.points)
        for entry in part.tables:
            yield from (entry.caption, *entry.heads)
            for row in entry.rows:
                for cell in (row.head, *row.cells):
                    yield from (cell.text, cell.small)


def squeezed(text: str) -> str:
    """Text without what a form may change: spaces, line breaks, and hyphens, which a reader may take for those of a line."""
    text = re.sub(r"-(?=\$)", "−", text)
    return re.sub(r"[\s\u00ad\u200b\u2010-]+", "", text)


def unpaged(text: str) -> str:
    """The text of a PDF as if on one page: a sentence may go over from one to the next."""
    text = re.sub(rf"\n\f?{DRAFT}(?=\nPage \d+ of)", "", text)  # some write the header at an end of a page
    return re.sub(rf"\n?Page \d+ of \d+\s*\f?\s*(?:{DRAFT})?\n?", "\n", text)
