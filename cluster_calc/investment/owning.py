"""The flows of owning a cluster over any number of years, on a site of one's own or a rented one, and of renting its like."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cluster_calc.errors import InputError
from cluster_calc.estimation.parts.depreciation import RATE_OF, method_of
from cluster_calc.estimation.parts.price_path import PricePath
from cluster_calc.estimation.result import Result
from cluster_calc.formulas.operations import colocation_cost
from cluster_calc.investment.flows import MONTHS, Flow
from cluster_calc.investment.renting import Rent
from cluster_calc.model.sets import model_of
from cluster_calc.quantities.dates import YEAR
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.lists import Payment
from cluster_calc.quantities.nomenclature import QUANTITIES

# Lines of operating cost by the short name that their payments bear → the rate each takes.
LINES = {name.removesuffix("_cost"): rate for name, rate in RATE_OF.items()}
STAFFING = ("staff_density", "staff_wage")
COLOCATION, DEMAND_CHARGE = "colocation", "demand_charge"
MOST_MONTHS = 20 * MONTHS


def of_the_run(result: Result, name: str) -> float:
    """A cost that was given for the run, scaled from its time to the year."""
    time = result.values.get("training_time")
    if time is None:
        raise InputError(
            f"{name} is that of a run, and there is none: give a demand, or yearly rates (--staff-rate, --maintenance-rate …)"
        )
    return float(result.values[name]) * YEAR / float(time)


def running_costs(result: Result, data: Mapping[str, Datum]) -> dict[str, float]:
    """USD a year of every line that has a rate, by the formulas of a run, with a year in the place of its time.

    What was given for the run itself, a line or the total, is scaled from its time to the year.
    """
    values = result.values
    total = data.get("operations_cost")
    if total is not None and total.kind == "given":
        # A total of one's own holds every line but the rent of a site, which may be weighed against a site of one's own.
        return {"operations": of_the_run(result, "operations_cost")} if total.value else {}
    rates = {rate: float(data[rate].value) for rate in (*LINES.values(), *STAFFING) if rate in data}
    # What nobody gave a rate for is not included; staff follows from the load where posts per power are known.
    rates |= {
        rate: 0.0
        for rate in LINES.values()
        if rate not in rates and not (rate == "staff_rate" and STAFFING[0] in rates)
    }
    basis = {name: float(values[name]) for name in ("capital_cost", "chips", "critical_load", "peak_facility_power")}
    found = model_of("running-costs", *(("staffing",) if STAFFING[0] in rates else ())).evaluate(
        {**basis, **rates, "training_time": YEAR}
    )
    lines = {}
    for line in LINES:
        name = f"{line}_cost"
        given = name in data and data[name].kind == "given"
        amount = of_the_run(result, name) if given else float(found[name])
        # A rate of 0 that someone gave is a line; one that nobody gave is not included.
        if amount or given or (LINES[line] in data and data[LINES[line]].kind == "given"):
            lines[line] = amount
    return lines


@dataclass(frozen=True)
class Electricity:
    """Energy of a fully used year in J, its first price in USD/J, and how that moves: by a yearly growth, or along a path."""

    energy: float
    price: float
    growth: float
    path: PricePath | None = None
    start: float = 0.0

    def cost(self, time: float, middle: float) -> float:
        """A fully used year's, paid at a time and used around the middle of a period: a path has the price of its use."""
        if self.path is None:
            return float(self.energy * self.price * (1 + self.growth) ** time)
        return float(self.energy * self.path.at(self.start + middle))


@dataclass(frozen=True)
class Terms:
    """On what terms a cluster is owned: when running costs count, the price of power, when the hardware is paid."""

    timing: str
    electricity: Electricity
    payments: tuple[Payment, ...]
    power_included: bool = False


def _age(result: Result) -> float:
    """Years since the purchase of the set that stands at the start: hardware older than its life was replaced by then."""
    age = float(result.values.get("hardware_age", 0.0)) / YEAR
    life = result.values.get("service_time")
    if life is None:
        return age
    lives = math.floor(age * YEAR / float(life) + 1e-9)
    return max(age - lives * float(life) / YEAR, 0.0)


class Cluster:
    """The yearly figures of a cluster, and the flows they make over any number of years."""

    def __init__(self, result: Result, data: Mapping[str, Datum], terms: Terms) -> None:
        self.result, self.timing, self.power_included = result, terms.timing, terms.power_included
        self.electricity, self.payments = terms.electricity, terms.payments
        values = result.values
        self.chips = float(values["chips"])
        self.capital = float(values.get("capital_cost", math.nan))
        self.building = float(values.get("facility_capital", 0.0))
        bought = 1.0 - min(float(values.get("owned_chips", 0.0)) / self.chips, 1.0)
        self.cash = self.capital * bought
        self.left = float(values.get("residual_value", 0.0))
        self.share = float(data["used_share"].value)
        self.goodput = float(data["goodput"].value)
        self.spot = float(data["spot_goodput"].value)
        self.rate = float(data["discount_rate"].value)
        self.growth = {
            "operations": float(data["inflation_rate"].value),
            "hardware": float(data["hardware_price_growth"].value), "rent": float(data["rental_price_growth"].value),
        }  # fmt: skip
        life = data.get("facility_lifetime")
        self.building_life = float(life.value) / YEAR if life is not None else 0.0
        self.age = _age(result)
        self.first_order = method_of(result.scenario.settings) == "price-performance-first-order"
        self.worth: dict[float, float] = {}
        self.horizon = round(float(data["horizon"].value) / YEAR * MONTHS) / MONTHS

    @cached_property
    def lines(self) -> dict[str, float]:
        """The operating lines of a year, in today's money."""
        return running_costs(self.result, self.result.data)

    def parts(self, years: float) -> Iterable[tuple[float, float]]:
        """Each year of the horizon: when its flows count, and how much of a year it is."""
        for year in range(math.ceil(years - 1e-9)):
            length = min(1.0, years - year)
            yield year + (length / 2 if self.timing == "mid-year" else length), length

    def investment(self, colocated: bool = False) -> float:
        """Cash for hardware that is bought, and for the building of a site of one's own."""
        return self.cash + (0.0 if colocated else self.building)

    def energy_cost(self, time: float, middle: float, colocated: bool = False) -> float:
        """Electricity of a fully used year; none where the rent of the site holds it."""
        return 0.0 if colocated and self.power_included else self.electricity.cost(time, middle)

    def running(self, colocated: bool = False) -> dict[str, float]:
        """The other lines of a year; the rent of a site falls on those who rent one, and may hold the power."""
        held = (DEMAND_CHARGE,) if self.power_included else ()
        absent = held if colocated else (COLOCATION,)
        return {line: amount for line, amount in self.lines.items() if line not in absent}

    def site(self, price: float) -> float:
        """Rent of the site a year at a price per power and month, the price being in USD/kW/month."""
        factor = QUANTITIES["colocation_price"].factor
        return float(colocation_cost(float(self.result.values["critical_load"]), price * factor, YEAR))

    def owned(
        self, years: float, share: float | None = None, *, colocated: bool = False, price: float | None = None
    ) -> Iterable[Flow]:
        """The flows of owning; the hardware is paid as scheduled from its purchase.

        `price` is another rent of the site, in USD/kW/month.
        """
        share = self.share if share is None else share
        for payment in self.payments:
            yield Flow(payment.line, payment.time - self.age, -self.cash * payment.share)
        if self.building and not colocated:
            yield Flow("facility", 0.0, -self.building)
        for year, (time, length) in enumerate(self.parts(years)):
            if not (colocated and self.power_included):
                used = self.energy_cost(time, year + length / 2, colocated) * share * length
                yield Flow("electricity", time, -used)
            for line, amount in self.running(colocated).items():
                rent = self.site(price) if price is not None and line == COLOCATION else amount
                yield Flow(line, time, -rent * length * (1 + self.growth["operations"]) ** time)
        bought = 0.0
        for time in self.refreshes(years):
            # The set that goes is sold for what its own purchase left; the next costs what like hardware costs by then.
            yield Flow("refresh", time, -self.capital * self.price_level(time))
            yield Flow("residual", time, self.capital * self.left * self.price_level(bought))
            bought = time
        yield Flow("residual", years, self.residual(years))
        if self.building and not colocated and self.building_life:
            left = max(1 - years / self.building_life, 0.0)
            yield Flow("facility_residual", years, self.building * left)

    def price_level(self, time: float) -> float:
        """Price of like hardware then ÷ its price at the start."""
        return float((1 + self.growth["hardware"]) ** time)

    def residual(self, years: float) -> float:
        """Value of the set that stands at the end, in the money its purchase was paid in."""
        bought = max(self.refreshes(years), default=0.0)
        return self.book_value(years) * self.price_level(bought)

    def refreshes(self, years: float) -> Iterable[float]:
        """When the hardware reaches the end of a life before the horizon does."""
        life = self.result.values.get("service_time")
        if life is None:
            return
        count = 1
        while (time := count * float(life) / YEAR - self.age) < years - 1e-6:
            yield time
            count += 1

    def books(self, years: float) -> Iterable[float]:
        """Value of the hardware at the start and at the end of every year of the horizon.

        A set whose life ends with a year stands there with its residual: the next one opens the year after.
        """
        yield self.book_value(0.0)
        for year in range(1, math.ceil(years - 1e-9) + 1):
            yield self.residual(min(float(year), years))

    def _model(self, **changed: float) -> Mapping[str, Any]:
        data = {name: datum.value for name, datum in self.result.data.items() if datum.value is not None}
        for name in ("training_compute", "time_allowed", "accelerator_time"):
            data.pop(name, None)
        return self.result.model.evaluate({**data, "chips": self.chips, **changed})

    def book_value(self, years: float) -> float:
        """Value of the hardware at the end of the horizon, of the set that then stands, at the prices of the start."""
        if years not in self.worth:
            life = self.result.values.get("service_time")
            end = (self.age + years) * YEAR
            if life is not None:
                end -= max(math.ceil(end / float(life) - 1e-9) - 1, 0) * float(life)
            if life is not None and end >= float(life) * (1 - 1e-9):
                self.worth[years] = self.capital * self.left
            else:
                self.worth[years] = float(self._model(hardware_age=end, training_time=1.0)["book_value_at_start"])
        return self.worth[years]

    def charges(self, years: float) -> Iterable[float]:
        """Depreciation of each year of the horizon, of the chips bought and those already owned alike.

        A year in which a set is replaced has the charges of both, each on the price of its own purchase.
        """
        changes = [0.0, *self.refreshes(years)]
        for year in range(math.ceil(years - 1e-9)):
            end, charge = min(year + 1.0, years), 0.0
            for bought, until in zip(changes, [*changes[1:], math.inf], strict=True):
                first, last = max(bought, float(year)), min(until, end)
                if last - first < 1e-9:
                    continue
                if self.first_order:
                    # The rate of the first day is not held over a year: what the books lose is the exact integral.
                    charge += self.residual(first) - self.residual(last)
                    continue
                old = (first - bought + (self.age if bought == 0.0 else 0.0)) * YEAR
                length = (last - first) * YEAR
                values = self._model(
                    hardware_age=old,
                    training_time=length,
                    accelerator_time=self.chips * length,
                    chip_hours=self.chips * length,
                )
                charge += float(values["hardware_charge"]) * self.price_level(bought)
            yield charge

    def delivered(self, years: float, share: float | None = None) -> tuple[float, float]:
        """Chip-hours in which useful steps run, and the same discounted as money is."""
        yearly = self.chips * (self.share if share is None else share) * self.goodput * YEAR / 3600
        parts = list(self.parts(years))
        return yearly * sum(length for _, length in parts), yearly * sum(
            length / (1 + self.rate) ** time for time, length in parts
        )

    def rented(
        self, rent: Rent, years: float, share: float | None = None, price: float | None = None
    ) -> Iterable[Flow]:
        """The flows of renting chips that deliver as much: by the used hour, or all hours of a commitment."""
        share = self.share if share is None else share
        price = rent.price if price is None else price
        hours = self.paid_hours(rent, share)
        for time, length in self.parts(years):
            yield Flow("rent", time, -hours * length * price * (1 + self.growth["rent"]) ** time)

    def paid_hours(self, rent: Rent, share: float) -> float:
        """Chip-hours paid a year for the same delivered compute: all hours of a commitment, more on spot for what it loses."""
        hours = self.chips * YEAR / 3600 * (1.0 if rent.committed else share)
        return hours / self.spot if rent.term == "spot" else hours

    def owed(self, rent: Rent) -> float:
        """Rent of the last commitment that falls due after the horizon, moved as all rents are; 0 without one."""
        if not rent.months:
            return 0.0
        term = rent.months / MONTHS
        left = math.ceil(self.horizon / term - 1e-9) * term - self.horizon
        level = rent.price * (1 + self.growth["rent"]) ** self.horizon
        yearly = self.paid_hours(rent, self.share) * level
        return float(yearly * sum(length * (1 + self.growth["rent"]) ** time for time, length in self.parts(left)))

    def payback(self, rent: Rent, *, colocated: bool = False) -> float | None:
        """Months after which the cash spent on owning is no more than the rent would have been, not discounted."""
        spent, saved = self.investment(colocated), 0.0
        yearly = sum(self.running(colocated).values())
        for month in range(1, MOST_MONTHS + 1):
            time = (month - 0.5) / MONTHS
            hours = self.chips * YEAR / 3600 / MONTHS * (1.0 if rent.committed else self.share)
            saved += hours * rent.price * (1 + self.growth["rent"]) ** time
            spent += self.energy_cost(time, time, colocated) * self.share / MONTHS
            spent += yearly / MONTHS * (1 + self.growth["operations"]) ** time
            if spent <= saved:
                return float(month)
        return None
