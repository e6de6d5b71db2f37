"""A TOML file as data: size-limited, never outside its folder, with the file in every error."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.files.atomic import refuse_pipe

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
        refuse_pipe(path)
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise InputError(f"{quoted(path)} is too large: at most {MAX_FILE_BYTES} bytes are read")
        return data.decode("utf-8-sig").replace("\r\n", "\n")
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
    if _dots(text) > MAX_DEPTH:
        raise InputError(f"{quoted(path)} has a key of more than {MAX_DEPTH} parts")
    try:
        raw: dict[str, Any] = _in_words(tomllib.loads(text))
    except RecursionError:
        raise InputError(f"{quoted(path)} is not valid TOML: nested too deeply") from None
    except ValueError as error:
        from cluster_calc.files.places import Fault, message, shown_path, syntax_place

        reason = str(error)[:200]
        place = syntax_place(reason, text, shown_path(path)) if "\0" not in str(path) else None
        fault = f"not valid TOML: {reason}"
        raise InputError(message([Fault(fault, place)]) if place else f"{quoted(path)} is {fault}") from None
    if _depth(raw) > MAX_DEPTH:
        raise InputError(f"{quoted(path)} is nested more than {MAX_DEPTH} levels deep")
    return raw


def _dots(text: str) -> int:
    """The most dots in one key of a TOML text: the parser's time grows with their square."""
    lines = (line for line in text.split("\n") if line.count(".") > MAX_DEPTH)
    bare = (re.sub(r""""[^"]*"|'[^']*'""", "_", line) for line in lines)
    return max((part.count(".") for line in bare for part in re.split(r"[^\w.\s-]", line)), default=0)


def _in_words(value: Any) -> Any:
    """The tables with their dates as ISO text: a day is a day whether it was written with quotes or without."""
    if isinstance(value, dict):
        return {key: _in_words(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_in_words(entry) for entry in value]
    return value.isoformat() if isinstance(value, (datetime.date, datetime.time)) else value


class Sections:
    """The top-level tables of a TOML text, each parsed when it is asked for.

    Their heads stand alone on a line (`[name]`) and hold no further tables: a test compares with a whole parse.
    """

    def __init__(self, text: str, path: Path) -> None:
        self.path, self.text = path, text
        heads = list(re.finditer(r"^\[([A-Za-z0-9_.-]+)\][ \t]*$", text, re.MULTILINE))
        ends = [*(head.start() for head in heads[1:]), len(text)] if heads else []
        self._spans = {head.group(1): (head.start(), end) for head, end in zip(heads, ends, strict=True)}

    def __contains__(self, key: str) -> bool:
        return key in self._spans

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def table(self, key: str) -> dict[str, Any]:
        """The table of that name."""
        start, end = self._spans[key]
        found: dict[str, Any] = tables(self.text[start:end], self.path)[key]
        return found


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
