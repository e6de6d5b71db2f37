"""The words of a file: its names, its keys, its sources; whether they are the ones that a kind has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cluster_calc.catalog.checks import schema
from cluster_calc.catalog.checks.sheet import Sheet, check_date
from cluster_calc.catalog.chips import available
from cluster_calc.catalog.heads import KINDS
from cluster_calc.catalog.reader import INHERITED
from cluster_calc.errors import did_you_mean, quoted
from cluster_calc.quantities.dates import day_of
from cluster_calc.quantities.settings import PRECISIONS


def check_names(sheet: Sheet) -> None:
    """Id, name, aliases and what else every file of the kind says of itself."""
    raw = sheet.tables
    key = raw.get("id")
    if not isinstance(key, str) or not key:
        sheet.wrong("id", "id is missing", f'write id = "{sheet.path.stem}" on the first line')
        return
    if not schema.ID.fullmatch(key):
        plain = re.sub(r"[^a-z0-9.]+", "-", key.lower()).strip("-.") or "maker-chip"
        sheet.wrong("id", f"id {quoted(key)} is not lower case with dashes", f'write id = "{plain[:80]}"')
    if sheet.path.parent.name in KINDS and sheet.path.stem != key:
        sheet.wrong("id", f"id {quoted(key)} is not the file's name {quoted(sheet.path.stem)}", "rename one of them")
    for name in ("name", "notes", "maker", "unit", "form_factor", "generation", "successor", "chip", "form", "kind"):
        if name in raw and not isinstance(raw[name], str):
            sheet.wrong(name, f"{name} is not text", f'write {name} = "…"')
    aliases = raw.get("aliases", [])
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        sheet.wrong("aliases", "aliases is not a list of texts", 'write aliases = ["h100", "h100-sxm"]')
    below = sheet.below
    for name in (*schema.NAMES, *schema.REQUIRED.get(sheet.kind, ())):
        if name not in raw and name not in below:
            sheet.wrong(
                "", f"{name} is missing", "write aliases = [] if there are none" if name == "aliases" else f"add {name}"
            )
    for name in ("announced", "available", "released"):
        if isinstance(raw.get(name), str):
            check_date(sheet, name, raw[name], name)
    if "available" in raw and "released" in raw:
        sheet.wrong("released", "available and released both say when the chip could be had", "leave released out")
    if raw.get("announced") and available(raw) and day_of(str(raw["announced"])) > day_of(available(raw)):
        sheet.wrong("announced", f"announced {quoted(raw['announced'])} is after available {quoted(available(raw))}")
    for name, kind in (("successor", "chips"), ("chip", "chips")):
        target = raw.get(name)
        if isinstance(target, str) and sheet.kind in ("chips", "servers") and target not in sheet.book.layered(kind):
            known = sheet.book.layered(kind)
            sheet.wrong(name, f"{name} {quoted(target)} is not a chip of the catalog.{did_you_mean(target, known)}")


def check_keys(sheet: Sheet) -> None:
    """Every key of the file and of its entries, the nearest name beside an unknown one."""
    known = schema.top_level(sheet.kind)
    sections = schema.SECTIONS.get(sheet.kind, ("figures",))
    for key, value in sheet.tables.items():
        if key not in known:
            sheet.wrong(
                key, f"unknown key {quoted(key)}", did_you_mean(key, known).strip() or f"known: {', '.join(known)}"
            )
        elif key in sections and not isinstance(value, dict):
            sheet.wrong(key, f"{key} is not a table", f"write [{key}]")
        elif key in (*schema.SERIES_OF.get(sheet.kind, ()), "conflict", "exception"):
            if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
                sheet.wrong(key, f"{key} is not a list of tables", f"write [[{key}]]")
            else:
                for number, entry in enumerate(value):
                    _entry_keys(sheet, f"{key}[{number}]", entry, _allowed(key))
        elif key == "sources":
            for name, entry in value.items() if isinstance(value, dict) else ():
                check_source(sheet, f"sources.{name}", entry)
        elif key in sections and key != "columns":
            names = PRECISIONS if key == "peak_throughput" else schema.figures(sheet.kind)
            for name, entry in value.items():
                if name in INHERITED:
                    continue
                if (key == "peak_throughput" and name not in names) or (
                    key != "peak_throughput" and not schema.field_of(sheet.kind, name)
                ):
                    hint = did_you_mean(name, names).strip() or f"known: {', '.join(names)}"
                    sheet.wrong(f"{key}.{name}", f"unknown figure {quoted(name)} in [{key}]", hint)
                elif isinstance(entry, dict):
                    _entry_keys(sheet, f"{key}.{name}", entry, schema.FIGURE)


def _allowed(series: str) -> tuple[str, ...]:
    return {"conflict": schema.CONFLICT, "exception": schema.EXCEPTION}.get(
        series, (*schema.ENTRY, *schema.MORE.get(series, ()))
    )


def _entry_keys(sheet: Sheet, place: str, entry: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in entry:
        if key not in known:
            sheet.wrong(
                f"{place}.{key}",
                f"{place}: unknown key {quoted(key)}",
                did_you_mean(key, known).strip() or f"known: {', '.join(known)}",
            )


def drop_unknown(sheet: Sheet) -> None:
    """Leave out the keys that were refused, so that the rest is still judged."""
    known = schema.top_level(sheet.kind)
    sheet.tables = {key: value for key, value in sheet.tables.items() if key in known}


def check_source(sheet: Sheet, place: str, table: Any) -> None:
    """A source has what a reader needs to find it."""
    if not isinstance(table, dict):
        sheet.wrong(place, f"{place} is not a table", "write [id] with title, publisher, url, date")
        return
    key = place.removeprefix("sources.")
    for name in table:
        if name not in schema.SOURCE:
            sheet.wrong(
                f"{place}.{name}",
                f"source {key}: unknown key {quoted(name)}",
                did_you_mean(name, schema.SOURCE).strip(),
            )
    if key == "judgement":
        return
    for name in ("title", "publisher", "date"):
        if not str(table.get(name, "")).strip():
            sheet.wrong(place, f"source {quoted(key)} has no {name}", f'add {name} = "…"')
    if not table.get("url") and not table.get("locator"):
        sheet.wrong(place, f"source {quoted(key)} has neither url nor locator", "say where to look")
    url = str(table.get("url", ""))
    if url and not url.startswith(("https://", "http://")):
        sheet.wrong(f"{place}.url", f"source {quoted(key)}: url {quoted(url)} is no web address", "begin with https://")
    if isinstance(table.get("date"), str):
        check_date(sheet, place, table["date"], "date")
