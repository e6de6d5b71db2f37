"""The sections of a cost sheet that run the result's own model again, on arrays: sizes, utilisations, years, counts."""

from __future__ import annotations

import re
from dataclasses import replace
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
from cluster_calc.quantities.display import count, label_of, percent, plain, shown
from cluster_calc.quantities.nomenclature import QUANTITIES

# How far from the estimate's own size the curves go, and in how many steps.
FACTOR, POINTS = 8.0, 13
SHOWN_FACTORS = (0.25, 0.5, 1.0, 2.0, 4.0)
SHOWN_UTILISATIONS = (0.1, 0.25, 0.5, 0.75, 1.0)
CURVE = (1, 2, 5, *range(10, 91, 4), 95, 98, 99)
MOST_YEARS = 12


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


def owning(result: Result) -> tuple[Any, Any, float | None] | None:
    """The cost of an hour in use against the share of its life that a bought cluster is used, and where rent equals it.

    The model itself on other shares: hours in use carry the hardware's charge of those that are not.
    """
    if "rental_price" not in result.values or "used_share" not in result.data:
        return None
    fixed = _fixed(result)
    for name in ("chips", "training_time"):
        if name in result.values:
            fixed[name] = result.values[name]
    shares = np.array([*np.linspace(0.05, 1.0, 39), *SHOWN_UTILISATIONS])
    values = result.model.evaluate({**fixed, "used_share": shares})
    if "cost_per_chip_hour" not in values:
        return None
    costs = np.broadcast_to(np.asarray(values["cost_per_chip_hour"], dtype=float), shares.shape)
    if not np.isfinite(costs).all() or not costs.min() < costs.max():
        return None  # a charge that does not follow the use
    rent = float(result.values["rental_price"])
    order = np.argsort(shares)
    # The cost falls with the inverse of the share, in a straight line: interpolation there is exact.
    cost, inverse = costs[order][::-1], 1 / shares[order][::-1]
    even = 1 / float(np.interp(rent, cost, inverse)) if cost[0] < rent < cost[-1] else None
    return shares, costs, even


def _hourly(value: float) -> str:
    return shown("cost_per_chip_hour", value).removesuffix("/chip/hour")


def rent_or_buy(result: Result) -> Part | None:
    """Rent or buy against utilisation."""
    found = owning(result)
    if found is None:
        return None
    shares, costs, even = found
    rent = float(result.values["rental_price"])
    curve, tail = len(shares) - len(SHOWN_UTILISATIONS), slice(len(shares) - len(SHOWN_UTILISATIONS), None)
    label = result.data["rental_price"].label if "rental_price" in result.data else ""
    # An hour at 5 % use costs twenty times one at 100 %: the axis ends where the comparison does.
    top = max(3 * rent, 2.5 * float(costs[curve - 1]))
    inside = [place for place in range(curve) if costs[place] <= top]
    lines = [
        Series("buy: cost of an hour in use", [float(shares[p]) for p in inside], [float(costs[p]) for p in inside]),
        Series(f"rent: {label or 'given'}", [float(shares[inside[0]]), 1.0], [rent, rent], tone="b", dashed=True),
    ]
    marks = [] if even is None else [(even, f"break-even {percent(even, 2)}")]
    across = Scale("share of its life that the cluster is used", lambda value: percent(value, 2))
    drawing = charts.line(
        "Rent or buy against utilisation",
        lines,
        across,
        replace(
            _scale("cost_per_chip_hour", "Cost of a chip-hour in use", holds=(0.0,)),
            text=_hourly,
        ),
        marks,
    )
    rows = [
        TableRow(
            Cell(percent(float(share), 2)),
            (Cell(_hourly(cost)), Cell(_hourly(rent)), Cell("buy" if cost < rent else "rent")),
        )
        for share, cost in zip(shares[tail], costs[tail], strict=True)
    ]
    full = float(costs[-1])
    if even is not None:
        lead = f"Rent wins while a bought cluster would be used less than {percent(even, 2)} of its life; above that, buying does."
    elif full >= rent:
        lead = "At these figures rent is cheaper even than a cluster that is always in use."
    else:
        lead = "At these figures buying is cheaper down to one hour in twenty in use."
    note = (
        "Owning counts the hardware's whole charge, and energy for the hours in use; staff, the building, financing and resale "
        "are outside this comparison."
    )
    shown_table = table("An hour in use of one chip", ("Used", "Buy", "Rent", "Cheaper"), rows, words=(3,))
    return Part("rent-or-buy", "Rent or buy", lead, (Figure(drawing, shown_table, note),))


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


def cash(result: Result) -> Part | None:
    """Cash by year: the hardware at the start, then the energy of each year that the cluster runs on."""
    values = result.values
    needed = ("capital_cost", "facility_power", "electricity_price", "service_time", "chips")
    if any(name not in values for name in needed) or not float(values["capital_cost"]) > 0:
        return None
    years = float(values["service_time"]) / YEAR
    if years > MOST_YEARS:
        return None
    whole = int(np.ceil(years - 1e-9))
    shares = [min(1.0, years - number) for number in range(whole)]
    # The energy formulas on a year of continuous operation, whether or not the estimate has a run.
    names = ("facility_energy", "electricity_cost")
    power = Model(*(formula for formula in ALL_SETS["hardware"] if formula.__name__ in names))
    given = {name: values[name] for name in ("facility_power", "electricity_price")}
    energy = float(power.evaluate({**given, "training_time": YEAR})["electricity_cost"])
    capital = float(values["capital_cost"])
    groups = [("0", [Span("hardware", "", 0.0, capital, "a")])]
    groups += [(str(number + 1), [Span("energy", "", 0.0, energy * share, "b")]) for number, share in enumerate(shares)]
    rows = [TableRow(Cell("0"), (Cell(shown("capital_cost", capital)), Cell(""), Cell(shown("run_cost", capital))))]
    total = capital
    for number, share in enumerate(shares):
        total += energy * share
        part = "" if share == 1 else f"{plain(share, 2)} of a year"
        rows.append(
            TableRow(
                Cell(str(number + 1), part),
                (Cell(""), Cell(shown("run_cost", energy * share)), Cell(shown("run_cost", total))),
            )
        )
    drawing = charts.columns("Cash by year", groups, lambda value: shown("run_cost", value))
    lead = (
        f"If the cluster is bought and runs on at this load for its {plain(years)} years: the hardware at the start, then "
        f"{shown('run_cost', energy)} of energy a year."
    )
    note = "Not discounted; staff, the building, financing and resale are not in it."
    shown_table = table("Cash out by year", ("Year", "Hardware", "Energy", "Cumulative"), rows)
    return Part("cash", "Cash by year", lead, (Figure(drawing, shown_table, note),))


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
