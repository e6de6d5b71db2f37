"""What is given and counts nowhere: a figure that no formula which runs reads gets a line that says with what it would count.

With what follows from the graph: the formulas that name it, the sets they stand in, and what these still need.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from cluster_calc.estimation.consistency import is_typed
from cluster_calc.model.implicit import Step
from cluster_calc.model.sets import ALL_SETS
from cluster_calc.quantities.nomenclature import QUANTITIES, SERVING, inside_name

if TYPE_CHECKING:
    from cluster_calc.estimation.result import Result

# Other commands: told after what this one could take.
ELSEWHERE = ("--predict-mfu", "`serve`", "`reproduce`", "--method epoch-2024")
MOST = 3
RUN = "a run (--flop, or --params with --tokens)"
SIZES = ("--layers", "--hidden-size", "--sequence-length")
# What brings a set of formulas into a model, in the words of the command line. Options that are given are not told again.
SWITCHES: dict[str, tuple[str, ...]] = {
    "bill": ("--server",), "reserve": ("--server",), "facility": ("--construction-cost",),
    "owned": ("--owned-chips",), "exchange": ("--currency",), "price-year": ("--price-year",), "growth": ("--purchase-delay",),
    "development": ("--development-factor",), "running-costs": ("a rate, for example --staff-rate",),
    "staffing": ("--staff-density", "--all-in"),
    "rented-run": ("`compare --acquire`",), "served-rented": ("`compare --acquire`",), "committed": ("`compare --acquire`",),
    "declining-balance": ("--depreciation declining-balance",), "double-declining": ("--depreciation double-declining",),
    "price-performance": ("--depreciation price-performance",), "resale": ("--depreciation resale",),
    "price-performance-first-order": ("--depreciation price-performance-first-order",),
    "epoch-gpu": ("--method epoch-2024",), "epoch-tpu": ("--method epoch-2024",), "epoch-2024": ("--method epoch-2024",),
    "published": ("`reproduce`",), "age": ("--purchase-date",), "deadline": ("--deadline",), "calendar-deadline": ("--deadline",),
    "power-law": ("--scaling-law",), "additive-law": ("--scaling-law",), "law-optimum": ("--scaling-law",),
    "law-data": ("--scaling-law",), "law-size": ("--scaling-law",),
    "failures": ("--failure-rate",), "checkpointing": ("--failure-rate",), "young": ("--checkpoint-rule young",),
    "daly": ("--failure-rate",), "optimal-interval": ("--checkpoint-rule optimal",), "checkpoint-size": ("--storage-bandwidth",),
    "goodput-losses": ("--failure-rate",), "failure-limits": ("--failure-rate",), "scheduling": ("--scheduling-goodput",),
    "held-spares": ("--failure-rate", "--scheduling-goodput"),
    "flop-convention": (*SIZES, "--flop-convention 6N+attention"), "flop-per-token": ("--params", *SIZES), "counted-all": ("--params",),
    "counted-without-embedding": ("--flop-convention 6N-embedding+attention",), "recomputation": ("--recompute",),
    "from-hfu": ("--hfu", "--recompute"), "selective-factor": (*SIZES, "--recompute selective"), "mixed-precision": ("--mfu-precision",),
    "predicted": ("--predict-mfu",), "pipeline": ("--pipeline-parallel", "--microbatches"),
    "listed-rent": ("--listed-rental-price", "--commitment-factor"),
    "microbatches": ("--pipeline-parallel", "--global-batch"), "layout": ("--data-parallel",), "billed": ("--billed-chip-hours",),
    "logits": ("--params", *SIZES, "--vocabulary"), "without-logits": ("--params", *SIZES),
    "model-state": ("--params",), "sharded-memory": ("--params",),
    "layout-memory": ("--params", *SIZES),
    "log-speed": ("--tokens-per-second",), "log-steps": ("--step-time", "--global-batch"),
    "expert-memory": ("--params", *SIZES),
    "batch-limits": ("--global-batch", "--sequence-length"), "data-limits": ("--tokens",),
    "supply-limits": ("--lead-time-limit",), "yardsticks": ("--capital-yardstick",), "throughput": ("--mfu",),
}  # fmt: skip
# Sets that need no run.
WITHOUT_RUN = frozenset({
    "hardware", "bill", "reserve", "facility", "owned", "exchange", "price-year", "two-factors", "supply-limits", "yardsticks", "throughput",
    "pipeline", "published", "epoch-gpu", "epoch-tpu", "epoch-2024", "rented-run", "served-rented", "committed",
})  # fmt: skip
# Read beside the graph, by other commands.
READ_BY: dict[str, tuple[str, ...]] = {
    "`finance`": (
        "horizon", "discount_rate", "inflation_rate", "electricity_price_growth", "hardware_price_growth", "rental_price_growth",
        "deposit_share", "deposit_lead", "facility_lifetime", "rental_price_1_year", "rental_price_3_year", "rental_price_spot",
        "spot_goodput",
    ),
    "`memo`": ("delivery_time", "installation_time"),
}  # fmt: skip
# What those need first.
FIRST = {"deposit_lead": "deposit_share", "facility_lifetime": "construction_cost"}
_SAID = " is not used: it counts with "


def lines(result: Result) -> list[str]:
    """A line for everything given that no computed result rests on."""
    return [f"{name}{_SAID}{_with_what(name, result)}" for name in idle(result)]


def beside(warnings: Iterable[str], command: str) -> list[str]:
    """Warnings for a reader that reads more of what is given than the graph does.

    >>> beside(["horizon is not used: it counts with `finance`", "stale"], "finance")
    ['stale']
    """
    return [line for line in warnings if not line.endswith(f"{_SAID}`{command}`")]


def idle(result: Result) -> list[str]:
    """The names that were given and that no formula which runs reads."""
    model = result.model
    if "acquire" in result.scenario.settings:
        return []  # Rented chips beside owned ones: what serves the one is idle in the other.
    read = {name for step in model.plan(result.data) for name in step.inputs}
    # A result that is given is compared with its formula, or what is behind it follows.
    read |= {name for name, step in model.formulas.items() if result.values.keys() >= set(step.inputs)}
    return [
        name
        for name, datum in result.scenario.data.items()
        if is_typed(datum) and inside_name(name, result.data) not in read and name not in read
    ]


def _with_what(name: str, result: Result) -> str:
    """What would have to be given besides for a formula to read it."""
    if name in FIRST and FIRST[name] not in result.scenario.data:
        return QUANTITIES[FIRST[name]].option
    for command, names in READ_BY.items():
        if name in names:
            return command
    if QUANTITIES[name].group == SERVING:
        return "`serve`"
    ways = dict.fromkeys(_ways(name, result))
    if _read_by_prediction(name, result):
        ways |= {"--predict-mfu": None}
    return (
        ", or ".join(sorted(ways, key=lambda way: (way != RUN, way in ELSEWHERE, len(way)))[:MOST])
        or "no command: it is kept beside the figures it describes"
    )


def _ways(name: str, result: Result) -> Iterator[str]:
    """The ways in which formulas that name it come to run."""
    typed = (QUANTITIES[entry] for entry in result.scenario.data)
    given = {f"--{word.replace('_', '-')}" for known in typed for word in (known.name, *known.aliases)}
    for key, steps in _sets_naming(name).items():
        if key.startswith("serving"):
            yield "`serve`"
        elif result.mode == "cluster" and key not in WITHOUT_RUN:
            yield RUN
        elif key in SWITCHES and not _runs(steps, result):
            asked = [word for word in SWITCHES[key] if word not in given]
            own = QUANTITIES[name].option
            if asked and asked != [own]:
                yield " and ".join(word for word in asked if word != own)
        else:
            lacking = [entry for step in steps for entry in _lacking(step, name, result)]
            if result.mode == "cluster" and any(map(_is_computed, lacking)):
                yield RUN
            elif lacking:
                yield " and ".join(dict.fromkeys(QUANTITIES[entry].option for entry in lacking))


def _read_by_prediction(name: str, result: Result) -> bool:
    from cluster_calc.performance.training.predicted import READ

    return name in READ and not result.scenario.settings.get("predict_mfu")


def _is_computed(name: str) -> bool:
    """Whether a formula of some set makes it."""
    return any(formula.__name__ == name for formulas in ALL_SETS.values() for formula in formulas)


def _sets_naming(name: str) -> dict[str, list[Step]]:
    """The sets in which a formula reads or makes it, with those formulas."""
    found: dict[str, list[Step]] = {}
    for key, formulas in ALL_SETS.items():
        for formula in formulas:
            inputs = formula.__code__.co_varnames[: formula.__code__.co_argcount]
            if name in inputs or formula.__name__ == name:
                found.setdefault(key, []).append(Step(formula.__name__, formula, inputs))
    return found


def _runs(steps: Iterable[Step], result: Result) -> bool:
    """Whether the formulas are part of the model, whatever they lack."""
    formulas: Mapping[str, Step] = result.model.formulas
    return all(step.name in formulas and formulas[step.name].formula is step.formula for step in steps)


def _lacking(step: Step, name: str, result: Result) -> list[str]:
    """The leaves that a formula still needs."""
    known = {*result.values, name}
    return [leaf for entry in step.inputs if entry not in known for leaf in result.model.missing_behind(entry, known)]
