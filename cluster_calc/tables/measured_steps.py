"""Rows of measured configurations: a job and a machine from each row's columns, for a predicted MFU."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from cluster_calc.catalog.chips import Chip
from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError, UndeterminedError, did_you_mean, quoted
from cluster_calc.performance.efficiencies import SERVER_CHIPS, constants_of, stack_of
from cluster_calc.performance.training.prediction import Prediction, machine_of, predict
from cluster_calc.performance.training.step_time import Job, Machine
from cluster_calc.tables.row import Prepared

_NEEDED = ("chip", "chips", "parameters", "layers", "hidden", "heads", "vocab", "sequence", "global_batch")
# The ZeRO stage of sharded data parallel, by PyTorch's names and others'; 0 shards optimizer states at most.
SHARDINGS = {"NO_SHARD": 0, "SHARD_GRAD_OP": 2, "FULL_SHARD": 3, "HYBRID_SHARD": 3,
             "NONE": 0, "DDP": 0, "ZERO_1": 0, "ZERO_2": 2, "ZERO_3": 3, "FSDP": 3, "HSDP": 3}  # fmt: skip
# A rate of the network: how many links, and bits (`b`) or bytes (`B`) a second.
_RATE = re.compile(r"(?:(\d+)\s*[x×]\s.*?)?\b(\d+(?:\.\d+)?)\s*([MGTmgt])(bit|byte|b|B)(?:ps|/s)")
_OF_A_CHIP = re.compile(r"\b(?:per|a|each|every)[ -]?(?:gpu|chip|accelerator|tpu)\b|/ ?(?:gpu|chip)\b", re.IGNORECASE)
_OF_A_SERVER = re.compile(r"node|server|host", re.IGNORECASE)
_SCALE_UP = re.compile(r"nvlink|nvswitch|xgmi|infinity fabric|\bin[- ]node|intra[- ]?node|within", re.IGNORECASE)


def job_of(row: Mapping[str, str]) -> Job:
    """The job of a row; a blank parallel size, micro-batch or recomputation is chosen."""
    lacking = [name for name in _NEEDED if not row.get(name)]
    if lacking:
        raise UndeterminedError(f"a predicted MFU needs {', '.join(lacking)}")
    stage = _zero_stage(row)
    return Job(
        chips=_whole(row, "chips") or 0, parameters=_number(row, "parameters"), layers=_whole(row, "layers") or 0,
        hidden_size=_whole(row, "hidden") or 0, heads=_whole(row, "heads") or 0, vocabulary=_whole(row, "vocab") or 0,
        sequence_length=_whole(row, "sequence") or 0, global_batch=_whole(row, "global_batch") or 0,
        micro_batch=_micro_batch(row), tensor_parallel=_whole(row, "tensor_parallel"),
        pipeline_parallel=_whole(row, "pipeline_parallel"), data_parallel=_whole(row, "data_parallel"),
        interleave=_whole(row, "interleave"), recompute=row.get("recompute", "").lower() or None, zero_stage=stage or 1,
        sharded_data_parallel=stage > 0, active_parameters=_number(row, "active_parameters") if row.get("active_parameters") else None,
        stack=stack_of(row.get("family", ""), row.get("attention", "").lower(), row.get("source", "")),
    )  # fmt: skip


def _zero_stage(row: Mapping[str, str]) -> int:
    """How far data parallel is sharded; software named FSDP shards everything unless the row says otherwise."""
    said = row.get("sharding", "").strip()
    if not said:
        return SHARDINGS["FSDP"] if "fsdp" in row.get("family", "").lower() else 0
    name = re.sub(r"^ZERO_?(?:STAGE_?)?(?=\d)", "ZERO_", said.upper().replace("-", "_").replace(" ", "_"))
    if name not in SHARDINGS:
        raise InputError(
            f"sharding: {quoted(said)} is not one of {', '.join(SHARDINGS)}.{did_you_mean(name, SHARDINGS)}"
        )
    return SHARDINGS[name]


def _micro_batch(row: Mapping[str, str]) -> int | None:
    """The microbatch given, or the one that follows from the replicas and the steps of gradient accumulation."""
    given = _whole(row, "micro_batch")
    replicas, steps, batch = (_whole(row, name) for name in ("data_parallel", "grad_accum", "global_batch"))
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


def machine_in(row: Mapping[str, str], item: Chip) -> Machine:
    """The machine of a row: the chip at its precision, on the network that the row names."""
    network = network_of(row.get("interconnect", ""))
    if row.get("scaleout_bandwidth"):
        network = _number(row, "scaleout_bandwidth") * 1e9
    latency = _number(row, "network_latency", least=0.0) * 1e-6 if row.get("network_latency") else None
    scaleup = _number(row, "scaleup_bandwidth") * 1e9 if row.get("scaleup_bandwidth") else None
    return machine_of(
        item, row.get("precision") or None, scaleout_bandwidth=network, latency=latency, scaleup_bandwidth=scaleup
    )


def predicted(row: Mapping[str, str]) -> Prediction:
    """The predicted utilisation of a row."""
    job = job_of(row)
    item = catalog().chip(row["chip"])
    return predict(job, machine_in(row, item), constants_of(item.id))


def prepare(row: Mapping[str, str]) -> Prepared:
    """A row's predicted MFU and HFU, with the layout that was chosen."""
    found = predicted(row)
    at = found.layout
    note = (
        f"tensor {at.tensor_parallel:.0f} × pipeline {at.pipeline_parallel:.0f} × data {at.data_parallel:.0f}, "
        f"micro-batch {at.micro_batch:.0f}, interleave {at.interleave:.0f}, recomputation: {found.recomputation}"
    )
    if not found.fits:
        note += "; does not fit in memory by the estimate"
    note = "; ".join((note, *found.beyond))
    return Prepared({"mfu": found.mfu, "hfu": found.hfu}, note)


def _number(row: Mapping[str, str], name: str, least: float = sys.float_info.min) -> float:
    try:
        value = float(row[name])
    except ValueError:
        raise InputError(f"{name}: {quoted(row[name])} is not a number") from None
    if not least <= value < float("inf"):
        raise InputError(f"{name}: {quoted(row[name])} is not a number above 0")
    return value


def _whole(row: Mapping[str, str], name: str) -> int | None:
    if not row.get(name):
        return None
    value = _number(row, name)
    if value != int(value) or value < 1:
        raise InputError(f"{name}: {quoted(row[name])} is not a whole number above 0")
    return int(value)
