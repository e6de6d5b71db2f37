"""The sections of a cost sheet that run the result's own model again, on arrays: sizes, draws, counts."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.current import catalog
from cluster_calc.documents.charts import charts
from cluster_calc.documents.charts.charts import Scale, Series, Span
from cluster_calc.documents.render.figures import span_of, table
from cluster_calc.documents.render.view import Cell, Figure, Part, TableRow
from cluster_calc.estimation.result import Result
from cluster_calc.model.graph import Model
from cluster_calc.model.sets import ALL_SETS
from cluster_calc.quantities.dates import YEAR
from cluster_calc.quantities.display import count, label_of, percent, shown
from cluster_calc.quantities.nomenclature import QUANTITIES

# How far from the estimate's own size the curves go, and in how many steps.
FACTOR, POINTS = 8.0, 13
SHOWN_FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)
CURVE = (1, 2, 5, *range(10, 91, 4), 95, 98, 99)


def _scale(name: str, words: str = "", *, log: bool = False, holds: tuple[float, ...] = ()) -> Scale:
    return Scale(words or label_of(name), lambda value: shown(name, value), log, holds, QUANTITIES[name].factor)


def _fixed(result: Result) -> dict[str, Any]:
    return {name: datum.value for name, datum in result.data.items() if datum.value is not None}


def sizes(result: Result) -> Part | None:
    """Cost and time against the number of chips, utilisation held."""
    if result.mode not in ("fixed-time", "fixed-chips", "observed") or "training_time" not in result.values:
        return None
    base = float(result.values["chips"])
    model, fixed = result.model, _fixed(result)
    grid = np.unique(np.maximum(np.round(np.geomspace(base / FACTOR, base * FACTOR, POINTS)), 1.0))
    asked = sorted({max(round(base * factor), 1) for factor in SHOWN_FACTORS} | {round(base)})
    few = model.choices("chips", result.values)
    if few is not None and len(few):
        # A job with a predicted MFU spreads over some numbers of chips only: the nearest to each.
        grid = np.unique(few[np.abs(few[:, None] - grid).argmin(axis=0)])
        nearest = few[np.abs(few[:, None] - np.array(asked)).argmin(axis=0)]
        asked = sorted({*map(round, nearest.tolist()), round(base)})
    if len(grid) < 3:
        return None
    if result.mode == "observed":
        # The MFU that the run reached is held, and the time follows from the chips again.
        kept = [
            step.formula for step in model.steps.values() if step.name not in ("training_time", "implied_mfu", "mfu")
        ]
        model, fixed = Model(*kept, *ALL_SETS["timing"]), {**fixed, "mfu": result.values["mfu"]}
    values = model.evaluate({**fixed, "chips": grid})
    rows_at = model.evaluate({**fixed, "chips": np.array(asked, dtype=float)})
    # The bands: the same model with the quantity behind each panel at its percentiles.
    behind = {"training_time": "accelerator_time", "run_cost": "run_cost", "capital_cost": "all_in_price"}
    panels, names = [], []
    shown_names = {name: cause for name, cause in behind.items() if name in values}
    for name, cause in shown_names.items():
        ys = np.broadcast_to(np.asarray(values[name], dtype=float), grid.shape)
        ends: list[Any] = []
        percentiles = span_of(result, cause)
        if percentiles is not None and name != "run_cost" and cause not in result.data:
            ends = [
                model.evaluate({**fixed, "chips": grid, cause: end})[name] for end in (percentiles[0], percentiles[2])
            ]
        series = Series(label_of(name), grid.tolist(), ys.tolist(), *(end.tolist() for end in ends))
        log = name != "run_cost"
        last = name == list(shown_names)[-1]
        across = Scale("chips, log scale" if last else "", lambda value: count(round(value)), log=True)
        heading = f"{label_of(name)}{', log scale' if log else ''}{'; band: P10–P90' if ends else ''}"
        down = _scale(name, heading, log=log, holds=() if log else (0.0,))
        panels.append(charts.line(label_of(name), [series], across, down, [(base, "here")], 84.0))
        names.append(name)
    if not panels:
        return None
    rows = [
        TableRow(
            Cell(count(number), "this estimate" if number == round(base) else ""),
            tuple(Cell(shown(name, _at(rows_at[name], place))) for name in names),
            total=number == round(base),
        )
        for place, number in enumerate(asked)
    ]
    lead = "More chips finish sooner; MFU and goodput are held here. Real runs lose some of both as they grow."
    if "run_cost" in names and "capital_cost" in names:
        lead = (
            "More chips finish sooner and tie up more capital; the run's cost stays where it is because MFU and goodput "
            "are held. Real runs lose some of both as they grow."
        )
    if few is not None:
        lead = (
            "More chips finish sooner; the MFU is that predicted for each number of them, in the layout that suits it."
        )
    drawing = charts.multiples("Time and cost against the number of chips", panels)
    shown_table = table("At other sizes", ("Chips", *map(label_of, names)), rows)
    return Part("sizes", "Cost and time against the number of chips", lead, (Figure(drawing, shown_table),))


def _at(values: Any, place: int) -> float:
    array = np.asarray(values, dtype=float)
    return float(array[place] if array.shape else array)


def certainty(result: Result) -> Part | None:
    """How sure: the S-curve of the run cost, with base, P50 and P80."""
    name = "run_cost" if "run_cost" in result.samples else "cost_per_chip_hour"
    if name not in result.samples:
        return None
    samples, base = np.asarray(result.samples[name]), float(result.values[name])
    xs = np.percentile(samples, CURVE)
    if not xs[-1] > xs[0]:
        return None
    held = float(np.mean(samples <= base))
    factor = QUANTITIES[name].factor
    asked = (5, 10, 50, 80, 90, 95)
    levels = {at: (result.percentile(name, at) or 0.0) * factor for at in asked}
    middle, likely = levels[50], levels[80]
    marks = [(base, "base"), (middle, "P50"), (likely, "P80")]
    what = label_of(name).lower()
    drawing = charts.line(
        f"How sure: chance that the {what} stays below",
        [Series(label_of(name), xs.tolist(), [percent_ / 100 for percent_ in CURVE])],
        _scale(name),
        Scale(f"Chance that the {what} stays below", lambda value: percent(value, 2), False, (0.0, 1.0)),
        marks,
    )
    rows = [TableRow(Cell(f"P{at}"), (Cell(shown(name, value)), Cell(f"{100 - at}%"))) for at, value in levels.items()]
    rows.append(TableRow(Cell("Base"), (Cell(shown(name, base)), Cell(percent(1 - held, 2))), total=True))
    lead = (
        f"In {percent(held, 2)} of {result.draws:,} draws the {what} stays within the base value. To be covered four times out "
        f"of five, plan with {shown(name, likely)}."
    )
    shown_table = table("Percentiles of the draws", ("Level", label_of(name), "Chance to exceed"), rows)
    return Part("certainty", "How sure", lead, (Figure(drawing, shown_table),))


def shipments(result: Result, book: Catalog | None = None) -> Part | None:
    """The share of each year's shipments that the cluster would take, by whose count."""
    if "shipment_share" not in result.values or "shipment_period" not in result.values:
        return None
    book = book or catalog()
    maker = re.sub(r"[^a-z]", "", result.chip.maker.lower().split(" ")[0])
    counts = []
    for item in book.heads("shipments"):
        match = re.fullmatch(r"epoch-(?:([a-z]+)-)?(20\d\d)", item)
        if match and (not match.group(1) or match.group(1) == maker):
            counts.append((match.group(2), match.group(1) or "", book.shipments(item)))
    used = result.data.get("annual_shipments")
    counts.sort(key=lambda entry: (entry[1], entry[0]))
    data = [datum for _, _, datum in counts]
    if used is not None and not any(used.label == datum.label for datum in data):
        data.append(used)
    chips = float(result.values["chips"])
    rows, bars = [], []
    for datum in data:
        share = float(
            result.model.steps["shipment_share"].formula(
                chips=chips, annual_shipments=datum.value, shipment_period=result.values["shipment_period"]
            )
        )
        chosen = used is not None and datum.label == used.label
        label = datum.label or "given"
        bars.append(Span(label, percent(share), share, share, "b" if chosen else "a", at=share, total=chosen))
        counted = count(float(datum.value) * YEAR)
        rows.append(TableRow(Cell(label), (Cell(counted), Cell(percent(share))), total=chosen))
    label = used.label if used is not None and used.label else "the given count"
    lead = (
        f"{count(chips)} chips are {shown('shipment_share', result.values['shipment_share'])} of a year's shipments: {label}. "
        "Counts differ by who is counted, so each names its denominator."
    )
    scale = Scale("share", percent, _decades(bars) > 1.5, () if _decades(bars) > 1.5 else (0.0,))
    drawing = charts.dots("Share of shipments, by whose count", bars, scale)
    shown_table = table("Denominators", ("Whose count", "In the year", "Share"), rows)
    note = f"Counted in {label}: {used.note}." if used is not None and used.note else ""
    return Part("shipments", "Share of annual shipments", lead, (Figure(drawing, shown_table, note),))


def _decades(rows: list[Span]) -> float:
    ends = [row.at for row in rows if row.at]
    return float(np.log10(max(ends) / min(ends))) if ends else 0.0
