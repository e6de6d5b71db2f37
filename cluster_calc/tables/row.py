"""One row of a table: what was read of it, and its numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from cluster_calc.errors import InputError, quoted
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.reading import parse


class Prepared(NamedTuple):
    """What a preparer makes of a row: base-unit values by quantity, what a reader should know of it, the formula sets
    that this row needs beside the map's own, and columns that are no quantities.
    """

    values: dict[str, float]
    note: str = ""
    formulas: tuple[str, ...] = ()
    more: Mapping[str, Any] = MappingProxyType({})


class Column(NamedTuple):
    """What one input column holds: a quantity or a setting, and the unit of its bare numbers."""

    name: str
    unit: str = ""


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def number_in(row: Mapping[str, str], head: str, name: str, unit: str = "") -> float | None:
    """The quantity in base units that the cell under `head` gives, a bare number in `unit`; none where it is blank."""
    if head not in row:
        return None
    text, known = row[head], QUANTITIES[name]
    if not _is_number(text) and not re.match(r"\s*[-+]?[.0-9].*[a-zA-Z%]", text):
        raise InputError(f"{head}: {quoted(text)} is not a number")
    given: Any = text
    if _is_number(text):
        given = float(text) if known.bare else f"{float(text)!r} {unit}"
    try:
        value: float = parse(known, given)[0]
    except InputError as error:
        raise InputError(f"{head}: {error}") from None
    return value
