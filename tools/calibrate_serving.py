"""Fit the constants of catalog/serving.toml to measured servings, and say how well they hold on what was left out.

    python tools/calibrate_serving.py [--fit] [--left-out] [--write]

Without options the shipped constants are scored on tests/data/serving_cases.csv by group. `--fit` fits them anew, in the
order of the file: what all software shares and the tuned level on closed loops, then the plain level on ML.ENERGY's rows and
the local one on llama.cpp's. `--left-out` fits again with every model and every chip left out whole, and with folds of
whole configurations, predicts what was left out, and takes the intervals from it. `--write` puts figures into the catalog.
"""

from __future__ import annotations

import copy
import csv
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from cluster_calc.errors import InputError  # noqa: E402
from cluster_calc.performance.serving.cases import Case, predicted  # noqa: E402
from cluster_calc.performance.serving.constants import book  # noqa: E402
from cluster_calc.performance.serving.rows import case_of, chip_named, model_named  # noqa: E402

PATH = ROOT / "catalog" / "serving.toml"
LEFT_OUT = ROOT / "tests" / "data" / "serving_left_out.csv"
CASES = ROOT / "tests" / "data" / "serving_cases.csv"
# Standard deviations: of the log of a constant around its start, of the log of a measurement around a right model.
SPREAD, NOISE, STEP, ROUNDS, FOLDS = 0.5, 0.15, 1e-3, 12, 5
CLOSED = ("inferencex", "nvidia-aiconfigurator")
# The families that the other levels of software are fitted on.
OTHERS = {"plain": "ml-energy", "local": "llama.cpp"}
# How much a row's rate and its time per token weigh in the fit.
WEIGHTS = {"rate": 1.0, "step": 0.5}
Errors = np.ndarray[Any, np.dtype[np.float64]]
Table = dict[str, Any]


class Measured:
    """A row and its case."""

    def __init__(self, row: Mapping[str, str], case: Case) -> None:
        self.row, self.case = row, case
        self.family, self.model, self.chip = row["family"], row["architecture"], row["chip"]
        self.rate, self.step = number(row, "output_tps_per_chip"), number(row, "tpot_ms") / 1e3
        self.first, self.power = number(row, "ttft_ms") / 1e3, number(row, "power_w")

    @property
    def configuration(self) -> tuple[str, ...]:
        """What siblings of a row share: they stay on one side of a fold."""
        return tuple(
            self.row[name]
            for name in ("family", "architecture", "chip", "weight_precision", "framework", "chips", "tp", "ep")
        )


def number(row: Mapping[str, str], head: str) -> float:
    """A cell as a number, NaN where it is blank."""
    return float(row[head]) if row[head] not in ("", "nan") else float("nan")


def measured(path: Path = CASES) -> list[Measured]:
    """Every row of the table that is a case."""
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                found.append(Measured(row, case_of(row, chip_named, model_named)))
            except InputError:
                continue
    return found


def off(rows: Sequence[Measured], table: Table | None = None) -> dict[str, Errors]:
    """Logs of predicted over measured: rate, time per token, time to the first token, power."""
    found = predicted([entry.case for entry in rows], table)
    with np.errstate(all="ignore"):
        return {
            "rate": np.log([p.output_rate / m.rate for p, m in zip(found, rows, strict=True)]),
            "step": np.log([p.step / m.step for p, m in zip(found, rows, strict=True)]),
            "first": np.log([p.first_token / m.first for p, m in zip(found, rows, strict=True)]),
            "power": np.log(
                [p.draw * m.case.values["tdp"] * m.case.chips / m.power for p, m in zip(found, rows, strict=True)]
            ),
        }


class Place:
    """One constant of the table that is fitted, by where it stands."""

    def __init__(self, *path: str) -> None:
        self.path = path

    def entry(self, table: Table) -> Any:
        for key in self.path[:-1]:
            table = table[key]
        return table[self.path[-1]]

    def start(self, table: Table) -> tuple[float, float, float]:
        """Start and bounds."""
        entry = self.entry(table)
        if isinstance(entry, dict):
            return float(entry["start"]), float(entry["low"]), float(entry["high"])
        return 1.0, 0.2, 5.0

    def value(self, table: Table) -> float:
        """Where it stands."""
        entry = self.entry(table)
        return float(entry["value"] if isinstance(entry, dict) else entry)

    def put(self, table: Table, value: float) -> None:
        entry = self.entry(table)
        if isinstance(entry, dict):
            entry["value"] = value
            return
        for key in self.path[:-1]:
            table = table[key]
        table[self.path[-1]] = value


def places(table: Table, *path: str) -> list[Place]:
    """The constants under a table that have a start."""
    under: Any = table
    for key in path:
        under = under[key]
    return [Place(*path, name) for name, entry in under.items() if isinstance(entry, dict) and "start" in entry]


def fit(
    rows: Sequence[Measured], table: Table, free: Sequence[Place], residuals: Callable[[Table], Errors] | None = None
) -> Table:
    """The most likely constants: Gauss-Newton on logs, errors above twice the noise weighing linearly, log-normal priors."""
    made = copy.deepcopy(table)
    starts = np.array([place.start(table) for place in free])
    begin, low, high = np.log(starts).T

    def at(x: Errors) -> Table:
        for place, value in zip(free, np.exp(x), strict=True):
            place.put(made, float(value))
        return made

    def differences(x: Errors) -> Errors:
        if residuals is not None:
            return residuals(at(x))
        found = off(rows, at(x))
        parts = [weight * np.nan_to_num(found[name], nan=0.0, posinf=0.0) for name, weight in WEIGHTS.items()]
        return np.concatenate(parts)

    def loss(x: Errors, found: Errors) -> float:
        return float(2 * (np.sqrt(1 + (found / NOISE) ** 2) - 1).sum() + (((x - begin) / SPREAD) ** 2).sum())

    # It begins where the table stands, which is near where it ends; the priors stay at their starts.
    here = np.log([max(place.value(table), 1e-12) for place in free])
    x, damping = np.clip(here, low + STEP, high - STEP), 1e-2
    now = differences(x)
    best = loss(x, now)
    for _ in range(ROUNDS):
        slopes = np.array([(differences(x + STEP * unit) - now) / STEP for unit in np.eye(len(free))]).T
        weight = 1 / np.sqrt(1 + (now / NOISE) ** 2) / NOISE**2
        curvature = slopes.T @ (weight[:, None] * slopes) + np.eye(len(free)) / SPREAD**2
        pull = slopes.T @ (weight * now) + (x - begin) / SPREAD**2
        for _ in range(5):
            move = np.linalg.solve(curvature + damping * np.diag(np.diag(curvature)), pull)
            trial = np.clip(x - move, low, high)
            there = differences(trial)
            if (value := loss(trial, there)) < best:
                x, now, better = trial, there, best - value
                best, damping = value, damping / 4
                break
            damping *= 4
        else:
            break
        if better < 1e-3 * best:
            break
    return copy.deepcopy(at(x))


def fitted(rows: Sequence[Measured], table: Table) -> Table:
    """Every constant, in three steps: later ones hold what earlier ones found."""
    closed = [entry for entry in rows if entry.family in CLOSED]
    engines = [Place("engine", "vllm", "time_factor"), Place("engine", "vllm", "moe_time_factor"),
               Place("engine", "sglang", "time_factor"), Place("engine", "sglang", "moe_time_factor")]  # fmt: skip
    shared = [place for place in places(table, "constants") if place.path[-1] not in (*FIRST, *DRAW)]
    table = fit(closed, table, [*shared, *places(table, "software", "tuned"), *engines])
    for level, family in OTHERS.items():
        if group := [entry for entry in rows if entry.family == family]:
            table = fit(group, table, places(table, "software", level))
    table = fit(
        closed, table, [Place("constants", name) for name in FIRST], lambda made: clean(off(closed, made)["first"])
    )
    power = [entry for entry in rows if entry.power == entry.power]
    if not power:
        return table
    return fit(power, table, [Place("constants", name) for name in DRAW], lambda made: clean(off(power, made)["power"]))


FIRST, DRAW = ("first_token_floor", "burst_share"), ("draw_base", "draw_slope")


def clean(found: Errors) -> Errors:
    """Errors with what was not measured set to none."""
    return np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0)


def summary(found: Iterable[float]) -> str:
    """Median and 90th percentile of the size of the errors, the median of predicted over measured, and the count."""
    logs = np.array([entry for entry in found if np.isfinite(entry)])
    if not logs.size:
        return "none"
    size = np.abs(np.expm1(logs))
    return f"{np.median(size):6.1%} / {np.percentile(size, 90):6.1%}  bias {np.exp(np.median(logs)):.2f}  ({logs.size})"


def report(rows: Sequence[Measured], found: Mapping[str, Errors], names: Sequence[str]) -> None:
    """Print the summaries of every group of rows."""
    for name in names:
        for key in sorted({str(getattr(entry, name)) for entry in rows}):
            chosen = [place for place, entry in enumerate(rows) if str(getattr(entry, name)) == key]
            print(f"  {name:8s} {key:32s}", *(f"{kind} {summary(found[kind][chosen])}" for kind in ("rate", "step")))


def group_of(entry: Measured) -> str:
    """What was known of a row: the intervals are taken by it."""
    if entry.case.level == "plain":
        return "plain"
    return "closed-loop" if entry.family in CLOSED else "batch-open"


def left_out(rows: Sequence[Measured], table: Table) -> dict[str, dict[str, Errors]]:
    """Errors of every row under constants that never saw its configuration, its model, or its chip.

    The other constants stay where the whole table put them; what is fitted anew starts from its own start.
    """
    found = {}
    kinds: dict[str, Callable[[Measured], str]] = {
        "configuration": lambda entry: str(zlib.crc32(repr(entry.configuration).encode()) % FOLDS),
        "model": lambda entry: entry.model,
        "chip": lambda entry: entry.chip,
    }
    for kind, key in kinds.items():
        errors = {name: np.full(len(rows), np.nan) for name in ("rate", "step", "first", "power")}
        for value in sorted({key(entry) for entry in rows}):
            out = [place for place, entry in enumerate(rows) if key(entry) == value]
            fitted_on = any(rows[place].family in (*CLOSED, *OTHERS.values()) for place in out)
            made = fitted([entry for entry in rows if key(entry) != value], table) if fitted_on else table
            for name, part in off([rows[place] for place in out], made).items():
                errors[name][out] = part
        found[kind] = errors
    return found


def intervals(rows: Sequence[Measured], errors: Mapping[str, Errors]) -> dict[str, dict[str, float]]:
    """Measured over predicted, 10th and 90th percentile, by what was known; and the errors' sizes."""
    found = {}
    groups = np.array([group_of(entry) for entry in rows])
    for name, kind in [*((name, "rate") for name in sorted(set(groups))), ("first-token", "first")]:
        chosen = errors[kind][(groups == name) | (name == "first-token")]
        chosen = chosen[np.isfinite(chosen)]
        low, high = np.exp(-np.percentile(chosen, [90, 10]))
        size = np.abs(np.expm1(chosen))
        found[name] = {
            "low": low,
            "high": high,
            "median": np.median(size),
            "p90": np.percentile(size, 90),
            "rows": chosen.size,
        }
    return found


def write(table: Table, found: Mapping[str, Mapping[str, float]] | None) -> None:
    """Put the figures into the catalog's file, each in its line; the rest of the file stays as it is."""
    lines, head = PATH.read_text(encoding="utf-8").splitlines(), ""
    for place, line in enumerate(lines):
        if line.startswith("["):
            head = line.strip("[]")
        name = line.partition(" = ")[0]
        under: Any = table
        for key in head.split(".", 1) if head else ():
            under = under.get(key.strip('"'), {}) if isinstance(under, dict) else {}
        if found and head.startswith("left_out."):
            figures = found.get(head.partition(".")[2], {})
            if name in figures:
                lines[place] = f"{name} = {figures[name]:.3g}" if name != "rows" else f"rows = {int(figures[name])}"
        elif isinstance(under.get(name), dict) and "start" in under[name]:
            lines[place] = re.sub(r"value = [^,}]+", f"value = {under[name]['value']:.4g}", line)
        elif name in ("time_factor", "moe_time_factor") and isinstance(under.get(name), float):
            lines[place] = f"{name} = {under[name]:.4g}"
    PATH.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    rows, table = measured(), copy.deepcopy(book())
    if "--fit" in sys.argv:
        table = fitted(rows, table)
    found = off(rows, table)
    closed = [place for place, entry in enumerate(rows) if entry.family in CLOSED]
    print("closed loop", *(f"{kind} {summary(found[kind][closed])}" for kind in ("rate", "step", "first")))
    print("power", summary(found["power"]))
    report(rows, found, ("family", "model", "chip"))
    ranges = None
    if "--left-out" in sys.argv:
        errors = left_out(rows, table)
        for kind, entry in errors.items():
            print("left out:", kind)
            print("closed loop", *(f"{name} {summary(entry[name][closed])}" for name in ("rate", "step", "first")))
            report(rows, entry, ("family", kind) if kind != "configuration" else ("family",))
        ranges = intervals(rows, errors["configuration"])
        save(rows, errors)
        print(ranges)
    if "--write" in sys.argv:
        write(table, ranges or intervals(rows, kept(rows)))


def kept(rows: Sequence[Measured]) -> dict[str, Errors]:
    """The errors on folds of configurations as they were saved."""
    with LEFT_OUT.open(encoding="utf-8", newline="") as file:
        found = {row["id"]: row for row in csv.DictReader(file)}
    return {
        name: np.array([number(found[entry.row["id"]], f"configuration_{name}") for entry in rows])
        for name in ("rate", "step", "first")
    }


def save(rows: Sequence[Measured], errors: Mapping[str, Mapping[str, Errors]]) -> None:
    """Keep the errors on what was left out, so that docs/serving.md is written without fitting again."""
    heads = [f"{kind}_{name}" for kind in errors for name in ("rate", "step", "first")]
    with LEFT_OUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", *heads, "power"])
        for place, entry in enumerate(rows):
            cells = [errors[kind][name][place] for kind in errors for name in ("rate", "step", "first")]
            cells.append(errors["configuration"]["power"][place])
            writer.writerow([entry.row["id"], *(f"{cell:.4f}" if np.isfinite(cell) else "" for cell in cells)])


if __name__ == "__main__":
    main()
