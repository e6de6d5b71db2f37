"""A claim's value from its inputs through its chain of formulas, and the judgement of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cluster_calc.errors import ClusterCalcError, InputError, did_you_mean, quoted
from cluster_calc.publications import criteria
from cluster_calc.publications.claims import DATE_UNIT, Claim, Input, Step, changed, find, publications, unit_of
from cluster_calc.quantities import dates
from cluster_calc.quantities.dates import decimal_year

# A recorded value is met to this share: the arithmetic of another processor or numpy may differ in the last digits.
MOVED = 1e-9
_DATE_CHAINS = frozenset(
    {"growth.trend_date", "relations.gdp_crossing", "relations.gdp_crossing_with_price_path", "relations.start_of_training", "relations.oldest_chips"}
)  # fmt: skip


class MovedError(ClusterCalcError):
    """A claim's value is no longer what was recorded when it was last reviewed."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a chain with the numbers it took and gave, in base units."""

    step: Step
    arguments: Mapping[str, float]
    result: float


@dataclass(frozen=True, slots=True)
class Reproduction:
    """One claim, computed."""

    claim: Claim
    value: float | None
    agrees: bool
    inputs: Mapping[str, Input]
    links: tuple[Link, ...] = ()
    is_changed: bool = False

    @property
    def date(self) -> str | None:
        """The ISO day of a value that is a date."""
        is_date = self.claim.unit == DATE_UNIT and self.claim.steps and self.claim.steps[-1].function in _DATE_CHAINS
        return dates.iso_of(self.value) if is_date and self.value is not None else None

    @property
    def moved(self) -> bool:
        """Whether the value or the verdict differs from the recorded state."""
        recorded = self.claim.recorded
        if self.value is None or recorded is None:
            return self.value is not recorded
        return abs(self.value - recorded) > MOVED * abs(recorded) or self.agrees != self.claim.recorded_agrees

    def as_dict(self) -> dict[str, Any]:
        """The row as the contract has it."""
        claim = self.claim
        row: dict[str, Any] = {
            "id": claim.id, "publication": claim.publication, "kind": claim.kind, "locator": claim.locator,
            "value": self.value, "unit": claim.unit, "published": claim.published, "agrees": self.agrees,
            "basis": claim.basis, "criterion": claim.criterion, "note": claim.note,
        }  # fmt: skip
        if self.date:
            row["date"] = self.date
        if claim.published_text:
            row["published_text"] = claim.published_text
        if claim.missing:
            row["missing"] = claim.missing
        row["inputs"] = {name: entry.text for name, entry in self.inputs.items()}
        return row


def evaluate(claim: Claim, overrides: Mapping[str, str] | None = None) -> Reproduction:
    """The claim from its inputs, some of them changed.

    >>> evaluate(find("ea-electricity-67k")).value
    67200.0
    >>> evaluate(find("ea-electricity-67k"), {"price": "0.10 USD/kWh"}).value
    40000.0
    """
    import numpy as np

    inputs, constants = dict(claim.inputs), dict(claim.constants)
    for name, text in (overrides or {}).items():
        key = _input_name(claim, name)
        table = inputs if key in inputs else constants
        table[key] = changed(table[key], text)
    if not claim.steps:
        return Reproduction(claim, None, False, inputs, is_changed=bool(overrides))
    values = {entry.argument: entry.value for entry in (*constants.values(), *inputs.values())}
    links = []
    for step in claim.steps:
        formula = step.formula
        code = formula.__code__
        arguments = {name: values[name] for name in code.co_varnames[: code.co_argcount] if name in values}
        try:
            with np.errstate(all="ignore"):  # what is not finite is refused below, with a message
                result = float(formula(**arguments))
        except (ArithmeticError, TypeError, ValueError) as error:  # TypeError: a fractional power below 0 is complex
            if isinstance(error, InputError):
                raise InputError(f"{claim.id}: {error}") from None
            raise InputError(f"{claim.id}: {step.function} has no value for these inputs ({error})") from None
        values[step.result] = result
        links.append(Link(step, arguments, result))
    base = links[-1].result
    value = _in_unit(claim, base) if math.isfinite(base) else base
    if not math.isfinite(value):
        raise InputError(f"{claim.id}: {claim.steps[-1].function} has no finite value for these inputs")
    return Reproduction(
        claim, value, criteria.agrees(claim.criterion, value, claim.published), inputs, tuple(links), bool(overrides)
    )


def _in_unit(claim: Claim, base: float) -> float:
    if claim.unit == DATE_UNIT and claim.steps[-1].function in _DATE_CHAINS:
        try:
            return decimal_year(base)
        except OverflowError:
            raise InputError(f"{claim.id}: the date is outside the calendar (years 1 to 9999)") from None
    return base / unit_of(claim.unit).factor


def _input_name(claim: Claim, name: str) -> str:
    """The input behind a name: its own, or the argument that it is."""
    key = name.strip().replace("-", "_")
    if key in claim.inputs:
        return key
    for entry in (*claim.inputs.values(), *claim.constants.values()):
        if entry.argument == key:
            return entry.name
    if not claim.inputs:
        raise InputError(f"{claim.id} has no inputs: {claim.missing or 'its data'} are not in the document")
    raise InputError(
        f"{claim.id} has no input {quoted(name)}; it has {', '.join(claim.inputs)}.{did_you_mean(key, claim.inputs)}"
    )


def reproduced(
    key: str | None = None,
    *,
    publication: str | None = None,
    kind: str | None = None,
    overrides: Mapping[str, str] | None = None,
) -> list[Reproduction]:
    """The claims, filtered, each computed; `overrides` need one claim."""
    if key is not None:
        claims = [find(key)]
    else:
        if overrides:
            raise InputError("--set needs the ID of one claim: an input belongs to its claim")
        claims = [claim for entry in publications() for claim in entry.claims]
    names = [entry.id for entry in publications()]
    if publication is not None and publication not in names:
        raise InputError(
            f"publication {quoted(publication)} is not one of {', '.join(names)}.{did_you_mean(publication, names)}"
        )
    kinds = sorted({claim.kind for entry in publications() for claim in entry.claims})
    if kind is not None and kind not in kinds:
        raise InputError(f"kind {quoted(kind)} is not one of {', '.join(kinds)}.{did_you_mean(kind, kinds)}")
    return [
        evaluate(claim, overrides)
        for claim in claims
        if publication in (None, claim.publication) and kind in (None, claim.kind)
    ]


def reproduce(
    key: str | None = None,
    *,
    publication: str | None = None,
    kind: str | None = None,
    set: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The published claims beside this program's own values, as the contract's JSON.

    >>> [row] = reproduce("ea-capex-30-7m")["claims"]
    >>> row["value"], row["agrees"], row["basis"]
    (30720000.0, True, 'stated')
    """
    return {"claims": [row.as_dict() for row in reproduced(key, publication=publication, kind=kind, overrides=set)]}


def check_unmoved(rows: list[Reproduction]) -> None:
    """Raise when a value or a verdict is not what was recorded."""
    moved = [row for row in rows if not row.is_changed and row.moved]
    if moved:
        lines = [
            f"{row.claim.id}: recorded {row.claim.recorded}, now {row.value}; agrees {row.claim.recorded_agrees}, now {row.agrees}"
            for row in moved
        ]
        raise MovedError(f"{len(moved)} claims moved from the recorded state\n" + "\n".join(lines))
