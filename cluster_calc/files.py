"""Reading text, and writing files whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path

from cluster_calc.errors import InputError, quoted


def read_text(file: str) -> str:
    """The text of a file, or of stdin for `-`; InputError where there is none."""
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{quoted(file)} is not UTF-8 text") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{quoted(file)} cannot be read: {reason}") from None


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
