"""The JSON of a memo: every figure that its text says, once, under names that last."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cluster_calc.estimation.as_json import as_dict
from cluster_calc.estimation.lines import bills
from cluster_calc.estimation.result import Result
from cluster_calc.investment import as_json as finance_report
from cluster_calc.investment.flows import MONTHS, PURCHASE, SALE, table
from cluster_calc.procurement.dates import decided, delivery_of
from cluster_calc.procurement.demand import demand_of
from cluster_calc.procurement.subject import CONFIDENCE, Subject, aace, asked, resale, run_end
from cluster_calc.quantities.display import in_unit
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.studies.influence import Switch, relative_swings
from cluster_calc.version import __version__

SCHEMA = "cluster-calc/memo/1"


def data_of(subject: Subject, gaps: Sequence[str]) -> dict[str, Any]:
    """The whole memo in figures."""
    result, plan, best, extra = subject.result, subject.plan, subject.best, subject.extra
    rents = subject.rents
    delivery = delivery_of(result, subject.case.book)
    found: dict[str, Any] = finite({
        "schema": SCHEMA,
        "version": __version__,
        "date": subject.today,
        "decision_date": decided(extra, subject.today),
        "estimate": as_dict(result),
        "finance": finance_report.as_dict(plan) if plan else None,
        "finance_missing": subject.case.why,
        "discount_rate_given": subject.rated,
        "ask": asked(subject),
        "demand": demand_of(extra, result),
        "calendar": [
            {"first_month": use.first * MONTHS, "last_month": use.last * MONTHS, "share": use.share} for use in rents.uses
        ] if rents else [],
        "options": {way.name: way.as_dict() for way in subject.ways},
        "recommended": best.name if best else None,
        "percentiles": {
            name: {
                "base": result.in_unit(name), "p50": result.percentile(name, 50.0),
                "p80": result.percentile(name, CONFIDENCE), "contingency": result.contingency(name, CONFIDENCE),
                "base_percentile": result.base_percentile(name),
            }
            for name in certain(result)
            if name in result.values and name in QUANTITIES
        },
        "shares": shares(result),
        "opex": opex_of(subject),
        "rents": {entry.rent.term: table(entry.flows) for entry in rents.ways} if rents else {},
        "rates": {name: {"value": in_unit(name, datum.value), "unit": QUANTITIES[name].unit} for name, datum in rents.inputs.items()}
        if rents else {},
        "cash_npv": subject.owned.npv if subject.owned is not None and subject.rated else None,
        "resale": resale(subject),
        "waiting": subject.waiting.as_dict(),
        "risks": [risk.as_dict() for risk in subject.risks],
        "tax": subject.tax.as_dict() if subject.tax else None,
        "existing_fleet": subject.fleet.as_dict(),
        "moves": moves(result),
        "switches": switching(subject.switches),
        "quotes": [quote.as_dict() for quote in subject.quotes],
        "delivery": {
            "weeks": delivery.time / 604800, "supply_weeks": None if delivery.supply is None else delivery.supply / 604800,
            "lead_weeks": delivery.lead / 604800, "lead_years": delivery.lead / (365.25 * 86400.0),
            "late_weeks": delivery.late_lead / 604800, "output_share": delivery.share, "quoted": delivery.quoted,
            "installation_weeks": float(delivery.installation.value) / 604800,
            "source": delivery.datum.source.id, "as_of": delivery.datum.as_of, "run_ends": run_end(subject),
            "installation_as_of": delivery.installation.as_of,
        },
        "aace_class": aace(subject)[0],
        "gaps": list(gaps),
    })  # fmt: skip
    return found


def finite(value: Any) -> Any:
    """JSON knows no number that is not finite: it stands as null, as text does for it.

    >>> finite({"a": [1.0, math.inf]})
    {'a': [1.0, None]}
    """
    if isinstance(value, dict):
        return {key: finite(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def shares(result: Result) -> dict[str, dict[str, float]]:
    """The share of every line in its total, by the total's name."""
    found: dict[str, dict[str, float]] = {}
    for lines, total, _ in bills(result):
        whole = result.values.get(total)
        if whole:
            found[total] = {name: float(result.values[name]) / float(whole) for name in lines if name in result.values}
    return found


def certain(result: Result) -> tuple[str, ...]:
    """The totals whose percentiles a memo states, the cash that is asked for first."""
    owned = ("new_capital",) if result.values.get("owned_chips") else ()
    return (*owned, "capital_cost", "project_capital", "run_cost")


def opex_of(subject: Subject) -> dict[str, float]:
    """Running costs of the first year as cash, by line, and their sum; empty where the plan has none."""
    owned = subject.owned
    if owned is None:
        return {}
    year = table(owned.flows)[1:2]
    lines = {name: -row[name] for row in year for name in row
             if row[name] and name not in PURCHASE | SALE | {"year", "cash", "cumulative", "depreciation"}}  # fmt: skip
    return {**lines, "total": sum(lines.values())} if lines else {}


def moves(result: Result) -> dict[str, dict[str, float]]:
    """How far each ranged input alone moves the target at the ends of its range, as shares of the base."""
    target = moved_target(result)
    return {name: {"low": low, "high": high} for name, low, high in relative_swings(result, target)} if target else {}


def moved_target(result: Result) -> str:
    """What the sensitivities are of; empty where nothing is computed."""
    return next((name for name in ("run_cost", "capital_cost") if name in result.values), "")


def switching(found_switches: Sequence[Switch]) -> dict[str, dict[str, Any]]:
    """The switching values, by name and verdict, in JSON units."""
    found = {}
    for entry in found_switches:
        factor = QUANTITIES[entry.name].factor
        found[f"{entry.name}: {entry.verdict}"] = {
            "name": entry.name, "unit": QUANTITIES[entry.name].unit, "base": entry.base / factor,
            "value": entry.value / factor, "verdict": entry.verdict,
        }  # fmt: skip
    return found
