"""The procurement memo: an estimate, its finance and a memo file as one frozen view (docs/memo.md)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cluster_calc.documents.memo import appendix, box, parts
from cluster_calc.documents.memo.view import Memo
from cluster_calc.documents.render.citing import command
from cluster_calc.documents.render.templates import embedded
from cluster_calc.errors import InputError, quoted
from cluster_calc.estimation.estimation import run
from cluster_calc.estimation.limits import ADVISORY, CONSTRAINTS
from cluster_calc.estimation.result import Result
from cluster_calc.investment import cash_flow
from cluster_calc.investment.rent_alone import Rents, rents_alone, rents_of
from cluster_calc.procurement.data import data_of
from cluster_calc.procurement.dates import Ready, decided, waiting
from cluster_calc.procurement.demand import planned
from cluster_calc.procurement.file import MemoFile
from cluster_calc.procurement.fleet import minimum
from cluster_calc.procurement.gaps import gaps
from cluster_calc.procurement.inputs import Entry, entries, with_memo_file
from cluster_calc.procurement.options import Case, recommended, ways
from cluster_calc.procurement.quotes import TYPED
from cluster_calc.procurement.risks import risks
from cluster_calc.procurement.subject import Subject
from cluster_calc.procurement.tax import tax_view
from cluster_calc.quantities.display import printable
from cluster_calc.studies.influence import Switch, switches
from cluster_calc.version import __version__

MOST_OPTIONS = 5
# Capacities that differ by less count as equal: whole chips round.
SAME_CAPACITY = 0.01


def memo(
    *files: str | Path, memo_file: MemoFile | None = None, compare: Sequence[str] = (),
    previous: Mapping[str, Any] | None = None, title: str = "", **given: Any,
) -> Memo:  # fmt: skip
    """The memo of what `estimate` takes; `compare` names further chips on the same demand.

    `files` are scenario files, or one file of results: of `estimate` or `compare --format json`, or a cost sheet.

    >>> view = memo(chip="h100", training_compute=2e25, draws=100)
    >>> view.stamp
    'DRAFT — NOT FOR APPROVAL'
    """
    named = {name: value for name, value in given.items() if value is not None}
    found = entries(named, compare, [str(file) for file in files], origin="call")
    named_files = [str(file) for file in files]
    return memo_of(found, memo_file or MemoFile(), previous=previous, title=title, files=named_files)


def memo_of(
    found: Sequence[Entry], extra: MemoFile, *, previous: Mapping[str, Any] | None = None, title: str = "",
    more: Sequence[str] = (), files: Sequence[str] = (),
) -> Memo:  # fmt: skip
    """The memo of its entries, the option that it recommends in detail; `more` are the words that its command takes besides."""
    if len(found) > MOST_OPTIONS:
        raise InputError(f"a memo sets at most {MOST_OPTIONS} options side by side; there are {len(found)}")
    today = day_of_memo(found)
    found, quotes = with_memo_file(found, extra, today)
    start = decided(extra, today)
    cases = [_case(found[0], extra, start)]
    cases += [_case(_over(entry, cases[0].rents), extra, start) for entry in found[1:]]
    cases = _keyed(cases)
    _equal(cases, files)
    asked = replace(cases[0].result, scenario=replace(cases[0].result.scenario, texts=dict(found[0].typed or {})))
    rated = "discount_rate" in found[0].scenario.data
    options = ways(cases, rated, extra, today, quotes)
    best = recommended(options, rated)
    if best is not None and ":" in best.name:
        # The memo details the option that it recommends.
        chosen = best.name.partition(":")[2]
        cases.sort(key=lambda case: case.key != chosen)
        options = ways(cases, rated, extra, today, quotes)
        best = recommended(options, rated)
    plan = cases[0].finance
    every = ways(cases, rated, replace(extra, options=()), today, quotes) if extra.options else options
    listed = {way.name for way in options}
    subject = Subject(
        cases=tuple(cases), ways=options, best=best, extra=extra, rated=rated, today=today, quotes=quotes,
        waiting=waiting(cases[0], best.ready if best else Ready(), decided(extra, today), best is not None and best.name == "colocate"), risks=risks(cases[0], extra, quotes, rated),
        tax=tax_view(plan, extra, rated) if plan else None,
        fleet=minimum(extra.existing_fleet, cases[0].result, cases[0].rents, rated), switches=_switches(cases[0].result),
        unlisted=tuple(way for way in every if way.name not in listed),
    )  # fmt: skip
    found_gaps = gaps(subject)
    words = [*_draws(found[0], asked), *more]
    return Memo(
        title=printable(title) or extra.title or "Procurement memo",
        date=today,
        requester=extra.requester,
        draft=bool(found_gaps),
        gaps=found_gaps,
        ask=box.ask(subject),
        decision=box.decision(subject),
        parts=parts.sections(subject),
        appendix=appendix.sections(subject, previous),
        command=printable(_command(asked, files, words)),
        version=__version__,
        data=embedded([data_of(subject, found_gaps)]),
    )


def day_of_memo(found: Sequence[Entry]) -> str:
    """The day from which a memo counts: --as-of, or today."""
    return str(found[0].scenario.settings.get("as_of") or datetime.date.today().isoformat())


def _command(asked: Any, files: Sequence[str], words: Sequence[str]) -> str:
    """The command that writes the memo again; files stand for what they hold."""
    if not files:
        return command(asked, "memo", words)
    texts = asked.scenario.texts
    typed = {name: text for name, text in texts.items() if asked.scenario.origins.get(name) in TYPED}
    if any(Path(name).suffix.lower() != ".toml" for name in files):
        from cluster_calc.procurement.inputs import BESIDES

        typed = {name: text for name, text in typed.items() if name in BESIDES}
    again = replace(asked, scenario=replace(asked.scenario, texts=typed))
    return command(again, "memo", [*words, *files])


def _switches(result: Result) -> tuple[Switch, ...]:
    """Where a verdict flips; advice decides nothing, and a limit is not moved to meet what it limits."""
    return tuple(
        entry for entry in switches(result)
        if (constraint := entry.verdict.removesuffix(" limit")) not in ADVISORY
        and entry.name != CONSTRAINTS.get(constraint, ("", "", ""))[0]
    )  # fmt: skip


def _draws(entry: Entry, result: Any) -> list[str]:
    if entry.recorded or not result.draws:
        return []
    settings = entry.scenario.settings
    return [
        word for name in ("draws", "seed") if name not in settings for word in (f"--{name}", str(getattr(result, name)))
    ]  # fmt: skip


def _over(entry: Entry, plan: Rents | None) -> Entry:
    """The entry over the horizon of the first option's plan: chips of longer life gain no years by it."""
    merged = entry.scenario
    if plan is None or "horizon" in merged.data:
        return entry
    return replace(entry, scenario=replace(merged, data={**merged.data, "horizon": plan.inputs["horizon"]}))


def _case(entry: Entry, extra: MemoFile, start: str) -> Case:
    """The estimate of an entry with its finance; what cannot be financed says why."""
    result = run(entry.scenario, entry.book)
    arrays = [name for name, value in result.values.items() if getattr(value, "shape", None)]
    if arrays:
        raise InputError(f"a memo is of one estimate: {quoted(arrays[0])} is an array; give one value, or a range")
    if "chips" not in result.values:
        raise InputError(
            f"a memo needs a number of chips, and none follows for {result.chip.name} ({result.precision}); "
            "give --chips, or --peak-throughput"
        )
    label = f"{entry.name} ({result.chip.name})" if entry.name else ""
    found = Case(result, None, label=label, key=entry.name or result.chip.id, book=entry.book)
    scenario, uses = planned(entry.scenario, result, extra, start, entry.book)
    try:
        plan = cash_flow.plan(scenario, entry.book, result, uses)
        return replace(found, finance=plan, rents=rents_of(plan))
    except InputError as error:
        found = replace(found, why=printable(str(error).partition("; without it")[0]))
    try:
        return replace(found, rents=rents_alone(scenario, result, entry.book, uses))
    except InputError:
        return found


def _keyed(cases: Sequence[Case]) -> list[Case]:
    """The cases, each with a key of its own."""
    keys = [case.key for case in cases]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice:
        raise InputError(f"{quoted(twice)} is named twice; each option is another chip, or another scenario file")
    return list(cases)


def _serve_alike(cases: Sequence[Case]) -> bool:
    """Whether all serve the same demand."""
    results = [case.result for case in cases]
    if any(result.mode != "serve" for result in results):
        return False
    asked = [tuple(result.values.get(name) for name in ("requests_per_second", "input_tokens", "output_tokens", "tpot", "ttft"))
             for result in results]  # fmt: skip
    return len(set(asked)) == 1 and len({result.scenario.settings["model"] for result in results}) == 1


def _equal(cases: Sequence[Case], files: Sequence[str]) -> None:
    """Refuse options that do not deliver the same compute."""
    if len(cases) < 2 or _serve_alike(cases):
        return
    demands = [case.result.values.get("training_compute") for case in cases]
    same = all(demand is not None and abs(demand / (demands[0] or 1.0) - 1) < 1e-9 for demand in demands)
    sized = all(case.result.mode == "fixed-time" for case in cases)
    times = {float(case.result.values.get("time_allowed", 0.0)) for case in cases}
    rates = [case.result.values.get("delivered_throughput") for case in cases]
    like = None not in rates and all(abs(float(rate) / float(rates[0]) - 1) < SAME_CAPACITY for rate in rates)  # type: ignore[arg-type]
    if not (same and ((sized and len(times) == 1) or like)):
        raise InputError(
            "the options are not of equal compute: each needs the same training_compute and time_allowed without chips, or chips "
            "that deliver the same"
            if files
            else "--compare needs options of equal compute: give the demand (--flop, or --params and --tokens), without --chips, "
            "and the time that each may take (--time-allowed)"
        )
