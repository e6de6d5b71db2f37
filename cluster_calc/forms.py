"""The one seam by which a result asks for its forms: what shows it stands above it, and is found by name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

# Class → form → the function that makes it.
FORMS: dict[str, dict[str, str]] = {
    "Comparison": {
        "json": "studies.as_json:as_dict",
        "rows": "studies.as_json:rows",
        "text": "documents.reports.comparison:text",
    },
    "Finance": {"json": "investment.as_json:as_dict", "text": "documents.reports.finance:text"},
    "Result": {
        "html": "documents.reports.estimate:fragment",
        "json": "estimation.as_json:as_dict",
        "rows": "estimation.as_json:rows",
        "text": "documents.reports.estimate:text",
        "trace": "estimation.tracing:trace",
    },
    "Service": {"json": "studies.serving_json:as_dict", "text": "documents.reports.serving:text"},
    "Simulation": {"json": "studies.simulation_json:as_dict", "text": "documents.reports.simulation:text"},
    "Trace": {"text": "documents.reports.explain:text"},
}


def form_of(kind: str, form: str) -> Callable[..., Any]:
    """The function that makes a form of results of that class."""
    module, _, name = FORMS[kind][form].partition(":")
    found: Callable[..., Any] = getattr(import_module(f"cluster_calc.{module}"), name)
    return found


def as_text(value: object) -> str:
    """A result as text for a terminal."""
    return str(form_of(type(value).__name__, "text")(value))


def as_html(value: object) -> str:
    """A result as a fragment of HTML, as notebooks show it."""
    return str(form_of(type(value).__name__, "html")(value))


def as_json(value: object) -> dict[str, Any]:
    """A result as the JSON of the contract."""
    return dict(form_of(type(value).__name__, "json")(value))


def as_rows(value: object) -> list[Any]:
    """A result as the rows of a table."""
    return list(form_of(type(value).__name__, "rows")(value))


def trace_of(value: object, name: str) -> Any:
    """The trace of a value of a result."""
    return form_of(type(value).__name__, "trace")(value, name)
