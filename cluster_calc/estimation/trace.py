"""The tree of formulas, numbers and sources behind a value, printed from the code that computed it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cluster_calc.forms import as_text
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.nomenclature import QUANTITIES

SCHEMA = "cluster-calc/explain/1"


@dataclass(frozen=True)
class Trace:
    """One value of a result and how it came about: a formula over other traces, or a Datum."""

    name: str
    label: str
    value: float | None
    unit: str
    display: str
    formula: str = ""
    numbers: str = ""
    about: str = ""
    defined_in: str = ""
    datum: Datum | None = None
    note: str = ""
    inputs: tuple[Trace, ...] = ()

    def __repr__(self) -> str:
        return f"<Trace of {self.name}: {self.display}>"

    def walk(self) -> Iterator[Trace]:
        """This node and everything behind it, depth first."""
        yield self
        for entry in self.inputs:
            yield from entry.walk()

    def leaves(self) -> list[Trace]:
        """The inputs the value rests on, each once."""
        found = {node.name: node for node in self.walk() if not node.formula}
        return list(found.values())

    def as_dict(self) -> dict[str, Any]:
        """The tree as JSON."""
        from cluster_calc.quantities.datum import source_of

        entry: dict[str, Any] = {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "display": self.display,
        }
        if self.formula:
            entry |= {
                "formula": self.formula,
                "numbers": self.numbers,
                "about": self.about,
                "defined_in": self.defined_in,
            }
            entry["inputs"] = [part.as_dict() for part in self.inputs]
            if self.datum is not None:
                entry["source"] = source_of(self.datum)
        elif self.datum is not None:
            entry |= {"origin": self.datum.origin, "kind": self.datum.kind, "source": source_of(self.datum)}
            known = QUANTITIES[self.name]
            if self.datum.has_range and self.datum.low is not None and self.datum.high is not None:
                entry |= {"low": self.datum.low / known.factor, "high": self.datum.high / known.factor}
        if self.note:
            entry["note"] = self.note
        return entry

    def __str__(self) -> str:
        return as_text(self)
