"""The cells of a catalog's list: a figure with what a reader must know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cluster_calc.catalog.items import Leaf
from cluster_calc.quantities.display import NOT_FOUND, plain, scaled, shown
from cluster_calc.quantities.nomenclature import QUANTITIES


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a list: in full, and as people read it."""

    value: Any
    shown: str


def leaf_cell(leaf: Leaf | None) -> Cell:
    if leaf is None or leaf.value is None:
        return Cell(None, NOT_FOUND)
    name = leaf.datum.name
    if name in QUANTITIES and leaf.unit == QUANTITIES[name].unit:
        return Cell(leaf.value, shown(name, leaf.datum.value, 4))
    unit = "" if leaf.unit == "1" else f" {leaf.unit}"
    if abs(leaf.value) >= 1e6:
        number, prefix = scaled(leaf.value, ((1e12, "T"), (1e9, "B"), (1e6, "M")))
        return Cell(leaf.value, f"{number}{prefix}{unit}")
    return Cell(leaf.value, f"{plain(leaf.value, 4)}{unit}")
