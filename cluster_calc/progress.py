"""Progress of long work: whom it is told to, and a bar on the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

# Called with what is done and what there is to do.
Progress = Callable[[int, int], None]


class Bar:
    """Progress with time left, and a rate where there are rows, on stderr, after one second, on a terminal only."""

    def __init__(self, rows: int = 0) -> None:
        self.rows, self.begun, self.shown = rows, time.monotonic(), False
        # What was there before, in a sweep that goes on: it took no time now.
        self.before: int | None = None

    def __call__(self, done: int, total: int) -> None:
        self.before = done - 1 if self.before is None else self.before
        spent = time.monotonic() - self.begun
        if spent < 1 or not sys.stderr.isatty():
            return
        rate = f"{self.rows * (done - self.before) / total / spent:,.0f} rows/s  " if self.rows else ""
        left = spent * (total - done) / max(done - self.before, 1e-9)
        self.shown = True
        print(
            f"\r{100 * done // total:3d} %  {rate}{left:,.0f} s left \x1b[K",
            end="",
            file=sys.stderr,
            flush=True,
        )

    def close(self) -> None:
        """Leave the line clean."""
        if self.shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
