"""The flows of owning a cluster over any number of years, on a site of one's own or a rented one, and of renting its like."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError
from cluster_calc.estimation.parts.depreciation import RATE_OF, method_of
from cluster_calc.estimation.parts.price_path import PricePath
from cluster_calc.estimation.result import Result
from cluster_calc.formulas import cash
from cluster_calc.formulas.operations import charged_time, colocation_per_year
from cluster_calc.investment.flows import MONTHS, Flow, Use, by_year, moments, periods, terms_of
from cluster_calc.investment.renting import Rent
from cluster_calc.model.sets import model_of
from cluster_calc.quantities.dates import HOUR, YEAR
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.display import duration
from cluster_calc.quantities.elementwise import numpy_later as np
from cluster_calc.quantities.lists import Payment
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.number import Number

# Lines of operating cost by the short name that their payments bear → the rate each takes.
LINES = {name.removesuffix("_cost"): rate for name, rate in RATE_OF.items()}
STAFFING = ("staff_density", "staff_wage")
# What the lines are shares or prices of.
BASIS = ("capital_cost", "chips", "critical_load", "peak_facility_power")
# The line by time: a rate is one already, what is a share or a price makes one.
YEARLY = {line: rate if rate in ("staff_rate", "storage_rate") else f"{line}_per_year" for line, rate in LINES.items()}
# A line of owning → the formulas of cash.py that may make it, each with what stands for its arguments, in order: the
# last is that of a line given for the run.
MADE_BY = {
    "deposit": (("hardware_payment", {"payment_share": "deposit_share"}),),
    "capital": (("hardware_payment", {"payment_share": "start_share"}),),
    "electricity": (("electricity_of_period", {}),),
    **{
        line: (
            ("line_of_period", {"yearly_line": YEARLY.get(line, f"{line}_per_year")}),
            ("line_of_period", {"run_line": f"{line}_cost", "yearly_line": "run_line_per_year"}),
        )
        for line in (*LINES, "operations")
    },
}
COLOCATION, DEMAND_CHARGE = "colocation", "demand_charge"
MOST_MONTHS = 20 * MONTHS
# Sets of hardware that a plan buys one after another.
MOST_SETS = 1000


def time_of_run(result: Result, name: str) -> float:
    """The time of the run whose cost was given, in seconds; there has to be one."""
    time = result.values.get("training_time")
    if time is None:
        raise InputError(
            f"{name} is that of a run, and there is none: give a demand, or yearly rates (--staff-rate, --maintenance-rate …)"
        )
    return float(time)


def yearly_lines(result: Result, data: Mapping[str, Datum]) -> dict[str, float]:
    """Every operating line that has a value, by time in USD/s, at the prices of the start.

    What was given for the run itself, a line or the total, is what the run is charged over its time and its share of
    the idle hours.
    """

    def of_the_run(name: str) -> float:
        charged = charged_time(time_of_run(result, name), float(data["used_share"].value))
        return float(cash.run_line_per_year(float(result.values[name]), charged))

    for total, by_time in (("operations_cost", False), ("operations_per_year", True)):
        if total in data and data[total].kind == "given":
            # A total of one's own holds every line but the rent of a site, which may be weighed against a site of one's own.
            amount = float(result.values[total]) if by_time else of_the_run(total) if data[total].value else 0.0
            return {"operations": amount} if amount else {}
    rates = {rate: float(data[rate].value) for rate in (*LINES.values(), *STAFFING) if rate in data}
    staffed = STAFFING[0] in rates
    # What nobody gave a rate for is not included; staff follows from the load where posts per power are known.
    absent = {rate: 0.0 for rate in LINES.values() if rate not in rates and not (rate == "staff_rate" and staffed)}
    known = {name: float(result.values[name]) for name in BASIS if name in result.values}
    found = model_of("running-rates", *(("staffing",) if staffed else ())).evaluate(
        {**known, **rates, **absent, **_typed(data, YEARLY.values())}
    )
    lines = {}
    for line, rate in LINES.items():
        name = f"{line}_cost"
        given = name in data and data[name].kind == "given"
        if not given and YEARLY[line] not in found:
            if rate in data and data[rate].value:
                raise InputError(
                    f"finance needs critical_load for {rate}: what the chips draw is not known; supply --tdp"
                )
            continue
        amount = of_the_run(name) if given else float(found[YEARLY[line]])
        # A rate of 0 that someone gave is a line; one that nobody gave is not included.
        if amount or given or (rate in data and data[rate].kind == "given"):
            lines[line] = amount
    return lines


def _typed(data: Mapping[str, Datum], names: Iterable[str]) -> dict[str, float]:
    """What someone gave of these."""
    return {name: float(data[name].value) for name in names if name in data and data[name].kind == "given"}


@dataclass(frozen=True)
class Electricity:
    """Average power in W, the price of electricity at the start in USD/J, and how it moves: by a growth, or along a path."""

    power: float
    price: float
    growth: float
    path: PricePath | None = None
    start: float = 0.0

    def level(self, times: Number, middles: Number) -> Number:
        """Its price over that at the start: by the time at which it counts, on a path by that around which it is used."""
        if self.path is None:
            return cash.electricity_price_level(self.growth, times)
        return self.path.at(self.start + middles) / self.price


@dataclass(frozen=True)
class Terms:
    """On what terms a cluster is owned: when running costs count, the price of power, when the hardware is paid.

    `uses` is the calendar of its use; without one the used share holds throughout.
    """

    timing: str
    electricity: Electricity
    payments: tuple[Payment, ...]
    power_included: bool = False
    uses: tuple[Use, ...] = ()


def _age(result: Result) -> float:
    """Years since the purchase of the set that stands at the start: hardware older than its life was replaced by then."""
    age = float(result.values.get("hardware_age", 0.0)) / YEAR
    life = result.values.get("service_time")
    if life is None:
        return age
    lives = math.floor(age * YEAR / float(life) + 1e-9)
    return max(age - lives * float(life) / YEAR, 0.0)


def _rounded_up(seconds: float) -> float:
    """A time whose three figures are no shorter than it."""
    step = 10.0 ** (math.floor(math.log10(seconds)) - 1)
    return math.ceil(seconds / step) * step


class Cluster:
    """The yearly figures of a cluster, and the flows they make over any number of years."""

    def __init__(self, result: Result, data: Mapping[str, Datum], terms: Terms) -> None:
        self.result, self.inputs, self.timing, self.power_included = result, data, terms.timing, terms.power_included
        self.electricity, self.payments = terms.electricity, terms.payments
        values = result.values
        self.chips = float(values["chips"])
        self.capital = float(values.get("capital_cost", math.nan))
        self.building = float(values.get("facility_capital", 0.0))
        bought = 1.0 - min(float(values.get("owned_chips", 0.0)) / self.chips, 1.0)
        self.cash = self.capital * bought
        self.left = float(values.get("residual_value", 0.0))
        self.share = float(data["used_share"].value)
        self.uses = terms.uses or (Use(0.0, math.inf, self.share),)
        self.goodput = float(data["goodput"].value)
        self.spot = float(data["spot_goodput"].value)
        self.rate = float(data["discount_rate"].value)
        self.growth = {
            "operations": float(data["inflation_rate"].value),
            "hardware": float(data["hardware_price_growth"].value), "rent": float(data["rental_price_growth"].value),
        }  # fmt: skip
        # Real flows know no inflation, but what a contract fixes is fixed in the money of its time.
        general = catalog().assumption("inflation_rate")
        real = result.scenario.settings.get("rate_terms") == "real" and general is not None
        self.contract_inflation = float(general.value) if real and general is not None else 0.0
        life = data.get("facility_lifetime")
        self.building_life = float(life.value) / YEAR if life is not None else 0.0
        self.age = _age(result)
        self.first_order = method_of(result.scenario.settings) == "price-performance-first-order"
        self.worth: dict[float, float] = {}
        self.charged: dict[tuple[float, float], float] = {}
        self.horizon = round(float(data["horizon"].value) / YEAR * MONTHS) / MONTHS

    @cached_property
    def lines(self) -> dict[str, float]:
        """The operating lines by time, in today's money; what was given for a run is charged for the runs of the plan."""
        return yearly_lines(self.result, {**self.inputs, **self.result.data, "used_share": self.inputs["used_share"]})

    def periods(self, years: float) -> tuple[Number, Number, Number]:
        """The periods of a horizon, as flows count here."""
        return periods(years, self.timing)

    def investment(self, colocated: bool = False) -> float:
        """Cash for hardware that is bought, and for the building of a site of one's own."""
        return self.cash + (0.0 if colocated else self.building)

    def used(self, years: float, share: float | None = None) -> list[Use]:
        """The use within a horizon by year: that of the calendar, or a share of all hours."""
        return by_year(self.uses if share is None else (Use(0.0, math.inf, share),), years)

    def electricity_of(
        self, times: Number, middles: Number, lengths: Number, share: Number, colocated: bool = False
    ) -> Number:
        """Electricity of periods; none where the rent of the site holds it."""
        if colocated and self.power_included:
            return np.zeros_like(times)
        level = self.electricity.level(times, middles)
        return cash.electricity_of_period(self.electricity.power, self.electricity.price, share, lengths, level)

    def running(self, colocated: bool = False) -> dict[str, float]:
        """The other lines by time; the rent of a site falls on those who rent one, and may hold the power."""
        held = (DEMAND_CHARGE,) if self.power_included else ()
        absent = held if colocated else (COLOCATION,)
        return {line: amount for line, amount in self.lines.items() if line not in absent}

    def lines_of(
        self, times: Number, lengths: Number, colocated: bool = False, price: float | None = None
    ) -> dict[str, Number]:
        """The operating lines of periods; `price` is another rent of the site, in USD/kW/month."""
        level = cash.operating_price_level(self.growth["operations"], times)
        lines = self.running(colocated)
        if price is not None and COLOCATION in lines:
            base = price * QUANTITIES["colocation_price"].factor
            lines[COLOCATION] = float(colocation_per_year(float(self.result.values["critical_load"]), base))
        return {line: cash.line_of_period(amount, lengths, level) for line, amount in lines.items()}

    def owned(
        self, years: float, share: float | None = None, *, colocated: bool = False, price: float | None = None
    ) -> Iterable[Flow]:
        """The flows of owning; the hardware is paid as scheduled from its purchase."""
        for payment in self.payments:
            due = cash.hardware_payment(self.cash, payment.share)
            yield Flow(payment.line, payment.time - self.age, -due)
        if self.building and not colocated:
            yield Flow("facility", 0.0, -self.building)
        times, _, lengths = self.periods(years)
        if not (colocated and self.power_included):
            parts = self.used(years, share)
            due, middles, spans, shares = moments(parts, years, self.timing)
            yield from _paid("electricity", due, self.electricity_of(due, middles, spans, shares), parts)
        for line, amounts in self.lines_of(times, lengths, colocated, price).items():
            yield from _paid(line, times, amounts)
        yield from self.exchanges[: 2 * len(self.refreshes(years))]
        yield Flow("residual", years, self.residual(years, years))
        if self.building and not colocated and self.building_life:
            left = cash.building_left(self.building, years, self.building_life)
            yield Flow("facility_residual", years, float(left))

    @cached_property
    def exchanges(self) -> list[Flow]:
        """What each next set costs, and what the one before it is sold for."""
        flows, bought = [], 0.0
        for time in self.ends:
            # The set that goes is sold for what its own purchase left; the next costs what like hardware costs by then.
            flows.append(Flow("refresh", time, -float(cash.replacement_payment(self.capital, self.price_level(time)))))
            sold = cash.sale_of_hardware(self.capital * self.left, self.price_level(bought))
            flows.append(Flow("residual", time, float(sold)))
            bought = time
        return flows

    def price_level(self, time: float) -> float:
        """Price of like hardware then ÷ its price at the start."""
        return float(cash.hardware_price_level(self.growth["hardware"], time))

    def residual(self, time: float, years: float) -> float:
        """Value of the set that stands at a time of the plan, in the money its purchase was paid in."""
        bought = self.bought_before(time, years, 0.0)
        return float(cash.sale_of_hardware(self.book_value(time, years), self.price_level(bought)))

    @cached_property
    def ends(self) -> list[float]:
        """When a set of hardware reaches the end of its life, in years from the start, as far as a plan looks."""
        if "service_time" not in self.result.values:
            return []
        life, longest = float(self.result.values["service_time"]), max(self.horizon, MOST_MONTHS / MONTHS)
        if longest * YEAR / life > MOST_SETS:
            raise InputError(
                f"lifetime: hardware that serves {duration(life)} is bought more than {MOST_SETS:,} times over the "
                f"{longest:g} years a plan looks ahead; give a life of {duration(_rounded_up(longest * YEAR / MOST_SETS))} or more"
            )
        return [count * life / YEAR - self.age for count in range(1, math.ceil(longest * YEAR / life) + 2)]

    def refreshes(self, years: float) -> list[float]:
        """When the hardware reaches the end of a life before the horizon does.

        Nobody replaces a set in the last month of a plan: one whose life ends there serves until the plan does.
        """
        return self.ends[: bisect_left(self.ends, years - 1 / MONTHS + 1e-6)]

    def bought_before(self, time: float, years: float, first: float) -> float:
        """When the set was bought that stands just before a time; `first` where none was replaced by then."""
        bought = self.refreshes(years)
        count = bisect_left(bought, time - 1e-6)
        return bought[count - 1] if count else first

    def books(self, years: float) -> Iterable[float]:
        """Value of the hardware at the start and at the end of every year of the horizon.

        A set whose life ends with a year stands there with its residual: the next one opens the year after.
        """
        yield self.book_value(0.0, years)
        for year in range(1, math.ceil(years - 1e-9) + 1):
            yield self.residual(min(float(year), years), years)

    def _model(self, **changed: float) -> Mapping[str, Any]:
        data = {name: datum.value for name, datum in self.result.data.items() if datum.value is not None}
        for name in ("training_compute", "time_allowed", "accelerator_time"):
            data.pop(name, None)
        return self.result.model.evaluate({**data, "chips": self.chips, **changed})

    def book_value(self, time: float, years: float) -> float:
        """Value of the set that stands at a time of the plan, at the prices of the start."""
        bought = self.bought_before(time, years, -self.age)
        age = time - bought
        if age not in self.worth:
            life = self.result.values.get("service_time")
            if life is not None and age * YEAR >= float(life) * (1 - 1e-9):
                self.worth[age] = self.capital * self.left
            else:
                self.worth[age] = float(self._model(hardware_age=age * YEAR, training_time=1.0)["book_value_at_start"])
        return self.worth[age]

    def charges(self, years: float) -> Iterable[float]:
        """Depreciation of each year of the horizon, of the chips bought and those already owned alike.

        A year in which a set is replaced has the charges of both, each on the price of its own purchase; past the end of
        its life a set is charged nothing.
        """
        life = self.result.values.get("service_time")
        changes = [-self.age, *self.refreshes(years)]
        for year in range(math.ceil(years - 1e-9)):
            end, charge = min(year + 1.0, years), 0.0
            for bought, until in zip(changes, [*changes[1:], math.inf], strict=True):
                over = math.inf if life is None else bought + float(life) / YEAR
                first, last = max(bought, float(year)), min(until, over, end)
                if last - first < 1e-9:
                    continue
                if self.first_order:
                    # The rate of the first day is not held over a year: what the books lose is the exact integral.
                    charge += self.residual(first, years) - self.residual(last, years)
                    continue
                charge += self.charge((first - bought) * YEAR, (last - first) * YEAR) * self.price_level(
                    max(bought, 0.0)
                )
            yield charge

    def charge(self, age: float, length: float) -> float:
        """Depreciation of a set of some age over a length of time in s, at the prices of the start, in USD."""
        key = (round(age), round(length))  # one set after another ages alike, to rounding
        if key not in self.charged:
            hours = self.chips * length
            values = self._model(hardware_age=age, training_time=length, accelerator_time=hours, chip_hours=hours)
            self.charged[key] = float(values["hardware_charge"])
        return self.charged[key]

    def delivered(self, years: float, share: float | None = None) -> tuple[float, float]:
        """Chip-hours in which useful steps run, and the same discounted as money is."""
        times, _, lengths, shares = moments(self.used(years, share), years, self.timing)
        hours = cash.hours_of_period(self.chips, shares, self.goodput, lengths) / HOUR
        worth = cash.discounted(hours, cash.discount_factor(self.rate, times))
        return float(hours.sum()), float(worth.sum())

    def rented(
        self, rent: Rent, years: float, share: float | None = None, price: float | None = None
    ) -> Iterable[Flow]:
        """The flows of renting chips that deliver as much: by the used hour, or all hours of the terms that cover the use."""
        price = rent.price if price is None else price
        if not rent.committed:
            parts = self.used(years, share)
            times, _, lengths, shares = moments(parts, years, self.timing)
            yield from _paid("rent", times, self.rent_of(rent, times, lengths, shares, price), parts)
            return
        uses = self.uses if share is None else (Use(0.0, math.inf),)
        for term in terms_of(uses, rent.months / MONTHS, years):
            parts = by_year([term], years)
            times, _, lengths, shares = moments(parts, years, self.timing)
            # The price of the day of signing holds for the term; in real money it falls with prices in general.
            fallen = cash.operating_price_level(self.contract_inflation, term.first - times)
            amounts = self.rent_of(rent, np.full_like(times, term.first), lengths, shares, price) * fallen
            yield from _paid("rent", times, amounts, parts, term.first)

    def rent_of(self, rent: Rent, times: Number, lengths: Number, share: Number, price: float) -> Number:
        """Rent of periods at the prices of `times`, for the same delivered compute: more on spot for what it loses."""
        paid = cash.rented_share(share, self.spot) if rent.term == "spot" else share
        level = cash.rental_price_level(self.growth["rent"], times)
        return cash.rent_of_period(self.chips, paid, price / HOUR, lengths, level)

    def owed(self, rent: Rent) -> float:
        """Rent of the last commitment that falls due after the horizon, at the price of its signing; 0 without one."""
        terms = terms_of(self.uses, rent.months / MONTHS, self.horizon) if rent.committed else []
        if not terms or (left := terms[-1].last - self.horizon) <= 1e-9:
            return 0.0
        middle = terms[-1].last - left / 2
        fallen = cash.operating_price_level(self.contract_inflation, terms[-1].first - middle)
        return float(self.rent_of(rent, terms[-1].first, left * YEAR, 1.0, rent.price) * fallen)

    def payback(self, rent: Rent, *, colocated: bool = False) -> float | None:
        """Months after which the cash spent on owning is no more than the rent would have been, not discounted."""
        times = (np.arange(MOST_MONTHS) + 0.5) / MONTHS
        lengths = np.full(MOST_MONTHS, YEAR / MONTHS)
        first, last = times - 0.5 / MONTHS, times + 0.5 / MONTHS
        # What of each month is used: a run that ends within it fills a part.
        shares = sum(
            use.share * np.clip(np.minimum(last, use.last) - np.maximum(first, use.first), 0, None) * MONTHS
            for use in self.uses
        )
        spent = self.electricity_of(times, times, lengths, shares, colocated)
        spent = spent + sum(self.lines_of(times, lengths, colocated).values())
        saved = self.rent_of(rent, times, lengths, shares, rent.price)
        even = np.flatnonzero(self.investment(colocated) + np.cumsum(spent) <= np.cumsum(saved))
        return float(even[0] + 1) if even.size else None

    def at_todays_prices(self) -> Cluster:
        """The same cluster where no price moves and no money is discounted, as an estimate counts."""
        same = copy(self)
        same.__dict__.pop("exchanges", None)  # at the prices of then
        same.rate, same.contract_inflation, same.growth = 0.0, 0.0, dict.fromkeys(self.growth, 0.0)
        same.electricity = replace(self.electricity, growth=0.0, path=None)
        return same


def _paid(
    line: str, times: Number, amounts: Number, parts: Sequence[Use] = (), priced: float | None = None
) -> Iterable[Flow]:
    """One flow a period, with the span of use that it pays."""
    spans: Iterable[Use | None] = parts or [None] * len(times)
    rows = zip(times.tolist(), amounts.tolist(), spans, strict=True)
    return (Flow(line, time, -amount, span, priced) for time, amount, span in rows)
