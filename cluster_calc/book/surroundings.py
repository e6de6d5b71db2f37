"""What `--site` and `--server` bring: the place's electricity, PUE and grid carbon, the server's price and power."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cluster_calc.book.chips import Quote
from cluster_calc.book.items import Item, Leaf, in_dollars
from cluster_calc.catalog import Catalog, Chip
from cluster_calc.datum import Datum
from cluster_calc.errors import InputError, quoted
from cluster_calc.nomenclature import QUANTITIES

SITE = ("electricity_price", "pue", "carbon_intensity")
SERVER = ("system_power",)
# A place without these would silently be charged the default of another place.
EXPECTED = ("electricity_price", "carbon_intensity")


def chip_of_server(book: Catalog, server: str) -> str:
    """The id of the chip that a server holds."""
    return str(book.item(server, "servers").facts.get("chip", ""))


def default_server(book: Catalog, chip: Chip) -> str:
    """The id of the server a chip ships in: of those that hold it, the one with the newest price."""
    found: dict[str, str] = {}
    for name in book.heads("servers"):
        item = book.item(name, "servers")
        if item.facts.get("chip") == chip.id and item.leaf("chips") is not None:
            price = item.leaf("price")
            found[name] = price.datum.as_of if price is not None else ""
    if not found:
        raise InputError(
            f"server: the catalog has none for {chip.name}; leave --server out, or give --chips-per-server and --server-price"
        )
    return max(found, key=lambda name: found[name])


class Surroundings:
    """The site and the server of an estimate; both may be absent."""

    def __init__(self, book: Catalog, settings: Mapping[str, Any], chip: Chip) -> None:
        self.as_of = str(settings.get("as_of", ""))
        self.site = book.item(settings["site"], "sites") if settings.get("site") else None
        self.server = book.item(settings["server"], "servers") if settings.get("server") else None
        self.warnings: list[str] = []
        held = self.server.facts.get("chip") if self.server else chip.id
        if self.server is not None and held != chip.id:
            raise InputError(
                f"server {quoted(self.server.id)} holds {held}, not {chip.id}; "
                f"leave --chip out, or choose a server of that chip: `cluster-calc catalog list servers`"
            )

    def price(self) -> Quote | None:
        """The server's price per chip, with what it holds."""
        if self.server is None:
            return None
        leaf = self.server.leaf("price", self.as_of)
        if leaf is None:
            self.warnings.append(f"server {self.server.name}: no price in the catalog; the chip's own price is used")
            return None
        basis = str(leaf.facts.get("basis", "server"))
        datum = self._per_chip("chip_price", leaf).with_(label=f"{self.server.name}, {basis} basis")
        return Quote(datum, basis, str(leaf.facts.get("vendor", "")), chosen=leaf.chosen, reason=leaf.reason)

    def datum(self, name: str) -> Datum | None:
        """The figure of that name at this site or of this server; None when neither has one."""
        if name in SITE and self.site is not None:
            return self._at_site(self.site, name)
        if name == "chips_per_server" and self.server is not None:
            leaf = self.server.leaf("chips", self.as_of)
            return None if leaf is None else leaf.datum.with_(name=name, label=self.server.name)
        if name in SERVER and self.server is not None:
            leaf = self.server.leaf(name, self.as_of)
            return None if leaf is None else self._per_chip(name, leaf).with_(label=self.server.name)
        return None

    def _at_site(self, site: Item, name: str) -> Datum | None:
        leaf = site.leaf(name, self.as_of)
        if leaf is None:
            if name in EXPECTED:
                when = f" known by {self.as_of}" if self.as_of and site.leaf(name) else ""
                self.warnings.append(
                    f"site {site.name}: no {QUANTITIES[name].label}{when} in the catalog; the default is used, "
                    f"{QUANTITIES[name].option} gives your own"
                )
            return None
        datum = in_dollars(leaf, site) if name == "electricity_price" else leaf.datum
        sector = str(leaf.facts.get("sector", ""))
        return datum.with_(label=", ".join(filter(None, (site.name, sector))))

    def _per_chip(self, name: str, leaf: Leaf) -> Datum:
        """A whole server's figure, shared among its chips."""
        assert self.server is not None
        count = self.server.leaf("chips")
        if count is None or not count.datum.value:
            raise InputError(f"server {quoted(self.server.id)}: the number of chips is not in the catalog")
        chips = float(count.datum.value)
        shared = {end: None if base is None else base / chips for end, base in
                  (("value", leaf.datum.value), ("low", leaf.datum.low), ("high", leaf.datum.high))}  # fmt: skip
        words = f"{leaf.value:,.15g} {leaf.unit} ÷ {chips:g} chips"
        note = f"{words}; {leaf.datum.note}" if leaf.datum.note else words
        return leaf.datum.with_(name=name, note=note, **shared)
