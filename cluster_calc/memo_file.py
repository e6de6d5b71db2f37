"""The memo file: what only the organisation knows — the need, who signs, quotes, limits, risks — as commented TOML."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cluster_calc.book.lines import line_of, lines_of
from cluster_calc.book.toml_file import read_text, tables
from cluster_calc.errors import LINE_LIMIT, InputError, did_you_mean, quoted

TEXTS = ("title", "need", "requester", "site_contract", "existing_fleet", "notes")
# What the file may set for the estimate; what is typed on the command line stands before it.
RATES = ("discount_rate",)
LIMITS = ("power_limit", "capital_budget", "budget", "deadline", "supply_limit")
# Table → its fields, the first of them required.
LISTS = {
    "approvers": ("name", "role"),
    "demand": ("period", "need"),
    "quote": ("vendor", "item", "price", "currency", "expires", "terms"),
    "risk": ("risk", "trigger", "effect", "owner"),
    "gate": ("what", "date", "owner"),
}
DATES = frozenset({"decision_date", "expires", "date"})
WAYS = ("do nothing", "do minimum", "rent on demand", "rent 1-year", "rent 3-year", "rent spot", "colocate", "buy")
KNOWN = (*TEXTS, "decision_date", "options", *RATES, "constraints", *LISTS)
MOST_TEXT = 5000
# Control, bidirectional and lone surrogate characters: no document shows them, and some cannot hold them.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
MOST_ENTRIES = 50

TEMPLATE = """\
# What a procurement memo needs that no estimate knows. Every line is optional; what leaving it out does stands beside it.
# `cluster-calc memo --memo memo.toml --flop 2e25 --chip h100 -o memo.html` reads it.

# title = "Training cluster for 2027"     # left out: "Procurement memo"
# need = "Why the compute is needed."     # left out: the memo says that no need was stated
# requester = "Name, team"                # left out: nobody is named as asking
# decision_date = 2027-01-15              # left out: the memo names no date needed, and no quote is checked against it
# discount_rate = 0.10                    # left out: no net present value, no levelised cost; the memo is a draft
# site_contract = "Colocation contract 4711, signed 2026-10-01"   # left out: estimate class 5
# existing_fleet = "512 A100, 60% used"   # left out: the do-minimum option is not described
# notes = "Anything else."
#
# Options to show; left out: all of them.
# options = ["do nothing", "do minimum", "rent on demand", "rent 1-year", "rent 3-year", "rent spot", "colocate", "buy"]

# [constraints]                           # left out: that limit is not checked
# power_limit = "20 MW"
# capital_budget = "400 MUSD"             # cash for the hardware
# budget = "40 MUSD"                      # cost of the run
# supply_limit = "1 %"

# [[approvers]]                           # none: the table of approvals is empty
# name = "A. Example"
# role = "Chief financial officer"

# [[demand]]                              # none: the estimate's own demand is the only one
# period = "2027"
# need = "2e25 FLOP"

# [[quote]]                               # none: estimate class 5, and the memo is a draft
# vendor = "Example Systems"
# item = "HGX H100, 8 GPUs, per GPU"
# price = "34000 USD"                     # per chip; another currency stays as it is written
# currency = "USD"
# expires = 2027-02-28
# terms = "30 % with the order; 90 days' delivery"

# [[risk]]                                # none: only the risks that the figures show
# risk = "Export licence"
# trigger = "a change of the rule"
# effect = "12 weeks"
# owner = "Legal"

# [[gate]]                                # none: no delivery plan
# what = "Site ready"
# date = 2027-05-01
# owner = "Facilities"
"""


@dataclass(frozen=True)
class MemoFile:
    """What a memo file holds; empty where nothing was said."""

    title: str = ""
    need: str = ""
    requester: str = ""
    site_contract: str = ""
    existing_fleet: str = ""
    notes: str = ""
    decision_date: str = ""
    options: tuple[str, ...] = ()
    discount_rate: Any = None
    constraints: Mapping[str, Any] = field(default_factory=dict)
    approvers: tuple[Mapping[str, str], ...] = ()
    demand: tuple[Mapping[str, str], ...] = ()
    quote: tuple[Mapping[str, str], ...] = ()
    risk: tuple[Mapping[str, str], ...] = ()
    gate: tuple[Mapping[str, str], ...] = ()

    @property
    def inputs(self) -> dict[str, Any]:
        """What the file gives the estimate."""
        found = dict(self.constraints)
        return found if self.discount_rate is None else {**found, "discount_rate": self.discount_rate}


def read_memo_file(path: str | Path) -> MemoFile:
    """The memo file at `path`; InputError with every fault at its line."""
    text = read_text(Path(path))
    return memo_file(tables(text, Path(path)), str(path), lines_of(text))


def memo_file(raw: Mapping[str, Any], where: str = "memo.toml", lines: Mapping[str, int] | None = None) -> MemoFile:
    """A memo file from its tables.

    >>> memo_file({"title": "A cluster", "approvers": [{"name": "A"}]}).approvers[0]["name"]
    'A'
    >>> memo_file({"titel": "A cluster"})
    Traceback (most recent call last):
        ...
    cluster_calc.errors.InputError: memo.toml:1: there is no 'titel' in a memo file. Did you mean title?
    """
    faults: list[str] = []

    def fault(place: str, message: str) -> None:
        faults.append(f"{where}:{line_of(dict(lines or {}), place)}: {message}")

    found: dict[str, Any] = {}
    for key, value in raw.items():
        if key not in KNOWN:
            fault(key, f"there is no {quoted(key)} in a memo file.{did_you_mean(key, KNOWN)}")
        elif key in TEXTS:
            found[key] = _text(key, key, value, fault)
        elif key == "decision_date":
            found[key] = _date(key, key, value, fault)
        elif key in RATES:
            if isinstance(value, bool) or not isinstance(value, (int, float, str)):
                fault(key, f"{key}: {quoted(value)} is no rate; write for example 0.08 or '8 %'")
            found[key] = value
        elif key == "options":
            found[key] = _options(value, fault)
        elif key == "constraints":
            found[key] = _constraints(value, fault)
        else:
            found[key] = _entries(key, value, fault)
    if faults:
        shown = faults if len(faults) < LINE_LIMIT else [*faults[: LINE_LIMIT - 2], f"… and {len(faults) - 10} more"]
        raise InputError("\n".join(shown))
    return MemoFile(**found)


def _text(key: str, place: str, value: Any, fault: Any) -> str:
    if not isinstance(value, str):
        fault(place, f"{key}: {quoted(value)} is not text; write it in quotation marks")
        return ""
    if len(value) > MOST_TEXT:
        fault(place, f"{key}: {len(value)} letters; at most {MOST_TEXT} fit a memo")
    return printable(value.strip())


def printable(text: str) -> str:
    """Text as one line without characters that nobody sees: a line break is a space, the others are written out.

    >>> printable("a\\nb\\x1b[31m")
    'a b\\\\x1b[31m'
    """
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], re.sub(r"[\r\n\t]+", " ", text))


def _date(key: str, place: str, value: Any, fault: Any) -> str:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    try:
        return datetime.date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        fault(place, f"{key}: {quoted(value)} is no date; write for example 2027-01-15")
        return ""


def _options(value: Any, fault: Any) -> tuple[str, ...]:
    entries = value if isinstance(value, list) else [value]
    for entry in entries:
        if entry not in WAYS:
            hint = did_you_mean(str(entry), WAYS)
            fault("options", f"options: {quoted(entry)} is not one of {', '.join(WAYS)}.{hint}")
    return tuple(way for way in WAYS if way in entries)


def _constraints(value: Any, fault: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        fault("constraints", "constraints is a table; write [constraints]")
        return {}
    found: dict[str, Any] = {}
    for key, limit in value.items():
        if key not in LIMITS:
            fault(f"constraints.{key}", f"constraints: there is no {quoted(key)}; there is {', '.join(LIMITS)}")
        elif isinstance(limit, datetime.date):
            found[key] = limit.isoformat()
        elif isinstance(limit, bool) or not isinstance(limit, (int, float, str)):
            fault(f"constraints.{key}", f"{key}: {quoted(limit)} is neither a number nor text")
        else:
            found[key] = limit
    return found


def _entries(key: str, value: Any, fault: Any) -> tuple[Mapping[str, str], ...]:
    known = LISTS[key]
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        fault(key, f"{key} is a list of tables; write [[{key}]]")
        return ()
    if len(value) > MOST_ENTRIES:
        fault(key, f"{key}: {len(value)} entries; at most {MOST_ENTRIES} fit a memo")
    found = []
    for number, entry in enumerate(value):
        row = dict.fromkeys(known, "")
        for name, part in entry.items():
            place = f"{key}[{number}].{name}"
            if name not in known:
                fault(place, f"{key}: there is no {quoted(name)}; there is {', '.join(known)}")
            elif name in DATES:
                row[name] = _date(name, place, part, fault)
            else:
                row[name] = _text(name, place, part, fault)
        if not row[known[0]]:
            fault(f"{key}[{number}]", f"{key}: {known[0]} is missing")
        found.append(row)
    return tuple(found)
