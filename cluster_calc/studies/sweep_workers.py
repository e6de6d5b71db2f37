"""Worker processes that hold a sweep: each is told of it once, and of every piece of work only which one it is."""

from __future__ import annotations

import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import parent_process
from multiprocessing.connection import wait

from cluster_calc.studies.grid import Sweep

_sweep: Sweep | None = None


def pool(planned: Sweep, count: int) -> ProcessPoolExecutor:
    """Processes that hold the sweep, with the models that a fork brings along."""
    return ProcessPoolExecutor(count, initializer=_begin, initargs=(planned,))


def held() -> Sweep:
    """The sweep of this worker process."""
    assert _sweep is not None
    return _sweep


def _begin(planned: Sweep) -> None:
    global _sweep
    _sweep = planned
    # The parent is told of an interrupt and decides; a worker finishes its piece.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the parent's end and go with it: a killed parent leaves no worker behind."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
