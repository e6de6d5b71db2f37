"""The public verb `simulate`: a run under failures, event by event, beside what the closed forms say of it.

The inputs are those of an estimate that bear on failures, checkpoints and restarts, from the same files and defaults; a
demand and a chip are not needed. What the simulation alone knows (detection, spare pools, repair crews, lost racks) is in
OPTIONS. numpy is imported when a run is simulated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.forms import as_json, as_text
from cluster_calc.quantities.nomenclature import QUANTITIES, Quantity

if TYPE_CHECKING:
    from cluster_calc.performance.training.failure_simulation import Estimate, Simulated
    from cluster_calc.progress import Progress
    from cluster_calc.quantities.datum import Datum
    from cluster_calc.scenario.scenario import Scenario

SIMULATION = "Simulation"
DEFAULT_REPLICATES = 1000
# In standard errors: beyond it the closed form and the simulation differ. One true form in 370 is farther out by chance.
AGREEMENT = 3.0
# What the pool is called that holds as many spares as the closed form calls for.
FORMULA = "formula"

OPTIONS: dict[str, Quantity] = {
    entry.name: entry
    for entry in (
        Quantity("detection_time", "t_d", "s", "time", "from a failure until it is noticed, beside the restart time; default: 0",
                 SIMULATION, low=0.0, example="'2 minutes'"),
        Quantity("spare_pool", "n_p", "server", "count", "spare servers held, or formula: as many as repairs call for; without it a "
                 "replacement is always at hand", SIMULATION, low=0.0, high=1e6, bare=True, whole=True, example="16"),
        Quantity("repair_crews", "n_r", "1", "count", "servers that can be repaired at once; default: any number", SIMULATION, low=1.0,
                 high=1e6, bare=True, whole=True, example="4"),
        Quantity("rack_share", "x_r", "1", "share", "share of the failures that take a whole rack; default: 0", SIMULATION, low=0.0,
                 high=1.0, bare=True, example="0.05 or '5 %'"),
        Quantity("rack_servers", "s_r", "server", "count", "servers that such a failure takes", SIMULATION, low=1.0, high=1000.0,
                 bare=True, whole=True, example="9"),
        Quantity("replicates", "n", "1", "count", f"runs to simulate; default: {DEFAULT_REPLICATES}", SIMULATION, low=2.0, high=1e6,
                 bare=True, whole=True, example="4000"),
    )
}  # fmt: skip

# Names of a demand: with one of them a chip is needed, and its time or its chips follow as in an estimate.
_DEMAND = frozenset(
    {
        "training_compute",
        "parameters",
        "active_parameters",
        "tokens",
        "accelerator_time",
        "chip_hours",
        "petaflops_days",
    }
)
_FAILURE_SETS = ("failures", "checkpointing")


class Compared(NamedTuple):
    """A simulated figure beside the closed form of the same; `deviation` counts standard errors."""

    value: float
    standard_error: float
    closed_form: float | None
    deviation: float | None


@dataclass(frozen=True)
class Simulation:
    """Simulated runs, the inputs behind them, and the closed forms beside them; base units."""

    run: Simulated
    inputs: Mapping[str, Datum]
    values: Mapping[str, Any]
    options: Mapping[str, float | None]
    goodput: Compared
    time: Compared
    interruptions: Compared
    ettr: float
    chip: str
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Simulation of {self.chip}: goodput={self.goodput.closed_form:.6g}>"

    @property
    def comparable(self) -> bool:
        """Whether the closed forms describe the same run: they hold wherever a replacement is always at hand."""
        return self.options["spare_pool"] is None

    @property
    def agrees(self) -> bool | None:
        """Whether the closed form of the time lies within the simulation's error; None where it describes another run."""
        if not self.comparable or self.time.deviation is None:
            return None
        return abs(self.time.deviation) <= AGREEMENT

    def as_dict(self) -> dict[str, Any]:
        """The simulation as a JSON object."""
        return as_json(self)

    def __str__(self) -> str:
        return as_text(self)


def simulate(
    *,
    chip: str | None = None,
    precision: str | None = None,
    scenario: str | Path | Mapping[str, Any] | None = None,
    **given: Any,
) -> Simulation:
    """Simulate a run under failures; inputs as in `estimate`, and those of OPTIONS.

    >>> found = simulate(mtbf="3.0931 hours", checkpoint_write_time="10 s", restart_time="10 minutes", days=54, seed=1)
    >>> found.agrees, round(found.goodput.closed_form, 3)
    (True, 0.908)
    """
    from cluster_calc.scenario import layers as scenarios

    own = {name: given.pop(name) for name in OPTIONS if given.get(name) is not None}
    settings = {"chip": chip, "precision": precision, **given}
    named = {name: value for name, value in settings.items() if value is not None}
    return run(scenarios.gather(named, origin="call", file=scenario), own)


def run(merged: Scenario, own: Mapping[str, Any], progress: Progress | None = None) -> Simulation:
    """Simulate a merged scenario under the options of the simulation as typed."""
    options = _options(own)
    values, data, chip, warnings = _inputs(merged)
    import numpy as np

    from cluster_calc.formulas import checkpoints
    from cluster_calc.performance.training.failure_simulation import expected_failures, simulate
    from cluster_calc.quantities.display import duration

    mtbf, interval, write, restart = (
        float(values[name]) for name in ("mtbf", "checkpoint_interval", "checkpoint_write_time", "restart_time")
    )
    spares = float(values["spare_servers"]) if options["spare_pool"] == -1 else options["spare_pool"]
    options = {**options, "spare_pool": spares}
    # Checkpoints divide the run evenly, so that it is neither lengthened nor left with a piece: the interval is the one
    # asked for or the next shorter one.
    with np.errstate(over="ignore"):
        work = float(values["training_time"]) * float(checkpoints.goodput(interval, write, restart, mtbf))
        if work > 0:
            interval = work / math.ceil(work / interval * (1 - 1e-12))
        goodput = float(checkpoints.goodput(interval, write, restart, mtbf))
    if not goodput > 0:
        raise InputError(
            f"goodput is 0: between failures {duration(mtbf)} apart the job never gets through {duration(interval + write)} of "
            f"steps and checkpoint after {duration(restart)} of restart; shorten --checkpoint-interval or --restart-time"
        )
    detection = options["detection_time"] or 0.0
    found = simulate(
        mtbf=mtbf, checkpoint_interval=interval, checkpoint_write_time=write, restart_time=restart,
        work=work, detection_time=detection,
        spare_servers=None if spares is None else int(spares),
        repair_time=float(values["repair_time"]),
        repair_crews=None if options["repair_crews"] is None else int(options["repair_crews"]),
        rack_share=options["rack_share"] or 0.0, rack_servers=int(options["rack_servers"] or 1),
        replicates=int(options["replicates"] or DEFAULT_REPLICATES), seed=int(merged.settings.get("seed") or 0),
        progress=progress,
    )  # fmt: skip
    # Detection only adds its time to every failure: none strikes while it lasts, so their number is the formula's.
    failures = expected_failures(mtbf, interval, write, restart, found.work)
    time = found.work / goodput + detection * failures
    return Simulation(
        run=found, inputs=data, values={**values, "checkpoint_interval": interval}, options=options,
        goodput=_compared(found.goodput, found.work / time), time=_compared(found.time, time),
        interruptions=_compared(found.interruptions, failures),
        ettr=float(checkpoints.ettr(interval, write, restart, mtbf)), chip=chip, warnings=warnings,
    )  # fmt: skip


def _compared(found: Estimate, closed: float) -> Compared:
    error = found.standard_error
    return Compared(*found, closed, (found.value - closed) / error if error > 0 else None)


def _options(own: Mapping[str, Any]) -> dict[str, float | None]:
    """The simulation's own options, checked; a spare pool of -1 stands for the formula's."""
    from cluster_calc.quantities.reading import parse

    found: dict[str, float | None] = dict.fromkeys(OPTIONS)
    for name, value in own.items():
        if name not in OPTIONS:
            raise InputError(f"unknown name {quoted(name)}.{did_you_mean(name, OPTIONS)}")
        if name == "spare_pool" and isinstance(value, str) and value.strip()[:1].isalpha():
            if value.strip().lower() != FORMULA:
                raise InputError(f"spare_pool: {quoted(value)} is neither a number of servers nor {quoted(FORMULA)}")
            found[name] = -1.0
            continue
        number, low, _ = parse(OPTIONS[name], value)
        if low is not None:
            raise InputError(
                f"{name}: {quoted(value)} is a range; a simulation takes one value, for example {OPTIONS[name].example}"
            )
        found[name] = float(number)
    for name in ("repair_crews", "rack_share", "rack_servers"):
        if found[name] is not None and found["spare_pool"] is None:
            raise InputError(
                f"{name} has no effect while a replacement is always at hand: give --spare-pool, the spare servers held, or "
                f"--spare-pool {FORMULA}"
            )
    if found["rack_share"] and found["rack_servers"] is None:
        raise InputError("rack_share: how many servers a rack holds is not known; give --rack-servers, for example 9")
    if found["rack_servers"] is not None and not found["rack_share"]:
        raise InputError(
            "rack_servers has no effect without --rack-share, the share of failures that take a whole rack"
        )
    return found


def _inputs(merged: Scenario) -> tuple[Mapping[str, Any], dict[str, Datum], str, tuple[str, ...]]:
    """Values and Datums of the failure model, the chip's name, and what a reader should know."""
    given, settings = merged.data, merged.settings
    if "goodput" in given:
        raise InputError("goodput is given, and is what the simulation is about; leave it out")
    ranged = [name for name, datum in given.items() if datum.has_range]
    told = (f"{', '.join(ranged)}: simulated at the base value, not over the range",) if ranged else ()
    if settings.get("ranges") or ranged:
        settings = {name: value for name, value in settings.items() if name not in ("ranges", "correlate")}
        given = {name: datum.with_(low=None, high=None, shape="", points=()) for name, datum in given.items()}
        merged = replace(merged, data=given, settings=settings)
    timed = {"training_time", "time_allowed"} & set(given)
    if _DEMAND & set(given) or ("chip" in settings and "chips" in given and timed):
        return _of_an_estimate(merged, told)
    return _of_failures_alone(merged, told)


def _of_an_estimate(
    merged: Scenario, told: tuple[str, ...]
) -> tuple[Mapping[str, Any], dict[str, Datum], str, tuple[str, ...]]:
    """Chips and time follow as in an estimate whose goodput follows from failures."""
    from cluster_calc.estimation import estimation
    from cluster_calc.estimation.parts import failures

    if not failures.asked(merged.data, merged.settings):
        merged = replace(merged, settings={**merged.settings, "checkpoint_rule": "daly"})
    result = estimation.run(merged)
    data = _used(_model(merged), result.data, result.data)
    names = {"chips", *data, *_model(merged).steps}
    mine = [words for words in result.warnings if words.split(" ")[0].rstrip(":") in names]
    return result.values, data, result.chip.name, (*told, *mine)


def _of_failures_alone(
    merged: Scenario, told: tuple[str, ...]
) -> tuple[Mapping[str, Any], dict[str, Datum], str, tuple[str, ...]]:
    """Only how often the job is interrupted, and for how long it runs."""
    from cluster_calc.catalog.current import catalog
    from cluster_calc.estimation.parts.failures import FAR_SIZE, far_warning

    book, model = catalog(), _model(merged)
    given = dict(merged.data)
    if "time_allowed" in given:
        given.setdefault("training_time", given.pop("time_allowed").with_(name="training_time"))
    item = book.chip(merged.settings["chip"]) if "chip" in merged.settings else None
    data = {name: datum for name, datum in given.items() if name in model.names or name == "training_time"}
    for name in model.leaves(data):
        found = data.get(name) or (item.figures.get(name) if item else None) or book.assumption(name)
        if found is not None and found.value is not None:
            data[name] = found
    for name in model.steps:  # a default stands in where what a formula needs is not known
        if name not in data and model.missing_behind(name, data) and (found := book.assumption(name)) is not None:
            data[name] = found
    if "training_time" not in data and (allowed := book.assumption("time_allowed")) is not None:
        data["training_time"] = allowed.with_(name="training_time")
    values = model.evaluate({name: datum.value for name, datum in data.items()})
    if "mtbf" not in values:
        raise InputError(
            "simulate: how often the job is interrupted is not known; give --mtbf, or --chips (or --servers) for a failure rate "
            "per server, or a demand with --chip"
        )
    chips = float(values.get("chips", 0))
    far = (far_warning(),) if chips > FAR_SIZE and "failure_rate" in data else ()
    return values, _used(model, data, merged.data), item.name if item else "", (*told, *far)


def _used(model: Any, data: Mapping[str, Datum], given: Mapping[str, Datum]) -> dict[str, Datum]:
    """The Datums that some formula which runs has read, or that were given, in the order of the nomenclature."""
    known = {name for name, datum in data.items() if datum.value is not None}
    read = {name for step in model.plan(known) for name in step.inputs} | {"training_time", *model.steps}
    read |= {name for name in model.names | {"chips"} if name in given}
    return {name: data[name] for name in QUANTITIES if name in known & read}


def _model(merged: Scenario) -> Any:
    from cluster_calc.estimation.parts import failures
    from cluster_calc.model.sets import model_of

    return model_of(*failures.sets_of(merged.data, merged.settings))
