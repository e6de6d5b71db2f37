"""The ways to rent a chip: on demand, committed for one or three years, spot. What has no price is left out by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cluster_calc.catalog.commitments import of_term
from cluster_calc.catalog.current import catalog
from cluster_calc.estimation.result import Result
from cluster_calc.quantities.dates import HOUR
from cluster_calc.quantities.datum import Datum
from cluster_calc.scenario.scenario import Scenario

# Term → the quantity that gives its price, and the months of a commitment, whose hours are all paid, used or not.
WAYS = {
    "on-demand": ("rental_price", 0),
    "1-year": ("rental_price_1_year", 12),
    "3-year": ("rental_price_3_year", 36),
    "spot": ("rental_price_spot", 0),
}


@dataclass(frozen=True)
class Rent:
    """One way to rent: its price per chip-hour in USD, with where it comes from."""

    term: str
    price: float
    months: int
    datum: Datum

    @property
    def words(self) -> str:
        """The price with who asks it and when, for a reader."""
        said = ", ".join(filter(None, (self.datum.label or f"{self.term}, given", self.datum.as_of)))
        return f"{self.price:.4g} USD/hour ({said})"

    @property
    def committed(self) -> bool:
        """Whether all hours are paid."""
        return self.months > 0


def rents(result: Result, merged: Scenario) -> tuple[list[Rent], dict[str, str]]:
    """The ways that have a price, and why the others are left out."""
    as_of = str(merged.settings.get("as_of", ""))
    found, left_out = [], {}
    for term, (name, months) in WAYS.items():
        datum = merged.data.get(name) or _follows(result, name) or _quoted(result, term, as_of)
        if datum is None:
            option = "--" + name.replace("_", "-")
            left_out[term] = f"no {term} price found for {result.chip.name}: supply {option}"
            continue
        found.append(Rent(term, float(datum.value) * HOUR, months, datum))
    return found, left_out


def dearer_than_on_demand(rent: Rent, found: Iterable[Rent]) -> bool:
    """Whether a commitment, or chips that may be taken away, cost more an hour than chips on demand."""
    hourly = next((entry.price for entry in found if entry.term == "on-demand"), None)
    return hourly is not None and rent.price > hourly


def _follows(result: Result, name: str) -> Datum | None:
    """A rent that follows from a rental cost that was given."""
    cost = result.data.get("rental_cost")
    if cost is None or cost.kind != "given" or name in result.data or name not in result.values:
        return None
    return cost.with_(name=name, value=float(result.values[name]), note="follows from the rental cost given")


def _quoted(result: Result, term: str, as_of: str) -> Datum | None:
    """The quote of that term that stands, as the estimate's own rent is chosen."""
    quote = of_term(result.chip.rentals, term, as_of, catalog())
    return quote.datum if quote is not None else None
