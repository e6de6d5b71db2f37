"""From quotes to the price that stands: one vote per seller, its newest, of one kind of seller and one basis.

No quote stands because somebody marked it. On demand the specialists' median stands, the hyperscalers' where no
specialist has quoted the chip within the year; spot and marketplace prices never do. A purchase is what a buyer pays for a new part, on the
one basis that holds most: rack or server, else board, else the bare chip. A quote of one's own stands when it is newer.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from cluster_calc.catalog.chips import Quote
from cluster_calc.quantities.datum import CONFIDENCES, Datum, Source

# Rents rose by a third within five months of 2026: what is older than a quarter is of another market.
RENT_DAYS = 90
# Servers are quoted a few times a year: two years hold more than one seller.
PRICE_DAYS = 730
# What two kinds of sellers ask is set beside each other when it is of the same year.
YEAR_DAYS = 366
FEWEST = 3
SEGMENTS = ("specialist", "hyperscaler", "marketplace", "index")
# Whose on-demand price can stand, the first that has one.
STANDING = ("specialist", "hyperscaler")
# How the regions of the US and of the world begin; another region's price has its own taxes and power.
AT_HOME = ("global", "world", "us", "eastus", "westus", "northcentralus", "southcentralus")
# What holds most goes first: no factor is needed for what a price already holds.
RANKS = (("server", "rack"), ("board",), ("chip",), ("all-in",), ("",))
BOOK = Source("price-book", "Price book: medians of dated quotes", "cluster-calc", note="docs/prices.md")


def rent(quotes: Iterable[Quote], term: str = "on-demand", as_of: str = "", segment: str = "") -> Quote | None:
    """What renting a chip costs on a day: the median of one segment's votes; of `segment` alone if one is named."""
    known = [quote for quote in _known(quotes, as_of) if quote.term == term]
    recorded = next((quote for quote in known if quote.chosen), None)
    if recorded is not None:
        return recorded
    book = [quote for quote in known if not quote.own and (quote.segment == segment or quote.segment in STANDING)]
    found = None
    for wanted in (segment,) if segment else STANDING:
        alike = [quote for quote in book if quote.segment == wanted]
        votes = votes_of(alike if segment else within(alike, _newest(book), YEAR_DAYS), RENT_DAYS)
        if votes:
            words = f"{_plural(wanted, len(votes))}, {term}"
            found = _settled(votes, words, f"newest of each {wanted} within {RENT_DAYS} days", term)
            break
    return found if segment else _or_own(found, [quote for quote in known if quote.own])


def purchase(quotes: Iterable[Quote], as_of: str = "") -> Quote | None:
    """What a chip costs to buy on a day: the median of the votes on the basis that holds most."""
    known = list(_known(quotes, as_of))
    recorded = next((quote for quote in known if quote.chosen), None)
    if recorded is not None:
        return recorded
    book = [quote for quote in known if not quote.own]
    found = _bought(book)
    return _or_own(found, [quote for quote in known if quote.own])


def _bought(book: Sequence[Quote]) -> Quote | None:
    """The book's own price of a new part: what a buyer pays, else what its maker gets on average."""
    for side in ("buyer", "vendor"):
        new = [quote for quote in book if quote.side == side and quote.condition != "used"]
        for bases in RANKS:
            alike = [quote for quote in new if quote.basis in bases]
            votes = _plausible(votes_of(alike, PRICE_DAYS), within(new, _newest(alike), PRICE_DAYS))
            if votes:
                seller = "seller" if side == "buyer" else "estimate of what the maker gets"
                words = f"{_plural(seller, len(votes))}, {votes[0].basis or 'no'} basis"
                found = _settled(votes, words, f"newest of each {seller} within {PRICE_DAYS // 365} years", "")
                remark = "" if side == "buyer" else NOT_COMPARABLE
                return found._replace(basis=votes[0].basis, side=side, remark=remark)
    return None


NOT_COMPARABLE = "an average that the maker gets from its largest buyers: not comparable with what a buyer is asked for"


def _plausible(votes: Sequence[Quote], recent: Sequence[Quote]) -> Sequence[Quote]:
    """The votes of a server or rack that are not below what its bare chip costs, if any: a server holds the chip."""
    bare = [float(quote.datum.value) for quote in votes_of([q for q in recent if q.basis == "chip"], PRICE_DAYS)]
    if not bare:
        return votes
    kept = [vote for vote in votes if vote.basis not in RANKS[0] or float(vote.datum.value) >= median(bare)]
    return kept or votes


def votes_of(quotes: Sequence[Quote], days: int) -> tuple[Quote, ...]:
    """One vote per seller: its newest, of the largest instance, in the cheapest region of the world or the US."""
    best: dict[str, Quote] = {}
    for quote in sorted(quotes, key=_rank):
        best.setdefault(quote.vendor or quote.datum.source.id, quote)
    votes = within(best.values(), _newest(best.values()), days)
    return tuple(sorted(votes, key=lambda quote: (float(quote.datum.value), quote.vendor)))


def _rank(quote: Quote) -> tuple[int, float, bool, float]:
    at_home = not quote.region or quote.region.lower().startswith(AT_HOME)
    return -_ordinal(quote.day), -quote.chips, not at_home, float(quote.datum.value)


def median(values: Iterable[float]) -> float:
    """The middle value, the mean of two.

    >>> median([3.0, 1.0, 2.0]), median([4.0, 1.0])
    (2.0, 2.5)
    """
    order = sorted(values)
    half = len(order) // 2
    return order[half] if len(order) % 2 else (order[half - 1] + order[half]) / 2


def within(quotes: Iterable[Quote], newest: str, days: int) -> list[Quote]:
    """The quotes that are at most so many days older than the newest."""
    return [quote for quote in quotes if _ordinal(newest) - _ordinal(quote.day) <= days]


def _settled(votes: Sequence[Quote], words: str, how: str, term: str) -> Quote:
    """The median of the votes with their range; one vote alone keeps its own range and source."""
    values = [float(vote.datum.value) for vote in votes]
    newest = max(votes, key=lambda vote: vote.day).datum.as_of
    named = "; ".join(f"{vote.vendor or vote.datum.source.publisher} {_shown(vote)}" for vote in votes)
    one = votes[0].datum
    few = f"fewer than {FEWEST} votes: low confidence; " if len(votes) < FEWEST else ""
    ends = (min(values), max(values)) if max(values) > min(values) else (one.low, one.high)
    datum = Datum(
        one.name, median(values), one.source if len(votes) == 1 else BOOK, *ends, origin=one.origin, kind="range",
        locator=one.locator if len(votes) == 1 else "`cluster-calc catalog quotes` lists the votes", as_of=newest,
        confidence="low" if len(votes) < FEWEST else _middle(vote.datum.confidence for vote in votes),
        note=f"{few}{named}", label=words if len(votes) == 1 else f"median of {words}", votes=len(votes),
    )  # fmt: skip
    if len(votes) == 1:
        datum = datum.with_(label=" ".join(filter(None, (votes[0].vendor, term or f"{votes[0].basis} basis"))))
    return votes[0]._replace(datum=datum, votes=tuple(votes), rule=f"{datum.label}: {how}", term=term)


def _or_own(found: Quote | None, own: Sequence[Quote]) -> Quote | None:
    """A quote of one's own stands before the book where it is newer; where it is older, that is said."""
    if not own:
        return found
    mine = max(own, key=lambda quote: (quote.day, quote.side == "buyer"))
    whose = mine.datum.origin.removeprefix("catalog: ")
    if found is None or mine.day >= found.day:
        beside = "" if found is None else f"newer than the book's {found.datum.label} ({found.datum.as_of})"
        datum = mine.datum.with_(votes=1, note="; ".join(filter(None, (beside, mine.datum.note))))
        return mine._replace(datum=datum, votes=(mine,), rule=f"the newest quote of {whose}{beside and ', ' + beside}")
    words = (
        f"{mine.datum.name}: the quote of {whose} ({mine.datum.as_of}) is older than the book's "
        f"({found.datum.as_of}), which stands; give it with its date, or type the price"
    )
    return found._replace(remark="; ".join(filter(None, (found.remark, words))))


def spread(quotes: Iterable[Quote], as_of: str = "") -> dict[str, Quote]:
    """What each kind of seller asks on demand, the one that stands first."""
    found = {segment: rent(quotes, as_of=as_of, segment=segment) for segment in SEGMENTS}
    return {segment: quote for segment, quote in found.items() if quote is not None}


def _known(quotes: Iterable[Quote], as_of: str) -> Iterable[Quote]:
    return (quote for quote in quotes if quote.datum.value is not None and (not as_of or quote.day <= as_of))


def _newest(quotes: Iterable[Quote]) -> str:
    return max((quote.day for quote in quotes), default="0001-01-01")


def _ordinal(day: str) -> int:
    try:
        return datetime.date.fromisoformat(day).toordinal()
    except ValueError:
        return 1


def _middle(words: Iterable[str]) -> str:
    """The confidence in the middle, the lower of two."""
    order = sorted((CONFIDENCES.index(word) for word in words if word in CONFIDENCES), reverse=False)
    return CONFIDENCES[order[len(order) // 2]] if order else "low"


def _shown(vote: Quote) -> str:
    hourly = vote.datum.name.startswith("rental_price")
    return f"{float(vote.datum.value) * (3600.0 if hourly else 1.0):,.6g} ({vote.datum.as_of})"


def _plural(word: str, count: int) -> str:
    head, _, tail = word.partition(" of ")
    words = f"{head}s of {tail}" if tail else "indices" if word == "index" else f"{word}s"
    return f"{count} {words if count != 1 else word}"


def change(quotes: Sequence[Quote], stands: Quote) -> tuple[float, int, str] | None:
    """How much more the sellers behind a rent ask than months before: the median ratio, of how many, since when."""
    ratios, days = [], []
    for vote in stands.votes:
        before = [
            quote for quote in quotes
            if (quote.vendor, quote.term, quote.segment) == (vote.vendor, vote.term, vote.segment)
            and RENT_DAYS < _ordinal(vote.day) - _ordinal(quote.day) <= YEAR_DAYS
        ]  # fmt: skip
        if before:
            earlier = votes_of(before, RENT_DAYS)[0]
            ratios.append(float(vote.datum.value) / float(earlier.datum.value))
            days.append(earlier.datum.as_of)
    return (median(ratios) - 1.0, len(ratios), min(days)) if ratios else None
