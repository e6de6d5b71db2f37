"""The trace of a value of a result, from the plan that computed it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.estimation.trace import Trace
from cluster_calc.model.expression import formula_text
from cluster_calc.quantities.display import NOT_FOUND, shown
from cluster_calc.quantities.nomenclature import QUANTITIES, quantity, resolve

if TYPE_CHECKING:
    from cluster_calc.estimation.result import Result


def trace(result: Result, name: str) -> Trace:
    """The trace of a value of a result; a name that is no part of it raises with the nearest that is."""
    key = resolve(name)
    steps = {step.name: step for step in result.model.plan(result.data)}

    def value_of(entry: str) -> float | None:
        base = result.values.get(entry)
        return None if base is None or getattr(base, "shape", None) else float(base) / quantity(entry).factor

    def node(entry: str) -> Trace:
        known = QUANTITIES[entry]
        base = result.values.get(entry)
        common: dict[str, Any] = {
            "name": entry,
            "label": known.label,
            "value": value_of(entry),
            "unit": known.unit,
            "display": shown(entry, base, 4),
        }
        if entry in result.data:
            datum = result.data[entry]
            replaced = entry in result.model.formulas and datum.origin not in ("default", "catalog")
            return Trace(**common, datum=datum, note="given: replaces its formula" if replaced else datum.note)
        step = steps.get(entry) or result.model.steps.get(entry)
        if step is None:
            return Trace(**common, note=result.missing.get(entry, NOT_FOUND))
        found = result.found.get(entry)
        note = found.note if found is not None else ""
        return Trace(
            **common,
            datum=found,
            formula=formula_text(step.formula),
            numbers=formula_text(step.formula, lambda word: shown(word, result.values.get(word), 4)),
            about=(inspect.getdoc(step.formula) or "").split("\n")[0],
            defined_in=step.formula.__module__.removeprefix("cluster_calc."),
            inputs=tuple(node(part) for part in step.inputs),
            note=note if entry in result.values else result.missing.get(entry, NOT_FOUND),
        )

    if key not in result.values and key not in result.missing and key not in result.model.steps:
        known = [*result.data, *result.results]
        raise InputError(f"{quoted(name)} is no part of this estimate.{did_you_mean(key, known)}")
    return node(key)
