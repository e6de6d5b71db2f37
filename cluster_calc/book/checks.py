"""Every check over every item: the tests and `catalog check` run the same ones, and all problems come back together."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cluster_calc.book import schema
from cluster_calc.book.items import OWN_UNITS, Item, item_of
from cluster_calc.book.lines import line_of, lines_of
from cluster_calc.book.physics import physical
from cluster_calc.book.reader import INHERITED, Raw, laid_over, spread
from cluster_calc.book.toml_file import read_text, read_toml, tables
from cluster_calc.catalog import BASES, CATALOG_DATE, KINDS, PRECISIONS, Catalog, catalog, day_of, fold, item_files
from cluster_calc.datum import CONFIDENCES
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.resources import shipped
from cluster_calc.scenario import check_bounds


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong: where, what, and what to do; `grave` when the file cannot be used as it is."""

    path: Path
    line: int
    message: str
    fix: str = ""
    grave: bool = True

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" + (f" → {self.fix}" if self.fix else "")


class Sheet:
    """One file under check: its text, its lines, and the problems found so far."""

    def __init__(self, path: Path, kind: str, book: Catalog, layer: int) -> None:
        self.path, self.kind, self.book, self.layer = path, kind, book, layer
        self.problems: list[Problem] = []
        self.lines: dict[str, int] = {}
        self.tables: dict[str, Any] = {}
        self._below: dict[str, Any] | None = None
        self._needed: set[tuple[str, str]] = set()

    @property
    def below(self) -> dict[str, Any]:
        """The spread-out tables of the layers under this file, for one that holds only some fields."""
        if self._below is None:
            self._below = _below(self)
        return self._below

    def exempt(self, check_name: str, field: str) -> bool:
        """Whether the file documents an exception for a check that fails on a field; it is then needed."""
        self._needed.add((check_name, field))
        return any(
            entry.get("check") == check_name and entry.get("field") == field and entry.get("reason")
            for entry in (*self.tables.get("exception", ()), *self.below.get("exception", ()))
        )

    def idle_exceptions(self) -> list[int]:
        """The exceptions that nothing needs, by number."""
        return [
            number
            for number, entry in enumerate(self.tables.get("exception", ()))
            if (entry.get("check"), entry.get("field")) not in self._needed
        ]

    def wrong(self, place: str, message: str, fix: str = "") -> None:
        """Note a problem at a place of the file."""
        self.problems.append(Problem(self.path, line_of(self.lines, place), message, fix))

    def doubt(self, place: str, message: str, fix: str = "") -> None:
        """Note what is implausible but can be used."""
        self.problems.append(Problem(self.path, line_of(self.lines, place), message, fix, grave=False))


def check(path: Path | None = None) -> list[Problem]:
    """All problems of a file, a folder, or of the whole catalog with its overlays."""
    if path is None:
        book = catalog()
        return sorted(problem for layer in range(len(book.folders)) for problem in check_folder(book, layer))
    if not path.exists():
        raise InputError(f"{quoted(path)}: no such file or folder")
    if path.is_dir():
        root = path.parent if path.name in KINDS else path
        kinds = (path.name,) if path.name in KINDS else KINDS
        if not any((root / kind).is_dir() for kind in KINDS) and not (root / "sources.toml").exists():
            raise InputError(f"{quoted(path)} is no catalog: it has none of the folders {', '.join(KINDS)}")
        book = Catalog(() if root.resolve() == shipped("catalog").resolve() else (root,))
        return sorted(check_folder(book, 0, kinds))
    return sorted(check_file(path, catalog()))


def check_folder(book: Catalog, layer: int, kinds: Iterable[str] = KINDS) -> list[Problem]:
    """All problems of one folder of the catalog."""
    root = book.folders[layer]
    found = check_sources(root / "sources.toml") if (root / "sources.toml").exists() else []
    for kind in kinds:
        try:
            files = item_files(root, kind)
        except InputError as error:
            found.append(Problem(root / kind, 1, str(error)))
            continue
        sheets = [check_item(path, kind, book, layer) for path in files]
        _unique(sheets)
        found += [problem for sheet in sheets for problem in sheet.problems]
    return found


def refuse_unusable(book: Catalog, paths: list[tuple[int, Path]], kind: str) -> None:
    """Raise InputError with what makes the files of one's own unusable; what is merely implausible is left to `check`."""
    found: list[Problem] = []
    for layer, path in paths:
        if layer < len(book.folders) - 1:
            found += [problem for problem in check_item(path, kind, book, layer).problems if problem.grave]
    if found:
        raise InputError("\n".join(map(str, sorted(found))))


def check_file(path: Path, book: Catalog) -> list[Problem]:
    """All problems of one file, wherever it lies; it may name items of the catalog and its own sources."""
    if path.name == "sources.toml":
        return check_sources(path)
    layer = next((n for n, folder in enumerate(book.folders) if path.resolve().is_relative_to(folder.resolve())), 0)
    sheet = check_item(path, kind_of(path), book, layer)
    if layer == 0:
        _clash(sheet, book)
    return sheet.problems


def kind_of(path: Path) -> str:
    """The kind of a file: by its folder, or by what it holds."""
    if path.parent.name in KINDS:
        return path.parent.name
    try:
        raw = read_toml(path)
    except InputError:
        return "chips"
    if "peak_throughput" in raw or "maker" in raw or "rental" in raw:
        return "chips"
    if set(raw) & set(schema.SERIES_OF["sites"]):
        return "sites"
    figures = raw.get("figures", {})
    if "form" in raw or (isinstance(figures, dict) and "chips" in figures):
        return "servers"
    return "chips"


def check_item(path: Path, kind: str, book: Catalog, layer: int) -> Sheet:
    """One file checked; an overlay's fields are judged together with what they lie over."""
    sheet = Sheet(path, kind, book, layer)
    try:
        text = read_text(path)
        sheet.lines = lines_of(text)
        sheet.tables = tables(text, path)
    except InputError as error:
        sheet.wrong("", str(error), f"a file of the catalog is TOML of at most 1 MB: `catalog new {kind[:-1]}`")
        return sheet
    before = len(sheet.problems)
    _names(sheet)
    _keys(sheet)
    if len(sheet.problems) > before:
        # What cannot be read as it stands is not judged further: one mistake would be reported many times.
        if any("unknown" not in problem.message for problem in sheet.problems):
            return sheet
        _drop_unknown(sheet)
    item = _loaded(sheet)
    if item is not None:
        _figures(sheet, item)
        _series(sheet, item)
        _conflicts(sheet, item)
        physical(sheet, item)
        for number in sheet.idle_exceptions():
            sheet.wrong(
                f"exception[{number}]", "an exception that nothing needs", "remove it, or correct check and field"
            )
    return sheet


def _names(sheet: Sheet) -> None:
    raw = sheet.tables
    key = raw.get("id")
    if not isinstance(key, str) or not key:
        sheet.wrong("id", "id is missing", f'write id = "{sheet.path.stem}" on the first line')
        return
    if key != key.lower() or fold(key) != key.replace("-", ""):
        sheet.wrong(
            "id", f"id {quoted(key)} is not lower case with dashes", f'write id = "{key.lower().replace(" ", "-")}"'
        )
    if sheet.path.parent.name in KINDS and sheet.path.stem != key:
        sheet.wrong("id", f"id {quoted(key)} is not the file's name {quoted(sheet.path.stem)}", "rename one of them")
    for name in ("name", "notes", "maker", "unit", "form_factor", "successor", "chip", "form", "kind"):
        if name in raw and not isinstance(raw[name], str):
            sheet.wrong(name, f"{name} is not text", f'write {name} = "…"')
    aliases = raw.get("aliases", [])
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        sheet.wrong("aliases", "aliases is not a list of texts", 'write aliases = ["h100", "h100-sxm"]')
    below = sheet.below
    for name in (*schema.NAMES, *schema.REQUIRED.get(sheet.kind, ())):
        if name not in raw and name not in below:
            sheet.wrong("", f"{name} is missing", f"add {name}; an empty aliases list is []")
    if isinstance(raw.get("released"), str):
        _date(sheet, "released", raw["released"], "released")
    for name, kind in (("successor", "chips"), ("chip", "chips")):
        target = raw.get(name)
        if isinstance(target, str) and sheet.kind in ("chips", "servers") and target not in sheet.book.layered(kind):
            known = sheet.book.layered(kind)
            sheet.wrong(name, f"{name} {quoted(target)} is not a chip of the catalog.{did_you_mean(target, known)}")


def _below(sheet: Sheet) -> dict[str, Any]:
    try:
        head = sheet.book.layered(sheet.kind).get(str(sheet.tables.get("id")))
        paths = [entry for entry in head.paths if entry[1].resolve() != sheet.path.resolve()] if head else []
        below: dict[str, Any] = {}
        for layer, path in reversed([entry for entry in paths if entry[0] >= sheet.layer]):
            below = laid_over(spread(read_toml(path), layer), below)
        return below
    except InputError:
        return {}


def _keys(sheet: Sheet) -> None:
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
                _source(sheet, f"sources.{name}", entry)
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


def _drop_unknown(sheet: Sheet) -> None:
    known = schema.top_level(sheet.kind)
    sheet.tables = {key: value for key, value in sheet.tables.items() if key in known}


def _loaded(sheet: Sheet) -> Item | None:
    """The file as an item, its layers under it; every figure that cannot be read is a problem of its own."""
    merged = laid_over(spread(sheet.tables, sheet.layer), sheet.below)
    merged.pop("columns", None)
    try:
        return item_of(sheet.book, Raw(sheet.path, merged), sheet.kind)
    except InputError:
        pass  # something is wrong: each figure alone says what
    for title in (*schema.SECTIONS.get(sheet.kind, ("figures",)), *schema.SERIES_OF.get(sheet.kind, ())):
        part = merged.get(title)
        entries = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        bad = []
        for key, entry in list(entries):
            place = f"{title}.{key}" if isinstance(part, dict) else f"{title}[{key}]"
            try:
                _one(sheet, merged, title, key, entry)
            except InputError as error:
                bad.append(key)
                words = str(error).removeprefix(f"{sheet.path.name}: ")
                sheet.wrong(place, words, "every figure names its source" if "needs a source" in words else "")
        if isinstance(part, dict):
            merged[title] = {key: entry for key, entry in part.items() if key not in bad}
        elif isinstance(part, list):
            merged[title] = [entry for key, entry in enumerate(part) if key not in bad]
    try:
        return item_of(sheet.book, Raw(sheet.path, merged), sheet.kind)
    except InputError as error:
        sheet.wrong("", str(error))
        return None


def _one(sheet: Sheet, merged: Mapping[str, Any], title: str, key: Any, entry: Any) -> None:
    alone = {title: {key: entry} if isinstance(key, str) else [entry], "sources": merged.get("sources", {}), "id": "x"}
    item_of(sheet.book, Raw(sheet.path, alone), sheet.kind)


def _mine(sheet: Sheet, title: str) -> Any:
    """What this file itself says under a title, spread out; empty for what lies below."""
    return spread(sheet.tables, sheet.layer).get(title, {})


def _figures(sheet: Sheet, item: Item) -> None:
    for title, section in item.sections.items():
        mine = _mine(sheet, title)
        for name, leaf in section.items():
            if name in mine:
                quantity = "peak_throughput" if title == "peak_throughput" else name
                _leaf(sheet, f"{title}.{name}", quantity, leaf)


def _series(sheet: Sheet, item: Item) -> None:
    for title, leaves in item.series.items():
        mine = sheet.tables.get(title, [])
        for number, leaf in enumerate(leaves[: len(mine)]):
            _leaf(sheet, f"{title}[{number}]", title, leaf)
            entry = mine[number]
            if entry.get("basis") is not None and entry["basis"] not in BASES:
                sheet.wrong(
                    f"{title}[{number}].basis", f"basis {quoted(entry['basis'])} is not one of {', '.join(BASES)}"
                )
            if title == "price" and not entry.get("basis"):
                sheet.wrong(f"{title}[{number}]", "a price without a basis", f"say what it holds: {', '.join(BASES)}")
            if entry.get("term") is not None and entry["term"] not in schema.TERMS:
                sheet.wrong(
                    f"{title}[{number}].term", f"term {quoted(entry['term'])} is not one of {', '.join(schema.TERMS)}"
                )
        chosen = [number for number, entry in enumerate(mine) if entry.get("default")]
        if len(chosen) > 1:
            sheet.wrong(
                f"{title}[{chosen[1]}].default", f"{len(chosen)} entries of {title} are the default", "leave one"
            )
        if chosen and len(mine) > 1 and not mine[chosen[0]].get("reason"):
            sheet.doubt(
                f"{title}[{chosen[0]}].default", f"the chosen {title} has no reason", "say in reason why it stands"
            )


def _leaf(sheet: Sheet, place: str, name: str, leaf: Any) -> None:
    datum = leaf.datum
    if datum.value is None:
        sheet.wrong(place, f"{place} has no value", "leave the figure out: what is not known is absent")
        return
    if datum.as_of:
        _date(sheet, place, datum.as_of, "as_of")
    else:
        sheet.wrong(place, f"{place} has no as_of date", 'write as_of = "2026-05", the day the figure was true')
    if datum.confidence not in CONFIDENCES:
        sheet.wrong(place, f"{place}: confidence {quoted(datum.confidence)}", f"one of {', '.join(CONFIDENCES)}")
    low, high = datum.low, datum.high
    if (low is not None and low > datum.value) or (high is not None and high < datum.value):
        ends = ", ".join(f"{leaf.in_unit(end):g}" for end in (low, datum.value, high) if end is not None)
        sheet.wrong(place, f"{place}: low, value, high are not in order: {ends}", "low ≤ value ≤ high")
    quantity = QUANTITIES.get(datum.name)
    if quantity is not None and leaf.unit == quantity.unit and datum.name not in OWN_UNITS.get(sheet.kind, {}):
        try:
            check_bounds(quantity, datum.value, f"{leaf.value:g} {leaf.unit}".removesuffix(" 1"))
        except InputError as error:
            sheet.wrong(place, f"{place}: {error}")
            return
    _bounds(sheet, place, name, leaf)
    for word in ("title", "publisher", "date"):
        if not getattr(datum.source, word) and datum.source.id != "judgement":
            sheet.wrong(place, f"{place}: source {quoted(datum.source.id)} has no {word}", "complete it in [sources]")
    if not datum.source.url and not datum.locator and datum.source.id != "judgement":
        sheet.wrong(place, f"{place}: neither its source nor the figure says where to look", "add url or locator")


def _bounds(sheet: Sheet, place: str, name: str, leaf: Any) -> None:
    field = schema.field_of(sheet.kind, name)
    if field is None:
        return
    from cluster_calc.units import to_base

    for end, bound in (("low", field.low), ("high", field.high)):
        if bound is None:
            continue
        limit = to_base(bound, field.unit, bare=False) if isinstance(bound, str) else float(bound)
        outside = leaf.datum.value < limit * (1 - 1e-9) if end == "low" else leaf.datum.value > limit * (1 + 1e-9)
        if outside and not sheet.exempt("bounds", name):
            side = "below" if end == "low" else "above"
            sheet.doubt(
                place,
                f"{place}: {leaf.value:g} {leaf.unit} is {side} the plausible {bound}: {field.reason}",
                "correct it, or add [[exception]] with check, field and reason",
            )


def _conflicts(sheet: Sheet, item: Item) -> None:
    for number, entry in enumerate(sheet.tables.get("conflict", ())):
        place = f"conflict[{number}]"
        for key in ("field", "value", "source", "chosen", "reason"):
            if key not in entry:
                sheet.wrong(
                    place, f"{place}: {key} is missing", "a conflict has field, value, source, chosen and reason"
                )
        try:
            own = sheet.tables.get("sources", {})
            if entry.get("source") and entry["source"] not in own:
                sheet.book.source(str(entry["source"]), place, sheet.layer)
        except InputError as error:
            sheet.wrong(f"{place}.source", str(error))
    for number, entry in enumerate(sheet.tables.get("exception", ())):
        if not all(entry.get(key) for key in schema.EXCEPTION):
            sheet.wrong(f"exception[{number}]", "an exception has check, field and reason")


def _date(sheet: Sheet, place: str, text: str, what: str) -> None:
    try:
        if len(text) not in (4, 7, 10):
            raise ValueError
        day = datetime.date.fromisoformat(day_of(text))
    except ValueError:
        sheet.wrong(place, f"{what} {quoted(text)} is not a date", "write 2026, 2026-05 or 2026-05-19")
        return
    today = max(datetime.date.today(), datetime.date.fromisoformat(CATALOG_DATE))
    if day > today and what == "as_of":
        sheet.wrong(place, f"{what} {text} is in the future", "a projection is dated by the day it was made")


def _unique(sheets: list[Sheet]) -> None:
    """Ids and aliases name one item each."""
    owners: dict[str, Sheet] = {}
    for sheet in sheets:
        aliases = sheet.tables.get("aliases")
        names = [
            ("id", sheet.tables.get("id")),
            *(("aliases", alias) for alias in (aliases if isinstance(aliases, list) else ())),
        ]
        for place, name in names:
            if not isinstance(name, str):
                continue
            owner = owners.setdefault(fold(name), sheet)
            if owner is not sheet:
                sheet.wrong(place, f"{quoted(name)} already names {owner.path.name}", "choose another id or alias")


def _clash(sheet: Sheet, book: Catalog) -> None:
    """A new file's names must not be those of another item of the catalog."""
    key = str(sheet.tables.get("id"))
    taken = {
        fold(name): other
        for other, head in book.layered(sheet.kind).items()
        if other != key
        for name in (other, *head.aliases)
    }
    aliases = sheet.tables.get("aliases")
    for place, name in [("id", key), *(("aliases", alias) for alias in (aliases if isinstance(aliases, list) else ()))]:
        if isinstance(name, str) and fold(name) in taken:
            sheet.wrong(place, f"{quoted(name)} already names {taken[fold(name)]}", "choose another id or alias")


def check_sources(path: Path) -> list[Problem]:
    """Every source of a `sources.toml` has what a reader needs to find it."""
    sheet = Sheet(path, "sources", Catalog(), 0)
    try:
        text = read_text(path)
        sheet.lines = lines_of(text)
        raw = tables(text, path)
    except InputError as error:
        return [Problem(path, 1, str(error), "a source stands once, under [its-id]")]
    for key, table in raw.items():
        _source(sheet, key, table)
    return sheet.problems


def _source(sheet: Sheet, place: str, table: Any) -> None:
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
        _date(sheet, place, table["date"], "date")
