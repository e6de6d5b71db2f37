"""`catalog new` and `catalog add`: into the user's catalog after all checks, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cluster_calc.catalog.book import user_folder
from cluster_calc.catalog.checks import schema
from cluster_calc.catalog.checks.check import check_file, kind_of
from cluster_calc.catalog.checks.sheet import Problem
from cluster_calc.catalog.current import catalog, forget
from cluster_calc.catalog.heads import KINDS, singular_of
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.files.atomic import sync
from cluster_calc.files.shipped import shipped
from cluster_calc.files.toml import read_text, read_toml

TEMPLATES = ("chip", "server", "site", "model")
LOCK_SECONDS = 20.0
# The files that an addition is about to make: the next one takes back what a killed one left.
JOURNAL = ".adding"


def template(singular: str) -> str:
    """The commented template of a kind."""
    if singular not in TEMPLATES:
        raise InputError(
            f"{quoted(singular)} has no template; there are {', '.join(TEMPLATES)}.{did_you_mean(singular, TEMPLATES)}"
        )
    return (shipped("templates") / "catalog" / f"{singular}.toml").read_text(encoding="utf-8")


class CheckError(InputError):
    """A file that does not pass its checks, with every problem."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)) + "\nnothing was added")
        self.problems = problems


def add(path: Path, kind: str = "", *, override: bool = False) -> list[Path]:
    """Take one file into the user's catalog; returns where it went. A hub's config.json becomes a model."""
    if path.suffix == ".json":
        from cluster_calc.catalog.models import config_text

        key, made = config_text(path)
        return _add([("models", key, made)], path, override)
    text = read_text(path)
    return _add([(kind or kind_of(path), _id_of(path, read_toml(path)), text)], path, override)


def add_table(path: Path, column_map: Path | None, *, override: bool = False) -> list[Path]:
    """Take every row of a CSV file in as an item, all of them or none."""
    from cluster_calc.files.csv import read_table

    table = read_table(read_text(path), path.name)
    how = read_toml(column_map) if column_map else {}
    kind, rules = map_of(how, table.heads, column_map or path)
    entries = []
    for number, row in enumerate(table.rows, 2):
        cells = dict(zip(table.heads, row, strict=False))
        entries.append(item_text(cells, rules, how, f"{path}:{number}"))
    if not entries:
        raise InputError(f"{quoted(path)} has no rows")
    names = [key for key, _ in entries]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise InputError(f"{path}: {quoted(twice)} stands twice")
    return _add([(kind, key, text) for key, text in entries], path, override)


def _add(entries: list[tuple[str, str, str]], origin: Path, override: bool) -> list[Path]:
    folder = user_folder()
    _make(folder)
    with _locked(folder), tempfile.TemporaryDirectory(prefix="catalog-") as staging:
        _undo(folder)
        forget()
        book = catalog()
        problems: list[Problem] = []
        for kind, key, text in entries:
            held = book.layered(kind).get(key)
            if (folder / kind / f"{key}.toml").exists() or (held is not None and not override):
                where = held.paths[0][1] if held else folder / kind / f"{key}.toml"
                more = "" if (folder / kind / f"{key}.toml").exists() else "; --override lays your fields over it"
                raise InputError(f"{singular_of(kind)} {quoted(key)} is in the catalog already: {where}{more}")
            staged = Path(staging) / kind / f"{key}.toml"
            staged.parent.mkdir(exist_ok=True)
            staged.write_text(text, encoding="utf-8")
            found = check_file(staged, book)
            shown = origin if origin.suffix in (".toml", ".json") else origin.with_name(f"{origin.name} ({key})")
            problems += [Problem(shown, problem.line, problem.message, problem.fix) for problem in found]
        if problems:
            raise CheckError(problems)
        targets = [folder / kind / f"{key}.toml" for kind, key, _ in entries]
        journal = folder / JOURNAL
        journal.write_text("\n".join(str(path.relative_to(folder)) for path in targets), encoding="utf-8")
        sync(journal)
        written: list[Path] = []
        try:
            for path, (_, _, text) in zip(targets, entries, strict=True):
                written.append(_put(path, text))
        except BaseException:
            for path in written:
                path.unlink(missing_ok=True)
            raise
        finally:
            journal.unlink()
    forget()
    return targets


def _undo(folder: Path) -> None:
    """Take back what an addition that did not end left behind: its journal names the files."""
    journal = folder / JOURNAL
    if not journal.exists():
        return
    for line in journal.read_text(encoding="utf-8").splitlines():
        path = (folder / line).resolve()
        if path.is_relative_to(folder.resolve()) and path.suffix == ".toml":
            path.unlink(missing_ok=True)
    journal.unlink()


def _put(path: Path, text: str) -> Path:
    """A new file, complete from the moment it has its name; one that is there is never replaced."""
    _make(path.parent)
    descriptor, temporary = tempfile.mkstemp(prefix=".adding-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        os.link(temporary, path)
    except FileExistsError:
        raise InputError(f"{quoted(path)} is in the catalog already") from None
    except OSError as error:
        raise InputError(f"{quoted(path)} cannot be written: {error.strerror}") from None
    finally:
        Path(temporary).unlink(missing_ok=True)
    return path


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"the user's catalog {quoted(folder)} cannot be made: {error.strerror}") from None


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer at a time; the lock ends with its process, however that ends."""
    try:
        import fcntl
    except ImportError:  # a platform without it: the link above still refuses what is there
        yield
        return
    with (folder / ".lock").open("w") as file:
        until = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise InputError(f"another program is writing to {quoted(folder)}; try again") from None
                time.sleep(0.05)
        yield


def _id_of(path: Path, raw: Mapping[str, Any]) -> str:
    key = raw.get("id")
    if not isinstance(key, str) or not schema.ID.fullmatch(key):
        raise InputError(f'{path}:1: id {quoted(key)} is not lower case with dashes; write id = "maker-chip"')
    return key


def map_of(how: Mapping[str, Any], heads: tuple[str, ...], path: Path) -> tuple[str, dict[str, tuple[str, str]]]:
    """The kind, and column → (field, unit): from the map, or from heads such as `figures.tdp [W]`."""
    known = ("kind", "columns", "constants", "sources")
    for key in how:
        if key not in known:
            raise InputError(f"{path.name}: unknown key {quoted(key)}.{did_you_mean(key, known)}")
    kind = str(how.get("kind", "chips"))
    if kind not in KINDS:
        raise InputError(
            f"{path.name}: kind {quoted(kind)} is not one of {', '.join(KINDS)}.{did_you_mean(kind, KINDS)}"
        )
    rules: dict[str, tuple[str, str]] = {}
    columns = how.get("columns", {})
    for head in columns:
        if head not in heads:
            raise InputError(f"{path.name}: the table has no column {quoted(head)}.{did_you_mean(head, heads)}")
    for head in heads:
        entry = columns.get(head)
        if entry is not None:
            table = entry if isinstance(entry, dict) else {"field": entry}
            rules[head] = str(table.get("field", "")), str(table.get("unit", ""))
        elif not columns:
            match = re.fullmatch(r"\s*([a-z0-9_.]+)\s*(?:\[\s*([^\]]+?)\s*\])?\s*", head)
            if match is None:
                raise InputError(
                    f"{path.name}: column {quoted(head)} is no field such as name or 'figures.tdp [W]'; --map translates heads"
                )
            rules[head] = match.group(1), match.group(2) or ""
    return kind, rules


def item_text(
    cells: Mapping[str, str], rules: Mapping[str, tuple[str, str]], how: Mapping[str, Any], where: str
) -> tuple[str, str]:
    """Id and TOML text of one row; empty cells leave their field out."""
    import tomlkit

    plain: dict[str, Any] = {}
    tables: dict[str, dict[str, Any]] = {}
    shared = {
        key: value
        for key, value in how.get("constants", {}).items()
        if key in ("source", "as_of", "confidence", "locator")
    }
    plain |= {key: value for key, value in how.get("constants", {}).items() if key not in shared and "." not in key}
    for head, (field, unit) in rules.items():
        cell = cells.get(head, "").strip()
        if not cell:
            continue
        section, _, name = field.partition(".")
        if not name:
            plain[field] = [part.strip() for part in cell.split(";")] if field == "aliases" else cell
            continue
        numeric = re.fullmatch(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?", cell)
        value: Any = f"{cell} {unit}".strip() if unit else float(cell) if numeric else cell
        tables.setdefault(section, {})[name] = value
    for field, value in how.get("constants", {}).items():
        section, _, name = field.partition(".")
        if name and section in tables:  # a constant of a section that the row has
            tables[section].setdefault(name, value)
    if not plain.get("name") and not plain.get("id"):
        raise InputError(f"{where}: neither id nor name; map a column to one of them")
    plain.setdefault("id", re.sub(r"[^a-z0-9]+", "-", str(plain.get("name", "")).lower()).strip("-"))
    plain.setdefault("aliases", [])
    document = tomlkit.document()
    for key in dict.fromkeys(("id", "name", "aliases", *plain)):
        if key in plain:
            document.add(key, tomlkit.item(plain[key]))
    for section, fields in tables.items():
        content = {**{key: shared[key] for key in shared if key not in fields}, **fields}
        if section in ("peak_throughput", "figures", "estimates"):
            document.add(section, tomlkit.item(content))
        else:
            array = tomlkit.aot()
            array.append(tomlkit.item(content))
            document.add(section, array)
    if how.get("sources"):
        document.add("sources", tomlkit.item(how["sources"]))
    return _id_of(Path(where.rpartition(":")[0]), plain), tomlkit.dumps(document)
