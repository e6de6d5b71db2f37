"""What `catalog/performance.toml` says of chips and software: measured, counted and calibrated figures of a training step."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.files.shipped import shipped
from cluster_calc.files.toml import read_toml

RECOMPUTE = ("none", "selective", "full")
ATTENTIONS = ("unfused", "flash1", "flash2")
# Chips of one scale-up domain where the catalog names no other: a server's.
SERVER_CHIPS = 8


@dataclass(frozen=True, slots=True)
class Constants:
    """The efficiencies of one generation of chips, and what its software moves; `catalog/performance.toml` says what each is."""

    training_share: float
    link_efficiency: float
    exposed: float
    memory_efficiency: float
    network_efficiency: float
    elementwise_bytes: float
    replicated_share: float
    score_bytes_moved: float
    logit_bytes: float
    optimizer_bytes_moved: float
    cast_bytes: float
    attention_block: float
    kernel_time: float
    latency: float
    memory_reserve: float
    matrix_efficiency: float
    flash1: float
    flash2: float
    low_precision_efficiency: float
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

    @property
    def fused(self) -> bool:
        return self.attention != "unfused"


@cache
def _book() -> dict[str, Any]:
    return read_toml(shipped("catalog") / "performance.toml")


def calibrated(which: str = "value") -> dict[str, float]:
    """The calibrated figures, or with `start` where their calibration starts.

    >>> sorted(calibrated())
    ['exposed', 'link_efficiency', 'training_share']
    """
    return {name: float(entry[which]) for name, entry in _book()["calibrated"].items() if isinstance(entry, dict)}


@cache
def constants_of(chip_id: str) -> Constants:
    """The constants of a chip's generation; a chip of none has those of `other`."""
    book = _book()
    name = next((name for name, entry in book["generation"].items() if chip_id in entry["chips"]), "other")
    reserve = catalog().assumption("memory_reserve")
    assert reserve is not None
    figures = {key: float(entry["value"]) for key, entry in
               {**book["counted"], **book["generation"][name]}.items() if isinstance(entry, dict)}  # fmt: skip
    return Constants(
        **figures,
        **calibrated(),
        memory_reserve=float(reserve.value),
        generation=name,
        scaleup_chips=float(book["scaleup_chips"].get(chip_id, SERVER_CHIPS)),
    )


def stack_of(family: str, attention: str = "", source: str = "") -> Stack:
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
    stacks = _book()["stack"]
    entry = next(
        (
            one
            for said in (family, source)
            for one in stacks.values()
            if any(name in said.lower().replace("_", "-").replace(" ", "-") for name in one.get("names", ()))
        ),
        stacks["default"],
    )
    return Stack(
        **{field.name: entry[field.name] for field in fields(Stack)} | ({"attention": attention} if attention else {})
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
