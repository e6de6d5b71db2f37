"""What `--site` brings: the place's electricity price, PUE and grid carbon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.currencies import in_dollars
from cluster_calc.catalog.items import Item
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.nomenclature import QUANTITIES

SITE = ("electricity_price", "pue", "carbon_intensity")
# A place without these would silently be charged the default of another place.
EXPECTED = ("electricity_price", "carbon_intensity")


class Surroundings:
    """The site of an estimate; it may be absent."""

    def __init__(self, book: Catalog, settings: Mapping[str, Any], given: Mapping[str, Datum]) -> None:
        self.book, self.settings, self.given = book, settings, given
        self.as_of = str(settings.get("as_of", ""))
        self.site = book.item(settings["site"], "sites") if settings.get("site") else None
        self.warnings: list[str] = []

    def datum(self, name: str) -> Datum | None:
        """The figure of that name at this site; None when it has none."""
        if name in SITE and self.site is not None:
            return self._at_site(self.site, name)
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
        datum = in_dollars(leaf, self.settings, self.given, self.book) if name == "electricity_price" else leaf.datum
        sector = str(leaf.facts.get("sector", ""))
        return datum.with_(label=", ".join(filter(None, (site.name, sector))))
