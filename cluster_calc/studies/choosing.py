"""The public verb `optimise`: the cheapest, fastest or least power-hungry way to run a demand under limits.

Every combination of names (chips, precisions, sites …) is an estimate; over the number of chips its limits are checked
on a grid, and the ends of what is feasible are bisected to the chip; where no count of the grid holds, the one that fails
by least is sought down to single chips. What fails is kept as a near-miss, with by how much. Advisory limits (an MFU above
the best published, a run that newer hardware overtakes) rule nothing out, as in `estimate`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.current import catalog
from cluster_calc.errors import ClusterCalcError, InputError, did_you_mean, quoted
from cluster_calc.estimation.estimation import run
from cluster_calc.estimation.limits import ADVISORY, CONSTRAINTS
from cluster_calc.estimation.modes import serves
from cluster_calc.estimation.result import Result
from cluster_calc.model.implicit import halved
from cluster_calc.progress import Progress
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.scenario import layers as scenarios
from cluster_calc.scenario.scenario import Scenario
from cluster_calc.studies.grid import NAMED_AXES, axis

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float64]]

SCHEMA = "cluster-calc/optimise/1"
# What people say → the result that is made least.
OBJECTIVES = {
    "cost": "run_cost", "time": "training_time", "power": "peak_facility_power", "capital": "capital_cost",
    "energy": "facility_energy", "emissions": "emissions", "chips": "chips",
}  # fmt: skip
# What `all` stands for: every entry of the catalog's kind.
# What makes a demand of a run; a serving has its own.
MOST_COMBINATIONS = 100_000
RUNS = frozenset({"training_compute", "accelerator_time", "chip_hours", "parameters", "tokens"})
_LISTED = {"chip": "chips", "site": "sites"}
_MOST_CHIPS = 1e8
_COUNTS = 241
# Counts tried at once between two of them, when a narrow window is sought.
_ZOOM = 65
_TOLERANCE = -1e-12
_SHOWN = ("chips", "training_time", "run_cost", "rental_cost", "capital_cost", "peak_facility_power")


@dataclass(frozen=True)
class Option:
    """One way to do it: the names, own or rent, the values in base units, and what fails by how much.

    `defaults` names the figures that its site lacks, for which the default stands.
    """

    names: Mapping[str, str]
    acquisition: str
    objective: float
    values: Mapping[str, float]
    margins: Mapping[str, float]
    defaults: tuple[str, ...] = ()

    @property
    def feasible(self) -> bool:
        """Whether every limit holds."""
        return all(margin >= _TOLERANCE for margin in self.margins.values())

    @property
    def worst(self) -> float:
        """The smallest margin; 1 without limits."""
        return min(self.margins.values(), default=1.0)


@dataclass(frozen=True)
class Choice:
    """The options that hold, best first, the near-misses that would have been better, what was left out and what to know."""

    objective: str
    options: tuple[Option, ...]
    misses: tuple[Option, ...]
    left_out: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Choice by {self.objective}: {len(self.options)} options>"

    def as_dict(self) -> dict[str, Any]:
        """JSON, in JSON units."""

        def entry(option: Option) -> dict[str, Any]:
            return {
                **option.names, "acquisition": option.acquisition,
                "objective": option.objective / QUANTITIES[self.objective].factor,
                "values": {name: value / QUANTITIES[name].factor for name, value in option.values.items()},
                "margins": dict(option.margins), "feasible": option.feasible, "defaults": list(option.defaults),
            }  # fmt: skip

        return {
            "schema": SCHEMA, "objective": self.objective, "unit": QUANTITIES[self.objective].unit,
            "options": [entry(option) for option in self.options],
            "near_misses": [entry(option) for option in self.misses],
            "left_out": list(self.left_out), "warnings": list(self.warnings),
        }  # fmt: skip


def optimise(
    objective: str = "cost",
    *,
    vary: Mapping[str, Any] | None = None,
    chip: str | None = None,
    scenario: str | Path | Mapping[str, Any] | None = None,
    **given: Any,
) -> Choice:
    """The options with the least `objective` (cost, time, power, capital, energy, emissions, chips) within all limits.

    `vary` maps settings to the names to choose from, `{"chip": ["h100", "b200"], "precision": "bf16,fp8"}`; without
    `chip` every chip of the catalog is tried; `"all"` tries every chip or site. Limits and everything else as in `estimate`.

    >>> best = optimise("power", vary={"chip": ["h100", "a100-80gb"]}, training_compute=1e24, budget="5 MUSD").options[0]
    >>> best.names["chip"], best.acquisition
    ('h100', 'own')
    """
    settings = {key: value for key, value in {"chip": chip, **given}.items() if value is not None}
    return chosen(scenarios.gather(settings, origin="call", file=scenario), objective, vary or {})


def chosen(
    merged: Scenario,
    objective: str,
    vary: Mapping[str, Any] | Sequence[tuple[str, Any]],
    book: Catalog | None = None,
    progress: Progress | None = None,
) -> Choice:
    """`optimise` on a merged scenario."""
    goal = OBJECTIVES.get(objective)
    if goal is None:
        raise InputError(
            f"optimise for {quoted(objective)}: choose one of {', '.join(OBJECTIVES)}.{did_you_mean(objective, OBJECTIVES)}"
        )
    names = _names(merged, vary)
    settings = {
        key: value for key, value in merged.settings.items() if key not in ("ranges", "draws", "strict", *names)
    }
    data = {name: datum.with_(low=None, high=None) for name, datum in merged.data.items()}
    if not RUNS & set(data) and not serves(data, settings):
        raise InputError("optimise: nothing to run; give a demand, --flop or --params with --tokens")
    if "training_time" in data and "time_allowed" not in data:
        # A limit here: how long it takes is what is looked for.
        data["time_allowed"] = data.pop("training_time").with_(name="time_allowed")
    if goal == "training_time" and "chips" not in data and not _limits_chips(data):
        raise InputError(
            "optimise for time: nothing limits the number of chips; give --budget, --capital-budget, --power-limit or "
            "--supply-limit"
        )
    found: list[Option] = []
    left_out: list[str] = []
    total = math.prod(map(len, names.values()))
    if total > MOST_COMBINATIONS:
        raise InputError(
            f"optimise: {total:,} combinations to try, at most {MOST_COMBINATIONS:,}; name fewer in --vary or --chip"
        )
    for number, combination in enumerate(product(*names.values()), 1):
        if progress:
            progress(number, total)
        named = dict(zip(names, combination, strict=True))
        changed = Scenario({**settings, **named}, dict(data), merged.texts, merged.origins)
        try:
            found += _options(changed, named, goal, book)
        except ClusterCalcError as error:
            left_out.append(f"{', '.join(combination) or 'the scenario'}: {str(error).splitlines()[0]}")
    if not found:
        raise InputError("optimise: no combination can be estimated\n" + "\n".join(left_out[:8]))
    holding = sorted((option for option in found if option.feasible), key=lambda option: option.objective)
    best = holding[0].objective if holding else float("inf")
    misses = sorted(
        (option for option in found if not option.feasible and option.objective < best),
        key=lambda option: -option.worst,
    )
    return Choice(goal, tuple(holding), tuple(misses), tuple(left_out), tuple(_at_base(merged)))


def _at_base(merged: Scenario) -> list[str]:
    """What was asked of ranges: options are compared at base values."""
    ranged = [name for name, datum in merged.data.items() if datum.has_range]
    asked = [name for name in ("ranges", "draws", "correlate", "percentiles") if merged.settings.get(name)]
    if not ranged and not asked:
        return []
    return [
        f"options are compared at base values: {', '.join((*ranged, *asked))} would draw; "
        "`estimate --ranges` of an option says how sure it is"
    ]


def _names(merged: Scenario, vary: Mapping[str, Any] | Sequence[tuple[str, Any]]) -> dict[str, tuple[str, ...]]:
    pairs = vary.items() if isinstance(vary, Mapping) else vary
    found: dict[str, tuple[str, ...]] = {}
    for name, values in pairs:
        key = name.strip().replace("-", "_")
        if key not in NAMED_AXES:
            raise InputError(
                f"--vary {quoted(name)}: optimise chooses among names ({', '.join(sorted(NAMED_AXES))}); the number of "
                f"chips follows.{did_you_mean(key, NAMED_AXES)}"
            )
        if key in found:
            raise InputError(f"--vary {key} is given twice")
        listed = tuple(axis(key, values).values)
        found[key] = tuple(catalog().heads(_LISTED[key])) if listed == ("all",) and key in _LISTED else listed
    if "chip" not in found and "chip" not in merged.settings:
        found["chip"] = tuple(catalog().heads())
    for name in found:
        if merged.origins.get(name) in ("command line", "call"):
            raise InputError(f"{name} is varied and also given as {quoted(merged.texts[name])}; give one")
    for value in found.get("chip", ()):
        catalog().find(value)
    return found


def _limits_chips(data: Mapping[str, Datum]) -> bool:
    return any(name in data for name in ("budget", "capital_budget", "power_limit", "supply_limit"))


def _options(merged: Scenario, names: Mapping[str, str], goal: str, book: Catalog | None) -> list[Option]:
    """Owning and, where the objective is money, renting: the best count of chips for each."""
    import numpy as np

    # The chips of a serving follow from its demand.
    free = "chips" not in merged.data and not serves(merged.data, merged.settings)
    if free:
        # Any count makes the same formulas; the search sets its own.
        any_count = 1024.0
        if merged.settings.get("predict_mfu"):
            from cluster_calc.performance.training.predicted import some_chips

            any_count = some_chips(merged.data)
        merged.data["chips"] = Datum(
            "chips", any_count, Source("optimise", title="searched"), origin="call", kind="given"
        )
    result = run(merged, book)
    missing = [name for name in (goal, "training_time") if name not in result.values]
    if missing:
        raise InputError(result.missing.get(missing[0], f"{missing[0]} is not computed here"))
    few = result.model.choices("chips", result.values)
    counts = np.array([result.values["chips"]])
    if free:
        counts = np.unique(np.rint(np.geomspace(1, _MOST_CHIPS, _COUNTS))) if few is None else few
    ways = ["own", "rent"] if goal == "run_cost" and "rental_cost" in result.values else ["own"]
    return [_best(result, names, way, goal, counts, free and few is None) for way in ways]


def _best(result: Result, names: Mapping[str, str], way: str, goal: str, counts: Array, free: bool) -> Option:
    """The best feasible count, or the one that fails by least."""
    import numpy as np

    if free:
        counts = _searched(result, way, counts)
    values, margins = _evaluated(result, way, counts)
    worst, short = _shortfall(margins, counts)
    holds = worst >= _TOLERANCE
    objective = np.broadcast_to(values["rental_cost" if way == "rent" else goal], counts.shape)
    # Rounding must not choose between counts that cost the same: of those, the fewest chips.
    cost = np.where(holds, objective, np.inf)
    at = int(np.argmax(cost <= cost.min() * (1 + 1e-9))) if holds.any() else _nearest(worst, short)
    picked = {name: float(np.broadcast_to(values[name], counts.shape)[at]) for name in _SHOWN if name in values}
    return Option(
        dict(names), way, float(objective[at]), picked,
        {name: float(np.broadcast_to(margin, counts.shape)[at]) for name, margin in margins.items()},
        _defaults(result),
    )  # fmt: skip


def _defaults(result: Result) -> tuple[str, ...]:
    """What a site is asked for and does not have, so that the default stands."""
    from cluster_calc.estimation.parts.site import EXPECTED

    if not result.scenario.settings.get("site"):
        return ()
    return tuple(name for name in EXPECTED if name in result.data and result.data[name].origin == "default")


def _searched(result: Result, way: str, counts: Array) -> Array:
    """The counts with the ends of what holds, and down to single chips around the best where none holds."""
    import numpy as np

    worst, short = _shortfall(_evaluated(result, way, counts)[1], counts)
    while not (worst >= _TOLERANCE).any():
        # The window between what the time needs and what a limit allows may be narrower than the grid.
        at = _nearest(worst, short)
        around = counts[max(at - 1, 0)], counts[min(at + 1, len(counts) - 1)]
        finer = np.union1d(counts, np.rint(np.linspace(*around, _ZOOM)))
        if len(finer) == len(counts):
            break
        counts = finer
        worst, short = _shortfall(_evaluated(result, way, counts)[1], counts)
    holds = worst >= _TOLERANCE
    edges = np.flatnonzero(holds[1:] != holds[:-1])
    extra = [_edge(result, way, counts[at], counts[at + 1], bool(holds[at])) for at in edges]
    return np.unique(np.concatenate([counts, extra]))


def _shortfall(margins: Mapping[str, Any], counts: Array) -> tuple[Array, Array]:
    """For every count the smallest margin, and all that lacks together."""
    import numpy as np

    each = np.array([np.broadcast_to(margin, counts.shape) for margin in margins.values()])
    if not len(each):
        return np.ones(counts.shape), np.zeros(counts.shape)
    # What cannot be at all is the farthest from holding.
    each = np.where(np.isnan(each), -np.inf, each)
    return each.min(axis=0), np.minimum(each, 0.0).sum(axis=0)


def _nearest(worst: Array, short: Array) -> int:
    """The count that fails by least; among those that fail alike in one limit, the one that fails by least in all."""
    import numpy as np

    best = worst.max()
    return int(np.argmax(np.where(worst >= best - 1e-9 * abs(best), short, -np.inf)))


def _evaluated(result: Result, way: str, counts: Array) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values over counts of chips and the margin of every limit that is given (time allowed always counts)."""
    fixed = {name: datum.value for name, datum in result.data.items() if datum.value is not None}
    values = result.model.evaluate({**fixed, "chips": counts})
    margins = {}
    for constraint, (limit, _, margin) in CONSTRAINTS.items():
        if limit in fixed and margin in values and constraint not in ADVISORY:
            margins[constraint] = values[margin]
    if way == "rent":
        # Rent is paid by the hour: it meets the budget as rent and needs no capital.
        margins.pop("capital", None)
        if "budget" in margins:
            margins["budget"] = 1 - values["rental_cost"] / fixed["budget"]
    return values, margins


def _edge(result: Result, way: str, low: float, high: float, low_holds: bool) -> float:
    """The last whole count that holds between one that does and one that does not."""
    import numpy as np

    def alike(count: Array) -> Any:
        return (_shortfall(_evaluated(result, way, count)[1], count)[0] >= _TOLERANCE) == low_holds

    left, right = halved(alike, np.array([low]), np.array([high]), whole=True)
    return float((left if low_holds else right)[0])
