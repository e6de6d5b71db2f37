"""Rows that ask the same question, evaluated together: one run of the model on the arrays of their cells.

Rows belong together when they fill the same columns and say the same words (chip, site, method). What an element cannot be, a
row of its own says: a row whose results are not all finite, and every row of a group that cannot be run, goes alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cluster_calc.errors import InputError
from cluster_calc.estimation.estimation import run
from cluster_calc.quantities.display import in_unit
from cluster_calc.quantities.nomenclature import ALIASES, QUANTITIES
from cluster_calc.quantities.reading import in_days, parse
from cluster_calc.scenario.layers import gather

# Fewer rows than this cost less one by one; more than this are cut, so that memory stays constant.
FEWEST, MOST = 4, 1 << 14
Row = Mapping[str, Any]
Key = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


class Cells:
    """The numbers of cells, each text of a column parsed once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], float | None] = {}

    def number(self, name: str, text: Any) -> float | None:
        """The cell in base units; None where it is no single number."""
        key = (name, str(text))
        if key not in self._known:
            self._known[key] = self._parsed(name, text)
        return self._known[key]

    @staticmethod
    def _parsed(name: str, text: Any) -> float | None:
        quantity = "training_time" if name == "days" else ALIASES.get(name, name)
        if quantity not in QUANTITIES or isinstance(text, (bool, dict)):
            return None
        try:
            value, low, _ = parse(QUANTITIES[quantity], in_days(text) if name == "days" else text)
        except InputError:
            return None
        return float(value) if low is None and not getattr(value, "shape", ()) else None


def split(rows: Mapping[int, Row], cells: Cells) -> dict[Key, list[int]]:
    """Row numbers by question: the columns with a number, and the words of the others."""
    found: dict[Key, list[int]] = {}
    for number, row in rows.items():
        numbers = tuple(name for name, text in row.items() if cells.number(name, text) is not None)
        words = tuple((name, str(text)) for name, text in row.items() if name not in numbers)
        found.setdefault((numbers, words), []).append(number)
    return found


def together(
    rows: Mapping[int, Row], shared: Row, names: tuple[str, ...], cells: Cells
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The results in JSON units of rows of one question, where they are all finite; none where they cannot be run as one.

    `shared` is what holds for every row, `names` the columns with numbers.
    """
    import numpy as np

    first = next(iter(rows.values()))
    try:
        merged = gather({**shared, **first}, origin="table")
        if merged.settings.get("ranges") or any(datum.has_range for datum in merged.data.values()):
            return
        for name in names:
            key = next(key for key in _keys(name) if key in merged.data)
            values = np.array([cells.number(name, row[name]) for row in rows.values()])
            merged.data[key] = merged.data[key].with_(value=values)
        result = run(merged)
    except (InputError, StopIteration):
        return
    found = {
        name: np.broadcast_to(np.asarray(result.values[name], dtype=float), len(rows))
        for name in result.results
        if name in result.values
    }
    sound = np.logical_and.reduce([np.isfinite(column) for column in found.values()])
    columns = [
        [in_unit(name, value) for value in column.tolist()]
        if QUANTITIES[name].is_date
        else (column / QUANTITIES[name].factor).tolist()
        for name, column in found.items()
    ]
    for number, whole, row in zip(rows, sound.tolist(), zip(*columns, strict=True), strict=True):
        if whole:
            yield number, dict(zip(found, row, strict=True))


def _keys(name: str) -> tuple[str, ...]:
    quantity = "training_time" if name == "days" else ALIASES.get(name, name)
    return quantity, "time_allowed", "training_time"
