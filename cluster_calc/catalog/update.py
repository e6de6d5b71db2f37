"""`catalog update`: what a data release would move, and taking it in."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cluster_calc.catalog import releases
from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.checks.quotes import check_quotes
from cluster_calc.catalog.current import forget, opened
from cluster_calc.catalog.feeds import with_feed
from cluster_calc.catalog.votes import STANDING, YEAR_DAYS
from cluster_calc.errors import InputError, quoted
from cluster_calc.quantities.nomenclature import QUANTITIES

# A default that moves by more is read again by a person before it stands.
MOST_CHANGE = 0.4


class Move(NamedTuple):
    """A default that a release moves: in JSON units, None where there is none."""

    chip: str
    name: str
    before: float | None
    after: float | None
    votes: int
    as_of: str

    @property
    def change(self) -> float | None:
        """The change as a share of what stood."""
        return self.after / self.before - 1 if self.before and self.after is not None else None

    @property
    def jump(self) -> bool:
        """Whether it moves by more than is taken unseen, or goes."""
        gone = self.before is not None and self.after is None
        return gone or (self.change is not None and abs(self.change) > MOST_CHANGE)


class Update(NamedTuple):
    """A release beside the one in force, what it moves, and where it was put ("" where it was not)."""

    before: releases.Release
    after: releases.Release
    moves: tuple[Move, ...]
    place: str = ""


def update(place: str, *, dry_run: bool = False, accept: bool = False, feed: str = "") -> Update:
    """Take a data release, or the rows of a feed, into the user's folder; with jumps only where they are accepted."""
    with tempfile.TemporaryDirectory(prefix="cluster-calc-") as scratch:
        into = Path(scratch)
        folder = with_feed(feed, place, into) if feed else releases.fetched(place, into)
        before, after = releases.current(), releases.release_of(folder)
        if after.rank < before.rank or after == before or (after.rank == before.rank and not feed):
            raise InputError(f"--from {quoted(place)}: release {after} is not newer than the one in force, {before}")
        book = opened((folder,))
        if problems := check_quotes(book, 0):
            shown = "\n".join(str(problem).replace(f"{folder}/", "") for problem in problems[:10])
            raise InputError(
                f"--from {quoted(place)}: {len(problems)} problems in the release; nothing was written\n{shown}"
            )
        base = releases.in_force()
        found = Update(before, after, tuple(_moves(opened((base,) if base else ()), book)))
        jumps = [move for move in found.moves if move.jump]
        if dry_run:
            return found
        if jumps and not accept:
            names = ", ".join(f"{move.chip} {move.name}" for move in jumps[:6]) + (" …" if len(jumps) > 6 else "")
            raise InputError(
                f"--from {quoted(place)}: {len(jumps)} defaults move by more than {MOST_CHANGE:.0%} ({names}); "
                "--dry-run shows them, --accept takes them; nothing was written"
            )
        target = releases.installed(folder)
    forget()
    return found._replace(place=str(target))


def _moves(old: Catalog, new: Catalog) -> Iterator[Move]:
    for key in old.layered("chips"):
        one, other = old.chip(key), new.chip(key)
        for name, before, after in (
            ("rental_price", one.rental(), other.rental()),
            ("chip_price", one.price(), other.price()),
        ):
            factor = QUANTITIES[name].factor
            was, now = (None if quote is None else quote.datum.value / factor for quote in (before, after))
            if was != now:
                stands = after or before
                assert stands is not None
                yield Move(key, name, was, now, stands.datum.votes, stands.datum.as_of)


def stale_defaults(day: str) -> tuple[list[str], int]:
    """The shipped defaults that are past their life on a day, and how many count: those that were quoted within the year.

    What nobody has quoted for a year has no market to be fresh in; a report still says how old it is.
    """
    book, late, count = opened(), [], 0
    lives, today = book.shelf_lives(), _ordinal(day)
    for key in book.layered("chips"):
        chip = book.chip(key)
        for name, quotes, stands in (
            ("rental_price", [q for q in chip.rentals if q.segment in STANDING], chip.rental()),
            ("chip_price", [q for q in chip.prices if q.side == "buyer"], chip.price()),
        ):
            if stands is not None and any(today - _ordinal(quote.day) <= YEAR_DAYS for quote in quotes):
                count += 1
                if today - _ordinal(stands.day) > lives[name]:
                    late.append(f"{key} {name}")
    return late, count


def _ordinal(day: str) -> int:
    return datetime.date.fromisoformat(day).toordinal()
