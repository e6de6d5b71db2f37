"""catalog/default_mfu.toml: the MFU of a run of which only size, chip and format are known, from measured steps and published runs.

    python tools/make_default_mfu.py

Each model of a source on a generation of chips is one vote: the median of its steps, or what its published hours imply. A cell
(generation, width of the format, dense or experts, size) holds the median of its votes; its range, 5th to 95th percentile, is
as wide as makes 80 % of the votes fall between the 10th and the 90th when each is left out of the median. A cell of fewer than
three votes has no figure of its own, and the next wider one stands for it. What a narrower format gains is
measured on pairs that differ in the format alone.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

from calibrate_performance import MEASURED, rows_of  # noqa: E402

from cluster_calc.catalog.current import catalog  # noqa: E402
from cluster_calc.errors import InputError  # noqa: E402
from cluster_calc.estimation.parts.default_mfu import LARGE, LEAST, WIDTHS, generation_of  # noqa: E402
from cluster_calc.tables.measured_steps import job_of, machine_in  # noqa: E402

TARGET = ROOT / "catalog" / "default_mfu.toml"
STEPS = ("measured_steps", "other_steps", "training_steps")
# Of a published total the share that trains: what `goodput` takes off again.
GOODPUT = 0.9
# Deviates of the 90th and the 95th percentile; votes whose weight the kind's spread has in a cell.
P90, P95, DRAWN = 1.2816, 1.6449, 5
Figures = np.ndarray[Any, np.dtype[np.float64]]
Vote = tuple[str, str, str, str, str]


def step_votes() -> tuple[dict[Vote, list[float]], dict[tuple[str, ...], dict[str, list[float]]]]:
    """Speeds of measured steps as MFU of 6 N, by vote; and speeds by what differs in the format alone."""
    votes: dict[Vote, list[float]] = defaultdict(list)
    pairs: dict[tuple[str, ...], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for name in STEPS:
        for row in rows_of(ROOT / "tests" / "data" / f"{name}.csv"):
            cells = {key: value for key, value in row.items() if value and key not in MEASURED}
            try:
                item = catalog().chip(row["chip"])
                job, machine = job_of(cells), machine_in(cells, item)
            except InputError:
                continue
            tokens = speed(row, job.active, job.layers * job.hidden_size * job.sequence_length, machine.counted_peak)
            if tokens is None or job.sequence_length > 16384 or job.frozen:
                continue
            width = WIDTHS["bf16"] if not machine.low_precision_peak else WIDTHS[machine.low_format]
            kind = "experts" if job.model.moe_layers else "dense"
            model = row.get("architecture") or f"{job.parameters:.3g}"
            key = (generation_of(item), str(width), kind, size_of(job.active), f"{row['family']} {model}")
            votes[key].append(6 * job.active * tokens / machine.counted_peak)
            same = (item.id, model, str(job.chips), str(job.sequence_length), row["family"])
            pairs[same][str(width)].append(tokens)
    return votes, pairs


def speed(row: dict[str, str], active: float, pairs: float, peak: float) -> float | None:
    """Tokens a second and chip of a row."""
    if row.get("tokens_per_second_per_chip"):
        return float(row["tokens_per_second_per_chip"])
    if row.get("tokens_per_second"):
        return float(row["tokens_per_second"]) / float(row["chips"])
    if row.get("mfu"):
        return float(row["mfu"]) * peak / (6 * active + 12 * pairs)
    return None


def run_votes() -> dict[Vote, list[float]]:
    """What published chip-hours, or days and chips, imply."""
    votes: dict[Vote, list[float]] = defaultdict(list)
    with (ROOT / "catalog" / "runs" / "validation.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["scope"] == "run" and row["tokens"] and row["params"]]
    for row in rows:
        try:
            item = catalog().chip(
                {"A100": "a100-80gb", "V100": "nvidia-v100-sxm2-32gb"}.get(row["chip"], row["chip"].lower())
            )
        except InputError:
            continue
        hours = float(row["gpu_hours_published"] or 0)
        if not hours and row["wall_clock_days_published"] and row["chips"]:
            hours = 24 * float(row["wall_clock_days_published"]) * float(row["chips"])
        width = min((WIDTHS[word] for word in row["precision"].replace("/", " ").split() if word in WIDTHS), default=16)
        if not hours or "circular" in row.get("reason", ""):
            continue
        active = float(row["params_active"] or row["params"])
        name = next(name for name, bits in WIDTHS.items() if bits == width and name in item.peaks)
        kind = "experts" if active < 0.95 * float(row["params"]) else "dense"
        key = (generation_of(item), str(width), kind, size_of(active), f"run {row['id']}")
        peak = float(item.peaks[name].value or 0.0)
        votes[key].append(6 * active * float(row["tokens"]) / (hours * 3600 * peak * GOODPUT))
    return votes


def size_of(active: float) -> str:
    """The size class of what works on a token."""
    return "large" if active >= LARGE else "small"


def cells(votes: dict[Vote, list[float]]) -> dict[str, dict[str, Any]]:
    """Every cell that has enough votes, from the narrowest to all."""
    found: dict[str, list[float]] = defaultdict(list)
    for (generation, width, kind, size, _), figures in votes.items():
        vote = float(np.median(figures))
        for made in {(generation, size), (generation, "all"), ("all", size), ("all", "all")}:
            found[f"{made[0]}.{width}.{kind}.{made[1]}"].append(vote)
    enough = {name: np.array(some) for name, some in sorted(found.items()) if len(some) >= LEAST}
    whole = {
        kind: np.concatenate([off(some) for name, some in enough.items() if kind in name])
        for kind in ("dense", "experts")
    }
    return {name: cell(some, whole["experts" if "experts" in name else "dense"]) for name, some in enough.items()}


def off(votes: Figures) -> Figures:
    """How far each vote lies from the median of the others, as a logarithm."""
    return np.array([abs(np.log(vote / np.median(np.delete(votes, place)))) for place, vote in enumerate(votes)])


def cell(votes: Figures, kin: Figures) -> dict[str, Any]:
    """The figures of a cell; a spread of few votes is drawn to that of their kind."""
    own, all_ = float(np.percentile(off(votes), 80)), float(np.percentile(kin, 80))
    spread = (len(votes) * own + DRAWN * all_) / (len(votes) + DRAWN)
    middle, ends = float(np.median(votes)), float(np.exp(spread * P95 / P90))
    return {"value": middle, "low": middle / ends, "high": min(middle * ends, 0.95), "count": len(votes)}


def gains(pairs: dict[tuple[str, ...], dict[str, list[float]]]) -> dict[str, dict[str, Any]]:
    """What a narrower format gains over the next wider one, on pairs alike but for the format."""
    found = {}
    for narrow, wide in (("8", "16"), ("4", "8")):
        ratios = [
            float(np.median(by[narrow]) / np.median(by[wide]))
            for by in pairs.values()
            if by.get(narrow) and by.get(wide)
        ]
        found[f"{wide}-{narrow}"] = {
            "value": np.median(ratios), "low": np.percentile(ratios, 5), "high": np.percentile(ratios, 95), "count": len(ratios),
        }  # fmt: skip
    return found


def text() -> str:
    """The file."""
    steps, pairs = step_votes()
    lines = [
        "# The MFU, 6 N counted against the dense peak of the format, of a run of which only size, chip and format are known.",
        "# Made by tools/make_default_mfu.py from measured steps and published runs; do not edit. A cell is generation.bits.kind.size;",
        "# `count` is of votes: one for each model of a source. A cell with too few is left out: the next wider one stands for it.",
        'source = "measured-steps-and-runs"',
        'as_of = "2026-12-01"',
    ]
    for title, table in (("gain", gains(pairs)), ("cell", cells({**steps, **run_votes()}))):
        lines += ["", f"[{title}]"]
        for name, entry in table.items():
            figures = ", ".join(f"{key} = {entry[key]:.3g}" for key in ("value", "low", "high", "count"))
            lines.append(f'"{name}" = {{{figures}}}')
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
