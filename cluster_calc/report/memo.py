"""The procurement memo: an estimate, its finance and a memo file as one frozen view (docs/memo.md)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from cluster_calc import __version__, cash_flow
from cluster_calc import scenario as scenarios
from cluster_calc.errors import InputError, quoted
from cluster_calc.estimation import run
from cluster_calc.memo_file import MemoFile, printable
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.report import finance as finance_report
from cluster_calc.report import memo_parts as parts
from cluster_calc.report.data import as_dict
from cluster_calc.report.memo_options import Case, Way, recommended, ways
from cluster_calc.report.memo_tables import CONFIDENCE
from cluster_calc.report.memo_view import Memo
from cluster_calc.report.page import embedded
from cluster_calc.report.views import command
from cluster_calc.scenario import Scenario

SCHEMA = "cluster-calc/memo/1"
MOST_OPTIONS = 5
PERCENTILES = ("capital_cost", "project_capital", "run_cost")


def memo(
    *, memo_file: MemoFile | None = None, compare: Sequence[str] = (), previous: Mapping[str, Any] | None = None,
    title: str = "", **given: Any,
) -> Memo:  # fmt: skip
    """The memo of what `estimate` takes; `compare` names further chips on the same demand.

    >>> view = memo(chip="h100", training_compute=2e25, draws=100)
    >>> view.stamp
    'DRAFT — NOT FOR APPROVAL'
    """
    extra = memo_file or MemoFile()
    named = {"ranges": True, **extra.inputs, **{name: value for name, value in given.items() if value is not None}}
    merged = [scenarios.gather(named, origin="call")]
    merged += [scenarios.gather({**named, "chip": chip}, origin="call") for chip in compare]
    return memo_of(merged, extra, previous=previous, title=title)


def memo_of(
    merged: Sequence[Scenario], extra: MemoFile, *, previous: Mapping[str, Any] | None = None, title: str = "",
    more: Sequence[str] = (),
) -> Memo:  # fmt: skip
    """The memo of merged scenarios, the chip that it recommends in detail; `more` are the words that its command takes besides."""
    if len(merged) > MOST_OPTIONS:
        raise InputError(f"a memo sets at most {MOST_OPTIONS} chips side by side; there are {len(merged)}")
    cases = [_case(merged[0])]
    cases += [_case(_over(entry, cases[0].finance)) for entry in merged[1:]]
    typed = cases[0].result
    chips = [case.result.chip.id for case in cases]
    twice = next((chip for chip in chips if chips.count(chip) > 1), None)
    if twice:
        raise InputError(f"--compare names {quoted(twice)} twice; each option is another chip")
    if len(cases) > 1 and any(case.result.mode != "fixed-time" for case in cases):
        raise InputError(
            "--compare needs options of equal compute: give the demand (--flop, or --params and --tokens), without --chips, "
            "and the time that each may take (--time-allowed)"
        )
    rated = "discount_rate" in merged[0].data
    found = ways(cases, rated, extra.options, extra.existing_fleet)
    best = recommended(found, rated)
    if best is not None and best.name.startswith("buy:"):
        # The memo details the chip that it recommends.
        chosen = best.name.removeprefix("buy:")
        cases.sort(key=lambda case: case.result.chip.id != chosen)
        found = ways(cases, rated, extra.options, extra.existing_fleet)
        best = recommended(found, rated)
    result, plan = cases[0].result, cases[0].finance
    date = str(result.scenario.settings.get("as_of") or datetime.date.today().isoformat())
    gaps = parts.gaps(cases[0], best, extra, rated, date)
    sections, appendix = parts.sections(cases, found, extra, rated, previous)
    held = _data(cases, found, best, extra, rated, gaps)
    return Memo(
        title=printable(title) or extra.title or "Procurement memo",
        date=date,
        requester=extra.requester,
        draft=bool(gaps),
        gaps=gaps,
        ask=parts.ask(result, plan, best),
        decision=parts.decision(cases[0], found, best, extra, rated),
        parts=sections,
        appendix=appendix,
        command=printable(command(typed, "memo", [*_draws(merged[0], typed), *more])),
        version=__version__,
        data=embedded([held]),
    )


def _draws(merged: Scenario, result: Any) -> list[str]:
    return [
        word for name in ("draws", "seed") if result.draws and name not in merged.settings
        for word in (f"--{name}", str(getattr(result, name)))
    ]  # fmt: skip


def _over(merged: Scenario, plan: cash_flow.Finance | None) -> Scenario:
    """The scenario over the horizon of the first option's plan: chips of longer life gain no years by it."""
    if plan is None or "horizon" in merged.data:
        return merged
    data = {**merged.data, "horizon": plan.inputs["horizon"]}
    return Scenario(merged.settings, data, merged.texts, merged.origins)


def _case(merged: Scenario) -> Case:
    """The estimate of a scenario with its finance; what cannot be financed says why."""
    try:
        plan = cash_flow.plan(merged)
    except InputError as error:
        result = run(merged)
        found = Case(result, None, printable(str(error)))
    else:
        result = plan.result
        found = Case(result, plan)
    arrays = [name for name, value in result.values.items() if getattr(value, "shape", None)]
    if arrays:
        raise InputError(f"a memo is of one estimate: {quoted(arrays[0])} is an array; give one value, or a range")
    return found


def _data(
    cases: Sequence[Case], found: Sequence[Way], best: Way | None, extra: MemoFile, rated: bool, gaps: Sequence[str]
) -> dict[str, Any]:
    result, plan = cases[0].result, cases[0].finance
    return {
        "schema": SCHEMA,
        "version": __version__,
        "estimate": as_dict(result),
        "finance": finance_report.as_dict(plan) if plan else None,
        "finance_missing": cases[0].why,
        "discount_rate_given": rated,
        "options": {way.name: way.as_dict() for way in found},
        "recommended": best.name if best else None,
        "percentiles": {
            name: {
                "base": result.in_unit(name), "p50": result.percentile(name, 50.0),
                "p80": result.percentile(name, CONFIDENCE), "contingency": result.contingency(name, CONFIDENCE),
            }
            for name in PERCENTILES
            if name in result.values and name in QUANTITIES
        },
        "aace_class": parts.aace(extra)[0],
        "gaps": list(gaps),
    }  # fmt: skip
