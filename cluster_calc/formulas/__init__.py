"""The relations, one pure function each, named after what it returns and wired by the names of its arguments.

A module is a set of formulas that belong together; `graph.py` composes a model from sets. No units in a body: base
units (s, J, W, FLOP, byte, chip, USD, g) in, base units out; floats or arrays alike.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from cluster_calc.formulas import (
    additive_law,
    capital,
    chip_time,
    cluster,
    compute,
    data_size,
    deliverable,
    density,
    held_time,
    law_data,
    law_optimum,
    law_size,
    limits,
    measures,
    model_size,
    observed,
    operations,
    parameter_count,
    peak,
    power,
    power_law,
    sizing,
    straight_line,
    supply,
    timing,
    utilisation,
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
# What a scaling law says of size and data: its constants, then what it leaves open.
POWER_LAW = formulas_of(power_law)
ADDITIVE_LAW = formulas_of(additive_law)
LAW_OPTIMUM = formulas_of(law_optimum)
LAW_DATA = formulas_of(law_data)
LAW_SIZE = formulas_of(law_size)

ALL_SETS: dict[str, FormulaSet] = {
    name.lower().replace("_", "-"): value
    for name, value in list(globals().items())
    if name.isupper() and isinstance(value, tuple)
}
