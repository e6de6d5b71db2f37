"""The catalog that is in force: the folders of environment, project and user over the shipped one."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from cluster_calc.catalog import quotes
from cluster_calc.catalog.book import Catalog, _assumptions, _table, user_folder
from cluster_calc.catalog.releases import in_force
from cluster_calc.errors import InputError, quoted
from cluster_calc.files.atomic import is_file, is_folder
from cluster_calc.files.toml import read_toml

ENVIRONMENT = "CLUSTER_CALC_CATALOG"


def opened(folders: Iterable[Path] = ()) -> Catalog:
    """A catalog of these folders over the shipped one; files of one's own are checked before they count."""
    return Catalog(folders, _refuse_unusable)


def _refuse_unusable(book: Catalog, paths: list[tuple[int, Path]], kind: str) -> None:
    from cluster_calc.catalog.checks.check import refuse_unusable

    refuse_unusable(book, paths, kind)


def catalog() -> Catalog:
    """The catalog with the folders of the environment, the project file and the user over the shipped one."""
    return _catalog(os.environ.get(ENVIRONMENT, ""), _here(), _project_folders(), str(user_folder()))


def _here() -> str:
    try:
        return str(Path.cwd())
    except OSError:  # the current folder was removed
        return os.sep


def forget() -> None:
    """Read everything anew at the next call: a file has changed."""
    _catalog.cache_clear()
    quotes.forget()
    _table.cache_clear()
    _assumptions.cache_clear()


@cache
def _catalog(paths: str, here: str, project: tuple[str, ...], user: str) -> Catalog:
    folders: list[Path] = []
    for text, place in [
        *((text, ENVIRONMENT) for text in paths.split(os.pathsep) if text),
        *((text, "cluster-calc.toml: catalog") for text in project),
    ]:
        if not Path(here, text).is_dir():
            raise InputError(f"{place}: {quoted(text, 200)} is not a folder")
        folders.append(Path(here, text))
    if is_folder(Path(user)):
        folders.append(Path(user))
    if (release := in_force()) is not None:
        folders.append(release)
    return opened(dict.fromkeys(folders))


def _project_folders() -> tuple[str, ...]:
    """The folders that `cluster-calc.toml` in the current folder names; they are relative to it."""
    path = Path("cluster-calc.toml")
    if not is_file(path):
        return ()
    named = read_toml(path).get("catalog", ())
    named = [named] if isinstance(named, str) else named
    if not isinstance(named, (list, tuple)) or not all(isinstance(text, str) for text in named):
        raise InputError(f'{path}: catalog: {quoted(named)} is not a folder; write catalog = "our-chips"')
    return tuple(str(path.absolute().parent / text) for text in named)
