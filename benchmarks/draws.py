"""The model on floats and on draws, against the same arithmetic and draws without the graph."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.measure import median_seconds
from benchmarks.straight import pasted
from cluster_calc import estimate
from cluster_calc.draws.statistics import blocks
from cluster_calc.estimation.drawing import drawn, held
from cluster_calc.estimation.result import Result

QUESTION: dict[str, Any] = {"training_compute": 2e25, "chip": "h100", "ranges": True}


def base() -> Result:
    """The estimate whose model is timed."""
    return estimate(**QUESTION, draws=1000)


def scalar_seconds(result: Result, repeats: int = 2000) -> float:
    """One run of the whole model on floats."""
    given = {name: datum.value for name, datum in result.data.items() if datum.value is not None}
    result.model.evaluate(given)
    return median_seconds(lambda: result.model.evaluate(given), repeats)


def ranged(result: Result) -> list[str]:
    """The inputs that are drawn."""
    return [name for name in result.samples if name in result.data]


def through_graph(result: Result, draws: int) -> Callable[[], Any]:
    """The program's own way to draw."""
    return lambda: drawn(result, ranged(result), {"draws": draws, "seed": 0}).samples


def by_hand(result: Result, draws: int) -> Callable[[], Any]:
    """The same draws and arithmetic in one pasted function, block by block into the arrays that are kept."""
    fixed = held(result)
    names = ranged(result)
    steps = result.model.plan(fixed)
    varying = set(names)
    varies = []
    for step in steps:
        if varying.intersection(step.inputs):
            varying.add(step.name)
            varies.append(step)
    constants = result.model.evaluate(fixed)
    run = pasted(varies)

    def work() -> dict[str, Any]:
        kept = {name: np.empty(draws) for name in (*names, *(step.name for step in varies))}
        for place, inputs in blocks(result.data, names, draws, 0):
            for name, values in {**inputs, **run(**{**constants, **inputs})}.items():
                kept[name][place] = values
        return kept

    return work


def draw_ratio(result: Result, draws: int = 1_000_000, repeats: int = 3) -> tuple[float, float]:
    """Seconds of the program's draws, and their ratio to the hand-written ones; taken in turns, the best of each."""
    graph, hand = through_graph(result, draws), by_hand(result, draws)
    graph(), hand()
    pairs = [(median_seconds(graph, 1), median_seconds(hand, 1)) for _ in range(repeats)]
    best = min(pair[0] for pair in pairs)
    return best, best / min(pair[1] for pair in pairs)


def memory_beyond(result: Result, draws: int) -> int:
    """Peak bytes beyond the samples that are kept."""
    work = through_graph(result, draws)
    work()
    tracemalloc.start()
    samples = work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return int(peak - sum(sample.nbytes for sample in samples.values()))
