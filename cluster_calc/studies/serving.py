"""The public verb `serve`: what it takes, and costs, to run a model for its users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.current import catalog
from cluster_calc.errors import ClusterCalcError, InputError, quoted
from cluster_calc.estimation.estimation import run
from cluster_calc.estimation.modes import SERVE
from cluster_calc.estimation.parts.serving import planned_sets
from cluster_calc.estimation.result import Result
from cluster_calc.forms import as_json, as_text
from cluster_calc.investment.renting import rents
from cluster_calc.performance.serving.models import served_model
from cluster_calc.performance.serving.planning import DECIDED, Planner
from cluster_calc.performance.serving.prices import TokenPrice, price_at, prices_of
from cluster_calc.quantities.dates import HOUR
from cluster_calc.scenario import layers as scenarios
from cluster_calc.scenario.scenario import Scenario

SCHEMA = "cluster-calc/serve/1"
# Other chips and formats that are set beside the answer, and drafts where a target fails.
OTHER_CHIPS = ("h100", "h200", "b200", "gb200", "mi300x", "mi355x")
NARROWER = ("fp8", "fp4")
# Figures of a chip that were typed: they do not follow to another.
OF_CHIP = ("chip_price", "rental_price", "server_price", "tdp", "memory", "memory_bandwidth", "scaleup_bandwidth")
# A point of the front serves at least this much more a chip than the one before.
APART = 1.01
# Demands over which the break-even against an API is sought, in tokens a day.
DEMANDS = np.geomspace(1e6, 1e13, 141)


class Alternative(NamedTuple):
    """The same demand another way: what was changed, and what it takes."""

    change: str
    chips: float
    cost: float | None
    time_per_output_token: float
    time_to_first_token: float
    power: float | None
    meets: bool


class Way(NamedTuple):
    """One way to have the chips: dollars for a million tokens of each kind, and what a chip-hour is paid with."""

    words: str
    input: float
    output: float
    blended: float
    chip_hour: float


class Point(NamedTuple):
    """One point of the front: no layout is both faster for the user and cheaper."""

    layout: Mapping[str, float]
    time_per_output_token: float
    rate_per_chip: float
    time_to_first_token: float


@dataclass(frozen=True)
class Service:
    """One answer of `serve`: the estimate, and what is set beside it."""

    result: Result
    against: str = ""
    book: Catalog = field(default_factory=catalog, repr=False)

    @property
    def model(self) -> str:
        """The model's id."""
        return served_model(self.book, str(self.result.scenario.settings["model"])).id

    @property
    def values(self) -> Mapping[str, Any]:
        """Values in base units, by name."""
        return self.result.values

    def __getitem__(self, name: str) -> Any:
        return self.result[name]

    @property
    def meets(self) -> bool:
        """Whether every limit and target holds."""
        return self.result.feasible is not False

    @cached_property
    def prices(self) -> list[TokenPrice]:
        """Public prices of the same model, the cheapest output first."""
        return prices_of(self.model)

    @cached_property
    def ways(self) -> list[Way]:
        """Owning, a site that is rented where its price is given, and renting by term; what has no price is left out."""
        values = self.values
        found = []
        if "cost_per_million_tokens" in values:
            words = "colocated" if float(values.get("colocation_cost", 0.0)) else "owned"
            found.append(self._way(words, "cost_per_million_{}tokens", float(values["cost_per_chip_hour"]) * HOUR, 1.0))
        if "rented_cost_per_million_tokens" not in values:
            return found
        price, name = float(values["rental_price"]) * HOUR, "rented_cost_per_million_{}tokens"
        rented = rents(self.result, self.result.scenario)[0]
        return found + (
            [self._way(rent.term, name, rent.price, rent.price / price) for rent in rented]
            or [self._way("on-demand", name, price, 1.0)]
        )

    def _way(self, words: str, name: str, chip_hour: float, ratio: float) -> Way:
        blended = float(self.values[name.format("")])
        each = [float(self.values.get(name.format(kind), blended)) * 1e6 * ratio for kind in ("input_", "output_")]
        return Way(words, each[0], each[1], blended * 1e6 * ratio, chip_hour)

    @cached_property
    def bound(self) -> dict[str, float]:
        """Where a replica's time goes: the share of each part, the longest first."""
        values = self.values
        step = float(values["decode_step_time"]) / float(values["batch"]) * float(values["output_tokens"])
        whole = step / float(values["accepted_tokens"]) + float(values["interfering_prefill"])
        stage = {
            "weights": sum(
                float(values[name]) for name in ("attention_weight_time", "shared_weight_time", "expert_weight_time")
            ),
            "arithmetic": sum(
                float(values[name]) for name in ("attention_product_time", "shared_product_time", "expert_product_time")
            ),
        }
        total = stage["weights"] + stage["arithmetic"]
        parts = {name: float(values["matrix_time"]) * time / total for name, time in stage.items()}
        parts |= {
            "cache": float(values["context_time"]),
            "links": float(values["allreduce_time"] + values["exchange_time"]),
            "overhead": float(values["overhead_time"]),
        }
        share = (1 - float(values["interfering_prefill"]) / whole) / sum(parts.values())
        found = {name: part * share for name, part in parts.items()}
        found["prefill"] = float(values["interfering_prefill"]) / whole
        return dict(sorted(found.items(), key=lambda entry: -entry[1]))

    @cached_property
    def front(self) -> list[Point]:
        """The layouts and batches that are not beaten in both speed for the user and tokens a chip, the fastest first."""
        found = self._everything()
        values, fits = found.values, found.fits
        step, rate, first = (
            np.broadcast_to(values[name], fits.shape)[fits]
            for name in ("time_per_output_token", "output_tokens_per_second_per_chip", "time_to_first_token")
        )
        columns = {name: np.broadcast_to(values[name], fits.shape)[fits] for name in DECIDED}
        front, best = [], 0.0
        for place in np.lexsort((-rate, step)):
            if rate[place] > best * APART:
                best = float(rate[place])
                layout = {name: float(columns[name][place]) for name in DECIDED}
                front.append(Point(layout, float(step[place]), best, float(first[place])))
        return front

    @cached_property
    def floor(self) -> tuple[Point, str]:
        """The shortest time per token of any layout, and what sets it."""
        found = self._everything()
        values, fits = found.values, found.fits
        step = np.where(fits, np.broadcast_to(values["time_per_output_token"], fits.shape), np.inf)
        place = int(np.argmin(step))

        def at(name: str) -> float:
            return float(np.broadcast_to(values[name], fits.shape)[place])

        parts = {
            "reading the weights and the matrices": at("matrix_time"), "the cache": at("context_time"),
            "the links": at("allreduce_time") + at("exchange_time"), "launches and the scheduler": at("overhead_time"),
        }  # fmt: skip
        layout = {name: at(name) for name in DECIDED}
        point = Point(layout, float(step[place]), at("output_tokens_per_second_per_chip"), at("time_to_first_token"))
        return point, max(parts, key=lambda name: parts[name])

    def _everything(self) -> Any:
        """Every layout that holds the model, whatever was decided and asked for."""
        settings = self.result.scenario.settings
        planner = Planner(planned_sets(self.result.scenario.data, settings))
        typed = {name for name in DECIDED if name in self.result.scenario.data}
        leaves = set(planner.model.leaves(self.result.data)) - (set(DECIDED) - typed) - {"tpot", "ttft"}
        return planner.tried({name: self.values[name] for name in leaves if name in self.values})

    @cached_property
    def alternatives(self) -> list[Alternative]:
        """The same demand in other formats, on other chips, and with drafts where a target fails; the cheapest first."""
        changes: dict[str, dict[str, Any]] = {}
        if "disaggregated" not in self.result.scenario.data:
            other = 1 - int(self.values["disaggregated"])
            changes["prefill apart" if other else "prefill and decode together"] = {"disaggregated": other}
        changes |= {name: {"precision": name} for name in NARROWER if self._narrower(name)}
        changes |= {chip: {"chip": chip} for chip in OTHER_CHIPS if self.book.identify(chip) != self.result.chip.id}
        if not self.meets and "draft_tokens" not in self.result.scenario.data:
            changes["3 draft tokens"] = {"draft_tokens": 3}
        found = []
        for words, change in changes.items():
            try:
                found.append(alternative(words, run(changed(self.result.scenario, change), self.book)))
            except ClusterCalcError:
                continue
        return sorted(found, key=lambda entry: (not entry.meets, entry.cost is None, entry.cost or 0.0, entry.chips))

    def _narrower(self, name: str) -> bool:
        from cluster_calc.performance.serving.formats import weight_bytes

        return name in self.result.chip.peaks and weight_bytes(name) < weight_bytes(self.result.precision)

    @cached_property
    def break_even(self) -> tuple[TokenPrice, float | None] | None:
        """The API's price, and the tokens a day from which owning costs less; None where it never does."""
        if not self.against:
            return None
        price = price_at(self.against)
        values = self.values
        blended = price.blended(*(float(values[name]) for name in ("input_tokens", "output_tokens", "cache_hit_share")))
        known = {name: datum.value for name, datum in self.result.data.items() if datum.value is not None}
        for name in ("tokens_per_day", "requests_per_second", "chips"):
            known.pop(name, None)
        model = self.result.model
        if "tokens_per_day" in model.steps:  # the demand followed from the chips: there is one point
            cost = float(values["cost_per_million_tokens"]) * 1e6
            return price, float(values["tokens_per_day"]) * 86400 if cost <= blended else None
        fixed = {name: values[name] for name in DECIDED}
        costs = model.evaluate({**known, **fixed, "tokens_per_day": DEMANDS / 86400})["cost_per_million_tokens"] * 1e6
        cheaper = np.flatnonzero(costs <= blended)
        return price, float(DEMANDS[cheaper[0]]) if cheaper.size else None

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the contract."""
        return as_json(self)

    def __str__(self) -> str:
        return as_text(self)


def alternative(words: str, result: Result) -> Alternative:
    """An estimate as a line of alternatives."""
    values = result.values
    return Alternative(
        words, float(values["chips"]), _or_none(values.get("cost_per_million_tokens")), float(values["time_per_output_token"]),
        float(values["time_to_first_token"]), _or_none(values.get("facility_power")), result.feasible is not False,
    )  # fmt: skip


def _or_none(value: Any) -> float | None:
    return None if value is None else float(value)


def changed(scenario: Scenario, change: Mapping[str, Any]) -> Scenario:
    """The scenario with names changed; figures of its own chip do not follow it to another."""
    made = Scenario(dict(scenario.settings), dict(scenario.data), dict(scenario.texts), dict(scenario.origins))
    for name in ("draws", "ranges"):
        made.settings.pop(name, None)
    made.data = {name: datum.with_(low=None, high=None, shape="", points=()) for name, datum in made.data.items()}
    if "chip" in change:
        made.settings.pop("server", None)
        for name in OF_CHIP:
            made.data.pop(name, None)
    faults = made.add(change, "call")
    if faults:
        raise InputError(faults[0].message)
    return made


def serve(
    *,
    model: str | None = None,
    chip: str | None = None,
    scenario: str | Path | Mapping[str, Any] | None = None,
    against: str = "",
    **given: Any,
) -> Service:
    """What it takes, and costs, to serve a model: chips, speed, latency, dollars a million tokens, power.

    Quantities and settings by their contract names, as in `estimate`: a demand (`tokens_per_day` or `requests_per_second`)
    or `chips`, lengths (`input_tokens`, `output_tokens`), targets (`tpot`, `ttft`, `percentile`), `precision`,
    `kv_precision`, `engine`, `software`; a typed layout or batch replaces the search. `against` is `MODEL@PROVIDER`.

    >>> found = serve(model="llama-3.3-70b", chip="h200", precision="fp8", tokens_per_day="20e9", tpot="30 ms", ttft="1 s")
    >>> found.meets, bool(found.values["chips"] < 200)
    (True, True)
    """
    named = {name: value for name, value in {"model": model, "chip": chip, **given}.items() if value is not None}
    return served(scenarios.gather({"task": SERVE, **named}, origin="call", file=scenario), against=against)


def served(merged: Scenario, against: str = "", book: Catalog | None = None) -> Service:
    """A merged scenario, served."""
    if merged.settings.get("task", SERVE) != SERVE:
        raise InputError(
            f"task: {quoted(merged.settings['task'])} is not what `serve` does; leave it out, or take `estimate`"
        )
    if against:
        price_at(against)  # what cannot be compared is refused before anything is computed
    if "task" not in merged.texts:  # a saved scenario says it, too
        merged.add({"task": SERVE}, "command line")
    book = book or catalog()
    return Service(run(merged, book), against, book)
