"""A TOML file as data: size-limited, never outside its folder, with the file in every error."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from cluster_calc.errors import InputError, did_you_mean, quoted

MAX_FILE_BYTES = 1_000_000
MAX_DEPTH = 20


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file; InputError when it is too large, too deep, no TOML or not there."""
    return tables(read_text(path), path)


def read_text(path: Path) -> str:
    """The text of a file of at most MAX_FILE_BYTES; a larger one is not read to its end."""
    try:
        if path.is_dir():
            raise InputError(f"{quoted(path)} is a folder; name a TOML file")
        if path.is_fifo() and path.suffix == ".toml":
            raise InputError(f"{quoted(path)} is a pipe with a file's name; it would be waited for without end")
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise InputError(f"{quoted(path)} is too large: at most {MAX_FILE_BYTES} bytes are read")
        return data.decode("utf-8").replace("\r\n", "\n")
    except FileNotFoundError:
        raise InputError(f"{quoted(path)}: no such file{_alike(path)}") from None
    except OSError as error:
        raise InputError(f"{quoted(path)} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{quoted(path)} is not UTF-8 text") from None
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{quoted(path)} cannot be read: {str(error)[:200]}") from None


def _alike(path: Path) -> str:
    try:
        hint = did_you_mean(path.name, [entry.name for entry in path.parent.iterdir()])
    except OSError:
        return ""
    return f".{hint}" if hint else ""


def tables(text: str, path: Path) -> dict[str, Any]:
    """The tables of TOML text; `path` names it in errors, which point at the line and the spot."""
    try:
        raw = tomllib.loads(text)
    except RecursionError:
        raise InputError(f"{quoted(path)} is not valid TOML: nested too deeply") from None
    except ValueError as error:
        from cluster_calc.places import Fault, message, shown_path, syntax_place

        reason = str(error)[:200]
        place = syntax_place(reason, text, shown_path(path)) if "\0" not in str(path) else None
        fault = f"not valid TOML: {reason}"
        raise InputError(message([Fault(fault, place)]) if place else f"{quoted(path)} is {fault}") from None
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
