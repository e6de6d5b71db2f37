"""The tables of a memo: options, cost by line, cash by year, what moves the answer, sources."""

from __future__ import annotations

from collections.abc import Sequence

from cluster_calc.documents.render.figures import figure_of, table
from cluster_calc.documents.render.method import register as sheet_register
from cluster_calc.documents.render.view import Cell, Table, TableRow
from cluster_calc.estimation.lines import bills
from cluster_calc.estimation.result import Result
from cluster_calc.investment.cash_flow import Colocated, Finance
from cluster_calc.investment.flows import table as by_year
from cluster_calc.investment.rent_alone import Rents
from cluster_calc.procurement.data import certain, opex_of, shares
from cluster_calc.procurement.options import Way
from cluster_calc.procurement.subject import CONFIDENCE, Subject
from cluster_calc.procurement.tax import Tax
from cluster_calc.quantities.dates import YEAR
from cluster_calc.quantities.display import label_of, money, percent, plain, printable, shown
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.studies.influence import relative_swings

MOST = 5
NOT_COMPUTED = "not computed"
OPERATING = "operating expenditure"


def cash(amount: float | None, name: str, small: str = "") -> Cell:
    """Money as a cell; what is missing says so."""
    return Cell(NOT_COMPUTED, small, name) if amount is None else Cell(money(amount), small, name, float(amount))


def options_tables(ways: Sequence[Way], rated: bool, horizon: str, chip: str) -> tuple[Table, ...]:
    """The options that have a cost side by side: what each costs, and what each takes."""
    costs, takes = [], []
    for way in ways:
        if way.total is None:
            continue
        path = f"options.{way.name}"
        notes = [] if way.meets >= 1 else [f"meets {percent(way.meets)} of the demand"]
        notes += [way.note] if way.note else []
        notes += [f"does not hold: {', '.join(way.broken)}"] if way.broken else []
        head = Cell(way.title, "; ".join(notes))
        hourly = (
            Cell("–") if way.per_delivered_hour is None else cash(way.per_delivered_hour, f"{path}.per_delivered_hour")
        )
        costs.append(TableRow(head, (
            cash(way.cash_year_1, f"{path}.cash_year_1"), cash(way.total, f"{path}.total"), cash(way.npv, f"{path}.npv"), hourly,
        )))  # fmt: skip
        share, power = way.shipment_share, way.power
        kilowatts = None if power is None else shown("peak_facility_power", power * 1000)
        takes.append(TableRow(Cell(way.title), (
            Cell(way.ready.date) if way.ready.date else Cell("–", printable(way.ready.why)),
            cash(way.exit_cost, f"{path}.exit_cost"),
            Cell("–") if share is None else Cell(percent(share), "", f"{path}.shipment_share", share),
            Cell("–") if kilowatts is None else Cell(kilowatts, "", f"{path}.power", power),
        )))  # fmt: skip
    hour = f"{'Levelised cost' if rated else 'Cost, not discounted,'} per delivered chip-hour of {chip}"
    first = ("Option", "Cash by the end of year 1", f"Total cost of ownership: cash over {horizon}", "NPV", hour)
    second = ("Option", "Ready", "Exit after year 1", "Share of shipments", "Power at full load")
    if not any(way.total is not None and way.meets for way in ways):
        return ()
    return (
        table(f"What the options cost, on equal delivered compute over {horizon}", first, costs),
        table("What they take", second, takes, words=(1,)),
    )


def cost_tables(result: Result) -> tuple[Table, ...]:
    """Cost by line: the amortised charge of the run and the cash for the cluster are tables of their own."""
    found, parts = [], shares(result)
    for lines, total, title in bills(result):
        whole = result.values.get(total)
        rows = []
        for name in lines:
            share = parts.get(total, {}).get(name)
            rows.append(
                TableRow(Cell(label_of(name)), (figure_of(result, name), Cell("" if share is None else percent(share))))
            )
        note = "" if whole is not None else "incomplete"
        rows.append(TableRow(Cell(title, note), (figure_of(result, total), Cell("100%" if whole else "")), total=True))
        if total == "capital_cost" and "new_capital" in result.values and result.values.get("owned_chips"):
            there = shown("owned_chips", min(result.values["owned_chips"], result.values["chips"]))
            note = f"value of all {shown('chips', result.values['chips'])} chips, {there} of them owned already: not the cash that is asked for"
            rows.append(
                TableRow(Cell("Cash for the chips to buy"), (figure_of(result, "new_capital"), Cell("")), total=True)
            )
            found.append(table(f"{title} ({note})", ("Line", "Amount", "Share"), rows))
            continue
        kind = "cash, capital expenditure" if total in ("capital_cost", "project_capital") else "amortised, no cash"
        found.append(table(f"{title} ({kind})", ("Line", "Amount", "Share"), rows))
    return tuple(found)


def certainty_table(result: Result) -> Table | None:
    """Base, P50, P80 and the contingency of each total that varies."""
    rows = []
    for name in certain(result):
        base, level = result.values.get(name), result.percentile(name, CONFIDENCE)
        if base is None or level is None:
            continue
        added, at = result.contingency(name, CONFIDENCE) or 0.0, result.base_percentile(name)
        middle = result.percentile(name, 50.0)
        contingency = Cell("none", "base above P80") if added < 0 else cash(added, f"percentiles.{name}.contingency")
        figures = (
            figure_of(result, name, "" if at is None else f"P{plain(at, 2)}"), cash(middle, f"percentiles.{name}.p50"),
            cash(level, f"percentiles.{name}.p80"), contingency,
        )  # fmt: skip
        rows.append(TableRow(Cell(label_of(name)), figures))
    heads = ("Total", "Base", "P50", "P80", "Contingency: P80 less base")
    return table("Base and percentiles; each row by itself, percentiles are never added", heads, rows) if rows else None


def opex_table(subject: Subject) -> Table | None:
    """Operating expenditure of the first year."""
    lines = opex_of(subject)
    if not lines:
        return None
    total = lines.pop("total")
    rows = [TableRow(Cell(_line(name)), (cash(amount, f"opex.{name}"),)) for name, amount in lines.items()]
    rows.append(TableRow(Cell("Operating cost of year 1"), (cash(total, "opex.total"),), total=True))
    return table(f"Operating cost of year 1 (cash, {OPERATING})", ("Line", "Amount"), rows)


def _line(name: str) -> str:
    return (name[:1].upper() + name[1:]).replace("_", " ")


def _year(year: int, years: float) -> Cell:
    """The head of a year's row; the last of a horizon that is no whole number of years says how long it is."""
    months = round(12 * years) - 12 * (year - 1)
    return Cell(f"Year {year}", f"{months} month{'' if months == 1 else 's'}" if year and 0 < months < 12 else "")


def cash_table(plan: Finance | Colocated, horizon: float, path: str = "years") -> Table:
    """Cash of owning by year, over a horizon in years."""
    years = plan.by_year()
    lines = [name for name in years[0] if name not in ("year", "depreciation", "book_value")]
    lines = [name for name in lines if name in ("cash", "cumulative") or any(row[name] for row in years)]
    rows = [
        TableRow(_year(row["year"], horizon), tuple(cash(row[name], f"{path}.{row['year']}.{name}") for name in lines))
        for row in years
    ]
    heads = ("", *(_line(name) for name in lines))
    where = " on a rented site" if isinstance(plan, Colocated) else ""
    return table(f"Cash of owning{where} by year; year 0 is the start and what is paid before it", heads, rows)


def rent_table(plan: Rents, term: str, title: str) -> Table:
    """Cash of a way to rent by year."""
    entry = next(entry for entry in plan.ways if entry.rent.term == term)
    horizon = float(plan.inputs["horizon"].value) / YEAR
    rows = [
        TableRow(_year(row["year"], horizon), tuple(cash(row[name], f"rents.{term}.{row['year']}.{name}") for name in ("rent", "cumulative")))
        for row in by_year(entry.flows) if row["year"]
    ]  # fmt: skip
    return table(f"{title}: cash by year", ("", "Rent", "Cumulative"), rows)


def books_table(plan: Finance | Colocated, horizon: float, tax: Tax | None, path: str = "years") -> Table:
    """Depreciation in the books by year, their value, and two schedules of tax."""
    years = {row["year"]: row for row in plan.by_year()}
    last = max(max(years), len(tax.straight_line) if tax else 0)
    rows = []
    for year in range(1, last + 1):
        row = years.get(year)
        cells = [
            cash(row[name], f"{path}.{year}.{name}") if row else Cell("–") for name in ("depreciation", "book_value")
        ]
        for name, charges in (("straight_line", tax.straight_line), ("declining", tax.declining)) if tax else ():
            cells.append(cash(charges[year - 1], f"tax.{year}.{name}") if year <= len(charges) else Cell("–"))
        rows.append(TableRow(_year(year, horizon) if row else Cell(f"Year {year}"), tuple(cells)))
    heads = ["", "Depreciation in the books", "Book value at the end"]
    heads += ["Tax, straight-line", "Tax, declining"] if tax else []
    return table("Depreciation by year, no cash; for the controller's confirmation", heads, rows)


def moves_table(result: Result, target: str) -> Table | None:
    """What moves a result when each input alone goes to the ends of its range."""
    rows = []
    for name, low, high in relative_swings(result, target)[:MOST]:
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


OWNING = "renting against owning"


def switch_table(subject: Subject) -> Table | None:
    """Where a verdict flips: renting on demand against owning by net present value, then the nearest of the run and its limits."""
    rows = []
    share, price = subject.level
    worth = Cell(f"{OWNING}, by net present value over the horizon")
    if subject.plan is not None and share is not None:
        used = subject.plan.inputs["used_share"]
        ends = (Cell(shown("used_share", used.value)), Cell(percent(share)), worth)
        rows.append(TableRow(Cell(label_of("used_share")), ends))
    if subject.plan is not None and price is not None and price > 0:
        asked = next(entry.rent.price for entry in subject.plan.alternatives if entry.rent.term == "on-demand")
        ends = (Cell(f"{money(asked)} a chip-hour"), Cell(f"{money(price)} a chip-hour"), worth)
        rows.append(TableRow(Cell("Rent on demand"), ends))
    # Told with the level that the memo says, of owning on the site that it recommends.
    told = {"used_share", "rental_price"} if rows else set()
    # A limit that is met to the rounding of whole chips, as a sized cluster meets its time, says nothing.
    rest = [
        entry for entry in subject.switches
        if (entry.verdict != OWNING or entry.name not in told)
        and shown(entry.name, entry.base) != shown(entry.name, entry.value)
    ]  # fmt: skip
    for entry in rest[: MOST - len(rows)]:
        factor = QUANTITIES[entry.name].factor
        base = Cell(shown(entry.name, entry.base), "", f"switches.{entry.name}.base", entry.base / factor)
        rows.append(
            TableRow(
                Cell(label_of(entry.name)),
                (
                    base,
                    Cell(shown(entry.name, entry.value)),
                    worth if entry.verdict == OWNING else Cell(entry.verdict),
                ),
            )
        )
    heads = ("Input", "Base", "Switches at", "What flips")
    return (
        table("Switching values: of renting and owning first, then the nearest", heads, rows, words=(3,))
        if rows
        else None
    )


def register(result: Result) -> tuple[Table, tuple[str, ...]]:
    """The assumption register with numbered references, and the list of them."""
    shown_table = sheet_register(result)
    numbers: dict[str, int] = {}
    references = []
    rows = []
    for row, datum in zip(shown_table.rows, result.sourced.values(), strict=True):
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
