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


def write_atomically(path: Path, data: bytes) -> None:
    """Replace `path` with `data`: a reader, or a crash at any moment, sees the old file or the new one.

    Raises InputError where it cannot be written; nothing is left behind.
    """
    folder = path.parent
    if path.is_dir():
        raise InputError(f"-o {quoted(path)} is a folder; name a file")
    if not folder.is_dir():
        raise InputError(f"-o {quoted(path)}: there is no folder {quoted(folder)}")
    if path.exists() and not path.is_file():
        # A device or a pipe (/dev/stdout, a FIFO) cannot be replaced, only written.
        with path.open("wb") as stream:
            stream.write(data)
        return
    if path.exists() and not os.access(path, os.W_OK):
        raise InputError(f"-o {quoted(path)} is read-only")
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
    except (OSError, ValueError) as error:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"-o {quoted(path)} cannot be written: {reason}") from None
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
