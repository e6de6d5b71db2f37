"""Whether the quotes of the price book can be true together: each row, the terms of one seller, the generations of a maker."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from cluster_calc.catalog.checks import schema
from cluster_calc.catalog.checks.sheet import BOOK_CHECKS, Problem
from cluster_calc.catalog.chips import Chip, Quote
from cluster_calc.catalog.quotes import Row, entry_of, rows_of, tables
from cluster_calc.catalog.votes import RANKS, SEGMENTS, median, purchase, rent, votes_of, within
from cluster_calc.errors import InputError
from cluster_calc.quantities.dates import day_of
from cluster_calc.quantities.units import to_base

if TYPE_CHECKING:
    from cluster_calc.catalog.book import Catalog

# One seller's vote over the median of its kind: beyond, it is another product or another unit.
OUTLIER = 3.0
# A chip's price times the server factor and the quotes of its servers are two readings of one price.
FACTOR_SLACK = 0.2
PAIR_DAYS = 31
# Sellers keep the old generation's price while they sell it out: the new one may be this much below.
GENERATION_SLACK = 0.9


def check_quotes(book: Catalog, layer: int) -> list[Problem]:
    """All problems of the tables of one folder; of the shipped one, what they say together, too."""
    found: list[Problem] = []
    rows: list[tuple[Row, dict[str, Any]]] = []
    for path in tables(book.folders[layer]):
        try:
            for row in rows_of(path):
                try:
                    rows.append((row, _row(row, book, layer)))
                except InputError as error:
                    found.append(_problem(row, str(error).removeprefix(f"{row.path}:{row.line}: ")))
        except InputError as error:
            found.append(
                Problem(path, 1, str(error).removeprefix(f"{path}:1: "), "a book has the columns of `catalog/quotes`")
            )
    found += _terms(rows)
    if layer == len(book.folders) - 1 and not found:
        found += together(book)
    return found


def _row(row: Row, book: Catalog, layer: int) -> dict[str, Any]:
    """A row as an entry, with what it names known and its price in a plausible range."""
    entry = entry_of(row)
    entry["chip"] = book.identify(row.cells["chip"])
    book.source(row.cells["source"], f"{row.path}:{row.line}", layer)
    if day_of(row.cells["date"]) > datetime.date.today().isoformat():
        raise row.wrong(f"date {row.cells['date']} is to come")
    field = schema.field_of("chips", "rental_price" if row.series == "rental" else "chip_price")
    if field is not None and row.cells["currency"] == "USD":
        value = float(str(entry["value"]).split()[0])
        for bound, above in ((field.low, False), (field.high, True)):
            per = to_base(str(bound), field.unit, bare=False) / to_base(f"1 {field.unit}", field.unit, bare=False)
            if value > per if above else value < per:
                raise row.wrong(f"{value:g} is outside the plausible {field.low} to {field.high}: {field.reason}")
    return entry


def _terms(rows: Iterable[tuple[Row, dict[str, Any]]]) -> Iterator[Problem]:
    """A commitment or spot that asks more than the same seller's on-demand price of the same month."""
    hourly: dict[tuple[str, str, str], list[tuple[str, float]]] = defaultdict(list)
    others = []
    for row, entry in rows:
        if row.series == "rental" and entry["segment"] != "index":
            key = (entry["chip"], entry["provider"], entry["segment"])
            price = (day_of(entry["as_of"]), float(str(entry["value"]).split()[0]))
            if entry["term"] == "on-demand":
                hourly[key].append(price)
            else:
                others.append((row, entry["term"], key, price))
    for row, term, key, (day, value) in others:
        near = [amount for date, amount in hourly[key] if abs(_days(day) - _days(date)) <= PAIR_DAYS]
        if near and value > max(near) * 1.0001:
            words = f"{term} at {value:g} is above what {key[1]} asked on demand in the same month, {max(near):g}"
            yield _problem(row, words, "read both again; a term is of the same instance and region")


def together(book: Catalog) -> list[Problem]:
    """What the votes of all chips say together: outliers, generations, and chip against server."""
    chips = {key: book.chip(key) for key in book.layered("chips")}
    allowed = {
        (str(entry["check"]), key)
        for key in chips
        for entry in book.raw(key).tables.get("exception", ())
        if entry.get("check") in BOOK_CHECKS
    }
    found, needed = [], set()
    for key, chip in chips.items():
        path = book.layered("chips")[key].paths[0][1]
        for check, words in (*_outliers(chip), *_generations(chip, chips), *_factor(chip, book)):
            needed.add((check, key))
            if (check, key) not in allowed:
                fix = f'read the quotes again, or add [[exception]] check = "{check}"'
                found.append(Problem(path, 1, f"{key}: {words}", fix))
    for check, key in sorted(allowed - needed):
        path = book.layered("chips")[key].paths[0][1]
        found.append(Problem(path, 1, f"{key}: an exception from {check} that nothing needs", "remove it"))
    return found


def _outliers(chip: Chip) -> Iterator[tuple[str, str]]:
    settled = [rent(chip.rentals, segment=segment) for segment in SEGMENTS[:2]]
    for quote in (*settled, purchase(chip.prices)):
        for vote in quote.votes if quote is not None and len(quote.votes) > 2 else ():
            ratio = float(vote.datum.value) / float(quote.datum.value)  # type: ignore[union-attr]
            if not 1 / OUTLIER <= ratio <= OUTLIER:
                yield "outlier", f"the quote of {vote.vendor} is {ratio:.2g} times the median of its kind"


def _generations(chip: Chip, chips: dict[str, Chip]) -> Iterator[tuple[str, str]]:
    """A successor that is cheaper than what it succeeds, on the same basis."""
    following = chips.get(chip.successor)
    if following is None:
        return
    for what, old, new in (
        ("rent", rent(chip.rentals), rent(following.rentals)),
        ("price", purchase(chip.prices), purchase(following.prices)),
    ):
        if old is not None and new is not None and _alike(old, new):
            before, after = float(old.datum.value), float(new.datum.value)
            if after < before * GENERATION_SLACK:
                yield "generation", f"its {what} is {before / after:.2g} times that of its successor {following.id}"


def _alike(one: Quote, other: Quote) -> bool:
    same_basis = any(one.basis in rank and other.basis in rank for rank in RANKS)
    return same_basis and (one.segment, one.side) == (other.segment, other.side)


def _factor(chip: Chip, book: Catalog) -> Iterator[tuple[str, str]]:
    """The bare chip times the server factor against the quotes of servers of the same two years."""
    stands = purchase(chip.prices)
    if stands is None or stands.basis != "server" or stands.side != "buyer":
        return
    bare = [q for q in chip.prices if q.basis == "chip" and q.side == "buyer" and q.condition == "new"]
    votes = votes_of(within(bare, stands.day, 730), 730)
    factor = chip.figures.get("server_cost_factor") or book.assumption("server_cost_factor")
    if votes and factor is not None:
        ratio = median(float(vote.datum.value) for vote in votes) * float(factor.value) / float(stands.datum.value)
        if not 1 - FACTOR_SLACK <= ratio <= 1 + FACTOR_SLACK:
            yield (
                "factor",
                (
                    f"its bare price times the server factor {float(factor.value):g} is {ratio:.2f} of what its servers are "
                    "quoted at; a fifth apart at most"
                ),
            )


def _problem(row: Row, words: str, hint: str = "") -> Problem:
    return Problem(row.path, row.line, words, hint)


def _days(day: str) -> int:
    return datetime.date.fromisoformat(day).toordinal()
