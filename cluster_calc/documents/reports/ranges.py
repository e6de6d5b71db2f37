"""What a report says of its ranges: how sure the percentiles are, where the base value sits, what a confidence costs."""

from __future__ import annotations

from cluster_calc.documents.render.view import Row, Section
from cluster_calc.estimation.limits import CONSTRAINTS, EVERY_RUN, WORLD
from cluster_calc.estimation.result import Result
from cluster_calc.estimation.verdict import Constraint
from cluster_calc.quantities.display import plain, shown
from cluster_calc.quantities.nomenclature import QUANTITIES

_TOLD = ("run_cost", "capital_cost", "cost_per_chip_hour", "training_time")
_CONFIDENCE = 80.0


def ranges(result: Result) -> Section | None:
    """The section on ranges; None without draws."""
    if not result.samples:
        return None
    rows = [row for name in _TOLD if (row := _told(result, name)) is not None][:3]
    rows += [_met(result, entry) for entry in result.feasibility if entry.probability is not None]
    drawn = [name for name in result.samples if name in result.data]
    rows.append(
        Row("Drawn", f"{len(drawn)} input{'s' if len(drawn) > 1 else ''}", ", ".join(_words(name) for name in drawn))
    )
    # A limit is chosen, as is the day to start.
    limits = {limit for name, (limit, _, _) in CONSTRAINTS.items() if name not in WORLD} | {"start"}
    choices = [
        name for name, datum in result.data.items() if (datum.kind == "choice" or name in limits) and name not in drawn
    ]
    if choices:
        rows.append(Row("Kept fixed", f"{len(choices)}", ", ".join(_words(name) for name in choices)))
    single = [
        name
        for name, datum in result.data.items()
        if name not in (*drawn, *choices) and datum.kind != "convention" and datum.value is not None
    ]
    if single:
        rows.append(Row("No range known", f"{len(single)}", ", ".join(_words(name) for name in single)))
    return Section(f"Ranges ({result.draws:,} draw{'s' if result.draws > 1 else ''}, seed {result.seed})", tuple(rows))


def _met(result: Result, entry: Constraint) -> Row:
    """How many draws meet a limit."""
    limit, limited, _ = CONSTRAINTS[entry.constraint]
    bound = shown(limit, result.values[limit]) if limit in result.values else entry.limit
    if entry.constraint in EVERY_RUN:
        # What the world sets is no amount of the thing it limits.
        head = _words(entry.constraint) if entry.constraint in QUANTITIES else entry.constraint.capitalize()
        return Row(f"{head} limit met", f"{plain(100 * (entry.probability or 0.0))}%", "of draws")
    head = f"{_words(limited).capitalize()} within {_words(limit).lower()}"
    return Row(head, f"{plain(100 * (entry.probability or 0.0))}%", f"of draws meet {bound}")


def _words(name: str) -> str:
    return QUANTITIES[name].label.split(" (")[0]


def _told(result: Result, name: str) -> Row | None:
    average, base = result.mean(name), result.base_percentile(name)
    if average is None or base is None:
        return None
    factor = QUANTITIES[name].factor
    notes = [f"the single-figure answer sits at P{base:.0f} of the draws"]
    more = result.contingency(name, _CONFIDENCE)
    if more is not None:
        side = "over" if more >= 0 else "under"
        notes.append(f"P{_CONFIDENCE:.0f} is {shown(name, abs(more) * factor)} {side} base")
    for percent in result.scenario.settings.get("percentiles", ()):
        notes.append(f"P{percent:g} {shown(name, (result.percentile(name, percent) or 0.0) * factor)}")
    level, error = result.percentile(name, 90.0), result.standard_error(name, 90.0)
    if level and error:
        notes.append(f"P90 ± {plain(100 * error / level, 2)} %")
    return Row(f"{_words(name).capitalize()}, mean", shown(name, average * factor), "; ".join(notes), name)
