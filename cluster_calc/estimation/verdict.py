"""The verdict on an estimate from its limits: one word, what binds, what fails, what is only unusual."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cluster_calc.estimation.limits import ADVISORY

FEASIBLE, NOT_FEASIBLE, OPEN, NOT_CHECKED = "feasible", "not feasible", "open", "not checked"


class Verdict(NamedTuple):
    """Whether it can be done, for every reader: the word, and the constraints that bind, fail, cannot be checked, or are unusual."""

    word: str
    binding: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    unusual: tuple[str, ...] = ()

    @property
    def feasible(self) -> bool | None:
        """Yes or no; None where nothing was checked or a figure is missing."""
        return {FEASIBLE: True, NOT_FEASIBLE: False}.get(self.word)


def verdict(feasibility: Sequence[Constraint], mode: str) -> Verdict:
    """Judge an estimate by its limits; advisory ones are told and decide nothing."""
    checked = [entry for entry in feasibility if entry.limit is not None]
    failing = [entry.constraint for entry in checked if entry.holds is False]
    broken = tuple(name for name in failing if name not in ADVISORY)
    unknown = tuple(entry.constraint for entry in checked if entry.holds is None and entry.constraint not in ADVISORY)
    word = NOT_FEASIBLE if broken else OPEN if unknown else FEASIBLE if checked else NOT_CHECKED
    return Verdict(
        word, _binding(feasibility, mode), broken, unknown, tuple(name for name in failing if name in ADVISORY)
    )


def _binding(feasibility: Sequence[Constraint], mode: str) -> tuple[str, ...]:
    """The checked constraint with the least margin, or those that share it; advisory ones and the time that sized the cluster aside."""
    held = [
        (entry.margin, entry.constraint)
        for entry in feasibility
        if entry.margin is not None and entry.constraint not in ADVISORY
        and not (entry.constraint == "time" and mode == "fixed-time")
    ]  # fmt: skip
    least = min((margin for margin, _ in held), default=0.0)
    return tuple(constraint for margin, constraint in held if margin <= least + 1e-12 * max(abs(least), 1.0))


# What memory was looked at for where the architecture is not known.
STATES = "model states"


class Constraint(NamedTuple):
    """One limit beside what it limits; `holds` is None when it was not given or cannot be checked.

    `probability` is the share of draws in which it holds, under ranges; `counted` what alone was looked at, where that is
    not all that the limit asks for.
    """

    constraint: str
    limit: str | None
    margin: float | None
    holds: bool | None
    probability: float | None = None
    counted: str = ""

    @property
    def word(self) -> str | None:
        """Whether it holds, in words that claim no more than was looked at; None where it is not known."""
        if self.holds is None:
            return None
        held = {"": "holds", STATES: f"{STATES} fit"}.get(self.counted, "fits but for logits")
        return held if self.holds else "does not hold"
