"""A chip of the catalog and its dated prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from cluster_calc.datum import Datum
from cluster_calc.errors import InputError, did_you_mean, quoted

PRECISIONS = ("bf16", "fp16", "fp8", "fp4", "int8", "tf32", "fp32", "fp64")
DEFAULT_PRECISIONS = ("bf16", "fp16", "fp32")
BASES = ("chip", "board", "server", "rack", "all-in")
# What a price of that basis already holds, so that nothing is counted twice.
HOLDS_SERVER = frozenset({"server", "rack", "all-in"})
HOLDS_NETWORK = frozenset({"all-in"})


class Quote(NamedTuple):
    """One dated price: what it was, what it held, who asked it."""

    datum: Datum
    basis: str = ""
    vendor: str = ""
    term: str = ""
    instance: str = ""
    chosen: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One accelerator of the catalog, every figure a Datum."""

    id: str
    name: str
    aliases: tuple[str, ...]
    maker: str
    unit: str
    form_factor: str
    announced: str
    available: str
    peaks: Mapping[str, Datum]
    figures: Mapping[str, Datum]
    estimates: Mapping[str, Datum]
    prices: tuple[Quote, ...]
    rentals: tuple[Quote, ...]
    notes: str = ""
    successor: str = ""

    def precision(self, wanted: str | None = None) -> str:
        """The precision to use: the wanted one, or bf16, fp16, fp32, whichever the chip has first."""
        if wanted:
            key = wanted.lower()
            if key not in PRECISIONS:
                raise InputError(
                    f"precision {quoted(wanted)} is not one of {', '.join(PRECISIONS)}.{did_you_mean(key, PRECISIONS)}"
                )
            return key
        return next((name for name in DEFAULT_PRECISIONS if name in self.peaks), DEFAULT_PRECISIONS[0])

    def price(self, as_of: str = "") -> Quote | None:
        """The purchase price that stands: the chosen one, or on an earlier day the newest quote of that day."""
        return standing(self.prices, as_of)

    def rental(self, as_of: str = "") -> Quote | None:
        """The rental price that stands: on demand before any other term."""
        return standing(self.rentals, as_of)

    def data(self) -> Iterable[Datum]:
        """Every figure of the file."""
        yield from self.peaks.values()
        yield from self.figures.values()
        yield from self.estimates.values()
        for quote in (*self.prices, *self.rentals):
            yield quote.datum


def standing(quotes: tuple[Quote, ...], as_of: str = "") -> Quote | None:
    """The quote that stands on a day: the chosen one if it was known by then, else the newest of its kind."""
    chosen = next((quote for quote in quotes if quote.chosen), None)
    known = tuple(quote for quote in quotes if not as_of or day_of(quote.datum.as_of) <= as_of)
    if chosen is not None and chosen in known:
        return chosen
    alike = [quote for quote in known if chosen is None or (quote.basis, quote.term) == (chosen.basis, chosen.term)]
    return max(alike or known, key=lambda quote: day_of(quote.datum.as_of), default=None)


def available(facts: Mapping[str, Any]) -> str:
    """The day from which a chip could be had; a file may call it `released`, and an announcement is no such day.

    >>> available({"announced": "2024-03", "available": "2024-11"}), available({"released": "2022"}), available({})
    ('2024-11', '2022', '')
    """
    return str(facts.get("available", facts.get("released", "")))


def day_of(date: str) -> str:
    """The first day of a date that may be a year or a month.

    >>> day_of("2024"), day_of("2024-08")
    ('2024-01-01', '2024-08-01')
    """
    return date + "-01-01"[len(date) - 4 :] if len(date) in (4, 7) else date
