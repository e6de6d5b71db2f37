"""What `catalog/performance.toml` says of chips and software: measured, counted and calibrated figures of a training step."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from cluster_calc.catalog.chips import Chip
from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.files.shipped import shipped
from cluster_calc.files.toml import read_toml

RECOMPUTE = ("none", "selective", "full")
ATTENTIONS = ("unfused", "flash1", "flash2", "flash3")
# Chips of one scale-up domain where the catalog names no other: a server's.
SERVER_CHIPS = 8
# Between these dates software was measured; outside them it is taken as at the nearer one.
OLDEST, NEWEST = 2024.0, 2026.5
# From this date on software for training ran attention in the kernels of FlashAttention-3 and cuDNN 9.
FLASH3_FROM = 2024.75


@dataclass(frozen=True, slots=True)
class Constants:
    """The efficiencies of one generation of chips, and what its software moves; `catalog/performance.toml` says what each is."""

    training_share: float
    link_efficiency: float
    exposed: float
    memory_efficiency: float
    network_efficiency: float
    value_bytes: float
    replicated_share: float
    score_bytes_moved: float
    logit_bytes: float
    optimizer_bytes_moved: float
    cast_bytes: float
    block_cast: float
    attention_block: float
    score_width: float
    kernel_time: float
    latency: float
    memory_reserve: float
    matrix_efficiency: float
    flash1: float
    flash2: float
    flash3: float
    low_precision_efficiency: float
    fp4_efficiency: float
    grouped_share: float
    expert_tokens: float
    expert_imbalance: float
    exchange_efficiency: float
    exchange_exposed: float
    exchange_latency: float
    moe_layer_time: float
    routing_bytes: float
    software_gain: float
    scaleout_bandwidth: float
    scaleup_chips: float = SERVER_CHIPS
    generation: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """What a run's software did."""

    attention: str = "flash2"
    sequence_parallel: bool = True
    hidden: float = 0.5
    overlapped: bool = True
    interleave: int | None = None  # model chunks of a stage where a row does not say
    stage_batch: bool = False  # a row without a batch has one sequence for each stage and replica
    exposed: float = 1.0  # of the data-parallel traffic that older software leaves exposed, what this one does
    pace: float = 1.0  # speed of its kernels against tuned software
    released: float = 0.0  # year of the software, as a decimal; 0: the newest that was measured

    def age(self, known: Constants) -> float:
        """What mixtures of experts cost beside their arithmetic, against the start of 2026: newer software costs less."""
        return math.exp(-known.software_gain * (min(max(self.released or NEWEST, OLDEST), NEWEST) - 2026.0))

    @property
    def fused(self) -> bool:
        return self.attention != "unfused"


@cache
def _book() -> dict[str, Any]:
    return read_toml(shipped("catalog") / "performance.toml")


def calibrated(which: str = "value") -> dict[str, float]:
    """The figures calibrated on dense steps, or with `start` where their calibration starts.

    >>> sorted(calibrated())
    ['exposed', 'link_efficiency', 'training_share']
    """
    return {name: float(entry[which]) for name, entry in _book()["calibrated"].items() if isinstance(entry, dict)}


def fitted(which: str = "value") -> dict[str, float]:
    """The other calibrated figures by place: `experts.NAME`, `generation.NAME.FIGURE`, `stack.NAME.FIGURE`.

    >>> fitted("start")["experts.expert_tokens"]
    300.0
    """
    book = _book()
    places = [(name, book[name]) for name in ("formats", "experts")]
    places += [(f"{part}.{name}", entry) for part in ("generation", "stack") for name, entry in book[part].items()]
    return {
        f"{place}.{name}": float(entry[which])
        for place, table in places
        for name, entry in table.items()
        if isinstance(entry, dict) and "start" in entry
    }


def spreads(of: str = "spread") -> dict[str, dict[str, float]]:
    """Measured over predicted speed by kind of model: of steps that the calibration never saw, or of whole runs (`run`)."""
    return {name: entry for name, entry in _book()[of].items() if isinstance(entry, dict)}


def constants_of(item: Chip) -> Constants:
    """The constants of a chip's generation; a chip of none that was measured has those of `other`."""
    joined = item.figures.get("scaleup_chips")
    return _constants(item.generation, SERVER_CHIPS if joined is None or joined.value is None else float(joined.value))


def known_generation(item: Chip) -> str:
    """The generation whose measured speeds are the chip's, or `other`."""
    return item.generation if item.generation in _book()["generation"] else "other"


@cache
def _constants(generation: str, scaleup_chips: float) -> Constants:
    book = _book()
    name = generation if generation in book["generation"] else "other"
    reserve = catalog().assumption("memory_reserve")
    assert reserve is not None
    figures = {key: float(entry["value"]) for key, entry in
               {**book["counted"], **book["formats"], **book["experts"], **book["generation"][name]}.items() if isinstance(entry, dict)}  # fmt: skip
    return Constants(
        **figures,
        **calibrated(),
        memory_reserve=float(reserve.value),
        generation=name,
        scaleup_chips=float(scaleup_chips),
    )


def stack_of(family: str, attention: str = "", source: str = "", released: float = 0.0) -> Stack:
    """What the software of a published family did, named by the family or else by the source; today's where neither is known.

    >>> stack_of("Korthikanti 2022").attention
    'unfused'
    >>> stack_of("", source="Narayanan et al. 2021, arXiv:2104.04473").overlapped
    False
    >>> stack_of("", "unfused").overlapped
    True
    """
    if attention and attention not in ATTENTIONS:
        raise InputError(
            f"attention: {quoted(attention)} is not one of {', '.join(ATTENTIONS)}.{did_you_mean(attention, ATTENTIONS)}"
        )
    entry = _book()["stack"][stack_name(family, source)]
    known = {
        field.name: value["value"] if isinstance(value := entry[field.name], dict) else value
        for field in fields(Stack)
        if field.name in entry
    }
    if 0 < released < FLASH3_FROM and known["attention"] == "flash3":
        known["attention"] = "flash2"
    return Stack(**known | ({"attention": attention} if attention else {}) | {"released": released})


def stack_name(family: str, source: str = "") -> str:
    """Which software a family or a source names.

    >>> stack_name("MosaicML FSDP"), stack_name("someone's own")
    ('mosaicml-fsdp', 'default')
    """
    return next(
        (
            name
            for said in (family, source)
            for name, one in _book()["stack"].items()
            if any(word in said.lower().replace("_", "-").replace(" ", "-") for word in one.get("names", ()))
        ),
        "default",
    )


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
