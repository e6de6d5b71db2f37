"""Measured servings as cases of the model: what a row says, what the relations predict of it.

A row knows its layout and its streams, or only one, or neither; what it does not say is searched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cluster_calc.performance.serving.constants import book, engine_figures, figures
from cluster_calc.performance.serving.replicas import CONVENTIONS, Values, evaluated, stacked

LAYOUT = ("tensor_parallel", "attention_parallel", "expert_parallel", "pipeline_parallel")
# Iterations of the closed loop of a disaggregated serving: its error halves with each.
ROUNDS = 24
# Prefill or decode pools at work at most this share of the time: queues form before they are full.
POOL_LIMIT = 0.95
# Shares of the most streams that are tried where the engine chooses them.
BATCH_SHARES = (1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625)


@dataclass(frozen=True)
class Pool:
    """The workers of one side of a disaggregated serving."""

    workers: float
    layout: Mapping[str, float]

    @property
    def chips(self) -> float:
        """Chips of all workers."""
        at = self.layout
        return self.workers * at["tensor_parallel"] * at["attention_parallel"] * at["pipeline_parallel"]


@dataclass(frozen=True)
class Case:
    """One row as values by nomenclature name, without layout and batch.

    `streams` are the requests under way (None: as many as the memory and the engine take), `layout` None: the fastest.
    `speed` is what a server that meets limits on its tail serves of a steady load, `most_step` its limit on the mean
    time from token to token. `alone` says that decode or prefill was measured alone.
    """

    values: Mapping[str, float]
    level: str
    chips: float
    engine: str = "other"
    date: str = ""
    streams: float | None = None
    layout: Mapping[str, float] | None = None
    pools: tuple[Pool, Pool] | None = None
    speed: float = 1.0
    most_step: float = float("inf")
    alone: str = ""
    notes: tuple[str, ...] = ()

    @property
    def moe(self) -> bool:
        """Whether the model is a mixture of experts."""
        return self.values["experts"] > 1


@dataclass(frozen=True)
class Predicted:
    """What the relations say of a case: rates per chip and second, times in seconds."""

    output_rate: float
    total_rate: float
    first_token: float
    step: float
    batch: float
    draw: float
    layout: Mapping[str, float]
    fits: bool


def constants(cases: Sequence[Case], table: Mapping[str, Any] | None = None) -> Values:
    """The constants of every case as arrays: shared ones, its level of software's and its engine's."""
    table = table or book()
    found: Values = dict(figures(table["constants"]))
    levels = {name: figures(entry) for name, entry in table["software"].items()}
    for name in next(iter(levels.values())):
        found[name] = np.array([levels[case.level][name] for case in cases])
    engines = [engine_figures(case.engine, case.moe, case.date, table) for case in cases]
    found["engine_time_factor"] = np.array([entry["engine_time_factor"] for entry in engines])
    found["moe_layer_time"] = found["moe_layer_time"] * np.array([entry["moe_factor"] for entry in engines])
    return found


def joined(cases: Sequence[Case], table: Mapping[str, Any] | None = None) -> Values:
    """Values, conventions and constants of the cases as arrays."""
    return {**CONVENTIONS, **constants(cases, table), **stacked([case.values for case in cases])}


def most_streams(cases: Sequence[Case], layouts: Sequence[Mapping[str, float]]) -> Any:
    """The streams of each case, or the engine's most in each attention group."""
    most = float(book()["traffic"]["engine_batch"]["value"])
    return np.array(
        [
            most * at["attention_parallel"] if case.streams is None else case.streams
            for case, at in zip(cases, layouts, strict=True)
        ]
    )


def aggregated(cases: Sequence[Case], table: Mapping[str, Any] | None = None) -> Values:
    """The relations on cases with a layout whose replica does prefill and decode."""
    return aggregated_at(cases, 1.0, table)


def disaggregated(cases: Sequence[Case], table: Mapping[str, Any] | None = None) -> Values:
    """The relations on cases with pools: the slower of the two sets the pace, and the streams are spread over both.

    Little's law closes the loop: what does not wait for its prefill decodes.
    """
    pools = [case.pools for case in cases if case.pools]
    values = {**joined(cases, table), "disaggregated": 1.0}
    first, second = ({**values, **stacked([pair[side].layout for pair in pools])} for side in (0, 1))
    workers = [np.array([pair[side].workers for pair in pools]) for side in (0, 1)]
    streams = most_streams(cases, [pair[1].layout for pair in pools])
    prefill = evaluated({**first, "batch": streams})
    capacity = POOL_LIMIT * workers[0] / prefill["prefill_time"]
    decode: Values = {}
    batch = streams / workers[1]
    for _ in range(ROUNDS):
        decode = evaluated({**second, "batch": batch})
        rate = np.minimum(capacity, workers[1] / decode["decode_time_per_request"])
        waiting = rate * prefill["prefill_time"] * first["attention_parallel"]
        fed = capacity * decode["decode_step_time"] * values["output_tokens"] / decode["accepted_tokens"] / workers[1]
        held = np.minimum(np.maximum(streams - waiting, streams / 20) / workers[1], fed)
        batch = np.maximum((batch + held) / 2, 0.5)
    chips = np.array([pair[0].chips + pair[1].chips for pair in pools])
    return {
        **decode,
        "replica_requests": rate,
        "output_tokens_per_second_per_chip": rate * values["output_tokens"] / chips,
        "total_tokens_per_second_per_chip": rate * (values["output_tokens"] + values["input_tokens"]) / chips,
        "closed_loop_first_token": prefill["prompt_time"]
        + values["burst_share"] * streams * prefill["prefill_time"] / workers[0],
    }


def searched(cases: Sequence[Case], table: Mapping[str, Any] | None = None) -> Values:
    """The relations on cases without a layout: of those that hold the model, the one that serves most within the limit."""
    best: Values = {}
    for layout in layouts_within(max(case.chips for case in cases)):
        best = _better(best, batched([replace(case, layout=layout) for case in cases], table))
    return best


def batched(cases: Sequence[Case], table: Mapping[str, Any] | None = None) -> Values:
    """The relations on cases whose streams are open: the batch that serves most within the limit on the time per token.

    Its `rate` is -1 where no batch fits the memory, the chips and the limit.
    """
    limit, chips = (np.array([getattr(case, name) for case in cases]) for name in ("most_step", "chips"))
    best: Values = {}
    for share in BATCH_SHARES:
        found = aggregated_at(cases, share, table)
        usable = (found["largest_batch"] >= 1) & (found["replica_chips"] <= chips)
        usable &= found["time_per_output_token"] <= limit
        usable &= (found["attention_parallel"] == 1) | (found["experts"] > 1)
        best = _better(best, {**found, "rate": np.where(usable, found["output_tokens_per_second_per_chip"], -1.0)})
    return best


def _better(best: Values, found: Values) -> Values:
    """Element by element the values of the higher rate."""
    if not best:
        return {name: np.broadcast_to(value, np.shape(found["rate"])) for name, value in found.items()}
    better = found["rate"] > best["rate"]
    return {name: np.where(better, value, best[name]) for name, value in found.items()}


def layouts_within(chips: float) -> list[dict[str, float]]:
    """The layouts of a replica that engines offer: tensor groups, and attention-data groups with spread experts.

    >>> [(int(at["tensor_parallel"]), int(at["attention_parallel"])) for at in layouts_within(2)]
    [(1, 1), (2, 1), (1, 2)]
    """
    sizes = [2.0**power for power in range(8) if 2.0**power <= max(chips, 1)]
    return [
        dict(zip(LAYOUT, (tensor, size / tensor, size if tensor < size else 1.0, 1.0), strict=True))
        for size in sizes
        for tensor in dict.fromkeys((min(size, 16.0), *([1.0] if size > 1 else [])))
        if tensor == size or size > 1
    ]


def aggregated_at(cases: Sequence[Case], share: float, table: Mapping[str, Any] | None = None) -> Values:
    """`aggregated`, at a share of the streams where they are open."""
    layouts = [case.layout or {} for case in cases]
    streams = most_streams(cases, layouts) * np.array([share if case.streams is None else 1.0 for case in cases])
    return evaluated({**joined(cases, table), **stacked(layouts), "batch": streams})


def predicted(cases: Sequence[Case], table: Mapping[str, Any] | None = None) -> list[Predicted]:
    """What the relations say of every case, in order."""
    found: dict[int, Predicted] = {}
    for evaluate in (disaggregated, aggregated, batched, searched):
        places = [place for place, case in enumerate(cases) if _evaluation(case) is evaluate]
        chosen = [cases[place] for place in places]
        if chosen:
            values = evaluate(chosen, table)
            found |= {
                place: _one(case, values, row) for row, (place, case) in enumerate(zip(places, chosen, strict=True))
            }
    return [found[place] for place in range(len(cases))]


def _evaluation(case: Case) -> Callable[..., Values]:
    if case.pools is not None:
        return disaggregated
    if case.layout is None:
        return searched
    return batched if case.streams is None else aggregated


def _one(case: Case, values: Values, row: int) -> Predicted:
    def at(name: str) -> float:
        return float(np.broadcast_to(values[name], np.shape(values["decode_step_time"]))[row])

    chips = at("replica_chips")
    output, total = at("output_tokens_per_second_per_chip"), at("total_tokens_per_second_per_chip")
    if case.alone == "decode":
        output = total = at("output_tokens") / at("decode_time_per_request") / chips
    elif case.alone == "prefill":
        output, total = float("nan"), at("input_tokens") / at("prefill_time") / chips
    return Predicted(
        output_rate=case.speed * output, total_rate=case.speed * total, first_token=at("closed_loop_first_token"),
        step=at("decode_step_time") if case.alone else at("time_per_output_token"), batch=at("batch"),
        draw=at("draw_share"), layout={name: at(name) for name in LAYOUT}, fits=at("largest_batch") >= 1,
    )  # fmt: skip
