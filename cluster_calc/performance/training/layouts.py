"""The ways to spread a training job over chips, and the memory that each needs of a chip."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np

from cluster_calc.errors import InputError
from cluster_calc.model.sets import ALL_SETS
from cluster_calc.performance.efficiencies import SERVER_CHIPS, kept_bytes
from cluster_calc.performance.training import layer_work
from cluster_calc.performance.training.step_time import Job, Layout
from cluster_calc.quantities.number import Number

# What the search tries. Deeper pipelines, larger microbatches and more chunks than these have not been published.
TENSOR = (1, 2, 4, 8, 16, 32, 64)
WIDEST = 64
DEEPEST = 128
LARGEST = 128
INTERLEAVES = (1, 2, 3, 4, 6, 8)
CONTEXTS = (1, 2, 4, 8, 16, 32, 64)
LEAST_CONTEXT = 8192
EXPERTS = (1, 2, 4, 8, 16, 32, 64, 128)
# Of the bytes kept per token and width, those that a tensor group without sequence parallelism keeps on every chip.
REPLICATED_KEPT, REPLICATED_FULL = 10.0, 2.0
# Values kept of a GPT layer per unit of width.
GPT_KEPT = 16.0


def layouts(job: Job, domain: float = SERVER_CHIPS) -> Layout:
    """Every valid layout that agrees with what is given, as arrays; `domain` chips share scale-up links.

    >>> at = layouts(Job(16, 7e9, 32, 4096, 32, 50368, 2048, 64, micro_batch=1, interleave=1))
    >>> sorted(set(zip(at.tensor_parallel.tolist(), at.pipeline_parallel.tolist())))[:3]
    [(1.0, 1.0), (1.0, 2.0), (1.0, 4.0)]
    """
    _refuse(job)
    most = int(min(domain, WIDEST))
    # Sharded weights would be gathered anew for every microbatch of a pipeline: nobody does both where it can be helped.
    found = _found(job, [t for t in TENSOR if t <= most], 1 if job.sharded_data_parallel else DEEPEST)
    found = found or _found(job, range(1, most + 1), DEEPEST)
    if not found:
        raise InputError(_why_none(job, most))
    return Layout(*np.array(found, dtype=float).T)


def _why_none(job: Job, most: int) -> str:
    """Which size keeps a job from being spread, with the nearest that would do."""
    n, t, p, d, b = job.chips, job.tensor_parallel, job.pipeline_parallel, job.data_parallel, job.micro_batch
    sizes = [("tensor", t), ("pipeline", p), ("data", d)]
    given = " × ".join(f"{name} {size}" for name, size in sizes if size)
    made = math.prod(size for _, size in sizes if size)
    if t and p and d and made != n:
        return f"chips: {n} are not {given}; {made} would be"
    if n % made:
        return f"chips: {n} do not divide by {given}; {max(n // made, 1) * made} would"
    batch = job.global_batch
    if b and batch % ((d or 1) * b):
        of = f"the {batch // d} sequences of a replica" if d else f"the global batch of {batch}"
        return f"micro_batch: {b} does not divide {of}; {_near(batch // (d or 1), b)} would"
    replicas = batch // (b or 1)
    if t and p:
        return f"global_batch: {batch} sequences do not divide by {n // (t * p)} replicas{f' of {b}' if b else ''}"
    tensors = [t] if t else [size for size in TENSOR if size <= most and job.heads % size == 0]
    stages = [p] if p else range(1, min(DEEPEST, job.layers) + 1)
    ways = (
        [d]
        if d
        else sorted({w for k in range(1, math.isqrt(replicas) + 1) if replicas % k == 0 for w in (k, replicas // k)})
    )
    reached = np.unique(np.multiply.outer(np.multiply.outer(tensors, stages), np.array(ways, dtype=float)))
    near = [f"{size:.0f}" for size in (*reached[reached < n][-1:], *reached[reached > n][:1])]
    return (
        f"chips: {n} do not spread over {job.layers} layers, {job.heads} heads and {batch} sequences"
        f"{f' with {given}' if given else ''}; {' or '.join(near)} would"
    )


def chip_counts(job: Job, domain: float = SERVER_CHIPS) -> np.ndarray:
    """Every number of chips that the job can be spread over, in order; the job's own number is not looked at.

    >>> chip_counts(Job(1, 7e9, 2, 4096, 2, 50368, 2048, 4)).tolist()
    [1.0, 2.0, 4.0, 8.0, 16.0]
    """
    most = int(min(domain, WIDEST))
    tensors = _choices(job.tensor_parallel, [t for t in TENSOR if t <= most and job.heads % t == 0])
    deepest = 1 if job.sharded_data_parallel else min(DEEPEST, job.layers)
    stages = _choices(job.pipeline_parallel, list(range(1, deepest + 1)))
    batch = job.global_batch // (job.micro_batch or 1)
    ways = _choices(job.data_parallel, [d for d in range(1, batch + 1) if batch % d == 0])
    replica = np.multiply.outer(np.array(tensors, dtype=float), np.array(stages, dtype=float))
    return np.unique(np.multiply.outer(replica, np.array(ways, dtype=float)))


def _found(job: Job, tensors: Sequence[int], deepest: int) -> list[tuple[int, ...]]:
    n = job.chips
    found: list[tuple[int, ...]] = []
    for t in _choices(job.tensor_parallel, [t for t in tensors if n % t == 0 and job.heads % t == 0]):
        stages = [p for p in range(1, min(deepest, job.layers) + 1) if n % (t * p) == 0]
        for p in _choices(job.pipeline_parallel, stages):
            for c in _choices(job.context_parallel, _contexts(job, n // (t * p))):
                d = job.data_parallel or n // (t * p * c)
                if t * p * c * d != n or job.global_batch % d:
                    continue
                each = job.global_batch // d
                sizes = [b for b in range(1, min(LARGEST, each) + 1) if each % b == 0]
                chunks = _choices(job.interleave, _chunks(job, p))
                experts = _choices(job.expert_parallel, _experts(job, t * c * d))
                found += [
                    (t, p, d, b, v, c, e)
                    for b in _choices(job.micro_batch, sizes)
                    if each % b == 0
                    for v in chunks
                    for e in experts
                ]
    return found


def _contexts(job: Job, chips: int) -> list[int]:
    """Groups that share a sequence, no chip with fewer than the least tokens of it."""
    return [c for c in CONTEXTS if chips % c == 0 and (c == 1 or job.sequence_length // c >= LEAST_CONTEXT)]


def _chunks(job: Job, p: int) -> list[int]:
    """Model chunks of a stage, a layer in every one; no schedule of today asks that microbatches divide by the stages."""
    layers = -(-job.layers // p)
    return [v for v in INTERLEAVES if v == 1 or (p > 1 and v <= layers)]


def _experts(job: Job, chips: int) -> list[int]:
    """Chips of a stage over which whole experts can lie."""
    count = job.model.experts if job.model.moe_layers else 0
    return [e for e in EXPERTS if e == 1 or (count % e == 0 and chips % e == 0)] if count else [1]


def _refuse(job: Job) -> None:
    """Say which given sizes cannot be, before a search finds nothing."""
    t, p, d = job.tensor_parallel, job.pipeline_parallel, job.data_parallel
    if job.hidden_size % job.heads:
        raise InputError(
            f"heads: {job.heads} do not divide the width {job.hidden_size}; {_near(job.hidden_size, job.heads)} would"
        )
    if job.active > job.parameters:
        raise InputError(f"active_parameters: {job.active:.4g} are more than the model's {job.parameters:.4g}")
    if t and job.heads % t:
        raise InputError(f"tensor_parallel: {t} does not divide {job.heads} heads; {_near(job.heads, t)} would")
    if p and p > job.layers:
        raise InputError(f"pipeline_parallel: {p} stages are more than {job.layers} layers")
    if d and job.global_batch % d:
        raise InputError(
            f"global_batch: {job.global_batch} sequences do not divide by {d} replicas; {_near(job.global_batch, d)} would"
        )
    if (t or 1) * (p or 1) * (d or 1) > job.chips:
        raise InputError(f"chips: {job.chips} are fewer than the given sizes need, {(t or 1) * (p or 1) * (d or 1)}")


def _near(number: int, size: int) -> int:
    return next(entry for entry in range(min(size, number), 0, -1) if number % entry == 0)


def _choices(given: int | None, otherwise: Sequence[int]) -> Sequence[int]:
    return [given] if given else otherwise


def memory_of(job: Job, at: Layout, recompute: str, narrow: bool = False) -> Number:
    """Bytes that one chip needs under a layout: model states, activations, and what the step works in."""
    # Software that does not overlap its gradients is older than sharded optimizer states, too.
    stage = job.zero_stage if job.sharded_data_parallel or job.stack.overlapped else 0
    kept, again = layer_bytes(job, recompute, narrow, at.tensor_parallel)
    known: dict[str, Number] = {
        **at._asdict(), "zero_stage": stage, "parameters": job.parameters, "layers": job.layers,
        "hidden_size": job.hidden_size, "heads": job.heads, "vocabulary": job.vocabulary, "sequence_length": job.sequence_length,
        "activation_bytes": kept, "score_bytes": kept_bytes(recompute, job.stack.fused)[1], "recomputed_bytes": again,
        "weight_bytes": job.weight_bytes, "gradient_bytes": job.gradient_bytes,
        "optimizer_bytes": job.optimizer_bytes, "logit_bytes": job.logit_bytes, "gathered_layers": job.gathered_layers,
        # The states of a replica are sharded over its context groups as over the data.
        "data_parallel": at.data_parallel * at.context_parallel,
    }  # fmt: skip
    if job.model.moe_layers:
        known["expert_parameters"] = min(job.model.routed_parameters(), job.parameters)
    return memory_needed(known)


def layer_bytes(job: Job, recompute: str, narrow: bool = False, tensor: Number = 1.0) -> tuple[Number, Number]:
    """Bytes that a layer keeps, and that one being recomputed holds, per token and unit of width.

    Counted for a GPT layer, and of known shapes by what they keep; `narrow` says that products run below half precision, whose
    inputs are kept as they are.
    """
    kept, _ = kept_bytes(recompute, job.stack.fused)
    whole, pairs = kept_bytes("none", job.stack.fused)
    wide = 1.0 if job.shapes is None else layer_work.kept_width(job.shapes, narrow) / (GPT_KEPT * job.hidden_size)
    kept = kept if recompute == "full" else kept * wide
    if not job.stack.sequence_parallel:
        kept = kept + (REPLICATED_FULL if recompute == "full" else REPLICATED_KEPT) * (tensor - 1)
    again = whole * wide + pairs * job.heads * job.sequence_length / job.hidden_size if recompute == "full" else 0.0
    return kept, again


def memory_needed(known: Mapping[str, Number]) -> Number:
    """Bytes that one chip needs, by the formulas of the model; without a vocabulary those that count no logits."""
    values = dict(known)
    states = "expert-memory" if "expert_parameters" in known else "layout-memory"
    for formula, names in _formulas(states, "logits" if "vocabulary" in known else "without-logits"):
        if formula.__name__ not in values:
            values[formula.__name__] = formula(*[values[name] for name in names])
    return values["memory_needed"]


@cache
def _formulas(*kinds: str) -> tuple[tuple[Callable[..., Number], tuple[str, ...]], ...]:
    """The formulas of a chip's memory with the names they need, in the order in which they build on each other."""
    formulas = tuple(formula for kind in kinds for formula in ALL_SETS[kind])
    return tuple((formula, formula.__code__.co_varnames[: formula.__code__.co_argcount]) for formula in formulas)
