"""The cost sheet: a Result, or several options, as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import re
from collections.abc import Container, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster_calc import __version__
from cluster_calc.datum import Datum
from cluster_calc.errors import InputError, quoted
from cluster_calc.feasibility import NOT_CHECKED
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.report import sheet_curves, sheet_options, sheet_parts
from cluster_calc.report.data import as_dict
from cluster_calc.report.numbers import NOT_FOUND, shown
from cluster_calc.report.sheet_parts import figure_of, label_of, span_of, spread_text, table, verdict_text
from cluster_calc.report.sheet_view import Card, Cell, Formula, Sheet, Table, TableRow
from cluster_calc.report.views import answer, command, excluded, question
from cluster_calc.resources import shipped
from cluster_calc.result import Result
from cluster_calc.trace import formula_text

if TYPE_CHECKING:
    import jinja2

    from cluster_calc.comparison import Comparison

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
ORIGINS = {"command line": "you", "call": "you", "file": "your file", "environment": "your environment"}


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
    parts = (
        sheet_parts.money(first),
        sheet_parts.flop(first),
        sheet_curves.sizes(first),
        sheet_curves.rent_or_buy(first),
        sheet_parts.tornado(first),
        sheet_curves.certainty(first),
        sheet_curves.cash(first),
        sheet_parts.energy(first),
        sheet_curves.shipments(first),
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
    from cluster_calc.comparison import Option, ranked

    names: list[str] = []
    for place, entry in enumerate(results):
        given = comparison.options[place].name if comparison else entry.chip.id
        name = entry.chip.name if given == entry.chip.id else given
        names.append(f"{name} ({names.count(name) + 1})" if name in names else name)
    try:
        options = [Option(name, entry) for name, entry in zip(names, results, strict=True)]
        return ranked(options, comparison.by if comparison else "run_cost")
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


def register(result: Result) -> Table:
    """Every input with its value, range, source, date and origin."""
    rows = []
    for name, datum in result.sourced.items():
        ends = [end for end in (datum.low, datum.high) if end is not None]
        span = spread_text(name, ends, " – ") if datum.has_range else ""
        source = datum.source
        said = source.publisher or source.title or source.id
        said = "you" if source.id in ORIGINS else "a judgement" if source.id == "judgement" else said
        if datum.kind == "estimate":
            said = f"analyst estimate: {said}"
        href = source.url if re.match(r"https?://", source.url) else ""
        details = [datum.label, source.title if source.publisher else "", datum.locator]
        if source.id == "judgement":
            details = [datum.label, datum.locator or datum.note]
        small = " · ".join(part for part in details if part) or datum.note
        dated = Cell(datum.as_of or "–", f"{datum.confidence} confidence" if datum.confidence else "")
        kind = datum.kind if datum.kind not in ("given", "range") else ""
        rows.append(
            TableRow(
                Cell(label_of(name), QUANTITIES[name].meaning),
                (
                    figure_of(result, name) if datum.value is not None else Cell(NOT_FOUND, "", name),
                    Cell(span),
                    Cell(said, _cut(small), href=href),
                    dated,
                    Cell(_origin(datum), kind),
                ),
            )
        )
    heads = ("Assumption", "Value", "5–95 % range", "Source", "Date", "From")
    return table("Every input of this estimate", heads, rows, words=(3, 4, 5))


def _origin(datum: Datum) -> str:
    return ORIGINS.get(datum.origin, datum.origin)


def _cut(text: str, most: int = 160) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def method_of(result: Result, only: Container[str] | None = None) -> list[Formula]:
    """Every formula of the estimate (or those of some names), in the order in which it is computed."""
    found = []
    for step in result.model.plan(result.data):
        if only is not None and step.name not in only:
            continue
        cell = figure_of(result, step.name)
        about = re.split(r"(?<=[.:])\s", (step.formula.__doc__ or "").strip().split("\n")[0])[0].rstrip(":")
        found.append(
            Formula(
                step.name,
                label_of(step.name),
                cell.text,
                about,
                formula_text(step.formula),
                formula_text(step.formula, lambda word: shown(word, result.values.get(word), 4)),
                cell.value,
            )
        )
    return found


def _facts(result: Result) -> tuple[tuple[str, str], ...]:
    draws = f"{result.draws:,} from seed {result.seed}" if result.draws else "none: base values only"
    return (
        ("Program", f"cluster-calc {__version__}"),
        ("Catalog", f"reviewed {result.catalog_date}"),
        ("Chip", f"{result.chip.name} ({result.chip.id}), {result.precision}, dense peak"),
        ("Draws", draws),
    )


def embedded(results: Sequence[dict[str, Any]]) -> str:
    """The JSON of one result, or of several in a list, as it can stand inside a script element.

    In a list, the options after the first leave out what they share with it: equal inputs and results, units and empty
    percentiles, and what the draws give besides percentiles; what only the first has is null.

    >>> embedded([{"name": "</script>"}])
    '{"name":"\\\\u003c/script\\\\u003e"}'
    """
    first, *others = results
    whole: Any = [first, *(_differing(first, other) for other in others)] if others else first
    text = json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _differing(first: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    short: dict[str, Any] = {**other}
    for part in ("inputs", "results"):
        own = {name: entry for name, entry in other[part].items() if first[part].get(name) != entry}
        if part == "results":
            own = {name: {key: value for key, value in entry.items() if value is not None and key in ("value", "p10", "p50", "p90")}
                   for name, entry in own.items()}  # fmt: skip
        short[part] = {**own, **{name: None for name in first[part] if name not in other[part]}}
    return short


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


# Control, bidirectional, zero-width and lone surrogate characters, without tab and line breaks.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)


def _seen(value: Any) -> Any:
    """The text with what a browser would obey, or hide, written out."""
    if not isinstance(value, str) or _UNSEEN.search(value) is None:
        return value
    return type(value)(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", value))


@lru_cache(maxsize=4)
def template_environment(folder: str) -> jinja2.Environment:
    """Templates that escape what they are given; a folder's own stand before the shipped ones, in a sandbox.

    What a reader cannot see is written out: a name in a catalog file must not turn the figures around it.
    """
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        finalize=_seen,
        loader=jinja2.FileSystemLoader([*filter(None, [folder]), str(shipped("templates"))]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
