"""The public verb `estimate`: what was given, the catalog and the defaults → one Result.

Which formulas make the model follows from what was given (`mode_of`); everything else is looked up, evaluated once on
floats, and, when there are ranges, again on blocks of draws.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cluster_calc import depreciation, feasibility
from cluster_calc import scenario as scenarios
from cluster_calc.catalog import HOLDS_NETWORK, HOLDS_SERVER, Catalog, Chip, Quote, catalog, day_of
from cluster_calc.datum import Datum, Source
from cluster_calc.errors import InputError, MissingDataError, UndeterminedError, quoted
from cluster_calc.feasibility import ADVISORY, CONSTRAINTS
from cluster_calc.graph import Model, model_of
from cluster_calc.nomenclature import QUANTITIES, Quantity, quantity, resolve
from cluster_calc.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd
    import pint

    from cluster_calc.book.surroundings import Surroundings
    from cluster_calc.trace import Trace

SCHEMA = "cluster-calc/estimate/1"
DEMANDS = ("training_compute", "accelerator_time", "parameters", "tokens", "chips")
# Two names for one thing in base units: a demand given in the one is the other.
SAME = {"chip_hours": "accelerator_time", "petaflops_days": "training_compute"}
EXAMPLE = "cluster-calc estimate --flop 2e25 --chip h100"
# Figures of the chip's file, and the words that say how to supply one that it lacks.
_HOW_TO_SUPPLY = {
    "chip_price": "--chip-price",
    "server_price": "--server-price",
    "rental_price": "--rental-price",
    "tdp": "--tdp",
    "peak_throughput": "--peak-throughput, or another --precision",
}
# Leaves whose absence means that the reader did not ask, not that a figure is missing.
_OPTIONAL = frozenset(
    {"parameters", "active_parameters", "tokens", "start", "time_allowed", "training_time", "purchase_date"}
) | {limit for limit, _, _ in CONSTRAINTS.values()}


class Constraint(NamedTuple):
    """One limit beside what it limits; `holds` is None when it was not given or cannot be checked.

    `probability` is the share of draws in which it holds, under ranges.
    """

    constraint: str
    limit: str | None
    margin: float | None
    holds: bool | None
    probability: float | None = None


@dataclass(frozen=True)
class Result:
    """One estimate: values in base units, the data behind them, and the model that joins them.

    `values` holds every input and result that has a value, `data` the Datum of every input, `missing` the reason for
    every result that has none, `stale` the reason for every input that is older than such a figure keeps. `samples`
    holds the draws of what varies under ranges.
    """

    chip: Chip
    precision: str
    mode: str
    model: Model
    values: Mapping[str, Any]
    data: Mapping[str, Datum]
    missing: Mapping[str, str]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    feasibility: tuple[Constraint, ...]
    scenario: Scenario = field(repr=False)
    stale: Mapping[str, str] = field(default_factory=dict)
    samples: Mapping[str, Any] = field(default_factory=dict, repr=False)
    draws: int = 0
    seed: int | None = None
    batches: int = field(default=0, repr=False)
    _cache: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, name: str) -> pint.Quantity[Any]:
        """A value as a pint quantity in its JSON unit."""
        from cluster_calc.units import registry

        known = quantity(name)
        if known.is_date:  # days since 1970-01-01
            return registry().Quantity(self.in_unit(known.name) / 86400.0, "day")
        return registry().Quantity(self.in_unit(known.name), "" if known.unit == "1" else known.unit)

    def in_unit(self, name: str) -> Any:
        """A value in its JSON unit; KeyError with the reason when it has none."""
        known = quantity(name)
        if known.name not in self.values:
            raise KeyError(f"{known.name}: {self.missing.get(known.name, 'not part of this estimate')}")
        return self.values[known.name] / known.factor

    @property
    def results(self) -> list[str]:
        """The names of everything computed, missing ones included, in the nomenclature's order."""
        computed = {step.name for step in self.model.plan(self.data)} | set(self.missing)
        computed |= {name for name, datum in self.data.items() if datum.origin == "computed"}
        return [
            name
            for name in QUANTITIES
            if name in computed and (name not in self.data or self.data[name].origin == "computed")
        ]

    def percentile(self, name: str, percent: float) -> float | None:
        """A percentile of a result in its JSON unit; None when it does not vary.

        >>> result = estimate(training_compute=2e25, chip="h100", mfu="uniform(0.3, 0.5)")
        >>> round(result.percentile("mfu", 90), 3)
        0.48
        """
        from cluster_calc.uncertainty import STANDARD, percentiles

        key = resolve(name)
        if key not in self.samples:
            return None
        if not 0 <= percent <= 100:
            raise InputError(f"percentile {quoted(percent)} is outside 0 to 100")
        known = self._cache.setdefault(("percentiles", key), {})
        if percent not in known:
            known |= percentiles(self.samples[key], STANDARD if percent in STANDARD else (percent,))
        value = float(known[percent]) / QUANTITIES[key].factor
        return value if math.isfinite(value) else None

    def standard_error(self, name: str, percent: float) -> float | None:
        """The standard error of a percentile, in its JSON unit, from independent randomisations of the draws."""
        from cluster_calc.uncertainty import standard_errors

        key = resolve(name)
        if key not in self.samples:
            return None
        known = self._cache.setdefault(("errors", key), {})
        if percent not in known:
            known |= standard_errors(self.samples[key], self.batches, {10.0, 50.0, 90.0, percent})
        error = known[percent] / QUANTITIES[key].factor
        return float(error) if math.isfinite(error) else None

    def mean(self, name: str) -> float | None:
        """The mean over the draws in its JSON unit; None when it does not vary."""
        from cluster_calc.uncertainty import mean

        key = resolve(name)
        return mean(self.samples[key]) / QUANTITIES[key].factor if key in self.samples else None

    def base_percentile(self, name: str) -> float | None:
        """Where the base value sits among the draws, in percent: 46.0 reads "base = P46"."""
        from cluster_calc.uncertainty import rank

        key = resolve(name)
        if key not in self.samples or getattr(self.values[key], "shape", None):
            return None
        return 100 * rank(self.samples[key], self.values[key])

    def contingency(self, name: str, confidence: float = 80.0) -> float | None:
        """What must be added to the base value so that it is enough at that confidence; None when it does not vary."""
        level = self.percentile(name, confidence)
        return None if level is None else level - float(self.in_unit(name))

    @property
    def catalog_date(self) -> str:
        """The day the shipped catalog was last reviewed."""
        from cluster_calc.catalog import CATALOG_DATE

        return CATALOG_DATE

    def lacking(self, name: str) -> list[str]:
        """The options that would supply what a missing result needs.

        >>> estimate(training_compute=1e24, chip="tpuv5p").lacking("run_cost")
        ['--chip-price', '--tdp']
        """
        return [QUANTITIES[leaf].option for leaf in self.model.missing_behind(name, self.values)]

    @property
    def feasible(self) -> bool:
        """Whether every limit that was given holds."""
        return all(entry.holds is not False for entry in self.feasibility if entry.constraint not in ADVISORY)

    def explain(self, name: str) -> Trace:
        """The tree of formulas, numbers and sources behind a value."""
        from cluster_calc.trace import trace

        return trace(self, name)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the contract."""
        from cluster_calc.report.data import as_dict

        return as_dict(self)

    def frame(self) -> pd.DataFrame:
        """The results as a pandas table: name, value, unit, p10, p50, p90."""
        import pandas as pd

        from cluster_calc.report.data import rows

        return pd.DataFrame(rows(self), columns=["name", "value", "unit", "p10", "p50", "p90"]).set_index("name")

    def __str__(self) -> str:
        from cluster_calc.report.text import text

        return text(self)

    def _repr_html_(self) -> str:
        from cluster_calc.report.html import fragment

        return fragment(self)


def estimate(
    *,
    chip: str | None = None,
    precision: str | None = None,
    scenario: str | Path | None = None,
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


def run(merged: Scenario, book: Catalog | None = None) -> Result:
    """Evaluate a merged scenario."""
    book = book or catalog()
    settings, given = merged.settings, dict(merged.data)
    for other, name in SAME.items():
        if other in given and name in given:
            raise InputError(
                f"{other} and {name} are both given and mean the same ({_shown(given, other, name)}); leave one out"
            )
        if other in given:
            given[name] = given.pop(other).with_(name=name)
    mode, sets = mode_of(given, settings)
    law = None
    if settings.get("scaling_law"):
        from cluster_calc import laws

        law = laws.law_of(settings["scaling_law"], book)
        sets = laws.sets_in(law, sets, given)
    if "chip" not in settings and settings.get("server", "default") != "default":
        from cluster_calc.servers import chip_of_server

        settings = {**settings, "chip": chip_of_server(book, settings["server"])}
    if "chip" not in settings:
        raise UndeterminedError(f"no chip: say which accelerator with --chip, for example `{EXAMPLE}`")
    if "training_time" in given:
        given["time_allowed"] = given.pop("training_time").with_(name="time_allowed")
    if mode == "observed" and "goodput" not in given:
        given["goodput"] = Datum(
            "goodput", 1.0, Source("convention", title="goodput is 1 in an implied MFU unless given"),
            origin="default", kind="convention", confidence="high",
        )  # fmt: skip
    dated = depreciation.dated_names(settings)
    if ("deadline" in given or dated.intersection(given)) and "start" not in given:
        today = settings.get("as_of") or datetime.date.today().isoformat()
        given["start"] = Datum(
            "start", scenarios.days_of(today) * 86400.0, Source("convention", title="a run without a start begins today"),
            origin="default", kind="choice", as_of=today,
        )  # fmt: skip
    if "deadline" in given and given["deadline"].value <= given["start"].value:
        raise InputError(f"deadline is not after start: {_shown(given, 'start', 'deadline')}; give a later --deadline")
    if "parameters" in given and "active_parameters" in given and _largest(
        given["active_parameters"].value - given["parameters"].value) > 0:  # fmt: skip
        raise InputError(
            f"active_parameters are more than there are: {_shown(given, 'parameters', 'active_parameters')}; "
            "give --params the total"
        )
    item = book.chip(settings["chip"])
    precision = item.precision(settings.get("precision"))
    if precision not in item.peaks and "peak_throughput" not in given and settings.get("precision"):
        raise InputError(
            f"precision: {item.name} has no {quoted(precision)} peak in the catalog; it has {', '.join(item.peaks) or 'none'}"
        )
    preset, remarks = depreciation.preset(settings, item, given, book)
    from cluster_calc import resilience, workload

    causes = resilience.asked(given, settings) and mode != "cluster"
    # Whether chips and goodput depend on each other, so that the chips are searched.
    searched = causes and mode == "fixed-time" and "goodput" not in given
    if causes:
        sets = (*(name for name in sets if not (searched and name == "sizing")), *resilience.sets_of(given, settings))
    if searched:
        given["chips"] = resilience.PLACE
    described = workload.additions(mode, sets, given, settings, item)
    if settings.get("predict_mfu"):
        given["mfu"], layout = workload.predicted_mfu(given, settings, item, mode)
        described.preset.update(layout)
    limits = feasibility.sets_of(mode, sets, given, causes)
    sets = (*(name for name in sets if name not in described.dropped), *described.added, *limits)
    preset = {**described.preset, **feasibility.presets(given, settings, item, book), **preset}
    model = model_of(*sets, *depreciation.sets_of(settings, item, given, mode))
    finder = _Finder(book, item, precision, merged, given, {**preset, **(law.figures if law else {})})
    finder.warnings += remarks
    data = finder.fill(model)
    if searched:
        data["chips"] = resilience.sized_chips(model, data)
    values = model.evaluate({name: datum.value for name, datum in data.items() if datum.value is not None})
    undefined = _undefined(model, values, data)
    for name in undefined:
        del values[name]
    _check(values, data, mode)
    depreciation.check(values, settings)
    used = {name: datum for name, datum in data.items() if name in given or _is_used(model, name, given)}
    missing = _missing(model, values, item) | undefined
    result = Result(
        chip=item, precision=precision, mode=mode, model=model, values=values,
        data={name: used[name] for name in QUANTITIES if name in used}, missing=missing,
        warnings=(), notes=tuple(finder.notes), feasibility=(), scenario=merged,
    )  # fmt: skip
    ranged = [name for name, datum in used.items() if datum.has_range and (name in given or settings.get("ranges"))]
    arrays = [name for name in used if getattr(used[name].value, "shape", ())]
    if ranged and arrays:
        raise InputError(f"ranges are drawn for one estimate at a time: {arrays[0]} is an array, {ranged[0]} a range")
    if ranged:
        from cluster_calc.uncertainty import drawn

        result = drawn(result, ranged, settings)
    elif settings.get("correlate"):
        raise InputError("correlate: no input has a range to correlate; give ranges with LOW..HIGH, or use --ranges")
    elif settings.get("ranges"):
        finder.warnings.append("no input has a range to draw from")
    checked = feasibility.checked(result, given)
    constraints = tuple(_constraint(name, result, given, checked) for name in CONSTRAINTS)
    if law is not None:
        finder.warnings += laws.warnings(law, values)
        result = _replaced(result, notes=(*result.notes, f"scaling law: {law.name}; {law.note}".rstrip("; ")))
    result = _replaced(result, feasibility=constraints, stale=_stale(result, settings, book))
    warnings = (
        *finder.warnings,
        *_warnings(result, given),
        *_overlaid(result),
        *depreciation.warnings(result),
        *described.warnings,
        *feasibility.warnings(result),
        *result.stale.values(),
    )
    result = _replaced(result, warnings=warnings)
    if settings.get("strict"):
        _strict(result)
    return result


def _replaced(result: Result, **changes: Any) -> Result:
    from dataclasses import replace

    return replace(result, **changes)


def mode_of(given: Mapping[str, Datum], settings: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Which way round the model runs, from what is given, and the formula sets that make it.

    fixed-time: chips follow from the time; fixed-chips: the time follows from the chips; observed: chips, time and
    compute are given and the MFU follows; capacity: what chips can train in a time; cluster: chips alone.
    """
    keep_both = bool(settings.get("keep_both"))
    flop, time_held = "training_compute" in given, "training_time" in given
    sized = "parameters" in given or "active_parameters" in given
    fed = "tokens" in given
    chip_time = "accelerator_time" in given
    if flop and sized and fed and not keep_both:
        raise InputError(
            "training_compute, parameters and tokens are all given and say the same thing twice "
            f"({_shown(given, 'training_compute', 'parameters', 'active_parameters', 'tokens')}); leave one out, or say "
            "--keep-both when the FLOP count stands and the others serve memory and data"
        )
    by_law = bool(settings.get("scaling_law")) and (sized or fed)
    if not flop and not chip_time and sized != fed and not by_law:
        have, lack, hint = (
            ("parameters", "tokens", "--tokens 1.4e12") if sized else ("tokens", "parameters", "--params 65e9")
        )
        raise UndeterminedError(
            f"{have} alone does not make a demand: {lack} is missing, for example {hint}, or --scaling-law besiroglu-2024"
        )
    if time_held and "time_allowed" in given:
        raise InputError(
            f"training_time and time_allowed are both given ({_shown(given, 'training_time', 'time_allowed')}); give one"
        )
    chips = "chips" in given
    work = flop or (sized and fed) or chip_time or by_law
    sets: tuple[str, ...] = ("hardware",)
    if flop or chip_time:
        sets += ("dense",) if not fed or sized else ("parameter-count",)
        sets += ("data-size",) if sized and not fed else ()
    else:
        sets += ("dense", "model-size")
    demand = ("compute",) if flop or (sized and fed) or (by_law and not chip_time) else ("deliverable",)
    if not work and not chips:
        raise UndeterminedError(
            "nothing to estimate: give a demand (--flop, or --params with --tokens) or --chips.\n"
            f"For example: {EXAMPLE}"
        )
    if not work:
        if not time_held and "time_allowed" not in given:
            return "cluster", ("hardware", "cluster")
        return "capacity", ("hardware", "run", "held-time", "chip-time", "deliverable")
    if chips and time_held:
        if chip_time:
            raise InputError(
                "chips, training_time and accelerator_time are all given "
                f"({_shown(given, 'chips', 'training_time', 'accelerator_time')}); two of them fix the third"
            )
        if "mfu" in given:
            raise InputError(
                f"mfu is given beside chips, time and compute, which imply it: {_implied_text(given)}; leave one of the four out"
            )
        return "observed", (*sets, "run", "compute", "held-time", "observed")
    if chips:
        return "fixed-chips", (*sets, "run", *demand, "timing")
    return "fixed-time", (*sets, "run", *demand, "sizing", "timing")


def _shown(given: Mapping[str, Datum], *names: str) -> str:
    from cluster_calc.report.numbers import shown

    return ", ".join(f"{name} {shown(name, given[name].value)}" for name in names if name in given)


def _implied_text(given: Mapping[str, Datum]) -> str:
    return _shown(given, "mfu", "chips", "training_time", "training_compute", "parameters", "tokens")


class _Finder:
    """Finds the Datum of every leaf: given, the chip's file, or the default."""

    def __init__(
        self,
        book: Catalog,
        item: Chip,
        precision: str,
        merged: Scenario,
        given: Mapping[str, Datum],
        preset: Mapping[str, Datum],
    ) -> None:
        self.book, self.item, self.precision, self.given, self.preset = book, item, precision, given, preset
        self.settings, self.origins = merged.settings, merged.origins
        settings = merged.settings
        self.as_of = settings.get("as_of", "")
        self.warnings: list[str] = []
        self.notes: list[str] = []
        self.around: Surroundings | None = None
        if settings.get("site"):
            from cluster_calc.book.surroundings import Surroundings

            self.around = Surroundings(book, settings)
        self.price: Quote | None = item.price(self.as_of)
        # The setting says what a typed price holds; a quote of the catalog knows its own basis.
        typed = "chip_price" in given
        self.basis = settings.get("price_basis", "") if typed else self.price.basis if self.price else ""
        if settings.get("price_basis") and not typed:
            self.warnings.append("price_basis says what a typed chip_price holds; none is given, so it is not used")

    def fill(self, model: Model) -> dict[str, Datum]:
        data = dict(self.given)
        for name in model.leaves(self.given):
            if name not in data:
                found = self.find(name)
                if found is not None:
                    data[name] = found
        reached = set(data) | {step.name for step in model.plan(data)}
        for name in model.steps:
            # A formula whose inputs are unknown falls back on the default of what it returns, if there is one.
            if name not in reached and (fallback := self.from_file(name) or self.book.assumption(name)) is not None:
                data[name] = fallback
        return data

    def find(self, name: str) -> Datum | None:
        if name in self.preset:
            return self.preset[name]
        return self.held_by_price(name) or self.from_around(name) or self.from_file(name) or self.book.assumption(name)

    def from_around(self, name: str) -> Datum | None:
        """A figure of the site."""
        if self.around is None:
            return None
        found = self.around.datum(name)
        self.warnings += self.around.warnings
        self.around.warnings.clear()
        return found

    def held_by_price(self, name: str) -> Datum | None:
        """Server and network factors that the price's basis already holds."""
        holders = {"server_cost_factor": (HOLDS_SERVER, 1.0), "network_share": (HOLDS_NETWORK, 0.0)}
        if name not in holders or self.basis not in holders[name][0] or "server" in self.settings:
            return None
        part = "server" if name == "server_cost_factor" else "network"
        return Datum(
            name, holders[name][1], Source("price basis", title=f"the price's basis ({self.basis}) already holds the {part}"),
            origin=self.origins.get("price_basis", "catalog"), kind="convention", confidence="high",
        )  # fmt: skip

    def from_file(self, name: str) -> Datum | None:
        """A figure of the chip's file."""
        item = self.item
        found: Datum | None = None
        if name == "peak_throughput":
            found = item.peaks.get(self.precision)
        elif name == "chip_price":
            found = self.price.datum if self.price else None
        elif name == "rental_price":
            quote = item.rental(self.as_of)
            found = quote.datum if quote else None
        else:
            found = item.figures.get(name)
        if found is None and name in item.estimates:
            estimate = item.estimates[name]
            if self.settings.get("analyst_estimates"):
                if name == "chip_price" and not self.basis:
                    self.basis = "chip"
                self.warnings.append(
                    f"{name}: an analyst's estimate ({estimate.source.publisher or estimate.source.id}), not a vendor's figure"
                )
                return estimate
            self.notes.append(f"{name}: an analyst's estimate exists; --analyst-estimates uses it")
        return found


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


def _check(values: Mapping[str, Any], data: Mapping[str, Datum], mode: str) -> None:
    """What the inputs imply must itself be possible."""
    import numpy as np

    for name, value in values.items():
        if name not in data and not (math.isfinite(value) if isinstance(value, float) else np.isfinite(value).all()):
            raise InputError(f"{name} comes out beyond what a number can hold: an input is out of proportion")
    if mode == "observed" and np.any(np.asarray(values.get("implied_mfu", 0.0)) > 1):
        from cluster_calc.report.numbers import shown

        parts = ", ".join(f"{name} {shown(name, values[name])}" for name in
                          ("training_compute", "chips", "training_time", "peak_throughput", "goodput") if name in values)  # fmt: skip
        raise InputError(
            f"implied_mfu: chips, time and compute imply {np.max(values['implied_mfu']):.3g}, above the possible 1 ({parts}). "
            "Likely: a sparse or lower-precision peak, total instead of active parameters, or too few chips"
        )


def _missing(model: Model, values: Mapping[str, Any], item: Chip) -> dict[str, str]:
    """Every result or catalog figure without a value, with what is not known and how to supply it."""

    def reason(leaf: str) -> str:
        return f"{leaf} not found for {item.name}: supply {_HOW_TO_SUPPLY.get(leaf, quantity(leaf).option)}"

    missing = {
        leaf: reason(leaf)
        for leaf in _HOW_TO_SUPPLY
        if leaf not in values and any(leaf in step.inputs for step in model.steps.values())
    }
    for name in model.steps:
        if name not in values:
            lacking = model.missing_behind(name, values)
            if lacking and not _OPTIONAL.intersection(lacking):
                missing[name] = "; ".join(map(reason, lacking))
    return missing


def _constraint(name: str, result: Result, given: Mapping[str, Datum], checked: frozenset[str]) -> Constraint:
    from cluster_calc.report.numbers import exact

    limit, _, margin_name = CONSTRAINTS[name]
    if name not in checked:
        return Constraint(name, None, None, None)
    bound = exact(limit, given[limit].value if limit in given else result.values[limit])
    margin = result.values.get(margin_name)
    if margin is None:
        return Constraint(name, bound, None, None)
    lowest = float(min(margin.flat)) if hasattr(margin, "flat") else float(margin)
    probability = None
    if margin_name in result.samples:
        from cluster_calc.uncertainty import share_at_least

        probability = share_at_least(result.samples[margin_name])
    return Constraint(name, bound, lowest, lowest >= -1e-12, probability)


def _warnings(result: Result, given: Mapping[str, Datum]) -> list[str]:
    """What a reader should be told: unusual inputs, missing figures, limits that do not hold."""
    from cluster_calc.report.numbers import shown

    found = []
    for name, datum in result.data.items():
        known: Quantity = QUANTITIES[name]
        if known.usual is None or datum.value is None or name not in given:
            continue
        for value in (datum.value,) if not hasattr(datum.value, "flat") else (datum.value.min(), datum.value.max()):
            if not known.usual[0] * (1 - 1e-9) <= value / known.factor <= known.usual[1] * (1 + 1e-9):
                usual = " to ".join(shown(name, end * known.factor) for end in known.usual)
                found.append(f"{name} {shown(name, value)} is outside the usual {usual}")
                break
    implied = result.values.get("implied_mfu")
    if implied is not None:
        usual_mfu = QUANTITIES["implied_mfu"].usual
        assert usual_mfu is not None
        if _largest(implied) > usual_mfu[1]:
            found.append(
                f"implied_mfu {_largest(implied):.3g} is above the best published ({usual_mfu[1]:g}): check peak, compute and chips"
            )
        elif _largest(implied) < usual_mfu[0]:
            found.append(f"implied_mfu {_largest(implied):.3g} is below what real runs reach ({usual_mfu[0]:g})")
    share = result.values.get("shipment_share")
    if share is not None and _largest(share) > 1:
        found.append(f"shipment_share is {_largest(share):.3g}: more chips than a year's shipments of everyone")
    if (
        "chip_price" in given
        and not result.scenario.settings.get("price_basis")
        and not {"server_cost_factor"} & set(given)
    ):
        found.append(
            "chip_price is taken as the bare chip, and server and network are added; "
            "--price-basis server (or rack, all-in) says that your quote holds them"
        )
    found += dict.fromkeys(result.missing[name] for name in _HOW_TO_SUPPLY if name in result.missing)
    for entry in result.feasibility:
        if entry.holds is False:
            found.append(f"the {entry.constraint} limit of {entry.limit} does not hold")
    return found


def _largest(value: Any) -> float:
    return float(value.max()) if hasattr(value, "max") else float(value)


def _overlaid(result: Result) -> list[str]:
    """Which figures a catalog of one's own put in place of the shipped ones."""
    found: dict[str, list[str]] = {}
    for name, datum in result.data.items():
        if datum.origin.startswith("catalog: "):
            found.setdefault(datum.origin.removeprefix("catalog: "), []).append(name)
    return [
        f"{', '.join(names)}: from the catalog {quoted(place)} over the shipped one" for place, names in found.items()
    ]


def _stale(result: Result, settings: Mapping[str, Any], book: Catalog) -> dict[str, str]:
    """Used figures older than their shelf life on the day of the estimate, by name."""
    day = datetime.date.fromisoformat(settings.get("as_of") or datetime.date.today().isoformat())
    found = {}
    for name, life in book.shelf_lives().items():
        datum = result.data.get(name)
        if datum is None or not datum.as_of:
            continue
        try:
            age = (day - datetime.date.fromisoformat(day_of(datum.as_of))).days
        except ValueError:
            continue
        if age > life:
            found[name] = (
                f"{name} is dated {datum.as_of}, {age} days before {day}: stale, such a figure keeps {life:g} days"
            )
    return found


def _strict(result: Result) -> None:
    wrong = list(dict.fromkeys(part for reason in result.missing.values() for part in reason.split("; ")))
    wrong += result.stale.values()
    if wrong:
        raise MissingDataError("--strict: " + "\n".join(wrong[:8]))
