"""The cost sheet: a Result, or several options, as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import datetime
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster_calc.documents.render.citing import command
from cluster_calc.documents.render.figures import figure_of, span_of
from cluster_calc.documents.render.method import method_of, register
from cluster_calc.documents.render.templates import embedded, template_environment
from cluster_calc.documents.render.view import Card, Sheet
from cluster_calc.documents.reports.limits import verdict_text
from cluster_calc.documents.reports.sentences import answer, question
from cluster_calc.documents.sheet import curves, finance
from cluster_calc.documents.sheet import options as sheet_options
from cluster_calc.documents.sheet import parts as sheet_parts
from cluster_calc.errors import InputError, quoted
from cluster_calc.estimation.as_json import as_dict
from cluster_calc.estimation.included import excluded
from cluster_calc.estimation.result import Result
from cluster_calc.estimation.verdict import NOT_CHECKED
from cluster_calc.quantities.display import label_of, shown, spread_text
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.version import __version__

if TYPE_CHECKING:
    from cluster_calc.studies.comparison import Comparison

CARDS = ("training_time", "chips", "run_cost", "capital_cost", "cost_per_chip_hour", "facility_energy",
         "peak_facility_power", "shipment_share")  # fmt: skip
NOTES = {
    "run_cost": "amortised: this run's share of the hardware, and its energy",
    "capital_cost": "cash for the hardware; not part of run cost",
    "peak_facility_power": "what the site must supply at full load",
}
MOST_OPTIONS = 5
# The longest JSON that the page carries a second time, for a click.
MOST_SAVED = 36_000


def sheet(
    result: Result | Comparison | Sequence[Result],
    *,
    title: str = "",
    author: str = "",
    templates: str | Path | None = None,
) -> str:
    """The cost sheet of a result as HTML text; a comparison, or several results, are options, the first in detail.

    `templates` is a folder whose files take the place of the shipped ones of the same name.

    >>> import cluster_calc as cc
    >>> cc.sheet(cc.estimate(training_compute=2e25, chip="h100"))[:15]
    '<!doctype html>'
    """
    comparison = None
    if isinstance(result, Result):
        results = [result]
    elif isinstance(result, Sequence):
        results = list(result)
    else:
        comparison, results = result, [option.result for option in result.options]
    return render(sheet_of(results, title=title, author=author, comparison=comparison), templates)


def sheet_of(
    results: Sequence[Result], *, title: str = "", author: str = "", comparison: Comparison | None = None
) -> Sheet:
    """The view model of the page; options are ranked as in the comparison, or by run cost."""
    if not 1 <= len(results) <= MOST_OPTIONS:
        raise InputError(f"a sheet shows 1 to {MOST_OPTIONS} options; there are {len(results)}")
    for entry in results:
        arrays = [name for name, value in entry.values.items() if getattr(value, "shape", None)]
        if arrays:
            raise InputError(f"a sheet shows one estimate: {quoted(arrays[0])} is an array; give one value, or a range")
    first = results[0]
    ranked = _ranked(results, comparison) if len(results) > 1 else None
    names = [option.name for option in ranked.options] if ranked else [entry.chip.name for entry in results]
    plan = finance.plan_of(first)
    parts = (
        sheet_parts.money(first),
        sheet_parts.flop(first),
        curves.sizes(first),
        finance.rent_or_buy(first, plan),
        sheet_parts.tornado(first),
        curves.certainty(first),
        finance.cash(first, plan),
        sheet_parts.energy(first),
        curves.shipments(first),
        sheet_parts.feasibility(first),
        sheet_options.alternatives(results, names, ranked),
    )
    date = first.scenario.settings.get("as_of") or datetime.date.today().isoformat()
    asked = question(first)
    verdict = (f"{names[0]}: " if len(results) > 1 else "") + verdict_text(first)
    return Sheet(
        title=title or "Cost sheet",
        author=author,
        date=date,
        question=asked
        if len(results) == 1
        else f"{asked.removesuffix('?')}, and on {_alternatives(len(results) - 1)}?",
        answer=answer(first) if len(results) == 1 else _answers(results, names, ranked),
        verdict="" if first.verdict.word == NOT_CHECKED else verdict,
        feasible=first.feasible,
        cards=tuple(_cards(first)),
        warnings=tuple(_warnings(results, names)),
        parts=tuple(part for part in parts if part is not None),
        assumptions=register(first),
        excluded=excluded(first),
        method=tuple(method_of(first)),
        command=_command(results),
        facts=_facts(first),
        version=__version__,
        data=embedded([as_dict(entry) for entry in results]),
        file_name=re.sub(r"[^a-z0-9]+", "-", (title or first.chip.id).lower()).strip("-")[:60] + ".json",
    )


def _alternatives(number: int) -> str:
    return f"{number} alternative{'' if number == 1 else 's'}"


def _ranked(results: Sequence[Result], comparison: Comparison | None) -> Comparison | None:
    """The options in their order, named for people; None where none has what they are ranked by."""
    from cluster_calc.studies.comparison import ranked
    from cluster_calc.studies.options import Option

    names: list[str] = []
    for place, entry in enumerate(results):
        given = comparison.options[place].name if comparison else entry.chip.id
        name = entry.chip.name if given == entry.chip.id else given
        names.append(f"{name} ({names.count(name) + 1})" if name in names else name)
    try:
        options = [Option(name, entry) for name, entry in zip(names, results, strict=True)]
        return ranked(options, comparison.by if comparison else "")
    except InputError:
        return None


def _command(results: Sequence[Result]) -> str:
    """The command of the sheet; where options differ in more than the chip, one for each."""
    first = results[0]
    if any(_but_chip(entry) != _but_chip(first) for entry in results):
        return "\n".join(
            command(entry, "sheet", [*_drawn(entry), "-o", f"option-{place}.html"])
            for place, entry in enumerate(results, 1)
        )
    more = [word for entry in results[1:] for word in ("--compare", entry.chip.id)]
    return command(first, "sheet", [*more, *_drawn(first), "-o", "sheet.html"])


def _but_chip(result: Result) -> dict[str, Any]:
    return {key: text for key, text in result.scenario.texts.items() if key != "chip"}


def _drawn(result: Result) -> list[str]:
    if not result.draws:
        return []
    settings = result.scenario.settings
    return [
        word for name in ("draws", "seed") if name not in settings for word in (f"--{name}", str(getattr(result, name)))
    ]


def _answers(results: Sequence[Result], names: Sequence[str], ranked: Comparison | None) -> str:
    words = answer(results[0]).rstrip(".") + f" on {names[0]}."
    if ranked is not None and len(ranked.ranking) > 1:
        best = ranked.ranking[0]
        value = shown(ranked.by, ranked[best].values[ranked.by])
        words += f" {ranked.superlative} {QUANTITIES[ranked.by].label}: {value} on {best}"
        left = len(ranked.not_ranked)
        words += f"; not found for {left} of {len(results)}." if left else "."
    return words


def _warnings(results: Sequence[Result], names: Sequence[str]) -> list[str]:
    """Each warning once, with the options that it concerns unless it concerns all."""
    found: dict[str, list[str]] = {}
    for name, entry in zip(names, results, strict=True):
        for warning in entry.warnings:
            found.setdefault(warning, []).append(name)
    return [
        warning if len(whose) == len(results) else f"{', '.join(whose)}: {warning}" for warning, whose in found.items()
    ]


def _cards(result: Result) -> list[Card]:
    found = []
    for name in CARDS:
        if name not in result.values and name not in result.missing:
            continue
        note = NOTES.get(name, "")
        if name == "training_time" and result.mode == "fixed-time":
            note = f"of {shown('time_allowed', result.values['time_allowed'])} allowed"
        elif name == "chips":
            note = result.chip.name
        elif name == "shipment_share" and "annual_shipments" in result.data:
            label = result.data["annual_shipments"].label or "the count given"
            note = f"of a year's {shown('annual_shipments', result.values.get('annual_shipments'))}: {label}"
        elif name == "facility_energy" and "electricity_cost" in result.values:
            note = f"{shown('electricity_cost', result.values['electricity_cost'])} at the meter"
        elif name == "cost_per_chip_hour" and "rental_price" in result.values:
            note = f"rent: {shown('rental_price', result.values['rental_price'])}"
        if name not in result.values:
            note = "needs " + " and ".join(result.lacking(name))
        percentiles = span_of(result, name)
        span = "" if percentiles is None else spread_text(name, percentiles)
        cell = figure_of(result, name)
        found.append(Card(name, label_of(name), cell.text, cell.value, span, note))
    return found


def _facts(result: Result) -> tuple[tuple[str, str], ...]:
    draws = f"{result.draws:,} from seed {result.seed}" if result.draws else "none: base values only"
    return (
        ("Program", f"cluster-calc {__version__}"),
        ("Catalog", f"reviewed {result.catalog_date}"),
        ("Prices", "data release {number} of {date}".format(**result.data_release)),
        ("Chip", f"{result.chip.name} ({result.chip.id}), {result.precision}, dense peak"),
        ("Draws", draws),
    )


def render(view: Sheet, templates: str | Path | None = None) -> str:
    """The view model in its template; a folder's templates take the place of the shipped ones of the same name."""
    import jinja2

    if templates is not None and not Path(templates).is_dir():
        raise InputError(f"--templates {quoted(templates)} is not a folder")
    environment = template_environment("" if templates is None else str(templates))
    try:
        # The only style that the page's policy lets in is the one that it carries.
        style = "\n" + environment.get_template("style.css").render().strip() + "\n"
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        # One result can be saved by a click; several would make the page too heavy to carry them twice.
        once = view.data.startswith("{") and len(view.data) <= MOST_SAVED
        saved = base64.b64encode(view.data.encode()).decode() if once else ""
        return (
            environment.get_template("sheet.html.j2").render(sheet=view, style=style, style_hash=digest, saved=saved)
            + "\n"
        )
    except jinja2.TemplateError as error:
        where = getattr(error, "filename", None) or getattr(error, "name", None) or "a template"
        raise InputError(f"--templates: {quoted(where)}: {quoted(error, 200)}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"--templates: a file is not UTF-8 text: {quoted(error, 200)}") from None
