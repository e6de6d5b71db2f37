"""Which money: the rate of another currency, and the index of another year, from the dated points of the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.currencies import KEYS, rate
from cluster_calc.errors import InputError, quoted
from cluster_calc.files.toml import read_toml
from cluster_calc.quantities.datum import Datum

INDEX = "ppi-data-processing"


def sets_of(settings: Mapping[str, Any], given: Mapping[str, Datum], mode: str) -> tuple[str, ...]:
    """The formula sets that restate money as asked."""
    sets: tuple[str, ...] = ()
    if settings.get("currency", "USD") != "USD" or "exchange_rate" in given:
        sets += ("exchange",)
    if settings.get("price_year") or "price_index" in given:
        sets += ("price-year",)
    return (*sets, "growth") if "purchase_delay" in given and mode != "cluster" else sets


def figures(settings: Mapping[str, Any], given: Mapping[str, Datum], book: Catalog, priced: str) -> dict[str, Datum]:
    """The exchange rate and the index values that the settings ask for; `priced` is the day of the hardware's price."""
    found: dict[str, Datum] = {}
    code = str(settings.get("currency", "USD"))
    if code != "USD" and "exchange_rate" not in given:
        found["exchange_rate"] = rate(code, str(settings.get("as_of", "")), book)
    if settings.get("price_year"):
        base = priced[:4]
        if not base and "base_price_index" not in given:
            raise InputError("price_year: the hardware's price has no date to start from; give --base-price-index")
        if "price_index" not in given:
            found["price_index"] = _index("price_index", str(settings["price_year"]), book)
        if "base_price_index" not in given:
            found["base_price_index"] = _index("base_price_index", min(base, _last_year(book)), book)
    return found


def _last_year(book: Catalog) -> str:
    """The newest year of the index: a price dated later is of money that it does not know yet."""
    return max(str(point["as_of"])[:4] for point in read_toml(book.find(INDEX, "prices"))["point"])


def _index(name: str, year: str, book: Catalog) -> Datum:
    raw = read_toml(book.find(INDEX, "prices"))
    months: dict[str, Mapping[str, Any]] = {}
    for point in raw["point"]:  # a revised month stands after its preliminary value
        months[str(point["as_of"])] = point
    held = {month: point for month, point in months.items() if month.startswith(year)}
    if not held:
        years = sorted({month[:4] for month in months})
        raise InputError(
            f"price_year: {raw['name']} has no month of {quoted(year)}; it has {years[0]} to {years[-1]}. "
            f"Give --{name.replace('_', '-')}"
        )
    last = max(held)
    entry = {key: held[last][key] for key in KEYS if key in held[last]}
    mean = sum(float(point["value"]) for point in held.values()) / len(held)
    datum = book.figure(name, {**entry, "value": mean}, {}, f"{raw['id']}.toml")
    return datum.with_(as_of=year, label=f"{raw['name']}, {year}", note=f"mean of {len(held)} months known of {year}")
