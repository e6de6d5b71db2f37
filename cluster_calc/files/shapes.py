"""Shapes of the files that are read back: a result's JSON, a trend, a column map. One reader names what is of the wrong kind.

Off the everyday path, so the checks are pydantic's; the words are this program's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from cluster_calc.errors import LINE_LIMIT, InputError, quoted

Number = float | int
Table = dict[str, Any]


class Shape(BaseModel):
    """A table whose values have the kinds they are written with: text is text, a number is a number."""

    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)


class Cited(Shape):
    """Where a figure comes from, as a result's JSON has it."""

    id: str
    title: str = ""
    publisher: str = ""
    url: str = ""
    date: str = ""
    locator: str = ""
    as_of: str = ""
    confidence: str = ""


class Input(Shape):
    """An input of a result."""

    value: Number | str | None
    unit: str
    low: Number | str | None = None
    high: Number | str | None = None
    origin: str
    kind: str = ""
    label: str = ""
    note: str = ""
    source: Cited


class Figure(Shape):
    """A result, with its percentiles; the later options of a sheet leave out what they share with the first."""

    value: Number | str | None = None
    unit: str | None = None
    p10: Number | str | None = None
    p50: Number | str | None = None
    p90: Number | str | None = None


class Limit(Shape):
    """A limit and whether it holds."""

    constraint: str
    limit: str | None
    margin: Number | None
    holds: bool | None
    probability: Number | None = None


class ChipOfResult(Shape):
    """The accelerator of a result."""

    id: str
    name: str
    precision: str


class Rent(Shape):
    """A way to rent, as a plan has it."""

    term: str


class ResultFile(Shape):
    """What `estimate --format json` writes."""

    version: str
    chip: ChipOfResult
    inputs: dict[str, Input]
    results: dict[str, Figure]
    feasibility: list[Limit]
    warnings: list[str]
    scenario: Table


class FinanceFile(Shape):
    """What `finance --format json` writes."""

    version: str
    inputs: dict[str, Table]
    own: Table
    colocate: Table | None = None
    rent: list[Rent] = []


class TrendFile(Shape):
    """A trend scenario."""

    id: str = ""
    name: str = ""
    note: str = ""
    first_year: int = 2025
    last_year: int = 2035
    step: int = 1
    until: str | list[str] = ""
    series: dict[str, dict[str, Number | str]] = {}
    constants: dict[str, Number | str] = {}
    yardsticks: dict[str, Number | str] = {}
    chip: str = ""
    scaling_law: str = ""
    relations: dict[str, str | dict[str, str]] = {}
    correlate: str | list[str] = ""


class MapFile(Shape):
    """A column map."""

    id: str = ""
    name: str = ""
    aliases: list[str] = []
    key_columns: list[str] = []
    columns: dict[str, str | dict[str, str]] = {}
    constants: dict[str, Number | str | bool] = {}
    formulas: list[str] = []
    outputs: list[str] | dict[str, str] = []
    prepare: str | None = None
    method: str = ""
    notes: str = ""


AnyShape = TypeVar("AnyShape", bound=Shape)

# What pydantic calls a kind → what a person calls it.
_KINDS = {
    "string_type": "text", "float_type": "a number", "int_type": "a whole number", "bool_type": "true or false",
    "list_type": "a list", "dict_type": "a table", "model_type": "a table", "model_attributes_type": "a table",
    "int_from_float": "a whole number", "finite_number": "a finite number", "none_required": "nothing",
}  # fmt: skip


def check_shape(shape: type[AnyShape], raw: object, where: str) -> AnyShape:
    """Read tables as a shape; InputError that names every value of the wrong kind, and the kind that is wanted.

    >>> check_shape(TrendFile, {"until": 1.5}, "t.toml")
    Traceback (most recent call last):
        ...
    cluster_calc.errors.InputError: t.toml: until: '1.5' is not text or a list
    """
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        wanted: dict[str, tuple[list[str], object]] = {}
        for fault in error.errors(include_url=False):
            place = _place(fault["loc"], raw)
            kinds, _ = wanted.setdefault(place, ([], fault["input"]))
            kinds.append("" if fault["type"] == "missing" else _KINDS.get(fault["type"], fault["msg"].lower()))
    lines = [
        f"{where}: {place or 'the file'}: " + (f"{quoted(given)} is not {' or '.join(dict.fromkeys(kinds))}" if all(kinds) else "is missing")
        for place, (kinds, given) in wanted.items()
    ]  # fmt: skip
    raise InputError("\n".join(lines[:LINE_LIMIT]))


def _place(location: tuple[int | str, ...], raw: object) -> str:
    """The path of a value as it stands in the file, without the names of alternatives that pydantic adds."""
    found: list[str] = []
    here = raw
    for part in location:
        if isinstance(here, Mapping) and isinstance(part, str):
            if part in here:
                here = here[part]
            elif (found and part in ("str", "float", "int", "bool")) or part.startswith(("list[", "dict[")):
                break
            else:
                here = None
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            break
        found.append(str(part))
    return ".".join(found)
