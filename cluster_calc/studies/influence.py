"""The public verb `sensitivity`: what moves a result, by how much, and where a verdict flips.

Tornado: each input at its own 10th and 90th percentile, all else at base. Elasticity: percent of result for a percent
of input. Share of variance: how much of the spread would go if the input were known (first-order index, from the
draws). Switching value: the input at which a limit stops holding, or renting becomes cheaper than owning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from cluster_calc.catalog.book import Catalog
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.estimation.drawing import held
from cluster_calc.estimation.estimation import run
from cluster_calc.estimation.limits import CONSTRAINTS
from cluster_calc.estimation.result import Result
from cluster_calc.quantities import settings as quantities_settings
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.number import is_scalar as _scalar
from cluster_calc.quantities.shapes import value_at
from cluster_calc.scenario import layers as scenarios
from cluster_calc.scenario.scenario import Scenario

SCHEMA = "cluster-calc/sensitivity/1"
Z90 = 1.2815515655446004  # standard normal quantile of 0.9
RENTING = "renting against owning"
_BINS = 32
_STEP = 1e-4
_GRID = 7


class Swing(NamedTuple):
    """One input and what it does to the target; base units. None where it has no range, or cannot be said."""

    name: str
    base: float
    low: float | None
    high: float | None
    at_low: float | None
    at_high: float | None
    elasticity: float | None = None
    share: float | None = None

    @property
    def width(self) -> float:
        """How far apart the two ends of the target are."""
        return 0.0 if self.at_low is None or self.at_high is None else abs(self.at_high - self.at_low)


class Switch(NamedTuple):
    """The value of an input at which a verdict flips, all else at base."""

    name: str
    base: float
    value: float
    verdict: str


class Table(NamedTuple):
    """The target over two inputs: `cells[row][column]`, rows along `down`; base units."""

    down: str
    across: str
    rows: tuple[float, ...]
    columns: tuple[float, ...]
    cells: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Sensitivity:
    """What moves one result of an estimate."""

    target: str
    base: float
    swings: tuple[Swing, ...]
    switches: tuple[Switch, ...]
    tables: tuple[Table, ...]
    result: Result = field(repr=False)

    def __repr__(self) -> str:
        return f"<Sensitivity of {self.target}: base={self.base!r}, {len(self.swings)} inputs>"

    def as_dict(self) -> dict[str, Any]:
        """JSON, in JSON units."""

        def unit(name: str, value: float | None) -> float | None:
            return None if value is None else value / QUANTITIES[name].factor

        goal = self.target
        return {
            "schema": SCHEMA, "target": goal, "unit": QUANTITIES[goal].unit, "base": unit(goal, self.base),
            "inputs": [
                {
                    "name": entry.name, "unit": QUANTITIES[entry.name].unit, "base": unit(entry.name, entry.base),
                    "p10": unit(entry.name, entry.low), "p90": unit(entry.name, entry.high),
                    "target_at_p10": unit(goal, entry.at_low), "target_at_p90": unit(goal, entry.at_high),
                    "elasticity": entry.elasticity, "share_of_variance": entry.share,
                }
                for entry in self.swings
            ],
            "switching_values": [
                {
                    "name": entry.name, "unit": QUANTITIES[entry.name].unit, "base": unit(entry.name, entry.base),
                    "value": unit(entry.name, entry.value), "verdict": entry.verdict,
                }
                for entry in self.switches
            ],
            "grids": [
                {
                    "down": entry.down, "across": entry.across,
                    "rows": [unit(entry.down, value) for value in entry.rows],
                    "columns": [unit(entry.across, value) for value in entry.columns],
                    "cells": [[unit(goal, value) for value in row] for row in entry.cells],
                }
                for entry in self.tables
            ],
        }  # fmt: skip


def sensitivity(
    target: str | None = None,
    *,
    grids: Sequence[tuple[str, str]] = (),
    chip: str | None = None,
    scenario: str | Path | Mapping[str, Any] | None = None,
    **given: Any,
) -> Sensitivity:
    """What moves `target` (the run cost by default): tornado, elasticities, shares of variance, switching values.

    `grids` names pairs of inputs for two-way tables; the rest as in `estimate`.

    >>> found = sensitivity(training_compute=2e25, chip="h100")
    >>> [round(entry.elasticity, 3) for entry in found.swings if entry.name == "mfu"]
    [-1.0]
    """
    settings = {key: value for key, value in {"chip": chip, **given}.items() if value is not None}
    return analysed(scenarios.gather(settings, origin="call", file=scenario), target, grids)


def analysed(
    merged: Scenario, target: str | None = None, grids: Sequence[tuple[str, str]] = (), book: Catalog | None = None
) -> Sensitivity:
    """`sensitivity` on a merged scenario."""
    ranged = Scenario({**merged.settings, "ranges": True}, merged.data, merged.texts, merged.origins)
    result = run(ranged, book)
    goal = _target(result, target)
    base = result.values[goal]
    if getattr(base, "shape", None):
        raise InputError(f"{goal} is a list of values here; sensitivities are of one")
    return Sensitivity(
        goal, float(base), tuple(swings(result, goal)), tuple(switches(result)),
        tuple(table(result, goal, down, across) for down, across in grids), result,
    )  # fmt: skip


def _target(result: Result, name: str | None) -> str:
    computed = [entry for entry in result.results if entry in result.values]
    if name is None:
        return next(
            entry for entry in ("run_cost", "cost_per_chip_hour", "capital_cost", *computed) if entry in computed
        )
    key = quantities_settings.name_of(name.strip().replace("-", "_"))
    if key not in computed:
        why = result.missing.get(key) or "it is not computed here"
        raise InputError(f"sensitivity of {quoted(name)}: {why}.{did_you_mean(name, computed)}")
    return key


def ends(result: Result, target: str, z: float = Z90) -> list[Swing]:
    """Each ranged input alone at its two ends, `z` deviations out; the widest first.

    Chips are held where they were sized: the input is uncertain, the order is not.
    """
    base = result.values.get(target)
    if base is None or getattr(base, "shape", None):
        return []
    fixed = held(result)
    found = []
    for name, datum in result.data.items():
        if not datum.has_range or name == target:
            continue
        low, high = (float(value_at(datum, side)) for side in (-z, z))
        reached = [result.model.evaluate({**fixed, name: end}).get(target) for end in (low, high)]
        if None not in reached:
            at_low, at_high = (float(end) for end in reached if end is not None)
            found.append(Swing(name, float(datum.value), low, high, at_low, at_high))
    return sorted(found, key=lambda entry: -max(abs((entry.at_low or 0) - base), abs((entry.at_high or 0) - base)))


def swings(result: Result, target: str) -> list[Swing]:
    """Every input that moves the target: ranged ones by their swing, then the others by their elasticity."""
    fixed = held(result)
    ranged = {entry.name: entry for entry in ends(result, target)}
    moving = []
    for name, value in fixed.items():
        if getattr(value, "shape", None) or name == target:
            continue
        slope = elasticity(result, target, name, fixed)
        entry = ranged.get(name) or Swing(name, float(value), None, None, None, None)
        if entry.width or slope:
            moving.append(entry._replace(elasticity=slope, share=share_of_variance(result, target, name)))
    return sorted(moving, key=lambda entry: (-entry.width, -abs(entry.elasticity or 0.0)))


def elasticity(result: Result, target: str, name: str, fixed: dict[str, Any] | None = None) -> float | None:
    """Percent of the target for one percent of the input, at base; None where either is zero or a date."""
    fixed = held(result) if fixed is None else fixed
    value, base = float(fixed[name]), float(result.values[target])
    if not value or not base or QUANTITIES[name].is_date:
        return None
    above, below = (
        float(result.model.evaluate({**fixed, name: value * (1 + step)})[target]) for step in (_STEP, -_STEP)
    )
    slope = (above - below) / (2 * _STEP * base)
    return 0.0 if abs(slope) < 1e-9 else slope


def share_of_variance(result: Result, target: str, name: str) -> float | None:
    """The share of the target's variance that knowing the input would take away: Var(E[y | x]) / Var(y).

    The draws are sorted by the input and cut into equal bins; what chance alone puts between bins is taken off. Of
    correlated inputs each share holds what the others tell of it: they overlap.
    """
    import numpy as np

    if name not in result.samples or target not in result.samples or name not in result.data:
        return None
    order = np.argsort(result.samples[name], kind="stable")
    each = len(order) // _BINS
    if each < 8:
        return None
    binned = result.samples[target][order[: each * _BINS]].reshape(_BINS, each)
    within, between = float(binned.var(axis=1, ddof=1).mean()), float(binned.mean(axis=1).var(ddof=1))
    total = float(result.samples[target].var())
    return max(0.0, min(1.0, (between - within / each) / total)) if total else None


def switches(result: Result) -> list[Switch]:
    """The switching values of every verdict, nearest first: limits that were given, and rent against own."""
    from cluster_calc.model.roots import bisected
    from cluster_calc.studies import own_or_rent

    questions = [
        (margin, 0.0, f"{entry.constraint} limit")
        for entry in result.feasibility
        if entry.limit is not None and (margin := CONSTRAINTS[entry.constraint][2]) in result.values
    ]
    fixed = held(result)
    found = []
    if "rental_ratio" in result.values:
        level = own_or_rent.switches(result, fixed).values()
        found = [Switch(entry.name, entry.base, entry.value, RENTING) for entry in level]
    for name, base in fixed.items():
        known = QUANTITIES[name]
        if getattr(base, "shape", None) or known.is_date or not base:
            continue
        for goal, wanted, verdict in questions:
            if goal in fixed or getattr(result.values[goal], "shape", None):
                continue
            try:
                value = bisected(result, name, known, goal, wanted, {k: v for k, v in fixed.items() if k != name})
            except InputError:
                continue
            if value != base:
                found.append(Switch(name, float(base), float(value), verdict))
    return sorted(found, key=lambda entry: abs(entry.value / entry.base - 1))


def table(result: Result, target: str, down: str, across: str) -> Table:
    """The target over two inputs, between their 10th and 90th percentiles, or half and twice the base."""
    import numpy as np

    fixed = held(result)
    lines: list[Any] = []
    for name in (down, across):
        key = quantities_settings.name_of(name.strip().replace("-", "_"))
        datum = result.data.get(key)
        if datum is None or datum.value is None or getattr(datum.value, "shape", None):
            raise InputError(f"--grid {quoted(name)} is not an input here.{did_you_mean(key, result.data)}")
        known = QUANTITIES[key]
        if datum.has_range:
            low, high = (float(value_at(datum, side)) for side in (-Z90, Z90))
        else:
            low = max(float(datum.value) / 2, known.low * known.factor)
            high = min(float(datum.value) * 2, known.high * known.factor)
        values = np.linspace(low, high, _GRID)
        lines.append((key, np.maximum(np.rint(values), 1.0) if known.whole else values))
    (first, rows), (second, columns) = lines
    if first == second:
        raise InputError(f"--grid takes two different inputs, not {first} twice")
    with np.errstate(all="ignore"):
        cells = result.model.evaluate({**fixed, first: rows[:, None], second: columns[None, :]})[target]
    cells = np.broadcast_to(cells, (len(rows), len(columns)))
    return Table(first, second, tuple(rows.tolist()), tuple(columns.tolist()), tuple(map(tuple, cells.tolist())))


def relative_swings(result: Result, target: str = "run_cost") -> list[tuple[str, float, float]]:
    """How far each ranged input alone moves a result, largest first: (name, at low, at high) relative to the base.

    Chips are held where they were sized: the input is uncertain, the order is not.
    """
    from cluster_calc.quantities.shapes import Z95

    base = result.values.get(target)
    if not _scalar(base) or not base:
        return []
    return [
        (entry.name, entry.at_low / base - 1, entry.at_high / base - 1)
        for entry in ends(result, target, Z95)
        if entry.at_low is not None and entry.at_high is not None
    ]
