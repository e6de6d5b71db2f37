"""The relations, one pure function each, named after what it returns and wired by the names of its arguments.

A module is a set of formulas that belong together; `graph.py` composes a model from the sets named here. No units in a
body: base units (s, J, W, FLOP, byte, chip, USD, g) in, base units out; floats or arrays alike. A module is imported
when a model that uses it is built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

FormulaSet = tuple[Callable[..., Any], ...]


def formulas_of(module: ModuleType) -> FormulaSet:
    """Every public function defined in a module, in the order written.

    >>> from cluster_calc.formulas import observed
    >>> [formula.__name__ for formula in formulas_of(observed)]
    ['implied_mfu', 'mfu']
    """
    return tuple(
        value
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    )


# Set → its modules, or single formulas of a module.
_SETS: dict[str, tuple[str, ...]] = {
    # In every model: hardware, power, supply, limits. The hardware is priced by two factors (capital), or line by line for a
    # chosen server (bill), whose reserve is a share unless it follows from failures. With a run: what it does and costs.
    "hardware": ("peak", "power", "supply", "limits"),
    "two-factors": ("capital",),
    "bill": ("server_count", "bill"),
    "reserve": ("reserve",),
    "facility": ("facility",),
    "owned": ("owned",),
    "exchange": ("exchange",),
    "price-year": ("price_year",),
    "growth": ("growth",),
    "development": ("development",),
    "running-costs": ("running_costs",),
    "run": ("measures", "utilisation", "operations"),
    # A run on rented chips in the place of "run"; the hours of a commitment are paid, used or not.
    "rented-run": (
        "measures",
        "utilisation",
        "rented_run",
        "operations.cost_per_chip_hour",
        "operations.cost_per_delivered_chip_hour",
        "operations.cost_per_zettaflop",
        "operations.compute_per_dollar",
    ),
    "committed": ("committed",),
    # How hardware is charged: one of these.
    "straight-line": ("service_life", "straight_line", "charge"),
    "declining-balance": ("declining_balance", "charge"),
    "double-declining": ("service_life", "double_declining", "charge"),
    "price-performance": ("price_trend", "trend_integral", "charge"),
    "price-performance-first-order": ("price_trend", "trend_first_order", "charge"),
    "resale": ("resale", "charge"),
    # How old it is by then: the buyer's own dates, or Epoch AI's calendar for GPUs or TPUs.
    "age": ("age",),
    "epoch-gpu": ("epoch_dates", "epoch_gpu"),
    "epoch-tpu": ("epoch_dates", "epoch_tpu"),
    # Epoch AI's amortised cost of a published run, from its chip time: dates and the route to the chip time come beside it.
    "epoch-2024": (
        "capital",
        "price_trend",
        "trend_first_order",
        "charge",
        "chip_energy",
        "commitment",
        "power.chip_power",
        "power.electricity_cost",
        "operations.run_cost",
        "measures.chip_hours",
    ),
    # The demand: arithmetic → chip time, or what a chip time can train.
    "compute": ("compute",),
    "deliverable": ("deliverable",),
    # The model behind the arithmetic, or what the arithmetic leaves open.
    "dense": ("density",),
    "model-size": ("model_size",),
    "data-size": ("data_size",),
    "parameter-count": ("parameter_count",),
    # Time and size.
    "sizing": ("sizing",),
    "timing": ("timing",),
    "held-time": ("held_time",),
    "chip-time": ("chip_time",),
    "observed": ("observed",),
    "predicted": ("predicted",),
    "cluster": ("cluster",),
    "throughput": ("utilisation.step_throughput", "utilisation.delivered_throughput"),
    # What a scaling law says of size and data: its constants, then what it leaves open.
    "power-law": ("power_law",),
    "additive-law": ("additive_law",),
    "law-optimum": ("law_optimum",),
    "law-data": ("law_data",),
    "law-size": ("law_size",),
    # Goodput from failures, checkpoints and restarts; the interval between checkpoints is one of three.
    "failures": ("server_count", "failures"),
    "checkpointing": ("checkpointing",),
    "checkpoint-size": ("checkpoint_size",),
    "young": ("young",),
    "daly": ("daly",),
    "optimal-interval": ("optimal_interval",),
    # What a utilisation counts: with attention, and with or without the input embedding.
    "flop-convention": ("flop",),
    "counted-all": ("counted_all",),
    "counted-without-embedding": ("counted_without_embedding",),
    "pipeline": ("pipeline",),
    # Memory of a chip: under a parallel layout, or with the model states sharded over all chips.
    "model-state": ("model_state",),
    "layout-memory": ("memory",),
    "layout": ("memory.data_parallel",),
    "logits": ("logits",),
    "without-logits": ("without_logits",),
    "sharded-memory": ("sharded_memory",),
    "flop-per-token": ("flop.flop_per_token",),
    "recomputation": ("recomputation",),
    "from-hfu": ("from_hfu",),
    "selective-factor": ("selective_factor",),
    "mixed-precision": ("mixed_precision",),
    # The waterfall's further steps: goodput by cause, and what is held beside the run.
    "goodput-losses": ("goodput_losses",),
    "scheduling": ("scheduling",),
    "held-spares": ("held_spares",),
    # The deadline: of a run that holds its chips, or of one that waits for them. Limits that the world sets.
    "deadline": ("deadline",),
    "calendar-deadline": ("calendar_deadline",),
    "world-limits": ("world_limits",),
    "data-limits": ("data_limits",),
    "batch-limits": ("batch_limits",),
    "failure-limits": ("failure_limits",),
    "supply-limits": ("supply_limits",),
    "yardsticks": ("yardsticks",),
    # Serving a model: a replica's memory, step and prompt, then the fleet for a demand, or the demand that a fleet carries.
    "serving": ("serving_memory", "serving_decode", "serving_prefill", "serving_replica"),
    "served": (
        "measures.chip_hours",
        "operations.run_cost",
        "operations.cost_per_chip_hour",
        "operations.rental_cost",
        "operations.rental_ratio",
    ),
    "serving-fleet": ("serving_fleet",),
    "serving-capacity": (
        "serving_capacity",
        "serving_fleet.peak_request_rate",
        "serving_fleet.prefill_servers",
    ),
    "serving-use": ("serving_use",),
    "serving-cost": ("serving_cost",),
    "serving-targets": ("serving_targets",),
    "serving-late-targets": ("serving_late_targets", "serving_targets.tpot_margin"),
    # A published run at its word: the predicted time, and what its own hours, watts and rates make.
    "published": (
        "compute",
        "timing",
        "published_run",
        "power.chip_power",
        "power.emissions",
        "operations.rental_cost",
    ),
}


@cache
def _loaded(name: str) -> FormulaSet:
    found: list[Callable[..., Any]] = []
    for part in _SETS[name]:
        place, _, single = part.partition(".")
        module = import_module(f"cluster_calc.formulas.{place}")
        found += [getattr(module, single)] if single else formulas_of(module)
    return tuple(found)


class _Sets(Mapping[str, FormulaSet]):
    """The formulas of each set, imported when they are asked for."""

    def __getitem__(self, name: str) -> FormulaSet:
        return _loaded(name)

    def __contains__(self, name: object) -> bool:
        return name in _SETS

    def __iter__(self) -> Iterator[str]:
        return iter(_SETS)

    def __len__(self) -> int:
        return len(_SETS)


ALL_SETS: Mapping[str, FormulaSet] = _Sets()
