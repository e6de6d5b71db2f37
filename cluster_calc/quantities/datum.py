"""A number with where it comes from: Source and Datum. Neither can be built without saying so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

CONFIDENCES = ("high", "medium", "low")
# Sources that say only how a value was given.
TYPED = frozenset({"command line", "call", "environment", "file", "table"})


@dataclass(frozen=True, slots=True)
class Source:
    """Who says so, and where to read it."""

    id: str
    title: str = ""
    publisher: str = ""
    url: str = ""
    date: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not self.id:
            raise TypeError("a Source needs an id")


@dataclass(frozen=True, slots=True)
class Datum:
    """One value of one quantity in base units, with range, source, date and confidence.

    `value` is None when the figure is missing; `low` and `high` are the 5th and 95th percentile. `kind` tells a
    range (uncertain) from a choice (yours to make), a convention (true by agreement) and an estimate (an analyst's).
    `shape` names the distribution and `points` its numbers; without one, low and high alone make it (`shapes.py`). `votes` counts the quotes
    behind a price.

    >>> Datum("tdp", 700.0, source=Source("command line")).value
    700.0
    >>> Datum("tdp", 700.0, source=None)
    Traceback (most recent call last):
        ...
    TypeError: tdp: a Datum needs a Source
    """

    name: str
    value: Any
    source: Source
    low: float | None = None
    high: float | None = None
    origin: str = "catalog"
    kind: str = "range"
    locator: str = ""
    as_of: str = ""
    confidence: str = ""
    note: str = ""
    label: str = ""
    shape: str = ""
    points: tuple[float, ...] = ()
    votes: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.source, Source):
            raise TypeError(f"{self.name}: a Datum needs a Source")

    @property
    def has_range(self) -> bool:
        """Whether the value carries a range to draw from."""
        return self.low is not None and self.high is not None

    def with_(self, **changes: Any) -> Datum:
        """A copy with some fields changed."""
        return replace(self, **changes)


def source_of(datum: Datum) -> dict[str, Any]:
    """The source of an input as an object."""
    source = datum.source
    fields = {
        "id": source.id, "title": source.title, "publisher": source.publisher, "url": source.url,
        "date": source.date, "locator": datum.locator, "as_of": datum.as_of, "confidence": datum.confidence,
    }  # fmt: skip
    return {key: value for key, value in fields.items() if value or key == "id"}
