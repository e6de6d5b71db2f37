"""All problems of the catalog, of a folder or of a file of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.checks.check import NO_READERS, Readers, check_file, check_item, check_sources
from cluster_calc.catalog.checks.quotes import check_quotes
from cluster_calc.catalog.checks.sheet import Problem, Sheet, check_date
from cluster_calc.catalog.current import catalog
from cluster_calc.catalog.heads import KINDS, fold, item_files
from cluster_calc.catalog.quotes import FOLDER
from cluster_calc.errors import InputError, quoted
from cluster_calc.files.places import lines_of
from cluster_calc.files.shipped import shipped
from cluster_calc.files.toml import read_text, tables


def check(path: Path | None = None, readers: Readers = NO_READERS) -> list[Problem]:
    """All problems of a file, a folder, or of the whole catalog with its overlays."""
    if path is None:
        book = catalog()
        return sorted(
            problem for layer in range(len(book.folders)) for problem in check_folder(book, layer, KINDS, readers)
        )
    if not path.exists():
        raise InputError(f"{quoted(path)}: no such file or folder")
    if path.is_dir():
        root = path.parent if path.name in KINDS else path
        kinds = (path.name,) if path.name in KINDS else KINDS
        if not any((root / kind).is_dir() for kind in (*KINDS, FOLDER)) and not (root / "sources.toml").exists():
            raise InputError(f"{quoted(path)} is no catalog: it has none of the folders {', '.join(KINDS)}")
        book = Catalog(() if root.resolve() == shipped("catalog").resolve() else (root,))
        return sorted(check_folder(book, 0, kinds, readers))
    return sorted(check_file(path, catalog(), readers))


def check_folder(
    book: Catalog, layer: int, kinds: Iterable[str] = KINDS, readers: Readers = NO_READERS
) -> list[Problem]:
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
        sheets = [check_item(path, kind, book, layer, readers) for path in files]
        _unique(sheets)
        found += [problem for sheet in sheets for problem in sheet.problems]
    return found + check_quotes(book, layer)


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
