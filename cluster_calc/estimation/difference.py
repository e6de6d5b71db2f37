"""What moved between two results: inputs, the data behind them, and outcomes, from their JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster_calc.errors import InputError, quoted
from cluster_calc.estimation.replay import check_units
from cluster_calc.files.atomic import read_text

if TYPE_CHECKING:
    from cluster_calc.estimation.result import Result

SCHEMA = "cluster-calc/diff/1"
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

    def __repr__(self) -> str:
        return f"<Difference: {len(self.changes)} changes>"

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
    """Read a result file of `estimate` or `finance` (`-` is stdin) as JSON, checked for what it must hold."""
    from cluster_calc.files.shapes import FinanceFile, ResultFile, Shape, check_shape

    try:
        raw = json.loads(read_text(str(path)))
    except InputError:
        raise
    except (ValueError, RecursionError):
        raise InputError(f"{quoted(path)} is not JSON") from None
    shapes: dict[str, type[Shape]] = {"cluster-calc/estimate/1": ResultFile, "cluster-calc/finance/1": FinanceFile}
    schema = str(raw.get("schema")) if isinstance(raw, Mapping) else ""
    shape = shapes.get(schema)
    if shape is None and schema.startswith("cluster-calc/"):
        raise InputError(
            f"{quoted(path)}: schema {quoted(schema)} is not one of {', '.join(shapes)}: another version wrote it"
        )
    if shape is None:
        raise InputError(f"{quoted(path)} is not a result of `cluster-calc estimate --format json`, or of `finance`")
    check_shape(shape, raw, str(path))
    check_units(raw)
    return dict(raw)


def _kind(raw: Any) -> str:
    """Which command wrote it: `estimate` or `finance`."""
    return (
        str(raw.get("schema", "")).removeprefix("cluster-calc/").partition("/")[0] if isinstance(raw, Mapping) else ""
    )


def _outcomes(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Results and verdicts by name: those of an estimate, or the figures of every option of a finance plan."""
    if _kind(raw) != "finance":
        words = {True: "holds", False: "does not hold", None: None}
        verdicts = {entry["constraint"]: words[entry["holds"]] for entry in raw.get("feasibility", ())}
        return {**raw["results"], **{f"limit {name}": {"value": word, "unit": ""} for name, word in verdicts.items()}}
    options = {"own": raw["own"], "colocate": raw.get("colocate") or {}}
    options |= {f"rent {entry['term']}": entry for entry in raw.get("rent", ())}
    units = {"npv": "USD", "cost_per_delivered_chip_hour": "USD/chip/hour", "break_even_used_share": "1", "payback_months": "month",
             "break_even_months": "month", "book_value_at_horizon": "USD", "owed_after_horizon": "USD"}  # fmt: skip
    found: dict[str, Any] = {}
    for option, entry in options.items():
        own_units = {"price": entry.get("unit", ""), "break_even_price": entry.get("unit", "")}
        for name, unit in {**units, **own_units}.items():
            if name in entry:
                found[f"{option}: {name}"] = {"value": entry[name], "unit": unit}
    return found


def diff(before: Result | str | Path | Mapping[str, Any], after: Result | str | Path | Mapping[str, Any]) -> Difference:
    """What moved between two results: as they are, their files or dictionaries, or scenarios, which are estimated.

    >>> import cluster_calc as cc
    >>> one, two = (cc.estimate(chip="h100", training_compute=2e25, mfu=mfu).as_dict() for mfu in (0.4, 0.5))
    >>> [entry.name for entry in diff(one, two).changes if entry.kind == "input"]
    ['mfu']
    """
    old, new = map(_result, (before, after))
    if _kind(old) != _kind(new):
        raise InputError(f"one result is of {_kind(old)}, the other of {_kind(new)}: give two of one kind")
    # What is given on one side and computed on the other is one figure, and stands among the results.
    outcomes = [dict(_outcomes(entry)) for entry in (old, new)]
    given = [dict(entry["inputs"]) for entry in (old, new)]
    for mine, theirs in ((0, 1), (1, 0)):
        for name in [name for name in given[mine] if name in outcomes[theirs] and name not in outcomes[mine]]:
            outcomes[mine][name] = given[mine].pop(name)
            given[theirs].pop(name, None)
    changes = [*_inputs(*given), *_results(*outcomes)]

    def pair(key: str) -> tuple[str, str]:
        return str(old.get(key, "")), str(new.get(key, ""))

    chips = tuple(str(entry.get("chip", {}).get("id", "")) for entry in (old, new))
    return Difference(tuple(changes), pair("version"), pair("catalog_date"), (chips[0], chips[1]))


def _result(given: Result | str | Path | Mapping[str, Any]) -> Mapping[str, Any]:
    """The dictionary of a result, wherever it stands."""
    if isinstance(given, (str, Path)):
        return read_result(given)
    if not isinstance(given, Mapping):
        return given.as_dict()
    if "schema" in given:
        return given
    from cluster_calc.estimation.estimation import estimate

    return estimate(scenario=given).as_dict()


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
