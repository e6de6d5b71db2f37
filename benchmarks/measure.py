"""Timing: medians of several, everything in one run, so that a ratio compares like with like."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]


def median_seconds(work: Callable[[], object], repeats: int) -> float:
    """The median time of a call."""
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def process_seconds(commands: Mapping[str, Sequence[str]], repeats: int) -> dict[str, float]:
    """The median wall time of each command as a process of its own, taken in turns so that drift hits all alike.

    Byte code is kept, as in an installed package: a first, uncounted turn writes it.
    """
    with tempfile.TemporaryDirectory() as folder:
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith("CLUSTER_CALC_") and key != "PYTHONDONTWRITEBYTECODE"}  # fmt: skip
        environment |= {
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": str(Path(folder) / "bytecode"),
            "XDG_CONFIG_HOME": folder,
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(repeats + 1):
            for name, command in commands.items():
                start = time.perf_counter()
                subprocess.run([sys.executable, *command], cwd=folder, env=environment, check=True,
                               stdout=subprocess.DEVNULL)  # fmt: skip
                if turn:
                    times[name].append(time.perf_counter() - start)
    return {name: statistics.median(taken) for name, taken in times.items()}


def machine() -> str:
    """The machine in a line."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    import numpy as np

    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{model}, {os.cpu_count()} CPUs{load}; {platform.system()}, Python {platform.python_version()}, numpy {np.__version__}"
