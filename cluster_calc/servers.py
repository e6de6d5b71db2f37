"""A server of the catalog as the figures of a bill of materials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cluster_calc.catalog import HOLDS_SERVER, Catalog, Chip, day_of, read_toml
from cluster_calc.datum import Datum
from cluster_calc.errors import InputError, quoted

DEFAULT = "default"
FILE_KEYS = ("source", "as_of", "confidence", "locator", "note", "low", "high")


def chip_of_server(book: Catalog, server: str) -> str:
    """The id of the chip that a server holds."""
    return str(book.item(server, "servers").facts.get("chip", ""))


def figures(settings: Mapping[str, Any], item: Chip, given: Mapping[str, Datum], book: Catalog) -> dict[str, Datum]:
    """Chips, price and power of the chosen server; `default` is the chip's own server with the newest price."""
    if "chip_price" in given:
        raise InputError(
            "chip_price is given beside a server, whose own price counts; give --server-price, or leave --server out"
        )
    wanted = str(settings["server"])
    raw = _default(item, book) if wanted == DEFAULT else read_toml(book.find(wanted, "servers"))
    if raw["chip"] != item.id:
        raise InputError(f"server: {raw['name']} holds {quoted(raw['chip'])}, not {quoted(item.id)}")
    file, found = f"{raw['id']}.toml", {}
    held = raw.get("figures", {})
    if "chips" in held:
        found["chips_per_server"] = book.figure("chips_per_server", held["chips"], {}, file)
    if "system_power" in held and "chips_per_server" in found:
        # A server's power is published for the whole; the model counts it per chip.
        whole = book.figure("server_power", held["system_power"], {}, file)
        count = float(found["chips_per_server"].value)
        found["system_power"] = whole.with_(
            name="system_power", value=whole.value / count,
            low=None if whole.low is None else whole.low / count, high=None if whole.high is None else whole.high / count,
            note=f"{whole.note or 'published for the server'}; divided by its {count:g} chips",
        )  # fmt: skip
    price = _price(raw, str(settings.get("as_of", "")))
    if price is not None:
        entry = {key: price[key] for key in FILE_KEYS if key in price}
        found["server_price"] = book.figure("server_price", {**entry, "value": price["value"]}, {}, file).with_(
            label=f"{raw['name']}{', ' + price['vendor'] if price.get('vendor') else ''}"
        )
    return {name: datum for name, datum in found.items() if name not in given}


def _price(raw: Mapping[str, Any], as_of: str) -> Mapping[str, Any] | None:
    """The price that stands, of a whole server: the chosen one, or the newest on an earlier day."""
    whole = [entry for entry in raw.get("price", ()) if entry.get("basis") in HOLDS_SERVER]
    known = [entry for entry in whole if not as_of or day_of(str(entry["as_of"])) <= as_of]
    chosen = [entry for entry in known if entry.get("default")]
    return max(chosen or known, key=lambda entry: day_of(str(entry["as_of"])), default=None)


def _default(item: Chip, book: Catalog) -> Mapping[str, Any]:
    listed = [read_toml(path) for path, _, _ in book.heads("servers").values()]
    own = [raw for raw in listed if raw.get("chip") == item.id and "chips" in raw.get("figures", {})]
    if not own:
        raise InputError(
            f"server: the catalog has none for {item.name}; leave --server out, or name one with a file of your own"
        )
    return max(own, key=lambda raw: day_of(str((_price(raw, "") or {"as_of": "0000"})["as_of"])))
