"""A TOML file as data: size-limited, never outside its folder, with the file in every error."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from cluster_calc.errors import InputError, quoted

MAX_FILE_BYTES = 1_000_000
MAX_DEPTH = 20


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file; InputError when it is too large, too deep, no TOML or not there."""
    return tables(read_text(path), path)


def read_text(path: Path) -> str:
    """The text of a file of at most MAX_FILE_BYTES; the size is looked at before anything is read."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise InputError(f"{path}: {size} bytes; at most {MAX_FILE_BYTES} are read")
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        raise InputError(f"{quoted(path)}: no such file") from None
    except OSError as error:
        raise InputError(f"{quoted(path)} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{quoted(path)} is not UTF-8 text") from None


def tables(text: str, path: Path) -> dict[str, Any]:
    """The tables of TOML text; `path` names it in errors."""
    try:
        raw = tomllib.loads(text.replace("\r\n", "\n"))
    except RecursionError:
        raise InputError(f"{quoted(path)} is nested too deeply") from None
    except ValueError as error:
        raise InputError(f"{quoted(path)} is not valid TOML: {str(error)[:200]}") from None
    if _depth(raw) > MAX_DEPTH:
        raise InputError(f"{quoted(path)} is nested more than {MAX_DEPTH} levels deep")
    return raw


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [
            part
            for entry in level
            if isinstance(entry, (dict, list))
            for part in (entry.values() if isinstance(entry, dict) else entry)
        ]
    return depth
