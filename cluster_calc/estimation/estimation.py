"""The public verb `estimate`: what was given, the catalog and the defaults → one Result.

Which formulas make the model follows from what was given (`mode_of`); everything else is looked up, evaluated once on
floats, and, when there are ranges, again on blocks of draws.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.chips import Chip
from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError, UndeterminedError, quoted
from cluster_calc.estimation import consistency, feasibility, idle, plausible, remarks
from cluster_calc.estimation.feasibility import SERVED
from cluster_calc.estimation.limits import CONSTRAINTS
from cluster_calc.estimation.lookup import Finder, kept_power_factor
from cluster_calc.estimation.modes import EXAMPLE, listed, mode_of
from cluster_calc.estimation.parts import depreciation, workload
from cluster_calc.estimation.parts.seen_mfu import likely_causes
from cluster_calc.estimation.remarks import HOW_TO_SUPPLY
from cluster_calc.estimation.result import Result
from cluster_calc.estimation.verdict import Constraint
from cluster_calc.model.contradictions import contradictions
from cluster_calc.model.graph import Model
from cluster_calc.model.implicit import Implicit
from cluster_calc.model.sets import model_of
from cluster_calc.performance import conventions
from cluster_calc.quantities import dates
from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities import settings as quantities_settings
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.nomenclature import QUANTITIES, TWINS, quantity
from cluster_calc.scenario import layers as scenarios
from cluster_calc.scenario.scenario import Scenario

if TYPE_CHECKING:
    from cluster_calc.estimation.trace import Trace

# Leaves whose absence means that the reader did not ask, not that a figure is missing.
_OPTIONAL = frozenset(
    {"parameters", "active_parameters", "tokens", "start", "time_allowed", "training_time", "purchase_date"}
) | {limit for limit, _, _ in CONSTRAINTS.values()}


def estimate(
    *,
    chip: str | None = None,
    precision: str | None = None,
    scenario: str | Path | Mapping[str, Any] | None = None,
    **given: Any,
) -> Result:
    """What a run or a cluster takes: time, chips, money, power, share of shipments.

    Quantities are given by their contract names (or `flop`, `params`, `days`) as text with units, bare numbers where a
    bare number is allowed, pint quantities, or arrays; settings (`ranges`, `draws`, `seed`, `as_of`, `strict`,
    `price_basis`, `analyst_estimates`, `keep_both`, `resize`) by theirs. `scenario` is a TOML file of the same names.
    Raises InputError for what cannot be used.

    >>> result = estimate(training_compute="2e25 FLOP", chip="h100", time_allowed="90 days", mfu=0.4)
    >>> result["training_time"].units == result["time_allowed"].units
    True
    """
    settings = {"chip": chip, "precision": precision, **given}
    named = {name: value for name, value in settings.items() if value is not None}
    return run(scenarios.gather(named, origin="call", file=scenario))


def explain(name: str, *, scenario: str | Path | Mapping[str, Any] | None = None, **given: Any) -> Trace:
    """The tree of formulas, numbers and sources behind one figure of an estimate.

    >>> explain("capital_cost", chip="h100", chips=8).formula
    'chips × all_in_price'
    """
    found: Trace = estimate(scenario=scenario, **given).explain(quantity(name).name)
    return found


def run(merged: Scenario, book: Catalog | None = None, *, probing: bool = False) -> Result:
    """Evaluate a merged scenario; `probing` asks how the model is made and takes values that cannot be."""
    book = book or catalog()
    settings, given = merged.settings, dict(merged.data)
    for other, name in TWINS.items():
        if other in given and name in given:
            raise InputError(
                f"{other} and {name} are both given and mean the same ({listed(given, other, name)}); leave one out"
            )
        if other in given:
            given[name] = given.pop(other).with_(name=name)
    if "model" in settings:
        from cluster_calc.catalog import model_figures

        given = model_figures.completed(given, settings, book)
    if "recipe" in settings:
        from cluster_calc.catalog.model_figures import with_recipe

        given = with_recipe(given, settings["recipe"], book)
    consistency.refuse_answers(given)
    if {"all_in", "bare", "without"} & settings.keys() or "staff_density" in given:
        from cluster_calc.estimation.parts import upkeep

        given = upkeep.completed(given, settings, book)
    given = workload.fed_by_steps(given)
    mode, sets = mode_of(given, settings)
    if "acquire" in settings:
        sets = tuple("rented-run" if name == "run" else name for name in sets)
    law = None
    if settings.get("scaling_law"):
        from cluster_calc.estimation.parts import scaling_law

        law = scaling_law.law_of(settings["scaling_law"], book)
        sets = scaling_law.sets_in(law, sets, given)
    if "chip" not in settings and settings.get("server", "default") != "default":
        from cluster_calc.estimation.parts.server import chip_of_server

        settings = {**settings, "chip": chip_of_server(book, settings["server"])}
    if "chip" not in settings:
        raise UndeterminedError(f"no chip: say which accelerator with --chip, for example `{EXAMPLE}`")
    if "training_time" in given:
        given["time_allowed"] = given.pop("training_time").with_(name="time_allowed")
    if _mfu_is_implied(mode, sets, given, settings) and "goodput" not in given:
        given["goodput"] = Datum(
            "goodput", 1.0, Source("convention", title="goodput is 1 in an implied MFU unless given"),
            origin="default", kind="convention", confidence="high",
        )  # fmt: skip
    dated = depreciation.dated_names(settings)
    by_date = "deadline" in given or dated.intersection(given) or settings.get("electricity_price_path")
    if by_date and "start" not in given:
        today = settings.get("as_of") or datetime.date.today().isoformat()
        given["start"] = Datum(
            "start", dates.days_of(today) * 86400.0, Source("convention", title="a run without a start begins today"),
            origin="default", kind="choice", as_of=today,
        )  # fmt: skip
    if "deadline" in given and np.all(given["deadline"].value <= given["start"].value):
        raise InputError(f"deadline is not after start: {listed(given, 'start', 'deadline')}; give a later --deadline")
    if "parameters" in given and "active_parameters" in given and remarks.largest(
        given["active_parameters"].value - given["parameters"].value) > 0:  # fmt: skip
        raise InputError(
            f"active_parameters are more than there are: {listed(given, 'parameters', 'active_parameters')}; "
            "give --params the total"
        )
    item = book.chip(settings["chip"])
    served = None
    if mode == "serve":
        from cluster_calc.estimation.parts import serving

        served = serving.part(given, settings, item, book)
        settings = {name: value for name, value in settings.items() if name != "precision"}
    precision = item.precision(settings.get("precision"))
    if precision not in item.peaks and "peak_throughput" not in given and settings.get("precision"):
        raise InputError(
            f"precision: {item.name} has no {quoted(precision)} peak in the catalog; it has {', '.join(item.peaks) or 'none'}"
        )
    preset, told = depreciation.preset(settings, item, given, book, mode)
    from cluster_calc.estimation.parts import default_mfu, failures, predicting

    causes = failures.asked(given, settings) and mode != "cluster"
    # Chips and goodput depend on each other, so the chips are searched; the formulas would form a circle.
    # So do chips and a predicted MFU.
    searches: tuple[Implicit, ...] = ()
    job = (
        predicting.Subject(given, None, False)
        if served
        else predicting.subject(given, settings, item, precision, mode, book)
    )
    given, settings = job.given, {**settings, "predict_mfu": True} if job.predicted else settings
    if mode == "fixed-time" and (causes or settings.get("predict_mfu")):
        searches, sets = (failures.SIZED,), tuple(name for name in sets if name != "sizing")
    if causes:
        sets += failures.sets_of(given, settings)
    described = workload.additions(mode, sets, {} if served else given, settings, item)
    if served:
        described.preset.update(served.preset)
        described.warnings += served.warnings
        searches = served.searches
    if settings.get("predict_mfu"):
        from cluster_calc.catalog import model_figures
        from cluster_calc.performance.training import predicted

        searches += predicted.steps_of(
            given, settings, item, mode, job.shapes, model_figures.is_frozen(settings.get("recipe"), book)
        )
        described.added.append("predicted")
        described.preset["prediction_ratio"] = predicted.ratio(job.shapes, job.run)
    elif not served:
        usual = book.kept_default("mfu") or default_mfu.default_mfu(given, settings, item, precision, book)
        described.preset.update({} if usual is None else {"mfu": usual})
    described.warnings += job.told
    if described.spread:
        from cluster_calc.performance.training import spread

        searches += spread.steps_of(given, described.preset, item)
    limits = feasibility.sets_of(mode, sets, given, causes)
    sets = (*(name for name in sets if name not in described.dropped), *described.added, *limits)
    preset = {**described.preset, **feasibility.presets(given, settings, item, book), **preset}
    sets += depreciation.sets_of(settings, item, given, mode)
    if settings.get("electricity_price_path"):
        from cluster_calc.estimation.parts import price_path

        searches += tuple(
            step for step in price_path.steps_of(settings, given, book) if step.__name__ in model_of(*sets).names
        )
    given |= kept_power_factor(given, preset, item)
    finder = Finder(book, item, precision, merged, given, {**preset, **(law.figures if law else {})})
    finder.warnings += told
    follows = consistency.settled((*sets, *searches), finder)
    for step in follows:
        given.pop(step.__name__, None)
    model = model_of(*sets, *searches, *follows)
    data = finder.fill(model)
    known = {name: datum.value for name, datum in data.items() if datum.value is not None}
    values = model.evaluate(known)
    if served:
        serving.refuse_unplanned(given, values, str(settings["model"]), item)
    refuse_unfound(model, known, values)
    undefined = _undefined(model, values, data)
    for name in undefined:
        del values[name]
    if not probing:
        consistency.check(model, values, data, item, precision)
        _check(values, data, mode, item, precision)
    depreciation.check(values, settings)
    used = {name: datum for name, datum in data.items() if name in given or _is_used(model, name, given)}
    missing = _missing(model, values, item) | undefined
    result = Result(
        chip=item, precision=served.precision if served else precision, mode=mode, model=model, values=values,
        data={name: used[name] for name in QUANTITIES if name in used}, missing=missing,
        warnings=(), notes=tuple(finder.notes), feasibility=(), scenario=merged,
        found={name: step.datum(values) for name, step in model.implicit.items() if name in values and name not in known},
    )  # fmt: skip
    ranged = [name for name, datum in used.items() if datum.has_range and (name in given or settings.get("ranges"))]
    arrays = [name for name in used if getattr(used[name].value, "shape", ())]
    if ranged and arrays:
        raise InputError(f"ranges are drawn for one estimate at a time: {arrays[0]} is an array, {ranged[0]} a range")
    if ranged:
        from cluster_calc.estimation.drawing import drawn, without_constants

        result = without_constants(drawn(result, ranged, settings))
    elif settings.get("correlate"):
        raise InputError("correlate: no input has a range to correlate; give ranges with LOW..HIGH, or use --ranges")
    elif settings.get("ranges"):
        finder.warnings.append("no input has a range to draw from")
    elif asked := [name for name in ("draws", "percentiles") if settings.get(name)]:
        finder.warnings.append(f"{' and '.join(asked)}: nothing varies; give a range with LOW..HIGH, or --ranges")
    checked = feasibility.checked(result, given)
    constraints = tuple(
        _constraint(name, result, given, checked) for name in CONSTRAINTS if served or name not in SERVED
    )
    if law is not None:
        finder.warnings += scaling_law.warnings(law, values)
        result = replace(result, notes=(*result.notes, f"scaling law: {law.name}; {law.note}".rstrip("; ")))
    result = replace(result, feasibility=constraints, stale=remarks.stale(result, settings, book))
    warnings = (
        *finder.warnings,
        *remarks.warnings(result, given),
        *plausible.warnings(result, given),
        *remarks.overlaid(result),
        *remarks.later(result, settings, book),
        *idle.lines(result),
        *depreciation.warnings(result),
        *described.warnings,
        *(doubt for step in model.implicit.values() for doubt in step.doubts(values)),
        *conventions.warnings(values, settings, data),
        *feasibility.warnings(result),
        *remarks.aged(result),
    )
    result = replace(result, warnings=warnings)
    if settings.get("strict"):
        remarks.strict(result)
    return result


def refuse_unfound(model: Model, known: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Raise InputError where a search finds nothing, for one estimate or for every element of an array."""
    for name in model.implicit:
        step = model.step(name, known)
        if step is None or name in known:
            continue
        if name not in values:
            model.implicit[name].refuse_missing(model.missing_behind(name, values))
        elif np.all(np.isnan(values[name])):
            step.formula.refuse(values)  # type: ignore[attr-defined]


def _mfu_is_implied(mode: str, sets: tuple[str, ...], given: Mapping[str, Datum], settings: Mapping[str, Any]) -> bool:
    """Whether the MFU follows from chip time and compute, as chips, time and compute imply it."""
    from cluster_calc.estimation.parts import failures

    known = "compute" in sets and "accelerator_time" in given and "mfu" not in given and not settings.get("predict_mfu")
    return (mode == "observed" or known) and not failures.asked(given, settings)


def _is_used(model: Model, name: str, given: Mapping[str, Datum]) -> bool:
    """Whether some formula that runs, or could run, reads the leaf."""
    return any(name in step.inputs for step in model.steps.values() if step.name not in given) or name in model.steps


def _undefined(model: Model, values: Mapping[str, Any], data: Mapping[str, Datum]) -> dict[str, str]:
    """The ratios to a run cost of nothing: there is no such number, and that is no fault of the inputs."""
    cost = values.get("run_cost")
    if cost is None or getattr(cost, "shape", None) or cost != 0:
        return {}
    return {
        step.name: f"{step.name} is undefined: run_cost is 0"
        for step in model.plan(data)
        if "run_cost" in step.inputs and step.name in values and not math.isfinite(values[step.name])
    }


def _check(values: Mapping[str, Any], data: Mapping[str, Datum], mode: str, item: Chip, precision: str) -> None:
    """What the inputs imply must itself be possible; of an array what they contradict is left empty."""
    empty = contradictions(values, mode == "observed").values() if any(map(np.ndim, values.values())) else ()

    def sound(value: Any) -> bool:
        if isinstance(value, float):
            return math.isfinite(value)
        return bool(np.all(reduce(np.logical_or, empty, np.isfinite(value))))

    for name, value in values.items():
        if name not in data and not sound(value):
            raise InputError(f"{name} comes out beyond what a number can hold: an input is out of proportion")
    if mode == "observed" and np.any(np.asarray(values.get("implied_mfu", 0.0)) > 1):
        from cluster_calc.quantities.display import shown

        parts = ", ".join(f"{name} {shown(name, values[name])}" for name in
                          ("training_compute", "chips", "training_time", "peak_throughput", "goodput") if name in values)  # fmt: skip
        implied = float(np.max(values["implied_mfu"]))
        raise InputError(
            f"implied_mfu: chips, time and compute imply {implied:.3g}, above the possible 1 ({parts}). "
            f"Likely causes: {likely_causes(implied, values, item, precision)}; or too few chips are given"
        )


def _missing(model: Model, values: Mapping[str, Any], item: Chip) -> dict[str, str]:
    """Every result or catalog figure without a value, with what is not known and how to supply it."""

    def reason(leaf: str) -> str:
        return f"{leaf} not found for {item.name}: supply {HOW_TO_SUPPLY.get(leaf, quantity(leaf).option)}"

    missing = {
        leaf: reason(leaf)
        for leaf in HOW_TO_SUPPLY
        if leaf not in values and any(leaf in step.inputs for name, step in model.steps.items() if name not in values)
    }
    for name in model.steps:
        if name not in values:
            lacking = model.missing_behind(name, values)
            if lacking and not _OPTIONAL.intersection(lacking):
                missing[name] = "; ".join(map(reason, lacking))
    return missing


def _constraint(name: str, result: Result, given: Mapping[str, Datum], checked: frozenset[str]) -> Constraint:
    from cluster_calc.quantities.display import exact

    limit, _, margin_name = CONSTRAINTS[name]
    if name not in checked:
        return Constraint(name, None, None, None)
    at = given[limit].value if limit in given else result.values[limit]
    bound = (
        exact(limit, at)
        if not np.ndim(at)
        else f"{exact(limit, float(np.min(at)))} to {exact(limit, float(np.max(at)))}"
    )
    if limit in quantities_settings.YARDSTICKS and given[limit].label:
        bound += f" ({given[limit].label})"
    margin = result.values.get(margin_name)
    if margin is None:
        return Constraint(name, bound, None, None)
    lowest = float(min(margin.flat)) if hasattr(margin, "flat") else float(margin)
    probability = None
    if margin_name in result.samples:
        from cluster_calc.draws.statistics import share_at_least

        probability = share_at_least(result.samples[margin_name])
    counted = feasibility.counted(result) if name == "memory" else ""
    return Constraint(name, bound, lowest, lowest >= -1e-12, probability, counted)
