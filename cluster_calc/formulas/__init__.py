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
    age,
    batch_limits,
    bill,
    capital,
    charge,
    checkpoint_size,
    checkpointing,
    chip_energy,
    chip_time,
    cluster,
    commitment,
    compute,
    counted_all,
    counted_without_embedding,
    daly,
    data_limits,
    data_size,
    declining_balance,
    deliverable,
    density,
    development,
    double_declining,
    epoch_dates,
    epoch_gpu,
    epoch_tpu,
    exchange,
    facility,
    failure_limits,
    failures,
    flop,
    from_hfu,
    goodput_losses,
    growth,
    held_spares,
    held_time,
    law_data,
    law_optimum,
    law_size,
    limits,
    measures,
    memory,
    mixed_precision,
    model_size,
    model_state,
    observed,
    operations,
    optimal_interval,
    owned,
    parameter_count,
    peak,
    pipeline,
    power,
    power_law,
    price_trend,
    price_year,
    published_run,
    recomputation,
    resale,
    reserve,
    running_costs,
    scheduling,
    selective_factor,
    server_count,
    service_life,
    sharded_memory,
    sizing,
    straight_line,
    supply,
    supply_limits,
    timing,
    trend_first_order,
    trend_integral,
    utilisation,
    world_limits,
    yardsticks,
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


# In every model: hardware, power, supply, limits. The hardware is priced by two factors (capital), or line by line for a
# chosen server (bill), whose reserve is a share unless it follows from failures. With a run: what it does and costs.
HARDWARE = formulas_of(peak, power, supply, limits)
TWO_FACTORS = formulas_of(capital)
BILL = formulas_of(server_count, bill)
RESERVE = formulas_of(reserve)
FACILITY = formulas_of(facility)
OWNED = formulas_of(owned)
EXCHANGE = formulas_of(exchange)
PRICE_YEAR = formulas_of(price_year)
GROWTH = formulas_of(growth)
DEVELOPMENT = formulas_of(development)
RUNNING_COSTS = formulas_of(running_costs)
RUN = formulas_of(measures, utilisation, operations)
# How hardware is charged: one of these.
STRAIGHT_LINE = formulas_of(service_life, straight_line, charge)
DECLINING_BALANCE = formulas_of(declining_balance, charge)
DOUBLE_DECLINING = formulas_of(service_life, double_declining, charge)
PRICE_PERFORMANCE = formulas_of(price_trend, trend_integral, charge)
PRICE_PERFORMANCE_FIRST_ORDER = formulas_of(price_trend, trend_first_order, charge)
RESALE = formulas_of(resale, charge)
# How old it is by then: the buyer's own dates, or Epoch AI's calendar for GPUs or TPUs.
AGE = formulas_of(age)
EPOCH_GPU = formulas_of(epoch_dates, epoch_gpu)
EPOCH_TPU = formulas_of(epoch_dates, epoch_tpu)
# Epoch AI's amortised cost of a published run, from its chip time: dates and the route to the chip time come beside it.
EPOCH_2024 = (
    *formulas_of(capital, price_trend, trend_first_order, charge, chip_energy, commitment),
    power.chip_power,
    power.electricity_cost,
    operations.run_cost,
    measures.chip_hours,
)
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

# Goodput from failures, checkpoints and restarts; the interval between checkpoints is one of three.
FAILURES = formulas_of(server_count, failures)
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
FLOP_PER_TOKEN = (flop.flop_per_token,)
RECOMPUTATION = formulas_of(recomputation)
FROM_HFU = formulas_of(from_hfu)
SELECTIVE_FACTOR = formulas_of(selective_factor)
MIXED_PRECISION = formulas_of(mixed_precision)
# The waterfall's further steps: goodput by cause, and what is held beside the run.
GOODPUT_LOSSES = formulas_of(goodput_losses)
SCHEDULING = formulas_of(scheduling)
HELD_SPARES = formulas_of(held_spares)
# Limits that the world sets.
WORLD_LIMITS = formulas_of(world_limits)
DATA_LIMITS = formulas_of(data_limits)
BATCH_LIMITS = formulas_of(batch_limits)
FAILURE_LIMITS = formulas_of(failure_limits)
SUPPLY_LIMITS = formulas_of(supply_limits)
YARDSTICKS = formulas_of(yardsticks)
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
