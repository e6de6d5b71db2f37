"""What moved between two results: inputs, the data behind them, and outcomes, from their JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cluster_calc.errors import InputError, quoted

SCHEMA = "cluster-calc/diff/1"
MAX_BYTES = 50_000_000
SAME = 1e-12


@dataclass(frozen=True)
class Change:
    """One name that is not what it was."""

    name: str
    kind: str
    unit: str
    before: Any
    after: Any
    relative: float | None
    data: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """The changes from one result to another, and the names that stand in only one of them."""

    changes: tuple[Change, ...]
    versions: tuple[str, str]
    catalogs: tuple[str, str]
    chips: tuple[str, str]

    def as_dict(self) -> dict[str, Any]:
        """The difference as JSON."""
        return {
            "schema": SCHEMA,
            "version": list(self.versions),
            "catalog_date": list(self.catalogs),
            "chip": list(self.chips),
            "changes": [
                {
                    "name": entry.name, "kind": entry.kind, "unit": entry.unit, "before": entry.before, "after": entry.after,
                    "relative": entry.relative, "data": list(entry.data),
                }
                for entry in self.changes
            ],
        }  # fmt: skip


def read_result(path: str | Path) -> dict[str, Any]:
    """A result file of `estimate --format json`, checked for what it must hold."""
    place = Path(path)
    try:
        if place.stat().st_size > MAX_BYTES:
            raise InputError(f"{quoted(path)} has more than {MAX_BYTES} bytes: not a result")
        raw = json.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{quoted(path)} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise InputError(f"{quoted(path)} is not JSON") from None
    whole = isinstance(raw, dict) and isinstance(raw.get("inputs"), dict) and isinstance(raw.get("results"), dict)
    if not whole or not str(raw.get("schema", "")).startswith("cluster-calc/estimate/"):
        raise InputError(f"{quoted(path)} is not a result of `cluster-calc estimate --format json`")
    return dict(raw)


def diff(before: str | Path | Mapping[str, Any], after: str | Path | Mapping[str, Any]) -> Difference:
    """What moved between two results: files, or their dictionaries.

    >>> import cluster_calc as cc
    >>> one, two = (cc.estimate(chip="h100", training_compute=2e25, mfu=mfu).as_dict() for mfu in (0.4, 0.5))
    >>> [entry.name for entry in diff(one, two).changes if entry.kind == "input"]
    ['mfu']
    """
    old, new = (entry if isinstance(entry, Mapping) else read_result(entry) for entry in (before, after))
    changes = [*_inputs(old["inputs"], new["inputs"]), *_results(old["results"], new["results"])]

    def pair(key: str) -> tuple[str, str]:
        return str(old.get(key, "")), str(new.get(key, ""))

    chips = tuple(str(entry.get("chip", {}).get("id", "")) for entry in (old, new))
    return Difference(tuple(changes), pair("version"), pair("catalog_date"), (chips[0], chips[1]))


def _inputs(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    found = []
    for name in dict.fromkeys((*old, *new)):
        one, two = old.get(name, {}), new.get(name, {})
        data = tuple(
            f"{key}: {one.get(key)} → {two.get(key)}"
            for key in ("low", "high", "origin")
            if one and two and one.get(key) != two.get(key)
        )
        sources = [entry.get("source", {}) for entry in (one, two)]
        data += tuple(
            f"source {key}: {sources[0].get(key)} → {sources[1].get(key)}"
            for key in ("id", "as_of")
            if one and two and sources[0].get(key) != sources[1].get(key)
        )
        if data or not _same(one.get("value"), two.get("value")):
            found.append(_change(name, "input", one, two, data))
    return found


def _results(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    found = []
    for name in dict.fromkeys((*old, *new)):
        one, two = old.get(name, {}), new.get(name, {})
        if any(not _same(one.get(key), two.get(key)) for key in ("value", "p10", "p50", "p90")):
            found.append(_change(name, "result", one, two, ()))
    return found


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, (int, float)) and isinstance(two, (int, float)):
        return abs(one - two) <= SAME * max(abs(one), abs(two))
    return bool(one == two)


def _change(name: str, kind: str, one: Mapping[str, Any], two: Mapping[str, Any], data: tuple[str, ...]) -> Change:
    before, after = one.get("value"), two.get("value")
    relative = None
    if isinstance(before, (int, float)) and isinstance(after, (int, float)) and before != 0:
        relative = after / before - 1
    return Change(name, kind, str((one or two).get("unit", "")), before, after, relative, data)


def text(found: Difference) -> str:
    """The difference as text."""
    lines = []
    for label, (one, two) in (("version", found.versions), ("catalog", found.catalogs), ("chip", found.chips)):
        if one != two:
            lines.append(f"{label}: {one} → {two}")
    for kind, title in (("input", "Inputs and data"), ("result", "Results")):
        listed = [entry for entry in found.changes if entry.kind == kind]
        if not listed:
            continue
        lines += ["", title] if lines else [title]
        for entry in listed:
            moved = "" if entry.relative is None else f"  ({entry.relative:+.3%})"
            unit = "" if entry.unit in ("1", "date") else f" {entry.unit}"
            lines.append(f"  {entry.name}: {_cell(entry.before)} → {_cell(entry.after)}{unit}{moved}")
            lines += [f"    {line}" for line in entry.data]
    return "\n".join(lines or ["nothing moved"]) + "\n"


def _cell(value: Any) -> str:
    if value is None:
        return "not found"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
