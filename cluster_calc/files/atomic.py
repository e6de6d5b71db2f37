"""Reading text, and writing files whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cluster_calc.errors import InputError, quoted

# No table or result that is read whole is near this size; a device that never ends is.
MOST_BYTES = 1 << 28
# A file by its ending: a pipe of that name would be waited for without end. `<(…)` has none.
_ENDINGS = frozenset({".csv", ".tsv", ".json", ".html", ".toml"})
# What an ending is: a number behind a point is none.
_ENDING = re.compile(r"\.[A-Za-z]\w*")


def read_text(file: str) -> str:
    """Read the text of a file, or of stdin for `-`, without a byte order mark; InputError where there is none."""
    try:
        if file == "-":
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            refuse_pipe(Path(file))
            with Path(file).open("rb") as stream:
                data = stream.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise InputError(f"{quoted(file)} is too large: at most {MOST_BYTES:,} bytes are read")
        return data.decode("utf-8-sig")
    except InputError:
        raise
    except UnicodeDecodeError:
        raise InputError(f"{quoted(file)} is not UTF-8 text") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{quoted(file)} cannot be read: {reason}") from None


def refuse_pipe(path: Path) -> None:
    """Refuse a pipe with a file's ending."""
    if path.suffix.lower() in _ENDINGS and path.is_fifo():
        raise InputError(f"{quoted(path)} is a pipe with a file's name; it would be waited for without end")


def is_file(path: Path) -> bool:
    """Whether a file is there, as far as may be seen: what may not be looked at is absent."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Whether a folder is there, as far as may be seen."""
    try:
        return path.is_dir() and os.access(path, os.R_OK | os.X_OK)
    except OSError:
        return False


def format_by_ending(target: str | None, endings: Mapping[str, str], option: str = "-o") -> str | None:
    """The format that a file's ending asks for; None for stdout and for a name without one, InputError for any other.

    >>> format_by_ending("out.JSON", {".json": "json"}), format_by_ending("run-0.5", {}), format_by_ending("-", {})
    ('json', None, None)
    """
    ending = "" if target in (None, "-") else Path(str(target)).suffix.lower()
    if not _ENDING.fullmatch(ending):
        return None
    if ending not in endings:
        example = Path(str(target)).with_suffix(next(iter(endings))).name
        known = ", ".join(endings)
        raise InputError(
            f"{option} {quoted(target)}: this is written as {known}, not as {ending}; for example {option} {example}"
        )
    return endings[ending]


def check_target(path: Path, option: str = "-o") -> None:
    """Refuse a path that cannot be written, before any work is done for it."""
    if "\0" in str(path) or not path.name:
        raise InputError(
            f"{option} {quoted('' if str(path) == '.' else path)} is not the name of a file; give one, for example out.json"
        )
    try:
        if path.is_dir():
            raise InputError(f"{option} {quoted(path)} is a folder; name a file")
        if not path.parent.is_dir():
            raise InputError(f"{option} {quoted(path)}: there is no folder {quoted(path.parent)}; make it first")
        if path.exists() and not os.access(path, os.W_OK):
            raise InputError(f"{option} {quoted(path)} is read-only; choose another file")
        if not path.exists() and not os.access(path.parent, os.W_OK):
            raise InputError(f"{option} {quoted(path)}: the folder {quoted(path.parent)} is read-only; choose another")
    except OSError as error:
        raise InputError(f"{option} {quoted(path)} cannot be written: {error.strerror}") from None


def write_atomically(path: Path, data: bytes, option: str = "-o") -> None:
    """Replace `path` with `data`: a reader, or a crash at any moment, sees the old file or the new one.

    Raises InputError where it cannot be written; nothing is left behind.
    """
    check_target(path, option)
    folder = path.parent
    if path.exists() and not path.is_file():
        # A device or a pipe (/dev/stdout, a FIFO) cannot be replaced, only written.
        try:
            with path.open("wb") as stream:
                stream.write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise InputError(f"{option} {quoted(path)} cannot be written: {error.strerror}") from None
        return
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=folder)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode if path.exists() else 0o666 & ~_umask()
        Path(temporary).chmod(mode & 0o7777)
        Path(temporary).replace(path)
        sync(folder)
    except (OSError, ValueError) as error:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{option} {quoted(path)} cannot be written: {reason}") from None
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def sync(path: Path) -> None:
    """Have a file or a folder's entries reach the disk; where the system cannot, nothing happens."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
