"""Seconds of one training step, part by part: a roofline for every part, for a layout or arrays of layouts.

A step is m microbatches through p stages of t chips each. Matrix products run at a share of the peak and move their
operands once; element-wise work moves counted bytes; attention is fused or not; a tensor group reduces over the scale-up
links; then come the pipeline's bubble, the data-parallel traffic that does not hide, and the optimizer. No part takes
longer when memory or a link gets faster or a latency shorter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from cluster_calc.errors import InputError
from cluster_calc.formulas.layout import pipeline_bubble
from cluster_calc.performance.efficiencies import Constants, Stack
from cluster_calc.quantities.number import Number

HALF_BYTES, FP8_BYTES = 2.0, 1.0
# A gradient in 4 bytes is scattered and its weight in 2 gathered; sharded weights: 2 bytes for each of their rounds.
GRADIENT_BYTES = 6.0
# Kernels of one layer: forward, and backward.
KERNELS = (12.0, 24.0)
# Bytes moved, and fused attention's FLOP: backward over forward (it computes the scores anew: five products for two).
BACKWARD_BYTES, BACKWARD_FLASH = 1.9, 2.5
# Bytes moved per score by attention that is not fused: a forward pass's share of both.
FORWARD_SCORES = 11 / 30
# A dense layer holds 12 h² parameters; more than this many times as many are a mixture of experts'.
PLAIN, LEAST, MOST = 0.03, 0.15, 5.0


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
    active_parameters: float | None = None
    weight_bytes: float = 2.0
    gradient_bytes: float = 2.0
    optimizer_bytes: float = 12.0
    logit_bytes: float = 6.0
    gathered_layers: float = 3.0
    stack: Stack = field(default_factory=Stack)

    @property
    def active(self) -> float:
        """Parameters that work on one token."""
        return self.active_parameters or self.parameters

    def layer_share(self) -> float:
        """Parameters of a layer's matrices over 12 h², a plain GPT layer's.

        A plain layer is taken where it explains the size with one embedding (and a learned position for each token);
        any other architecture (gated, grouped queries) is taken to hold an embedding and an output head apart.

        >>> Job(8, 6.658859e9, 32, 4096, 32, 50368, 2048, 48).layer_share()
        1.0
        >>> round(Job(8, 70.55e9, 80, 8192, 64, 128256, 8192, 64).layer_share(), 2)
        1.06
        """
        plain = 12.0 * self.layers * self.hidden_size**2
        embedding = float(self.vocabulary) * self.hidden_size
        left = self.active - embedding - plain
        if -PLAIN * plain <= left <= PLAIN * plain + self.sequence_length * self.hidden_size:
            return 1.0
        share = (self.active - 2 * embedding) / plain
        if not LEAST <= share <= MOST:
            named = "active_parameters" if self.active_parameters else "parameters"
            other = "" if self.active_parameters else "; for a mixture of experts give active_parameters"
            raise InputError(
                f"{named}: {self.active:.4g} do not agree with {self.layers} layers of width {self.hidden_size} and a "
                f"vocabulary of {self.vocabulary}, which make about {plain + embedding:.4g}{other}"
            )
        return share


class Layout(NamedTuple):
    """One way to spread a job, or arrays of ways."""

    tensor_parallel: Number
    pipeline_parallel: Number
    data_parallel: Number
    micro_batch: Number
    interleave: Number


class _Rates(NamedTuple):
    """What the machine sustains."""

    matrix: float
    layer_matrix: float  # of a layer's products, in low precision where that runs
    operand_bytes: float
    attention: float
    memory: float
    links: float
    network: float


def _rates(job: Job, machine: Machine, known: Constants) -> _Rates:
    matrix = machine.peak * known.matrix_efficiency * known.training_share
    low = machine.low_precision_peak * known.low_precision_efficiency * known.training_share
    fused = {"flash1": known.flash1, "flash2": known.flash2}.get(job.stack.attention, 0.0)
    return _Rates(
        matrix, low or matrix, FP8_BYTES if low else HALF_BYTES, machine.peak * fused,
        machine.memory_bandwidth * known.memory_efficiency, machine.scaleup_bandwidth * known.link_efficiency,
        machine.scaleout_bandwidth * known.network_efficiency,
    )  # fmt: skip


def _product(tokens: Number, wide: Number, deep: Number, rate: float, operand_bytes: float, memory: float) -> Number:
    """A matrix product tokens × deep × wide: arithmetic, and its operands and result moved once beside it."""
    moved = operand_bytes * (tokens * wide + tokens * deep + wide * deep)
    return 2 * tokens * wide * deep / rate + moved / memory


def _matrices(job: Job, rates: _Rates, tokens: Number, t: Number, forward: float) -> Number:
    """The four products of a layer: queries, keys and values; projection; up; down."""
    h = job.hidden_size
    inner = max((12 * job.layer_share() - 4) / 2, 0.5) * h
    how = (rates.layer_matrix, rates.operand_bytes, rates.memory)
    kept = (
        _product(tokens, 3 * h / t, h, *how) + _product(tokens, h, h / t, *how) + _product(tokens, inner / t, h, *how)
    )
    # PyTorch's checkpoint stops once the last saved value is there: the product that closes the layer is not repeated.
    again = 1.0 if job.sharded_data_parallel else forward
    return (forward + 2) * kept + (again + 2) * _product(tokens, h, inner / t, *how)


def _attention(job: Job, rates: _Rates, known: Constants, tokens: Number, t: Number, forward: float) -> Number:
    s, width = job.sequence_length, job.hidden_size / t
    if job.stack.fused:
        # The causal half, and the rest of the tiles on the diagonal.
        return (forward + BACKWARD_FLASH) * 2 * tokens * (s + known.attention_block) * width / rates.attention
    passes = forward + (1 if job.recompute == "selective" else 0)
    moved = known.score_bytes_moved * job.heads / t * s * tokens
    return (passes + 2) * 4 * tokens * s * width / rates.matrix + (
        FORWARD_SCORES * passes + 1 - FORWARD_SCORES
    ) * moved / rates.memory


def step_parts(job: Job, machine: Machine, at: Layout, known: Constants) -> dict[str, Any]:
    """Seconds of one optimizer step, part by part, for a layout or arrays of them; `job.recompute` must be set."""
    t, p, d, b, v = at
    h, domain, stack = job.hidden_size, known.scaleup_chips, job.stack
    tokens = b * job.sequence_length
    microbatches = job.global_batch / (d * b)
    layers = v * np.ceil(job.layers / (p * v))  # the fullest chunk sets the pace of its stage, and that of the others
    forward = 2.0 if job.recompute == "full" else 1.0  # forward passes
    rates = _rates(job, machine, known)
    seen = 1 - stack.hidden

    matrices = _matrices(job, rates, tokens, t, forward)
    bytes_moved = known.elementwise_bytes + (known.cast_bytes if machine.low_precision_peak else 0)
    replicated = 1 / t if stack.sequence_parallel else known.replicated_share + (1 - known.replicated_share) / t
    elementwise = (
        (forward + BACKWARD_BYTES) / (1 + BACKWARD_BYTES) * bytes_moved * tokens * h * replicated / rates.memory
    )
    elementwise = elementwise + (KERNELS[0] * forward + KERNELS[1]) * known.kernel_time
    attention = _attention(job, rates, known, tokens, t, forward)

    # Two all-reduces forward and two backward; full recomputation repeats the forward ones. Beyond the scale-up domain
    # the tensor group's ring runs at the network's pace.
    ring = np.where(t > domain, np.minimum(rates.links, rates.network), rates.links)
    activations = HALF_BYTES * tokens * h
    all_reduce = 2 * activations * (t - 1) / t / ring + 2 * (t - 1) * machine.latency
    tensor = seen * (2 * forward + 2) * np.where(t > 1, all_reduce, 0)
    head = (
        3 * _product(tokens, job.vocabulary, h, rates.matrix, HALF_BYTES, rates.memory)
        + known.logit_bytes * tokens * job.vocabulary / rates.memory
    ) / t  # fmt: skip
    # Between stages: activations forward, gradients backward, for each model chunk; each chip of a tensor group sends its
    # part, and without sequence parallelism the group gathers the parts.
    pace = np.where(t * p * d > domain, rates.network, rates.links)
    gathered = 0 if stack.sequence_parallel else activations * (t - 1) / t / rates.links
    between = seen * np.where(p > 1, 2 * v * (activations / t / pace + machine.latency + gathered), 0)

    states = job.parameters / (t * p)
    # A server's adapters serve the rings of all the replicas that it holds.
    across = np.where(
        t * p * d > domain, np.minimum(rates.links, domain / np.minimum(t, domain) * rates.network), rates.links
    )
    layer = matrices + elementwise + attention + tensor
    # The stage with the output head has fewer layers in today's software, and as many as the others in older.
    balanced = np.maximum(np.maximum(layers * layer, (job.layers * layer + head) / p), head)
    stage = balanced if stack.overlapped else layers * layer + head
    share = (d - 1) / d
    each = per_step = 0.0 * stage
    if job.sharded_data_parallel:
        # Weights are gathered forward and (when resharded) backward, gradients scattered, for every microbatch.
        rounds = 3.0 if job.zero_stage >= 3 else 2.0
        traffic = rounds * (HALF_BYTES * states * share / across + layers * (d - 1) * machine.latency)
        each = _unhidden(traffic, stage, known)
    else:
        traffic = GRADIENT_BYTES * states * share / across + 2 * np.log2(np.maximum(d, 1)) * machine.latency
        # Beside the last microbatch.
        per_step = _unhidden(traffic, stage, known) if stack.overlapped else traffic + 0.0 * stage
    shards = d if job.sharded_data_parallel or stack.overlapped else 1
    optimizer = known.optimizer_bytes_moved * states / shards / rates.memory
    bubble = (stage + between + each) * microbatches * pipeline_bubble(p, microbatches, v)
    return {
        "matrix products": microbatches * layers * matrices,
        "memory-bound work": microbatches * layers * elementwise,
        "attention": microbatches * layers * attention,
        "embedding and loss": microbatches * (stage - layers * layer),
        "tensor parallel": microbatches * layers * tensor,
        "between stages": microbatches * between,
        "pipeline bubble": bubble,
        "data parallel": microbatches * each + per_step,
        "optimizer": optimizer + 0.0 * stage,
    }


def _unhidden(traffic: Number, arithmetic: Number, known: Constants) -> Number:
    """A share of the traffic, or what is longer than the arithmetic that it can hide behind."""
    return np.maximum(known.exposed * traffic, traffic - (1 - known.exposed) * arithmetic)
