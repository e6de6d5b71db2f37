"""The public verb `finance`: what owning a cluster costs over a horizon, year by year, beside renting the same compute.

Cash flows are tables, so this is an algorithm beside the graph: it reads the values of an estimate and asks its model
for the book value at other ages. Money is nominal or real throughout, as `rate_terms` says, never both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cluster_calc import scenario as scenarios
from cluster_calc.catalog import Catalog, catalog
from cluster_calc.datum import Datum
from cluster_calc.errors import InputError, quoted
from cluster_calc.estimation import run
from cluster_calc.renting import Rent, rents
from cluster_calc.result import Result

YEAR = 365.25 * 86400.0
MONTHS = 12
# Flows are discounted on a grid of half months, so that the middle of every whole month is on it.
GRID = 24
TERMS = ("nominal", "real")
TIMINGS = ("mid-year", "year-end")
INPUTS = (
    "horizon", "discount_rate", "inflation_rate", "deposit_share", "deposit_lead", "spot_goodput", "goodput", "used_share",
)  # fmt: skip
# Growth of a price of its own: with prices in general unless given, so that real and nominal terms never mix.
GROWTHS = ("electricity_price_growth", "hardware_price_growth", "rental_price_growth")
MOST_MONTHS = 20 * MONTHS


@dataclass(frozen=True)
class Flow:
    """One payment: its line, when (years from the start) and how much; costs are negative."""

    line: str
    time: float
    amount: float


@dataclass(frozen=True)
class Alternative:
    """Renting the same delivered compute, and where it draws level with owning; None where it never does."""

    rent: Rent
    flows: tuple[Flow, ...]
    npv: float
    per_delivered_hour: float
    break_even_share: float | None
    break_even_months: float | None
    break_even_price: float | None


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
    left_out: Mapping[str, str] = field(default_factory=dict)

    def by_year(self) -> list[dict[str, Any]]:
        """One row a year: every line, the cash, its running total, the depreciation and what the books then say."""
        rows = table(self.flows, self.depreciation)
        return [{**row, "book_value": value} for row, value in zip(rows, self.book_values, strict=True)]

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
    figures = _Figures(result, data, timing)
    years = figures.horizon
    flows = tuple(figures.owned(years))
    hours, discounted = figures.delivered(years)
    npv = net_present_value(flows, figures.rate)
    found, left_out = rents(result, merged, data)
    alternatives = tuple(_alternative(figures, rent, npv, discounted) for rent in found)
    hourly = next((entry for entry in alternatives if entry.rent.term == "on-demand"), None)
    return Finance(
        result=result, terms=terms, timing=timing, inputs=data, flows=flows, npv=npv, delivered_hours=hours,
        discounted_hours=discounted, per_delivered_hour=-npv / discounted, depreciation=tuple(figures.charges(years)),
        payback_months=figures.payback(hourly.rent) if hourly else None, book_values=tuple(figures.books(years)),
        alternatives=alternatives, left_out=left_out,
    )  # fmt: skip


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


class _Figures:
    """The yearly figures of a cluster, and the flows they make over any number of years."""

    def __init__(self, result: Result, data: Mapping[str, Datum], timing: str) -> None:
        self.result, self.timing = result, timing
        values = result.values
        self.chips = float(values["chips"])
        self.capital = float(values["capital_cost"])
        self.building = float(values.get("facility_capital", 0.0))
        bought = 1.0 - min(float(values.get("owned_chips", 0.0)) / self.chips, 1.0)
        self.cash = self.capital * bought
        self.share = float(data["used_share"].value)
        self.goodput = float(data["goodput"].value)
        self.spot = float(data["spot_goodput"].value)
        self.electricity = float(values["facility_power"] * values["electricity_price"]) * YEAR
        time = values.get("training_time")
        self.operations = 0.0 if time is None else float(values.get("operations_cost", 0.0)) * YEAR / float(time)
        self.rate = float(data["discount_rate"].value)
        self.growth = {
            "electricity": float(data["electricity_price_growth"].value), "operations": float(data["inflation_rate"].value),
            "hardware": float(data["hardware_price_growth"].value), "rent": float(data["rental_price_growth"].value),
        }  # fmt: skip
        self.deposit = float(data["deposit_share"].value)
        self.lead = round(float(data["deposit_lead"].value) / YEAR * GRID) / GRID
        self.horizon = round(float(data["horizon"].value) / YEAR * MONTHS) / MONTHS

    def parts(self, years: float) -> Iterable[tuple[float, float]]:
        """Each year of the horizon: when its flows count, and how much of a year it is."""
        for year in range(math.ceil(years - 1e-9)):
            length = min(1.0, years - year)
            yield year + (length / 2 if self.timing == "mid-year" else length), length

    def owned(self, years: float, share: float | None = None) -> Iterable[Flow]:
        """The flows of owning; the capital apart from deposits falls due at the start."""
        share = self.share if share is None else share
        if self.deposit:
            yield Flow("deposit", -self.lead, -self.cash * self.deposit)
        yield Flow("capital", 0.0, -self.cash * (1 - self.deposit))
        if self.building:
            yield Flow("facility", 0.0, -self.building)
        for time, length in self.parts(years):
            yield Flow(
                "electricity", time, -self.electricity * share * length * (1 + self.growth["electricity"]) ** time
            )
            if self.operations:
                yield Flow("operations", time, -self.operations * length * (1 + self.growth["operations"]) ** time)
        for time in self.refreshes(years):
            price = self.capital * (1 - float(self.result.values.get("residual_value", 0.0)))
            yield Flow("refresh", time, -price * (1 + self.growth["hardware"]) ** time)
        yield Flow("residual", years, self.residual(years))

    def residual(self, years: float) -> float:
        """Value of the set that stands at the end, in the money its purchase was paid in."""
        bought = max(self.refreshes(years), default=0.0)
        return float(self.book_value(years) * (1 + self.growth["hardware"]) ** bought)

    def refreshes(self, years: float) -> Iterable[float]:
        """When the hardware reaches the end of a life before the horizon does, on the grid."""
        life = self.result.values.get("service_time")
        if life is None:
            return
        age = float(self.result.values.get("hardware_age", 0.0)) / YEAR
        count = 1
        while (time := count * float(life) / YEAR - age) < years - 1e-6:
            if time > 0:
                yield round(time * GRID) / GRID
            count += 1

    def books(self, years: float) -> Iterable[float]:
        """Value of the hardware at the start and at the end of every year of the horizon."""
        yield float(self._model(training_time=1.0)["book_value_at_start"])
        for year in range(1, math.ceil(years - 1e-9) + 1):
            yield self.residual(min(float(year), years))

    def _model(self, **changed: float) -> Mapping[str, Any]:
        data = {name: datum.value for name, datum in self.result.data.items() if datum.value is not None}
        for name in ("training_compute", "time_allowed", "accelerator_time"):
            data.pop(name, None)
        return self.result.model.evaluate({**data, "chips": self.chips, **changed})

    def book_value(self, years: float) -> float:
        """Value of the hardware at the end of the horizon, of the set that then stands."""
        life = self.result.values.get("service_time")
        age = float(self.result.values.get("hardware_age", 0.0))
        end = age + years * YEAR
        if life is not None:
            end -= max(math.ceil(end / float(life) - 1e-9) - 1, 0) * float(life)
        values = self._model(hardware_age=end, training_time=1.0)
        if life is not None and end >= float(life) * (1 - 1e-9):
            return self.capital * float(self.result.values.get("residual_value", 0.0))
        return float(values["book_value_at_start"])

    def charges(self, years: float) -> Iterable[float]:
        """Depreciation of each year of the horizon, of the chips bought and those already owned alike."""
        age = float(self.result.values.get("hardware_age", 0.0))
        for year in range(math.ceil(years - 1e-9)):
            length = min(1.0, years - year) * YEAR
            values = self._model(
                hardware_age=age + year * YEAR, training_time=length, accelerator_time=self.chips * length
            )
            yield float(values["hardware_charge"])

    def delivered(self, years: float, share: float | None = None) -> tuple[float, float]:
        """Chip-hours in which useful steps run, and the same discounted as money is."""
        yearly = self.chips * (self.share if share is None else share) * self.goodput * YEAR / 3600
        parts = list(self.parts(years))
        return yearly * sum(length for _, length in parts), yearly * sum(
            length / (1 + self.rate) ** time for time, length in parts
        )

    def rented(self, rent: Rent, years: float, share: float | None = None) -> Iterable[Flow]:
        """The flows of renting chips that deliver as much: by the used hour, or all hours of a commitment."""
        share = self.share if share is None else share
        hours = self.chips * YEAR / 3600 * (1.0 if rent.committed else share)
        if rent.term == "spot":
            hours /= self.spot
        for time, length in self.parts(years):
            yield Flow("rent", time, -hours * length * rent.price * (1 + self.growth["rent"]) ** time)

    def payback(self, rent: Rent) -> float | None:
        """Months after which the cash spent on owning is no more than the rent would have been, not discounted."""
        spent, saved = self.cash + self.building, 0.0
        for month in range(1, MOST_MONTHS + 1):
            time = (month - 0.5) / MONTHS
            hours = self.chips * YEAR / 3600 / MONTHS * (1.0 if rent.committed else self.share)
            saved += hours * rent.price * (1 + self.growth["rent"]) ** time
            spent += self.electricity * self.share / MONTHS * (1 + self.growth["electricity"]) ** time
            spent += self.operations / MONTHS * (1 + self.growth["operations"]) ** time
            if spent <= saved:
                return float(month)
        return None


def _alternative(figures: _Figures, rent: Rent, own: float, discounted: float) -> Alternative:
    years, rate = figures.horizon, figures.rate
    flows = tuple(figures.rented(rent, years))
    npv = net_present_value(flows, rate)

    def gap(share: float) -> float:
        return net_present_value(figures.owned(years, share), rate) - net_present_value(
            figures.rented(rent, years, share), rate
        )

    # Both sides are straight lines in the share of hours used.
    at_none, at_all = gap(0.0), gap(1.0)
    share = at_none / (at_none - at_all) if at_none != at_all else None
    months = None
    for month in range(1, MOST_MONTHS + 1):
        length = month / MONTHS
        # Nobody sells the cluster after a month at its book value: what is left does not count here.
        owned = net_present_value((flow for flow in figures.owned(length) if flow.line != "residual"), rate)
        if owned >= net_present_value(figures.rented(rent, length), rate):
            months = float(month)
            break
    return Alternative(
        rent, flows, npv, -npv / discounted, share if share is not None and 0 < share <= 1 else None, months,
        rent.price * own / npv if npv else None,
    )  # fmt: skip


def net_present_value(flows: Iterable[Flow], rate: float) -> float:
    """Value at the start of flows at any time on the grid, by pyxirr.

    >>> round(net_present_value([Flow("capital", 0, -100.0), Flow("residual", 1, 110.0)], 0.1), 9)
    0.0
    """
    try:
        import pyxirr
    except ImportError:
        raise InputError(
            "finance needs pyxirr, a part of cluster-calc that is missing here: pip install pyxirr"
        ) from None
    places: dict[int, float] = {}
    for flow in flows:
        place = round(flow.time * GRID)
        places[place] = places.get(place, 0.0) + flow.amount
    if not places:
        return 0.0
    first, last = min(places), max(places)
    amounts = [places.get(place, 0.0) for place in range(first, last + 1)]
    step = (1 + rate) ** (1 / GRID) - 1
    value = pyxirr.npv(step, amounts)
    assert value is not None
    return float(value / (1 + rate) ** (first / GRID))


def table(flows: Iterable[Flow], depreciation: Iterable[float] = ()) -> list[dict[str, Any]]:
    """Flows by year: year 0 is the start and what is paid before it, year 1 the twelve months after it."""
    flows = list(flows)
    lines = list(dict.fromkeys(flow.line for flow in flows))
    charges = list(depreciation)
    last = max([math.ceil(flow.time - 1e-9) for flow in flows] + [len(charges)])
    rows, total = [], 0.0
    for year in range(last + 1):
        row: dict[str, Any] = {"year": year}
        for line in lines:
            row[line] = sum(
                flow.amount for flow in flows if flow.line == line and max(math.ceil(flow.time - 1e-9), 0) == year
            )
        row["cash"] = sum(row[line] for line in lines)
        total += row["cash"]
        row["cumulative"] = total
        row["depreciation"] = charges[year - 1] if 0 < year <= len(charges) else 0.0
        rows.append(row)
    return rows


def checked(name: str, value: str) -> str:
    """A finance setting: one of its words.

    >>> checked("rate_terms", "real")
    'real'
    """
    from cluster_calc.errors import did_you_mean

    known = TERMS if name == "rate_terms" else TIMINGS
    if value not in known:
        raise InputError(f"{name}: {quoted(value)} is not one of {', '.join(known)}.{did_you_mean(value, known)}")
    return value
