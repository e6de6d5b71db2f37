"""The public verb `solve`: the input at which a result takes a given value.

The model is not turned round: the one graph runs forwards on a grid between the input's hard bounds (twelve decades
where there is none), and the place where the result crosses the target is bisected, elementwise, so stepped formulas
(whole chips) and arrays work like everything else. The answer is on the side that meets the target.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from cluster_calc.catalog.book import Catalog
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.estimation.estimation import run
from cluster_calc.estimation.limits import CONSTRAINTS, WORLD
from cluster_calc.estimation.result import Result
from cluster_calc.model.roots import FIRST_DAY, LAST_DAY, Curve, bisected, meeting, out_of_reach, span_of
from cluster_calc.quantities import settings as quantities_settings
from cluster_calc.quantities.dates import DAY
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.nomenclature import INFINITY, QUANTITIES, TWINS, Quantity, inside_name, same_question
from cluster_calc.scenario import layers as scenarios
from cluster_calc.scenario.scenario import Scenario
from cluster_calc.studies.grid import NAMED_AXES

SCHEMA = "cluster-calc/solve/1"
# What states the demand or the machine: a target only when nothing else that was given could be one.
_DEMAND = frozenset(
    {
        "training_compute",
        "parameters",
        "active_parameters",
        "tokens",
        "chips",
        "mfu",
        "accelerator_time",
        "time_allowed",
        *TWINS,
    }
)
# When it becomes affordable: what is asked of a later purchase is the later cost.
LATER = {
    "run_cost": "later_run_cost", "budget": "later_run_cost", "capital_cost": "later_capital_cost",
    "capital_budget": "later_capital_cost", "depreciation": "later_depreciation",
    "electricity_cost": "later_electricity_cost",
}  # fmt: skip


@dataclass(frozen=True)
class Solution:
    """What was solved for and what it reaches; values in base units.

    `samples` holds the solved value for every draw under ranges (nan where a draw cannot reach the target).
    """

    solved: str
    value: Any
    target: str
    wanted: Any
    reached: Any
    result: Result = field(repr=False)
    samples: Any = field(default=None, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the contract, in JSON units; percentiles under ranges."""
        from cluster_calc.quantities.display import json_number

        known, goal = QUANTITIES[self.solved], QUANTITIES[self.target]

        def shown(entry: Quantity, value: Any) -> Any:
            if entry.is_date:
                from cluster_calc.quantities.display import shown as text

                return text(entry.name, value)
            return json_number(value / entry.factor)

        found = {
            "schema": SCHEMA,
            "solved": self.solved, "value": shown(known, self.value), "unit": known.unit,
            "target": self.target, "reached": shown(goal, self.reached),
            "target_value": shown(goal, self.wanted), "target_unit": goal.unit,
        }  # fmt: skip
        if self.day is not None:
            found["date"] = self.day
        if self.samples is not None:
            found |= {
                f"p{percent:g}": json_number(value / known.factor) for percent, value in self.percentiles().items()
            }
            found["reachable"] = self.reachable
        return found

    @property
    def day(self) -> str | None:
        """The date to which a solved delay leads, from the day of the prices (`as_of`, or the catalog's); else None."""
        if self.solved != "purchase_delay" or getattr(self.value, "shape", None):
            return None
        from datetime import date, timedelta

        start = str(self.result.scenario.settings.get("as_of") or self.result.catalog_date)
        year, month, day = (*map(int, start.split("-")), 1, 1)[:3]
        return (date(year, month, day) + timedelta(days=math.ceil(self.value / DAY - 1e-9))).isoformat()

    @property
    def reachable(self) -> float | None:
        """The share of draws in which the target can be reached; None without draws."""
        return None if self.samples is None else float((self.samples == self.samples).mean())

    def percentiles(self) -> dict[float, float]:
        """P10, P50, P90 and those asked for, of the solved value over the draws that reach the target, in base units.

        Of whole things they are whole: the draws themselves, not what lies between two.
        """
        from cluster_calc.draws.statistics import percentiles

        within = self.samples[self.samples == self.samples]
        if not len(within):
            return {}
        asked = self.result.scenario.settings.get("percentiles", ())
        found = percentiles(within, sorted({10.0, 50.0, 90.0, *asked}))
        whole = QUANTITIES[self.solved].whole
        return {percent: float(round(value) if whole else value) for percent, value in found.items()}


def solve(
    name: str,
    *,
    target: str | None = None,
    chip: str | None = None,
    precision: str | None = None,
    scenario: str | Path | Mapping[str, Any] | None = None,
    **given: Any,
) -> Solution:
    """The value of `name` at which the given result is reached; everything else as in `estimate`.

    The result is the given quantity that the model computes once `name` is known; `target="run_cost"` or
    `target="run_cost=100 MUSD"` says which, where several could be meant. Raises InputError, with the attainable range,
    when no value between the hard bounds reaches it.

    >>> found = solve("chips", training_time="30 days", training_compute=2e25, chip="h100", mfu=0.4, goodput=0.9)
    >>> found.value
    21664.0
    """
    settings = {"chip": chip, "precision": precision, **given}
    named = {key: value for key, value in settings.items() if value is not None}
    return solve_merged(name, scenarios.gather(named, origin="call", file=scenario), target)


@dataclass(frozen=True)
class Question:
    """What is asked: the unknown, its name inside the model, the target with its value, and what stays."""

    merged: Scenario
    known: Quantity
    goal: str
    wanted: Any
    probe: Result
    inside: str
    fixed: dict[str, Any]


def question(name: str, merged: Scenario, target: str | None = None, book: Catalog | None = None) -> Question:
    """Which given quantity is the target, and a run with the unknown at some value."""
    word = name.strip().replace("-", "_")
    if word in quantities_settings.SETTINGS:
        choosing = "; `cluster-calc optimise` chooses among names" if word in NAMED_AXES else ""
        raise InputError(f"solve {word}: {word} is a setting and no quantity{choosing}")
    known = QUANTITIES[quantities_settings.name_of(word)]
    merged = _with_target(merged, target)
    wanted_name = (
        None if target is None else quantities_settings.name_of(target.partition("=")[0].strip().replace("-", "_"))
    )
    if known.name == "purchase_delay":
        merged, wanted_name = _of_later(merged), LATER.get(wanted_name or "", wanted_name)
    for same in (known.name, *same_question(known.name)):
        if same in merged.data and same != wanted_name:
            if merged.origins.get(same) in ("command line", "call"):
                raise InputError(
                    f"{known.name} is what is solved for, and {'it' if same == known.name else same} is given as "
                    f"{quoted(merged.texts[same])}: leave it out"
                )
            merged = _without(merged, same)
    goal, wanted, probe = _goal(known, merged, wanted_name, book)
    inside = inside_name(known.name, probe.data)
    fixed = {key: datum.value for key, datum in probe.data.items() if datum.value is not None and key != inside}
    return Question(merged, known, goal, wanted, probe, inside, fixed)


def solve_merged(name: str, merged: Scenario, target: str | None = None, book: Catalog | None = None) -> Solution:
    """`solve` on a merged scenario."""
    asked = question(name, merged, target, book)
    known, goal, wanted, probe, inside, fixed = (
        asked.known, asked.goal, asked.wanted, asked.probe, asked.inside, asked.fixed,
    )  # fmt: skip
    meets, curve = meeting(goal, known), Curve(probe, inside, known, goal, wanted, fixed)
    value = bisected(probe, inside, known, goal, wanted, fixed)
    if np.ndim(value) == 0:
        value = _acceptable(known, float(value), curve.at, wanted, meets)
    elif np.isnan(value).all():
        raise InputError(out_of_reach(probe, inside, known, goal, wanted, fixed))
    reached = curve.at(value)
    result = run(_with(_without(asked.merged, goal), known.name, value), book)
    samples = None
    if result.samples:
        samples = _over_draws(result, probe, inside, known, goal, wanted)
    return Solution(known.name, value, goal, wanted, reached, result, samples)


def _with_target(merged: Scenario, target: str | None) -> Scenario:
    if target is None or "=" not in target:
        return merged
    name, _, text = target.partition("=")
    key = quantities_settings.name_of(name.strip().replace("-", "_"))
    if key in merged.data and merged.origins.get(key) in ("command line", "call"):
        raise InputError(f"--target {quoted(target)}: {key} is also given as {quoted(merged.texts[key])}; give it once")
    changed = _without(merged, key)
    faults = changed.add({key: text.strip()}, "command line")
    if faults:
        raise InputError(faults[0].message)
    return changed


def _of_later(merged: Scenario) -> Scenario:
    """The costs that are given as those of the later purchase."""
    changed = merged
    for name, later in LATER.items():
        if name in changed.data:
            if later in changed.data:
                raise InputError(f"solve purchase_delay: {name} and another of the given both aim at {later}; give one")
            datum, text, origin = changed.data[name], changed.texts[name], changed.origins[name]
            changed = _without(changed, name)
            changed.data[later], changed.texts[later], changed.origins[later] = datum.with_(name=later), text, origin
    return changed


def _without(merged: Scenario, name: str) -> Scenario:
    def rest(part: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in part.items() if key != name}

    return Scenario(dict(merged.settings), rest(merged.data), rest(merged.texts), rest(merged.origins))


def _with(merged: Scenario, name: str, value: Any) -> Scenario:
    from cluster_calc.quantities.display import exact

    changed = _without(merged, name)
    changed.data[name] = Datum(name, value, Source("solve", title="solved for"), origin="call", kind="given")
    changed.texts[name] = exact(name, value) if not getattr(value, "shape", ()) else value
    changed.origins[name] = "call"
    return changed


def _goal(known: Quantity, merged: Scenario, wanted_name: str | None, book: Catalog | None) -> tuple[str, Any, Result]:
    """The target, its value, and a run with the unknown at some value."""
    limits = {
        limit: (limited, margin)
        for name, (limit, limited, margin) in CONSTRAINTS.items()
        if limit != "time_allowed" and name not in WORLD
    }
    found: dict[str, Result] = {}
    problem: InputError | None = None
    for name in [wanted_name] if wanted_name else list(merged.data):
        if name not in merged.data:
            raise InputError(f"--target {name}: it has no value; write for example --target '{name}=VALUE'")
        try:
            probe = _probe(known, _without(merged, name), book)
        except InputError as error:
            problem = error if problem is None or name not in _DEMAND else problem
            continue
        if _depends(probe, name, known.name):
            found[name] = probe
    if not found and (wanted_name is None or wanted_name in limits):
        # A limit alone asks for what just meets it.
        given = [name for name in limits if name in merged.data]
        # The deadline itself is sought where it is the unknown: the first day that will do.
        for limit in (
            [wanted_name] if wanted_name else given or [name for name in limits if name == known.name == "deadline"]
        ):
            limited, margin = limits[str(limit)]
            probe = _probe(known, merged, book)
            goal = margin if limit == "deadline" else limited
            if _depends(probe, goal, known.name):
                found[goal] = probe
    best = {name: probe for name, probe in found.items() if name not in _DEMAND} or found
    best = {name: probe for name, probe in best.items() if _depends(probe, name, known.name, forwards=True)} or best
    if len(best) > 1:
        raise InputError(
            f"solve {known.name}: several of what is given could be the target: {', '.join(best)}; "
            f"say which with --target NAME=VALUE and leave out the others"
        )
    if not best:
        raise InputError(_no_target(known, merged, wanted_name, problem))
    goal, probe = next(iter(best.items()))
    if goal in merged.data:
        datum = merged.data[goal]
        if datum.has_range:
            raise InputError(f"{goal}: a target is one value, not the range {quoted(merged.texts[goal])}")
        return goal, datum.value, probe
    if goal.endswith("_margin"):
        return goal, 0.0, probe
    return (
        goal,
        merged.data[next(limit for limit, pair in limits.items() if goal in pair and limit in merged.data)].value,
        probe,
    )


def _no_target(known: Quantity, merged: Scenario, wanted_name: str | None, problem: InputError | None) -> str:
    try:
        probe = _probe(known, merged, None)
    except InputError as error:
        return str(problem or error)
    names = [step.name for step in probe.model.plan(probe.data) if _depends(probe, step.name, known.name)]
    listed = ", ".join(
        f"--{name.replace('_', '-')}" for name in names if name in ("run_cost", "capital_cost", *names[:6])
    )
    if wanted_name:
        return f"--target {wanted_name} does not depend on {known.name} here.{did_you_mean(wanted_name, names)} What does: {listed}"
    if not names:
        hint = "; when a cost is met by waiting is purchase_delay" if known.is_date else ""
        return f"solve {known.name}: nothing that is computed depends on {known.name} here{hint}"
    return f"solve {known.name}: no target among what is given; give one that {known.name} moves: {listed}"


def _probe(known: Quantity, merged: Scenario, book: Catalog | None) -> Result:
    """A run with the unknown at some value: which formulas hold does not depend on it."""
    settings = {key: value for key, value in merged.settings.items() if key not in ("ranges", "draws", "strict")}
    plain = {key: datum.with_(low=None, high=None) for key, datum in merged.data.items()}
    trials = _trials(known)
    for place, trial in enumerate(trials):
        changed = _with(replace(merged, settings=settings, data=plain), known.name, trial)
        try:
            return run(changed, book, probing=True)
        except InputError:
            if place == len(trials) - 1:
                raise
    raise AssertionError("unreachable")


def _trials(known: Quantity) -> list[float]:
    if known.is_date:
        # After any start and before any deadline, or the other way round.
        return [20_000 * DAY, LAST_DAY * DAY, FIRST_DAY * DAY]
    known = QUANTITIES[TWINS.get(known.name, known.name)]
    low, high = span_of(known, None)
    usual = known.usual or (max(low / known.factor, 1e-3), min(high / known.factor, 1e3))
    middle = math.sqrt(max(usual[0], 1e-9) * usual[1]) * known.factor
    found = [middle, usual[0] * known.factor, usual[1] * known.factor, low, high]
    return [max(round(trial), 1.0) if known.whole else trial for trial in found]


def _depends(probe: Result, goal: str, name: str, *, forwards: bool = False) -> bool:
    """Whether a result moves with an input; `forwards` leaves out what only follows from other given results."""
    inside = inside_name(name, probe.data)
    reached, implicit = {inside}, probe.model.implicit
    for step in probe.model.plan(probe.data):
        turned = step.name in implicit and implicit[step.name].instead_of
        if reached.intersection(step.inputs) and not (forwards and turned):
            reached.add(step.name)
    return goal in reached and goal != inside and goal not in probe.data


def _acceptable(
    known: Quantity, x: float, reached: Callable[[float], Any], wanted: float, meets: Callable[[Any, Any], Any]
) -> float:
    """The solution as the JSON unit writes it: whole where the quantity is, and still meeting the target."""
    if known.whole or known.is_date:
        step = DAY if known.is_date else 1.0
        nearest = [math.floor(x / step) * step, math.ceil(x / step) * step]
        nearest = [max(entry, step) for entry in nearest]
        meeting = [entry for entry in nearest if meets(float(reached(entry)), wanted)]
        return min(meeting or nearest, key=lambda entry: abs(float(reached(entry)) - wanted))
    in_unit = x / known.factor
    trials = [in_unit, *(math.nextafter(in_unit, end) for end in (-INFINITY, INFINITY))]
    for entry in trials:
        if meets(float(reached(entry * known.factor)), wanted):
            return entry * known.factor
    return in_unit * known.factor


def _over_draws(result: Result, probe: Result, inside: str, known: Quantity, goal: str, wanted: Any) -> Any:
    """The solution for every draw; each draw is sized for itself, since what is solved for is not yet decided."""
    drawn = {name: sample for name, sample in result.samples.items() if name in result.data and name != inside}
    fixed = {name: datum.value for name, datum in probe.data.items() if datum.value is not None and name != inside}
    found = np.empty(result.draws)
    size = 2048  # draws at a time: the grid multiplies them
    for start in range(0, result.draws, size):
        part = {name: sample[start : start + size] for name, sample in drawn.items()}
        found[start : start + size] = bisected(probe, inside, known, goal, wanted, {**fixed, **part})
    return found
