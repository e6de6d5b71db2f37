"""Seconds of one training step, part by part: a roofline for every part, for a layout or arrays of layouts.

A step is m microbatches through p stages of t × c chips each. Matrix products run at a share of the peak and move their
operands once; element-wise work moves counted bytes; attention is fused or not; experts run their tokens in groups, which
travel to them; a tensor group reduces over the scale-up links, a context group passes keys and values on; then come the
pipeline's bubble, the data-parallel traffic that does not hide, and the optimizer. No part takes longer when memory or a
link gets faster or a latency shorter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from cluster_calc.formulas.layout import pipeline_bubble
from cluster_calc.performance.efficiencies import Constants, Stack, stack_of
from cluster_calc.performance.training import layer_work
from cluster_calc.performance.training.assumed_shapes import assumed
from cluster_calc.quantities.architecture import Architecture
from cluster_calc.quantities.number import Number

HALF_BYTES = 2.0
FORMAT_BYTES = {"fp8": 1.0, "int8": 1.0, "fp4": 0.5625}
# A gradient in 4 bytes is scattered and its weight in 2 gathered; sharded weights: 2 bytes for each of their rounds.
GRADIENT_BYTES = 6.0
# Kernels of one layer: forward, and backward.
KERNELS = (12.0, 24.0)
# Bytes moved, and fused attention's FLOP: backward over forward (it computes the scores anew: five products for two).
BACKWARD_BYTES, BACKWARD_FLASH = 1.9, 2.5
# Width of the heads that the speeds of attention were measured with.
MEASURED_HEAD = 128.0
# Bytes moved per score by attention that is not fused: a forward pass's share of both.
FORWARD_SCORES = 11 / 30


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
    low_format: str = "fp8"


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
    stack: Stack = field(default_factory=lambda: stack_of(""))
    context_parallel: int | None = None
    expert_parallel: int | None = None
    shapes: Architecture | None = None
    frozen: bool = False
    block_scaled: bool = False  # a scale for every few values (MXFP8, NVFP4) instead of one for each matrix
    predicted_layers: int = 0  # further layers with a head of their own, which predict the tokens after the next

    @property
    def active(self) -> float:
        """Parameters that work on one token."""
        return self.active_parameters or self.parameters

    @property
    def model(self) -> Architecture:
        """The shapes given, or those that the sizes are taken to mean."""
        return self.shapes or assumed(
            self.active, self.layers, self.hidden_size, self.heads, self.vocabulary, self.sequence_length,
            "active_parameters" if self.active_parameters else "parameters",
        )  # fmt: skip


class Layout(NamedTuple):
    """One way to spread a job, or arrays of ways; data-parallel replicas are of t × p × c chips."""

    tensor_parallel: Number
    pipeline_parallel: Number
    data_parallel: Number
    micro_batch: Number
    interleave: Number
    context_parallel: Number = 1.0
    expert_parallel: Number = 1.0


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
    share = known.training_share * job.stack.pace
    matrix = machine.peak * known.matrix_efficiency * share
    reached = known.fp4_efficiency if machine.low_format == "fp4" else known.low_precision_efficiency
    low = machine.low_precision_peak * reached * share
    fused = {"flash1": known.flash1, "flash2": known.flash2, "flash3": known.flash3}.get(job.stack.attention, 0.0)
    return _Rates(
        matrix, low or matrix, FORMAT_BYTES[machine.low_format] if low else HALF_BYTES, machine.peak * fused * job.stack.pace,
        machine.memory_bandwidth * known.memory_efficiency * job.stack.pace, machine.scaleup_bandwidth * known.link_efficiency,
        machine.scaleout_bandwidth * known.network_efficiency,
    )  # fmt: skip


def _product(tokens: Number, wide: Number, deep: Number, rate: Number, operand_bytes: float, memory: float) -> Number:
    """A matrix product tokens × deep × wide: arithmetic, and its operands and result moved once beside it."""
    moved = operand_bytes * (tokens * wide + tokens * deep + wide * deep)
    return 2 * tokens * wide * deep / rate + moved / memory


def _matrices(job: Job, rates: _Rates, tokens: Number, t: Number, forward: float) -> Number:
    """The products of a layer that every token passes."""
    backward = 1.0 if job.frozen else 2.0
    total: Number = 0.0
    for one in layer_work.products(job.model):
        inputs, outputs = (one.inputs / t, one.outputs) if one.by_inputs else (one.inputs, one.outputs / t)
        # PyTorch's checkpoint stops once the last saved value is there: the product that closes the layer is not repeated.
        again = 1.0 if one.closes and job.sharded_data_parallel else forward
        total = total + one.share * (again + backward) * _product(
            tokens, outputs, inputs, rates.layer_matrix, rates.operand_bytes, rates.memory
        )
    return total


def _experts(job: Job, rates: _Rates, known: Constants, at: Layout, forward: float) -> Number:
    """The grouped products of the routed experts: few tokens an expert do not fill the units."""
    model, t, e = job.model, at.tensor_parallel, at.expert_parallel
    if not model.moe_layers:
        return 0.0
    tokens = at.micro_batch * job.sequence_length / at.context_parallel
    # Whole experts lie on e chips, each with its share of the group's tokens; alone, a tensor group cuts every expert.
    cut = np.where(e > 1, 1.0, t)
    group = tokens * model.experts_active / model.experts * np.where(e > 1, e / t, 1.0)
    held = model.experts / e
    rate = rates.layer_matrix * known.grouped_share / (1 + known.expert_tokens / group)
    total: Number = 0.0
    for one in layer_work.expert_products(model):
        inputs, outputs = (one.inputs / cut, one.outputs) if one.by_inputs else (one.inputs, one.outputs / cut)
        total = total + one.share * (forward + (1.0 if job.frozen else 2.0)) * held * _product(
            group, outputs, inputs, rate, rates.operand_bytes, rates.memory
        )
    return total * known.expert_imbalance


def _exchange(job: Job, machine: Machine, known: Constants, at: Layout, forward: float, behind: Number) -> Number:
    """Tokens to their experts and back, forward and backward, in an average layer: inside the scale-up links and beyond.

    What goes over the network is hidden behind the layer's arithmetic as far as that reaches.
    """
    model, e = job.model, at.expert_parallel
    if not model.moe_layers:
        return 0.0
    tokens = at.micro_batch * job.sequence_length / (at.context_parallel * at.tensor_parallel)
    copy = tokens * HALF_BYTES * model.hidden_size
    k, domain = model.experts_active, known.scaleup_chips
    near = np.minimum(e, domain)
    nodes = np.maximum(e / domain, 1.0)
    # A token goes once to each chip, and over the network once to each domain, that holds one of its experts.
    chips = np.minimum(e * (1 - (1 - 1 / e) ** k), k) * (near - 1) / near
    domains = nodes * (1 - (1 - 1 / nodes) ** k) * (nodes - 1) / nodes
    links = machine.scaleup_bandwidth * known.exchange_efficiency
    network = machine.scaleout_bandwidth * known.network_efficiency
    rounds = model.moe_layers / model.layers * (2 * forward + 2)
    inside = copy * chips / links + known.exchange_latency * np.log2(np.maximum(e, 1.0))
    outside = rounds * copy * domains / network
    return rounds * inside * job.stack.age(known) + _unhidden(outside, behind, known.exchange_exposed)


def _elementwise(job: Job, machine: Machine, rates: _Rates, known: Constants, at: Layout, forward: float) -> Number:
    """Norms, sums, copies, activations, casts, and the time between kernels."""
    model, stack, t = job.model, job.stack, at.tensor_parallel
    tokens = at.micro_batch * job.sequence_length / at.context_parallel
    moved = known.value_bytes * layer_work.values_moved(model)
    cast = known.cast_bytes * (known.block_cast if job.block_scaled else 1.0)
    moved = moved + (cast * layer_work.cast_width(model) if machine.low_precision_peak else 0)
    replicated = 1 / t if stack.sequence_parallel else known.replicated_share + (1 - known.replicated_share) / t
    found = (forward + BACKWARD_BYTES) / (1 + BACKWARD_BYTES) * moved * tokens * replicated / rates.memory
    # Routing: a time of its own, and the tokens' way into the order of their experts and back.
    ordered = known.routing_bytes * layer_work.routed_values(model) * tokens / t / rates.memory
    routed = (forward + 2) / 3 * (model.moe_layers / model.layers * known.moe_layer_time + ordered) * stack.age(known)
    return found + (KERNELS[0] * forward + KERNELS[1]) * known.kernel_time + routed


def _attention(job: Job, rates: _Rates, known: Constants, tokens: Number, t: Number, forward: float) -> Number:
    model = job.model
    s, width = job.sequence_length, (model.query_width + model.value_width) / 2 / t
    if job.stack.fused:
        # Earlier tokens alone, and the rest of the tiles on the diagonal.
        met = 2 * layer_work.pairs(model, s) + known.attention_block
        # In kernels that fill the matrix units exponentials bind: narrow heads do less arithmetic beside each.
        size = (model.query_width + model.value_width) / (2 * model.heads)
        bound = known.score_width if job.stack.attention == "flash3" else 0.0
        narrow = (1 + bound / size) / (1 + bound / MEASURED_HEAD)
        return (forward + BACKWARD_FLASH) * 2 * tokens * met * width / rates.attention * narrow
    passes = forward + (1 if job.recompute == "selective" else 0)
    moved = known.score_bytes_moved * job.heads / t * s * tokens
    return (passes + 2) * 4 * tokens * s * width / rates.matrix + (
        FORWARD_SCORES * passes + 1 - FORWARD_SCORES
    ) * moved / rates.memory


def _passed_on(job: Job, machine: Machine, rates: _Rates, known: Constants, at: Layout, attention: Number) -> Number:
    """Keys and values that a context group passes on, as far as attention does not hide them."""
    t, c = at.tensor_parallel, at.context_parallel
    tokens = at.micro_batch * job.sequence_length / c
    pace = np.where(t * c > known.scaleup_chips, rates.network, rates.links)
    width = 2 * job.model.kv_heads * job.model.head_size if not job.model.latent else job.model.key_value_width
    # Forward they come once; backward again, and their gradients go back.
    traffic = 3 * HALF_BYTES * width / t * tokens * (c - 1) / pace + 3 * (c - 1) * machine.latency
    return np.where(c > 1, _unhidden(traffic, attention, known.exposed * job.stack.exposed), 0.0)


def _between(job: Job, machine: Machine, rates: _Rates, known: Constants, at: Layout, across: Number) -> Number:
    """Between stages: activations forward, gradients backward, for each model chunk."""
    t, p, v = at.tensor_parallel, at.pipeline_parallel, at.interleave
    activations = HALF_BYTES * at.micro_batch * job.sequence_length / at.context_parallel * job.hidden_size
    # Each chip of a tensor group sends its part, and without sequence parallelism the group gathers the parts.
    pace = np.where(across, rates.network, rates.links)
    gathered = 0 if job.stack.sequence_parallel else activations * (t - 1) / t / rates.links
    return np.where(p > 1, 2 * v * (activations / t / pace + machine.latency + gathered), 0)


def _states(job: Job, at: Layout) -> tuple[Number, Number]:
    """Parameters that one chip holds before data-parallel sharding: what all share, and whole experts."""
    t, p, e = at.tensor_parallel, at.pipeline_parallel, at.expert_parallel
    routed = min(job.model.routed_parameters(), job.parameters)
    return (job.parameters - routed) / (t * p), routed / (p * np.maximum(e, t))


def step_parts(job: Job, machine: Machine, at: Layout, known: Constants) -> dict[str, Any]:
    """Seconds of one optimizer step, part by part, for a layout or arrays of them; `job.recompute` must be set."""
    t, p, d, b, v, c, _ = at
    domain, stack, model = known.scaleup_chips, job.stack, job.model
    tokens = b * job.sequence_length / c
    microbatches = job.global_batch / (d * b)
    deep = job.layers + job.predicted_layers
    layers = v * np.ceil(job.layers / (p * v)) + job.predicted_layers / p  # the fullest chunk sets the pace
    forward = 2.0 if job.recompute == "full" else 1.0  # forward passes
    rates = _rates(job, machine, known)
    seen = 1 - stack.hidden
    across = t * p * d * c > domain

    matrices = _matrices(job, rates, tokens, t, forward)
    experts = _experts(job, rates, known, at, forward)
    elementwise = _elementwise(job, machine, rates, known, at, forward)
    attention = _attention(job, rates, known, tokens, t, forward)
    exchange = _exchange(job, machine, known, at, forward, matrices + experts + attention)
    context = _passed_on(job, machine, rates, known, at, attention)
    # Two all-reduces forward and two backward; full recomputation repeats the forward ones. Beyond the scale-up domain
    # the tensor group's ring runs at the network's pace.
    ring = np.where(t > domain, np.minimum(rates.links, rates.network), rates.links)
    all_reduce = 2 * HALF_BYTES * tokens * job.hidden_size * (t - 1) / t / ring + 2 * (t - 1) * machine.latency
    tensor = seen * (2 * forward + 2) * np.where(t > 1, all_reduce, 0)
    heads = 1 + job.predicted_layers
    head = heads * (
        (2 if job.frozen else 3) * _product(tokens, job.vocabulary, job.hidden_size, rates.matrix, HALF_BYTES, rates.memory)
        + known.logit_bytes * tokens * job.vocabulary / rates.memory
    ) / t  # fmt: skip
    between = seen * _between(job, machine, rates, known, at, across)

    layer = matrices + experts + elementwise + attention + tensor + exchange + context
    # The stage with the output head has fewer layers in today's software, and as many as the others in older.
    balanced = np.maximum(np.maximum(layers * layer, (deep * layer + head) / p), head)
    stage = balanced if stack.overlapped else layers * layer + head
    each, per_step, optimizer = _shared(job, machine, rates, known, at, stage, layers)
    bubble = (stage + between + each) * microbatches * pipeline_bubble(p, microbatches, v)
    parts = {
        "matrix products": microbatches * layers * (matrices + experts),
        "memory-bound work": microbatches * layers * elementwise,
        "attention": microbatches * layers * attention,
        "embedding and loss": microbatches * (stage - layers * layer),
        "tensor parallel": microbatches * layers * tensor,
        "expert parallel": microbatches * layers * exchange,
        "context parallel": microbatches * layers * context,
        "between stages": microbatches * between,
        "pipeline bubble": bubble,
        "data parallel": microbatches * each + per_step,
        "optimizer": optimizer + 0.0 * stage,
    }
    return parts if model.moe_layers else {name: part for name, part in parts.items() if name != "expert parallel"}


def _shared(
    job: Job, machine: Machine, rates: _Rates, known: Constants, at: Layout, stage: Number, layers: Number
) -> tuple[Number, Number, Number]:
    """Data-parallel traffic that does not hide, of each microbatch and of the step; the optimizer's time."""
    t, p, d, _, _, c, e = at
    stack, domain = job.stack, known.scaleup_chips
    dense, routed = _states(job, at)
    ranks = d * c
    copies = np.maximum(ranks * t / np.maximum(e, t), 1.0)  # of each expert
    # A server's adapters serve the rings of all the replicas that it holds.
    pace = np.where(
        t * p * d * c > domain, np.minimum(rates.links, domain / np.minimum(t, domain) * rates.network), rates.links
    )
    apart = np.where(copies * e > domain, np.minimum(rates.links, rates.network), rates.links)
    moved = dense * (ranks - 1) / ranks / pace + routed * (copies - 1) / copies / apart
    each = per_step = 0.0 * stage
    trained = 0.01 if job.frozen else 1.0
    if job.sharded_data_parallel:
        # Weights are gathered forward and (when resharded) backward, gradients scattered, for every microbatch.
        rounds = 3.0 if job.zero_stage >= 3 else 2.0
        traffic = rounds * (HALF_BYTES * moved + layers * (ranks - 1) * machine.latency)
        each = _unhidden(traffic, stage, known.exposed * stack.exposed)
    else:
        traffic = trained * GRADIENT_BYTES * moved + 2 * np.log2(np.maximum(ranks, 1)) * machine.latency
        # Beside the last microbatch.
        per_step = (
            _unhidden(traffic, stage, known.exposed * stack.exposed) if stack.overlapped else traffic + 0.0 * stage
        )
    sharded = job.sharded_data_parallel or stack.overlapped
    held = dense / (ranks if sharded else 1) + routed / (copies if sharded else 1)
    return each, per_step, trained * known.optimizer_bytes_moved * held / rates.memory


def _unhidden(traffic: Number, arithmetic: Number, exposed: float) -> Number:
    """A share of the traffic, or what is longer than the arithmetic that it can hide behind."""
    return np.maximum(exposed * traffic, traffic - (1 - exposed) * arithmetic)
