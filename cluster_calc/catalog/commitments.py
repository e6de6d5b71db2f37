"""The price of a commitment or of spot beside the on-demand price that stands: of the same kind of seller, or a ratio.

A commitment is a ratio on the on-demand price: what the same sellers ask for both on the same day, else the discount
that a seller of that kind publishes. Prices of other sellers and years are never set side by side as terms of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from cluster_calc.catalog.chips import Quote
from cluster_calc.catalog.votes import BOOK, median, rent, votes_of, within
from cluster_calc.quantities.datum import Datum

if TYPE_CHECKING:
    from cluster_calc.catalog.book import Catalog

MONTHS = {"1-year": "discount_1_year", "3-year": "discount_3_year"}
# Two prices of one seller are of the same day when they are of the same month.
PAIR_DAYS = 31
# The sellers whose published discounts hold for a kind of seller.
PROVIDERS = {"specialist": ("Lambda",), "hyperscaler": ("AWS", "Google Cloud", "Azure")}


def of_term(quotes: Sequence[Quote], term: str, as_of: str, book: Catalog) -> Quote | None:
    """What renting on a term costs on a day: on demand, committed, or spot, of one kind of seller."""
    stands = rent(quotes, as_of=as_of)
    if term == "on-demand" or stands is None or not (stands.segment or stands.own):
        return rent(quotes, term, as_of)
    own = [quote for quote in quotes if quote.own and quote.term == term and (not as_of or quote.day <= as_of)]
    if own or stands.own:
        return rent(own, term, as_of)
    if term not in MONTHS:
        found = rent(quotes, term, as_of, segment=stands.segment)
        return found if found is not None and float(found.datum.value) <= float(stands.datum.value) else None
    return _paired(quotes, term, as_of, stands) or _discounted(stands, term, book)


def _paired(quotes: Iterable[Quote], term: str, as_of: str, stands: Quote) -> Quote | None:
    """The commitment by the ratio that sellers of the standing kind ask for both terms."""
    known = [q for q in quotes if q.segment == stands.segment and not q.own and (not as_of or q.day <= as_of)]
    ratios: dict[str, tuple[float, Quote]] = {}
    for quote in votes_of([q for q in known if q.term == term], 10**6):
        beside = [q for q in (*known, *stands.votes) if q.term == "on-demand" and q.vendor == quote.vendor]
        near = within([q for q in beside if q.day <= quote.day], quote.day, PAIR_DAYS)
        if near:
            ratio = float(quote.datum.value) / float(votes_of(near, PAIR_DAYS)[0].datum.value)
            if ratio <= 1.0 and quote.vendor in {vote.vendor for vote in stands.votes}:
                ratios[quote.vendor] = (ratio, quote)
    if not ratios:
        return None
    values = [ratio for ratio, _ in ratios.values()]
    newest = max((quote for _, quote in ratios.values()), key=lambda quote: quote.day)
    words = f"{', '.join(ratios)}: {term} over on demand, {newest.datum.as_of}"
    return _at_ratio(stands, term, (min(values), median(values), max(values)), words, newest.datum)


def _discounted(stands: Quote, term: str, book: Catalog) -> Quote | None:
    """The commitment by the published discounts of sellers of the standing kind."""
    found = []
    for key in book.layered("prices"):
        item = book.item(key, "prices")
        leaf = item.leaf(MONTHS[term]) if item.facts.get("kind") == "commitment_discount" else None
        if leaf is not None and item.facts.get("provider") in PROVIDERS.get(stands.segment, ()):
            found.append((1.0 - float(leaf.datum.value), str(item.facts["provider"]), leaf.datum))
    if not found:
        return None
    values = [ratio for ratio, _, _ in found]
    words = f"published discount of {', '.join(name for _, name, _ in found)}"
    return _at_ratio(stands, term, (min(values), median(values), max(values)), words, found[0][2])


def _at_ratio(stands: Quote, term: str, ratios: tuple[float, float, float], words: str, datum: Datum) -> Quote:
    """The on-demand price that stands, times a ratio, which the label names."""
    low, middle, high = ratios
    base, whole = stands.datum, float(stands.datum.value)
    ends = ((base.low if base.low is not None else whole) * low, (base.high if base.high is not None else whole) * high)
    found = base.with_(
        value=whole * middle, low=ends[0] if ends[1] > ends[0] else None, high=ends[1] if ends[1] > ends[0] else None,
        source=datum.source if datum.source.id else BOOK, locator=datum.locator, confidence="low",
        label=f"{term}: {base.label} × {middle:.2g}", note=f"{words}; {base.note}", votes=0,
    )  # fmt: skip
    return stands._replace(
        datum=found, term=term, votes=(), rule=f"{term}: the on-demand price × {middle:.2g}, {words}"
    )
