"""docs/forecast.md: forecasts against truth, each from only what a planner knows, with what the calibration never saw; misses included."""

from __future__ import annotations

import csv
import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from calibrate_performance import LEFT_OUT, rows_of
from make_default_mfu import run_votes, step_votes, text

import cluster_calc as cc
from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError
from cluster_calc.estimation.parts import default_mfu
from cluster_calc.performance.training.prediction import spread_of

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "forecast.md"
STEPS = ROOT / "tests" / "data" / "training_steps.csv"
RUNS = ROOT / "catalog" / "runs" / "validation.csv"
WAYS = {"half": "half out", "model": "model out", "chip": "chip out", "shipped": "shipped figures"}
# The catalog's models behind published runs.
KNOWN = {
    "llama1-65b": "llama-1-65b", "llama2-70b": "llama-2-70b", "llama3-70b": "llama-3-70b", "llama31-8b": "llama-3-8b",
    "llama31-70b": "llama-3-70b", "llama31-405b": "llama-3.1-405b", "llama4-scout": "llama-4-scout", "falcon-40b": "falcon-40b",
    "falcon-180b": "falcon-180b", "phi-4": "phi-4", "olmoe": "olmoe-1b-7b", "nemotron4-15b-s3": "nemotron-4-15b",
    "pythia-1b": "", "glm-130b": "", "starcoder-15b": "",
}  # fmt: skip
# Chips of a run whose card does not say them.
CHIPS = 2048


def runs() -> Iterator[dict[str, Any]]:
    """Published runs with chip-hours, tokens and size, ready for a forecast."""
    with RUNS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["scope"] == "run" and row["tokens"] and row["params"]]
    for row in rows:
        hours = float(row["gpu_hours_published"] or 0)
        if not hours and row["wall_clock_days_published"] and row["chips"]:
            hours = 24 * float(row["wall_clock_days_published"]) * float(row["chips"])
        chip = {"A100": "a100-80gb", "V100": "nvidia-v100-sxm2-32gb"}.get(row["chip"], row["chip"].lower())
        try:
            item = catalog().chip(chip)
        except InputError:
            continue
        if not hours or "circular" in row.get("reason", "") or float(row["tokens"]) < 1e11:
            continue
        precision = "fp8" if row["precision"].startswith("fp8") else "bf16" if "bf16" in item.peaks else "fp16"
        given = {
            "tokens": float(row["tokens"]),
            "chip": item.id,
            "chips": int(float(row["chips"] or CHIPS)),
            "precision": precision,
        }
        sizes = {"parameters": float(row["params"])}
        if row["params_active"]:
            sizes["active_parameters"] = float(row["params_active"])
        yield {"id": row["id"], "name": row["model"], "hours": hours, "given": given, "sizes": sizes}


@contextmanager
def without_vote(name: str, steps: Mapping[Any, Any], votes: Mapping[Any, Any]) -> Iterator[None]:
    """The default cells made anew without a run's own vote."""
    from make_default_mfu import cells

    rest = {key: figures for key, figures in votes.items() if key[-1] != f"run {name}"}
    held = default_mfu._cells
    made = {**tomllib.loads(text_once()), "cell": cells({**steps, **rest})}
    default_mfu._cells = lambda: made  # type: ignore[assignment]
    try:
        yield
    finally:
        default_mfu._cells = held


_TEXT: list[str] = []


def text_once() -> str:
    """The file of default cells, made once."""
    if not _TEXT:
        _TEXT.append(text())
    return _TEXT[0]


def forecast(given: Mapping[str, Any]) -> tuple[float, float, float]:
    """Chip-hours of a run: as planned, and the 10th and 90th percentile."""
    result = cc.estimate(**given, ranges=True, draws=2048)
    base = float(result.in_unit("chip_hours"))
    return base, float(result.percentile("chip_hours", 10) or base), float(result.percentile("chip_hours", 90) or base)


def run_lines() -> tuple[list[str], dict[str, list[tuple[float, bool]]]]:
    """Every run with its forecasts, and the errors by what was known."""
    steps, votes = step_votes()[0], run_votes()
    lines, errors = [], {"size": [], "model": [], "0.40": []}  # type: ignore[var-annotated]
    for run in runs():
        with without_vote(run["id"], steps, votes):
            by_size = forecast({**run["given"], **run["sizes"]})
        constant = forecast({**run["given"], **run["sizes"], "mfu": 0.4})[0]
        known = KNOWN.get(run["id"], "")
        by_model = forecast({**run["given"], "model": known}) if known else None
        cells = [run["name"], f"{run['hours']:,.0f}"]
        for name, found in (("size", by_size), ("model", by_model)):
            if found is None:
                cells.append("")
                continue
            held = found[1] <= run["hours"] <= found[2]
            errors[name].append((found[0] / run["hours"] - 1, held))
            cells.append(
                f"{found[0]:,.0f} ({found[1]:,.0f} to {found[2]:,.0f}), {found[0] / run['hours'] - 1:+.0%}{'' if held else ', outside'}"
            )
        errors["0.40"].append((constant / run["hours"] - 1, False))
        cells.append(f"{constant / run['hours'] - 1:+.0%}")
        lines.append("| " + " | ".join(cells) + " |")
    return lines, errors


def step_rows() -> list[dict[str, Any]]:
    """Every step that was left out, with its groups."""
    by_id = {row["id"]: row for row in rows_of(STEPS)}
    with LEFT_OUT.open(encoding="utf-8", newline="") as file:
        return [{**by_id[row["id"]], "ratios": {way: float(row[way]) for way in WAYS}} for row in csv.DictReader(file)]


def groups(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Rows by kind, chip, model and year of the software."""
    yield "dense, up to 16k tokens", [row for row in rows if row["moe"] != "1" and not _long(row)]
    yield "long context or context parallel", [row for row in rows if row["moe"] != "1" and _long(row)]
    yield "mixture of experts", [row for row in rows if row["moe"] == "1"]
    for column in ("chip", "architecture", "family"):
        for name in sorted({row[column] for row in rows}):
            yield f"{column}: {name or 'not named'}", [row for row in rows if row[column] == name]
    for year in sorted({row["release"][:2] for row in rows if row["release"]}):
        yield f"software of 20{year}", [row for row in rows if row["release"].startswith(year)]


def _long(row: Mapping[str, str]) -> bool:
    return float(row["sequence"]) > 16384 or float(row["context_parallel"] or 1) > 1


def _size(ratios: Iterable[float]) -> str:
    off = np.abs(np.array(list(ratios)) - 1)
    return f"{100 * np.median(off):.1f} / {100 * np.percentile(off, 90):.0f} %"


def step_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """A line for every group."""
    return [
        f"| {name} | {len(some)} | " + " | ".join(_size(row["ratios"][way] for row in some) for way in WAYS) + " |"
        for name, some in groups(rows)
        if some
    ]


def constant_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The same rows from one utilisation for all, and from one by kind and format, fitted to the rows themselves."""
    from make_default_mfu import speed

    from cluster_calc.tables.measured_steps import job_of, machine_in

    found = []
    for row in rows:
        cells = {key: value for key, value in row.items() if isinstance(value, str) and value}
        job, machine = job_of(cells), machine_in(cells, catalog().chip(row["chip"]))
        tokens = speed(cells, job.active, 0.0, 0.0)
        if tokens:
            found.append(
                (
                    row["moe"] == "1",
                    machine.low_format if machine.low_precision_peak else "16 bit",
                    6 * job.active * tokens / machine.counted_peak,
                )
            )
    lines = []
    for name, key in (("one MFU for all", lambda _: 0), ("one for each kind and format", lambda entry: entry[:2])):
        by: dict[Any, list[float]] = {}
        for entry in found:
            by.setdefault(key(entry), []).append(entry[2])
        for kind, words in ((False, "dense"), (True, "experts")):
            ratios = [float(np.median(by[key(entry)])) / entry[2] for entry in found if entry[0] == kind]
            lines.append(f"| {name} | {words} | {len(ratios)} | {_size(ratios)} |")
    return lines


def held_share(rows: Sequence[dict[str, Any]], way: str) -> str:
    """Share of the measured speeds within the printed range around what was predicted without them."""
    held = []
    for row in rows:
        low, high = spread_of(row["moe"] == "1")
        held.append(low <= 1 / row["ratios"][way] <= high)
    return f"{np.mean(held):.0%}"


def worst(rows: Sequence[dict[str, Any]], count: int = 12) -> list[str]:
    """The rows that are missed by most when their model is left out."""
    far = sorted(rows, key=lambda row: -abs(math.log(row["ratios"]["model"])))[:count]
    return [
        f"| {row['id']} | {row['model']} | {row['chip']} | {row['precision']} | {row['ratios']['model']:.2f} | {row['ratios']['shipped']:.2f} |"
        for row in far
    ]


def pages() -> dict[Path, str]:
    """The page with its text."""
    rows = step_rows()
    runs_, errors = run_lines()
    summary = [
        f"| {words} | {len(errors[name])} | {_size(1 + off for off, _ in errors[name])} | "
        f"{np.mean([held for _, held in errors[name]]):.0%} |"
        for name, words in (("size", "size, tokens, chip"), ("model", "model by name, tokens, chips"))
    ]
    lines = [
        "# Forecast against truth",
        "",
        "<!-- generated by tools/docs_forecast.py: do not edit -->",
        "",
        "`docs/validation.md` feeds each run its own published utilisation and so tests the arithmetic. This page tests the forecast: each row is",
        "predicted from only what a planner knows, by figures that never saw it. No row, model or chip has a constant of its own.",
        "",
        "## Chip-hours of published runs",
        "",
        "No utilisation is given. *Size*: the default MFU of the run's size, kind, chip and format (`catalog/default_mfu.toml`), made anew without",
        "the run's own vote. *Model*: `--model`, layout and batch found or assumed. The calibration of steps saw no run; what runs reach of a step",
        "([run] in `catalog/performance.toml`, three figures) was set on these and four more, so that column is no blind one. A card's total holds",
        "restarts and reruns, which is what a planner is asked to budget. In brackets P10 to P90.",
        "",
        "| known | runs | error: median / P90 | inside P10 to P90 |",
        "| :-- | --: | --: | --: |",
        *summary,
        f"| one MFU of 0.40 | {len(errors['0.40'])} | {_size(1 + off for off, _ in errors['0.40'])} | |",
        "",
        "| run | published chip-hours | from the size | from the model | MFU 0.40 |",
        "| :-- | --: | :-- | :-- | --: |",
        *runs_,
        "",
        "## Training steps",
        "",
        f"{len(rows)} steps of `tests/data/training_steps.csv` whose layout is printed (Megatron-Bridge 25.09 to 26.08, NeMo, Llama 3, torchtitan,",
        "Primus), tokens a second and chip: the error's median / 90th percentile. *Out*: fitted again without half of the configurations, without",
        "the row's model, without its chip. The three figures of dense steps stay (91 other steps, `docs/utilisation.md`).",
        "",
        "| group | rows | " + " | ".join(WAYS.values()) + " |",
        "| :-- | --: |" + " --: |" * len(WAYS),
        *step_lines(rows),
        "",
        f"The printed P10 to P90 hold {held_share(rows, 'half')} of the rows with half left out, {held_share(rows, 'model')} with the model, "
        f"{held_share(rows, 'chip')} with the chip.",
        "",
        "The same rows from a constant, fitted to the rows themselves:",
        "",
        "| constant | kind | rows | error: median / P90 |",
        "| :-- | :-- | --: | --: |",
        *constant_lines(rows),
        "",
        "Farthest misses with the model left out (predicted over measured):",
        "",
        "| step | model | chip | format | model out | shipped |",
        "| :-- | :-- | :-- | :-- | --: | --: |",
        *worst(rows),
        "",
        "What is not modelled and shows here: the same job moves from release to release (gpt-oss 120B on 64 GB200: 28,947 tokens a second and chip in",
        "26.06, 18,304 in 26.06.01, 28,672 in 26.08); attention with sinks ran unfused in early releases; what torchtitan and Llama 3 did at long",
        "context is not printed. Routing is balanced by force in the measured steps. Hybrids of state-space layers (Nemotron 3) are not predicted.",
        "",
    ]
    return {PAGE: "\n".join(lines)}
