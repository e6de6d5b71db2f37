"""Reads catalog/publications/ into claims: inputs with units, the chain of formulas, what was published, the criterion."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from cluster_calc.errors import InputError, UnitError, did_you_mean, quoted
from cluster_calc.files.shipped import shipped
from cluster_calc.files.toml import read_toml
from cluster_calc.quantities.units import Unit, split, unit

BASES = ("stated", "inferred", "overdetermined", "fitted", "missing")
DATE_UNIT = "decimal year"
# Words of the publications that count or label: pure numbers, or the unit of units.txt that they mean.
_WORDS = {
    "": "1", "x": "1", "x/year": "1", "OOM": "1", "OOM/year": "1", "cm": "1", "inch": "1", "encyclopaedia": "1",
    DATE_UNIT: "1", "datapoint": "token", "petaFLOPS-day": "PFLOP/s*day", "USD/petaFLOPS-day": "USD/(PFLOP/s*day)",
    "petaFLOPS-day/year": "PFLOP/s*day/year", "year/10x": "year",
}  # fmt: skip
# At zero their formula has a value, but none that means anything.
_NEVER_ZERO = frozenset({"doubling_time", "samples"})
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Where the functions of a chain live; the model's own formulas by their module.
_PLACES = {
    "relations": "cluster_calc.publications.relations",
    "growth": "cluster_calc.trends.growth",
    "crossings": "cluster_calc.trends.crossings",
}


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a claim: as it is written, in base units, and the argument that it is."""

    name: str
    text: str
    value: float
    unit: str
    argument: str

    @property
    def is_date(self) -> bool:
        """Whether the input is a day."""
        return self.unit == "date"


@dataclass(frozen=True, slots=True)
class Step:
    """One function of a chain and the name that its result gets."""

    result: str
    function: str

    @property
    def formula(self) -> Callable[..., Any]:
        """The function itself."""
        place, _, name = self.function.rpartition(".")
        module = import_module(_PLACES.get(place, f"cluster_calc.formulas.{place}"))
        return getattr(module, name)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Claim:
    """One computable statement of a publication."""

    id: str
    publication: str
    kind: str
    locator: str
    unit: str
    criterion: str
    basis: str
    note: str
    published: float | None
    published_text: str
    missing: str
    inputs: Mapping[str, Input]
    constants: Mapping[str, Input]
    steps: tuple[Step, ...]
    recorded: float | None
    recorded_agrees: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """One document: the system it describes and its claims."""

    id: str
    name: str
    title: str
    publisher: str
    date: str
    url: str
    system: str
    equations: tuple[str, ...]
    claims: tuple[Claim, ...]


def unit_of(text: str) -> Unit:
    """The unit of a claim: a word that counts, or a unit of `units.txt`.

    >>> unit_of("x"), unit_of("USD/petaFLOPS-day").dimension
    (Unit(factor=1.0, dimension='1'), '[USD]/[work]')
    """
    plain = _WORDS.get(text, text)
    if plain.startswith("1/"):
        under = unit(plain[2:])
        return Unit(1 / under.factor, f"1/{under.dimension}")
    return Unit(1.0, "1") if plain == "1" else unit(plain)


def read_input(name: str, text: str, argument: str) -> Input:
    """An input as written: a day, or a number with its unit.

    >>> read_input("price", "0.168 USD/kWh", "electricity_price").unit
    'USD/kWh'
    """
    if _DATE.fullmatch(text.strip()):
        try:
            day = datetime.date.fromisoformat(text.strip())
        except ValueError:
            raise InputError(f"{name}: {quoted(text)} is not a day; write it as 2027-01-15") from None
        return Input(name, text, (day - datetime.date(1970, 1, 1)).days * 86400.0, "date", argument)
    try:
        number, rest = split(text)
        return Input(name, text, number * unit_of(rest).factor, rest, argument)
    except UnitError as error:
        raise InputError(f"{name}: {error}") from None


def changed(known: Input, text: str) -> Input:
    """The input with another value: a bare number is in the input's own unit, another unit must measure the same."""
    given = read_input(known.name, text.strip(), known.argument)
    if known.is_date != given.is_date:
        want = "a day, for example 2020-05-28" if known.is_date else f"a number, for example {quoted(known.text)}"
        raise InputError(f"{known.name}: {quoted(text)} is not {want}")
    if known.is_date:
        return given
    if given.unit == "" and known.unit:
        given = read_input(known.name, f"{text.strip()} {known.unit}", known.argument)
    if unit_of(given.unit).dimension != unit_of(known.unit).dimension or (
        given.unit != known.unit and "1" in (_WORDS.get(given.unit), _WORDS.get(known.unit))
    ):
        raise InputError(f"{known.name}: {quoted(text)} does not measure what {quoted(known.text)} does")
    if given.value == 0 and known.argument in _NEVER_ZERO:
        raise InputError(f"{known.name}: {quoted(text)} is nothing; the published input is {quoted(known.text)}")
    if known.value >= 0 > given.value:
        raise InputError(f"{known.name}: {quoted(text)} is negative; the published input is {quoted(known.text)}")
    return given


@cache
def publications() -> tuple[Publication, ...]:
    """Every publication that ships, in the order of their ids.

    >>> sum(len(publication.claims) for publication in publications())
    169
    """
    return tuple(_publication(path) for path in sorted((shipped("catalog") / "publications").glob("*.toml")))


def _publication(path: Path) -> Publication:
    raw = read_toml(path)
    key = str(raw["id"])
    return Publication(
        id=key,
        name=str(raw["name"]),
        title=str(raw["title"]),
        publisher=str(raw["publisher"]),
        date=str(raw["date"]),
        url=str(raw["url"]),
        system=str(raw["system"]),
        equations=tuple(raw["equations"]),
        claims=tuple(_claim(key, entry) for entry in raw["claim"]),
    )


def _claim(publication: str, raw: Mapping[str, Any]) -> Claim:
    if raw["basis"] not in BASES:
        raise InputError(f"{raw['id']}: basis {quoted(raw['basis'])} is not one of {', '.join(BASES)}")
    steps = []
    for text in raw.get("steps", ()):
        left, sign, right = str(text).partition(" = ")
        function = right if sign else left
        steps.append(Step(left if sign else function.rpartition(".")[2], function))
    return Claim(
        id=str(raw["id"]),
        publication=publication,
        kind=str(raw["kind"]),
        locator=str(raw["locator"]),
        unit=str(raw["unit"]),
        criterion=str(raw["criterion"]),
        basis=str(raw["basis"]),
        note=str(raw.get("note", "")),
        published=raw.get("published"),
        published_text=str(raw.get("published_text", "")),
        missing=str(raw.get("missing", "")),
        inputs={name: read_input(name, entry["value"], entry["as"]) for name, entry in raw.get("inputs", {}).items()},
        constants={name: read_input(name, text, name) for name, text in raw.get("constants", {}).items()},
        steps=tuple(steps),
        recorded=raw.get("recorded"),
        recorded_agrees=bool(raw.get("recorded_agrees", False)),
    )


def find(key: str) -> Claim:
    """The claim of that id; an unknown one suggests the nearest."""
    known = {claim.id: claim for publication in publications() for claim in publication.claims}
    if key not in known:
        raise InputError(f"unknown claim {quoted(key)}.{did_you_mean(key, known)}")
    return known[key]
