"""Electricity prices by calendar year: as typed, or a site's own dated prices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.errors import InputError
from cluster_calc.model.implicit import Implicit, Step
from cluster_calc.quantities.dates import DAY, day_of
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.elementwise import numpy_later as np
from cluster_calc.quantities.lists import OF_SITE, PRICES_EXAMPLE, points_of
from cluster_calc.quantities.number import Number

DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class PricePath:
    """Prices by calendar year, each the mean of its year; `growth` a year after the last, none before the first.

    >>> path = PricePath(((2026, 1.0), (2028, 3.0)), growth=0.5)
    >>> [float(path.at(date)) for date in (2020.5, 2026.5, 2027.5, 2028.5, 2029.5)]
    [1.0, 1.0, 2.0, 3.0, 4.5]
    """

    points: tuple[tuple[int, float], ...]
    growth: float = 0.0
    title: str = "electricity price path, as given"
    source: Source | None = None

    def at(self, date: Number, growth: Number | None = None) -> Number:
        """The price at a decimal year: on the line between the middles of the years around it."""
        middles, prices = [year + 0.5 for year, _ in self.points], [price for _, price in self.points]
        beyond = np.maximum(date - middles[-1], 0.0)
        return np.interp(date, middles, prices) * (1 + (self.growth if growth is None else growth)) ** beyond

    @property
    def span(self) -> str:
        """Its first and last year, as words."""
        return f"{self.points[0][0]} to {self.points[-1][0]}"


def path_of(
    settings: Mapping[str, Any], given: Mapping[str, Datum], book: Catalog, growth: float = 0.0
) -> PricePath | None:
    """The path that the settings ask for, or None."""
    text = str(settings.get("electricity_price_path", ""))
    if not text:
        return None
    path = _of_site(settings, given, book) if text.strip() == OF_SITE else PricePath(points_of(text))
    return replace(path, growth=growth)


def _of_site(settings: Mapping[str, Any], given: Mapping[str, Datum], book: Catalog) -> PricePath:
    """The prices of the site by year, of the sector of its standing figure; whole years, months only where there are none."""
    from cluster_calc.catalog.currencies import in_dollars

    if not settings.get("site"):
        raise InputError("electricity_price_path: site means the dated prices of --site, and there is none; name one")
    site, as_of = book.item(settings["site"], "sites"), str(settings.get("as_of", ""))
    standing = site.leaf("electricity_price", as_of)
    if standing is None:
        raise InputError(f"electricity_price_path: {site.name} has no electricity price; give one as {PRICES_EXAMPLE}")
    alike = [
        leaf
        for leaf in site.series.get("electricity_price", ())
        if leaf.facts.get("sector") == standing.facts.get("sector") and (not as_of or day_of(leaf.datum.as_of) <= as_of)
    ]
    whole = [leaf for leaf in alike if len(leaf.datum.as_of) == 4]
    by_year: dict[int, list[float]] = {}
    for leaf in whole or alike or [standing]:
        by_year.setdefault(int(leaf.datum.as_of[:4]), []).append(float(in_dollars(leaf, settings, given, book).value))
    sector = str(standing.facts.get("sector", ""))
    title = ", ".join(filter(None, (f"dated prices of {site.name}", sector)))
    points = tuple(sorted((year, sum(prices) / len(prices)) for year, prices in by_year.items()))
    return PricePath(points, title=title, source=standing.datum.source)


def decimal_year_of_day(days: Number) -> Number:
    """A day, counted from 1970-01-01, as a decimal year.

    >>> float(decimal_year_of_day(365.0))
    1971.0
    """
    day = np.floor(days).astype("datetime64[D]")
    year = day.astype("datetime64[Y]")
    first, following = year.astype("datetime64[D]"), (year + 1).astype("datetime64[D]")
    return np.where(np.isnan(days), np.nan, 1970 + year.astype(float) + (day - first) / (following - first))


class _Priced(Implicit):
    """What a path says of a run, as a step of the model."""

    inputs: tuple[str, ...] = ()

    def __init__(self, name: str, about: str, path: PricePath) -> None:
        super().__init__(name, about, path.source or Source("electricity price path", title=path.title))
        self.path = path

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self.path == other.path

    def __hash__(self) -> int:
        return hash((type(self), self.path))

    def step(self, steps: Mapping[str, Step], given: Iterable[str]) -> Step:
        """The step."""
        return Step(self.__name__, self, self.inputs)

    def said(self, start: Any) -> str:
        """Which path, and where on it."""
        at = "" if np.ndim(start) else f", at {float(decimal_year_of_day(start / DAY)):.1f}"
        return f"{self.path.title}, {self.path.span}{at}"

    def datum(self, values: Mapping[str, Any]) -> Datum:
        """The figure with the source of the path."""
        return Datum(
            self.__name__, values[self.__name__], self.source, origin="default", kind="choice", note=self.said(values["start"]),
            label=self.path.title,
        )  # fmt: skip


class PriceAtStart(_Priced):
    """The electricity price of the year in which the run starts."""

    inputs = ("start", "electricity_price_growth")

    def text(self, words: Callable[[str], str]) -> str:
        """The step in words."""
        return f"price of {self.path.title} at {words('start')}"

    def __call__(self, start: Any, electricity_price_growth: Any) -> Any:
        """The price, elementwise."""
        return self.path.at(decimal_year_of_day(start / DAY), electricity_price_growth)


class LaterRatio(_Priced):
    """The price of a later purchase over that of the start; nan where that is 0."""

    inputs = ("start", "purchase_delay", "electricity_price_growth", "electricity_price")

    def text(self, words: Callable[[str], str]) -> str:
        """The step in words."""
        later = f"price of {self.path.title} {words('purchase_delay')} after {words('start')}"
        return f"{later} ÷ {words('electricity_price')}"

    def __call__(self, start: Any, purchase_delay: Any, electricity_price_growth: Any, electricity_price: Any) -> Any:
        """The ratio, elementwise."""
        later = self.path.at(
            decimal_year_of_day(start / DAY) + purchase_delay / DAY / DAYS_A_YEAR, electricity_price_growth
        )
        return np.where(electricity_price == 0, np.nan, later / electricity_price)[()]

    def refuse(self, values: Mapping[str, Any]) -> None:
        """There is no multiple of nothing."""
        raise InputError(
            "electricity_price_path: the price at the start is 0, so that no later one is a multiple of it"
        )


def steps_of(settings: Mapping[str, Any], given: Mapping[str, Datum], book: Catalog) -> tuple[Implicit, ...]:
    """The electricity price at the start of the run, and its ratio to that of a later purchase, from the path asked for."""
    path = path_of(settings, given, book)
    if path is None:
        return ()
    if "electricity_price" in given:
        raise InputError("electricity_price and electricity_price_path are both given; leave one out")
    later = LaterRatio(
        "later_electricity_ratio", "Electricity price when it is bought later over the price at the start.", path
    )
    first = PriceAtStart("electricity_price", "Electricity price of the day on which the run starts.", path)
    return (first, later) if "purchase_delay" in given and "later_electricity_ratio" not in given else (first,)
