"""`schemas/*.json`: JSON Schema of every file that is written by hand and of every document that a command prints.

Files of the catalog, scenarios and memos are described from the tables that check them; what commands print, from what they
print: a key that every example has is required, and names of quantities are a map.
"""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cluster_calc.catalog.checks import schema as catalog_schema
from cluster_calc.catalog.heads import KINDS, singular_of
from cluster_calc.cli import main
from cluster_calc.procurement import file as memo_file
from cluster_calc.quantities.nomenclature import ALIASES, QUANTITIES
from cluster_calc.quantities.settings import PRECISIONS, SETTINGS

ROOT = Path(__file__).parents[1]
RUN = "--flop 2e25 --chip h100"
# Document → the commands whose output it is.
PRINTED: dict[str, tuple[str, ...]] = {
    "estimate": (f"estimate {RUN}", f"estimate {RUN} --ranges --draws 100 --budget '100 MUSD' --currency EUR",
                 "estimate --chip a100-80gb --chips 1024", "estimate --chip tpuv5p --chips 64 --params 7e9 --tokens 1e12",
                 "estimate --model llama-3.1-405b --chip h100 --chips 16384 --tokens 15.6T"),
    "serve": ("serve --model llama-3.3-70b --chip h200 --tokens-per-day 20e9", "serve --model llama-3.3-70b --chip h200 --chips 8"),
    "compare": ("compare --flop 2e25 --chip h100 --chip b200", "compare --chip h100 --chip tpuv5p --flop 1e24"),
    "solve": ("solve mfu --flop 2e25 --chip h100 --chips 8000 --days 60",),
    "sensitivity": (f"sensitivity {RUN}",),
    "optimise": ("optimise --flop 2e25 --vary chip=h100,b200",),
    "simulate": ("simulate --chip h100 --chips 1024 --days 1",),
    "explain": (f"explain run_cost {RUN}", f"explain chip_price {RUN}"),
    "diff": ("diff one.json two.json",),
    "finance": ("finance --chip h100 --chips 1024 --horizon '4 years'", "finance --chip h100 --chips 64 --discount-rate 0.08"),
    "project": ("project --preset epoch-cost",),
    "growth": ("growth --era '2012..2017: algorithms 4x a year, spending 3x per 2 years' --spending '1e5 USD'", "growth --fit runs:flop_published:year", "growth --costs",),
    "reproduce": ("reproduce",),
}  # fmt: skip
TEXT, FLAG, NUMBER = {"type": "string"}, {"type": "boolean"}, {"type": "number"}
WRITTEN = {"type": ["number", "string"]}
SOURCED = {
    "type": "object", "required": ["value"], "additionalProperties": False,
    "properties": {"value": WRITTEN, **dict.fromkeys(("source", "as_of", "confidence", "locator", "note"), TEXT)},
}  # fmt: skip
DATE = {"type": "string", "format": "date"}


def pages() -> dict[Path, str]:
    """Every schema with its text."""
    found = {"scenario": _scenario(), "memo": _memo(), **{singular_of(kind): _catalog(kind) for kind in KINDS}}
    found |= {
        name: _tree(examples) if name == "explain" else _describe(examples, top=True)
        for name, examples in _examples().items()
    }
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {
        ROOT / "schemas" / f"{name}.json": json.dumps({**head, "title": f"cluster-calc {name}", **entry}, indent=1)
        + "\n"
        for name, entry in sorted(found.items())
    }


# --- what people write ------------------------------------------------------------------------------------------------


def _table(properties: Mapping[str, Any], required: Iterable[str] = ()) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(required), "additionalProperties": False}


def _scenario() -> dict[str, Any]:
    """Settings and quantities, each as it may be written."""
    names: dict[str, Any] = {}
    for name, known in QUANTITIES.items():
        plain = {"description": f"{known.meaning} [{known.unit}], {known.bounds}"}
        names[name] = {**plain, "$ref": "#/$defs/value" if known.bare else "#/$defs/text"}
    names |= {alias: names[name] for alias, name in ALIASES.items() if name in names}
    for name, entry in SETTINGS.items():
        kind: dict[str, Any] = FLAG if entry.is_flag else TEXT if entry.choices else {}
        choices = {"enum": list(entry.choices)} if entry.choices and entry.name != "precision" else {}
        names[name] = {"description": entry.meaning, **kind, **choices}
    names["days"] = {"description": "training_time in days", **WRITTEN}
    names["catalog"] = {"description": "folders in front of the shipped catalog", "type": ["array", "string"]}
    defs = {"value": {"anyOf": [WRITTEN, SOURCED]}, "text": {"anyOf": [TEXT, SOURCED]}}
    return {**_table(names), "$defs": defs}


_FIELDS: dict[str, dict[str, Any]] = {
    "text": TEXT, "date": DATE, "flag": FLAG, "basis": TEXT, "way": {"enum": list(memo_file.PRICED)},
    "number": WRITTEN, "share": WRITTEN, "positive": WRITTEN, "count": WRITTEN, "amount": WRITTEN, "time": WRITTEN,
    "schedule": {"type": ["string", "array"]}, "chips": TEXT, "servers": TEXT,
}  # fmt: skip


def _memo() -> dict[str, Any]:
    """The memo file: texts, days, limits and the lists of approvers, demand, quotes, risks and gates."""
    found: dict[str, Any] = dict.fromkeys(memo_file.TEXTS, TEXT) | dict.fromkeys(memo_file.DAYS, DATE)
    found |= dict.fromkeys((*memo_file.RATES, "tax_rate", "tax_life"), WRITTEN)
    found["options"] = {"type": "array", "items": {"enum": list(memo_file.WAYS)}}
    found["constraints"] = _table(dict.fromkeys(memo_file.LIMITS, WRITTEN))
    fleet = {name: _FIELDS.get(kind, {}) for name, kind in memo_file.FLEET.items()}
    found["existing_fleet"] = {"anyOf": [TEXT, _table(fleet, memo_file.NEEDED_OF_FLEET)]}
    for name, fields in memo_file.LISTS.items():
        entry = _table({key: _FIELDS.get(kind, {}) for key, kind in fields.items()}, list(fields)[:1])
        found[name] = {"type": "array", "maxItems": memo_file.MOST_ENTRIES, "items": entry}
    return _table({name: found.get(name, {}) for name in memo_file.KNOWN})


def _catalog(kind: str) -> dict[str, Any]:
    """A catalog file of a kind: its facts, figures with unit and source, dated series and sources."""

    def entry(keys: Iterable[str]) -> dict[str, Any]:
        return _table({key: {} for key in keys}, ["value"])

    figure = {"anyOf": [WRITTEN, entry(catalog_schema.FIGURE)]}
    found: dict[str, Any] = {"id": {"type": "string", "pattern": "^[a-z0-9][a-z0-9.-]{0,79}$"}, "name": TEXT,
                             "aliases": {"type": "array", "items": TEXT}}  # fmt: skip
    found |= {name: {} for name in catalog_schema.top_level(kind) if name not in found}
    for section in catalog_schema.SECTIONS.get(kind, ("figures",)):
        if section == "columns":
            continue
        names = PRECISIONS if section == "peak_throughput" else catalog_schema.figures(kind)
        known = {name: catalog_schema.field_of(kind, name) for name in names}
        found[section] = {"type": "object", "properties": {
            name: {**figure, "description": f"in {field.unit}. {field.reason}".strip()} if field else figure
            for name, field in known.items()}}  # fmt: skip
    for name in catalog_schema.SERIES_OF.get(kind, ()):
        keys = (*catalog_schema.ENTRY, *catalog_schema.MORE.get(name, ()))
        found[name] = {"type": "array", "items": {"type": "object", "properties": {key: {} for key in keys}}}
    source = _table({key: {} for key in catalog_schema.SOURCE})
    found["sources"] = {"type": "object", "additionalProperties": source}
    return _table(found, (*catalog_schema.NAMES, *catalog_schema.REQUIRED.get(kind, ())))


# --- what commands print ----------------------------------------------------------------------------------------------


def _examples() -> dict[str, list[Any]]:
    """Document → what its commands print."""
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        for target, mfu in (("one.json", "0.4"), ("two.json", "0.5")):
            _printed(f"estimate {RUN} --mfu {mfu} -o {target}")
        return {
            document: [json.loads(_printed(f"{command} --format json")) for command in commands]
            for document, commands in PRINTED.items()
        }


def _printed(command: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.suppress(SystemExit):
        main(shlex.split(command))
    if not out.getvalue() and " -o " not in command:
        raise RuntimeError(f"{command}: {err.getvalue()}")
    return out.getvalue()


def _describe(examples: list[Any], *, top: bool = False) -> dict[str, Any]:
    """What the examples have in common: types, the keys every document has, maps by names of quantities or of chips.

    >>> _describe([{"a": 1}, {"a": None, "b": ["x"]}])["properties"]["a"]
    {'type': ['null', 'number']}
    """
    kinds = {_kind(example) for example in examples}
    if "number" in kinds:
        kinds.add("null")  # a missing figure is null, never 0
    found: dict[str, Any] = {"type": min(kinds) if len(kinds) == 1 else sorted(kinds)} if kinds else {}
    tables = [example for example in examples if isinstance(example, dict)]
    names = list(dict.fromkeys(name for table in tables for name in table))
    if names and all(name in _MAPPED or "-" in name for name in names):
        found["additionalProperties"] = _describe([value for table in tables for value in table.values()])
    elif names:
        found["properties"] = {name: _describe([table[name] for table in tables if name in table]) for name in names}
        if "schema" in names:
            found["properties"]["schema"] = {"const": tables[0]["schema"]}
        if top:
            found["required"] = [name for name in names if all(name in table for table in tables)]
    if rows := [entry for example in examples if isinstance(example, list) for entry in example]:
        found["items"] = _describe(rows)
    return found


def _tree(examples: list[Any]) -> dict[str, Any]:
    """A tree of explanations: every node is like the root."""

    def nodes(tree: Any) -> list[Any]:
        return [{**tree, "inputs": []}, *(node for entry in tree.get("inputs", ()) for node in nodes(entry))]

    found = _describe([node for example in examples for node in nodes(example)])
    found["properties"]["inputs"]["items"] = {"$ref": "#"}
    return found


_MAPPED = {*QUANTITIES, *SETTINGS, *ALIASES}


def _kind(value: Any) -> str:
    kinds = {bool: "boolean", str: "string", dict: "object", list: "array", type(None): "null"}
    return kinds.get(type(value), "number")
