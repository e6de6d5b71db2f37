"""The constants of `catalog/serving.toml`: two levels of software, engines, formats, links, traffic of data sets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.files.shipped import shipped
from cluster_calc.files.toml import read_toml


@cache
def book() -> dict[str, Any]:
    """The file as a table."""
    return read_toml(shipped("catalog") / "serving.toml")


def levels() -> tuple[str, ...]:
    """The levels of software that were calibrated.

    >>> levels()
    ('tuned', 'plain', 'local')
    """
    return tuple(book()["software"])


def checked_level(name: str) -> str:
    """A level's name, or InputError with the ones there are."""
    if name not in levels():
        raise InputError(f"software: {quoted(name)} is not one of {', '.join(levels())}.{did_you_mean(name, levels())}")
    return name


def figures(table: Mapping[str, Any]) -> dict[str, float]:
    """The values of a table's figures by name."""
    return {name: float(entry["value"]) for name, entry in table.items() if isinstance(entry, dict)}


@cache
def calibrated(level: str) -> Mapping[str, float]:
    """Every constant by nomenclature name, at a level of software."""
    return figures(book()["constants"]) | figures(book()["software"][checked_level(level)])


def engine_of(text: str) -> str:
    """The engine that a text names, `other` where none is known.

    >>> engine_of("vLLM 0.9.0.2.dev108"), engine_of("TensorRT 10.11, CUDA 12.9"), engine_of("")
    ('vllm', 'tensorrt-llm', 'other')
    """
    folded = re.sub(r"[^a-z0-9]", "", text.lower())
    for name, entry in book()["engine"].items():
        if any(word in folded for word in entry.get("names", ())):
            return str(name)
    return "other"


def checked_engine(text: str) -> str:
    """An engine's id as a user names it, or InputError with the ones there are."""
    found = engine_of(text)
    if found == "other" and text != "other":
        known = tuple(book()["engine"])
        raise InputError(f"engine: {quoted(text)} is not one of {', '.join(known)}.{did_you_mean(text, known)}")
    return found


def engine_figures(name: str, moe: bool, date: str = "", table: Mapping[str, Any] | None = None) -> dict[str, float]:
    """The time factor of an engine, and of its routing in a mixture of experts; older releases are slower.

    >>> engine_figures("tensorrt-llm", False)["engine_time_factor"]
    1.0
    """
    entry = (table or book())["engine"][name]
    factor = float(entry["time_factor"])
    for release in entry.get("release", ()):
        if date and date < str(release["before"]):
            factor *= float(release["time_factor"])
            break
    return {"engine_time_factor": factor, "moe_factor": float(entry.get("moe_time_factor", 1.0)) if moe else 1.0}
