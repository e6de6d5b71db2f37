"""What a second process gains, beside what two processes that share nothing gain on the same machine in the same run.

    PYTHONPATH=. python -m benchmarks.processes

Wall time is the best of several turns. Other work on the machine moves it; processor time tells what is our own: how
much more two processes compute than one, and how much of it only the parent can do.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.measure import machine
from cluster_calc.scenario.layers import gather
from cluster_calc.studies import sweeping
from cluster_calc.studies.extremes import extremes
from cluster_calc.studies.grid import Sweep, plan_sweep

TURNS = 3


class Spent(NamedTuple):
    """Seconds: by the clock, of the parent's processor time, of its children's."""

    wall: float
    parent: float
    children: float


def spent(work: Callable[[], object]) -> Spent:
    """One call."""

    def used(whose: int) -> float:
        found = resource.getrusage(whose)
        return found.ru_utime + found.ru_stime

    begun = time.perf_counter(), used(resource.RUSAGE_SELF), used(resource.RUSAGE_CHILDREN)
    work()
    return Spent(*(end - start for end, start in zip(
        (time.perf_counter(), used(resource.RUSAGE_SELF), used(resource.RUSAGE_CHILDREN)), begun, strict=True)))  # fmt: skip


def arithmetic() -> None:
    """In the cache, nothing shared."""
    block = np.ones(16_384)
    for _ in range(3000):
        np.exp(block * -0.5, out=block)


def memory() -> None:
    """Copying what no cache holds."""
    large = np.ones(8_000_000)
    out = np.empty_like(large)
    for _ in range(50):
        np.copyto(out, large)


def writing() -> None:
    """200 MB to a file of its own."""
    block = os.urandom(1 << 20)
    with tempfile.TemporaryFile() as file:
        for _ in range(200):
            file.write(block)


def apart(work: Callable[[], None], count: int) -> Callable[[], None]:
    """The same work in so many processes at once."""

    def run() -> None:
        running = [multiprocessing.Process(target=work) for _ in range(count)]
        for process in running:
            process.start()
        for process in running:
            process.join()

    return run


def limits() -> None:
    """What the machine gains by a second process, whoever runs on it."""
    for name, work in (
        ("arithmetic in cache", arithmetic),
        ("copying memory", memory),
        ("writing a file", writing),
    ):
        pairs = [(spent(apart(work, 1)).wall, spent(apart(work, 2)).wall) for _ in range(TURNS)]
        one, two = (min(pair[place] for pair in pairs) for place in (0, 1))
        print(f"{'machine: ' + name:<34}{2 * one / two:8.2f} ×")


def cases() -> dict[str, tuple[Sweep, str]]:
    """The sweeps, and the ending of the file each is written to; empty for extremes alone."""
    run = {"training_compute": 2e25, "chip": "h100"}
    two = ["run_cost", "training_time"]
    wide = {"mfu": "0.3:0.5:2000", "pue": "1.1:1.5:1000", "electricity_price": "4:16:30 cent/kWh"}
    flat = {"mfu": "0.3:0.5:1000", "pue": "1.1:1.5:500"}
    return {
        "extremes of 6e7 rows": (plan_sweep(gather(run, origin="call"), wide, results=two[:1]), ""),
        "5e5 rows to CSV": (plan_sweep(gather(run, origin="call"), flat, results=two), ".csv"),
        "5e6 rows to Parquet": (
            plan_sweep(gather(run, origin="call"), {**flat, "electricity_price": "4:16:10 cent/kWh"}, results=two),
            ".parquet",
        ),
        "600 points × 16,384 draws": (
            plan_sweep(gather({**run, "draws": 16_384}, origin="call"), {"mfu": "0.3:0.5:60", "pue": "1.1:1.5:10"}, results=two[:1]),
            ".csv",
        ),
    }  # fmt: skip


def swept(planned: Sweep, ending: str, count: int) -> None:
    """One sweep."""
    if not ending:
        extremes(planned, processes=count)
        return
    with tempfile.TemporaryDirectory() as folder:
        sweeping.to_file(planned, Path(folder) / f"x{ending}", processes=count)


def ours() -> None:
    """What a sweep gains."""
    print(f"\n{'sweep':<30}{'one, s':>8}{'two, s':>8}{'ratio':>8}{'two ÷ one':>14}{'parent':>9}")
    print(f"{'':<54}{'processor time':>14}{'of it':>9}")
    for name, (planned, ending) in cases().items():
        alone_run, shared_run = (partial(swept, planned, ending, count) for count in (1, 2))
        pairs = [(spent(alone_run), spent(shared_run)) for _ in range(TURNS)]
        one, two = (min(pair[place].wall for pair in pairs) for place in (0, 1))
        alone = min(pair[0].parent + pair[0].children for pair in pairs)
        best = min((pair[1] for pair in pairs), key=lambda entry: entry.parent + entry.children)
        shared = best.parent + best.children
        print(f"{name:<30}{one:8.2f}{two:8.2f}{one / two:8.2f}{shared / alone:14.2f}{100 * best.parent / shared:8.0f}%")


if __name__ == "__main__":
    print(machine())
    limits()
    ours()
