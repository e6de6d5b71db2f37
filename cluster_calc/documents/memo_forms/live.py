"""What a memo's workbook computes by itself: inputs that a reviewer may change, the model's formulas, every payment.

All of it is made of the memo's JSON. A formula stands only where it gives the JSON's own figure; where it would not, the
figure stands as a number, and the inputs behind it are marked as fixed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeGuard

from cluster_calc.catalog.book import Catalog
from cluster_calc.documents.memo_forms.ledger import RATE, Ledger, Number, Payment, same
from cluster_calc.errors import InputError
from cluster_calc.estimation.replay import base_of
from cluster_calc.estimation.result import Result
from cluster_calc.investment import cash_flow
from cluster_calc.investment.cash_flow import Finance
from cluster_calc.investment.flows import MONTHS, Use
from cluster_calc.investment.renting import WAYS
from cluster_calc.model.spreadsheet import UntranslatableError, translated
from cluster_calc.quantities.dates import HOUR
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.scenario.scenario import Scenario

# What the payments are made for: the years of the ledger and the age at which hardware is sold do not move with a cell,
# and prices in general also move the growth of other prices where none was given.
STRUCTURE = frozenset({"horizon", "deposit_lead", "hardware_price_growth", "inflation_rate"})


@dataclass(frozen=True)
class Live:
    """The numbers of a workbook, in the order in which they are computed.

    `own` and `colocated` name the options whose payments are those of owning on a site of one's own and on a rented one,
    `rents` those of the ways to rent. `shares` are figures that scale with the price of the hardware, as shares of it.
    """

    inputs: tuple[Number, ...] = ()
    steps: tuple[Number, ...] = ()
    payments: tuple[Payment, ...] = ()
    hours: tuple[Payment, ...] = ()
    own: str = ""
    colocated: str = ""
    rents: Mapping[str, str] = field(default_factory=dict)
    rated: bool = False
    names: Mapping[str, Number] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)


def live(held: Mapping[str, Any]) -> Live:
    """The numbers behind a memo's JSON; empty where its estimate cannot be computed again."""
    try:
        scenario, book, result = base_of(held["estimate"])
        plan = _planned(held, scenario, book, result) if held.get("finance") else None
    except (InputError, KeyError):
        return Live()
    steps, opaque = _steps(result)
    fixed = _behind(result, opaque) | {name for name in result.data if QUANTITIES[name].is_date}
    given = {**result.data, **(plan.inputs if plan else {})}
    if plan is not None and plan.uses:
        # The plan's share follows from its calendar; a typed one would replace that, and the estimate keeps its own.
        given["used_share"] = result.data.get("used_share", given["used_share"])
        fixed.add("used_share")
    values = {name: datum.value for name, datum in given.items()}
    inputs = {name: _input(name, float(value)) for name, value in values.items() if _finite(value)}
    ledger = None
    if plan is not None:
        ledger = Ledger(scenario, plan, inputs, {step.name: step for step in steps})
        ledger.fill(held)
        fixed |= (
            STRUCTURE | ledger.fixed | _behind(result, {"book_value_at_start"}, without=frozenset({"capital_cost"}))
        )
        fixed |= _behind(result, {name for line in ledger.opaque for name in (line, f"{line}_cost")})
    payments, hours = (ledger.payments, ledger.hours) if ledger else ([], [])
    used = _used([*(step.formula for step in steps), *(entry.formula for entry in (*payments, *hours))]) | {RATE}
    inputs = {name: replace(entry, free=name in used and name not in fixed) for name, entry in inputs.items()}
    return Live(
        tuple(inputs.values()), steps, tuple(payments), tuple(hours), ledger.own if ledger else "",
        ledger.colocated if ledger else "", ledger.rents if ledger else {}, bool(held.get("discount_rate_given")),
        {**{step.name: step for step in steps}, **inputs}, ledger.shares(held) if ledger else {},
    )  # fmt: skip


def _planned(held: Mapping[str, Any], scenario: Scenario, book: Catalog, result: Result) -> Finance | None:
    """The finance behind the JSON; None where it comes out otherwise today."""
    uses = tuple(
        Use(float(entry["first_month"]) / MONTHS, float(entry["last_month"]) / MONTHS, float(entry["share"]))
        for entry in held.get("calendar") or ()
    )
    plan = cash_flow.plan(scenario, book, result, uses)
    asked = {
        name: plan.inputs[name].with_(value=float(entry["value"]) * QUANTITIES[name].factor)
        for name, entry in held["finance"]["inputs"].items()
        if name in plan.inputs and not same(plan.inputs[name].value / QUANTITIES[name].factor, entry["value"])
    }
    for entry in held["finance"]["rent"]:
        name, _ = WAYS.get(str(entry["term"]), ("", False))
        price = float(entry["price"])
        if name and not any(
            same(known.rent.price, price) for known in plan.alternatives if known.rent.term == entry["term"]
        ):
            asked[name] = plan.inputs[RATE].with_(name=name, value=price / HOUR)
    if asked:  # the horizon of another option, for example, or the price of a way to rent that the estimate did not use
        data = {**scenario.data, **asked}
        plan = cash_flow.plan(Scenario(scenario.settings, data, scenario.texts, scenario.origins), book, result, uses)
    return plan if same(plan.npv, held["finance"]["own"]["npv"]) else None


def _finite(value: Any) -> TypeGuard[float]:
    return value is not None and not getattr(value, "shape", ()) and math.isfinite(float(value))


def _input(name: str, value: float) -> Number:
    known = QUANTITIES[name]
    unit = "days since 1970" if known.is_date else known.unit
    return Number(name, known.label, value, unit, 86400.0 if known.is_date else known.factor, known.display)


def _steps(result: Result) -> tuple[tuple[Number, ...], set[str]]:
    """Every formula that has a value, and the names of those that a spreadsheet cannot hold."""
    found, opaque = [], set()
    for step in result.model.plan(result.data):
        value = result.values.get(step.name)
        if not _finite(value):
            continue
        try:
            if not all(_finite(result.values.get(name)) for name in step.inputs):
                raise UntranslatableError("an input has no value")
            formula = translated(step.formula)
        except UntranslatableError:
            formula = ""
            opaque.add(step.name)
        found.append(replace(_input(step.name, float(value)), formula=formula))
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
    return {name for formula in formulas for name in re.findall(r"[a-z_][a-z0-9_]*", formula)}
