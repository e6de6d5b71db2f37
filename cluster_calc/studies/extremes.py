"""The extremes of a sweep without its rows: least and greatest of every result, where they are, and a sample between."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from cluster_calc.errors import GateError, InfeasibleError, InputError, did_you_mean
from cluster_calc.estimation.limits import ADVISORY, CONSTRAINTS
from cluster_calc.progress import Progress
from cluster_calc.studies import sweep_workers as workers
from cluster_calc.studies.grid import Sweep

# The rows that percentiles over a grid are taken from, at most.
SAMPLE = 1 << 20
# A margin this little below nothing is a limit met, to rounding.
TOLERANCE = -1e-12


@dataclass
class Extremes:
    """What a result does over a grid, in base units: its ends with where they are, and percentiles of a sample."""

    name: str
    low: float = math.inf
    high: float = -math.inf
    low_at: tuple[int, int] = (0, 0)
    high_at: tuple[int, int] = (0, 0)
    sample: Any = None


def _extremes(planned: Sweep, first: int, last: int, share: float) -> list[Extremes]:
    """The extremes over some slabs."""
    import numpy as np

    found = [Extremes(name) for name in planned.results]
    samples: list[list[Any]] = [[] for _ in found]
    for index in range(first, last):
        values, shape = planned.bare(index)
        size = math.prod(shape)
        # The same rows of a slab whoever draws them.
        rows = None if share >= 1 else np.random.default_rng([index, 7]).integers(0, size, max(1, round(size * share)))
        for entry, taken in zip(found, samples, strict=True):
            value = values[entry.name]
            low, high = float(np.fmin.reduce(value, axis=None)), float(np.fmax.reduce(value, axis=None))
            if low < entry.low:
                entry.low, entry.low_at = low, (index, int(np.nanargmin(np.broadcast_to(value, shape))))
            if high > entry.high:
                entry.high, entry.high_at = high, (index, int(np.nanargmax(np.broadcast_to(value, shape))))
            spread = np.broadcast_to(value, shape)
            taken.append(spread.ravel() if rows is None else spread[np.unravel_index(rows, shape)])
    for entry, taken in zip(found, samples, strict=True):
        entry.sample = np.concatenate(taken)
    return found


def extremes(planned: Sweep, processes: int = 1, progress: Progress | None = None) -> list[Extremes]:
    """Least and greatest value of every result over the grid, and a sample for percentiles (all rows where they fit)."""
    import numpy as np

    share = min(1.0, SAMPLE / planned.points)
    step = max(1, min(64, -(-planned.slabs // max(4 * processes, 1))))
    tasks = [(first, min(first + step, planned.slabs)) for first in range(0, planned.slabs, step)]
    total = [Extremes(name) for name in planned.results]
    samples: list[list[Any]] = [[] for _ in total]
    for done, part in enumerate(_in_order(planned, tasks, share, processes), 1):
        for entry, new, taken in zip(total, part, samples, strict=True):
            if new.low < entry.low:
                entry.low, entry.low_at = new.low, new.low_at
            if new.high > entry.high:
                entry.high, entry.high_at = new.high, new.high_at
            taken.append(new.sample)
        if progress:
            progress(done, len(tasks))
    for entry, taken in zip(total, samples, strict=True):
        entry.sample = np.concatenate(taken)
    return total


def greatest(planned: Sweep, name: str, processes: int = 1) -> tuple[float, dict[str, Any]]:
    """The greatest value of a result over the grid, in base units, and the point it is at."""
    if name not in planned.computed:
        raise InputError(f"--fail-over {name} is not computed by this sweep.{did_you_mean(name, planned.computed)}")
    (found,) = extremes(replace(planned, results=(name,)), processes)
    if found.low > found.high:
        raise GateError(f"--fail-over {name}: no row has it")
    return found.high, planned.point(*found.high_at)


def broken_limits(planned: Sweep, processes: int = 1) -> dict[str, dict[str, Any]]:
    """The limits that decide and do not hold in every row → the point that misses them by most."""
    deciding = {name: entry for name, entry in CONSTRAINTS.items() if name not in ADVISORY}
    margins = {margin: name for name, (_, _, margin) in deciding.items() if margin in planned.computed}
    found = extremes(replace(planned, results=tuple(margins)), processes) if margins else []
    # A margin that no row has is one that nobody could check, not one that holds.
    known = {margins[entry.name]: entry for entry in found if entry.low <= entry.high}
    unknown = [f"{name} ({limit})" for name, (limit, _, _) in deciding.items()
               if limit in planned.merged.texts and name not in known]  # fmt: skip
    if unknown:
        raise InfeasibleError(f"{', '.join(unknown)} cannot be checked: a figure is missing")
    return {name: planned.point(*entry.low_at) for name, entry in known.items() if entry.low < TOLERANCE}


def _in_order(planned: Sweep, tasks: list[tuple[int, int]], share: float, processes: int) -> Iterable[list[Extremes]]:
    if processes <= 1 or len(tasks) < 2:
        for first, last in tasks:
            yield _extremes(planned, first, last, share)
        return
    with workers.pool(planned, min(processes, len(tasks))) as pool:
        yield from pool.map(_part_extremes, *zip(*((first, last, share) for first, last in tasks), strict=True))


def _part_extremes(first: int, last: int, share: float) -> list[Extremes]:
    return _extremes(workers.held(), first, last, share)
