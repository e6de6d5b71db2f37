"""Whether it can be done, as a section of the report: the verdict, every margin with its source, what would mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cluster_calc.documents.render.citing import cite
from cluster_calc.documents.render.figures import value_of
from cluster_calc.documents.render.view import Row, Section
from cluster_calc.estimation.feasibility import BEHIND, derived, margin_source
from cluster_calc.estimation.limits import CONSTRAINTS
from cluster_calc.estimation.remarks import largest
from cluster_calc.estimation.result import Result
from cluster_calc.estimation.verdict import FEASIBLE, NOT_CHECKED, NOT_FEASIBLE, Constraint
from cluster_calc.performance.conventions import ARCHITECTURE
from cluster_calc.quantities.display import NOT_FOUND, plain, shown
from cluster_calc.quantities.number import is_scalar
from cluster_calc.quantities.settings import YARDSTICKS

if TYPE_CHECKING:
    from cluster_calc.estimation.changes import Change

ALSO = {"latency": " (2e31 in its authors' blog)", "data movement": " (2e28 in its authors' blog)"}
CONSTRAINT_WORDS = {"mfu": "MFU seen", "latency": "Latency wall", "data": "Stock of text", "batch": "Critical batch"}
# A margin below this is told as a multiple of the limit.
FAR_OVER = -9.0
# Further changes that a broken limit lists after the nearest.
ALTERNATIVES = 2


def limits(result: Result) -> Section | None:
    """The verdict, every checked limit with its margin and source, and the nearest change where one does not hold."""
    if result.verdict.word == NOT_CHECKED:
        note = "no limit given; --budget, --power-limit, --deadline or --supply-limit sets one"
        return Section("Feasibility", (Row("Verdict", NOT_CHECKED, note),))
    rows = [verdict_of(result)]
    # Of several estimates at once no one change can be told.
    single = all(is_scalar(datum.value) for datum in result.data.values() if datum.value is not None)
    for entry in result.feasibility:
        if entry.limit is None:
            continue
        label = CONSTRAINT_WORDS.get(entry.constraint, entry.constraint.capitalize())
        rows.append(Row(label, entry.word or NOT_FOUND, _against(result, entry)))
        if entry.holds is False and single:
            rows.append(Row("", "nearest change", change_words(result, entry.constraint)))
    if single and (words := whole_change(result)) is not None:
        rows.append(Row("All limits", "nearest change", words))
    open_ = [entry.constraint for entry in result.feasibility if entry.limit is None and entry.constraint != "time"]
    if open_:
        rows.append(Row("Not checked", f"{len(open_)} limits", ", ".join(open_)))
    return Section("Feasibility", tuple(rows))


def _against(result: Result, entry: Constraint) -> str:
    """What is limited against its limit: margin, source, and under ranges how likely it holds."""
    limit, limited, _ = CONSTRAINTS[entry.constraint]
    if entry.constraint == "deadline" and "calendar_time" in result.values:
        limited = "calendar_time"
    target = value_of(result, "time_available") if entry.constraint == "deadline" else value_of(result, limit)
    target = derived(result, entry) or target
    words = f"{value_of(result, limited)} against {target}{ALSO.get(entry.constraint, '')}"
    if entry.constraint == "memory":
        words += _memory(result)
    given = result.data.get(limit)
    if given is not None and limit in YARDSTICKS and given.label:
        words += f", {given.label}"
    if entry.margin is not None:
        far = entry.margin < FAR_OVER
        words += f", {plain(1 - entry.margin)} times the limit" if far else f", margin {plain(100 * entry.margin)}%"
    if entry.probability is not None and 0 < entry.probability < 1:
        words += f", holds in {plain(100 * entry.probability)}% of draws"
    datum = margin_source(result, entry.constraint)
    return (
        words
        if datum is None
        else f"{words} ({datum.label + ', ' if entry.constraint in BEHIND and datum.label else ''}{cite(datum)})"
    )


def _memory(result: Result) -> str:
    """What the memory was counted with: the layout that was sought, the chips that the states fill, and what is left out."""
    words = ""
    if "context_parallel" in result.found:
        words += f", with tensor parallelism {value_of(result, 'tensor_parallel').removesuffix(' chip')}"
        for name, what in (("pipeline_parallel", "pipeline"), ("context_parallel", "context")):
            if largest(result.values[name]) > 1:
                words += f", {what} {value_of(result, name)}"
        if largest(result.values["recomputed_bytes"]) > 0:
            words += ", and recomputation"
    if "minimum_chips" in result.values:
        words += f", model states fill at least {value_of(result, 'minimum_chips')} chips"
    if lacking := [name for name in (*ARCHITECTURE, "vocabulary") if name not in result.data]:
        left_out = "logits are" if lacking == ["vocabulary"] else "activations and logits are"
        words += f", {left_out} not counted without {', '.join('--' + name.replace('_', '-') for name in lacking)}"
    return words


def change_words(result: Result, constraint: str) -> str:
    """The nearest change of one input that makes a limit hold, the next ones after it, or that there is none."""
    from cluster_calc.estimation.changes import changes

    found = changes(result, constraint)
    if not found:
        return "none: no change of a single input within its usual range makes it hold"
    told = found[: 1 + ALTERNATIVES]
    others = "; or ".join(change_text(change) for change in told[1:])
    return f"{change_text(told[0])} makes it hold" + (f"; or {others}" if others else "")


def whole_change(result: Result) -> str | None:
    """Where several limits are broken: the one input that makes all of them hold, or that none does."""
    from cluster_calc.estimation.changes import change_for_all

    if len(result.verdict.broken) < 2:
        return None
    change = change_for_all(result)
    return (
        "none: no change of a single input within its usual range makes all of them hold"
        if change is None
        else f"{change_text(change)} makes all of them hold"
    )


def change_text(change: Change) -> str:
    """`chips 1,024 → 2,048`."""
    return f"{change.name.replace('_', ' ')} {shown(change.name, change.now)} → {shown(change.name, change.needed)}"


def verdict_of(result: Result) -> Row:
    """The verdict in words: feasible or not, and which limit binds."""
    found = result.verdict
    if found.word == NOT_FEASIBLE:
        also = [name for name in found.broken if name not in found.binding]
        fails = f"; {', '.join(also)} {'fails' if len(also) == 1 else 'fail'}, too" if also else ""
        return Row("Verdict", found.word, _binds(found.binding) + fails)
    if found.word != FEASIBLE:
        return Row("Verdict", found.word, f"{', '.join(found.open)} cannot be checked: a figure is missing")
    note = "within what was checked"
    if found.binding:
        note += f"; {' and '.join(found.binding)} {'bind' if len(found.binding) > 1 else 'binds'} first"
    return Row("Verdict", found.word, note + (f"; unusual: {', '.join(found.unusual)}" if found.unusual else ""))


def _binds(names: tuple[str, ...]) -> str:
    return (
        f"the binding constraint is {names[0]}"
        if len(names) == 1
        else f"the binding constraints are {' and '.join(names)}"
    )


def verdict_text(result: Result) -> str:
    """Whether it is feasible, and what binds, as one sentence."""
    found = verdict_of(result)
    return f"{found.value.capitalize()}{' ' if found.note.startswith('within') else ': '}{found.note}"
