"""docs/prices.md: what the price book comes to, chip by chip, with its votes, range and date."""

from __future__ import annotations

from pathlib import Path

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.chips import Chip, Quote
from cluster_calc.catalog.commitments import of_term
from cluster_calc.catalog.current import opened
from cluster_calc.catalog.releases import release_of
from cluster_calc.catalog.votes import change, rent
from cluster_calc.documents.render.tables import markdown_table
from cluster_calc.files.shipped import shipped
from cluster_calc.quantities.display import shown

ROOT = Path(__file__).parents[1]
RENT_HEADS = [
    "chip",
    "rent an hour",
    "range",
    "votes",
    "newest",
    "confidence",
    "of",
    "hyperscalers",
    "1 year",
    "3 years",
    "spot",
]
PRICE_HEADS = ["chip", "price", "range", "votes", "newest", "confidence", "basis", "remark"]
INTRO = """# The price book

Generated from `catalog/quotes/` by `make docs`; do not edit. Data release {release}. `cluster-calc catalog quotes CHIP` shows
the quotes behind a figure, `catalog update` takes a newer release in.

**The rule.** No quote stands because somebody marked it. One vote per seller: its newest quote, of its largest instance, in the
cheapest region of the world or the US. The rent is the median of the specialised clouds' on-demand votes within 90 days; where
none has quoted the chip within a year of the others, that of the hyperscalers. Spot prices and marketplaces are never the rent.
A commitment is a ratio on that price: of sellers of the same kind that ask both in one month, else a published discount of one.
The purchase price is what a buyer pays for a new part: the median of the votes within two years on the basis that holds most,
server or rack, else board, else the bare chip; a server that is quoted below its own chip is set aside. What only its maker's
average tells is marked, and not comparable with what a buyer is asked for. Fewer than three votes are low confidence. A quote
of your own stands where it is as new as the book's.

**Your own quotes** are rows of a table in a folder of your own, `quotes/mine.csv` beside its `sources.toml`, with the columns of
`catalog/quotes/rentals.csv` or `purchases.csv`; `CLUSTER_CALC_CATALOG` or the project file names the folder. A row without
unit, currency, term or date is an error with its line. `catalog update --feed NAME` adds the quotes of another format to the
book (`gpuhunt`, `quotes-csv`, and what other packages offer as entry points `cluster_calc.feeds`).
"""


def pages() -> dict[Path, str]:
    """The page by its path."""
    book = opened()
    chips = [book.chip(key) for key in sorted(book.layered("chips"))]
    release = release_of(shipped("catalog"))
    rents = [row for chip in chips if (row := _rent(chip, book))]
    prices = [row for chip in chips if (row := _price(chip))]
    without = [chip.id for chip in chips if not chip.rental() and not chip.price()]
    parts = [
        INTRO.format(release=release), "## Rents, USD per chip-hour\n\n" + markdown_table(RENT_HEADS, rents),
        "## What moved\n\n" + _moved(chips), "## Purchase, USD per chip\n\n" + markdown_table(PRICE_HEADS, prices),
        f"Neither rent nor price was found for {', '.join(without)}.\n",
    ]  # fmt: skip
    return {ROOT / "docs" / "prices.md": "\n".join(parts)}


def _money(quote: Quote | None) -> str:
    return "–" if quote is None else shown(quote.datum.name, quote.datum.value, 4).removesuffix("/chip/hour")


def _span(quote: Quote) -> str:
    name, low, high = quote.datum.name, quote.datum.low, quote.datum.high
    if low is None or high is None:
        return "–"
    return " to ".join(shown(name, end, 4).removesuffix("/chip/hour") for end in (low, high))


def _rent(chip: Chip, book: Catalog) -> list[str]:
    stands = chip.rental()
    if stands is None:
        return []
    beside = rent(chip.rentals, segment="hyperscaler") if stands.segment != "hyperscaler" else None
    terms = [_money(of_term(chip.rentals, term, "", book)) for term in ("1-year", "3-year", "spot")]
    return [chip.id, _money(stands), _span(stands), str(stands.datum.votes), stands.datum.as_of, stands.datum.confidence,
            stands.segment, _money(beside), *terms]  # fmt: skip


def _price(chip: Chip) -> list[str]:
    stands = chip.price()
    if stands is None:
        return []
    remark = "average that the maker gets; not comparable" if stands.side == "vendor" else ""
    return [chip.id, _money(stands), _span(stands), str(stands.datum.votes), stands.datum.as_of, stands.datum.confidence,
            stands.basis, remark]  # fmt: skip


def _moved(chips: list[Chip]) -> str:
    lines = []
    for chip in chips:
        stands = chip.rental()
        moved = change(chip.rentals, stands) if stands is not None else None
        if stands is not None and moved is not None:
            share, sellers, since = moved
            lines.append(
                f"- {chip.id}: {100 * share:+.0f} % since {since}, median of {sellers} of the {len(stands.votes)} sellers behind it\n"
            )
    return "".join(lines) or "No two sellers of one chip have an older quote to compare with.\n"
