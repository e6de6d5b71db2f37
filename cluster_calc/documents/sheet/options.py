"""Options of one demand as a section of a cost sheet: side by side, in their order, and what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cluster_calc.documents.charts import charts
from cluster_calc.documents.charts.charts import Scale, Span
from cluster_calc.documents.render.figures import band_text, span_of, table
from cluster_calc.documents.render.view import Cell, Figure, Part, Table, TableRow
from cluster_calc.estimation.result import Result
from cluster_calc.estimation.verdict import FEASIBLE, NOT_FEASIBLE
from cluster_calc.quantities.display import NOT_FOUND, label_of, percent, shown
from cluster_calc.quantities.nomenclature import INFINITY, QUANTITIES

if TYPE_CHECKING:
    from cluster_calc.studies.comparison import Comparison

MOST_SWITCHES = 8


def alternatives(results: Sequence[Result], names: Sequence[str], ranked: Comparison | None) -> Part | None:
    """Options side by side on the same demand, their order, and what would change the first place."""
    if len(results) < 2:
        return None
    metrics = ("training_time", "chips", "run_cost", "cost_per_chip_hour", "capital_cost", "rental_cost",
               "peak_facility_power", "facility_energy", "emissions", "shipment_share")  # fmt: skip
    rows = []
    for name in metrics:
        if not any(name in result.values or name in result.missing for result in results):
            continue
        cells = []
        for result in results:
            band = band_text(result, name).removeprefix("P10–P90 ")
            cells.append(Cell(shown(name, result.values.get(name)), band))
        rows.append(TableRow(Cell(label_of(name)), tuple(cells)))
    signs = {FEASIBLE: "✓", NOT_FEASIBLE: "✗"}
    verdicts = [result.verdict.word for result in results]
    rows.append(TableRow(Cell("Feasibility"), tuple(Cell(f"{signs.get(text, '?')} {text}") for text in verdicts)))
    varies = any(result.samples for result in results)
    whole = table(f"The same demand on each{'; below a value its P10–P90' if varies else ''}", ("", *names), rows)
    lead = "Equal demand, equal assumptions but for the chip's own figures; where draws are made, the same draws. "
    lead += f"The other sections detail the first option, {names[0]}."
    # As many columns as options need the whole width: the charts follow.
    figures = [Figure(None, whole)]
    for name in ("run_cost", "capital_cost", "cost_per_chip_hour", "peak_facility_power"):
        if (drawing := _dots(results, names, name)) is not None:
            figures.append(Figure(drawing, _table_of(results, names, name)))
    if ranked is not None:
        figures[1:1] = _order(ranked)
    return Part("alternatives", "Alternatives side by side", lead, tuple(figures))


def _order(ranked: Comparison) -> list[Figure]:
    """The order of the options, and the values nearest to the base at which another takes the first place."""
    if len(ranked.ranking) < 2:
        return []
    label = label_of(ranked.by)
    least = float(ranked[ranked.ranking[0]].values[ranked.by])
    rows = []
    for place, name in enumerate(ranked.ranking, 1):
        value = float(ranked[name].values[ranked.by])
        beside = "" if place == 1 or not least else f"{'+' if value >= least else ''}{percent(value / least - 1)}"
        cells = [Cell(shown(ranked.by, value)), Cell(beside)]
        if ranked.first_share:
            cells.append(Cell(percent(ranked.first_share[name])))
        rows.append(TableRow(Cell(f"{place}. {name}"), tuple(cells)))
    for name, why in ranked.not_ranked.items():
        rows.append(
            TableRow(Cell(name, f"not ranked: {why}"), (Cell(NOT_FOUND), *[Cell("")] * (len(rows[0].cells) - 1)))
        )
    heads = ("Option", label, "Beside the first", *(["First in draws"] if ranked.first_share else []))
    figures = [Figure(None, table(f"In order of {QUANTITIES[ranked.by].label}", heads, rows))]
    # Rounded, so that equal distances keep their order in a result that was read from a file.
    nearest = sorted(
        ranked.switches,
        key=lambda switch: round(abs(switch.value / switch.base - 1), 6) if switch.base else INFINITY,
    )
    rows = []
    for switch in nearest[:MOST_SWITCHES]:
        side = "over" if switch.value > switch.base else "under"
        rows.append(
            TableRow(
                Cell(label_of(switch.name), f"of {switch.whose}"),
                (Cell(shown(switch.name, switch.base)), Cell(f"{side} {shown(switch.name, switch.value)}"), Cell(switch.winner)),
            )
        )  # fmt: skip
    if rows:
        caption = "What would change the first place: one input alone, the nearest first"
        figures.append(Figure(None, table(caption, ("Input", "Now", "Changes it", "Then first"), rows, words=(3,))))
    return figures


def _table_of(results: Sequence[Result], names: Sequence[str], metric: str) -> Table:
    rows = []
    for name, result in zip(names, results, strict=True):
        cell = Cell(shown(metric, result.values.get(metric)), band_text(result, metric))
        rows.append(TableRow(Cell(name), (cell,)))
    return table(label_of(metric), ("Option", "Value"), rows)


def _dots(results: Sequence[Result], names: Sequence[str], metric: str) -> charts.Drawing | None:
    rows = []
    for name, result in zip(names, results, strict=True):
        value = result.values.get(metric)
        percentiles = span_of(result, metric)
        low, high = (percentiles[0], percentiles[2]) if percentiles else (value, value)
        at = None if value is None else float(value)
        rows.append(Span(name, shown(metric, value), float(low or 0), float(high or 0), at=at))
    if sum(row.at is not None for row in rows) < 1:
        return None
    return charts.dots(
        label_of(metric),
        rows,
        Scale(label_of(metric), lambda value: shown(metric, value), False, (0.0,), QUANTITIES[metric].factor),
    )
