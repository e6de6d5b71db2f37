"""`catalog quotes`: the votes behind a chip's rent and price, the default they give, and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.chips import Chip, Quote
from cluster_calc.catalog.commitments import of_term
from cluster_calc.catalog.quotes import SEGMENTS, TERMS
from cluster_calc.catalog.votes import change, purchase, rent, spread
from cluster_calc.documents.render.tables import csv_text, markdown_table, text_table
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.display import shown
from cluster_calc.quantities.nomenclature import QUANTITIES

COLUMNS = ("provider", "segment", "value", "instance", "region", "as_of", "confidence", "source")
BUY_COLUMNS = ("vendor", "value", "basis", "condition", "as_of", "confidence", "source")
NOTHING = "no quote of this kind"


def as_dict(chip: Chip, book: Catalog, term: str = "", segment: str = "", as_of: str = "") -> dict[str, Any]:
    """The rent of a chip with its votes, what other sellers and terms ask beside it, and the purchase price with its own."""
    for name, text, known in (("term", term, TERMS), ("segment", segment, SEGMENTS)):
        if text and text not in known:
            raise InputError(f"--{name} {quoted(text)} is not one of {', '.join(known)}.{did_you_mean(text, known)}")
    term = term or "on-demand"
    found = rent(chip.rentals, term, as_of, segment) if segment else of_term(chip.rentals, term, as_of, book)
    beside = {name: _price(quote) for name, quote in spread(chip.rentals, as_of).items()}
    terms = {name: of_term(chip.rentals, name, as_of, book) for name in TERMS[:4]}
    bought, moved = purchase(chip.prices, as_of), change(chip.rentals, found) if found is not None else None
    return {
        "chip": chip.id, "name": chip.name, "term": term, "segment": segment or (found.segment if found else ""),
        "default": _price(found), "votes": _votes(found), "rule": found.rule if found is not None else NOTHING,
        "change": None if moved is None else dict(zip(("share", "sellers", "since"), moved, strict=True)),
        "beside": beside, "terms": {name: _price(quote) for name, quote in terms.items() if quote is not None},
        "purchase": {
            "default": _price(bought), "votes": _votes(bought), "rule": bought.rule if bought is not None else NOTHING,
            "remark": bought.remark if bought is not None else "",
        },
    }  # fmt: skip


def _price(quote: Quote | None) -> dict[str, Any] | None:
    """The price that stands as an object; none where there is no quote."""
    if quote is None:
        return None
    datum = quote.datum
    facts = (
        {"basis": quote.basis, "side": quote.side} if quote.basis else {"term": quote.term, "segment": quote.segment}
    )
    return {
        **_amounts(datum), "votes": datum.votes, "label": datum.label, "as_of": datum.as_of,
        "confidence": datum.confidence, "origin": datum.origin, "source": datum.source.id, "note": datum.note, **facts,
    }  # fmt: skip


def _amounts(datum: Datum) -> dict[str, Any]:
    known = QUANTITIES[datum.name]
    ends = {name: end / known.factor for name, end in (("low", datum.low), ("high", datum.high)) if end is not None}
    return {"value": datum.value / known.factor, "unit": known.unit, "low": None, "high": None, **ends}


def _votes(quote: Quote | None) -> list[dict[str, Any]]:
    return [
        {
            ("vendor" if vote.basis else "provider"): vote.vendor or vote.datum.source.publisher, **_amounts(vote.datum),
            "segment": vote.segment, "term": vote.term, "basis": vote.basis, "condition": vote.condition,
            "instance": vote.instance, "region": vote.region, "as_of": vote.datum.as_of,
            "confidence": vote.datum.confidence, "source": vote.datum.source.id, "locator": vote.datum.locator,
            "note": vote.datum.note,
        }
        for vote in (quote.votes if quote is not None else ())
    ]  # fmt: skip


def quotes_text(found: dict[str, Any], form: str) -> str:
    """The object in one of the formats."""
    if form == "json":
        return json.dumps(found, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if form == "csv":
        return csv_text(found["votes"])
    table = markdown_table if form == "markdown" else text_table
    parts = [
        f"{found['name']}  ({found['chip']})\n",
        _headline(f"Rent, {found['term']}", found["default"], "rental_price"),
    ]
    if found["default"] is not None:
        parts += [f"Rule: {found['rule']}\n", table(list(COLUMNS), _cells(found["votes"], COLUMNS, "rental_price"))]
    if found["change"]:
        moved = found["change"]
        parts.append(
            f"{moved['sellers']} of these sellers ask {100 * moved['share']:+.0f}% against {moved['since']} (median)\n"
        )
    parts += [
        _headline(f"Beside it, {name}", price, "rental_price")
        for name, price in found["beside"].items() if name != found["segment"]
    ]  # fmt: skip
    parts += [
        _headline(f"Term {name}", price, "rental_price")
        for name, price in found["terms"].items()
        if name != found["term"]
    ]
    bought = found["purchase"]
    parts.append("\n" + _headline("Purchase", bought["default"], "chip_price"))
    if bought["default"] is not None:
        parts += [
            f"Rule: {bought['rule']}\n",
            table(list(BUY_COLUMNS), _cells(bought["votes"], BUY_COLUMNS, "chip_price")),
        ]
    if bought["remark"]:
        parts.append(f"{bought['remark']}\n")
    return "".join(parts)


def _headline(what: str, price: dict[str, Any] | None, name: str) -> str:
    """A price in words: what it is, its range, its votes, its date and how sure it is."""
    if price is None:
        return f"{what}: not found\n"
    factor = QUANTITIES[name].factor
    ends = (
        ""
        if price["low"] is None
        else f", {shown(name, price['low'] * factor)} to {shown(name, price['high'] * factor)}"
    )
    return (
        f"{what}: {shown(name, price['value'] * factor)}{ends}  {price['label']}, {price['as_of']}, "
        f"{price['confidence']} confidence\n"
    )


def _cells(votes: Sequence[dict[str, Any]], columns: Sequence[str], name: str) -> list[list[str]]:
    factor = QUANTITIES[name].factor
    return [
        [shown(name, vote["value"] * factor) if column == "value" else str(vote[column]) for column in columns]
        for vote in votes
    ]
