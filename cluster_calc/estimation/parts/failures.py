"""Goodput from failures, as an estimate uses it: when it applies, and how many chips a deadline needs under failures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.model.implicit import Search
from cluster_calc.quantities.datum import Datum, Source

# Giving any of these asks for a goodput that follows from failures instead of a default.
CAUSES = frozenset(
    {
        "failure_rate", "failures_per_interruption", "mtbf", "storage_bandwidth", "checkpoint_size", "checkpoint_write_time",
        "checkpoint_interval", "checkpoint_rule", "restart_time", "repair_time",
    }
)  # fmt: skip
RULES = {"optimal": "optimal-interval", "daly": "daly", "young": "young"}
# Above this size, published clusters fail more often than their own 1/n rate says (arXiv:2602.00277).
FAR_SIZE = 50_000

# More chips fail more often, so chips and goodput depend on each other.
# So do chips and a predicted MFU: more of them reach less of it.
SIZED = Search(
    "chips", "training_time", "time_allowed", "chips_per_server", "Whole chips that finish within the time allowed.",
    "Allow more time, or shorten restarts and checkpoints",
    Source("search", title="cluster_calc.model.implicit.Search: the fewest chips that finish in time"),
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
