"""The relations, one pure function each, named after what it returns and wired by the names of its arguments.

A module is a set of formulas that belong together; `graph.py` composes a model from sets. No units in a body: base
units (s, J, W, FLOP, byte, chip, USD, g) in, base units out; floats or arrays alike.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from cluster_calc.formulas import (
    capital,
    checkpoint_size,
    checkpointing,
    chip_time,
    cluster,
    compute,
    counted_all,
    counted_without_embedding,
    daly,
    data_size,
    deliverable,
    density,
    failures,
    flop,
    held_time,
    limits,
    measures,
    memory,
    model_size,
    model_state,
    observed,
    operations,
    optimal_interval,
    parameter_count,
    peak,
    pipeline,
    power,
    published_run,
    sharded_memory,
    sizing,
    straight_line,
    supply,
    timing,
    utilisation,
    young,
)

FormulaSet = tuple[Callable[..., Any], ...]


def formulas_of(*modules: ModuleType) -> FormulaSet:
    """Every public function defined in the modules, in the order written.

    >>> [formula.__name__ for formula in formulas_of(observed)]
    ['implied_mfu', 'mfu']
    """
    return tuple(
        value
        for module in modules
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    )


# In every model: hardware, power, supply, limits. With a run: what it does and costs.
HARDWARE = formulas_of(peak, capital, power, supply, limits)
RUN = formulas_of(measures, utilisation, operations)
# How hardware is charged: one of these.
STRAIGHT_LINE = formulas_of(straight_line)
# The demand: arithmetic → chip time, or what a chip time can train.
COMPUTE = formulas_of(compute)
DELIVERABLE = formulas_of(deliverable)
# The model behind the arithmetic, or what the arithmetic leaves open.
DENSE = formulas_of(density)
MODEL_SIZE = formulas_of(model_size)
DATA_SIZE = formulas_of(data_size)
PARAMETER_COUNT = formulas_of(parameter_count)
# Time and size.
SIZING = formulas_of(sizing)
TIMING = formulas_of(timing)
HELD_TIME = formulas_of(held_time)
CHIP_TIME = formulas_of(chip_time)
OBSERVED = formulas_of(observed)
CLUSTER = formulas_of(cluster)

# Goodput from failures, checkpoints and restarts; the interval between checkpoints is one of three.
FAILURES = formulas_of(failures)
CHECKPOINTING = formulas_of(checkpointing)
CHECKPOINT_SIZE = formulas_of(checkpoint_size)
YOUNG = formulas_of(young)
DALY = formulas_of(daly)
OPTIMAL_INTERVAL = formulas_of(optimal_interval)

# What a utilisation counts: with attention, and with or without the input embedding.
FLOP_CONVENTION = formulas_of(flop)
COUNTED_ALL = formulas_of(counted_all)
COUNTED_WITHOUT_EMBEDDING = formulas_of(counted_without_embedding)
PIPELINE = formulas_of(pipeline)
# Memory of a chip: under a parallel layout, or with the model states sharded over all chips.
MODEL_STATE = formulas_of(model_state)
LAYOUT_MEMORY = formulas_of(memory)
SHARDED_MEMORY = formulas_of(sharded_memory)
# A published run at its word: the predicted time, and what its own hours, watts and rates make.
PUBLISHED = (
    *COMPUTE,
    *TIMING,
    *formulas_of(published_run),
    power.chip_power,
    power.emissions,
    operations.rental_cost,
)

ALL_SETS: dict[str, FormulaSet] = {
    name.lower().replace("_", "-"): value
    for name, value in list(globals().items())
    if name.isupper() and isinstance(value, tuple)
}
