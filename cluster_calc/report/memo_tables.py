"""The tables of a memo: options, cost by line, cash by year, what moves the answer, sources."""

from __future__ import annotations

from collections.abc import Sequence

from cluster_calc.cash_flow import Finance
from cluster_calc.influence import switches
from cluster_calc.memo_file import printable
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.report.memo_options import Way
from cluster_calc.report.numbers import money, plain, shown
from cluster_calc.report.page import register as sheet_register
from cluster_calc.report.sheet_parts import figure_of, label_of, percent, table
from cluster_calc.report.sheet_view import Cell, Table, TableRow
from cluster_calc.report.views import bills, swings
from cluster_calc.result import Result

MOST = 8
NOT_COMPUTED = "not computed"
CONFIDENCE = 80.0


def cash(amount: float | None, name: str, small: str = "") -> Cell:
    """Money as a cell; what is missing says so."""
    return Cell(NOT_COMPUTED, small, name) if amount is None else Cell(money(amount), small, name, float(amount))


def options_table(ways: Sequence[Way], rated: bool, horizon: str) -> Table:
    """The options side by side."""
    rows = []
    for way in ways:
        path = f"options.{way.name}"
        if way.total is None:
            cells = [Cell("–")] * 5
        else:
            cells = [
                cash(way.cash_year_1, f"{path}.cash_year_1"),
                cash(way.total, f"{path}.total"),
                cash(way.npv, f"{path}.npv"),
                cash(way.per_delivered_hour, f"{path}.per_delivered_hour"),
                cash(way.exit_cost, f"{path}.exit_cost"),
            ]
        share, power = way.shipment_share, way.power
        cells.append(Cell("–") if share is None else Cell(percent(share), "", f"{path}.shipment_share", share))
        kilowatts = None if power is None else shown("peak_facility_power", power * 1000)
        cells.append(Cell("–") if kilowatts is None else Cell(kilowatts, "", f"{path}.power", power))
        rows.append(TableRow(Cell(way.title, printable(way.why)), tuple(cells)))
    hour = "Levelised cost per delivered chip-hour" if rated else "Cost per delivered chip-hour, not discounted"
    heads = ("Option", "Cash by the end of year 1", f"Cash over {horizon}", "NPV", hour, "Exit after year 1",
             "Share of shipments", "Power at full load")  # fmt: skip
    return table(f"Options on equal delivered compute over {horizon}", heads, rows)


def cost_tables(result: Result) -> tuple[Table, ...]:
    """Cost by line: the amortised charge of the run and the cash for the cluster are tables of their own."""
    found = []
    for lines, total, title in bills(result):
        whole = result.values.get(total)
        rows = []
        for name in lines:
            part = result.values.get(name)
            share = percent(float(part) / float(whole)) if part is not None and whole else ""
            rows.append(TableRow(Cell(label_of(name)), (figure_of(result, name), Cell(share))))
        note = "" if whole is not None else "incomplete"
        rows.append(TableRow(Cell(title, note), (figure_of(result, total), Cell("100%" if whole else "")), total=True))
        kind = "cash, capital expenditure" if total in ("capital_cost", "project_capital") else "amortised, no cash"
        found.append(table(f"{title} ({kind})", ("Line", "Amount", "Share"), rows))
    return tuple(found)


def certainty_table(result: Result) -> Table | None:
    """Base, P50, P80 and the contingency of each total that varies."""
    rows = []
    for name in ("capital_cost", "project_capital", "run_cost"):
        base, level = result.values.get(name), result.percentile(name, CONFIDENCE)
        if base is None or level is None:
            continue
        added = result.contingency(name, CONFIDENCE)
        middle = result.percentile(name, 50.0)
        figures = (
            figure_of(result, name), cash(middle, f"percentiles.{name}.p50"), cash(level, f"percentiles.{name}.p80"),
            cash(added, f"percentiles.{name}.contingency"),
        )  # fmt: skip
        rows.append(TableRow(Cell(label_of(name)), figures))
    heads = ("Total", "Base", "P50", "P80", "Contingency: P80 less base")
    return table("Base and percentiles; each row by itself, percentiles are never added", heads, rows) if rows else None


def cash_table(plan: Finance) -> Table:
    """Cash of owning by year."""
    years = plan.by_year()
    lines = [name for name in years[0] if name not in ("year", "depreciation", "book_value")]
    rows = [
        TableRow(Cell(f"Year {row['year']}"), tuple(cash(row[name], f"years.{row['year']}.{name}") for name in lines))
        for row in years
    ]
    heads = ("", *(name.capitalize() for name in lines))
    return table("Cash of owning by year; year 0 is the start and what is paid before it", heads, rows)


def books_table(plan: Finance) -> Table:
    """Depreciation by year, and the value in the books at its end."""
    rows = [
        TableRow(
            Cell(f"Year {row['year']}"),
            tuple(cash(row[name], f"years.{row['year']}.{name}") for name in ("depreciation", "book_value")),
        )
        for row in plan.by_year()
        if row["year"]
    ]
    return table("Depreciation, amortised, no cash", ("", "Depreciation", "Book value at the end"), rows)


def moves_table(result: Result, target: str) -> Table | None:
    """What moves a result when each input alone goes to the ends of its range."""
    rows = []
    for name, low, high in swings(result, target)[:MOST]:
        datum = result.data[name]
        if max(abs(low), abs(high)) < 1e-9:
            continue
        span = f"{shown(name, datum.low)} to {shown(name, datum.high)}"
        ends = (Cell(_signed(low)), Cell(_signed(high)))
        rows.append(TableRow(Cell(label_of(name)), (figure_of(result, name), Cell(span), *ends)))
    heads = ("Input", "Base", "5–95 % range", "At the low end", "At the high end")
    title = f"{label_of(target)}: its change when one input moves and the chips stay as ordered"
    return table(title, heads, rows, words=(2,)) if rows else None


def _signed(share: float) -> str:
    return f"{'+' if share > 0 else '−' if share < 0 else '±'}{plain(abs(100 * share), 2)}%"


def switch_table(result: Result) -> Table | None:
    """Where a verdict flips, nearest first."""
    rows = []
    for entry in switches(result)[:MOST]:
        factor = QUANTITIES[entry.name].factor
        base = Cell(shown(entry.name, entry.base), "", f"switches.{entry.name}.base", entry.base / factor)
        rows.append(
            TableRow(Cell(label_of(entry.name)), (base, Cell(shown(entry.name, entry.value)), Cell(entry.verdict)))
        )
    heads = ("Input", "Base", "Switches at", "What flips")
    return table("Switching values, the nearest first", heads, rows, words=(3,)) if rows else None


def register(result: Result) -> tuple[Table, tuple[str, ...]]:
    """The assumption register with numbered references, and the list of them."""
    shown_table = sheet_register(result)
    numbers: dict[str, int] = {}
    references = []
    rows = []
    for row, datum in zip(shown_table.rows, result.data.values(), strict=True):
        source = datum.source
        cells = list(row.cells)
        if source.url or source.title:
            if source.id not in numbers:
                numbers[source.id] = len(numbers) + 1
                words = [source.publisher, source.title, source.date, source.url]
                references.append(printable(", ".join(word for word in words if word)))
            cells[2] = Cell(f"{cells[2].text} [{numbers[source.id]}]", cells[2].small)
        rows.append(TableRow(row.head, tuple(cells)))
    return Table(shown_table.caption, shown_table.heads, tuple(rows), shown_table.numbers), tuple(references)
