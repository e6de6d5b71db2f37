"""A projection as a chart: log axis, band, what it is compared with, crossings labelled; SVG, or a page around it.

Presentation attributes only, so that converters without CSS draw the same; every text is escaped.
"""

from __future__ import annotations

import math
import re
from html import escape

from cluster_calc.documents.reports.projections import (
    crossing_lines,
    label,
    levels_of,
    main_column,
    notes_of,
    rows_of,
    value_text,
)
from cluster_calc.trends.projection import Column, Projection

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 76, 20, 48, 44
_COLOURS = ("#1f5fa8", "#b3541e", "#4c7a2f", "#7a3d8f")
_MOST_LABELS = 6


def svg(made: Projection) -> str:
    """The main column over the years, with other columns of its unit and yardsticks as lines to cross."""
    main = main_column(made)
    others = [column for column in made.columns if column.unit == main.unit and column.name != main.name][:3]
    marks = [(name, amount, unit) for name, (amount, unit) in made.trend.yardsticks.items() if unit == main.unit]
    first, last = made.years[0], max(made.years[-1], made.years[0] + 1)
    low, high = _span(main, others, [amount for _, amount, _ in marks])

    def x(year: float) -> float:
        return LEFT + (year - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        place = (math.log10(max(value, 1e-300)) - low) / (high - low)
        return HEIGHT - BOTTOM - min(max(place, 0.0), 1.0) * (HEIGHT - TOP - BOTTOM)

    title = f"{label(main.name)} by year: {made.trend.name}"
    description = "; ".join(" ".join(line.strip() for line in crossing_lines(entry)) for entry in made.crossings)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'role="img" font-family="system-ui, sans-serif" font-size="12" fill="#222222">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(description or 'log axis')}</desc>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" font-size="14" font-weight="bold">{escape(_cut(title, 76))}</text>',
    ]
    parts += _axes(x, y, made.years, low, high, main.unit)
    for colour, column in zip(_COLOURS, (main, *others), strict=False):
        for spread, opacity in ((column.system, "0.08"), (column.percentiles, "0.18")):
            if spread is not None and spread[10] != spread[90]:
                upper = [f"{x(year):.1f},{y(v):.1f}" for year, v in zip(made.years, spread[90], strict=True)]
                lower = [f"{x(year):.1f},{y(v):.1f}" for year, v in zip(made.years, spread[10], strict=True)]
                parts.append(
                    f'<polygon points="{" ".join(upper + lower[::-1])}" fill="{colour}" fill-opacity="{opacity}"/>'
                )
    parts += [
        f'<circle cx="{x(year):.1f}" cy="{y(value):.1f}" r="2" fill="{_COLOURS[0]}" fill-opacity="0.6"/>'
        for year, value in systems_of(made, main.name)
        if first <= year <= last and low <= math.log10(value) <= high
    ]
    taken: list[float] = []
    for name, amount, unit in marks:
        if low <= math.log10(amount) <= high:
            height = y(amount)
            parts.append(_line(LEFT, height, WIDTH - RIGHT, height, "#888888", dash="3 4"))
            parts.append(
                _label(
                    WIDTH - RIGHT - 4, _free(height - 4, taken), f"{name}, {value_text(amount, unit)}", "end", "#555555"
                )
            )
    for colour, column in zip(_COLOURS, (main, *others), strict=False):
        points = " ".join(f"{x(year):.1f},{y(v):.1f}" for year, v in zip(made.years, column.values, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        if others:
            parts.append(
                _label(x(made.years[0]) + 4, _free(y(column.values[0]) - 6, taken), label(column.name), "start", colour)
            )
    shown = 0
    for crossing in made.crossings:
        if crossing.year is None or not first <= crossing.year <= last or shown >= _MOST_LABELS:
            continue
        if crossing.condition.split()[0] != main.name and len(made.crossings) > 1:
            continue
        value = _at(main, made.years, crossing.year)
        parts.append(f'<circle cx="{x(crossing.year):.1f}" cy="{y(value):.1f}" r="4" fill="{_COLOURS[0]}"/>')
        right = x(crossing.year) > WIDTH * 0.6
        place = x(crossing.year) + (-8 if right else 8)
        text = f"{_cut(crossing.condition, 40)}: {(crossing.date or '')[:7]}"
        parts.append(
            _label(place, _free(y(value) + (-8 if right else 16), taken), text, "end" if right else "start", "#222222")
        )
        shown += 1
    return "\n".join([*parts, "</svg>"]) + "\n"


def systems_of(made: Projection, name: str) -> list[tuple[float, float]]:
    """The systems behind a fitted series, as years and values in its JSON unit."""
    series = made.trend.series.get(name)
    return list(zip(*series.points, strict=True)) if series is not None and series.points else []


def _read(text: str) -> str:
    """A text with as many digits of each number as people read.

    >>> _read("2.5415036922154566e+23 FLOP, 90 % 0.03316497254439632..0.6 OOM/year")
    '2.54e+23 FLOP, 90 % 0.0332..0.6 OOM/year'
    """
    return re.sub(r"[0-9]+\.[0-9]{5,}(?:e[+-]?[0-9]+)?", lambda number: f"{float(number[0]):.3g}", text)


def page(made: Projection) -> str:
    """One self-contained HTML page: the chart, the crossings and the table behind it."""
    rows = []
    for name, texts in rows_of(made):
        cells = "".join(f'<td style="text-align:right">{escape(text)}</td>' for text in texts)
        rows.append(f'<tr><th scope="row" style="text-align:left">{escape(name)}</th>{cells}</tr>')
    head = "".join(f'<th scope="col" style="text-align:right">{year}</th>' for year in made.years)
    crossings = "".join(
        f"<li>{escape(' '.join(line.strip() for line in crossing_lines(entry)))}</li>" for entry in made.crossings
    )
    sources = "".join(
        f"<li>{escape(label(name))}: {escape(_read(entry.texts.get('value', '')))} on {escape(entry.texts.get('date', ''))}, "
        f"{escape(_read(entry.texts.get('growth', 'constant')))}. {escape(entry.texts.get('source', 'given'))}</li>"
        for name, entry in made.trend.series.items()
    )
    told = (*notes_of(made), *(f"Warning: {warning}" for warning in made.warnings), levels_of(made))
    notes = "".join(f"<p>{escape(note)}</p>" for note in told)
    style = (
        "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem}"
        "h1{font-size:1.4rem}svg{max-width:100%;height:auto}.scroll{overflow-x:auto}table{border-collapse:collapse}td,th{padding:.2rem .5rem}"
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(made.trend.name)}</title><style>{style}</style></head><body>\n<h1>{escape(made.trend.name)}</h1>\n"
        f"{svg(made)}<ul>{crossings}</ul>\n"
        f'<div class="scroll"><table><thead><tr><td></td>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>\n'
        f"{notes}<h2>Series</h2><ul>{sources}</ul></body></html>\n"
    )


def _span(main: Column, others: list[Column], marks: list[float]) -> tuple[float, float]:
    values = list(main.values)
    for spread in (main.percentiles, main.system):
        values += [*spread[10], *spread[90]] if spread is not None else []
    logs = [math.log10(value) for value in values if value > 0] or [0.0]
    low, high = min(logs), max(logs)
    for value in [*marks, *(value for column in others for value in column.values)]:
        # What lies far from the main line is not worth the axis.
        if value > 0 and low - 3 <= math.log10(value) <= high + 3:
            low, high = min(low, math.log10(value)), max(high, math.log10(value))
    low, high = math.floor(low), math.ceil(high)
    return (low, high) if high > low else (low, low + 1)


def _axes(x, y, years: tuple[int, ...], low: float, high: float, unit: str) -> list[str]:  # type: ignore[no-untyped-def]
    parts = []
    step = max(1, math.ceil((high - low) / 8))
    for power in range(int(low), int(high) + 1, step):
        height = y(10.0**power)
        parts.append(_line(LEFT, height, WIDTH - RIGHT, height, "#e2e2e2"))
        parts.append(_label(LEFT - 6, height + 4, value_text(10.0**power, unit), "end", "#444444"))
    gap = max(1, math.ceil(len(years) / 10))
    for year in years[::gap]:
        parts.append(_label(x(year), HEIGHT - BOTTOM + 18, str(year), "middle", "#444444"))
        parts.append(_line(x(year), HEIGHT - BOTTOM, x(year), HEIGHT - BOTTOM + 4, "#888888"))
    parts.append(_line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "#888888"))
    return parts


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{dashes}/>'


def _label(x: float, y: float, text: str, anchor: str, colour: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(_cut(text, 60))}</text>'


def _free(y: float, taken: list[float]) -> float:
    """A height for a label that no other label has yet."""
    place = min(max(y, TOP), HEIGHT - BOTTOM - 4)
    for step in range(40):
        for trial in (place + 14 * step, place - 14 * step):
            if TOP <= trial <= HEIGHT - BOTTOM and all(abs(trial - other) >= 13 for other in taken):
                taken.append(trial)
                return trial
    taken.append(place)
    return place


def _at(column: Column, years: tuple[int, ...], year: float) -> float:
    """The column between two years, on the log axis."""
    for index in range(len(years) - 1):
        if years[index] <= year <= years[index + 1]:
            share = (year - years[index]) / (years[index + 1] - years[index])
            low, high = (math.log(max(value, 1e-300)) for value in column.values[index : index + 2])
            return math.exp(low + share * (high - low))
    return column.values[-1]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
