"""Every payment of every option of a memo, with the formula that makes it where a spreadsheet can follow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cluster_calc.errors import InputError
from cluster_calc.formulas.cash import hours_of_period, rental_price_level
from cluster_calc.investment import cash_flow
from cluster_calc.investment.cash_flow import Colocated, Finance
from cluster_calc.investment.flows import Flow, Use, moments, periods
from cluster_calc.investment.owning import LINES, MADE_BY
from cluster_calc.model.expression import expression
from cluster_calc.model.sets import model_of
from cluster_calc.model.spreadsheet import written
from cluster_calc.quantities.dates import HOUR, YEAR
from cluster_calc.scenario.scenario import Scenario

SAME = 1e-9
RATE = "discount_rate"
OWN = "own"
# Lines that are a share of the price of the hardware, at an age that does not move.
_OF_THE_PRICE = frozenset({"deposit", "milestone", "capital", "refresh", "residual"})
# A year of a plan by the formulas of cash.py, over what the memo's own model does not hold.
PERIOD = ("cash", "running-costs")
# Names in a formula → what says the same: cells of the payment's own row, and the hardware's whole price where all is bought.
PLACES = {"elapsed_years": "{time}", "period_length": f"({{length}}*{YEAR:.0f})"}


@dataclass(frozen=True, slots=True)
class Number:
    """A named number in base units: an input, or a formula over other names."""

    name: str
    label: str
    value: float
    unit: str
    factor: float
    display: str
    formula: str = ""
    free: bool = False

    @property
    def shown(self) -> float:
        """The value in its JSON unit."""
        return self.value / self.factor


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment of an option, or hours that it delivers: `formula` holds {time} and {length}; without one it is a number.

    `when` and `span` are the formulas of its time and length, where the length of a run moves them; `counted` its year then.
    """

    option: str
    line: str
    time: float
    length: float
    amount: float
    formula: str = ""
    when: str = ""
    span: str = ""
    counted: int | None = None

    @property
    def year(self) -> int:
        """The year in which it counts; year 0 is the start and what is paid before it."""
        return max(math.ceil(self.time - 1e-9), 0) if self.counted is None else self.counted


def same(one: float, other: Any) -> bool:
    """Whether two figures are the same but for rounding."""
    return isinstance(other, (int, float)) and math.isclose(one, other, rel_tol=SAME, abs_tol=1e-6)


class Ledger:
    """The payments and the delivered hours while they are gathered; `opaque` are lines whose inputs a cell cannot follow."""

    def __init__(
        self, scenario: Scenario, plan: Finance, inputs: dict[str, Number], steps: Mapping[str, Number]
    ) -> None:
        self.scenario, self.plan, self.inputs, self.steps = scenario, plan, inputs, steps
        self.payments: list[Payment] = []
        self.hours: list[Payment] = []
        self.opaque: set[str] = set()
        self.fixed: set[str] = set()
        self.own, self.colocated = "", ""
        self.rents: dict[str, str] = {}
        self.years = float(plan.inputs["horizon"].value) / YEAR
        time = steps.get("training_time")
        run = Use(0.0, time.value / YEAR) if time is not None else None
        # One run at the start: its length is a cell, and so are the times and lengths of what is paid by its hours.
        self.one_run = (
            run is not None
            and len(plan.uses) == 1
            and plan.uses[0].first == 0.0
            and (plan.uses[0].share == 1.0 and same(plan.uses[0].last, run.last))
        )

    def fill(self, held: Mapping[str, Any]) -> None:
        """The payments of every option whose figures they give; those of owning whether or not it is an option."""
        for option, entry in held["options"].items():
            if entry.get("total") is None:
                continue
            owner = next((owner for owner in self._owners(option) if _gives(owner, entry)), None)
            if owner is not None:
                self._enter(option, owner)
        for name, owner in ((OWN, self.plan), ("colocate", self.plan.colocated)):
            if owner is not None and not (self.own if owner is self.plan else self.colocated):
                self._enter(name, owner)
        figures = self.plan.figures
        parts = figures.used(self.years)
        hours = [
            Flow("delivered chip-hours", time, float(hours_of_period(figures.chips, use.share, figures.goodput, length)) / HOUR, use)
            for time, length, use in zip(*map(list, moments(parts, self.years, self.plan.timing)[0:3:2]), parts, strict=True)
        ]  # fmt: skip
        for flow in self._every_year(hours):
            length = flow.use.last - flow.use.first if flow.use else 0.0
            text = self._matching([("hours_of_period", self._share(flow.use))], flow.time, length, flow.amount * HOUR)
            self._pay(self.hours, self.own, flow, length, text and f"{text}/{HOUR:.0f}")

    def _owners(self, option: str) -> Iterator[Any]:
        """What may stand behind an option: the plan, its ways to rent, or another chip on the same demand."""
        chip = option.partition(":")[2]
        if not chip:
            yield from (self.plan, *((self.plan.colocated,) if self.plan.colocated else ()), *self.plan.alternatives)
            return
        merged = self.scenario
        settings = {**merged.settings, "chip": chip}
        data = {**merged.data, "horizon": self.plan.inputs["horizon"]}
        try:
            other = cash_flow.plan(Scenario(settings, data, merged.texts, merged.origins), uses=self.plan.uses)
        except InputError:
            return
        yield from (other, *((other.colocated,) if other.colocated else ()))

    def _enter(self, option: str, owner: Any) -> None:
        if owner is self.plan:
            self.own = option
        elif owner is self.plan.colocated:
            self.colocated = option
        elif not isinstance(owner, (Finance, Colocated)):
            self.rents[owner.rent.term] = option
        owned = owner is self.plan or owner is self.plan.colocated
        flows = [*owner.flows, *self._absent(owner)] if owned else list(owner.flows)
        if self.one_run and (owned or not isinstance(owner, (Finance, Colocated))):
            flows = self._every_year(flows)
            if not owned and owner.rent.committed:
                flows += self._later_terms(owner)
        for flow in flows:
            start = max(math.ceil(flow.time - 1e-9) - 1, 0)
            length = flow.use.last - flow.use.first if flow.use else max(min(1.0, self.years - start), 0.0)
            text = self._owned(flow, length) if owned else self._rented(flow, length, owner)
            self._pay(self.payments, option, flow, length, text)

    def _pay(self, table: list[Payment], option: str, flow: Flow, length: float, text: str) -> None:
        """Enter a payment; by the hours of the one run its time and length are those of the run within the year."""
        when = span = ""
        counted = None
        if self.one_run and flow.use is not None and flow.priced is None:
            year = int(flow.use.first + 1e-9)
            end = min(year + 1.0, self.years)
            span = f"MAX(MIN(training_time/{YEAR:.0f},{end!r})-{year},0)"
            when = f"{year}+{{length}}/2" if self.plan.timing == "mid-year" else ""
            counted = year + 1
        elif self.one_run and flow.priced and text:
            # A commitment is signed anew only while the run lasts.
            text = f"IF(training_time/{YEAR:.0f}>{flow.priced!r}+0.000000001,{text},0)"
        unsigned = self.one_run and flow.priced is not None and flow.priced >= self.plan.uses[0].last - 1e-9
        amount = 0.0 if unsigned else flow.amount
        table.append(Payment(option, flow.line, flow.time, length, amount, text, when, span, counted))

    def _every_year(self, flows: Iterable[Flow]) -> list[Flow]:
        """The flows, and for each line that is paid by the hours of the one run a flow of nothing in the years that it does not reach."""
        flows = list(flows)
        lines = {flow.line for flow in flows if flow.use is not None and flow.priced is None} if self.one_run else ()
        for line in lines:
            reached = max(flow.use.last for flow in flows if flow.line == line and flow.use)
            for year in range(math.ceil(reached - 1e-9), math.ceil(self.years - 1e-9)):
                time = float(year) if self.plan.timing == "mid-year" else min(year + 1.0, self.years)
                flows.append(Flow(line, time, 0.0, Use(float(year), float(year))))
        return flows

    def _later_terms(self, owner: Any) -> list[Flow]:
        """The rent of terms that the one run does not reach, which it would at another length."""
        every = self.plan.figures.rented(owner.rent, self.years, 1.0)
        last = max(flow.priced or 0.0 for flow in owner.flows)
        return [flow for flow in every if (flow.priced or 0.0) > last + 1e-9]

    def _absent(self, owner: Any) -> Iterator[Flow]:
        """What is nothing today, but would be something at another input: a deposit, a running cost whose rate is zero."""
        lines = {flow.line for flow in owner.flows}
        if "deposit" not in lines and "payment_schedule" not in self.scenario.settings:
            yield Flow("deposit", -float(self.plan.inputs["deposit_lead"].value) / YEAR, 0.0)
        total = self.plan.result.data.get("operations_cost")
        # A total that was given holds every other line.
        rates = {"operations": "operations_cost"} if total is not None and total.kind == "given" else LINES
        for line, rate in rates.items():
            if rate in self.inputs and not self.inputs[rate].value and line not in lines:
                for year in range(math.ceil(self.years - 1e-9)):
                    yield Flow(line, self._moment(year)[0], 0.0)

    def _moment(self, year: int) -> tuple[float, float]:
        """When the flows of a year count, and how much of a year it is."""
        times, _, lengths = periods(self.years, self.plan.timing)
        return float(times[year]), float(lengths[year] / YEAR)

    def _share(self, use: Use | None) -> dict[str, Any]:
        """What stands for inputs where the demand has its place in the calendar: the share of a span; for a run's own lines the horizon."""
        if use is not None and self.plan.uses:
            return {"used_share": use.share}
        return {"charged_time": "horizon"} if self.one_run else {}

    def _owned(self, flow: Flow, length: float) -> str:
        makers = [(name, {**self._share(flow.use), **stands}) for name, stands in MADE_BY.get(flow.line, ())]
        text = self._matching(makers, flow.time, length, -flow.amount)
        if flow.line == "facility" and "facility_capital" in self.steps:
            text = "facility_capital"
        if text:
            return f"-{text}"
        capital = self.steps.get("capital_cost") or self.inputs.get("capital_cost")
        if flow.line in _OF_THE_PRICE and capital and capital.value:
            return f"{flow.amount / capital.value:.12g}*capital_cost"
        building = self.steps.get("facility_capital") or self.inputs.get("facility_capital")
        if flow.line == "facility_residual" and building and building.value:
            self.fixed.add("facility_lifetime")
            return f"{flow.amount / building.value:.12g}*facility_capital"
        if flow.line == "electricity" and "electricity_cost" not in self.inputs:
            # Prices along a path: what is used may change, what it costs is fixed.
            self.fixed |= {"electricity_price", "electricity_price_growth"}
            share = "used_share" if not self.plan.uses else "1"
            used = self.steps["facility_power"].value * (1.0 if self.plan.uses else self.inputs["used_share"].value)
            return f"{flow.amount / used:.12g}*facility_power*{share}" if used else ""
        self.opaque.add(flow.line)
        if f"{flow.line}_cost" not in self.steps:
            # Nobody knows what is behind it: then only the rate of discount may move.
            self.fixed |= set(self.inputs) - {RATE}
        return ""

    def _rented(self, flow: Flow, length: float, owner: Any) -> str:
        if isinstance(owner, (Finance, Colocated)):  # another chip
            return ""
        used = self._share(flow.use)
        share = 1.0 if owner.rent.committed else "rented_share" if owner.rent.term == "spot" else "used_share"
        share = used.get(share, share) if isinstance(share, str) else share
        # A commitment keeps the price of the day on which it was signed.
        signed: dict[str, float] = {} if flow.priced is None else {"elapsed_years": flow.priced}
        if flow.priced is not None and self.plan.terms == "real":
            figures = self.plan.figures
            level = rental_price_level(figures.growth["rent"], flow.priced)
            signed = {
                "rental_price_level": float(level * (1 + figures.contract_inflation) ** (flow.priced - flow.time))
            }
            self.fixed.add("rental_price_growth")
        made = ("rent_of_period", {**used, **signed, "hourly_rent": self._price(owner.rent), "rented_share": share})
        text = self._matching([made], flow.time, length, -flow.amount)
        return text and f"-{text}"

    def _price(self, rent: Any) -> str:
        """The name of a rent's price; a price of its own where the estimate's is another."""
        name, base = str(rent.datum.name), rent.price / HOUR
        if name in self.inputs and same(self.inputs[name].value, base):
            return name
        own = f"rent_{rent.term.replace('-', '_')}"
        self.inputs[own] = Number(own, f"rent {rent.term.replace('-', ' ')}", base, "USD/chip/hour", 1 / HOUR, "price")
        return own

    def _matching(
        self, makers: Iterable[tuple[str, Mapping[str, Any]]], time: float, length: float, amount: float
    ) -> str:
        """The first of the formulas that gives the amount, as a spreadsheet writes it; empty where none does."""
        known = {name: entry.value for name, entry in {**self.steps, **self.inputs}.items()}
        known |= {"elapsed_years": time, "period_length": length * YEAR}
        for name, stands in makers:
            stands = {**({} if "new_capital" in known else {"new_capital": "capital_cost"}), **stands}
            values: dict[str, Any] = dict(known)
            for part, other in stands.items():
                values[part] = other if not isinstance(other, str) else model_of(*PERIOD).evaluate(values).get(other)
                if values[part] is None:
                    break
            else:
                if same(float(model_of(*PERIOD).evaluate(values).get(name, math.nan)), amount):
                    return f"({self._cell(name, stands, known)})"
        return ""

    def _cell(self, name: str, stands: Mapping[str, Any], known: Mapping[str, float]) -> str:
        """A name as a cell knows it, or the formula behind it, written out."""
        other = stands.get(name, name)
        if other != name:
            return repr(other) if not isinstance(other, str) else self._cell(other, {**stands, name: name}, known)
        if name in PLACES or name in known:
            return PLACES.get(name, name)
        step = model_of(*PERIOD).steps[name]
        inside = {part: self._cell(part, stands, known) for part in step.inputs}
        return f"({written(expression(step.formula), step.formula.__globals__, inside)})"

    def shares(self, held: Mapping[str, Any]) -> dict[str, float]:
        """Depreciation and book values as shares of the price, where they come from nothing else."""
        typed = {"depreciation", "depreciation_rate", "hardware_charge", "book_value_at_start"} & set(
            self.plan.result.data
        )
        capital = self.steps.get("capital_cost")
        if typed or capital is None or not capital.value:
            return {}
        found = {}
        for path, plan in (("years", self.plan), ("colocate", self.plan.colocated)):
            for row in plan.by_year() if plan else ():
                for line in ("depreciation", "book_value"):
                    found[f"{path}.{row['year']}.{line}"] = float(row[line]) / capital.value
        for row in (held.get("tax") or {}).get("years", ()):
            for line in ("straight_line", "declining"):
                found[f"tax.{row['year']}.{line}"] = float(row[line]) / capital.value
        return found


def _gives(owner: Any, entry: Mapping[str, Any]) -> bool:
    total = -sum(flow.amount for flow in owner.flows)
    return same(total, entry["total"]) and (entry.get("npv") is None or same(owner.npv, entry["npv"]))
