"""An event-driven simulation of a run under failures: it confirms the closed forms and covers what they cannot.

All replicas of the run advance together, one event each per pass: work until the next failure, lose what was not yet
written, wait for the failure to be noticed and for a server to put in its place, restart. Beside what the formulas of
`checkpointing` know it has a detection time, a pool of spares with a repair queue behind it, and losses of a whole rack.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cluster_calc.errors import InputError

Array = np.ndarray[Any, np.dtype[np.float64]]
MAX_EVENTS = 2_000_000


@dataclass(frozen=True, slots=True)
class Simulated:
    """What the replicas did on average, with the standard error of the mean."""

    goodput: float
    standard_error: float
    interruptions: float
    waiting_share: float
    replicas: int
    seed: int


def simulate(
    *,
    mtbf: float,
    checkpoint_interval: float,
    checkpoint_write_time: float,
    restart_time: float,
    work: float,
    detection_time: float = 0.0,
    spare_servers: int | None = None,
    repair_time: float = 0.0,
    rack_share: float = 0.0,
    rack_servers: int = 1,
    replicas: int = 1000,
    seed: int = 0,
) -> Simulated:
    """Simulate `work` seconds of useful steps `replicas` times; every time is in seconds.

    Without `spare_servers` a replacement is always at hand. With them, each failure takes one server (a `rack_share` of
    the failures takes `rack_servers`), which is back after an exponential `repair_time`; the job waits while none is left.

    >>> run = simulate(mtbf=11135.0, checkpoint_interval=465.0, checkpoint_write_time=10.0, restart_time=600.0, work=1e6)
    >>> abs(run.goodput - 0.908) < 4 * run.standard_error
    True
    """
    times = {"mtbf": mtbf, "checkpoint_interval": checkpoint_interval, "work": work}
    for name, value in times.items():
        if not value > 0:
            raise InputError(f"{name}: {value} is not a time above 0")
    if work / mtbf * replicas > MAX_EVENTS * 100:
        raise InputError(f"work: {work / mtbf:.3g} failures in each of {replicas} replicas are too many to simulate")
    draws = np.random.Generator(np.random.PCG64(seed))
    clock, done = np.zeros(replicas), np.zeros(replicas)
    waited, failures = np.zeros(replicas), np.zeros(replicas)
    spares = None if spare_servers is None else np.zeros((replicas, max(spare_servers, 1)))
    running = np.arange(replicas)
    while running.size:
        strike = draws.exponential(mtbf, running.size)
        needed = _time_to_finish(work - done[running], checkpoint_interval, checkpoint_write_time)
        finished = needed <= strike
        clock[running] += np.where(finished, needed, strike)
        running, strike = running[~finished], strike[~finished]
        kept = np.floor(strike / (checkpoint_interval + checkpoint_write_time)) * checkpoint_interval
        done[running] += np.minimum(kept, work - done[running])
        failures[running] += 1
        clock[running] += detection_time
        if spares is not None:
            lost = np.where(draws.random(running.size) < rack_share, rack_servers, 1)
            wait = _replace(spares, running, clock[running], lost, spare_servers or 0, repair_time, draws)
            clock[running] += wait
            waited[running] += wait
        _restart(clock, failures, running, restart_time, mtbf, draws)
    goodput = work / clock
    return Simulated(
        goodput=float(work * replicas / clock.sum()),
        standard_error=float(goodput.std(ddof=1) / replicas**0.5) if replicas > 1 else float("inf"),
        interruptions=float(failures.mean()),
        waiting_share=float(waited.sum() / clock.sum()),
        replicas=replicas,
        seed=seed,
    )


def _time_to_finish(left: Array, interval: float, write: float) -> Array:
    """Wall-clock time for the work left without a failure; the last piece is written like the others."""
    return left + np.ceil(np.round(left / interval, 9)) * write


def _restart(
    clock: Array, failures: Array, running: Any, restart_time: float, mtbf: float, draws: np.random.Generator
) -> None:
    """Restart until it succeeds: a failure during a restart begins it again."""
    trying = running
    while trying.size:
        strike = draws.exponential(mtbf, trying.size)
        failed = strike < restart_time
        clock[trying] += np.where(failed, strike, restart_time)
        trying = trying[failed]
        failures[trying] += 1


def _replace(
    spares: Array, running: Any, now: Array, lost: Any, count: int, repair_time: float, draws: np.random.Generator
) -> Array:
    """How long each replica waits for servers; `spares` holds when each spare is free, and learns of the repairs."""
    wait = np.zeros(running.size)
    for piece in range(int(lost.max(initial=0))):
        needing = np.flatnonzero(lost > piece)
        rows = running[needing]
        repaired = now[needing] + draws.exponential(repair_time, needing.size) if repair_time else now[needing]
        if count == 0:
            wait[needing] = np.maximum(wait[needing], repaired - now[needing])
            continue
        # The spare that is free first takes the place; the server it replaces becomes that spare once repaired.
        first = spares[rows].argmin(axis=1)
        wait[needing] = np.maximum(wait[needing], spares[rows, first] - now[needing])
        spares[rows, first] = np.maximum(spares[rows, first], repaired)
    return np.maximum(wait, 0.0)
