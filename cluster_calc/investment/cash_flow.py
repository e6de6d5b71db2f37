"""The public verb `finance`: what owning a cluster costs over a horizon, year by year, beside renting the same compute.

Cash flows are tables, so this is an algorithm beside the graph: it reads the values of an estimate and asks its model
for the book value at other ages. Money is nominal or real throughout, as `rate_terms` says, never both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError
from cluster_calc.estimation.estimation import run
from cluster_calc.estimation.idle import beside
from cluster_calc.estimation.lookup import Finder
from cluster_calc.estimation.parts.price_path import decimal_year_of_day, path_of
from cluster_calc.estimation.result import Result
from cluster_calc.forms import as_json, as_text
from cluster_calc.investment.break_even import Levels, levels, share_level
from cluster_calc.investment.flows import MONTHS, Flow, Use, net_present_value, table
from cluster_calc.investment.owning import Cluster, Electricity, Terms, time_of_run
from cluster_calc.investment.payments import payments
from cluster_calc.investment.renting import Rent, dearer_than_on_demand, rents
from cluster_calc.quantities.dates import YEAR
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.lists import Payment
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.settings import SETTINGS, word
from cluster_calc.scenario import layers as scenarios
from cluster_calc.scenario import scenario

INPUTS = (
    "horizon", "discount_rate", "inflation_rate", "deposit_share", "deposit_lead", "spot_goodput", "goodput", "used_share",
)  # fmt: skip
# Growth of a price of its own: with prices in general unless given, so that real and nominal terms never mix.
GROWTHS = ("electricity_price_growth", "hardware_price_growth", "rental_price_growth")
OWN, COLOCATE = "own", "colocate"
# Without these there is nothing to own.
NEEDED = ("capital_cost", "facility_power")
KILOWATT_MONTH = QUANTITIES["colocation_price"].factor


@dataclass(frozen=True)
class Alternative:
    """Renting the same delivered compute, and where it draws level with owning; None where it never does.

    `beside_colocated` says where it draws level with owned hardware on a rented site, where that is an option.
    `dearer_than_on_demand` marks a commitment, or spot, whose chip-hour costs more than one on demand; `owed_beyond` is the rent of
    the last commitment after the horizon, which counts in no other figure.
    """

    rent: Rent
    flows: tuple[Flow, ...]
    npv: float
    per_delivered_hour: float
    break_even_share: float | None
    break_even_months: float | None
    break_even_price: float | None
    beside_colocated: Levels | None = None
    dearer_than_on_demand: bool = False
    owed_beyond: float = 0.0
    undiscounted_share: float | None = None


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
    hardware: float
    depreciation: tuple[float, ...]
    book_values: tuple[float, ...]

    def by_year(self) -> list[dict[str, Any]]:
        """One row a year, as `Finance.by_year` has them."""
        return _with_books(self.flows, self.depreciation, self.book_values, self.hardware)


def _with_books(
    flows: tuple[Flow, ...], charges: tuple[float, ...], books: tuple[float, ...], price: float
) -> list[dict[str, Any]]:
    rows = table(flows, charges, price - books[0])
    return [{**row, "book_value": value} for row, value in zip(rows, books, strict=True)]


@dataclass(frozen=True)
class Finance:
    """Owning over the horizon, and its alternatives on equal delivered compute."""

    result: Result
    terms: str
    timing: str
    inputs: Mapping[str, Datum]
    payments: tuple[Payment, ...]
    flows: tuple[Flow, ...]
    npv: float
    delivered_hours: float
    discounted_hours: float
    per_delivered_hour: float
    payback_months: float | None
    depreciation: tuple[float, ...]
    book_values: tuple[float, ...]
    alternatives: tuple[Alternative, ...]
    figures: Cluster = field(repr=False)
    colocated: Colocated | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)
    uses: tuple[Use, ...] = ()

    def __repr__(self) -> str:
        return (
            f"<Finance of {self.result.chip.id}: npv={self.npv:.6g}, per_delivered_hour={self.per_delivered_hour:.6g}>"
        )

    def by_year(self) -> list[dict[str, Any]]:
        """One row a year: every line, the cash, its running total, the depreciation and what the books then say."""
        price = float(self.result.values["capital_cost"])
        return _with_books(self.flows, self.depreciation, self.book_values, price)

    def costs_of_used_hours(self, rent: Rent, shares: Any) -> tuple[Any, Any]:
        """Levelised USD per chip-hour in use by the share of hours used: of owning, and of a way to rent.

        Both net present values are straight lines in that share, and so are the hours.
        """
        figures, years = self.figures, self.figures.horizon
        hours = figures.delivered(years, 1.0)[1] / figures.goodput * shares
        lines = []
        for way in (figures.owned, partial(figures.rented, rent)):
            none, full = (net_present_value(way(years, share), figures.rate) for share in (0.0, 1.0))
            lines.append(-(none + (full - none) * shares) / hours)
        return lines[0], lines[1]

    @property
    def owned_share(self) -> float:
        """Share of the chips that are there already: no new cash, but their part of the depreciation."""
        return min(float(self.result.values.get("owned_chips", 0.0)) / float(self.result.values["chips"]), 1.0)

    @property
    def values_by_option(self) -> dict[str, float]:
        """The net present value of every option, by its name."""
        found = {OWN: self.npv}
        if self.colocated is not None:
            found[COLOCATE] = self.colocated.npv
        return {**found, **{f"rent {entry.rent.term}": entry.npv for entry in self.alternatives}}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should be told, of the estimate and of the ways to rent."""
        found = beside(self.result.warnings, "finance")
        settings, years = self.result.scenario.settings, float(self.inputs["horizon"].value) / YEAR
        if settings.get("price_year"):
            found.append(
                "price_year restates an estimate; a plan is in the money of its prices, moved by the growth rates"
            )
        found += [
            f"{name} is that of one run or of another year; a plan of the cluster is not moved by it"
            for name in ("development_factor", "purchase_delay")
            if name in self.result.scenario.data
        ]
        ranged = [
            name
            for name, datum in {**self.result.data, **self.inputs}.items()
            if datum.has_range and datum.kind == "given"
        ]
        if ranged:
            found.append(f"a plan draws from no range: the middle value of {', '.join(ranged)} is taken")
        time = self.result.values.get("training_time")
        if time is not None and float(time) / YEAR > years + 1e-9:
            found.append(f"the run takes {float(time) / YEAR:.3g} years, longer than the horizon of {years:g}")
        hourly = next((entry.rent.words for entry in self.alternatives if entry.rent.term == "on-demand"), "")
        for entry in self.alternatives:
            rent = entry.rent
            if entry.dearer_than_on_demand:
                what = (
                    "a commitment is dearer than no commitment" if rent.committed else "spot is dearer than on demand"
                )
                found.append(
                    f"{what}: {rent.words} against {hourly}; give like quotes with "
                    f"--rental-price and --rental-price-{rent.term.replace('_', '-')}"
                )
            if entry.owed_beyond > 0.5:
                found.append(
                    f"rent {rent.term}: its last commitment ends after the horizon, and {entry.owed_beyond:,.0f} USD fall due "
                    "then; they are in no figure here"
                )
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the plan."""
        return as_json(self)

    def __str__(self) -> str:
        return as_text(self)


def finance(*, scenario: str | Path | Mapping[str, Any] | None = None, **given: Any) -> Finance:
    """What owning costs over a horizon, discounted, beside renting the same delivered compute.

    Takes what `estimate` takes, and `horizon`, `discount_rate`, `inflation_rate`, growth rates, `rate_terms` (nominal or
    real), `flow_timing` (mid-year or year-end).

    >>> plan = finance(chip="h100", chips=1000, horizon="4 years", discount_rate=0.08)
    >>> round(plan.npv) < 0 and plan.by_year()[0]["capital"] < 0
    True
    """
    named = {name: value for name, value in given.items() if value is not None}
    return plan(scenarios.gather(named, origin="call", file=scenario))


def plan(
    merged: scenario.Scenario, book: Catalog | None = None, result: Result | None = None, uses: Sequence[Use] = ()
) -> Finance:
    """The finance of a merged scenario; `result` is its estimate where there is one, `uses` the calendar of its use."""
    book = book or catalog()
    result = result or run(merged, book)
    data, figures = _cluster(merged, result, book, uses)
    terms, due = word("rate_terms", merged.settings), figures.payments
    years = figures.horizon
    flows = tuple(figures.owned(years))
    hours, discounted = figures.delivered(years)
    npv = net_present_value(flows, figures.rate)
    found, left_out = rents(result, merged)
    hourly = next((rent for rent in found if rent.term == "on-demand"), None)
    charges, books = tuple(figures.charges(years)), tuple(figures.books(years))
    price = result.data.get("colocation_price")
    colocated = None
    if price is None or (not price.value and price.kind != "given"):
        left_out[COLOCATE] = (
            "no colocation price was given: supply --colocation-price, and --colocation-power if it holds the power"
        )
    else:
        colocated = _colocated(figures, price, discounted, hourly)
    return Finance(
        result=result, terms=terms, timing=figures.timing, inputs=data, payments=due, flows=flows, npv=npv, delivered_hours=hours,
        discounted_hours=discounted, per_delivered_hour=-npv / discounted, depreciation=charges,
        payback_months=figures.payback(hourly) if hourly else None, book_values=books,
        alternatives=tuple(_alternative(figures, rent, discounted, dearer_than_on_demand(rent, found), colocated) for rent in found), colocated=colocated, figures=figures,
        left_out=left_out, uses=tuple(uses),
    )  # fmt: skip


def owned_value(merged: scenario.Scenario, result: Result, *, colocated: bool = False) -> float:
    """The net present value of owning alone, on a site of one's own or a rented one."""
    _, figures = _cluster(merged, result, catalog())
    return net_present_value(figures.owned(figures.horizon, colocated=colocated), figures.rate)


def _cluster(
    merged: scenario.Scenario, result: Result, book: Catalog, uses: Sequence[Use] = ()
) -> tuple[dict[str, Datum], Cluster]:
    """The figures of a plan, and its cluster."""
    for name in NEEDED:
        if name not in result.values:
            raise InputError(
                f"finance needs {name}: {result.missing.get(name, 'it is not part of this estimate')}; without it, "
                "`compare --acquire all` weighs the rents"
            )
        if getattr(result.values[name], "shape", ()):
            raise InputError(f"finance takes single values, and {name} is a list")
    data = inputs_of(merged, result, book, word("rate_terms", merged.settings))
    deposit, lead = (float(data[name].value) for name in ("deposit_share", "deposit_lead"))
    due = payments(merged.settings, merged.data, deposit, lead / YEAR, float(data["horizon"].value) / YEAR)
    included = merged.settings.get("colocation_power") == "included"
    electricity = _electricity(merged, result, data, book)
    return data, Cluster(
        result, data, Terms(word("flow_timing", merged.settings), electricity, due, included, tuple(uses))
    )


def rent_value(merged: scenario.Scenario, result: Result, rent: Rent) -> float:
    """The net present value of renting what owning would deliver; it needs no price of the hardware."""
    book = catalog()
    data = inputs_of(merged, result, book, word("rate_terms", merged.settings))
    figures = Cluster(result, data, Terms(word("flow_timing", merged.settings), Electricity(0.0, 0.0, 0.0), ()))
    return net_present_value(figures.rented(rent, figures.horizon), figures.rate)


def _electricity(merged: scenario.Scenario, result: Result, data: Mapping[str, Datum], book: Catalog) -> Electricity:
    """Electricity on a site of one's own."""
    growth = float(data["electricity_price_growth"].value)
    power = float(result.values["facility_power"])
    given = result.data.get("electricity_cost")
    if given is not None and given.kind == "given":
        return Electricity(power, float(given.value) / (power * time_of_run(result, "electricity_cost")), growth)
    path = path_of(merged.settings, merged.data, book, growth)
    if path is not None:
        start = float(decimal_year_of_day(float(result.data["start"].value) / 86400.0))
        return Electricity(power, float(path.at(start)), growth, path, start)
    price = result.data.get("electricity_price")
    # Where the rent of a site holds the power, the estimate reads no price of it.
    price = price or Finder(book, result.chip, result.precision, merged, merged.data, {}).find("electricity_price")
    if price is None:
        raise InputError("finance needs electricity_price: supply --electricity-price")
    return Electricity(power, float(price.value), growth)


def horizon_of(merged: scenario.Scenario, result: Result, book: Catalog) -> Datum:
    """The horizon given, or the whole months of the hardware's service life."""
    given = merged.data.get("horizon")
    if given is not None:
        return given
    lifetime = result.data.get("lifetime") or book.assumption("lifetime")
    assert lifetime is not None
    months = max(int(float(lifetime.value) / YEAR * MONTHS + 1e-6), 1) if isinstance(lifetime.value, float) else 1
    return lifetime.with_(
        name="horizon", value=months / MONTHS * YEAR, low=None, high=None, note="the hardware's service life"
    )


def inputs_of(merged: scenario.Scenario, result: Result, book: Catalog, terms: str) -> dict[str, Datum]:
    """The figures of a plan besides the estimate's: horizon, rates and growth, each with its source."""
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
    if "facility_lifetime" in merged.data:
        data["facility_lifetime"] = merged.data["facility_lifetime"]
    for name in GROWTHS:
        general = data["inflation_rate"].with_(name=name, note="grows with prices in general")
        data[name] = merged.data.get(name, general)
    data["horizon"] = horizon_of(merged, result, book)
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
    figures: Cluster, rent: Rent, discounted: float, dearer: bool, colocated: Colocated | None
) -> Alternative:
    flows = tuple(figures.rented(rent, figures.horizon))
    npv = net_present_value(flows, figures.rate)
    rented = partial(figures.rented, rent)
    level = levels(figures, figures.owned, rented)
    today = figures.at_todays_prices()
    undiscounted = share_level(today, today.owned, partial(today.rented, rent))
    beside = levels(figures, partial(figures.owned, colocated=True), rented) if colocated else None
    return Alternative(
        rent,
        flows,
        npv,
        -npv / discounted,
        level.share,
        level.months,
        level.price,
        beside,
        dearer,
        figures.owed(rent),
        undiscounted,
    )


def _colocated(figures: Cluster, price: Datum, discounted: float, hourly: Rent | None) -> Colocated:
    years = figures.horizon
    flows = tuple(figures.owned(years, colocated=True))
    npv = net_present_value(flows, figures.rate)
    return Colocated(
        price=price, power=SETTINGS["colocation_power"].choices[figures.power_included], flows=flows, npv=npv, per_delivered_hour=-npv / discounted,
        payback_months=figures.payback(hourly, colocated=True) if hourly else None,
        break_even=levels(figures, figures.owned, partial(figures.owned, colocated=True)),
        hardware=figures.capital, depreciation=tuple(figures.charges(years)), book_values=tuple(figures.books(years)),
    )  # fmt: skip
