"""A Result as JSON and as CSV rows: the contract's names and units, full precision, null for what is missing."""

from __future__ import annotations

from typing import Any

from cluster_calc.estimation.changes import Change, change_for_all, nearest_change
from cluster_calc.estimation.limits import ADVISORY, CONSTRAINTS
from cluster_calc.estimation.result import SCHEMA, Result
from cluster_calc.estimation.verdict import Constraint
from cluster_calc.quantities.datum import source_of
from cluster_calc.quantities.display import in_unit, json_number
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.version import __version__


def rows(result: Result) -> list[tuple[Any, ...]]:
    """One row for every computed quantity: name, value, unit, p10, p50, p90."""
    found = []
    for name in result.results:
        percentiles = [result.percentile(name, percent) for percent in (10, 50, 90)]
        found.append((name, in_unit(name, result.values.get(name)), QUANTITIES[name].unit, *percentiles))
    return found


def _spread(result: Result, name: str) -> dict[str, Any]:
    """What draws say beyond three percentiles: the mean, where the base sits, standard errors, percentiles asked for."""
    if name not in result.samples:
        return {}
    asked = result.scenario.settings.get("percentiles", ())
    return {
        "mean": result.mean(name),
        "base_percentile": result.base_percentile(name),
        "standard_errors": {f"p{percent}": result.standard_error(name, percent) for percent in (10, 50, 90)},
        **{f"p{percent:g}": result.percentile(name, percent) for percent in asked if percent not in (10, 50, 90)},
    }


def _search(result: Result, name: str) -> dict[str, Any]:
    """Of what a search found: where it comes from, and how."""
    datum = result.found.get(name)
    if datum is None:
        return {}
    return {"source": source_of(datum), **({"note": datum.note} if datum.note else {})}


def _verdict(result: Result) -> dict[str, Any]:
    """Feasible or not (null: nothing was checked, or a figure is missing), what decides, and the one change that mends all."""
    found = result.verdict
    change = change_for_all(result) if found.broken else None
    return {
        "feasible": found.feasible,
        "words": found.word,
        "binding": list(found.binding),
        "change": None if change is None else _change(change),
    }


def _margin(result: Result, entry: Constraint) -> dict[str, Any]:
    """One limit; `rests_on` names the input whose source it has, `change` the nearest input that mends a broken one."""
    from cluster_calc.estimation.feasibility import BEHIND, margin_source

    limit = CONSTRAINTS[entry.constraint][0]
    datum = None
    if entry.limit is not None:
        datum = margin_source(result, entry.constraint) or result.data.get(limit)
        datum = datum or result.data.get(BEHIND.get(entry.constraint, limit))
    found: dict[str, Any] = {
        "constraint": entry.constraint,
        "limit": entry.limit,
        "margin": json_number(entry.margin),
        "holds": entry.holds,
        "probability": json_number(entry.probability),
    }
    if entry.counted:
        found["counted"] = entry.counted
    if entry.limit is not None:
        found |= {"advisory": entry.constraint in ADVISORY, "rests_on": None if datum is None else datum.name}
    if entry.holds is False:
        change = nearest_change(result, entry.constraint)
        found["change"] = None if change is None else _change(change)
    return found


def _change(change: Change) -> dict[str, Any]:
    return {
        "name": change.name,
        "now": in_unit(change.name, change.now),
        "needed": in_unit(change.name, change.needed),
        "unit": QUANTITIES[change.name].unit,
    }


def as_dict(result: Result) -> dict[str, Any]:
    """The result as the contract's JSON object."""
    inputs = {}
    for name, datum in result.data.items():
        entry = {
            "value": in_unit(name, datum.value), "unit": QUANTITIES[name].unit,
            "low": in_unit(name, datum.low), "high": in_unit(name, datum.high),
            "origin": datum.origin, "kind": datum.kind, "source": source_of(datum),
        }  # fmt: skip
        if datum.votes:
            entry["votes"] = datum.votes
        if datum.label:
            entry["label"] = datum.label
        if datum.note:
            entry["note"] = datum.note
        inputs[name] = entry
    return {
        "schema": SCHEMA,
        "version": __version__,
        "catalog_date": result.catalog_date,
        "data_release": result.data_release,
        "seed": result.seed,
        "draws": result.draws,
        "mode": result.mode,
        "chip": {"id": result.chip.id, "name": result.chip.name, "precision": result.precision},
        "inputs": inputs,
        "results": {
            name: {
                "value": value,
                "unit": unit,
                "p10": p10,
                "p50": p50,
                "p90": p90,
                **_spread(result, name),
                **_search(result, name),
            }
            for name, value, unit, p10, p50, p90 in rows(result)
        },
        "verdict": _verdict(result),
        "feasibility": [_margin(result, entry) for entry in result.feasibility],
        "stale": list(result.stale),
        "warnings": list(result.warnings),
        "scenario": {name: _as_typed(text) for name, text in result.scenario.texts.items()},
    }


def _as_typed(text: Any) -> Any:
    return (
        text
        if isinstance(text, (str, int, float, bool, dict))
        else json_number(text)
        if hasattr(text, "dtype")
        else str(text)
    )
