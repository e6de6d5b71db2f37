"""The options of a memo on equal delivered compute: what each costs, and what cannot be said of it and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cluster_calc.cash_flow import COLOCATE, Finance
from cluster_calc.flows import table
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.result import Result

NO_RATE = "no discount rate was given (--discount-rate, or discount_rate in the memo file)"


@dataclass(frozen=True, slots=True)
class Way:
    """One option: figures in JSON units, None where there is none; `why` says why it has no cost at all."""

    name: str
    title: str
    cash_year_1: float | None = None
    total: float | None = None
    npv: float | None = None
    per_delivered_hour: float | None = None
    exit_cost: float | None = None
    shipment_share: float | None = None
    power: float | None = None
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The option as JSON; costs are positive, the net present value is negative for a cost."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "name"}


@dataclass(frozen=True, slots=True)
class Case:
    """A chip's estimate and its finance, or why it has none."""

    result: Result
    finance: Finance | None
    why: str = ""


def ways(cases: Sequence[Case], rated: bool, wanted: Sequence[str], fleet: str) -> tuple[Way, ...]:
    """Every option asked for (all where none is), in the order of least commitment first."""
    first = cases[0]
    rented = {entry.rent.term: entry for entry in first.finance.alternatives} if first.finance else {}
    left_out = first.finance.left_out if first.finance else {}
    found = [
        Way("do nothing", "Do nothing", why="costs nothing and delivers none of the compute: the need stays unmet"),
        Way("do minimum", "Do minimum: use what there is", why=_minimum(fleet)),
    ]
    for term, title in (
        ("on-demand", "on demand"),
        ("1-year", "1-year"),
        ("3-year", "3-year"),
        ("spot", "spot"),
    ):
        name = f"rent {title}"
        words = f"Rent {title}, {first.result.chip.name}"
        if term not in rented:
            found.append(Way(name, words, why=left_out.get(term) or first.why))
            continue
        entry = rented[term]
        rows = table(entry.flows)
        total = -sum(flow.amount for flow in entry.flows)
        hours = first.finance.delivered_hours if first.finance else 1.0
        left = -sum(row["cash"] for row in rows[2:4]) if term == "3-year" else 0.0
        found.append(
            Way(name, words, -sum(row["cash"] for row in rows[:2]), total, entry.npv if rated else None,
                entry.per_delivered_hour if rated else total / hours, left)
        )  # fmt: skip
    found.append(_colocated(first, rated))
    found += [_bought(case, rated, bool(number)) for number, case in enumerate(cases)]
    return tuple(way for way in found if not wanted or way.name.partition(":")[0] in wanted)


def _minimum(fleet: str) -> str:
    if fleet:
        return f"there is {fleet}; what it could deliver beyond today is not computed, as no estimate of it was given"
    return "the memo file describes no existing_fleet"


def _colocated(case: Case, rated: bool) -> Way:
    """Owned hardware on a rented site."""
    plan = case.finance
    title = f"Buy and colocate, {case.result.chip.name}"
    if plan is None or plan.colocated is None:
        return Way("colocate", title, why=plan.left_out.get(COLOCATE, "") if plan else case.why)
    found = plan.colocated
    rows, total = found.by_year(), -sum(flow.amount for flow in found.flows)
    lost = found.book_values[0] - found.book_values[min(1, len(found.book_values) - 1)]
    return Way(
        "colocate", title, -sum(row["cash"] for row in rows[:2]), total, found.npv if rated else None,
        found.per_delivered_hour if rated else total / plan.delivered_hours, lost,
        _json(case.result, "shipment_share"), _json(case.result, "peak_facility_power"),
    )  # fmt: skip


def _bought(case: Case, rated: bool, other: bool) -> Way:
    result, plan = case.result, case.finance
    title = f"Buy, {result.chip.name}"
    name = f"buy:{result.chip.id}" if other else "buy"
    share, power = _json(result, "shipment_share"), _json(result, "peak_facility_power")
    if plan is None:
        return Way(name, title, shipment_share=share, power=power, why=case.why)
    rows = plan.by_year()
    total = -sum(flow.amount for flow in plan.flows)
    return Way(
        name, title, -sum(row["cash"] for row in rows[:2]), total, plan.npv if rated else None,
        plan.per_delivered_hour if rated else total / plan.delivered_hours,
        plan.book_values[0] - plan.book_values[min(1, len(plan.book_values) - 1)], share, power,
    )  # fmt: skip


def _json(result: Result, name: str) -> float | None:
    value = result.values.get(name)
    return None if value is None else float(value) / QUANTITIES[name].factor


def recommended(found: Sequence[Way], rated: bool) -> Way | None:
    """The option of least cost: by net present value, or by undiscounted cash where no rate was given.

    Capacity that is taken away at any moment does not carry a commitment: spot is shown, not recommended.
    """
    costed = [way for way in found if way.total is not None and way.name != "rent spot"]
    return min(costed, key=lambda way: -(way.npv or 0.0) if rated else (way.total or 0.0), default=None)
