"""The sections of a cost sheet that `finance` answers: rent or buy by how much a cluster is used, and cash by year."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cluster_calc.documents.charts import charts
from cluster_calc.documents.charts.charts import Scale, Series, Span
from cluster_calc.documents.render.figures import table
from cluster_calc.documents.render.view import Cell, Figure, Part, TableRow
from cluster_calc.errors import InputError
from cluster_calc.estimation.included import not_included
from cluster_calc.estimation.result import Result
from cluster_calc.investment import cash_flow
from cluster_calc.investment.cash_flow import Alternative, Finance
from cluster_calc.investment.flows import PURCHASE, SALE
from cluster_calc.quantities.dates import YEAR
from cluster_calc.quantities.display import money, percent, plain, shown

SHOWN_UTILISATIONS = (0.1, 0.25, 0.5, 0.75, 1.0)
MOST_YEARS = 12
# A column of the cash table → whether a line of the flows belongs to it.
COLUMNS = {"hardware": PURCHASE, "energy": frozenset({"electricity"}), "sold": SALE}
OPERATIONS = "operations"


def plan_of(result: Result) -> Finance | None:
    """The finance of an estimate; None where nothing is owned, or its price or power is not known."""
    if "acquire" in result.scenario.settings or not float(result.values.get("capital_cost", 0.0)) > 0:
        return None
    try:
        return cash_flow.plan(result.scenario, result=result)
    except InputError:
        return None


def rent_or_buy(result: Result, plan: Finance | None) -> Part | None:
    """Rent or buy against utilisation."""
    entry = next((entry for entry in plan.alternatives if entry.rent.term == "on-demand"), None) if plan else None
    if plan is None or entry is None:
        return None
    shares = np.linspace(0.05, 1.0, 39)
    costs, rents = plan.costs_of_used_hours(entry.rent, shares)
    rent, even = float(rents[-1]), entry.break_even_share
    # An hour at 5 % use costs twenty times one at 100 %: the axis ends where the comparison does.
    inside = costs <= max(3 * rent, 2.5 * float(costs[-1]))
    lines = [
        Series("buy: cost of an hour in use", shares[inside].tolist(), costs[inside].tolist()),
        Series(f"rent: {entry.rent.words}", [float(shares[inside][0]), 1.0], [rent, rent], tone="b", dashed=True),
    ]
    marks = [] if even is None or even < shares[0] else [(even, f"break-even {percent(even)}")]
    across = Scale("share of its hours that the cluster is used", lambda value: percent(value, 2))
    down = Scale("Levelised cost of a chip-hour in use", money, holds=(0.0,))
    drawing = charts.line("Rent or buy against utilisation", lines, across, down, marks)
    shown_table = table(
        "An hour in use of one chip", ("Used", "Buy", "Rent", "Cheaper"), list(_rows(plan, entry)), words=(3,)
    )
    return Part(
        "rent-or-buy",
        "Rent or buy",
        _lead(even, float(costs[-1]), rent),
        (Figure(drawing, shown_table, _note(plan, entry)),),
    )


def _rows(plan: Finance, entry: Alternative) -> Iterable[TableRow]:
    for share, cost, rent in zip(
        SHOWN_UTILISATIONS, *plan.costs_of_used_hours(entry.rent, np.array(SHOWN_UTILISATIONS)), strict=True
    ):
        yield TableRow(
            Cell(percent(share, 2)), (Cell(money(cost)), Cell(money(rent)), Cell("buy" if cost < rent else "rent"))
        )


def _lead(even: float | None, full: float, rent: float) -> str:
    if even is not None:
        return f"Rent wins while a bought cluster would be used less than {percent(even)} of its hours; above that, buying does."
    if full >= rent:
        return "At these figures rent is cheaper even than a cluster that is always in use."
    return "At these figures buying is cheaper however little it is used."


def _note(plan: Finance, entry: Alternative) -> str:
    lines = dict.fromkeys(flow.line.replace("_", " ") for flow in plan.flows if flow.amount)
    flat = (
        ""
        if entry.undiscounted_share is None
        else f", where undiscounted they draw level at {percent(entry.undiscounted_share)}"
    )
    return (
        f"As `finance` has it: over {shown('horizon', plan.inputs['horizon'].value)}, discounted at "
        f"{percent(float(plan.inputs['discount_rate'].value))} a year{flat}. Owning counts {', '.join(lines)}. "
        f"Not included: {'; '.join(not_included(plan.result))}."
    )


def cash(result: Result, plan: Finance | None) -> Part | None:
    """Cash by year: the hardware as it is paid, then energy and the operating lines of each year."""
    if plan is None or float(plan.inputs["horizon"].value) / YEAR > MOST_YEARS:
        return None
    years = plan.by_year()
    sums = [_columns(row) for row in years]
    heads = [head for head in (*COLUMNS, OPERATIONS) if any(row[head] for row in sums)]
    rows = [
        TableRow(
            Cell(str(row["year"])),
            (*(Cell(money(-parts[head]) if parts[head] else "") for head in heads), Cell(money(-row["cumulative"]))),
        )
        for row, parts in zip(years, sums, strict=True)
    ]
    tones = dict(zip(heads, "abcd", strict=False))
    groups = [
        (
            str(row["year"]),
            [Span(head, "", 0.0, max(-parts[head], 0.0), tones[head]) for head in heads if head != "sold"],
        )
        for row, parts in zip(years, sums, strict=True)
    ]
    drawing = charts.columns("Cash by year", groups, money)
    running = [
        -(row["cash"] - parts["hardware"] - parts["sold"]) for row, parts in zip(years[1:], sums[1:], strict=True)
    ]
    span = (
        money(running[0])
        if len({money(cost) for cost in running}) == 1
        else f"{money(running[0])} to {money(running[-1])}"
    )
    lead = (
        f"If the cluster is bought and runs on for {plain(float(plan.inputs['horizon'].value) / YEAR)} years, "
        f"{percent(float(plan.inputs['used_share'].value), 2)} of its hours in use: {money(-years[0]['cash'])} up to the start, "
        f"then {span} a year."
    )
    note = (
        f"Not discounted; prices move as `finance` says ({percent(float(plan.inputs['inflation_rate'].value))} a year in general). "
        f"Not included: {'; '.join(not_included(plan.result))}."
    )
    shown_table = table("Cash out by year", ("Year", *(head.capitalize() for head in heads), "Cumulative"), rows)
    return Part("cash", "Cash by year", lead, (Figure(drawing, shown_table, note),))


def _columns(row: dict[str, float]) -> dict[str, float]:
    """The lines of a year by the columns of the table; what is in no other is an operating line."""
    found = {head: sum(row.get(line, 0.0) for line in sorted(lines)) for head, lines in COLUMNS.items()}
    return {**found, OPERATIONS: row["cash"] - sum(found.values())}
