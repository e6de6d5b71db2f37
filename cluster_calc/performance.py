"""MFU from first principles: a roofline for every part of a training step, and a search for the parallel layout.

A step is m microbatches through p stages (t chips each): matrix products at a share of the peak that falls with their
width, memory-bound work at a share of the memory bandwidth, attention fused or not, all-reduces of the tensor group
over the scale-up links; then the pipeline's bubble, the data-parallel traffic that does not hide, and the optimizer.
The few efficiencies are calibrated on published measurements (`catalog/performance.toml`); no measurement is looked up.
Arrays of layouts go through at once; every part falls or stays when a link gets faster or its latency shorter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from cluster_calc.catalog import Chip, read_toml
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.formulas import memory as memory_formulas
from cluster_calc.formulas.flop import flop_per_token
from cluster_calc.formulas.pipeline import pipeline_bubble
from cluster_calc.number import Number
from cluster_calc.resources import shipped

RECOMPUTE = ("none", "selective", "full")
# Chips of one scale-up domain: a server's.
SERVER_CHIPS = 8
SHARDINGS = {"": 0, "NO_SHARD": 0, "SHARD_GRAD_OP": 2, "FULL_SHARD": 3, "HYBRID_SHARD": 3}
MICRO_BATCHES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
INTERLEAVES = (1, 2, 3, 4, 6)
HALF_PRECISION_BYTES, GRADIENT_BYTES = 2.0, 6.0


@dataclass(frozen=True, slots=True)
class Constants:
    """The calibrated efficiencies and the links of one generation of chips."""

    matrix_efficiency: float
    attention_efficiency: float
    low_precision_efficiency: float
    memory_efficiency: float
    elementwise_bytes: float
    score_bytes_moved: float
    logit_bytes: float
    optimizer_bytes_moved: float
    link_efficiency: float
    exposed: float
    narrow_width: float
    latency: float
    scaleout_bandwidth: float
    generation: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the step runs on: rates of one chip in base units."""

    peak: float  # dense, in the half precision that everything but low-precision matrix products uses
    counted_peak: float  # dense, of the precision that the utilisation is counted against
    memory: float
    memory_bandwidth: float
    scaleup_bandwidth: float  # one direction
    scaleout_bandwidth: float  # one direction
    latency: float
    low_precision_peak: float = 0.0  # dense, of matrix products in fp8 or below; 0 where none runs


@dataclass(frozen=True, slots=True)
class Job:
    """The model, its batch, and what is known of the layout; a layout size of None is chosen."""

    chips: int
    parameters: float
    layers: int
    hidden_size: int
    heads: int
    vocabulary: int
    sequence_length: int
    global_batch: int
    micro_batch: int | None = None
    tensor_parallel: int | None = None
    pipeline_parallel: int | None = None
    data_parallel: int | None = None
    interleave: int | None = None
    recompute: str | None = None
    zero_stage: int = 1
    sharded_data_parallel: bool = False
    fused_attention: bool = True
    sequence_parallel: bool = True


class Layout(NamedTuple):
    """One way to spread a job, or arrays of ways."""

    tensor_parallel: Number
    pipeline_parallel: Number
    data_parallel: Number
    micro_batch: Number
    interleave: Number


@dataclass(frozen=True, slots=True)
class Prediction:
    """The predicted utilisation, the layout behind it, and the parts of its step in seconds."""

    mfu: float
    hfu: float
    layout: Layout
    recompute: str
    step_time: float
    parts: Mapping[str, float]
    memory_needed: float
    fits: bool
    generation: str


@cache
def _book() -> dict[str, Any]:
    return read_toml(shipped("catalog") / "performance.toml")


def constants_of(chip_id: str) -> Constants:
    """The constants of a chip's generation; a chip of no calibrated generation has those of `other`."""
    book = _book()
    name = next((name for name, entry in book["generation"].items() if chip_id in entry["chips"]), "other")
    own = {key: float(value) for key, value in book["generation"][name].items() if key != "chips"}
    common = {key: float(value) for key, value in book["common"].items() if isinstance(value, float)}
    return Constants(**own, **common, generation=name)


def stack_of(family: str) -> dict[str, bool]:
    """What the software of a published family did."""
    return dict(_book()["stack"].get(family, {"fused_attention": True, "sequence_parallel": True}))


def kept_bytes(recompute: str, fused_attention: bool = True) -> tuple[float, float]:
    """Bytes of activations kept: per layer, token and width; and per layer, head and pair of tokens.

    >>> kept_bytes("selective")
    (34.0, 0.0)
    """
    if recompute not in RECOMPUTE:
        raise InputError(
            f"recompute: {quoted(recompute)} is not one of {', '.join(RECOMPUTE)}.{did_you_mean(recompute, RECOMPUTE)}"
        )
    entry = _book()["recompute"][recompute]
    return float(entry["activation_bytes"]), 0.0 if fused_attention else float(entry["score_bytes"])


def machine_of(
    item: Chip,
    precision: str | None = None,
    *,
    scaleout_bandwidth: float | None = None,
    latency: float | None = None,
) -> Machine:
    """A catalog chip as a machine; raises InputError for a figure that the catalog lacks."""
    known = constants_of(item.id)
    wanted = item.precision(precision)
    half = item.precision(None)

    def figure(name: str) -> float:
        datum = item.figures.get(name)
        if datum is None or datum.value is None:
            raise InputError(f"{name}: not known for {item.name}, and a predicted MFU needs it")
        return float(datum.value)

    for name in (wanted, half):
        if name not in item.peaks or item.peaks[name].value is None:
            raise InputError(f"precision: {item.name} has no {quoted(name)} peak in the catalog")
    return Machine(
        peak=float(item.peaks[half].value), counted_peak=float(item.peaks[wanted].value), memory=figure("memory"),
        memory_bandwidth=figure("memory_bandwidth"), scaleup_bandwidth=figure("scaleup_bandwidth") / 2,
        scaleout_bandwidth=scaleout_bandwidth or known.scaleout_bandwidth,
        latency=known.latency if latency is None else latency,
        low_precision_peak=float(item.peaks[wanted].value) if wanted in ("fp8", "fp4", "int8") else 0.0,
    )  # fmt: skip


def step_parts(job: Job, machine: Machine, at: Layout, known: Constants) -> dict[str, Number]:
    """Seconds of one optimizer step, part by part, for a layout or arrays of them; `job.recompute` must be set."""
    t, p, d, b, v = at
    width, tokens = job.hidden_size, b * job.sequence_length
    microbatches = job.global_batch / (d * b)
    layers = job.layers / p
    forward = 2.0 if job.recompute == "full" else 1.0  # forward passes
    passes = forward + 2
    attention_passes = passes + (1 if job.recompute == "selective" else 0)
    memory_rate = machine.memory_bandwidth * known.memory_efficiency
    attention_rate = machine.peak * known.attention_efficiency
    matrix_rate = machine.peak * known.matrix_efficiency
    low_rate = (
        machine.low_precision_peak * known.low_precision_efficiency if machine.low_precision_peak else matrix_rate
    )
    links = machine.scaleup_bandwidth * known.link_efficiency
    network = machine.scaleout_bandwidth * known.link_efficiency

    matrices = passes * 24 * tokens * width**2 / t / low_rate * (1 + known.narrow_width * t / width)
    replicated = 1 / t if job.sequence_parallel else (10 + 24 / t) / 34
    elementwise = passes / 3 * known.elementwise_bytes * tokens * width * replicated / memory_rate
    scores = 4 * tokens * job.sequence_length * width / t
    moved = known.score_bytes_moved / 3 * job.heads * job.sequence_length * tokens / t
    attention = attention_passes * (
        scores / attention_rate if job.fused_attention else scores / matrix_rate + moved / memory_rate
    )
    # Two all-reduces forward and two backward; full recomputation repeats the forward ones. Beyond the server the
    # tensor group's ring runs at the network's pace.
    ring = np.where(t > SERVER_CHIPS, np.minimum(links, network), links)
    all_reduce = 2 * HALF_PRECISION_BYTES * tokens * width * (t - 1) / t / ring + 2 * (t - 1) * machine.latency
    tensor = (2 * forward + 2) * np.where(t > 1, all_reduce, 0)
    head = (
        6 * tokens * width * job.vocabulary / matrix_rate + known.logit_bytes * tokens * job.vocabulary / memory_rate
    ) / t
    # Between stages: activations forward, gradients backward, once for each model chunk.
    between = np.where(p > 1, 2 * v * (HALF_PRECISION_BYTES * tokens * width / t / network + machine.latency), 0)

    states = job.parameters / (t * p)
    across = np.where(
        t * p * d > SERVER_CHIPS, np.minimum(links, SERVER_CHIPS / np.minimum(t, SERVER_CHIPS) * network), links
    )
    if job.sharded_data_parallel:
        # Weights are gathered forward and (when resharded) backward, gradients scattered, for every microbatch.
        rounds = 3.0 if job.zero_stage >= 3 else 2.0
        traffic = rounds * (HALF_PRECISION_BYTES * states * (d - 1) / d / across + layers * (d - 1) * machine.latency)
        per_step = 0.0 * traffic
    else:
        traffic = 0.0 * states
        per_step = (
            known.exposed * GRADIENT_BYTES * states * (d - 1) / d / np.where(t * p * d > SERVER_CHIPS, network, links)
        )
        per_step = per_step + known.exposed * 2 * np.log2(np.maximum(d, 1)) * machine.latency
    shards = np.where((job.zero_stage >= 1) & job.sharded_data_parallel, d, 1)
    optimizer = known.optimizer_bytes_moved * states / shards / memory_rate

    stage = layers * (matrices + elementwise + attention + tensor) + head
    # What does not hide: a share of the traffic, or of the arithmetic where the traffic is longer.
    unhidden = np.maximum(known.exposed * traffic, traffic - (1 - known.exposed) * stage)
    bubble = (stage + between + unhidden) * microbatches * pipeline_bubble(p, microbatches, v)
    return {
        "matrix products": microbatches * layers * matrices,
        "memory-bound work": microbatches * layers * elementwise,
        "attention": microbatches * layers * attention,
        "embedding and loss": microbatches * head,
        "tensor parallel": microbatches * layers * tensor,
        "between stages": microbatches * between,
        "pipeline bubble": bubble,
        "data parallel": microbatches * unhidden + per_step,
        "optimizer": optimizer + 0.0 * stage,
    }


def memory_of(job: Job, at: Layout, recompute: str) -> Number:
    """Bytes that one chip needs under a layout."""
    activation_bytes, score_bytes = kept_bytes(recompute, job.fused_attention)
    t, p, d, b, v = at
    shared = {"parameters": job.parameters, "tensor_parallel": t, "pipeline_parallel": p, "data_parallel": d,
              "zero_stage": job.zero_stage}  # fmt: skip
    return memory_formulas.memory_needed(
        memory_formulas.weight_memory(weight_bytes=2.0, **shared),
        memory_formulas.gradient_memory(gradient_bytes=2.0, **shared),
        memory_formulas.optimizer_memory(optimizer_bytes=12.0, **shared),
        memory_formulas.activation_memory(
            activation_bytes=activation_bytes, score_bytes=score_bytes, hidden_size=job.hidden_size, heads=job.heads,
            sequence_length=job.sequence_length, micro_batch=b, layers=job.layers, tensor_parallel=t,
            pipeline_parallel=p, interleave=v,
        ),
    )  # fmt: skip


def hardware_flop(job: Job, model: float, recompute: str) -> float:
    """FLOP executed for a token, counted as the family of the job's software does.

    Sharded data parallel prints 4/3 of the model's FLOP under full recomputation; Megatron-LM repeats all but the
    head (96 B s l h² (1 + s/6h + V/16lh), arXiv:2104.04473 eq. 3); selective recomputation counts attention twice
    (1 + s/3h, arXiv:2205.05198).
    """
    attention = 12.0 * job.layers * job.hidden_size * job.sequence_length
    if recompute == "selective":
        return model + attention
    if recompute == "full":
        head = 0.0 if job.sharded_data_parallel else 6.0 * job.vocabulary * job.hidden_size
        return (model - head) * 4 / 3 + head
    return model


def layouts(job: Job) -> Layout:
    """Every valid layout that agrees with what is given, as arrays."""
    n = job.chips
    found = []
    for t in _choices(job.tensor_parallel, [t for t in (1, 2, 4, 8) if n % t == 0 and job.heads % t == 0]):
        for p in _choices(job.pipeline_parallel, [p for p in _divisors(job.layers) if n % (t * p) == 0 and p <= 128]):
            d = job.data_parallel or n // (t * p)
            if t * p * d != n or job.global_batch % d:
                continue
            each = job.global_batch // d
            for b in _choices(job.micro_batch, [b for b in MICRO_BATCHES if each % b == 0]):
                if each % b:
                    continue
                # A given pipeline without a word on interleaving is a plain one.
                chunks = [v for v in INTERLEAVES if v == 1 or (p > 1 and job.layers % (p * v) == 0)]
                chunks = chunks[:1] if job.pipeline_parallel else chunks
                found += [(t, p, d, b, v) for v in _choices(job.interleave, chunks)]
    if not found:
        raise InputError(
            f"no layout: {n} chips, {job.layers} layers and {job.global_batch} sequences do not divide by the given "
            f"tensor ({job.tensor_parallel}), pipeline ({job.pipeline_parallel}), data ({job.data_parallel}) and "
            f"micro-batch ({job.micro_batch}) sizes; tensor × pipeline × data must be the number of chips"
        )
    return Layout(*np.array(found, dtype=float).T)


def _choices(given: int | None, otherwise: list[int]) -> list[int]:
    return [given] if given else otherwise


def _divisors(number: int) -> list[int]:
    return [entry for entry in range(1, number + 1) if number % entry == 0]


def predict(job: Job, machine: Machine, known: Constants) -> Prediction:
    """The best layout that fits in memory, or the given one, and its utilisation.

    Where no layout fits, the one that needs least memory is taken, and `fits` is False.

    >>> from cluster_calc.catalog import catalog
    >>> a100 = catalog().chip("a100-80gb")
    >>> job = Job(chips=64, parameters=174.6e9, layers=96, hidden_size=12288, heads=96, vocabulary=51200,
    ...           sequence_length=2048, global_batch=64, tensor_parallel=8, pipeline_parallel=8, recompute="full")
    >>> 0.3 < predict(job, machine_of(a100), constants_of(a100.id)).mfu < 0.5
    True
    """
    at = layouts(job)
    found: list[tuple[bool, float, str, int, Any, dict[str, Number]]] = []
    for recompute in (job.recompute,) if job.recompute else RECOMPUTE:
        parts = step_parts(replace(job, recompute=recompute), machine, at, known)
        time: Any = sum(parts.values())
        needed = memory_of(job, at, recompute)
        fits = needed <= machine.memory
        # A layout that was given in full is not doubted: it ran.
        place = int(np.argmin(np.where(fits, time, np.inf))) if fits.any() else int(np.argmin(needed))
        merit = -float(time[place]) if fits[place] else -float(needed[place]) * 1e9
        found.append((bool(fits[place]), merit, recompute, place, needed, parts))
    fits_best, _, recompute, place, needed, parts = max(found, key=lambda entry: entry[:2])
    chosen = {name: float(value[place]) for name, value in parts.items()}
    step = math.fsum(chosen.values())
    model = flop_per_token(
        flop_per_parameter_token=6.0, counted_parameters=job.parameters, flop_per_attended_token=12.0,
        layers=job.layers, hidden_size=job.hidden_size, sequence_length=job.sequence_length,
    )  # fmt: skip
    hardware = hardware_flop(job, float(model), recompute)
    rate = job.global_batch * job.sequence_length / (step * job.chips * machine.counted_peak)
    return Prediction(
        mfu=rate * model, hfu=rate * hardware, layout=Layout(*(float(entry[place]) for entry in at)),
        recompute=recompute, step_time=step, parts=chosen, memory_needed=float(needed[place]), fits=fits_best,
        generation=known.generation,
    )  # fmt: skip
