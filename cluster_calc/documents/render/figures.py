"""Figures as cells: a value with its range, its unit and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence

from cluster_calc.documents.render.view import Cell, Table, TableRow
from cluster_calc.estimation.result import Result
from cluster_calc.quantities.display import shown, spread_text
from cluster_calc.quantities.nomenclature import QUANTITIES


def value_of(result: Result, name: str) -> str:
    """A value of a result as people read it."""
    return shown(name, result.values.get(name))


def figure_of(result: Result, name: str, small: str = "") -> Cell:
    """A result or an input as a cell: text for people, the JSON's number for programs."""
    base = result.values.get(name)
    number = None if base is None or QUANTITIES[name].is_date else float(base) / QUANTITIES[name].factor
    return Cell(shown(name, base), small, name, number)


def span_of(result: Result, name: str) -> tuple[float, float, float] | None:
    """P10, P50 and P90 in base units, where the value varies."""
    if name not in result.samples:
        return None
    factor = QUANTITIES[name].factor
    low, middle, high = ((result.percentile(name, percent) or 0.0) * factor for percent in (10, 50, 90))
    return low, middle, high


def band_text(result: Result, name: str) -> str:
    """P10 – P90 as text, or nothing where the value does not vary."""
    percentiles = span_of(result, name)
    return "" if percentiles is None else f"P10–P90 {spread_text(name, (percentiles[0], percentiles[2]), ' – ')}"


def table(caption: str, heads: Sequence[str], rows: Sequence[TableRow], words: Sequence[int] = ()) -> Table:
    """A table whose columns are figures, but for the first and those in `words`."""
    numbers = tuple(number > 0 and number not in words for number in range(len(heads)))
    return Table(caption, tuple(heads), tuple(rows), numbers)
