"""Every check over every item: the tests and `catalog check` run the same ones, and all problems come back together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.checks import schema
from cluster_calc.catalog.checks.figures import check_conflicts, check_figures, check_series, loaded
from cluster_calc.catalog.checks.keys import check_keys, check_names, check_source, drop_unknown
from cluster_calc.catalog.checks.physics import physical
from cluster_calc.catalog.checks.sheet import Problem, Sheet
from cluster_calc.catalog.heads import KINDS, fold
from cluster_calc.errors import InputError, quoted
from cluster_calc.files.places import lines_of
from cluster_calc.files.toml import read_text, read_toml, tables

# Kind → what reads its files for use: what it cannot read, the check names.
Readers = Mapping[str, Callable[[Mapping[str, Any], str], object]]
NO_READERS: Readers = {}


def refuse_unusable(book: Catalog, paths: list[tuple[int, Path]], kind: str) -> None:
    """Raise InputError with what makes the files of one's own unusable; what is merely implausible is left to `check`."""
    found: list[Problem] = []
    for layer, path in paths:
        if layer < len(book.folders) - 1:
            found += [problem for problem in check_item(path, kind, book, layer).problems if problem.grave]
    if found:
        raise InputError("\n".join(map(str, sorted(found))))


def check_file(path: Path, book: Catalog, readers: Readers = NO_READERS) -> list[Problem]:
    """All problems of one file, wherever it lies; it may name items of the catalog and its own sources."""
    if path.name == "sources.toml":
        return check_sources(path)
    layer = next((n for n, folder in enumerate(book.folders) if path.resolve().is_relative_to(folder.resolve())), 0)
    sheet = check_item(path, kind_of(path), book, layer, readers)
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
    if "attention" in raw:
        return "models"
    if set(raw) & set(schema.SERIES_OF["sites"]):
        return "sites"
    figures = raw.get("figures", {})
    if "form" in raw or (isinstance(figures, dict) and "chips" in figures):
        return "servers"
    return "chips"


def check_item(path: Path, kind: str, book: Catalog, layer: int, readers: Readers = NO_READERS) -> Sheet:
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
    check_names(sheet)
    if kind == "trends" and "series" in sheet.tables:
        if "trends" in readers:
            _projected(sheet, readers["trends"])
        return sheet
    check_keys(sheet)
    if len(sheet.problems) > before:
        # What cannot be read as it stands is not judged further: one mistake would be reported many times.
        if any("unknown" not in problem.message for problem in sheet.problems):
            return sheet
        drop_unknown(sheet)
    item = loaded(sheet)
    if item is not None:
        check_figures(sheet, item)
        check_series(sheet, item)
        check_conflicts(sheet, item)
        physical(sheet, item)
        for number in sheet.idle_exceptions():
            sheet.wrong(
                f"exception[{number}]", "an exception that nothing needs", "remove it, or correct check and field"
            )
    return sheet


def _projected(sheet: Sheet, trend_from: Callable[[Mapping[str, Any], str], object]) -> None:
    """A trend that `project` runs: what it cannot read, it cannot project."""
    try:
        trend_from(sheet.tables, sheet.path.name)
    except InputError as error:
        sheet.wrong(
            "series", str(error), "`cluster-calc project --preset cset-2022 --print-preset` shows one that works"
        )


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
        check_source(sheet, key, table)
    return sheet.problems
