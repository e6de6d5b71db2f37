"""The short answer of each verb: what a person decides on, the figures behind it, and what moves it most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cluster_calc.documents.render.citing import cite, command
from cluster_calc.documents.render.figures import band_text, value_of
from cluster_calc.documents.render.view import Row, Short
from cluster_calc.estimation.result import Result
from cluster_calc.quantities.display import NOT_FOUND, plain, shown
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.number import is_scalar
from cluster_calc.studies.influence import elasticity, relative_swings

if TYPE_CHECKING:
    from cluster_calc.studies.inverse import Solution

FIGURES = ("training_compute", "training_time", "chips", "run_cost", "capital_cost", "rental_cost", "cost_per_chip_hour",
           "peak_facility_power")  # fmt: skip
TARGETS = ("run_cost", "rental_cost", "cost_per_chip_hour", "capital_cost", "training_time", "peak_facility_power")
MOST = 3
_TENTH = 0.1


def of_estimate(result: Result) -> Short:
    """Shorten an estimate."""
    moved, moves = moving(result)
    return Short(
        sentence(result), tuple(figures(result)), (), moves, tuple(sources(result, moves)), moved, tuple(result.warnings),
        command(result, f"explain {_target(result) or 'facility_power'}"),
    )  # fmt: skip


def of_solution(found: Solution) -> Short:
    """Shorten a solution: the value, what it reaches, and the estimate it makes."""
    from cluster_calc.documents.reports.studies import solution_rows

    (label, value), *rest = (row for row in solution_rows(found) if not row[0].startswith(("reaches", "asked")))
    made = of_estimate(found.result)
    reached = f"{_capital(label)} {value} reaches {shown(found.target, found.reached)} of {_words(found.target)}."
    told = tuple(Row(_capital(left), right) for left, right in rest)
    kept = [row for row in made.rows if row.name not in (found.solved, found.target)]
    return made._replace(answer=f"{reached} {made.answer}", rows=(*told, *kept)[:8])


def sentence(result: Result) -> str:
    """What is needed, what it costs to rent or to buy, the power, and whether the limits hold, in a sentence.

    >>> from cluster_calc.estimation.estimation import estimate
    >>> sentence(estimate(training_compute=2e25, chip="h100", rental_price="2 USD/hour")).endswith("limit was given to check.")
    True
    """
    chips = f"{value_of(result, 'chips')} × {result.chip.name}"
    if result.mode == "capacity":
        chips = f"{value_of(result, 'training_compute')}: {chips}"
    if "training_time" in result.values and result.mode not in ("cluster", "serve"):
        chips += f" for {value_of(result, 'training_time')}"
    if result.mode == "observed":
        chips += f" at an implied MFU of {value_of(result, 'implied_mfu')}"
    parts = [chips, _money(result)]
    if "peak_facility_power" in result.values:
        parts.append(f"{value_of(result, 'peak_facility_power')} at full load")
    return "; ".join([*filter(None, parts), judged(result)]) + "."


def _money(result: Result) -> str:
    """Rent and purchase, each by its name: cash for the hardware is not the share of it that a run uses."""
    told = {
        name: value_of(result, name) for name in ("rental_cost", "capital_cost", "run_cost") if name in result.values
    }
    if not told:
        return f"run cost {NOT_FOUND}, hardware {NOT_FOUND}"
    buy = f"hardware {told['capital_cost']} in cash" if "capital_cost" in told else ""
    used = f"run cost {told['run_cost']}" if "run_cost" in told else ""
    owned = f"{buy} ({used})" if buy and used else buy or used
    return ", or ".join(filter(None, (f"rent {told['rental_cost']}" if "rental_cost" in told else "", owned)))


def judged(result: Result) -> str:
    """The verdict in words: what does not hold, or what binds."""
    found = result.verdict
    if found.broken or found.open:
        return f"{found.word}: {', '.join(found.broken or found.open)}"
    return f"{found.word} within what was checked" if found.feasible else "no limit was given to check"


def figures(result: Result) -> list[Row]:
    """The figures a decision rests on, with their spread or the price behind them."""
    names = [name for name in FIGURES if name in result.values or name in result.missing]
    if "rental_cost" not in names and "rental_price" in result.values:
        names.append("rental_price")
    return [Row(_capital(_words(name)), _bare_value(result, name), _note(result, name), name) for name in names]


def _note(result: Result, name: str) -> str:
    """Its spread, or what stands behind it, or what it lacks."""
    if name not in result.values:
        return "needs " + " and ".join(result.lacking(name))
    if band := band_text(result, name):
        return band
    if name == "rental_price":
        return _label(result, name)
    if (behind := {"rental_cost": "rental_price", "capital_cost": "all_in_price"}.get(name)) in result.values:
        per = {"rental_cost": "a chip-hour", "capital_cost": "a chip with server and network"}[name]
        return "; ".join(filter(None, (f"{_bare_value(result, str(behind))} {per}", _label(result, str(behind)))))
    if name in ("run_cost", "cost_per_chip_hour"):
        return _both_ways(result, name)
    return ""


def _both_ways(result: Result, name: str) -> str:
    """A cost as it is and as it would be: all-in with what it is bare, or bare with what it is about all-in."""
    bare, whole = result.values.get("bare_run_cost"), result.values.get("run_cost")
    hours = result.values.get("chip_hours") if name == "cost_per_chip_hour" else 1.0
    if not (is_scalar(bare) and is_scalar(whole) and is_scalar(hours)) or not hours or "run_cost" in result.data:
        return "depreciation and running cost of this run" if name == "run_cost" else ""
    if whole != bare:
        return f"with operations; bare {_amount(name, bare, hours)}"
    from cluster_calc.catalog.current import catalog
    from cluster_calc.estimation.parts.upkeep import all_in_cost

    settings = result.scenario.settings
    about = None if settings.get("bare") or settings.get("method") else all_in_cost(result.values, catalog())
    if about is None:
        return "bare: depreciation and electricity" if name == "run_cost" else "bare"
    return f"bare; all-in about {_amount(name, about, hours)}" + (" (--all-in)" if name == "run_cost" else "")


def _amount(name: str, cost: Any, hours: Any) -> str:
    return shown(name, float(cost) / float(hours)).removesuffix("/chip/hour")


def _bare_value(result: Result, name: str) -> str:
    """A value whose label says that it is for a chip-hour."""
    return value_of(result, name).removesuffix("/chip/hour")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _label(result: Result, name: str) -> str:
    datum = result.data.get(name)
    return "" if datum is None else datum.label or cite(datum)


def _words(name: str) -> str:
    return QUANTITIES[name].label.split(" (")[0]


def _target(result: Result) -> str:
    return next((name for name in TARGETS if is_scalar(result.values.get(name)) and result.values[name]), "")


def moving(result: Result) -> tuple[str, tuple[Row, ...]]:
    """What moves the answer most: over its own range, or where no range is known by a tenth either way."""
    target = _target(result)
    if not target:
        return "", ()
    rows = [
        _swung(result, *swing) for swing in relative_swings(result, target)[:MOST] if max(map(abs, swing[1:])) > 1e-9
    ]
    if len(rows) < MOST:
        rows += _bare(result, target, {row.name for row in rows})[: MOST - len(rows)]
    return f"Moves the {_words(target)} most", tuple(rows)


def _swung(result: Result, name: str, low: float, high: float) -> Row:
    datum = result.sourced[name]
    span = f"{shown(name, datum.low)} to {shown(name, datum.high)}: {_percent(low)} to {_percent(high)}"
    return Row(_words(name), value_of(result, name), span, name)


def _bare(result: Result, target: str, told: set[str]) -> list[Row]:
    """The inputs without a range by how much a tenth more of them moves the target, most first."""
    known: Mapping[str, Any] = {name: datum.value for name, datum in result.data.items() if is_scalar(datum.value)}
    slopes = {
        name: slope
        for name in known
        if name not in told and name != target and not QUANTITIES[name].whole
        and (slope := elasticity(result, target, name)) is not None and abs(slope) > 0.01
    }  # fmt: skip
    ordered = sorted(slopes, key=lambda name: -abs(slopes[name]))
    return [
        Row(_words(name), value_of(result, name), f"10% more: {_percent(_TENTH * slopes[name])}", name)
        for name in ordered
    ]


def _percent(part: float) -> str:
    return f"{'+' if part > 0 else '−' if part < 0 else '±'}{plain(abs(100 * part), 2)}%"


def sources(result: Result, moves: tuple[Row, ...]) -> list[Row]:
    """Who says so of each assumption told, and of the prices."""
    names = dict.fromkeys([*(row.name for row in moves), "rental_price", "chip_price", "mfu"])
    return [
        Row(_words(name), value_of(result, name), cite(result.sourced[name]), name)
        for name in names
        if name in result.sourced
    ]
