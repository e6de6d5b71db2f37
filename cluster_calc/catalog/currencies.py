"""Dollars per unit of another currency, from the dated rates of the catalog: one rate for a day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cluster_calc.catalog.chips import standing
from cluster_calc.catalog.items import Leaf, currency
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.files.toml import read_toml
from cluster_calc.quantities.datum import Datum

if TYPE_CHECKING:
    from cluster_calc.catalog.book import Catalog

KEYS = ("source", "as_of", "confidence", "locator", "note")


def rate(code: str, as_of: str, book: Catalog) -> Datum:
    """The newest rate of a currency known by a day (none: by today), in dollars per unit of it."""
    known: dict[str, str] = {}
    for key, (path, _, _) in book.heads("prices").items():
        raw = read_toml(path)
        if raw.get("kind") == "exchange_rate":
            known[str(raw["unit"]).removeprefix("USD/")] = key
    if code not in known:
        listed = ", ".join(sorted(known))
        raise InputError(
            f"currency: no rate for {quoted(code)}; there is {listed}, or give --exchange-rate in USD.{did_you_mean(code, known)}"
        )
    points = book.item(known[code], "prices").series["point"]
    leaf = standing(points, as_of)
    if leaf is None:
        raise InputError(f"currency: the first rate of {code} is of {points[0].datum.as_of}, after --as-of {as_of}")
    # The other currency is its own dimension; a model knows one of them, whichever was asked for.
    return leaf.datum.with_(name="exchange_rate", kind="range", label=f"USD per {code}")


def in_dollars(leaf: Leaf, settings: Mapping[str, Any], given: Mapping[str, Datum], book: Catalog) -> Datum:
    """A figure in dollars: at the rate that is given for its currency, else at the newest of the catalog."""
    code = currency(leaf.unit)
    if code in ("", "USD"):
        return leaf.datum
    typed = given.get("exchange_rate") if settings.get("currency") == code else None
    paid = typed or rate(code, str(settings.get("as_of", "")), book)
    factor, datum = float(paid.value), leaf.datum
    whose = ", ".join(filter(None, (paid.source.publisher or paid.source.title or paid.source.id, paid.as_of)))
    words = f"{leaf.value:g} {leaf.unit} at {factor:g} USD/{code} ({whose})"
    return datum.with_(
        value=datum.value * factor,
        low=None if datum.low is None else datum.low * factor, high=None if datum.high is None else datum.high * factor,
        note="; ".join(filter(None, (words, datum.note))),
    )  # fmt: skip
