"""A result's JSON back to a Result: the same model on the recorded inputs, whatever the catalog says today.

The recorded figures stand in for the catalog and the defaults, so a file of last year still gives last year's result.
What comes out is compared with what the file says; a program whose formulas have changed refuses to pass its own
values off as the file's.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.chips import Chip, Quote
from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError, quoted
from cluster_calc.estimation.estimation import run
from cluster_calc.estimation.result import SCHEMA, Result
from cluster_calc.quantities.dates import days_of
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.scenario.scenario import Scenario

TOLERANCE = 1e-9
COMPARED = "cluster-calc/compare/1"  # comparison.SCHEMA, which is imported when something is compared
_GIVEN = ("command line", "call", "file", "environment")


def results_from(text: str) -> list[Result]:
    """The results in the JSON text of an `estimate`, or in the JSON that a sheet's page holds (a list, if it compares).

    >>> import cluster_calc as cc
    >>> from cluster_calc.documents.reports.estimate_data import json_text
    >>> [again] = results_from(json_text(cc.estimate(training_compute=2e25, chip="h100")))
    >>> int(again.values["chips"])
    7222
    """
    return [result_from(entry) for entry in entries_from(text)]


def entries_from(text: str) -> list[Mapping[str, Any]]:
    """The JSON objects of the results in a text: of an `estimate`, of a `compare`, or of a sheet's page."""
    if text.lstrip()[:15].lower().startswith("<!doctype"):
        held = re.search(r'<script type="application/json" id="result">(.*?)</script>', text, re.DOTALL)
        if held is None:
            raise InputError("the HTML file is no cost sheet: it holds no result")
        text = held.group(1)
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"the result is not JSON: {quoted(error)}") from None
    if isinstance(read, dict) and read.get("schema") == COMPARED:
        read = read.get("options")
        if not isinstance(read, list) or not all(isinstance(entry, dict) and "inputs" in entry for entry in read):
            raise InputError("the comparison's options hold no inputs: an earlier version wrote it; compare again")
        return read  # each option is whole
    entries = read if isinstance(read, list) else [read]
    if not entries:
        raise InputError("the result is an empty list")
    first = entries[0]
    return [entry if entry is first else _filled(first, entry) for entry in entries]


def _filled(first: Any, entry: Any) -> Any:
    """An option of a list with the inputs that it shares with the first."""
    try:
        parts = {part: {**first[part], **entry[part]} for part in ("inputs", "results")}
        return {**entry, **{part: {name: value for name, value in named.items() if value is not None}
                            for part, named in parts.items()}}  # fmt: skip
    except (KeyError, TypeError):
        return entry


def result_from(entry: Mapping[str, Any]) -> Result:
    """The Result behind one JSON object of `estimate`; InputError for what is none, or cannot be computed again."""
    return _opened(entry, today=False)[2]


def reopened(entry: Mapping[str, Any]) -> tuple[Scenario, Recorded]:
    """The scenario of a result's JSON and the catalog it was made with, to be computed again with something laid over it.

    What the file does not hold, because its estimate did not need it, is the catalog's of today.
    """
    return _opened(entry, today=True)[:2]


def base_of(entry: Mapping[str, Any]) -> tuple[Scenario, Recorded, Result]:
    """The base values of a result's JSON computed again, without its draws: its scenario, catalog and Result."""
    return _opened(entry, today=True, draws=False)


def _opened(entry: Mapping[str, Any], today: bool, draws: bool = True) -> tuple[Scenario, Recorded, Result]:
    if not isinstance(entry, dict) or entry.get("schema") != SCHEMA:
        found = entry.get("schema") if isinstance(entry, dict) else entry
        raise InputError(
            f"schema {quoted(found)} is not {SCHEMA}; give what `cluster-calc estimate --format json` writes"
        )
    if "scenario" not in entry:
        version = entry.get("version")
        raise InputError(f"the result was written by version {quoted(version)}, which kept no scenario; estimate again")
    from cluster_calc.files.shapes import ResultFile, check_shape

    check_shape(ResultFile, entry, "the result's JSON")
    check_units(entry)
    try:
        data = {name: _datum(name, value) for name, value in entry["inputs"].items() if name in QUANTITIES}
        merged, book = _scenario(entry, data), Recorded(entry, data, today)
        if not draws:
            merged.settings["ranges"] = False
        result = run(merged, book)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"the result's JSON is not as `estimate` writes it: {quoted(repr(error))}") from None
    _compare(entry, result, ("value", "p10", "p50", "p90") if draws else ("value",))
    _compare_limits(entry, result)
    return merged, book, result


class Recorded(Catalog):
    """A catalog of one chip and one set of defaults: those of the file, and beneath them today's where asked for."""

    def __init__(self, entry: Mapping[str, Any], data: Mapping[str, Datum], beneath: bool = False) -> None:
        super().__init__(catalog().folders[:-1])
        chip, precision = entry["chip"], str(entry["chip"]["precision"])
        known = {name: datum for name, datum in data.items() if datum.origin.split(":")[0] == "catalog"}
        self.defaults = {name: datum for name, datum in data.items() if datum.origin == "default"}
        try:
            today = super().chip(str(chip["id"]))
        except InputError:  # it has left the catalog
            today = Chip(str(chip["id"]), "", (), "", "chip", "", "", "", {}, {}, {}, (), ())
        figures = {name: datum for name, datum in known.items() if name not in ("chip_price", "rental_price")}
        rentals = tuple(_quote(today.rental(), known, "rental_price"))
        self.beneath = beneath
        if beneath:
            figures = {**today.figures, **figures}
            terms = {quote.term for quote in rentals}
            rentals += tuple(quote for quote in today.rentals if rentals and quote.term not in terms)
        self.recorded = replace(
            today,
            name=str(chip["name"]),
            peaks={precision: known["peak_throughput"]} if "peak_throughput" in known else {},
            figures=figures,
            estimates={},
            prices=tuple(_quote(today.price(), known, "chip_price")),
            rentals=rentals,
        )

    def chip(self, text: str) -> Chip:
        return self.recorded

    def kept_default(self, name: str) -> Datum | None:
        return self.defaults.get(name)

    def assumption(self, name: str) -> Datum | None:
        return self.defaults.get(name) or (super().assumption(name) if self.beneath else None)


def _quote(today: Quote | None, known: Mapping[str, Datum], name: str) -> list[Quote]:
    """The recorded price; what it held is the catalog's to say while the same quotes still stand."""
    if name not in known:
        return []
    same = today if today is not None and today.datum.label == known[name].label else Quote(known[name])
    term = "on-demand" if name == "rental_price" else ""
    return [same._replace(datum=known[name], term=term, chosen=True, remark="")]


def _scenario(entry: Mapping[str, Any], data: Mapping[str, Datum]) -> Scenario:
    merged = Scenario()
    if faults := merged.add(entry["scenario"], "file"):
        raise InputError(str(faults[0]))
    merged.settings["chip"] = str(entry["chip"]["id"])
    typed, merged.data = merged.data, {}
    for name, datum in data.items():
        if datum.origin.split(":")[0] in _GIVEN or name == "start":
            key = "training_time" if name == "time_allowed" and name not in typed else name
            # The recorded ends alone do not tell which distribution was typed.
            shape = {"shape": typed[key].shape, "points": typed[key].points} if key in typed else {}
            merged.data[key] = datum.with_(name=key, **shape)
    return merged


def _datum(name: str, entry: Mapping[str, Any]) -> Datum:
    known, source = QUANTITIES[name], entry["source"]

    def base(value: Any) -> float | None:
        if value is None:
            return None
        if known.is_date:
            return days_of(str(value)) * 86400.0
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise InputError(f"{name}: {quoted(value)} is not one number; a sheet shows one estimate")
        return float(value) * known.factor

    def said(key: str, where: Mapping[str, Any]) -> str:
        return str(where.get(key, ""))

    return Datum(
        name,
        base(entry["value"]),
        Source(
            str(source["id"]),
            said("title", source),
            said("publisher", source),
            said("url", source),
            said("date", source),
        ),
        base(entry.get("low")),
        base(entry.get("high")),
        origin=said("origin", entry),
        kind=said("kind", entry),
        label=said("label", entry),
        note=said("note", entry),
        locator=said("locator", source),
        as_of=said("as_of", source),
        confidence=said("confidence", source),
        votes=int(entry.get("votes") or 0),
    )


def check_units(entry: Mapping[str, Any]) -> None:
    """Refuse a figure in another unit than its quantity's: its number would be read as something else."""
    for part in ("inputs", "results"):
        for name, figure in entry.get(part, {}).items():
            known = QUANTITIES.get(name)
            if known is not None and figure.get("unit") not in (None, known.unit):
                raise InputError(
                    f"{part}.{name}: the file says it is in {quoted(figure['unit'])}, its unit is {quoted(known.unit)}; estimate again"
                )


def _compare_limits(entry: Mapping[str, Any], result: Result) -> None:
    """Refuse a file whose verdicts are not what its figures and its limits give."""
    found = {part.constraint: part for part in result.feasibility}
    for part in entry["feasibility"]:
        name = part["constraint"]
        if name not in found:
            version = quoted(entry.get("version"))
            raise InputError(
                f"feasibility: {quoted(name)} is no limit of this program (the file is of version {version})"
            )
        if part["holds"] != found[name].holds:
            raise InputError(
                f"feasibility.{name}: the file says holds {part['holds']}, its inputs give {found[name].holds}; it was changed, "
                "or written by another version; estimate again"
            )


def _compare(entry: Mapping[str, Any], result: Result, keys: Sequence[str]) -> None:
    """Refuse a file whose results are not what its inputs give."""
    from cluster_calc.estimation.as_json import rows

    recorded = entry["results"]
    for name, *values in rows(result):
        was = recorded.get(name)
        if was is None:
            continue
        for key, value in zip(keys, (values[0], *values[2:]), strict=False):
            before = was.get(key)
            same = before == value or (
                isinstance(before, float | int)
                and value is not None
                and math.isclose(before, value, rel_tol=TOLERANCE, abs_tol=1e-300)
            )
            if not same:
                raise InputError(
                    f"{name}: the file says {key} {quoted(before)}, its inputs give {quoted(value)}; it was changed, or "
                    f"written by another version ({quoted(entry.get('version'))}); estimate again"
                )
    if lost := sorted(
        name for name, was in recorded.items() if was.get("value") is not None and name not in result.values
    ):
        raise InputError(f"{lost[0]}: the file has it and its inputs do not give it; estimate again")
