"""Fit the calibrated figures of catalog/performance.toml to measured training steps, and say how well they hold elsewhere.

    python tools/calibrate_performance.py DENSE.csv [OTHER.csv …] [--fit]
    python tools/calibrate_performance.py --steps STEPS.csv [--fit] [--left-out]

DENSE.csv has the columns that `batch --predict-mfu` reads and the measured `mfu`, `hfu` or `tokens_per_second`; its three
figures stand under [calibrated]. STEPS.csv (experts, long contexts, Blackwell) has `tokens_per_second_per_chip` or
`tflops_per_chip`; with the three held, it fits every other figure that has a `start`. Without `--fit` the shipped figures are
scored. `--left-out` fits anew with each model, chip and half left out, and writes what is left out to tests/data/training_left_out.csv (docs/forecast.md). OTHER.csv are
scored and never fitted.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from cluster_calc.catalog.current import catalog  # noqa: E402
from cluster_calc.errors import InputError  # noqa: E402
from cluster_calc.performance.efficiencies import calibrated, constants_of, fitted, stack_name  # noqa: E402
from cluster_calc.performance.training.prediction import Prediction, model_flop, predict  # noqa: E402
from cluster_calc.tables.measured_steps import job_of, machine_in  # noqa: E402

LEFT_OUT = ROOT / "tests" / "data" / "training_left_out.csv"
MEASURED = ("mfu", "hfu", "tflops_per_chip", "tokens_per_second", "tokens_per_second_per_chip")
SIZES = ("micro_batch", "grad_accum", "tensor_parallel", "pipeline_parallel", "data_parallel", "interleave")
# Standard deviations of the log of each figure around its start, and of a measurement around a right model; errors above
# CAP weigh linearly (Huber), so that a row that was measured badly does not bend the fit.
SPREAD = {"training_share": 0.1, "link_efficiency": 0.2, "exposed": 0.5}
NOISE, CAP, STEP = 0.02, 0.06, 1e-3
# Of steps with experts: the same job on the same chips moves by this much from release to release.
MOE_NOISE, STEP_NOISE = 0.15, 0.05
Errors = np.ndarray[Any, np.dtype[np.float64]]


class Case:
    """One measured configuration, ready to predict."""

    def __init__(self, row: dict[str, str], left_out: Sequence[str] = ()) -> None:
        self.id, self.family, self.chip, self.row = row["id"], row["family"], row["chip"], row
        inputs = {key: value for key, value in row.items() if value and key not in (*MEASURED, *left_out)}
        item = catalog().chip(inputs["chip"])
        self.job, self.machine, self.known = job_of(inputs), machine_in(inputs, item), constants_of(item)
        self.stack = stack_name(self.family, row.get("source", ""))
        self.model = row.get("architecture") or row.get("model", "")
        self.experts = self.job.model.moe_layers > 0
        self.long = self.job.sequence_length > 16384 or (self.job.context_parallel or 1) > 1

    def error(self, figures: Mapping[str, float]) -> float:
        """Predicted over measured, less one; `figures` by plain name, or by place as `fitted` has them."""
        known, stack = {}, {}
        for place, value in figures.items():
            part, _, name = place.rpartition(".")
            if part in ("", "formats", "experts", f"generation.{self.known.generation}"):
                known[name] = value
            elif part == f"stack.{self.stack}":
                stack[name] = value
        job = replace(self.job, stack=replace(self.job.stack, **stack)) if stack else self.job  # type: ignore[arg-type]
        return error_of(self.row, predict(job, self.machine, replace(self.known, **known)), job.chips, model_flop(job))  # type: ignore[arg-type]


def error_of(row: dict[str, str], found: Prediction, chips: int = 1, flop: float = 0.0) -> float:
    """Predicted over measured, less one, for the first of MFU, HFU and throughput that the row has."""
    if row.get("tokens_per_second_per_chip"):
        return found.tokens_per_second / chips / float(row["tokens_per_second_per_chip"]) - 1
    if row.get("mfu"):
        return found.mfu / float(row["mfu"]) - 1
    if row.get("hfu"):
        return found.hfu / float(row["hfu"]) - 1
    if row.get("tokens_per_second"):
        return found.tokens_per_second / float(row["tokens_per_second"]) - 1
    return found.tokens_per_second / chips * flop / (float(row["tflops_per_chip"]) * 1e12) - 1


def rows_of(path: str | Path) -> list[dict[str, str]]:
    """The rows of a table of measured steps."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def step_cases(path: str | Path) -> list[Case]:
    """The cases of a table of steps whose layout is printed and whose model is known."""
    found = []
    for row in rows_of(path):
        if not (row["tensor_parallel"] and row["pipeline_parallel"]):
            continue
        try:
            case = Case(row)
            case.error({})
        except InputError:
            continue
        found.append(case)
    return found


def errors(cases: Sequence[Case], figures: Mapping[str, float] | None = None) -> Errors:
    """The error of every case."""
    return np.array([case.error(figures or {}) for case in cases])


def fit(cases: Sequence[Case], rounds: int = 20) -> dict[str, float]:
    """The most likely figures: Gauss-Newton on the logs of the errors (Huber) with log-normal priors at their starts."""
    start = calibrated("start")
    noise = np.full(len(cases), NOISE)
    return likeliest(lambda figures: np.log1p(errors(cases, figures)), start, SPREAD, noise, {}, rounds)


def fit_steps(cases: Sequence[Case], begin: Mapping[str, float] | None = None, rounds: int = 12) -> dict[str, float]:
    """The same for every other calibrated figure, on steps with experts, long contexts and Blackwell chips."""
    noise = np.array([MOE_NOISE if case.experts else STEP_NOISE for case in cases])
    return likeliest(
        lambda figures: np.log1p(errors(cases, figures)), fitted("start"), fitted("spread"), noise, begin or {}, rounds
    )


def likeliest(
    residuals: Callable[[dict[str, float]], Errors],
    start: Mapping[str, float],
    spread: Mapping[str, float],
    noise: Errors,
    begin: Mapping[str, float],
    rounds: int,
) -> dict[str, float]:
    """Damped Gauss-Newton from `begin` (or `start`): no round makes the figures less likely."""
    names, width = list(start), np.array([spread[name] for name in start])
    cap = CAP / NOISE * noise

    def figures(x: Errors) -> dict[str, float]:
        return {name: start[name] * float(np.exp(shift)) for name, shift in zip(names, x, strict=True)}

    def cost(off: Errors, x: Errors) -> float:
        size = np.abs(off)
        each = np.where(size < cap, size**2, 2 * cap * size - cap**2) / noise**2
        return float(each.sum() + ((x / width) ** 2).sum())

    x = np.array([np.log(begin.get(name, start[name]) / start[name]) for name in names])
    off, damping = residuals(figures(x)), 1e-3
    for _ in range(rounds):
        slopes = np.array([(residuals(figures(x + STEP * unit)) - off) / STEP for unit in np.eye(len(names))]).T
        weight = np.minimum(1, cap / np.maximum(np.abs(off), 1e-9)) / noise**2
        curvature = slopes.T @ (weight[:, None] * slopes) + np.diag(1 / width**2)
        slope = slopes.T @ (weight * off) + x / width**2
        before, moved = cost(off, x), np.zeros(len(names))
        while damping < 1e6:
            step = np.clip(-np.linalg.solve(curvature + damping * np.diag(np.diag(curvature)), slope), -0.5, 0.5)
            after = residuals(figures(x + step))
            if cost(after, x + step) <= before:
                x, off, moved, damping = x + step, after, step, damping / 5
                break
            damping = max(damping, 1e-3) * 5
        if np.abs(moved).max() < 1e-4:
            break
    return figures(x)


def summary(found: Errors) -> str:
    """Median and 90th percentile of the absolute errors, and the mean error."""
    size = np.abs(found)
    return f"median {np.median(size):.1%}  p90 {np.percentile(size, 90):.1%}  mean {found.mean():+.1%}  ({found.size})"


def by(kind: str, cases: Sequence[Case], figures: Mapping[str, float] | None = None) -> None:
    """Print a summary for every family or chip."""
    for name in sorted({getattr(case, kind) for case in cases}):
        print(f"  {kind} {name:20s}", summary(errors([case for case in cases if getattr(case, kind) == name], figures)))


def left_out(cases: Sequence[Case], begin: Mapping[str, float]) -> dict[str, list[tuple[Case, float]]]:
    """Errors of cases that their fit never saw: by model, by chip, and half by half (every configuration whole)."""
    jobs = sorted({(case.model, case.chip, case.row["precision"], case.row["global_batch"]) for case in cases})
    half = {job: place % 2 for place, job in enumerate(jobs)}
    ways: dict[str, Callable[[Case], Any]] = {
        "half": lambda case: half[case.model, case.chip, case.row["precision"], case.row["global_batch"]],
        "model": lambda case: case.model,
        "chip": lambda case: case.chip,
    }
    found: dict[str, list[tuple[Case, float]]] = {}
    for way, key in ways.items():
        for name in sorted({key(case) for case in cases}):
            out = [case for case in cases if key(case) == name]
            figures = fit_steps([case for case in cases if key(case) != name], begin, rounds=4)
            found.setdefault(way, []).extend(zip(out, errors(out, figures).tolist(), strict=True))
            print(f"  without {way} {name!s:20s}", summary(errors(out, figures)), flush=True)
    return found


def write_left_out(cases: Sequence[Case], found: Mapping[str, list[tuple[Case, float]]]) -> None:
    """Predicted over measured of every step, by what was left out, beside that of the shipped figures."""
    lines = ["id," + ",".join(found) + ",shipped"]
    shipped = dict(zip([case.id for case in cases], errors(cases), strict=True))
    by_way = {way: {case.id: off for case, off in entries} for way, entries in found.items()}
    for case in cases:
        ratios = [1 + by_way[way][case.id] for way in found] + [1 + shipped[case.id]]
        lines.append(",".join([case.id, *(f"{ratio:.4f}" for ratio in ratios)]))
    LEFT_OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")


GROUPS: dict[str, Callable[[Case], bool]] = {
    "dense": lambda case: not case.experts and not case.long,
    "long context": lambda case: not case.experts and case.long,
    "experts": lambda case: case.experts,
}


def steps_main(path: str) -> None:
    """Score, fit and leave out on a table of steps."""
    cases = step_cases(path)
    for name, holds in GROUPS.items():
        print(f"{name:14s}", summary(errors([case for case in cases if holds(case)])))
    begin = fitted()
    if "--fit" in sys.argv:
        begin = fit_steps(cases, begin)
        for name, value in begin.items():
            print(f"  {name:48s} {value:.4g}")
        for name, holds in GROUPS.items():
            print(f"{name:14s}", summary(errors([case for case in cases if holds(case)], begin)))
    if "--left-out" in sys.argv:
        found = left_out(cases, begin)
        for way, entries in found.items():
            for name, holds in GROUPS.items():
                print(
                    f"left out by {way}: {name:14s}", summary(np.array([off for case, off in entries if holds(case)]))
                )
        write_left_out(cases, found)


def main() -> None:
    if "--steps" in sys.argv:
        steps_main(sys.argv[sys.argv.index("--steps") + 1])
        return
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
    found = fit(cases)
    shown = {name: float(f"{value:.3g}") for name, value in found.items()}
    print("fitted anew:", shown, summary(errors(cases, found)))
    for kind in ("family", "chip"):
        for name in sorted({getattr(case, kind) for case in cases}):
            rest = fit([case for case in cases if getattr(case, kind) != name])
            print(f"  without {kind} {name:20s}", summary(errors([c for c in cases if getattr(c, kind) == name], rest)))


if __name__ == "__main__":
    main()
