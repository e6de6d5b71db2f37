"""What a memo's workbook computes by itself: inputs that a reviewer may change, the model's formulas, every payment.

All of it is made of the memo's JSON. A formula stands only where it gives the JSON's own figure; where it would not, the
figure stands as a number, and the inputs behind it are marked as fixed.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cluster_calc import cash_flow
from cluster_calc.cash_flow import YEAR, Finance, Flow
from cluster_calc.errors import InputError
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.renting import HOUR, WAYS
from cluster_calc.report.spreadsheet import Untranslatable, translated, written
from cluster_calc.result import Result

SAME = 1e-9
RATE = "discount_rate"
OWN = "own"
# What the payments are made for: the years of the ledger and the age at which hardware is sold do not move with a cell.
# Prices in general also move the growth of other prices where none was given.
STRUCTURE = frozenset({"horizon", "deposit_lead", "hardware_price_growth", "inflation_rate"})
_CASH = "capital_cost * (1 - min(owned_chips / chips, 1))"
# Line of owning → how it comes about, with `time` in years and `length` the share of a year.
_OWNED = {
    "deposit": (f"-{_CASH} * deposit_share", "-capital_cost * deposit_share"),
    "capital": (f"-{_CASH} * (1 - deposit_share)", "-capital_cost * (1 - deposit_share)"),
    "facility": ("-facility_capital",),
    "electricity": (
        f"-facility_power * electricity_price * {YEAR} * used_share * length * (1 + electricity_price_growth) ** time",
    ),
    "operations": (f"-operations_cost / training_time * {YEAR} * length * (1 + inflation_rate) ** time",),
}
# A commitment is paid whether its hours are used or not; what is taken away at times is rented for longer.
_RENTED = f"-chips * {YEAR} * used_share * length * {{price}} * (1 + rental_price_growth) ** time"
_COMMITTED = f"-chips * {YEAR} * length * {{price}} * (1 + rental_price_growth) ** time"
_SPOT = f"-chips * {YEAR} * used_share / spot_goodput * length * {{price}} * (1 + rental_price_growth) ** time"
_HOURS = f"chips * used_share * goodput * {YEAR / 3600} * length"


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
    said: str = ""
    free: bool = False

    @property
    def shown(self) -> float:
        """The value in its JSON unit."""
        return self.value / self.factor


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment of an option, or hours that it delivers: `formula` holds {time} and {length}; without one it is a number."""

    option: str
    line: str
    time: float
    length: float
    amount: float
    formula: str = ""

    @property
    def year(self) -> int:
        """The year in which it counts; year 0 is the start and what is paid before it."""
        return max(math.ceil(self.time - 1e-9), 0)


@dataclass(frozen=True)
class Live:
    """The numbers of a workbook, in the order in which they are computed."""

    inputs: tuple[Number, ...] = ()
    steps: tuple[Number, ...] = ()
    payments: tuple[Payment, ...] = ()
    hours: tuple[Payment, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    own: str = ""
    rated: bool = False
    names: Mapping[str, Number] = field(default_factory=dict)
    # What scales with the price of the hardware: name of a figure → its share of capital_cost.
    shares: Mapping[str, float] = field(default_factory=dict)


def live(held: Mapping[str, Any]) -> Live:
    """The numbers behind a memo's JSON; empty where its estimate cannot be computed again."""
    from cluster_calc.replay import result_from

    try:
        result = result_from(held["estimate"])
        plan = _planned(held, result) if held.get("finance") else None
    except (InputError, KeyError):
        return Live()
    steps, opaque = _steps(result)
    names = {step.name: step for step in steps}
    fixed = _behind(result, opaque) | {
        name for name, datum in result.data.items() if QUANTITIES[name].is_date or datum.origin == "computed"
    }
    given = {name: datum for name, datum in result.data.items() if _finite(datum.value)}
    if plan is not None:
        given |= {name: datum for name, datum in plan.inputs.items() if _finite(datum.value)}
        fixed |= STRUCTURE
    inputs = {name: _input(name, float(datum.value), datum.origin) for name, datum in given.items()}
    payments: list[Payment] = []
    hours: list[Payment] = []
    options: dict[str, str] = {}
    shares: dict[str, float] = {}
    own = ""
    if plan is not None:
        sources = _Sources(result, plan, inputs, names)
        fixed |= _behind(result, {"book_value_at_start"}, without=frozenset({"capital_cost"}))
        payments, hours, options = sources.ledger(held)
        own = sources.own
        shares = sources.shares()
    used = _used([*(step.formula for step in steps), *(entry.formula for entry in (*payments, *hours))]) | {RATE}
    inputs = {
        name: Number(entry.name, entry.label, entry.value, entry.unit, entry.factor, entry.display, "", entry.said,
                     name in used and name not in fixed)
        for name, entry in inputs.items()
    }  # fmt: skip
    return Live(
        tuple(inputs.values()), steps, tuple(payments), tuple(hours), options, own, bool(held.get("discount_rate_given")),
        {**names, **inputs}, shares,
    )  # fmt: skip


def _planned(held: Mapping[str, Any], result: Result) -> Finance | None:
    """The finance behind the JSON; None where it comes out otherwise today."""
    plan = cash_flow.plan(result.scenario, result=result)
    asked = {
        name: plan.inputs[name].with_(value=float(entry["value"]) * QUANTITIES[name].factor)
        for name, entry in held["finance"]["inputs"].items()
        if name in plan.inputs and not _same(plan.inputs[name].value / QUANTITIES[name].factor, entry["value"])
    }
    for entry in held["finance"]["rent"]:
        name, _ = WAYS.get(str(entry["term"]), ("", False))
        if name and entry["term"] not in {known.rent.term for known in plan.alternatives}:
            asked[name] = plan.inputs[RATE].with_(name=name, value=float(entry["price"]) / HOUR)
    if asked:  # the horizon of another option, for example, or the price of a way to rent that the estimate did not use
        merged = result.scenario
        data = {**merged.data, **asked}
        plan = cash_flow.plan(type(merged)(merged.settings, data, merged.texts, merged.origins), result=result)
    return plan if _same(plan.npv, held["finance"]["own"]["npv"]) else None


def _finite(value: Any) -> bool:
    return value is not None and not getattr(value, "shape", ()) and math.isfinite(float(value))


def _same(one: float, other: Any) -> bool:
    return isinstance(other, (int, float)) and math.isclose(one, other, rel_tol=SAME, abs_tol=1e-6)


def _input(name: str, value: float, said: str) -> Number:
    known = QUANTITIES[name]
    unit = "days since 1970" if known.is_date else known.unit
    return Number(name, known.label, value, unit, 86400.0 if known.is_date else known.factor, known.display, said=said)


def _steps(result: Result) -> tuple[tuple[Number, ...], set[str]]:
    """Every formula that has a value, and the names of those that a spreadsheet cannot hold."""
    found, opaque = [], set()
    for step in result.model.plan(result.data):
        value = result.values.get(step.name)
        if not _finite(value):
            continue
        known = QUANTITIES[step.name]
        try:
            if not all(_finite(result.values.get(name)) for name in step.inputs):
                raise Untranslatable("an input has no value")
            formula = translated(step.formula)
        except Untranslatable:
            formula = ""
            opaque.add(step.name)
        entry = _input(step.name, float(value), "")
        found.append(Number(step.name, known.label, entry.value, entry.unit, entry.factor, known.display, formula))
    return tuple(found), opaque


def _behind(result: Result, names: set[str], without: frozenset[str] = frozenset()) -> set[str]:
    """The inputs that these figures rest on, not looking through those of `without`."""
    found: set[str] = set()
    wanted = [part for name in names if name in result.model.steps for part in result.model.steps[name].inputs]
    while wanted:
        name = wanted.pop()
        if name in found or name in without:
            continue
        found.add(name)
        if name not in result.data and name in result.model.steps:
            wanted += result.model.steps[name].inputs
    return found & set(result.data)


def _used(formulas: Sequence[str]) -> set[str]:
    """The quantities that the formulas name."""
    import re

    return {name for formula in formulas for name in re.findall(r"[a-z_][a-z0-9_]*", formula)}


class _Sources:
    """Where the payments of each option come from."""

    def __init__(self, result: Result, plan: Finance, inputs: dict[str, Number], steps: Mapping[str, Number]) -> None:
        self.result, self.plan, self.inputs, self.steps = result, plan, inputs, steps
        self.own = ""

    def ledger(self, held: Mapping[str, Any]) -> tuple[list[Payment], list[Payment], dict[str, str]]:
        """Payments and delivered hours of every option whose total the payments give, and the options' titles."""
        payments: list[Payment] = []
        hours: list[Payment] = []
        titles: dict[str, str] = {}
        told = [(name, entry) for name, entry in held["options"].items() if entry.get("total") is not None]
        for option, entry in told:
            flows, owner = self._flows(option, entry)
            if flows is not None:
                titles[option] = str(entry["title"])
                if owner is self.plan:
                    self.own = option
                payments += [self._payment(option, flow, owner) for flow in self._with_absent(flows, owner)]
                hours += self._hours(option, owner if isinstance(owner, Finance) else self.plan)
        if not self.own:  # the cash by year is of owning, whether or not it is among the options
            self.own, titles[OWN] = OWN, "Own"
            payments += [self._payment(OWN, flow, self.plan) for flow in self._with_absent(self.plan.flows, self.plan)]
            hours += self._hours(OWN, self.plan)
        return payments, hours, titles

    def _with_absent(self, flows: Sequence[Flow], owner: Any) -> list[Flow]:
        """The flows, and those that are nothing today but would be something at another input."""
        found = list(flows)
        if owner is not self.plan:
            return found
        lines = {flow.line for flow in flows}
        years = [(flow.time, flow.line) for flow in flows if flow.line == "electricity"]
        if "deposit" not in lines:
            found.insert(0, Flow("deposit", -float(self.plan.inputs["deposit_lead"].value) / YEAR, 0.0))
        if "operations" not in lines and "operations_cost" in {**self.inputs, **self.steps}:
            found += [Flow("operations", time, 0.0) for time, _ in years]
        return found

    def _flows(self, option: str, entry: Mapping[str, Any]) -> tuple[Sequence[Flow] | None, Any]:
        for owner in self._owners(option):
            if _same(-sum(flow.amount for flow in owner.flows), entry["total"]) and (
                entry.get("npv") is None or _same(owner.npv, entry["npv"])
            ):
                return owner.flows, owner
        return None, None

    def _owners(self, option: str) -> Iterator[Any]:
        """What may stand behind an option: the plan, its ways to rent, or another chip on the same demand."""
        chip = option.partition(":")[2]
        if not chip:
            yield self.plan
            yield from self.plan.alternatives
            return
        scenario = self.result.scenario
        settings = {**scenario.settings, "chip": chip, "ranges": False}
        data = {**scenario.data, "horizon": self.plan.inputs["horizon"]}
        try:
            yield cash_flow.plan(type(scenario)(settings, data, scenario.texts, scenario.origins))
        except InputError:
            return

    def _payment(self, option: str, flow: Flow, owner: Any) -> Payment:
        length = self._length(flow.time)
        text = ""
        if owner is self.plan:
            text = self._matching(_OWNED.get(flow.line, ()), flow.time, length, flow.amount)
            if not text and flow.line not in ("electricity", "operations"):
                # Refreshes and what is left at the end: a share of the price, at an age that does not move.
                capital = self.steps.get("capital_cost") or self.inputs.get("capital_cost")
                text = f"{flow.amount / capital.value:.12g}*capital_cost" if capital and capital.value else ""
        elif not isinstance(owner, Finance):
            price = self._price(owner.rent)
            shape = _COMMITTED if owner.rent.committed else _SPOT if owner.rent.term == "spot" else _RENTED
            text = self._matching((shape.format(price=price),), flow.time, length, flow.amount)
        return Payment(option, flow.line, flow.time, length, flow.amount, text)

    def _price(self, rent: Any) -> str:
        """The name of a rent's price; a price of its own where the estimate's is another."""
        name = str(rent.datum.name)
        base = rent.price / HOUR
        if name in self.inputs and _same(self.inputs[name].value, base):
            return name
        own = f"rent_{rent.term.replace('-', '_')}"
        self.inputs[own] = Number(own, f"rent {rent.term.replace('-', ' ')}", base, "USD/chip/hour", 1 / HOUR, "price",
                                  said=str(rent.datum.origin))  # fmt: skip
        return own

    def _length(self, time: float) -> float:
        """The share of a year that a payment at this time stands for."""
        years = float(self.plan.inputs["horizon"].value) / YEAR
        start = max(math.ceil(time - 1e-9) - 1, 0)
        return max(min(1.0, years - start), 0.0)

    def _matching(self, shapes: Sequence[str], time: float, length: float, amount: float) -> str:
        """The first shape that gives the amount, as a spreadsheet writes it; empty where none does."""
        known = {name: entry.value for name, entry in {**self.steps, **self.inputs}.items()}
        for shape in shapes:
            tree = ast.parse(shape, mode="eval")
            named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - {"min"}
            if not named <= {*known, "time", "length"}:
                continue
            value = eval(
                compile(tree, "shape", "eval"), {"__builtins__": {}, "min": min}, {**known, "time": time, "length": length}
            )
            if _same(value, amount):
                return written(tree.body, bound={**{name: name for name in known}, "time": "{time}", "length": "{length}"})
        return ""

    def _hours(self, option: str, plan: Finance) -> list[Payment]:
        """The chip-hours delivered in each year; they are discounted as money is."""
        years = float(plan.inputs["horizon"].value) / YEAR
        found = []
        for year in range(math.ceil(years - 1e-9)):
            length = min(1.0, years - year)
            time = year + (length / 2 if plan.timing == "mid-year" else length)
            amount = plan.delivered_hours * length / years
            text = self._matching((_HOURS,), time, length, amount) if plan is self.plan else ""
            found.append(Payment(option, "delivered chip-hours", time, length, amount, text))
        return found

    def shares(self) -> dict[str, float]:
        """Depreciation and book values as shares of the price, where they come from nothing else."""
        typed = {"depreciation", "depreciation_rate", "hardware_charge", "book_value_at_start"} & set(self.result.data)
        capital = self.steps.get("capital_cost")
        if typed or capital is None or not capital.value:
            return {}
        found = {}
        for row in self.plan.by_year():
            for line in ("depreciation", "book_value"):
                found[f"years.{row['year']}.{line}"] = float(row[line]) / capital.value
        return found
