"""Ranges → draws → what can be said of a result: percentiles with standard errors, mean, where the base value sits.

The same model runs on fixed blocks of draws counted from the seed; sums are taken block by block, so that any number of
processes gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cluster_calc.draws.sampling import correlations_of, replicates
from cluster_calc.draws.statistics import DEFAULT_DRAWS, ROUNDING, blocks, smoothing_width
from cluster_calc.errors import InputError

if TYPE_CHECKING:
    from cluster_calc.estimation.result import Result

# What an estimate of each mode sizes: decisions that the draws keep.
SIZED = {
    "fixed-time": ("chips",),
    "serve": ("tensor_parallel", "attention_parallel", "expert_parallel", "pipeline_parallel", "disaggregated", "batch",
              "replicas", "spare_replicas", "chips"),
}  # fmt: skip
# The most that one estimate holds in memory; a sweep streams.
MOST_BYTES = 4e9


def held(result: Result, resize: bool = False) -> dict[str, Any]:
    """The values an uncertain run keeps: its inputs, and the number of chips where it was sized, which is a decision."""
    fixed = {name: datum.value for name, datum in result.data.items() if datum.value is not None}
    if not resize:
        fixed |= {name: result.values[name] for name in SIZED.get(result.mode, ()) if name in result.values}
    return fixed


def drawn(result: Result, ranged: list[str], settings: Mapping[str, Any]) -> Result:
    """The result with samples of everything that varies."""
    from dataclasses import replace

    import numpy as np

    draws, seed = settings.get("draws", DEFAULT_DRAWS), settings.get("seed", 0)
    method = settings.get("sampling", "lattice")
    fixed = held(result, bool(settings.get("resize")))
    plan = result.model.plan(fixed)
    varying = set(ranged)
    for step in plan:
        if varying.intersection(step.inputs):
            varying.add(step.name)
    kept = [name for name in (*ranged, *(step.name for step in plan)) if name in varying]
    if draws * len(kept) * 8 > MOST_BYTES:
        most = int(MOST_BYTES / len(kept) / 8)
        raise InputError(
            f"draws: {draws} draws of {len(kept)} quantities do not fit in memory; take at most {most}, or let "
            "`cluster-calc sweep` write them to a file"
        )
    correlations = correlations_of(settings.get("correlate", ""), ranged)
    samples = {name: np.empty(draws) for name in kept}
    for place, inputs in blocks(result.data, ranged, draws, seed, method, correlations):
        values = result.model.evaluate({**fixed, **inputs})
        for name in result.model.implicit:
            if lost := np.count_nonzero(np.isnan(values.get(name, 0.0))):
                raise InputError(
                    f"{name} cannot be found in {lost:,} of {place.stop - place.start:,} draws, where none is enough: narrow a "
                    "range, or leave out --resize"
                )
        for name in kept:
            samples[name][place] = values[name]
            if np.isfinite(samples[name][place]).all():
                continue
            raise InputError(
                f"{name} comes out beyond what a number can hold in some draws: a range is out of proportion"
            )
    batches, width = replicates(draws, method), smoothing_width(draws, method)
    return replace(result, samples=samples, draws=draws, seed=seed, batches=batches, width=width)


def without_constants(result: Result) -> Result:
    """The result without samples of what the ranges cancel out of (time · rate = work): they differ by rounding alone."""
    from dataclasses import replace

    kept = {name: sample for name, sample in result.samples.items() if name in result.data or not _constant(sample)}
    return replace(result, samples=kept)


def _constant(sample: Any) -> bool:
    small = ROUNDING * abs(float(sample[0]))
    return abs(float(sample[-1] - sample[0])) <= small and float(sample.max() - sample.min()) <= small
