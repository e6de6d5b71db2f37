"""The memo file: what only the organisation knows — the need, who signs, quotes, limits, risks — as commented TOML."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cluster_calc.errors import LINE_LIMIT, InputError, UnitError, did_you_mean, quoted
from cluster_calc.files.places import line_of, lines_of
from cluster_calc.files.toml import read_text, tables
from cluster_calc.quantities.display import printable
from cluster_calc.quantities.settings import BASES
from cluster_calc.quantities.units import to_base

TEXTS = ("title", "need", "requester", "site_contract", "notes")
DAYS = ("decision_date", "site_ready")
# What the file may set for the estimate; what is typed on the command line stands before it.
RATES = ("discount_rate",)
LIMITS = ("power_limit", "capital_budget", "budget", "deadline", "supply_limit")
# The ways of the table of options, and of those that have a price the quantity that a quote gives.
WAYS = ("do nothing", "do minimum", "rent on demand", "rent 1-year", "rent 3-year", "rent spot", "colocate", "buy")
PRICED = {
    "buy": "chip_price", "rent on demand": "rental_price", "rent 1-year": "rental_price_1_year",
    "rent 3-year": "rental_price_3_year", "rent spot": "rental_price_spot", "colocate": "colocation_price",
}  # fmt: skip
# Table → its fields and what each may be, the first of them required.
LISTS: dict[str, dict[str, str]] = {
    "approvers": {"name": "text", "role": "text"},
    "demand": {"period": "text", "need": "text"},
    "quote": {
        "vendor": "text", "number": "text", "for": "way", "chip": "chips", "server": "servers", "item": "text", "price": "amount",
        "currency": "text", "exchange_rate": "positive", "holds": "basis", "chips": "count", "dated": "date", "expires": "date",
        "deposit": "share", "payments": "schedule", "delivery_weeks": "number", "terms": "text", "chosen": "flag", "use": "flag",
    },
    "risk": {"risk": "text", "trigger": "text", "effect": "text", "owner": "text"},
    "gate": {"what": "text", "date": "date", "owner": "text"},
}  # fmt: skip
FLEET = {"chip": "chips", "count": "count", "used_share": "share", "reach": "share", "age": "time", "extend": "time"}
NEEDED_OF_FLEET = ("chip", "count", "used_share")
# What a field is where the file says nothing: text is empty, the others are None.
DEFAULTS: dict[str, Any] = {"for": "buy", "chips": 1.0, "use": True, "chosen": False}
KNOWN = (*TEXTS, *DAYS, "existing_fleet", "options", *RATES, "tax_rate", "tax_life", "constraints", *LISTS)
MOST_TEXT = 5000
MOST_ENTRIES = 50


@dataclass(frozen=True)
class MemoFile:
    """What a memo file holds; empty where nothing was said."""

    title: str = ""
    need: str = ""
    requester: str = ""
    site_contract: str = ""
    existing_fleet: str | Mapping[str, Any] = ""
    notes: str = ""
    decision_date: str = ""
    site_ready: str = ""
    options: tuple[str, ...] = ()
    discount_rate: Any = None
    tax_rate: float | None = None
    tax_life: float | None = None
    constraints: Mapping[str, Any] = field(default_factory=dict)
    approvers: tuple[Mapping[str, Any], ...] = ()
    demand: tuple[Mapping[str, Any], ...] = ()
    quote: tuple[Mapping[str, Any], ...] = ()
    risk: tuple[Mapping[str, Any], ...] = ()
    gate: tuple[Mapping[str, Any], ...] = ()
    where: str = field(default="memo.toml", compare=False)

    @property
    def inputs(self) -> dict[str, Any]:
        """What the file gives the estimate besides quotes."""
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
        elif key in DAYS:
            found[key] = field_of(key, "date", key, value, fault)
        elif key in ("tax_rate", "tax_life"):
            found[key] = field_of(key, "share" if key == "tax_rate" else "positive", key, value, fault)
        elif key == "existing_fleet":
            found[key] = _fleet(value, fault)
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
    return MemoFile(**found, where=where)


def _text(key: str, place: str, value: Any, fault: Any) -> str:
    if not isinstance(value, str):
        fault(place, f"{key}: {quoted(value)} is not text; write it in quotation marks")
        return ""
    if len(value) > MOST_TEXT:
        fault(place, f"{key}: {len(value)} letters; at most {MOST_TEXT} fit a memo")
    return printable(value.strip())


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


def _entries(key: str, value: Any, fault: Any) -> tuple[Mapping[str, Any], ...]:
    known = LISTS[key]
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        fault(key, f"{key} is a list of tables; write [[{key}]]")
        return ()
    if len(value) > MOST_ENTRIES:
        fault(key, f"{key}: {len(value)} entries; at most {MOST_ENTRIES} fit a memo")
    found = []
    for number, entry in enumerate(value):
        row = _row(key, f"{key}[{number}]", entry, known, fault)
        first = next(iter(known))
        if not row[first]:
            fault(f"{key}[{number}]", f"{key}: {first} is missing")
        if row.get("deposit") and row.get("payments"):
            fault(f"{key}[{number}].payments", f"{key}: deposit and payments both say when it is paid; leave one out")
        if row.get("chip") and row.get("server"):
            fault(f"{key}[{number}].server", f"{key}: chip and server are both given; the server names its chip")
        found.append(row)
    return tuple(found)


def _row(key: str, place: str, entry: Mapping[str, Any], known: Mapping[str, str], fault: Any) -> dict[str, Any]:
    row = {
        name: DEFAULTS.get(name, "" if kind in ("text", "date", "basis", "schedule", "chips", "servers") else None)
        for name, kind in known.items()
    }
    for name, part in entry.items():
        if name not in known:
            fault(f"{place}.{name}", f"{key}: there is no {quoted(name)}; there is {', '.join(known)}")
        else:
            row[name] = field_of(name, known[name], f"{place}.{name}", part, fault)
    return row


def _fleet(value: Any, fault: Any) -> str | Mapping[str, Any]:
    if not isinstance(value, dict):
        return _text("existing_fleet", "existing_fleet", value, fault)
    row = _row("existing_fleet", "existing_fleet", value, FLEET, fault)
    for name in NEEDED_OF_FLEET:
        if row[name] in ("", None):
            fault("existing_fleet", f"existing_fleet: {name} is missing")
    if None not in (row["reach"], row["used_share"]) and row["reach"] < row["used_share"]:
        fault("existing_fleet.reach", "existing_fleet: reach is below used_share; it is what the use can be raised to")
    return row


def field_of(name: str, kind: str, place: str, value: Any, fault: Any) -> Any:
    """A field of that kind; what is none is told at its place."""
    if kind == "text":
        return _text(name, place, value, fault)
    if kind == "date":
        return _date(name, place, value, fault)
    if kind in ("way", "basis"):
        known = tuple(PRICED) if kind == "way" else BASES
        if value not in known:
            fault(place, f"{name}: {quoted(value)} is not one of {', '.join(known)}.{did_you_mean(str(value), known)}")
            return DEFAULTS.get(name, "")
        return value
    if kind in ("chips", "servers"):
        return _item(name, kind, place, value, fault)
    if kind == "schedule":
        return _schedule(name, place, value, fault)
    if kind == "flag":
        if not isinstance(value, bool):
            fault(place, f"{name}: {quoted(value)} is neither true nor false")
        return value
    if kind == "amount" and isinstance(value, str):
        return _text(name, place, value, fault)
    return _number(name, kind, place, value, fault)


def _item(name: str, kind: str, place: str, value: Any, fault: Any) -> str:
    """The name of something in the catalog."""
    from cluster_calc.catalog.current import catalog

    text = _text(name, place, value, fault)
    if text:
        try:
            catalog().identify(text, kind)
        except InputError as error:
            fault(place, str(error))
    return text


def _schedule(name: str, place: str, value: Any, fault: Any) -> str:
    """A schedule of payments, as --payment-schedule takes it."""
    from cluster_calc.quantities.lists import schedule_of

    text = _text(name, place, value, fault)
    try:
        schedule_of(text)
    except InputError as error:
        fault(place, str(error).replace("payment_schedule", name, 1))
    return text


def _number(name: str, kind: str, place: str, value: Any, fault: Any) -> Any:
    """A number in the bounds of its kind; a time comes back in seconds."""
    example = {"share": "0.3 or '30 %'", "count": "8", "time": "'2 years'", "amount": "'34000 USD'"}.get(kind, "12")
    try:
        if kind == "time":
            number = to_base(str(value), "year", bare=False)
        elif kind == "share":
            number = to_base(str(value), "1", bare=True)
        elif isinstance(value, bool) or not isinstance(value, (int, float)):
            raise UnitError(f"{quoted(value)} is no number")
        else:
            number = float(value)
    except (UnitError, OverflowError) as error:
        fault(place, f"{name}: {error}; write for example {example}")
        return None
    most = {"share": 1.0, "count": 1e9}.get(kind, 1e12)
    least = 1.0 if kind == "count" else 0.0
    wrong = not least <= number <= most or (kind in ("positive", "amount") and number == 0)
    if wrong or (kind == "count" and number != round(number)):
        bounds = {"share": "from 0 to 1", "count": "a whole number from 1"}.get(kind, "above 0")
        fault(place, f"{name}: {quoted(value)} is not {bounds}; write for example {example}")
        return None
    return number
