"""Solving over a sweep: the same question at every point of a grid, elementwise."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

from cluster_calc.errors import InputError
from cluster_calc.estimation.limits import CONSTRAINTS
from cluster_calc.model.roots import Curve, bisected
from cluster_calc.quantities import settings as scenarios
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.nomenclature import QUANTITIES, Quantity, inside_name, same_question
from cluster_calc.scenario.scenario import Scenario
from cluster_calc.studies.grid import axis, refuse_twice
from cluster_calc.studies.inverse import LATER, question

if TYPE_CHECKING:
    import pandas as pd

# At every point the model runs on a whole grid of the unknown.
MOST_POINTS = 1_000_000
_BLOCK = 2048


def solve_over(
    name: str,
    merged: Scenario,
    vary: Mapping[str, Any] | Iterable[tuple[str, Any]],
    target: str | None = None,
) -> pd.DataFrame:
    """`solve` at every point of a grid: the axes, the solved value and what it reaches, in JSON units.

    A point that cannot reach the target is empty. The target itself may be varied.

    >>> from cluster_calc.scenario.layers import gather
    >>> run = gather({"training_compute": 2e25, "chip": "h100"}, origin="call")
    >>> solve_over("chips", run, {"training_time": "30, 60 days"})["chips"].tolist()
    [21664.0, 10832.0]
    """
    import numpy as np
    import pandas as pd

    solved_for = scenarios.name_of(name.strip().replace("-", "_"))
    later = LATER if solved_for == "purchase_delay" else {}
    axes = [
        axis(later.get(key.strip().replace("-", "_"), key), values)
        for key, values in (vary.items() if isinstance(vary, Mapping) else vary)
    ]
    points = math.prod(map(len, axes))
    if points > MOST_POINTS:
        raise InputError(f"solving at {points:,} points: at most {MOST_POINTS:,}; give the axes fewer steps")
    for entry in axes:
        if solved_for in (entry.name, *same_question(entry.name)):
            raise InputError(f"{entry.name} is what is solved for, and it is varied: leave out one")
    refuse_twice(merged, axes)
    if merged.settings.get("ranges") or merged.settings.get("draws"):
        raise InputError("solving over a sweep is at base values: leave out --ranges and --draws, or --vary")
    named = [entry for entry in axes if entry.name in scenarios.SETTINGS]
    numbers = [entry for entry in axes if entry.name not in scenarios.SETTINGS]
    grid = np.meshgrid(*(entry.values for entry in numbers), indexing="ij") if numbers else []
    columns = {entry.name: column.ravel() for entry, column in zip(numbers, grid, strict=True)}
    tables = [
        _solved(name, merged, dict(zip((entry.name for entry in named), names, strict=True)), columns, target)
        for names in product(*(entry.values for entry in named))
    ]
    found = pd.concat(tables, ignore_index=True)
    if found.iloc[:, -1].isna().all():
        raise InputError(
            f"solve {name}: {found.columns[-1]} is out of reach at every point of the sweep; "
            "leave out --vary to see what can be reached"
        )
    return found


def _solved(
    name: str, merged: Scenario, names: Mapping[str, str], columns: Mapping[str, Any], target: str | None
) -> pd.DataFrame:
    """One combination of names."""
    import numpy as np
    import pandas as pd

    first = {key: Datum(key, float(column[0]), Source("sweep", title="varied"), origin="call", kind="given")
             for key, column in columns.items()}  # fmt: skip
    texts = {**merged.texts, **dict.fromkeys(first, "varied")}
    origins = {**merged.origins, **dict.fromkeys(first, "call")}
    start = replace(
        merged, settings={**merged.settings, **names}, data={**merged.data, **first}, texts=texts, origins=origins
    )
    asked = question(name, start, target)
    known, goal = asked.known, asked.goal
    rows = len(next(iter(columns.values()))) if columns else 1
    value, reached = np.empty(rows), np.empty(rows)
    aims = {goal, *(limit for limit, limited, _ in CONSTRAINTS.values() if limited == goal)}
    for begin in range(0, rows, _BLOCK):
        part = {key: column[begin : begin + _BLOCK] for key, column in columns.items()}
        size = min(_BLOCK, rows - begin)
        wanted = next((column for key, column in part.items() if key in aims), np.full(size, asked.wanted))
        inside = {inside_name(key, asked.probe.data): column for key, column in part.items() if key not in aims}
        fixed = {**asked.fixed, **inside}
        curve = Curve(asked.probe, asked.inside, known, goal, wanted, fixed)
        solved = np.broadcast_to(bisected(asked.probe, asked.inside, known, goal, wanted, fixed), size)
        if known.is_date:
            solved = _whole_days(curve, solved)
        value[begin : begin + size] = solved
        reached[begin : begin + size] = np.where(np.isnan(solved), np.nan, curve.at(solved))
    table: dict[str, Any] = {key: [text] * rows for key, text in names.items()}
    table |= {key: _shown(QUANTITIES[key], column) for key, column in columns.items() if key != goal}
    if goal in columns:
        table[f"{goal}_asked"] = _shown(QUANTITIES[goal], columns[goal])
    table |= {known.name: _shown(known, value), goal: _shown(QUANTITIES[goal], reached)}
    return pd.DataFrame(table)


def _whole_days(curve: Curve, solved: Any) -> Any:
    """The day before or after, whichever meets the target."""
    import numpy as np

    before = np.floor(solved / 86400) * 86400
    return np.where(curve.met(before), before, np.ceil(solved / 86400) * 86400)


def _shown(known: Quantity, column: Any) -> Any:
    """In the JSON unit; dates as ISO texts, None where there is none."""
    import numpy as np

    if not known.is_date:
        return column / known.factor
    found = np.full(len(column), None, dtype=object)
    there = ~np.isnan(column)
    found[there] = np.datetime_as_string(np.rint(column[there] / 86400).astype("datetime64[D]"))
    return found


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows for JSON: what is missing is null."""
    return [{str(key): None if cell != cell else cell for key, cell in row.items()} for row in table.to_dict("records")]
