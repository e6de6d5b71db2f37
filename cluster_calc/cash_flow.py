"""The public verb `finance`: what owning a cluster costs over a horizon, year by year, beside renting the same compute.

Cash flows are tables, so this is an algorithm beside the graph: it reads the values of an estimate and asks its model
for the book value at other ages. Money is nominal or real throughout, as `rate_terms` says, never both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cluster_calc import scenario as scenarios
from cluster_calc.break_even import Levels, levels
from cluster_calc.catalog import Catalog, catalog
from cluster_calc.datum import Datum
from cluster_calc.errors import InputError, quoted
from cluster_calc.estimation import run
from cluster_calc.flows import MONTHS, YEAR, Flow, net_present_value, table
from cluster_calc.lookup import Finder
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.owning import Cluster, of_the_run
from cluster_calc.renting import Rent, rents
from cluster_calc.result import Result

TERMS = ("nominal", "real")
TIMINGS = ("mid-year", "year-end")
# Whether the rent of a site holds the power, or it is metered and paid beside it.
POWERS = ("metered", "included")
WORDS = {"rate_terms": TERMS, "flow_timing": TIMINGS, "colocation_power": POWERS}
INPUTS = (
    "horizon", "discount_rate", "inflation_rate", "deposit_share", "deposit_lead", "spot_goodput", "goodput", "used_share",
)  # fmt: skip
# Growth of a price of its own: with prices in general unless given, so that real and nominal terms never mix.
GROWTHS = ("electricity_price_growth", "hardware_price_growth", "rental_price_growth")
COLOCATE = "colocate"
KILOWATT_MONTH = QUANTITIES["colocation_price"].factor


@dataclass(frozen=True)
class Alternative:
    """Renting the same delivered compute, and where it draws level with owning; None where it never does.

    `beside_colocated` says where it draws level with owned hardware on a rented site, where that is an option.
    """

    rent: Rent
    flows: tuple[Flow, ...]
    npv: float
    per_delivered_hour: float
    break_even_share: float | None
    break_even_months: float | None
    break_even_price: float | None
    beside_colocated: Levels | None = None


@dataclass(frozen=True)
class Colocated:
    """Owned hardware on a rented site: no building, the rent of the site on full load, and where it draws level with owning.

    `price` is the rent per power and month, `power` whether it holds the electricity (`included`) or that is paid beside
    it (`metered`). `break_even` has the share of hours used, the months and the price of the site.
    """

    price: Datum
    power: str
    flows: tuple[Flow, ...]
    npv: float
    per_delivered_hour: float
    payback_months: float | None
    break_even: Levels
    depreciation: tuple[float, ...]
    book_values: tuple[float, ...]

    def by_year(self) -> list[dict[str, Any]]:
        """One row a year, as `Finance.by_year` has them."""
        return _with_books(self.flows, self.depreciation, self.book_values)


def _with_books(flows: tuple[Flow, ...], charges: tuple[float, ...], books: tuple[float, ...]) -> list[dict[str, Any]]:
    return [{**row, "book_value": value} for row, value in zip(table(flows, charges), books, strict=True)]


@dataclass(frozen=True)
class Finance:
    """Owning over the horizon, and its alternatives on equal delivered compute."""

    result: Result
    terms: str
    timing: str
    inputs: Mapping[str, Datum]
    flows: tuple[Flow, ...]
    npv: float
    delivered_hours: float
    discounted_hours: float
    per_delivered_hour: float
    payback_months: float | None
    depreciation: tuple[float, ...]
    book_values: tuple[float, ...]
    alternatives: tuple[Alternative, ...]
    colocated: Colocated | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)

    def by_year(self) -> list[dict[str, Any]]:
        """One row a year: every line, the cash, its running total, the depreciation and what the books then say."""
        return _with_books(self.flows, self.depreciation, self.book_values)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the plan."""
        from cluster_calc.report.finance import as_dict

        return as_dict(self)

    def __str__(self) -> str:
        from cluster_calc.report.finance import text

        return text(self)


def finance(**given: Any) -> Finance:
    """What owning costs over a horizon, discounted, beside renting the same delivered compute.

    Takes what `estimate` takes, and `horizon`, `discount_rate`, `inflation_rate`, growth rates, `rate_terms` (nominal or
    real), `flow_timing` (mid-year or year-end).

    >>> plan = finance(chip="h100", chips=1000, horizon="4 years", discount_rate=0.08)
    >>> round(plan.npv) < 0 and plan.by_year()[0]["capital"] < 0
    True
    """
    named = {name: value for name, value in given.items() if value is not None}
    return plan(scenarios.gather(named, origin="call"))


def plan(merged: scenarios.Scenario, book: Catalog | None = None, result: Result | None = None) -> Finance:
    """The finance of a merged scenario; `result` is its estimate where there is one."""
    book = book or catalog()
    result = result or run(merged, book)
    for name in ("capital_cost", "facility_power"):
        if name not in result.values:
            raise InputError(f"finance needs {name}: {result.missing.get(name, 'it is not part of this estimate')}")
        if getattr(result.values[name], "shape", ()):
            raise InputError(f"finance takes single values, and {name} is a list")
    terms = str(merged.settings.get("rate_terms", TERMS[0]))
    timing = str(merged.settings.get("flow_timing", TIMINGS[0]))
    data = _inputs(merged, result, book, terms)
    included = merged.settings.get("colocation_power") == "included"
    figures = Cluster(result, data, timing, _electricity(merged, result, book), included)
    years = figures.horizon
    flows = tuple(figures.owned(years))
    hours, discounted = figures.delivered(years)
    npv = net_present_value(flows, figures.rate)
    found, left_out = rents(result, merged, data)
    hourly = next((rent for rent in found if rent.term == "on-demand"), None)
    charges, books = tuple(figures.charges(years)), tuple(figures.books(years))
    price = result.data.get("colocation_price")
    colocated = None
    if price is None or not price.value:
        left_out[COLOCATE] = (
            "no colocation price was given: supply --colocation-price, and --colocation-power if it holds the power"
        )
    else:
        colocated = _colocated(figures, price, npv, discounted, hourly, charges, books)
    return Finance(
        result=result, terms=terms, timing=timing, inputs=data, flows=flows, npv=npv, delivered_hours=hours,
        discounted_hours=discounted, per_delivered_hour=-npv / discounted, depreciation=charges,
        payback_months=figures.payback(hourly) if hourly else None, book_values=books,
        alternatives=tuple(_alternative(figures, rent, npv, discounted, colocated) for rent in found), colocated=colocated,
        left_out=left_out,
    )  # fmt: skip


def _electricity(merged: scenarios.Scenario, result: Result, book: Catalog) -> float:
    """Electricity of a fully used year on a site of one's own, in today's money."""
    given = result.data.get("electricity_cost")
    if given is not None and given.kind == "given":
        return of_the_run(result, "electricity_cost")
    price = result.data.get("electricity_price")
    # Where the rent of a site holds the power, the estimate reads no price of it.
    price = price or Finder(book, result.chip, result.precision, merged, merged.data, {}).find("electricity_price")
    if price is None:
        raise InputError("finance needs electricity_price: supply --electricity-price")
    return float(result.values["facility_power"] * price.value) * YEAR


def _inputs(merged: scenarios.Scenario, result: Result, book: Catalog, terms: str) -> dict[str, Datum]:
    if terms == "real" and "inflation_rate" in merged.data:
        raise InputError(
            "inflation_rate is given with --rate-terms real: real flows know no inflation; leave it out, or use nominal terms"
        )
    data: dict[str, Datum] = {}
    for name in INPUTS:
        datum = merged.data.get(name) or result.data.get(name) or book.assumption(name)
        if datum is not None:
            data[name] = datum
    if terms == "real":
        data["inflation_rate"] = data["inflation_rate"].with_(value=0.0, note="real terms: no inflation")
    for name in GROWTHS:
        general = data["inflation_rate"].with_(name=name, note="grows with prices in general")
        data[name] = merged.data.get(name, general)
    if "horizon" not in data:
        lifetime = result.data.get("lifetime") or book.assumption("lifetime")
        assert lifetime is not None
        data["horizon"] = lifetime.with_(name="horizon", note="the hardware's service life")
    for name, datum in data.items():
        if getattr(datum.value, "shape", ()):
            raise InputError(f"finance takes single values, and {name} is a list")
    months = data["horizon"].value / YEAR * MONTHS
    if abs(months - round(months)) > 1e-6 or months < 1:
        raise InputError(
            f"horizon: {months / MONTHS:g} years is not a whole number of months; write for example '5 years' or '30 month'"
        )
    return data


def _alternative(
    figures: Cluster, rent: Rent, own: float, discounted: float, colocated: Colocated | None
) -> Alternative:
    flows = tuple(figures.rented(rent, figures.horizon))
    npv = net_present_value(flows, figures.rate)
    rented = partial(figures.rented, rent)
    level = levels(figures, figures.owned, rented, rent.price)
    beside = levels(figures, partial(figures.owned, colocated=True), rented, rent.price) if colocated else None
    return Alternative(rent, flows, npv, -npv / discounted, level.share, level.months, level.price, beside)


def _colocated(
    figures: Cluster, price: Datum, own: float, discounted: float, hourly: Rent | None, charges: tuple[float, ...],
    books: tuple[float, ...],
) -> Colocated:  # fmt: skip
    flows = tuple(figures.owned(figures.horizon, colocated=True))
    npv = net_present_value(flows, figures.rate)
    power = POWERS[figures.power_included]
    payback = figures.payback(hourly, colocated=True) if hourly else None
    level = levels(figures, figures.owned, partial(figures.owned, colocated=True), float(price.value) / KILOWATT_MONTH)
    return Colocated(price, power, flows, npv, -npv / discounted, payback, level, charges, books)


def checked(name: str, value: str) -> str:
    """A finance setting: one of its words.

    >>> checked("rate_terms", "real")
    'real'
    """
    from cluster_calc.errors import did_you_mean

    known = WORDS[name]
    if value not in known:
        raise InputError(f"{name}: {quoted(value)} is not one of {', '.join(known)}.{did_you_mean(value, known)}")
    return value
