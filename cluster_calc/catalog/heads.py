"""Which items there are: ids, names and aliases from the heads of the files, without parsing them."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cluster_calc.errors import InputError, quoted
from cluster_calc.files.toml import read_toml

KINDS = (
    "chips", "servers", "networks", "sites", "prices", "shipments", "runs", "yardsticks", "trends", "lives", "failures",
    "models", "recipes",
)  # fmt: skip
_HEAD_BYTES = 4096
_HEAD = re.compile(r'^id\s*=\s*"([^"\n]*)"\s*\nname\s*=\s*"([^"\n]*)"\s*\naliases\s*=\s*(\[[^\]\n]*\])', re.MULTILINE)
_QUOTED = re.compile(r'"([^"]*)"')
_INSTANCES = re.compile(r"^instances\s*=\s*\{([^}\n]*)\}", re.MULTILINE)
_INSTANCE = re.compile(r'"([^"]+)"\s*=\s*([0-9.]+)')


class Head(NamedTuple):
    """What is known of an item without reading it: its names, and its files with their layers, the nearest first."""

    name: str
    aliases: tuple[str, ...]
    paths: list[tuple[int, Path]]


def item_files(folder: Path, kind: str) -> list[Path]:
    """The files of a kind, sorted; a link that leads out of the folder is an error, not a way in."""
    place = folder / kind
    try:
        with os.scandir(place) as entries:
            found = [
                (entry.name, entry.is_symlink())
                for entry in entries
                if entry.name.endswith(".toml") and (entry.is_file() or entry.is_symlink())
            ]
    except (FileNotFoundError, PermissionError):
        return []
    if place.is_symlink() or any(linked for _, linked in found):
        inside = folder.resolve()
        for name, _ in found:
            if not (place / name).resolve().is_relative_to(inside):
                raise InputError(f"{quoted(place / name)} leads out of the catalog folder; copy the file instead")
    return [place / name for name, _ in sorted(found)]


def head_of(path: Path) -> tuple[str, str, tuple[str, ...]]:
    """Id, name and aliases: from the first lines as they are usually written, else from the whole file."""
    head = _HEAD.search(_head_text(path))
    if head is not None:
        return head.group(1), head.group(2), tuple(_QUOTED.findall(head.group(3)))
    try:
        raw = read_toml(path)
    except InputError:
        if os.access(path, os.R_OK):
            raise
        return path.stem, "", ()
    aliases = raw.get("aliases", ())
    return (
        str(raw.get("id", path.stem)),
        str(raw.get("name", "")),
        tuple(map(str, aliases)) if isinstance(aliases, list) else (),
    )


@cache
def instances_of(path: Path) -> dict[str, float]:
    """The cloud instances and slices that hold a chip, with how many; a `*` stands for a number that is multiplied."""
    found = _INSTANCES.search(_head_text(path))
    return {name: float(chips) for name, chips in _INSTANCE.findall(found.group(1))} if found else {}


def _head_text(path: str | Path) -> str:
    """The beginning of a file: every command reads all heads, so this is the plain system call."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError:  # a file that may not be read stops the command that needs it, and no other
        return ""
    try:
        return os.read(descriptor, _HEAD_BYTES).decode("utf-8", "replace")
    finally:
        os.close(descriptor)


def singular_of(kind: str) -> str:
    """The singular of a kind.

    >>> singular_of("lives"), singular_of("chips")
    ('life', 'chip')
    """
    return "life" if kind == "lives" else kind.removesuffix("s")


def fold(text: str) -> str:
    """A name as it is compared: lower case, without spaces, dashes and underscores.

    >>> fold("TPU v3") == fold("tpuv3") == fold("tpu-v3")
    True
    """
    return "".join(text[:200].lower().replace("-", "").replace("_", "").split())
