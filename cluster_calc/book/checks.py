"""Every check over every item: the tests and `catalog check` run the same ones, and all problems come back together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cluster_calc.book import schema
from cluster_calc.book.figures import check_conflicts, check_figures, check_series, loaded
from cluster_calc.book.keys import check_keys, check_names, check_source, drop_unknown
from cluster_calc.book.lines import lines_of
from cluster_calc.book.physics import physical
from cluster_calc.book.sheet import Problem, Sheet, check_date
from cluster_calc.book.toml_file import read_text, read_toml, tables
from cluster_calc.catalog import KINDS, Catalog, catalog, fold, item_files
from cluster_calc.errors import InputError, quoted
from cluster_calc.resources import shipped

__all__ = ["Problem", "check", "check_file", "check_folder", "kind_of", "refuse_unusable"]


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
    if layer == len(book.folders) - 1:
        found += check_assumptions(book)
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
    if "attention" in raw:
        return "models"
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
    check_names(sheet)
    if kind == "trends" and "series" in sheet.tables:
        _projected(sheet)
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


def _projected(sheet: Sheet) -> None:
    """A trend that `project` runs: what it cannot read, it cannot project."""
    from cluster_calc.trends import trend_from

    try:
        trend_from(sheet.tables, sheet.path.name)
    except InputError as error:
        sheet.wrong(
            "series", str(error), "`cluster-calc project --preset cset-2022 --print-preset` shows one that works"
        )


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
        check_source(sheet, key, table)
    return sheet.problems


def check_assumptions(book: Catalog) -> list[Problem]:
    """Every default is a quantity with a source, a date and, if it is a judgement, a reason."""
    path = book.folders[-1] / "assumptions.toml"
    sheet = Sheet(path, "assumptions", book, len(book.folders) - 1)
    text = read_text(path)
    sheet.lines = lines_of(text)
    for name, table in tables(text, path).items():
        if "item" in table:
            continue
        try:
            datum = book.assumption(name)
        except InputError as error:
            sheet.wrong(name, str(error))
            continue
        if datum is not None and datum.value is not None:
            ends = [end for end in (datum.low, datum.value, datum.high) if end is not None]
            if ends != sorted(ends):
                sheet.wrong(name, f"{name}: low, value, high are not in order", "low ≤ value ≤ high")
        if not table.get("reason"):
            sheet.wrong(name, f"{name}: a default without a reason", "say in reason why this value")
        check_date(sheet, name, str(table.get("as_of", "")), "as_of")
    return sheet.problems
