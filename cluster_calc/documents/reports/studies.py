"""What a solution says, as text."""

from __future__ import annotations

import textwrap

from cluster_calc.documents.render.citing import quote_shell
from cluster_calc.documents.reports.sentences import answer, question
from cluster_calc.draws.statistics import percentiles
from cluster_calc.estimation.limits import CONSTRAINTS
from cluster_calc.files.csv import csv_rows
from cluster_calc.quantities.display import exact, plain, shown
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.studies.choosing import Choice, Option
from cluster_calc.studies.extremes import Extremes
from cluster_calc.studies.grid import Sweep
from cluster_calc.studies.influence import Sensitivity, Table
from cluster_calc.studies.inverse import Solution

_MOST_OPTIONS = 10
_MOST_SWINGS = 12
_BAR = 14


def solution_rows(found: Solution) -> list[tuple[str, str]]:
    """The value, what it reaches, and how to set it."""
    known, goal = QUANTITIES[found.solved], QUANTITIES[found.target]
    label, target = (entry.label.split(" (")[0] for entry in (known, goal))
    rows = [
        (label, shown(known.name, found.value)),
        (f"reaches {target}", shown(goal.name, found.reached)),
        ("asked for", shown(goal.name, found.wanted)),
        ("exactly", f"{known.option} {quote_shell(_typed(found))}"),
    ]
    if found.day is not None:
        rows.insert(1, ("that is", f"on {found.day}, prices falling as price_performance_trend says"))
    if found.samples is not None:
        cut = found.percentiles()
        heads = " · ".join(f"P{percent:g}" for percent in cut) or "P10 · P50 · P90"
        spread = " · ".join(shown(known.name, value) for value in cut.values())
        rows.insert(1, (heads, spread or "no draw reaches it"))
        if found.reachable is not None and found.reachable < 1:
            rows.insert(2, ("in reach", f"{100 * found.reachable:.3g}% of draws"))
    return rows


def solution_text(found: Solution, width: int = 80) -> str:
    """The solution in a few lines, and the estimate it makes."""
    rows = solution_rows(found)
    first = max(len(left) for left, _ in rows)
    lines = [f"{left[0].upper() + left[1:]:<{first}}  {right}" for left, right in rows]
    lines += ["", *textwrap.wrap(question(found.result), width), *textwrap.wrap(answer(found.result), width)]
    return "\n".join(lines) + "\n"


def _typed(found: Solution) -> str:
    """The value as the option takes it: bare where that is allowed."""
    known = QUANTITIES[found.solved]
    text = exact(known.name, found.value)
    return text.split(" ")[0] if known.bare else text


def choice_text(found: Choice, width: int = 80) -> str:
    """The best options, the near-misses and what was left out."""
    label = QUANTITIES[found.objective].label
    if found.options:
        lines = [f"Least {label} within all limits: {option_name(found.options[0])}", ""]
        lines += [line for option in found.options[:_MOST_OPTIONS] for line in _option(found, option, width)]
        if len(found.options) > _MOST_OPTIONS:
            lines.append(f"  … and {len(found.options) - _MOST_OPTIONS} more that hold")
    else:
        lines = ["Nothing meets all limits."]
    if found.misses:
        lines += ["", "Near-misses: better, but a limit does not hold" if found.options else "Nearest to holding"]
        lines += [line for option in found.misses[:_MOST_OPTIONS] for line in _option(found, option, width)]
    if found.left_out:
        lines += ["", f"Left out: {len(found.left_out)}"]
        for text in found.left_out[:5]:
            lines += textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")
    for text in found.warnings:
        lines += ["", *textwrap.wrap(f"Note: {text}", width, subsequent_indent="  ")]
    return "\n".join(lines) + "\n"


def option_name(option: Option) -> str:
    named = ", ".join(option.names.values()) or "the scenario"
    return named + (", rented" if option.acquisition == "rent" else "")


def _option(found: Choice, option: Option, width: int) -> list[str]:
    money = "rental_cost" if option.acquisition == "rent" else "run_cost"
    parts = [f"{shown('chips', option.values['chips'])} chips", shown("training_time", option.values["training_time"])]
    parts += [f"{name} {shown(key, option.values[key])}" for name, key in
              (("rent" if option.acquisition == "rent" else "run cost", money), ("peak", "peak_facility_power"))
              if key in option.values]  # fmt: skip
    failing = [
        f"{CONSTRAINTS[name][0].replace('_', ' ')} short by {plain(-100 * margin)}%"
        for name, margin in option.margins.items()
        if margin < -1e-12
    ]
    default = [f"{QUANTITIES[name].label} by default" for name in option.defaults]
    head = f"  {shown(found.objective, option.objective):>12}  {option_name(option)}: "
    return textwrap.wrap(head + ", ".join([*parts, *default, *failing]), width, subsequent_indent=" " * 16)


def influence_text(found: Sensitivity, width: int = 80) -> str:
    """Tornado, elasticities, shares of variance, switching values and grids as plain text."""
    import textwrap

    goal = found.target
    lines = [*textwrap.wrap(question(found.result), width), *textwrap.wrap(answer(found.result), width), ""]
    lines.append(f"What moves the {_words(goal)}, {shown(goal, found.base)} at base (each input at its P10 and P90)")
    swings = [entry for entry in found.swings if entry.width][:_MOST_SWINGS]
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
        for switch in found.switches[:_MOST_SWINGS]:
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


def extremes_text(planned: Sweep, found: list[Extremes], width: int = 80) -> str:
    """Every result's least value, percentiles and greatest value over the grid."""
    count = len(found[0].sample) if found else 0
    of = "every row" if count == planned.points else f"{count:,} rows drawn at random"
    grid = planned.named if planned.design else planned.axes
    axes = " × ".join(f"{entry.name} {len(entry)}" for entry in grid)
    if planned.design:
        spread = f"{planned.design} {planned.count:,} over {', '.join(entry.name for entry in planned.numbers)}"
        axes = f"{axes} × {spread}" if axes else spread
    lines = [f"{planned.points:,} points: {axes}", f"P10 · P50 · P90 over the grid, of {of}", ""]
    for entry in found:
        label = QUANTITIES[entry.name].label
        if entry.low > entry.high:
            lines.append(f"{label}: not found")
            continue
        cut = percentiles(entry.sample[entry.sample == entry.sample], (10, 50, 90))
        middle = " · ".join(shown(entry.name, value) for value in cut.values())
        lines.append(
            f"{label[0].upper() + label[1:]}: {shown(entry.name, entry.low)} to {shown(entry.name, entry.high)}"
        )
        lines.append(f"  P10 · P50 · P90  {middle}")
        for word, at in (("least", entry.low_at), ("most", entry.high_at)):
            place = planned.point(*at)
            said = ", ".join(
                f"{name} {value if isinstance(value, str) else shown(name, value)}" for name, value in place.items()
            )
            lines += textwrap.wrap(f"{word:<5} at {said}", width, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"
