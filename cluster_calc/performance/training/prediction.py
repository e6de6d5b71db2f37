"""MFU from first principles: the layout that trains fastest among those that fit, and its utilisation.

`step_time` gives the seconds of a step, `layouts` the ways to spread it and their memory, `efficiencies` the figures of
chips and software. No measurement is looked up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cluster_calc.catalog.chips import Chip
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.formulas.utilisation import flop_per_token
from cluster_calc.performance.efficiencies import RECOMPUTE, Constants, constants_of, spreads
from cluster_calc.performance.training.layouts import layer_bytes, layouts, memory_of
from cluster_calc.performance.training.step_time import Job, Layout, Machine, step_parts

# Half precision runs everything; below it run the matrix products of the layers alone.
HALF_PRECISIONS = ("bf16", "fp16")
LOW_PRECISIONS = ("fp8", "fp4", "int8")
# The largest run, and the longest sequence, that the measurements behind the calibration reach.
MOST_CHIPS, LONGEST = 3072, 65536


@dataclass(frozen=True, slots=True)
class Prediction:
    """The predicted utilisation, the layout behind it, and the parts of its step in seconds.

    `recomputed` is the share of the layers that are recomputed in full besides `recompute`. `within` says that it fits in the
    usable memory; `fits` lets what was given in full have the whole memory, since it may have run without a reserve.
    """

    mfu: float
    hfu: float
    layout: Layout
    recompute: str
    recomputed: float
    step_time: float
    tokens_per_second: float
    parts: Mapping[str, float]
    memory_needed: float
    activation_bytes: float
    recomputed_bytes: float
    within: bool
    fits: bool
    generation: str
    beyond: tuple[str, ...]

    @property
    def layout_text(self) -> str:
        """The layout in words."""
        at = self.layout
        groups = {"tensor": at.tensor_parallel, "pipeline": at.pipeline_parallel, "context": at.context_parallel,
                  "expert": at.expert_parallel, "data": at.data_parallel}  # fmt: skip
        sizes = [f"{name} {size:.0f}" for name, size in groups.items() if size > 1 or name not in ("context", "expert")]
        return (
            f"{' × '.join(sizes)}, micro-batch {at.micro_batch:.0f}, interleave {at.interleave:.0f}, "
            f"recomputation: {self.recomputation}"
        )

    @property
    def recomputation(self) -> str:
        """What is recomputed, in words."""
        if not self.recomputed:
            return self.recompute
        if self.recomputed > 0.995:
            return "full"
        besides = "" if self.recompute == "none" else f"{self.recompute}, and "
        return f"{besides}full in {math.ceil(100 * self.recomputed)} % of the layers"


def machine_of(
    item: Chip,
    precision: str | None = None,
    *,
    scaleout_bandwidth: float | None = None,
    latency: float | None = None,
    scaleup_bandwidth: float | None = None,
) -> Machine:
    """A catalog chip as a machine; raises InputError for a figure that the catalog lacks.

    The network's bandwidth is one direction's, the scale-up links' both directions', as vendors quote them.
    """
    known = constants_of(item)
    wanted = item.precision(precision)
    if wanted not in HALF_PRECISIONS + LOW_PRECISIONS:
        raise InputError(
            f"precision: {quoted(wanted)} is not one that a predicted MFU knows: "
            f"{', '.join(HALF_PRECISIONS + LOW_PRECISIONS)}"
        )
    half = wanted if wanted in HALF_PRECISIONS else item.precision(None)

    def figure(name: str) -> float:
        datum = item.figures.get(name)
        if datum is None or datum.value is None:
            raise InputError(
                f"{name}: not known for {item.name}, and a predicted MFU needs it; add it to the chip in a catalog of your own"
            )
        return float(datum.value)

    for name in (wanted, half):
        if name not in item.peaks or item.peaks[name].value is None:
            raise InputError(f"precision: {item.name} has no {quoted(name)} peak in the catalog")
    return Machine(
        peak=float(item.peaks[half].value), counted_peak=float(item.peaks[wanted].value), memory=figure("memory"),
        memory_bandwidth=figure("memory_bandwidth"), scaleup_bandwidth=(scaleup_bandwidth or figure("scaleup_bandwidth")) / 2,
        scaleout_bandwidth=scaleout_bandwidth or known.scaleout_bandwidth,
        latency=known.latency if latency is None else latency,
        low_precision_peak=float(item.peaks[wanted].value) if wanted in LOW_PRECISIONS else 0.0,
        low_format=wanted if wanted in LOW_PRECISIONS else "fp8",
    )  # fmt: skip


def model_flop(job: Job) -> float:
    """FLOP of the model for a token: 6 for each active parameter, and attention to every token that a query may meet.

    Of 2 L h for each pair of tokens forward, as many as queries and values are wide, windows and latent heads by their own size.
    """
    if job.shapes is None:
        return float(flop_per_token(
            flop_per_parameter_token=6.0, counted_parameters=job.active, flop_per_attended_token=12.0,
            layers=job.layers, hidden_size=job.hidden_size, sequence_length=job.sequence_length,
        ))  # fmt: skip
    shapes = job.shapes
    return 6.0 * job.active + 6.0 * (shapes.query_width + shapes.value_width) * shapes.attended(job.sequence_length)


def hardware_flop(job: Job, model: float, recompute: str) -> float:
    """FLOP executed for a token, counted as the family of the job's software does.

    Sharded data parallel prints 4/3 of the model's FLOP under full recomputation; Megatron-LM repeats all but the
    head (96 B s l h² (1 + s/6h + V/16lh), arXiv:2104.04473 eq. 3); selective recomputation counts attention twice
    (1 + s/3h, arXiv:2205.05198), unless it is fused: then nothing is left to repeat.
    """
    attention = 12.0 * job.layers * job.hidden_size * job.sequence_length
    if recompute == "selective":
        return model if job.stack.fused else model + attention
    if recompute == "full":
        head = 0.0 if job.sharded_data_parallel else 6.0 * job.vocabulary * job.hidden_size
        return (model - head) * 4 / 3 + head
    return model


@dataclass(frozen=True, slots=True)
class _Way:
    """What one kind of recomputation makes of every layout."""

    recompute: str
    recomputed: Any
    needed: Any
    fits: Any
    parts: dict[str, Any]
    time: Any


def _ways(job: Job, machine: Machine, known: Constants, at: Layout) -> list[_Way]:
    """Given recomputation as it is; open, as many layers are recomputed in full as the memory asks for."""
    if job.recompute and job.recompute not in RECOMPUTE:
        raise InputError(
            f"recompute: {quoted(job.recompute)} is not one of {', '.join(RECOMPUTE)}."
            f"{did_you_mean(job.recompute, RECOMPUTE)}"
        )
    limit = machine.memory * (1 - known.memory_reserve)

    def kind(name: str) -> tuple[Any, dict[str, Any]]:
        return memory_of(job, at, name, machine.low_precision_peak > 0), step_parts(
            replace(job, recompute=name), machine, at, known
        )

    if job.recompute:
        needed, parts = kind(job.recompute)
        none = np.zeros_like(needed)
        return [_Way(job.recompute, none, needed, needed <= limit, parts, sum(parts.values()))]
    least, slowest = kind("full")
    ways = []
    for name in ("none",) if job.stack.fused else ("none", "selective"):
        most, fastest = kind(name)
        share = np.clip((most - limit) / np.maximum(most - least, 1.0), 0.0, 1.0)
        needed = (1 - share) * most + share * least
        parts = {part: (1 - share) * fastest[part] + share * slowest[part] for part in fastest}
        ways.append(_Way(name, share, needed, needed <= limit * (1 + 1e-9), parts, sum(parts.values())))
    return ways


def predict(job: Job, machine: Machine, known: Constants) -> Prediction:
    """The fastest layout that fits in memory, or the given one, and its utilisation.

    Where no layout fits, the one that needs least memory is taken, and `fits` is False. MFU counts 6 FLOP for each active
    parameter and 12 L h for every pair of tokens.

    >>> from cluster_calc.catalog.current import catalog
    >>> a100 = catalog().chip("a100-80gb")
    >>> job = Job(chips=64, parameters=174.6e9, layers=96, hidden_size=12288, heads=96, vocabulary=51200,
    ...           sequence_length=2048, global_batch=64, tensor_parallel=8, pipeline_parallel=8, recompute="full")
    >>> 0.3 < predict(job, machine_of(a100), constants_of(a100)).mfu < 0.5
    True
    """
    at = layouts(job, known.scaleup_chips)
    best: tuple[tuple[bool, float], _Way, int] | None = None
    for way in _ways(job, machine, known, at):
        place = int(np.argmin(np.where(way.fits, way.time, np.inf)) if way.fits.any() else np.argmin(way.needed))
        fits = bool(way.fits[place])
        merit = (fits, -float(way.time[place] if fits else way.needed[place]))
        if best is None or merit > best[0]:
            best = merit, way, place
    assert best is not None
    _, way, place = best
    chosen = {name: float(value[place]) for name, value in way.parts.items()}
    step, recomputed = math.fsum(chosen.values()), float(way.recomputed[place])
    model = model_flop(job)
    hardware = (1 - recomputed) * hardware_flop(job, model, way.recompute) + recomputed * hardware_flop(
        job, model, "full"
    )
    rate = job.global_batch * job.sequence_length / (step * job.chips * machine.counted_peak)
    needed = float(way.needed[place])
    narrow, tensor = machine.low_precision_peak > 0, float(at.tensor_parallel[place])
    (base, once), (least, again) = (layer_bytes(job, name, narrow, tensor) for name in (way.recompute, "full"))
    return Prediction(
        mfu=rate * model, hfu=rate * hardware, layout=Layout(*(float(entry[place]) for entry in at)),
        recompute=way.recompute, recomputed=recomputed, step_time=step,
        tokens_per_second=job.global_batch * job.sequence_length / step, parts=chosen, memory_needed=needed,
        activation_bytes=float((1 - recomputed) * base + recomputed * least),
        recomputed_bytes=float((1 - recomputed) * once + recomputed * again),
        within=best[0][0], fits=best[0][0] or needed <= machine.memory, generation=known.generation, beyond=_beyond(job, known),
    )  # fmt: skip


def spread_of(experts: bool) -> tuple[float, float]:
    """Measured over predicted speed, 10th and 90th percentile of what was left out of the calibration."""
    entry = spreads()["experts" if experts else "dense"]
    return float(entry["low"]), float(entry["high"])


def _beyond(job: Job, known: Constants) -> tuple[str, ...]:
    """Where the prediction leaves what the model was checked on."""
    found = []
    if known.generation == "other":
        found.append("speeds of matrix products and attention are the H100's: none were measured for this chip")
    if job.chips > MOST_CHIPS:
        found.append(f"more chips than the {MOST_CHIPS:,} of the largest run behind the calibration")
    if job.sequence_length > LONGEST:
        found.append(f"sequences longer than the {LONGEST:,} tokens behind the calibration")
    return tuple(found)
