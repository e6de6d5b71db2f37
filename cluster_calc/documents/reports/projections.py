"""A projection as a table with years as columns, as CSV, as JSON or as Markdown."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections.abc import Callable

from cluster_calc.quantities.display import count, money, plain, scaled
from cluster_calc.trends.projection import Column, Crossing, Projection

_SI = ((1e24, "Y"), (1e21, "Z"), (1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def label(name: str) -> str:
    """A column's name as words."""
    return name.replace("_", " ").replace("gdp", "GDP")


def value_text(value: float, unit: str) -> str:
    """A value of a column for people.

    >>> value_text(1.5e9, "USD"), value_text(0.0123, "1"), value_text(2e25, "FLOP"), value_text(2e6, "kW")
    ('$1.5B', '1.23%', '2e25', '2 GW')
    """
    if unit.startswith("USD") and 1e-3 <= value < 1e15:
        return money(value) + unit.removeprefix("USD")
    if unit == "1":
        return f"{plain(100 * value)}%" if value < 10 else f"{plain(value)}x"
    if unit in ("FLOP", "USD/FLOP") or value >= 1e15:
        mantissa, exponent = f"{value:.2e}".split("e")
        sign = "$" if unit == "USD" else ""
        return f"{sign}{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    if unit == "kW":
        return "{} {}W".format(*scaled(1000 * value, _SI))
    return count(value)


def _unit_text(unit: str) -> str:
    return "" if unit in ("1", "kW") or unit == "USD" else unit


PERCENTILES = ("P10", "P90")
SYSTEM = ("one system P10", "one system P90")


def rows_of(made: Projection) -> list[tuple[str, list[str]]]:
    """Every column as a row over the years, and below what is drawn its P10 and P90, of the line and of a single system."""
    rows = []
    for column in made.columns:
        unit = _unit_text(column.unit)
        lines = {label(column.name) + (f" [{unit}]" if unit else ""): column.values}
        if column.percentiles is not None and column.percentiles[10] != column.percentiles[90]:
            lines |= dict(zip(PERCENTILES, (column.percentiles[10], column.percentiles[90]), strict=True))
        if column.system is not None:
            lines |= dict(zip(SYSTEM, (column.system[10], column.system[90]), strict=True))
        rows += [(name, [value_text(value, column.unit) for value in values]) for name, values in lines.items()]
    return rows


def notes_of(made: Projection) -> list[str]:
    """What is said of the trend, and of each series that is a regression."""
    sources = {name: series.texts.get("source", "") for name, series in made.trend.series.items()}
    fitted = [f"{name}: {source}" for name, source in sources.items() if "regression" in source]
    return [made.trend.note, *fitted] if made.trend.note else fitted


def levels_of(made: Projection) -> str:
    """When a level holds, how many draws stand behind the percentiles, and what they are of."""
    drawn = f" {made.draws:,} draws, seed {made.seed}." if made.draws else ""
    told = (
        " P10 and P90 are the line's; one system scatters around it."
        if any(column.system for column in made.columns)
        else ""
    )
    return f"Levels are those of 1 January.{drawn}{told}"


def table(made: Projection, width: int = 80) -> str:
    """Plain text: years as columns, in blocks that fit the width; under each base value its P10 and P90."""
    lines = [made.trend.name, ""]
    rows = [(("  " if name in (*PERCENTILES, *SYSTEM) else "") + name, texts) for name, texts in rows_of(made)]
    head = [str(year) for year in made.years]
    left = max([len(name) for name, _ in rows] + [4])
    cell = max(max(len(text) for _, texts in rows for text in texts), 4) + 2
    fits = max(1, (max(width, 60) - left) // cell)
    for start in range(0, len(head), fits):
        place = slice(start, start + fits)
        lines.append("".ljust(left) + "".join(text.rjust(cell) for text in head[place]))
        lines += [name.ljust(left) + "".join(text.rjust(cell) for text in texts[place]) for name, texts in rows]
        lines.append("")
    for crossing in made.crossings:
        lines += crossing_lines(crossing)
    if made.crossings:
        lines.append("")
    for note in notes_of(made):
        lines += [*textwrap.wrap(note, max(width, 60)), ""]
    lines += [f"warning: {warning}" for warning in made.warnings]
    lines.append(levels_of(made))
    return "\n".join(lines).rstrip() + "\n"


def crossing_lines(crossing: Crossing) -> list[str]:
    """When a condition is met, in words."""
    from cluster_calc.quantities.dates import iso_of

    base = crossing.date or "never on the base line"
    lines = [f"{crossing.condition}: {base}"]
    if crossing.percentiles is not None:
        texts = [
            f"P{percent} {'never' if (year := crossing.percentiles[percent]) is None else iso_of(year)}"
            for percent in (5, 50, 95)
        ]
        lines.append("    " + " · ".join(texts))
    if crossing.note:
        lines.append(f"    {crossing.note}")
    return lines


def csv_text(made: Projection) -> str:
    """One row per column and statistic, years as columns, full precision; then one row per crossing."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["name", "unit", "statistic", *made.years])
    for column in made.columns:
        writer.writerow([column.name, column.unit, "value", *column.values])
        if column.percentiles is not None:
            for percent, values in column.percentiles.items():
                writer.writerow([column.name, column.unit, f"p{percent}", *values])
        for percent, values in (column.system or {}).items():
            writer.writerow([column.name, column.unit, f"system_p{percent}", *values])
    for crossing in made.crossings:
        writer.writerow(
            [crossing.condition, "decimal year", "crossing", "" if crossing.year is None else crossing.year]
        )
        for percent, value in (crossing.percentiles or {}).items():
            writer.writerow(
                [crossing.condition, "decimal year", f"crossing p{percent}", "" if value is None else value]
            )
    return stream.getvalue()


def json_text(made: Projection) -> str:
    """The projection as JSON."""
    return json.dumps(made.as_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def markdown(made: Projection) -> str:
    """Years as columns of a Markdown table, then the crossings."""
    from cluster_calc.documents.render.markdown import escape

    lines = [f"# {escape(made.trend.name)}", "", "| | " + " | ".join(str(year) for year in made.years) + " |"]
    lines.append("|---|" + "---:|" * len(made.years))
    lines += [f"| {escape(name)} | " + " | ".join(map(escape, texts)) + " |" for name, texts in rows_of(made)]
    lines += [
        "",
        *(f"- {escape(' '.join(line.strip() for line in crossing_lines(entry)))}" for entry in made.crossings),
    ]
    for note in (*notes_of(made), *(f"warning: {warning}" for warning in made.warnings), levels_of(made)):
        lines += ["", escape(note)]
    return "\n".join(lines).rstrip() + "\n"


def main_column(made: Projection) -> Column:
    """The column a chart shows unless told otherwise: the left side of the first crossing, cost, or the first."""
    names = [column.name for column in made.columns]
    for crossing in made.crossings:
        first = crossing.condition.split()[0]
        if first in names:
            return made[first]
    return made["cost"] if "cost" in names else made.columns[0]


RENDERERS: dict[str, Callable[[Projection], str]] = {"json": json_text, "csv": csv_text, "markdown": markdown}
