"""A published method as a preset for an estimate: its figures and rules in the place of the defaults."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.chips import Chip
from cluster_calc.files.toml import read_toml
from cluster_calc.quantities.dates import day_of
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.settings import HOLDS_NETWORK, HOLDS_SERVER

INHERITED = ("source", "as_of", "confidence", "locator")


def preset(
    settings: Mapping[str, Any], item: Chip, given: dict[str, Datum], book: Catalog
) -> tuple[dict[str, Datum], list[str]]:
    """The figures of the method for a chip, and what a reader must know of them.

    A given `start` becomes the planned one: a GPU run starts no earlier than its hardware is bought.
    """
    raw = read_toml(book.find(str(settings["method"]), "methods"))
    kind = "tpu" if is_tpu(item) else "gpu"
    found = _table(book, raw["figures"]) | _table(book, raw[kind])
    notes: list[str] = []
    family = next((entry for entry in raw["family"] if item.id in entry["chips"]), None)
    common = {key: raw[kind][key] for key in INHERITED if key in raw[kind]}
    if family is not None:
        names = ("chip_price", "server_cost_factor", "server_power_factor")
        found |= _table(book, {**common, **{name: family[name] for name in names if name in family}})
        holds = bool(family["holds_server"])
        released, priced = family["release_date"], family.get("price_date", "")
        found["chip_price"] = found["chip_price"].with_(as_of=priced)
    else:
        quote = min(item.prices, key=lambda entry: day_of(entry.datum.as_of), default=None)
        if quote is not None:
            found["chip_price"] = quote.datum
        holds = quote is not None and quote.basis in HOLDS_SERVER
        released, priced = day_of(item.available), day_of(quote.datum.as_of) if quote is not None else ""
        stands = (
            "the earliest one of the catalog stands, as its rule has it" if quote is not None else "nor has the catalog"
        )
        notes.append(f"Epoch AI has no price for {item.name}: {stands}")
    if "chip_price" in given:
        holds = settings.get("price_basis") in HOLDS_SERVER
        if settings.get("price_basis") in HOLDS_NETWORK:
            found["network_share"] = found["network_share"].with_(value=0.0, note="the price holds the network")
    if holds:
        found["server_cost_factor"] = found["server_cost_factor"].with_(value=1.0, note="the price holds the server")
    for name, day in (("release_date", released), ("price_date", priced)):
        if day:
            found[name] = _date(book, name, day, common)
    if "start" not in given:
        today = settings.get("as_of") or datetime.date.today().isoformat()
        found["planned_start"] = _date(
            book, "planned_start", today, {**common, "note": "a run without a start begins today"}
        )
    else:
        given.setdefault("planned_start", given.pop("start").with_(name="planned_start"))
    started = found["planned_start"] if "planned_start" not in given else given["planned_start"]
    found["electricity_price"], note = _electricity(book, raw["electricity"], float(started.value))
    notes += [note] if note else []
    if "rental_price" not in given:
        notes.append(
            "the rent is the catalog's: Epoch AI looks up a three-year commitment two months before the start (--rental-price)"
        )
    if kind == "tpu":
        notes.append(
            "Epoch AI's TPU energy multiplies a mean draw by 0.43 once more: it is about half of what it was in 2024"
        )
    return {name: datum for name, datum in found.items() if name not in given}, notes


def _table(book: Catalog, raw: Mapping[str, Any]) -> dict[str, Datum]:
    inherited = {key: raw[key] for key in INHERITED if key in raw}
    return {
        name: book.figure(name, entry, inherited, "epoch-2024.toml")
        for name, entry in raw.items()
        if name not in INHERITED
    }


def _date(book: Catalog, name: str, day: str, common: Mapping[str, Any]) -> Datum:
    base = datetime.date.fromisoformat(day).toordinal() - datetime.date(1970, 1, 1).toordinal()
    figure = book.figure("date_step", {"value": "1 day", **common}, {}, "epoch-2024.toml")
    return figure.with_(name=name, value=base * 86400.0)


def _electricity(book: Catalog, raw: Mapping[str, Any], start: float) -> tuple[Datum, str]:
    year = (datetime.date(1970, 1, 1) + datetime.timedelta(seconds=start)).year
    prices = {int(key): value for key, value in raw["prices"].items()}
    used = min(prices, key=lambda known: (abs(known - year), -known))
    inherited = {key: raw[key] for key in INHERITED if key in raw}
    datum = book.figure("electricity_price", f"{prices[used]} USD/kWh", inherited, "epoch-2024.toml")
    note = f"Epoch AI has no electricity price for {year}; that of {used} stands" if used != year else ""
    return datum.with_(as_of=str(used)), note


def is_tpu(item: Chip) -> bool:
    """Whether Epoch AI's rules for TPUs apply."""
    return item.generation.startswith("tpu")
