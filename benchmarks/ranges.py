"""Speed and error of ranges and sweeps, each beside what the machine itself can do.

    PYTHONPATH=. python benchmarks/ranges.py            all but the 10^8-row file
    PYTHONPATH=. python benchmarks/ranges.py parquet    10^8 rows to Parquet, with peak memory (minutes, 2 GB of disk)

Ratios are of one run on one machine; `docs/speed.md` records one.
"""

from __future__ import annotations

import ast
import inspect
import resource
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

import cluster_calc as cc
from cluster_calc.draws import sampling
from cluster_calc.draws.statistics import percentiles
from cluster_calc.estimation.drawing import drawn, held
from cluster_calc.quantities.shapes import value_at
from cluster_calc.scenario.layers import gather
from cluster_calc.studies import sweeping
from cluster_calc.studies.extremes import extremes
from cluster_calc.studies.grid import plan_sweep

RUN = {"training_compute": 2e25, "chip": "h100"}
DRAWS = 1_000_000


def best(work: Callable[[], Any], times: int = 3, clock: Callable[[], float] = time.process_time) -> float:
    """Seconds of the quickest of a few runs: processor time, which other work on the machine moves least."""
    found = []
    for _ in range(times):
        begun = clock()
        work()
        found.append(clock() - begun)
    return min(found)


def of_children() -> float:
    """Processor seconds of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def machine() -> None:
    """The limits that everything else is seen against."""
    random = np.random.Generator(np.random.PCG64(1))
    block, large, out = np.ones(16_384), np.ones(20_000_000), np.empty(20_000_000)
    print(f"normal draws      {16_384 / best(lambda: random.standard_normal(16_384), 50) / 1e6:8.0f} M/s")
    print(f"exp, in cache     {16_384 / best(lambda: np.exp(block), 50) / 1e6:8.0f} M/s")
    print(f"memory, copying   {2 * large.nbytes / best(lambda: np.copyto(out, large)) / 1e9:8.1f} GB/s")


def straight_line(result: cc.Result, ranged: list[str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The varying formulas written out one below the other, as one would by hand: no graph, whole arrays."""
    fixed = held(result)
    varying, lines, scope = set(ranged), [], {"np": np}
    for step in result.model.plan(fixed):
        if not varying.intersection(step.inputs):
            continue
        varying.add(step.name)
        body = ast.parse(textwrap.dedent(inspect.getsource(step.formula))).body[0]
        assert isinstance(body, ast.FunctionDef)
        scope |= {name: value for name, value in step.formula.__globals__.items() if name.isupper()}
        for line in body.body:
            if isinstance(line, ast.Assign):
                lines.append(ast.unparse(line))
            elif isinstance(line, ast.Return):
                assert line.value is not None
                lines.append(f"{step.name} = {ast.unparse(line.value)}")
    known = result.model.evaluate(fixed)
    heads = [f"{name} = known[{name!r}]" for name in known if name not in varying]
    heads += [f"{name} = drawn[{name!r}]" for name in ranged]
    names = ", ".join(f"{name!r}: {name}" for name in sorted(varying))
    code = "def run(drawn):\n    " + "\n    ".join([*heads, *lines, f"return {{{names}}}"])
    scope["known"] = known
    exec(code, scope)
    found: Callable[[dict[str, Any]], dict[str, Any]] = scope["run"]  # type: ignore[assignment]
    return found


def monte_carlo() -> None:
    """10^6 plain draws of the whole estimate against numpy written by hand."""
    few = cc.estimate(**RUN, ranges=True, draws=64)
    ranged = [name for name in few.samples if name in few.data]
    by_hand = straight_line(few, ranged)
    settings = {"draws": DRAWS, "seed": 0, "sampling": "plain"}

    def ours() -> dict[str, Any]:
        result = drawn(few, ranged, settings)
        return {name: percentiles(sample, (10, 50, 90)) for name, sample in result.samples.items()}

    def hand(size: int) -> dict[str, Any]:
        samples: dict[str, Any] = {}
        for start in range(0, DRAWS, size):
            inputs = {name: value_at(few.data[name], np.concatenate(
                [sampling.plain_normals(name, 0, block) for block in
                 range(start // sampling.BLOCK, -(-(start + size) // sampling.BLOCK))])[: min(size, DRAWS - start)])
                for name in ranged}  # fmt: skip
            for name, sample in by_hand(inputs).items():
                samples.setdefault(name, np.empty(DRAWS))[start : start + size] = sample
        return {name: percentiles(sample, (10, 50, 90)) for name, sample in samples.items()}

    one, other = ours(), hand(DRAWS)
    assert all(one[name] == other[name] for name in other), "not the same arithmetic"
    spent, whole, blocked = best(ours), best(lambda: hand(DRAWS)), best(lambda: hand(sampling.BLOCK))
    print(
        f"10^6 plain draws  {spent:8.2f} s   {len(one)} quantities with P10, P50, P90; {DRAWS / spent / 1e6:.2f} M draws/s"
    )
    print(
        f"  by hand, whole arrays {whole:.2f} s: ratio {spent / whole:.2f};  in blocks {blocked:.2f} s: ratio {spent / blocked:.2f}"
    )


def errors(chips: Sequence[str] = ("h100", "b200", "mi300x"), seeds: int = 24) -> None:
    """The error of P10, P50 and P90 of the run cost over seeds, in percent, by method and number of draws.

    Beside it what 10^6 plain draws have, from the distribution's density; `control` shifts by the log-linear surrogate.
    """
    wanted = (10.0, 50.0, 90.0)
    for chip in chips:
        given = {"training_compute": 2e25, "chip": chip, "ranges": True}
        # Many shifts of lattices of the sizes in use: sets of a few very long ones differed by more than their spread said.
        many = [cc.estimate(**given, draws=1 << 15, seed=1000 + seed).samples["run_cost"] for seed in range(128)]
        truth = np.mean([list(percentiles(sample, wanted).values()) for sample in many], axis=0) / 1.0
        slopes = [np.subtract(*percentiles(np.concatenate(many), (p + 1, p - 1)).values()) / 0.02 for p in wanted]
        million = [
            100 * np.sqrt(p * (100 - p)) / 100 / 1e3 * slope / value
            for p, slope, value in zip(wanted, slopes, truth, strict=True)
        ]
        print(f"error of run cost, {chip}, % (P10 P50 P90): root mean square over {seeds} seeds; "
              f"10^6 plain draws {' '.join(f'{value:.3f}' for value in million)}")  # fmt: skip
        for draws in (4096, 16_384, 32_768, 49_152, 65_536):
            for method in ("plain", "lattice"):
                results = [cc.estimate(**given, draws=draws, seed=seed, sampling=method) for seed in range(seeds)]
                rows = {
                    "raw": [list(percentiles(entry.samples["run_cost"], wanted).values()) for entry in results],
                    "smoothed": [[entry.percentile("run_cost", p) for p in wanted] for entry in results],
                    "control": [controlled(entry) for entry in results],
                }
                if method == "plain":
                    del rows["smoothed"]  # it is not, nor should it be
                for label, values in rows.items():
                    off = 100 * np.sqrt(np.mean((np.array(values) / truth - 1) ** 2, axis=0))
                    print(f"  {draws:7d} {method:8s} {label:8s} " + " ".join(f"{value:.3f}" for value in off))


def controlled(result: cc.Result) -> list[float]:
    """P10, P50 and P90 sharpened by the log-linear surrogate of the output, whose distribution is known."""
    names = [name for name in result.samples if name in result.data]
    parts = sampling.normals(names, result.seed or 0, result.draws, 0, sampling.BLOCK, "plain")
    settings = result.scenario.settings
    method = settings.get("sampling", "lattice")
    starts = range(0, result.draws, sampling.BLOCK)
    z = {name: np.concatenate([
        sampling.normals([name], result.seed or 0, result.draws, start, min(start + sampling.BLOCK, result.draws), method)[name]
        for start in starts]) for name in parts}  # fmt: skip
    sample = result.samples["run_cost"]
    columns = np.vstack([np.ones(result.draws), *z.values()])
    slope = np.linalg.lstsq(columns.T, np.log(sample), rcond=None)[0]
    surrogate, spread = slope @ columns, float(np.sqrt((slope[1:] ** 2).sum()))
    found = []
    for percent in (10, 50, 90):
        below = surrogate <= slope[0] + spread * NormalDist().inv_cdf(percent / 100)
        inside = sample <= np.percentile(sample, percent)
        beta = np.cov(below, inside)[0, 1] / below.var()
        moved = percent + 100 * beta * (below.mean() - percent / 100)
        found.append(float(percentiles(sample, (float(np.clip(moved, 0, 100)),), result.width).popitem()[1]))
    return found


def sweeps() -> None:
    """A sweep of 6 × 10^7 points: extremes and percentiles. What a second process gains: benchmarks/processes.py."""
    merged = gather(RUN, origin="call")
    vary = {"mfu": "0.3:0.5:2000", "pue": "1.1:1.5:1000", "electricity_price": "4:16:30 cent/kWh"}
    planned = plan_sweep(merged, vary, results=["run_cost"])
    one = best(lambda: extremes(planned), 3)
    print(f"sweep, run cost   {planned.points / one / 1e6:8.1f} M rows/s a core")
    many = plan_sweep(merged, {**vary, "electricity_price": "4:16:5 cent/kWh"})
    spent = best(lambda: extremes(many), 1)
    print(f"  all {len(many.results)} results  {many.points / spent / 1e6:8.1f} M rows/s a core")


def cold_start() -> None:
    """What --ranges adds to a command, by the clock and in processor time."""
    command = [sys.executable, "-m", "cluster_calc", "estimate", "--flop", "2e25", "--chip", "h100"]
    for label, clock in (("by the clock", time.perf_counter), ("processor", of_children)):
        bare, ranged = (
            best(lambda more=more: subprocess.run([*command, *more], check=True, capture_output=True), 7, clock)
            for more in ([], ["--ranges"])
        )
        print(f"cold start        {1e3 * bare:8.0f} ms {label}; --ranges adds {1e3 * (ranged - bare):.0f} ms")


def parquet() -> None:
    """10^8 rows to Parquet: time, size and peak memory."""
    planned = plan_sweep(
        gather(RUN, origin="call"),
        {"mfu": "0.3:0.5:1000", "pue": "1.1:1.5:1000", "electricity_price": "4:16:100 cent/kWh"},
        results=["run_cost", "training_time"],
    )
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path = Path(folder) / "x.parquet"
        begun = time.perf_counter()
        sweeping.to_file(planned, path)
        spent = time.perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{planned.rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB in {spent:.0f} s "
              f"({planned.rows / spent / 1e6:.1f} M rows/s), peak {peak:.0f} MB")  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:] == ["parquet"]:
        parquet()
    else:
        for part in (machine, monte_carlo, sweeps, cold_start, errors):
            part()
