"""Where the Datum of a leaf comes from: given, the site, the chip's file, or the default."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.chips import Chip, Quote
from cluster_calc.model.graph import Model
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.settings import HOLDS_NETWORK, HOLDS_SERVER
from cluster_calc.scenario.scenario import Scenario

if TYPE_CHECKING:
    from cluster_calc.estimation.parts.site import Surroundings


class Finder:
    """Finds the Datum of every leaf: given, the chip's file, or the default."""

    def __init__(
        self,
        book: Catalog,
        item: Chip,
        precision: str,
        merged: Scenario,
        given: Mapping[str, Datum],
        preset: Mapping[str, Datum],
    ) -> None:
        self.book, self.item, self.precision, self.given, self.preset = book, item, precision, given, preset
        self.settings, self.origins = merged.settings, merged.origins
        settings = merged.settings
        self.as_of = settings.get("as_of", "")
        self.warnings: list[str] = []
        self.notes: list[str] = []
        self.around: Surroundings | None = None
        if settings.get("site"):
            from cluster_calc.estimation.parts.site import Surroundings

            self.around = Surroundings(book, settings, given)
        self.price: Quote | None = item.price(self.as_of)
        # The setting says what a typed price holds; a quote of the catalog knows its own basis.
        typed = "chip_price" in given
        self.basis = settings.get("price_basis", "") if typed else self.price.basis if self.price else ""
        if settings.get("price_basis") and not typed:
            self.warnings.append("price_basis says what a typed chip_price holds; none is given, so it is not used")

    def among(self, given: Mapping[str, Datum]) -> Finder:
        """The same beside other given figures, with nothing told yet."""
        found = copy(self)
        found.given, found.warnings, found.notes = given, [], []
        return found

    def fill(self, model: Model) -> dict[str, Datum]:
        data = dict(self.given)
        for name in model.leaves(self.given):
            if name not in data:
                found = self.find(name)
                if found is not None:
                    data[name] = found
        # What is searched for is found in the end: what follows from it needs no default.
        reached = _reached(model, {*data, *model.implicit})
        for name in model.order:
            # A formula whose inputs are unknown falls back on the default of what it returns, if there is one. What
            # follows from that default is reached by it, and is not replaced by a default of its own.
            if name not in model.steps or name in reached:
                continue
            if (fallback := self.from_file(name) or self.book.assumption(name)) is not None:
                data[name] = fallback
                reached = _reached(model, {*data, *model.implicit})
        return data

    def find(self, name: str) -> Datum | None:
        if name in self.preset:
            return self.preset[name]
        return self.held_by_price(name) or self.from_around(name) or self.from_file(name) or self.book.assumption(name)

    def from_around(self, name: str) -> Datum | None:
        """A figure of the site."""
        if self.around is None:
            return None
        found = self.around.datum(name)
        self.warnings += self.around.warnings
        self.around.warnings.clear()
        return found

    def held_by_price(self, name: str) -> Datum | None:
        """Server and network factors that the price's basis already holds."""
        holders = {"server_cost_factor": (HOLDS_SERVER, 1.0), "network_share": (HOLDS_NETWORK, 0.0)}
        if name not in holders or self.basis not in holders[name][0] or "server" in self.settings:
            return None
        part = "server" if name == "server_cost_factor" else "network"
        return Datum(
            name, holders[name][1], Source("price basis", title=f"the price's basis ({self.basis}) already holds the {part}"),
            origin=self.origins.get("price_basis", "catalog"), kind="convention", confidence="high",
        )  # fmt: skip

    def quoted(self, quote: Quote | None) -> Datum | None:
        """The price of a quote, with what its reader has to know of it."""
        if quote is None:
            return None
        if quote.remark and quote.remark not in self.warnings:
            self.warnings.append(quote.remark)
        return quote.datum

    def from_file(self, name: str) -> Datum | None:
        """A figure of the chip's file."""
        item = self.item
        found: Datum | None = None
        if name == "peak_throughput":
            found = item.peaks.get(self.precision)
        elif name == "chip_price":
            found = self.quoted(self.price)
        elif name == "rental_price":
            found = self.quoted(item.rental(self.as_of))
        else:
            found = item.figures.get(name)
        if found is None and name in item.estimates:
            estimate = item.estimates[name]
            if self.settings.get("analyst_estimates"):
                if name == "chip_price" and not self.basis:
                    self.basis = "chip"
                self.warnings.append(
                    f"{name}: an analyst's estimate ({estimate.source.publisher or estimate.source.id}), not a vendor's figure"
                )
                return estimate
            self.notes.append(f"{name}: an analyst's estimate exists; --analyst-estimates uses it")
        return found


def _reached(model: Model, known: set[str]) -> set[str]:
    return known | {step.name for step in model.plan(known)}


def kept_power_factor(given: Mapping[str, Datum], preset: Mapping[str, Datum], item: Chip) -> dict[str, Datum]:
    """The server's power over the TDP as published, beside a TDP that is given: a card held to less draws less."""
    power, tdp = preset.get("system_power") or item.figures.get("system_power"), item.figures.get("tdp")
    if "tdp" not in given or {"system_power", "server_power_factor"} & given.keys() or power is None or tdp is None:
        return {}
    if power.value is None or not tdp.value:
        return {}
    note = "published server power over the published TDP, kept with another TDP"
    factor = power.with_(
        name="server_power_factor",
        value=power.value / tdp.value,
        low=None,
        high=None,
        shape="",
        points=(),
        kind="convention",
        note=note,
    )
    return {"server_power_factor": factor}
