"""Fit the calibrated figures of catalog/performance.toml to measured training steps, and say how well they hold elsewhere.

    python tools/calibrate_performance.py CASES.csv [OTHER.csv …] [--fit]

CASES.csv has the columns that `batch --predict-mfu` reads and the measured `mfu`, `hfu` or `tokens_per_second`. Without
`--fit` the shipped figures are scored. `--fit` fits them anew, and again with each family and each chip left out; what is
left out is then predicted. OTHER.csv are scored and never fitted.
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

from cluster_calc.catalog.current import catalog  # noqa: E402
from cluster_calc.performance.efficiencies import calibrated, constants_of  # noqa: E402
from cluster_calc.performance.training.prediction import Prediction, predict  # noqa: E402
from cluster_calc.tables.measured_steps import job_of, machine_in  # noqa: E402

MEASURED = ("mfu", "hfu", "tflops_per_chip", "tokens_per_second")
SIZES = ("micro_batch", "grad_accum", "tensor_parallel", "pipeline_parallel", "data_parallel", "interleave")
# Standard deviations of the log of each figure around its start, and of a measurement around a right model; errors above
# CAP weigh linearly (Huber), so that a row that was measured badly does not bend the fit.
SPREAD = {"training_share": 0.1, "link_efficiency": 0.2, "exposed": 0.5}
NOISE, CAP, STEP = 0.02, 0.06, 1e-3
Errors = np.ndarray[Any, np.dtype[np.float64]]


class Case:
    """One measured configuration, ready to predict."""

    def __init__(self, row: dict[str, str], left_out: Sequence[str] = ()) -> None:
        self.id, self.family, self.chip, self.row = row["id"], row["family"], row["chip"], row
        inputs = {key: value for key, value in row.items() if value and key not in (*MEASURED, *left_out)}
        item = catalog().chip(inputs["chip"])
        self.job, self.machine, self.known = job_of(inputs), machine_in(inputs, item), constants_of(item.id)

    def error(self, fitted: dict[str, float]) -> float:
        """Predicted over measured, less one."""
        changes: dict[str, Any] = {**fitted}
        return error_of(self.row, predict(self.job, self.machine, replace(self.known, **changes)))


def error_of(row: dict[str, str], found: Prediction) -> float:
    """Predicted over measured, less one, for the first of MFU, HFU and throughput that the row has."""
    if row["mfu"]:
        return found.mfu / float(row["mfu"]) - 1
    if row["hfu"]:
        return found.hfu / float(row["hfu"]) - 1
    tokens = float(row["global_batch"]) * float(row["sequence"]) / found.step_time
    return tokens / float(row["tokens_per_second"]) - 1


def rows_of(path: str | Path) -> list[dict[str, str]]:
    """The rows of a table of measured steps."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def errors(cases: Sequence[Case], fitted: dict[str, float] | None = None) -> Errors:
    """The error of every case."""
    return np.array([case.error(fitted or {}) for case in cases])


def fit(cases: Sequence[Case], rounds: int = 20) -> dict[str, float]:
    """The most likely figures: Gauss-Newton on the logs of the errors (Huber) with log-normal priors at their starts."""
    start = calibrated("start")
    names, spread = list(start), np.array([SPREAD[name] for name in start])

    def figures(x: Errors) -> dict[str, float]:
        return {name: start[name] * float(np.exp(shift)) for name, shift in zip(names, x, strict=True)}

    def residuals(x: Errors) -> Errors:
        return np.log1p(errors(cases, figures(x)))

    x = np.zeros(len(names))
    for _ in range(rounds):
        off = residuals(x)
        slopes = np.array([(residuals(x + STEP * unit) - off) / STEP for unit in np.eye(len(names))]).T
        weight = np.minimum(1, CAP / np.maximum(np.abs(off), 1e-9)) / NOISE**2
        curvature = slopes.T @ (weight[:, None] * slopes) + np.diag(1 / spread**2)
        move = np.linalg.solve(curvature, slopes.T @ (weight * off) + x / spread**2)
        x = x - move
        if np.abs(move).max() < 1e-4:
            break
    return figures(x)


def summary(found: Errors) -> str:
    """Median and 90th percentile of the absolute errors, and the mean error."""
    size = np.abs(found)
    return f"median {np.median(size):.1%}  p90 {np.percentile(size, 90):.1%}  mean {found.mean():+.1%}  ({found.size})"


def by(kind: str, cases: Sequence[Case], fitted: dict[str, float] | None = None) -> None:
    """Print a summary for every family or chip."""
    for name in sorted({getattr(case, kind) for case in cases}):
        print(f"  {kind} {name:20s}", summary(errors([case for case in cases if getattr(case, kind) == name], fitted)))


def main() -> None:
    files = [entry for entry in sys.argv[1:] if entry != "--fit"]
    for place, file in enumerate(files):
        cases = [Case(row) for row in rows_of(file)]
        print(f"{file}: shipped figures", summary(errors(cases)))
        print("  every size left open  ", summary(errors([Case(row, SIZES) for row in rows_of(file)])))
        if not place:
            print("  as the fit starts     ", summary(errors(cases, calibrated("start"))))
        by("family", cases)
        by("chip", cases)
    if "--fit" not in sys.argv:
        return
    cases = [Case(row) for row in rows_of(files[0])]
    fitted = fit(cases)
    shown = {name: float(f"{value:.3g}") for name, value in fitted.items()}
    print("fitted anew:", shown, summary(errors(cases, fitted)))
    for kind in ("family", "chip"):
        for name in sorted({getattr(case, kind) for case in cases}):
            rest = fit([case for case in cases if getattr(case, kind) != name])
            print(f"  without {kind} {name:20s}", summary(errors([c for c in cases if getattr(c, kind) == name], rest)))


if __name__ == "__main__":
    main()
