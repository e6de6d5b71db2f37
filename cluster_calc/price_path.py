"""Electricity prices by calendar year: as typed, or a site's own dated prices."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from cluster_calc.catalog import Catalog, day_of
from cluster_calc.datum import Datum, Source
from cluster_calc.errors import InputError, quoted
from cluster_calc.nomenclature import quantity

OF_SITE = "site"
EXAMPLE = "'2027=8 cent/kWh, 2028=8.5 cent/kWh', or site"
YEAR = 365.25
# Sources of values that a sweep or a search moves.
_MOVED = ("sweep", "solve")
_POINT = re.compile(r"\s*([0-9]{4})\s*[=:]\s*(.+?)\s*")


@dataclass(frozen=True)
class PricePath:
    """Prices by calendar year, each the mean of its year; `growth` a year after the last, none before the first.

    >>> path = PricePath(((2026, 1.0), (2028, 3.0)), growth=0.5)
    >>> [path.at(date) for date in (2020.5, 2026.5, 2027.5, 2028.5, 2029.5)]
    [1.0, 1.0, 2.0, 3.0, 4.5]
    """

    points: tuple[tuple[int, float], ...]
    growth: float = 0.0
    title: str = "electricity price path, as given"
    source: Source | None = None

    def at(self, date: float) -> float:
        """The price at a decimal year: on the line between the middles of the years around it."""
        middles = [(year + 0.5, price) for year, price in self.points]
        if date <= middles[0][0]:
            return middles[0][1]
        for (first, low), (last, high) in pairwise(middles):
            if date <= last:
                return low + (high - low) * (date - first) / (last - first)
        return float(middles[-1][1] * (1 + self.growth) ** (date - middles[-1][0]))

    @property
    def span(self) -> str:
        """Its first and last year, as words."""
        return f"{self.points[0][0]} to {self.points[-1][0]}"


def points_of(text: str) -> tuple[tuple[int, float], ...]:
    """The years and prices of a typed path, in base units.

    >>> [(year, round(price * 3.6e6, 6)) for year, price in points_of("2028=0.1 USD/kWh, 2027: 8 cent/kWh")]
    [(2027, 0.08), (2028, 0.1)]
    """
    from cluster_calc.scenario import parse

    found: dict[int, float] = {}
    for part in filter(str.strip, re.split("[,;]", text)):
        read = _POINT.fullmatch(part)
        if read is None:
            raise InputError(
                f"electricity_price_path: {quoted(part.strip())} is not YEAR=PRICE; write for example {EXAMPLE}"
            )
        year = int(read[1])
        if not 1950 <= year <= 2150:
            raise InputError(f"electricity_price_path: {quoted(read[1])} is outside 1950 to 2150")
        if year in found:
            raise InputError(f"electricity_price_path: {year} has two prices; give each year once")
        try:
            value, low, _ = parse(quantity("electricity_price"), read[2])
        except InputError as error:
            raise InputError(f"electricity_price_path, {year}: {error}") from None
        if low is not None or not isinstance(value, float):
            raise InputError(f"electricity_price_path, {year}: {quoted(read[2])} is not one price")
        found[year] = value
    if not found:
        raise InputError(f"electricity_price_path: {quoted(text)} has no year; write for example {EXAMPLE}")
    return tuple(sorted(found.items()))


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
    from cluster_calc.book.currencies import in_dollars

    if not settings.get("site"):
        raise InputError("electricity_price_path: site means the dated prices of --site, and there is none; name one")
    site, as_of = book.item(settings["site"], "sites"), str(settings.get("as_of", ""))
    standing = site.leaf("electricity_price", as_of)
    if standing is None:
        raise InputError(f"electricity_price_path: {site.name} has no electricity price; give one as {EXAMPLE}")
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


def decimal_year(days: float) -> float:
    """A day, counted from 1970-01-01, as a decimal year.

    >>> decimal_year(365.0)
    1971.0
    """
    day = datetime.date(1970, 1, 1) + datetime.timedelta(days=int(days))
    first, following = datetime.date(day.year, 1, 1), datetime.date(day.year + 1, 1, 1)
    return day.year + (day - first).days / (following - first).days


def figures(settings: Mapping[str, Any], given: Mapping[str, Datum], book: Catalog) -> dict[str, Datum]:
    """The electricity price at the start of the run, and its ratio to that of a later purchase, from the path."""
    growth = given.get("electricity_price_growth") or book.assumption("electricity_price_growth")
    path = path_of(settings, given, book, float(growth.value) if growth is not None else 0.0)
    if path is None:
        return {}
    if "electricity_price" in given:
        raise InputError("electricity_price and electricity_price_path are both given; leave one out")
    for name in ("start", "purchase_delay"):
        datum = given.get(name)
        # The prices are read once, beside the model: what the model would move over many values cannot move them.
        if datum is not None and (datum.has_range or not isinstance(datum.value, float) or datum.source.id in _MOVED):
            raise InputError(
                f"{name}: an electricity price path takes one value of it, not several; give one, or no path"
            )
    start = decimal_year(float(given["start"].value) / 86400.0)
    price = path.at(start)
    source = path.source or Source("electricity price path", title=path.title)
    note = f"{path.title}, {path.span}, at {start:.1f}"
    found = {
        "electricity_price": Datum(
            "electricity_price", price, source, origin="default", kind="choice", note=note, label=path.title
        )
    }
    if "purchase_delay" in given:
        if not price:
            raise InputError(
                "electricity_price_path: the price at the start is 0, so that no later one is a multiple of it"
            )
        later = start + float(given["purchase_delay"].value) / 86400.0 / YEAR
        found["later_electricity_ratio"] = Datum(
            "later_electricity_ratio", path.at(later) / price, source, origin="default", kind="choice",
            note=f"{path.title}, {start:.1f} to {later:.1f}",
        )  # fmt: skip
    return found
