"""The register of sources behind a page, and the words for where a figure comes from."""

from __future__ import annotations

import re
from collections.abc import Container

from cluster_calc.documents.render.figures import figure_of, table
from cluster_calc.documents.render.view import Cell, Formula, Table, TableRow
from cluster_calc.estimation.result import Result
from cluster_calc.model.expression import formula_text
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.display import NOT_FOUND, label_of, shown, spread_text
from cluster_calc.quantities.nomenclature import QUANTITIES

ORIGINS = {"command line": "you", "call": "you", "file": "your file", "environment": "your environment"}


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
