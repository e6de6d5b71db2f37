"""One page, one truth: what follows from a result that is given, and what cannot stand beside it.

A result that is given replaces its formula, but the formula still holds. So one of the inputs behind it that nobody gave
follows from it (`turned.py`); which one, GIVES_WAY says. Where every input was given, the figures must agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cluster_calc.errors import InputError
from cluster_calc.estimation.parts.depreciation import RATE_OF
from cluster_calc.model.contradictions import MEASURED, beyond, broken
from cluster_calc.model.graph import Model, ModelError
from cluster_calc.model.implicit import Implicit, Step
from cluster_calc.model.sets import model_of
from cluster_calc.model.turned import Turned, turned
from cluster_calc.quantities.elementwise import numpy_later as np
from cluster_calc.quantities.nomenclature import CHIP, DEMAND, FAILURES, QUANTITIES, SIZE, quantity

if TYPE_CHECKING:
    from cluster_calc.catalog.chips import Chip
    from cluster_calc.estimation.lookup import Finder
    from cluster_calc.quantities.datum import Datum

# What gives way to a given result, of those that were not given themselves: the first class that has one; within a class
# the one nearest to the result, then the first. Only what is of the result's own subject gives way: a bill is met by a
# price, not by another utilisation.
GIVES_WAY: tuple[tuple[str, ...], ...] = (
    # Money: what the hardware or its rent costs, before how long it serves.
    ("chip_price", "server_price", "rental_price", "network_share", "server_cost_factor", "storage_share", "installation_share",
     "contingency_share"),
    ("lifetime", "used_share", "hardware_age", "residual_value", "operations_cost"),
    # Power and site: prices and intensities, what the hardware draws, what the site adds.
    ("electricity_price", "carbon_intensity"),
    ("power_utilisation",),
    ("pue",),
    ("system_power", "server_power_factor"),
    # The run: how well it uses the chips, before how often it is interrupted.
    ("mfu",),
    ("goodput",),
    ("failure_rate", "checkpoint_write_time", "restart_time", "repair_time"),
    ("activation_bytes", "optimizer_bytes"),
    ("start", "critical_batch_scale"),
    # Serving: a measured speed is the predicted one times a factor.
    ("serving_speed_factor",),
)  # fmt: skip
# Facts of a data sheet: they give way only where nothing else could have, given or not.
FACTS = ("peak_throughput",)
# Formulas that say what is usual where nobody says: a figure given in their place contradicts nothing.
USUAL = frozenset(
    {"active_parameters", "checkpoint_interval", "paid_share", "held_spare_share", "spare_servers", "best_mfu"}
)
# Answers and no inputs: a verdict, or a share of what was counted elsewhere, comes from quantity against quantity.
ANSWERS = {"shipment_share": "--chips and --annual-shipments", "designer_share": "--chips and --designer-shipments",
           "implied_mfu": "--mfu, or chips, time and compute"}  # fmt: skip
_SUBJECT = {SIZE: DEMAND, CHIP: DEMAND, FAILURES: DEMAND}


def refuse_answers(given: Iterable[str]) -> None:
    """Raise InputError for what is an answer and cannot be an input."""
    for name in given:
        if name.endswith("_margin"):
            raise InputError(
                f"{name} is an answer and no input: it is what a quantity leaves of its limit. Give the limit, or ask "
                "`cluster-calc solve` for the input at which it is met"
            )
        if name in ANSWERS:
            raise InputError(f"{name} is an answer and no input: give {ANSWERS[name]}")


def is_typed(datum: Datum) -> bool:
    """Whether a reader gave it: neither the catalog, nor a default, nor a step of the program."""
    return datum.origin not in ("default", "computed", "catalog") and not datum.origin.startswith("catalog: ")


def settled(parts: tuple[str | Implicit, ...], finder: Finder) -> tuple[Turned, ...]:
    """Which inputs follow from the results that are given."""
    given = finder.given
    plain = model_of(*parts)
    results = [name for name in plain.order if name in plain.formulas and name in given and is_typed(given[name])]
    found: tuple[Turned, ...] = ()
    for goal in results:
        if goal not in USUAL and (step := _following(goal, (*parts, *found), finder)) is not None:
            found += (step,)
    return found


def _following(goal: str, parts: tuple[str | Implicit, ...], finder: Finder) -> Turned | None:
    """What follows from a result, so that its formula holds; None where nothing can give way."""
    model = model_of(*parts)
    data = finder.among({name: datum for name, datum in finder.given.items() if name != goal}).fill(model)
    usual = data.pop(goal, None)
    values = model.evaluate({name: datum.value for name, datum in data.items() if datum.value is not None})
    leaves = _leaves(model, goal, data)
    missing = [name for name in leaves if name not in values]
    if len(missing) > 1 or (missing and usual is not None):
        return None
    steps = (turned(name, goal) for name in missing or _yielding(goal, leaves, data))
    return next((step for step in steps if _can_give_way(step, parts, values, data, bool(missing))), None)


def check(model: Model, values: Mapping[str, Any], data: Mapping[str, Datum], item: Chip, precision: str) -> None:
    """Raise InputError where what follows from a given result cannot be, or given figures contradict each other."""
    for name, step in model.implicit.items():
        if isinstance(step, Turned) and name in values and beyond(name, values[name]).any():
            raise InputError(_impossible(step, values, item, precision))
    for name, (own, _) in broken(stated(model, data), values).items():
        raise InputError(_contradiction(name, own, model, data))


def _leaves(model: Model, goal: str, data: Mapping[str, Datum]) -> dict[str, int]:
    """What the formula of a result rests on, each with its distance from it."""
    found: dict[str, int] = {}
    front, distance = [goal], 0
    while front:
        distance += 1
        behind = dict.fromkeys(part for name in front for part in _inputs(model, name, data) if part not in found)
        found |= dict.fromkeys(behind, distance)
        front = [name for name in behind if _inputs(model, name, data)]
    return {name: distance for name, distance in found.items() if not _inputs(model, name, data)}


def _inputs(model: Model, name: str, data: Mapping[str, Datum]) -> tuple[str, ...]:
    step = None if name in data else model.step(name, data)
    return () if step is None else step.inputs


def _rests_on(goal: str, name: str, model: Model, data: Mapping[str, Datum]) -> bool:
    inputs = _inputs(model, goal, data)
    return name in inputs or any(_rests_on(part, name, model, data) for part in inputs)


def _yielding(goal: str, leaves: Mapping[str, int], data: Mapping[str, Datum]) -> list[str]:
    """What may give way to a given result, the first choice first."""
    subject = _subject(goal)
    order = {name: (rank, place) for rank, names in enumerate(GIVES_WAY) for place, name in enumerate(names)}
    apt = [name for name in leaves if name in order and _subject(name) == subject]
    if not apt:
        apt, order = (
            [name for name in leaves if name in FACTS and _subject(name) == subject],
            dict.fromkeys(FACTS, (0, 0)),
        )
    # An operating line is met by its own rate; how much of the cluster is used does not follow from it.
    held = {"used_share"} if goal in (*RATE_OF, "operations_cost") else set()
    free = [name for name in apt if name in data and not is_typed(data[name]) and name not in held]
    return sorted(free, key=lambda name: (order[name][0], leaves[name], order[name][1]))


def _subject(name: str) -> str:
    group = QUANTITIES[name].group
    return _SUBJECT.get(group, group)


def _can_give_way(
    chosen: Turned,
    parts: tuple[str | Implicit, ...],
    values: Mapping[str, Any],
    data: Mapping[str, Datum],
    absent: bool,
) -> bool:
    """Whether a model with the formula turned round exists, exactly, and the result moves with the input."""
    try:
        model = model_of(*parts, chosen)
    except ModelError:
        return False
    solving: Any = (
        model.implicit[chosen.__name__].step(model.formulas, {*data, chosen.goal} - {chosen.__name__}).formula
    )
    if not solving.inner or any(QUANTITIES[step.name].whole for step in solving.inner):
        return False  # What a search finds, and whole things, are not met exactly.
    if absent:
        return True
    known = {name: values[name] for name in solving.inputs if name in values}
    at = float(largest(data[chosen.__name__].value))
    near = at * 1.01 if at else 0.01 * QUANTITIES[chosen.__name__].factor
    return not _alike(solving.reached(known, at), solving.reached(known, near))


def largest(value: Any) -> Any:
    """The value, or the largest of an array."""
    return value.max() if hasattr(value, "max") else value


def _alike(one: Any, other: Any) -> bool:
    return bool(np.allclose(one, other, rtol=1e-9, atol=0.0))


def stated(model: Model, data: Mapping[str, Datum]) -> list[Step]:
    """The formulas of results that are given, in whose place nothing follows: they hold, or the figures contradict."""
    return [
        step
        for name, step in model.formulas.items()
        if name in model.steps and name not in USUAL and name in data and is_typed(data[name])
    ]


def _contradiction(goal: str, own: Any, model: Model, data: Mapping[str, Datum]) -> str:
    """That a given result is not what its formula makes of what else is given."""
    from cluster_calc.model.expression import formula_text
    from cluster_calc.quantities.display import shown

    rest = {name: datum for name, datum in data.items() if name != goal}
    leaves = _leaves(model, goal, rest)
    typed, made = _apart(goal, largest(data[goal].value), largest(own))
    beside = ", ".join(
        f"{name} {shown(name, largest(data[name].value))}" for name in leaves if name in data and is_typed(data[name])
    )
    free = [quantity(name).option for name in leaves if name not in data or not is_typed(data[name])]
    hint = f"leave {goal} out" + (", or one of those" if beside else "")
    if "chips" in model.formulas and "chips" not in data and _rests_on(goal, "chips", model, rest):
        hint += ", or give --chips"
    others = f" (not given: {', '.join(free[:6])})" if free else ""
    return (
        f"{goal} is given as {typed}, but {formula_text(model.formulas[goal].formula)} comes to {made}"
        f"{f' ({beside})' if beside else ''}: {hint}{others}"
    )


def _apart(name: str, one: Any, other: Any) -> tuple[str, str]:
    """Two values in as many digits as it takes to tell them apart."""
    from cluster_calc.quantities.display import shown

    for digits in range(3, 17):
        texts = shown(name, one, digits), shown(name, other, digits)
        if texts[0] != texts[1]:
            break
    return texts


def _impossible(step: Turned, values: Mapping[str, Any], item: Chip, precision: str) -> str:
    """That a given result would make of an input what it cannot be."""
    from cluster_calc.estimation.parts.seen_mfu import likely_causes
    from cluster_calc.quantities.display import plain, shown

    name, goal = step.__name__, step.goal
    given = f"{goal} {shown(goal, largest(values[goal]))}"
    wrong = np.asarray(values[name])[beyond(name, values[name])]
    made = float(wrong.flat[0])
    if np.isnan(made):
        return f"{given} is given, and no {name} makes it: leave {goal} out, or give {quantity(name).option}"
    if name == "mfu" and made > 1:
        causes = likely_causes(made, values, item, precision)
        return f"{given} implies an MFU of {plain(made)}, above the possible 1. Likely causes: {causes}"
    return f"{given} implies {name} {shown(name, made)}, outside {_span(name)}: leave {goal} out, or give what else differs"


def _span(name: str) -> str:
    from cluster_calc.quantities.display import bounds_text, shown

    known = quantity(name)
    if known.usual and name not in MEASURED:
        return "the usual " + " to ".join(shown(name, end * known.factor) for end in known.usual)
    return bounds_text(known)
