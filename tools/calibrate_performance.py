"""Fit the efficiencies of catalog/performance.toml to measured configurations and say how well they hold elsewhere.

    python tools/calibrate_performance.py CASES.csv [--fit]

CASES.csv has the columns that `batch --predict-mfu` reads and the measured `mfu`, `hfu` or `tokens_per_second`. Without
`--fit` the shipped constants are scored. `--fit` fits them anew, and again with each family and each chip left out.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from cluster_calc.catalog import catalog  # noqa: E402
from cluster_calc.measured_steps import job_of, machine_in  # noqa: E402
from cluster_calc.performance import Constants, constants_of, predict  # noqa: E402

MEASURED = ("mfu", "hfu", "tflops_per_chip", "tokens_per_second")
COMMON = ("elementwise_bytes", "score_bytes_moved", "link_efficiency", "exposed", "narrow_width")
OWN = ("matrix_efficiency", "attention_efficiency", "low_precision_efficiency")
# Where a fit starts and what it is drawn to: the largest measured matrix products (stas00/ml-engineering) and data sheets.
START = {
    "elementwise_bytes": 240.0, "score_bytes_moved": 30.0, "link_efficiency": 0.7, "exposed": 0.5, "narrow_width": 180.0,
    "ampere.matrix_efficiency": 0.85, "ampere.attention_efficiency": 0.45,
    "hopper.matrix_efficiency": 0.80, "hopper.attention_efficiency": 0.30, "hopper.low_precision_efficiency": 0.55,
}  # fmt: skip
PULL, TIGHT = 2e-5, 0.08


class Case:
    """One measured configuration, ready to predict."""

    def __init__(self, row: dict[str, str]) -> None:
        self.id, self.family, self.chip = row["id"], row["family"], row["chip"]
        inputs = {key: value for key, value in row.items() if value and key not in MEASURED}
        self.item = catalog().chip(inputs["chip"])
        self.job, self.machine = job_of(inputs), machine_in(inputs, self.item)
        self.known = constants_of(self.item.id)
        self.row = row

    def error(self, fitted: dict[str, float] | None = None) -> float:
        """Predicted over measured, less one."""
        found = predict(self.job, self.machine, with_(self.known, fitted or {}))
        if self.row["mfu"]:
            return found.mfu / float(self.row["mfu"]) - 1
        if self.row["hfu"]:
            return found.hfu / float(self.row["hfu"]) - 1
        tokens = self.job.global_batch * self.job.sequence_length / found.step_time
        return tokens / float(self.row["tokens_per_second"]) - 1


def with_(known: Constants, fitted: dict[str, float]) -> Constants:
    """The constants with the fitted ones in their place."""
    changes: dict[str, Any] = {}
    for name, value in fitted.items():
        generation, _, field = name.rpartition(".")
        if not generation or generation == known.generation:
            changes[field] = value
    return replace(known, **changes)


def errors(cases: Sequence[Case], fitted: dict[str, float] | None = None) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The error of every case."""
    return np.array([case.error(fitted) for case in cases])


def fit(cases: Sequence[Case], rounds: int = 1500, seed: int = 0) -> dict[str, float]:
    """A seeded random descent on the Huber loss of the log errors, drawn a little to where it starts."""
    draws = np.random.Generator(np.random.PCG64(seed))

    def loss(fitted: dict[str, float]) -> float:
        off = np.abs(np.log1p(errors(cases, fitted)))
        drawn = sum(np.log(fitted[name] / START[name]) ** 2 for name in START) / 0.09
        return float(np.mean(np.where(off < TIGHT, off**2, 2 * TIGHT * off - TIGHT**2)) + PULL * drawn)

    best, lowest, step = dict(START), loss(START), 0.15
    for turn in range(rounds):
        tried = dict(best)
        for name in draws.choice(list(START), size=draws.integers(1, 4), replace=False):
            tried[name] *= float(np.exp(draws.normal() * step))
        if (found := loss(tried)) < lowest:
            best, lowest = tried, found
        if turn % 300 == 299:
            step *= 0.7
    return best


def summary(found: np.ndarray[Any, np.dtype[np.float64]]) -> str:
    """Median and 90th percentile of the absolute errors, and the mean error."""
    return f"median {np.median(abs(found)):.1%}  p90 {np.percentile(abs(found), 90):.1%}  mean {found.mean():+.1%}  ({found.size})"


def main() -> None:
    with Path(sys.argv[1]).open(encoding="utf-8", newline="") as file:
        cases = [Case(row) for row in csv.DictReader(file)]
    print("shipped constants     ", summary(errors(cases)))
    groups = {"family": sorted({case.family for case in cases}), "chip": sorted({case.chip for case in cases})}
    for kind, names in groups.items():
        for name in names:
            print(f"  {kind} {name:18s}", summary(errors([case for case in cases if getattr(case, kind) == name])))
    if "--fit" not in sys.argv:
        return
    fitted = fit(cases)
    print(
        "fitted anew           ",
        summary(errors(cases, fitted)),
        {name: float(f"{value:.3g}") for name, value in fitted.items()},
    )
    for kind, names in groups.items():
        for name in names:
            apart = [case for case in cases if getattr(case, kind) == name]
            rest = [case for case in cases if getattr(case, kind) != name]
            print(f"  without {kind} {name:18s}", summary(errors(apart, fit(rest))))


if __name__ == "__main__":
    main()
