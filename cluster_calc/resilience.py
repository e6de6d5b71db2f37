"""Goodput from failures, as an estimate uses it: when it applies, and how many chips a deadline needs under failures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cluster_calc.datum import Datum, Source
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.graph import Model

# Giving any of these asks for a goodput that follows from failures instead of a default.
CAUSES = frozenset(
    {
        "failure_rate", "failures_per_interruption", "mtbf", "storage_bandwidth", "checkpoint_size", "checkpoint_write_time",
        "checkpoint_interval", "checkpoint_rule", "restart_time", "repair_time",
    }
)  # fmt: skip
RULES = {"optimal": "optimal-interval", "daly": "daly", "young": "young"}
MOST_CHIPS = 10**9
# Above this size, published clusters fail more often than their own 1/n rate says (arXiv:2602.00277).
FAR_SIZE = 50_000

_SOURCE = Source(
    "search", title="cluster_calc.resilience.sized_chips: the fewest chips that finish in time under failures"
)
# Stands for the chips until they are found, so that every other input is.
PLACE = Datum(
    "chips", 1.0, _SOURCE, origin="computed", kind="search", confidence="high",
    note="from time_allowed, failure_rate, checkpoint and restart times",
)  # fmt: skip


def asked(given: Mapping[str, Datum], settings: Mapping[str, Any]) -> bool:
    """Whether the goodput is to follow from failures."""
    return bool(CAUSES & {*given, *settings})


def sets_of(given: Mapping[str, Datum], settings: Mapping[str, Any]) -> tuple[str, ...]:
    """The formula sets of that.

    >>> sets_of({}, {"checkpoint_rule": "young"})
    ('failures', 'checkpointing', 'young')
    """
    rule = str(settings.get("checkpoint_rule", "daly"))
    if rule not in RULES:
        raise InputError(
            f"checkpoint_rule: {quoted(rule)} is not one of {', '.join(RULES)}.{did_you_mean(rule, RULES)}"
        )
    sized = "storage_bandwidth" in given and ("parameters" in given or "checkpoint_size" in given)
    if "storage_bandwidth" in given and not sized:
        raise InputError(
            "storage_bandwidth: the size of a checkpoint is not known; give --params or --checkpoint-size, or the "
            "blocking time itself with --checkpoint-write-time"
        )
    return ("failures", "checkpointing", RULES[rule], *(("checkpoint-size",) if sized else ()))


def far_warning() -> str:
    """What to know of a failure rate at sizes beyond those it was measured at."""
    return (
        f"failure_rate: above {FAR_SIZE:,} chips published clusters fail up to three times as often as their rate per "
        "server says (arXiv:2602.00277)"
    )


def sized_chips(model: Model, data: Mapping[str, Datum]) -> Datum:
    """The fewest whole chips that finish within `time_allowed`, as a Datum.

    More chips fail more often, so chips and goodput depend on each other: `model` has the time follow from the chips,
    and the chips are searched. Raises InputError where no number of chips is enough.
    """
    known = {name: datum.value for name, datum in data.items() if datum.value is not None}

    def time_over(chips: int) -> float | None:
        found = model.evaluate({**known, "chips": float(chips)}).get("training_time")
        return None if found is None else float(found) / float(known["time_allowed"])

    if "time_allowed" not in known or time_over(1) is None:
        return PLACE.with_(value=None)
    high, best = 1, (math.inf, 1)
    while (over := time_over(high) or 0.0) > 1:
        best = min(best, (over, high))
        # Once more chips make it slower by half, no number of them is enough.
        if over > 1.5 * best[0] or high >= MOST_CHIPS or not math.isfinite(over):
            raise InputError(
                f"time_allowed: with these failures no number of chips finishes in time; about {best[1]:,} chips come "
                f"nearest, with {best[0]:.3g} times the time allowed. Allow more time, or shorten restarts and checkpoints"
            )
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if (time_over(middle) or 0.0) <= 1 else (middle, high)
    return PLACE.with_(value=float(high))
