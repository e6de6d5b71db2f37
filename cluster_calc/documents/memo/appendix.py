"""The appendix of a memo: assumptions with their sources, formulas, what changed, notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cluster_calc.documents.memo import tables
from cluster_calc.documents.memo.view import MemoPart
from cluster_calc.documents.render.figures import table
from cluster_calc.documents.render.method import method_of
from cluster_calc.documents.render.view import Cell, TableRow
from cluster_calc.estimation.result import Result
from cluster_calc.procurement.subject import Subject
from cluster_calc.quantities.display import label_of, plain, printable
from cluster_calc.quantities.nomenclature import QUANTITIES

HEADLINES = ("accelerator_time", "chips", "training_time", "capital_cost", "depreciation", "electricity_cost", "run_cost",
             "rental_cost", "peak_facility_power", "shipment_share")  # fmt: skip


def sections(subject: Subject, previous: Mapping[str, Any] | None) -> tuple[MemoPart, ...]:
    """The sections of the appendix."""
    result = subject.result
    register, references = tables.register(result)
    found = [
        MemoPart("assumptions", "Assumption register", tables=(register,)),
        _method(result),
        MemoPart("sources", "Sources", points=tuple(f"[{n}] {text}" for n, text in enumerate(references, 1))),
    ]
    if previous is not None:
        found.append(_changes(result, previous))
    if subject.extra.notes:
        found.append(MemoPart("notes", "Notes", (subject.extra.notes,)))
    return tuple(found)


def _method(result: Result) -> MemoPart:
    method = {entry.name: entry for entry in method_of(result, HEADLINES)}
    points = tuple(
        f"{entry.label} = {entry.formula} = {entry.numbers} = {entry.text}"
        for entry in (method[name] for name in HEADLINES if name in method)
    )
    return MemoPart("method", "Formulas of the headline figures", points=points)


def _changes(result: Result, previous: Mapping[str, Any]) -> MemoPart:
    from cluster_calc.estimation.as_json import as_dict
    from cluster_calc.estimation.difference import diff

    changes = diff(previous, as_dict(result)).changes
    rows = []
    for change in changes:
        name = label_of(change.name) if change.name in QUANTITIES else printable(change.name)
        moved = (
            ""
            if change.relative is None
            else f"{'+' if change.relative > 0 else '−'}{plain(abs(100 * change.relative))}%"
        )
        cells = (Cell(_value(change.before)), Cell(_value(change.after)), Cell(change.unit), Cell(moved))
        rows.append(TableRow(Cell(name, change.kind), cells))
    if not rows:
        return MemoPart("changes", "Changes since the last version", ("Nothing moved.",))
    heads = ("Figure", "Before", "Now", "Unit", "Change")
    return MemoPart("changes", "Changes since the last version", tables=(table("What moved", heads, rows, words=(3,)),))


def _value(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return plain(float(value), 4)
    return "–" if value is None else printable(str(value))
