"""Rows of measured configurations: a job and a machine from each row's columns, for a predicted MFU."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from cluster_calc.catalog import Chip, catalog
from cluster_calc.efficiencies import constants_of, stack_of
from cluster_calc.errors import InputError, UndeterminedError, quoted
from cluster_calc.performance import SHARDINGS, Prediction, machine_of, predict
from cluster_calc.step_time import Job, Machine
from cluster_calc.tables import Prepared

_NEEDED = ("chip", "chips", "parameters", "layers", "hidden", "heads", "vocab", "sequence", "global_batch")
_NETWORK = re.compile(r"^\s*(?:(\d+)\s*x\s)?[^;]*?\b(\d+(?:\.\d+)?)\s*Gb(?:ps|/s)", re.IGNORECASE)


def job_of(row: Mapping[str, str]) -> Job:
    """The job of a row; a blank parallel size, micro-batch or recomputation is chosen."""
    lacking = [name for name in _NEEDED if not row.get(name)]
    if lacking:
        raise UndeterminedError(f"a predicted MFU needs {', '.join(lacking)}")
    sharding = row.get("sharding", "").upper().replace("-", "_")
    if sharding not in SHARDINGS:
        raise InputError(f"sharding: {quoted(sharding)} is not one of {', '.join(filter(None, SHARDINGS))}")
    stage = SHARDINGS[sharding]
    return Job(
        chips=_whole(row, "chips") or 0, parameters=_number(row, "parameters"), layers=_whole(row, "layers") or 0,
        hidden_size=_whole(row, "hidden") or 0, heads=_whole(row, "heads") or 0, vocabulary=_whole(row, "vocab") or 0,
        sequence_length=_whole(row, "sequence") or 0, global_batch=_whole(row, "global_batch") or 0,
        micro_batch=_whole(row, "micro_batch"), tensor_parallel=_whole(row, "tensor_parallel"),
        pipeline_parallel=_whole(row, "pipeline_parallel"), data_parallel=_whole(row, "data_parallel"),
        interleave=_whole(row, "interleave"), recompute=row.get("recompute", "").lower() or None, zero_stage=stage or 1,
        sharded_data_parallel=stage > 0, active_parameters=_number(row, "active_parameters") if row.get("active_parameters") else None,
        stack=stack_of(row.get("family", ""), row.get("attention", "").lower()),
    )  # fmt: skip


def machine_in(row: Mapping[str, str], item: Chip) -> Machine:
    """The machine of a row: the chip at its precision, on the network that the row names."""
    named = _NETWORK.search(row.get("interconnect", "").split(";")[-1])
    network = None
    if named:
        links, rate = float(named.group(1) or 1), float(named.group(2))
        network = links * rate * 1e9 / 8 / 8  # bits to bytes, a server's links over its eight chips
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
