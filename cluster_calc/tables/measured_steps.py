"""Rows of measured configurations: a job and a machine from each row's columns, for a predicted MFU."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cluster_calc.catalog.chips import Chip
from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError, UndeterminedError, did_you_mean, quoted
from cluster_calc.performance.efficiencies import SERVER_CHIPS, constants_of, stack_of
from cluster_calc.performance.training.prediction import Prediction, machine_of, predict, spread_of
from cluster_calc.performance.training.step_time import Job, Machine
from cluster_calc.tables.row import Prepared
from cluster_calc.tables.step_rows import SEQUENCE, StepRow, batch_of, block_scaled, precision_of, released, shapes_of

# Bytes of gradients and optimizer states for each weight where adapters of about 0.5 % of the weights are trained.
ADAPTERS, EVERY_WEIGHT = (0.01, 0.06), (2.0, 12.0)
# The ZeRO stage of sharded data parallel, by PyTorch's names and others'; 0 shards optimizer states at most.
SHARDINGS = {"NO_SHARD": 0, "SHARD_GRAD_OP": 2, "FULL_SHARD": 3, "HYBRID_SHARD": 3,
             "NONE": 0, "DDP": 0, "ZERO_1": 0, "ZERO_2": 2, "ZERO_3": 3, "FSDP": 3, "HSDP": 3}  # fmt: skip
# A rate of the network: how many links, and bits (`b`) or bytes (`B`) a second.
_RATE = re.compile(r"(?:(\d+)\s*[x×]\s.*?)?\b(\d+(?:\.\d+)?)\s*([MGTmgt])(bit|byte|b|B)(?:ps|/s)")
_OF_A_CHIP = re.compile(r"\b(?:per|a|each|every)[ -]?(?:gpu|chip|accelerator|tpu)\b|/ ?(?:gpu|chip)\b", re.IGNORECASE)
_OF_A_SERVER = re.compile(r"node|server|host", re.IGNORECASE)
_SCALE_UP = re.compile(r"nvlink|nvswitch|xgmi|infinity fabric|\bin[- ]node|intra[- ]?node|within", re.IGNORECASE)


def job_of(cells: Mapping[str, str], row: StepRow | None = None) -> Job:
    """The job of a row; a blank parallel size, micro-batch or recomputation is chosen, what else is blank assumed."""
    row = row or StepRow(cells)
    chips = row.whole("chips") or _missing("chips")
    sizes, shapes = shapes_of(row)
    sequence = row.whole("sequence") or int(row.assume("sequence", SEQUENCE, "usual"))
    stage = _zero_stage(row)
    words = f"{row.text('model')} {row.text('kind')}".lower()
    replicas, context = _groups(row, chips)
    extra = 0 if shapes is None or "w/o mtp" in words else shapes.predicted_layers
    date = released(row)
    stack = stack_of(row.text("family"), row.text("attention").lower(), row.text("source"), date)
    gradients, states = ADAPTERS if "lora" in words else EVERY_WEIGHT
    return Job(
        chips=chips, **sizes, sequence_length=sequence,
        global_batch=batch_of(row, sizes["active_parameters"] or sizes["parameters"], sizes["parameters"], sequence, chips, stack.stage_batch),
        micro_batch=_micro_batch(row), tensor_parallel=row.whole("tensor_parallel"),
        pipeline_parallel=row.whole("pipeline_parallel"), data_parallel=replicas,
        interleave=row.whole("interleave") or (stack.interleave if (row.whole("pipeline_parallel") or 1) > 1 else None), recompute=row.text("recompute").lower() or None, zero_stage=stage or 1,
        sharded_data_parallel=stage > 0, context_parallel=context,
        expert_parallel=row.whole("expert_parallel") if shapes is not None and shapes.moe_layers else None, shapes=shapes,
        frozen="lora" in words, gradient_bytes=gradients, optimizer_bytes=states, block_scaled=block_scaled(row.text("precision")), predicted_layers=extra, stack=stack,
    )  # fmt: skip


def _missing(name: str) -> int:
    raise UndeterminedError(f"a predicted MFU needs {name}")


def _groups(row: StepRow, chips: int) -> tuple[int | None, int | None]:
    """Replicas and chips of a context group, such that they make the row's chips where it gives all sizes."""
    replicas, context = row.whole("data_parallel"), row.whole("context_parallel")
    tensor, pipeline = row.whole("tensor_parallel"), row.whole("pipeline_parallel")
    if None in (replicas, context, tensor, pipeline):
        return replicas, context
    stage = (tensor or 1) * (pipeline or 1)
    if stage * (context or 1) * (replicas or 1) == chips or chips % stage:
        return replicas, context
    left, batch = chips // stage, row.whole("global_batch") or chips
    if left % (context or 1) == 0 and batch % (left // (context or 1)) == 0:
        return int(
            row.assume("data_parallel", left // (context or 1), f"{chips} chips in groups of {stage * (context or 1)}")
        ), context
    if left % (replicas or 1) == 0:
        return replicas, int(
            row.assume("context_parallel", left // (replicas or 1), f"{chips} chips in {replicas} replicas")
        )
    return replicas, context


def _zero_stage(row: StepRow) -> int:
    """How far data parallel is sharded; software named FSDP shards everything unless the row says otherwise."""
    said = row.text("sharding")
    if not said:
        fsdp = row.number("fsdp", least=0.0)
        if fsdp is not None:
            return SHARDINGS["FSDP"] if fsdp > 1 else 0
        return SHARDINGS["FSDP"] if "fsdp" in row.text("family").lower() else 0
    name = re.sub(r"^ZERO_?(?:STAGE_?)?(?=\d)", "ZERO_", said.upper().replace("-", "_").replace(" ", "_"))
    if name not in SHARDINGS:
        raise InputError(
            f"sharding: {quoted(said)} is not one of {', '.join(SHARDINGS)}.{did_you_mean(name, SHARDINGS)}"
        )
    return SHARDINGS[name]


def _micro_batch(row: StepRow) -> int | None:
    """The microbatch given, or the one that follows from the replicas and the steps of gradient accumulation."""
    given = row.whole("micro_batch")
    replicas, steps, batch = (row.whole(name) for name in ("data_parallel", "grad_accum", "global_batch"))
    if given or not (replicas and steps and batch) or batch % (replicas * steps):
        return given
    return batch // (replicas * steps)


def network_of(text: str) -> float | None:
    """Bandwidth of the network in bytes per second and chip, one direction, from words; None where they give no rate.

    A rate is one chip's where the words say so, or where they speak of no server and count no links; else it is a server's.

    >>> network_of("NVLink 3; 8x HDR InfiniBand 200 Gbps per node"), network_of("NVLink in node; 1600 Gbps RoCE node to node")
    (25000000000.0, 25000000000.0)
    >>> network_of("NVLink 4; 400 Gb/s NDR InfiniBand per GPU"), network_of("50 GB/s per GPU"), network_of("3.2 Tb/s per node")
    (50000000000.0, 50000000000.0, 50000000000.0)
    >>> network_of("NVLink 900 GB/s; node to node not stated")
    """
    for part in reversed(text.split(";")):
        found = None if _SCALE_UP.search(part) else _RATE.search(part)
        if not found:
            continue
        links, number, scale, unit = found.groups()
        rate = float(number) * {"m": 1e6, "g": 1e9, "t": 1e12}[scale.lower()] / (1 if unit in ("B", "byte") else 8)
        if _OF_A_CHIP.search(part):
            return rate
        return int(links or 1) * rate / SERVER_CHIPS if links or _OF_A_SERVER.search(part) else rate
    return None


def machine_in(cells: Mapping[str, str], item: Chip) -> Machine:
    """The machine of a row: the chip at its precision, on the network that the row names."""
    row = StepRow(cells)
    network, scaleup = network_of(row.text("interconnect")), row.number("scaleup_bandwidth")
    if row.number("scaleout_bandwidth"):
        network = (row.number("scaleout_bandwidth") or 0.0) * 1e9
    latency = row.number("network_latency", least=0.0)
    return machine_of(
        item, precision_of(row.text("precision")), scaleout_bandwidth=network,
        latency=None if latency is None else latency * 1e-6, scaleup_bandwidth=None if scaleup is None else scaleup * 1e9,
    )  # fmt: skip


def predicted(cells: Mapping[str, str], job: Job | None = None) -> Prediction:
    """The predicted utilisation of a row."""
    item = catalog().chip(StepRow(cells).text("chip") or str(_missing("chip")))
    return predict(job or job_of(cells), machine_in(cells, item), constants_of(item))


def prepare(cells: Mapping[str, str]) -> Prepared:
    """A row's predicted utilisation and speed, with the layout that was chosen and what was assumed."""
    row = StepRow(cells)
    job = job_of(cells, row)
    found = predicted(cells, job)
    speed = found.tokens_per_second / job.chips
    low, high = spread_of(job.model.moe_layers > 0)
    note = "; ".join((
        *row.notes, *(() if found.fits else ("does not fit in memory by the estimate",)), *found.beyond,
    ))  # fmt: skip
    return Prepared(
        {"mfu": found.mfu, "hfu": found.hfu}, note,
        more={"predicted_tokens_per_second_per_chip": speed, "predicted_p10": low * speed, "predicted_p90": high * speed,
              "layout": found.layout_text},
    )  # fmt: skip
