"""What a sensitivity says, as text and as rows."""

from __future__ import annotations

from cluster_calc.influence import Sensitivity, Table
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.report.csv_rows import csv_rows
from cluster_calc.report.numbers import plain, shown
from cluster_calc.report.views import answer, question

_MOST = 12
_BAR = 14


def influence_text(found: Sensitivity, width: int = 80) -> str:
    """Tornado, elasticities, shares of variance, switching values and grids as plain text."""
    import textwrap

    goal = found.target
    lines = [*textwrap.wrap(question(found.result), width), *textwrap.wrap(answer(found.result), width), ""]
    lines.append(f"What moves the {_words(goal)}, {shown(goal, found.base)} at base (each input at its P10 and P90)")
    swings = [entry for entry in found.swings if entry.width][:_MOST]
    widest = max((entry.width for entry in swings), default=1.0)
    for entry in swings:
        bar = "█" * max(1, round(_BAR * entry.width / widest))
        span = f"{shown(goal, entry.at_low)} to {shown(goal, entry.at_high)}"
        lines.append(f"  {_words(entry.name):<20} {bar:<{_BAR}} {span}")
        notes = [f"{shown(entry.name, entry.low)} to {shown(entry.name, entry.high)}"]
        notes += [f"elasticity {plain(entry.elasticity)}"] if entry.elasticity is not None else []
        notes += [f"{plain(100 * entry.share, 2)} % of variance"] if entry.share is not None else []
        lines.append(f"  {'':<20} {'; '.join(notes)}")
    shares = [entry.share for entry in found.swings if entry.share is not None]
    if shares and found.result.scenario.settings.get("correlate"):
        lines.append(f"  {'':<20} inputs are correlated: their shares overlap and do not add up to 100 %")
    elif shares and sum(shares) < 0.995:
        lines.append(f"  {'together':<20} {plain(100 * (1 - sum(shares)), 2)} % of variance by inputs acting together")
    others = [entry for entry in found.swings if not entry.width and entry.elasticity]
    if others:
        lines += ["", "Also moves it, without a range (elasticity)"]
        listed = ", ".join(f"{_words(entry.name)} {plain(entry.elasticity or 0.0)}" for entry in others)
        lines += textwrap.wrap(listed, width, initial_indent="  ", subsequent_indent="  ")
    if found.switches:
        lines += ["", "Where a verdict flips, all else at base (nearest first)"]
        for switch in found.switches[:_MOST]:
            lines.append(
                f"  {_words(switch.name):<20} {shown(switch.name, switch.value)} (base {shown(switch.name, switch.base)}): "
                f"{switch.verdict}"
            )
    for grid in found.tables:
        lines += ["", *_grid(goal, grid)]
    return "\n".join(lines) + "\n"


def _grid(goal: str, grid: Table) -> list[str]:
    heads = [shown(grid.across, value) for value in grid.columns]
    body = [[shown(grid.down, row), *(shown(goal, cell) for cell in cells)]
            for row, cells in zip(grid.rows, grid.cells, strict=True)]  # fmt: skip
    rows = [["", *heads], *body]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [f"{_words(goal)}: {_words(grid.down)} down, {_words(grid.across)} across"]
    return lines + ["  " + "  ".join(f"{cell:>{size}}" for cell, size in zip(row, widths, strict=True)) for row in rows]


def influence_csv(found: Sensitivity) -> str:
    """The tornado as CSV, in JSON units."""
    heads = ("name", "unit", "base", "p10", "p90", "target_at_p10", "target_at_p90", "elasticity", "share_of_variance")
    return csv_rows(heads, ([entry[head] for head in heads] for entry in found.as_dict()["inputs"]))


def _words(name: str) -> str:
    return QUANTITIES[name].label.split(" (")[0]
