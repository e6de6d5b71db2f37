"""A chip of the catalog and its dated prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.quantities.dates import day_of
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.settings import DEFAULT_PRECISIONS, PRECISIONS

# What makes two dated figures of one kind: what is bought, on which terms, for whom, in which money; not who asks it.
ALIKE = ("basis", "term", "sector", "price_year")


class Quote(NamedTuple):
    """One dated price: what it was, what it held, who asked it; or what the votes of several come to."""

    datum: Datum
    basis: str = ""
    vendor: str = ""
    term: str = ""
    instance: str = ""
    segment: str = ""
    region: str = ""
    chips: float = 1.0
    condition: str = "new"
    side: str = "buyer"
    # A price that is recorded as the one that stood: no rule is asked again.
    chosen: bool = False
    votes: tuple[Quote, ...] = ()
    rule: str = ""
    remark: str = ""

    @property
    def day(self) -> str:
        """The first day of its date."""
        return day_of(self.datum.as_of)

    @property
    def own(self) -> bool:
        """Whether it is of a folder of one's own, and not of the book that ships."""
        return self.datum.origin.startswith("catalog: ")


class Dated(Protocol):
    """A figure of a day beside others of the same series: a quote, or a leaf of any item."""

    @property
    def datum(self) -> Datum:
        """The figure."""

    @property
    def chosen(self) -> bool:
        """Whether its file chooses it."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """What else its entry tells."""


Entry = TypeVar("Entry", bound=Dated)


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
    # Its architecture, by which speeds that were measured on its kind are its own.
    generation: str = ""

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
        """The purchase price that stands on a day, by the rule of the price book."""
        from cluster_calc.catalog.votes import purchase

        return purchase(self.prices, as_of)

    def rental(self, as_of: str = "") -> Quote | None:
        """The rent on demand that stands on a day, by the rule of the price book."""
        from cluster_calc.catalog.votes import rent

        return rent(self.rentals, as_of=as_of)

    def data(self) -> Iterable[Datum]:
        """Every figure of the file."""
        yield from self.peaks.values()
        yield from self.figures.values()
        yield from self.estimates.values()
        for quote in (*self.prices, *self.rentals):
            yield quote.datum


def standing(entries: Sequence[Entry], as_of: str = "", alike: Sequence[str] = ALIKE) -> Entry | None:
    """The entry that stands on a day: the chosen one if it was known by then, else the newest known of its kind.

    Without one of its kind it is the newest of all, and without a day every entry is known.
    """
    chosen = next((entry for entry in entries if entry.chosen), None)
    known = [entry for entry in entries if not as_of or day_of(entry.datum.as_of) <= as_of]
    if chosen is None or any(entry is chosen for entry in known):
        return chosen or max(known, key=_day, default=None)
    same = [entry for entry in known if all(entry.facts.get(fact) == chosen.facts.get(fact) for fact in alike)]
    return max(same or known, key=_day, default=None)


def _day(entry: Dated) -> str:
    return day_of(entry.datum.as_of)


def available(facts: Mapping[str, Any]) -> str:
    """The day from which a chip could be had; a file may call it `released`, and an announcement is no such day.

    >>> available({"announced": "2024-03", "available": "2024-11"}), available({"released": "2022"}), available({})
    ('2024-11', '2022', '')
    """
    return str(facts.get("available", facts.get("released", "")))
