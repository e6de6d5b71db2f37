"""A server of the catalog as the figures of a bill of materials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.chips import Chip, standing
from cluster_calc.catalog.items import Item, Leaf
from cluster_calc.errors import InputError, quoted
from cluster_calc.quantities.dates import day_of
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.settings import HOLDS_SERVER

DEFAULT = "default"


def chip_of_server(book: Catalog, server: str) -> str:
    """The id of the chip that a server holds."""
    return str(book.item(server, "servers").facts.get("chip", ""))


def figures(settings: Mapping[str, Any], item: Chip, given: Mapping[str, Datum], book: Catalog) -> dict[str, Datum]:
    """Chips, price and power of the chosen server; `default` is the chip's own server with the newest price."""
    if "chip_price" in given:
        raise InputError(
            "chip_price is given beside a server, whose own price counts; give --server-price, or leave --server out"
        )
    wanted, as_of = str(settings["server"]), str(settings.get("as_of", ""))
    server = _default(item, book, as_of) if wanted == DEFAULT else book.item(wanted, "servers")
    if server.facts["chip"] != item.id:
        raise InputError(
            f"server: {server.name} holds {quoted(server.facts['chip'])}, not {quoted(item.id)}; leave --chip out, or "
            "choose a server of that chip: `cluster-calc catalog list servers`"
        )
    found = {}
    chips, power = server.leaf("chips"), server.leaf("system_power")
    if chips is not None:
        found["chips_per_server"] = chips.datum.with_(name="chips_per_server")
    if power is not None and chips is not None:
        # A server's power is published for the whole; the model counts it per chip.
        whole, count = power.datum, float(chips.datum.value)
        found["system_power"] = whole.with_(
            value=whole.value / count,
            low=None if whole.low is None else whole.low / count, high=None if whole.high is None else whole.high / count,
            note=f"{whole.note or 'published for the server'}; divided by its {count:g} chips",
        )  # fmt: skip
    price = _price(server, as_of)
    if price is not None:
        vendor = price.facts.get("vendor")
        label = f"{server.name}{f', {vendor}' if vendor else ''}"
        found["server_price"] = price.datum.with_(name="server_price", label=label)
    return {name: datum for name, datum in found.items() if name not in given}


def _price(server: Item, as_of: str) -> Leaf | None:
    """The price that stands, of a whole server: the chosen one, or the newest on an earlier day."""
    whole = tuple(leaf for leaf in server.series.get("price", ()) if leaf.facts.get("basis") in HOLDS_SERVER)
    return standing(whole, as_of)


def _default(item: Chip, book: Catalog, as_of: str) -> Item:
    servers = [book.item(key, "servers") for key in book.layered("servers")]
    own = [server for server in servers if server.facts.get("chip") == item.id and server.leaf("chips")]
    if not own:
        raise InputError(
            f"server: the catalog has none for {item.name}; leave --server out, or name one with a file of your own"
        )
    return max(own, key=lambda server: day_of(price.datum.as_of if (price := _price(server, as_of)) else "0000"))
