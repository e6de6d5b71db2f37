"""An event-driven simulation of a run under failures: it confirms the closed forms and covers what they cannot.

All replicates of the run advance together, one failure each per pass: work until it strikes, lose what was not yet
written, wait for it to be noticed and for a server to put in the place of the lost one, restart. Beside what the
formulas of `checkpointing` know it has a detection time, a pool of spares with a repair queue behind it, and losses of a
whole rack. Every time is in seconds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from cluster_calc.errors import InputError
from cluster_calc.progress import Progress

Array = np.ndarray[Any, np.dtype[np.float64]]
# Failures of all replicates together, and of one: the first is memory traffic, the second the number of passes.
MOST_FAILURES, MOST_PASSES = 1e9, 1e6
# Places of spares and repair crews in all replicates together.
MOST_PLACES = 5e7
# What a simulated time is spent on; the parts of the wall clock, which they sum to.
PARTS = ("steps", "checkpoints", "lost work", "detection", "waiting for servers", "restarts")


class Estimate(NamedTuple):
    """A mean over the replicates, with its standard error."""

    value: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Simulated:
    """What the replicates did: means with standard errors, and percentiles of the wall-clock time."""

    goodput: Estimate
    interruptions: Estimate
    time: Estimate
    time_percentiles: Mapping[int, float]
    shares: Mapping[str, Estimate]
    waited: Estimate
    work: float
    replicates: int
    seed: int


def expected_failures(mtbf: float, interval: float, write: float, restart: float, work: float) -> float:
    """Failures to expect until the work is done: they strike while steps, writes and restarts run, once in M.

    >>> round(expected_failures(3600.0, 90.0, 10.0, 0.0, 90.0), 5)
    0.02817
    """
    try:
        return math.ceil(work / interval) * math.exp(restart / mtbf) * math.expm1((interval + write) / mtbf)
    except OverflowError:
        return math.inf


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
    repair_crews: int | None = None,
    rack_share: float = 0.0,
    rack_servers: int = 1,
    replicates: int = 1000,
    seed: int = 0,
    progress: Progress | None = None,
) -> Simulated:
    """Simulate `work` seconds of useful steps, rounded up to whole checkpoint intervals, `replicates` times.

    Without `spare_servers` a replacement is always at hand. With them, each failure takes one server (a `rack_share` of
    the failures takes `rack_servers`), which is back after an exponential `repair_time`, counted from when one of the
    `repair_crews` takes it on (without a number: at once); the job waits while no spare is left. Failures are exponential
    and strike while steps, checkpoint writes and restarts run, not while the job stands still; spares do not fail.

    >>> run = simulate(mtbf=11135.0, checkpoint_interval=465.0, checkpoint_write_time=10.0, restart_time=600.0, work=1e6)
    >>> abs(run.goodput.value - 0.908) < 4 * run.goodput.standard_error
    True
    """
    _check(mtbf, checkpoint_interval, checkpoint_write_time, restart_time, work, replicates)
    pool = _Pool(replicates, spare_servers, repair_time, repair_crews) if spare_servers is not None else None
    draws = np.random.Generator(np.random.PCG64(seed))
    cycle = checkpoint_interval + checkpoint_write_time
    pieces = math.ceil(work / checkpoint_interval * (1 - 1e-12))
    left = np.full(replicates, float(pieces))
    clock, failures, waits = np.zeros(replicates), np.zeros(replicates), np.zeros(replicates)
    spent = {name: np.zeros(replicates) for name in PARTS[2:]}
    running = np.arange(replicates)
    while running.size:
        strike = draws.exponential(mtbf, running.size)
        written = np.minimum(np.floor(strike / cycle), left[running])
        left[running] -= written
        failed = left[running] > 0
        clock[running] += np.where(failed, strike, written * cycle)
        running, strike, written = running[failed], strike[failed], written[failed]
        spent["lost work"][running] += strike - written * cycle
        down = running
        while down.size:  # a failure during a restart is one more
            failures[down] += 1
            clock[down] += detection_time
            spent["detection"][down] += detection_time
            if pool is not None:
                lost = np.where(draws.random(down.size) < rack_share, rack_servers, 1)
                wait = pool.replace(down, clock[down], lost, draws)
                clock[down] += wait
                spent["waiting for servers"][down] += wait
                waits[down] += wait > 0
            strike = draws.exponential(mtbf, down.size)
            taken = np.minimum(strike, restart_time)
            clock[down] += taken
            spent["restarts"][down] += taken
            down = down[strike < restart_time]
        if progress is not None:
            progress(int(pieces * replicates - left.sum()), pieces * replicates)
    useful = pieces * checkpoint_interval
    spent = {
        "steps": np.full(replicates, useful),
        "checkpoints": np.full(replicates, pieces * checkpoint_write_time),
        **spent,
    }
    return Simulated(
        goodput=_ratio(spent["steps"], clock),
        interruptions=_mean(failures),
        time=_mean(clock),
        time_percentiles={percent: float(np.percentile(clock, percent)) for percent in (10, 50, 90)},
        shares={name: _ratio(spent[name], clock) for name in PARTS},
        waited=_ratio(waits, failures),
        work=useful,
        replicates=replicates,
        seed=seed,
    )


def _check(mtbf: float, interval: float, write: float, restart: float, work: float, replicates: int) -> None:
    for name, value in (("mtbf", mtbf), ("checkpoint_interval", interval), ("work", work)):
        if not 0 < value < math.inf:
            raise InputError(f"{name}: {value} is not a time above 0")
    # A restart that is interrupted again and again is as long as many failures, however few begin it.
    failures = max(expected_failures(mtbf, interval, write, restart, work), math.exp(min(restart / mtbf, 700.0)))
    if failures > MOST_PASSES or failures * replicates > MOST_FAILURES:
        raise InputError(
            f"about {failures:.3g} failures in each of {replicates:,} replicates are too many to simulate (at most "
            f"{MOST_PASSES:,.0f} in one and {MOST_FAILURES:,.0f} in all); fewer --replicates, a shorter run, a longer mtbf or "
            "shorter restarts need fewer"
        )


def _mean(values: Array) -> Estimate:
    """The mean, and its standard error."""
    return Estimate(float(values.mean()), float(values.std(ddof=1) / values.size**0.5) if values.size > 1 else math.inf)


def _ratio(part: Array, whole: Array) -> Estimate:
    """The ratio of two sums, and its standard error by the delta method; 0 of nothing is 0."""
    if not whole.sum():
        return Estimate(0.0, 0.0)
    ratio = float(part.sum() / whole.sum())
    return Estimate(ratio, _mean(part - ratio * whole).standard_error / float(whole.mean()))


class _Pool:
    """Spares and repair crews of every replicate: when each is free."""

    def __init__(self, replicates: int, spares: int, repair_time: float, crews: int | None) -> None:
        if replicates * (spares + (crews or 0)) > MOST_PLACES:
            raise InputError(
                f"{spares:,} spares and {crews or 0:,} crews in {replicates:,} replicates are too many to simulate; "
                "fewer --replicates need less memory"
            )
        self.free = np.zeros((replicates, spares))
        self.crews = None if crews is None else np.zeros((replicates, crews))
        self.repair_time = repair_time

    def replace(self, rows: Any, now: Array, lost: Any, draws: np.random.Generator) -> Array:
        """How long each replicate waits for the servers it lost: for a spare, or without any for its own repair."""
        wait = np.zeros(rows.size)
        for piece in range(int(lost.max(initial=0))):
            needing = np.flatnonzero(lost > piece)
            at, moment = rows[needing], now[needing]
            repaired = self._repaired(at, moment, draws)
            ready = repaired
            if self.free.shape[1]:
                # What is free first takes the place, a spare or the lost server itself; the other one is the spare from then on.
                first = self.free[at].argmin(axis=1)
                spare = self.free[at, first]
                ready, self.free[at, first] = np.minimum(spare, repaired), np.maximum(spare, repaired)
            wait[needing] = np.maximum(wait[needing], ready - moment)
        return wait

    def _repaired(self, rows: Any, now: Array, draws: np.random.Generator) -> Array:
        """When a server lost now is back: at once where repairs take no time, else after its turn with a crew."""
        needed = draws.exponential(self.repair_time, rows.size) if self.repair_time else np.zeros(rows.size)
        if self.crews is None:
            return now + needed
        first = self.crews[rows].argmin(axis=1)
        back: Array = np.maximum(self.crews[rows, first], now) + needed
        self.crews[rows, first] = back
        return back
