"""Where owning and renting draw level as one input moves: the net present values of `finance`, made anew at each value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError
from cluster_calc.estimation.result import Result
from cluster_calc.investment.cash_flow import OWN, inputs_of, owned_value, rent_value
from cluster_calc.investment.renting import Rent, rents
from cluster_calc.quantities.dates import HOUR
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.scenario.scenario import Scenario
from cluster_calc.studies.options import Option
from cluster_calc.studies.switching import Model, Switch, sought

ON_DEMAND = "on-demand"


class OwnOrRent(Model):
    """What owning and renting one estimate's chips cost over the horizon; its model is run again, nothing is looked up."""

    names: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()
    grid = 12

    def __init__(self, result: Result, rent: Rent, inputs: Mapping[str, Datum], fixed: Mapping[str, Any]) -> None:
        super().__init__("npv", -1.0)
        self.result, self.rent, self.inputs, self.fixed, self.shared = result, rent, inputs, fixed, tuple(inputs)
        self.known: dict[tuple[str, str, float], float] = {}

    def base(self, option: Option) -> float:
        """The value as it stands, the less the better."""
        return self.sign * (option.npv or 0.0)

    def number(self, option: Option, name: str) -> float | None:
        """The input as it stands."""
        value = self.inputs[name].value
        return float(value) if isinstance(value, (int, float)) else None

    def moved(self, option: Option, name: str, value: float) -> float:
        """What the way costs with another value of an input."""
        key = (option.way, name, value)
        if key not in self.known:
            self.known[key] = self.sign * self._worth(
                option.way, self.inputs[name].with_(value=value, low=None, high=None)
            )
        return self.known[key]

    def _worth(self, way: str, datum: Datum) -> float:
        moved, merged = self.result, self.result.scenario
        merged = replace(merged, data={**merged.data, datum.name: datum})
        if datum.name in self.fixed:
            values = moved.model.evaluate({**self.fixed, datum.name: datum.value})
            moved = replace(moved, values=values, data={**moved.data, datum.name: datum}, scenario=merged)
        rent = replace(self.rent, price=float(datum.value) * HOUR) if datum.name == "rental_price" else self.rent
        try:
            return worth(way, merged, moved, rent)
        except InputError:
            return math.nan


def worth(way: str, merged: Scenario, result: Result, rent: Rent) -> float:
    """The net present value of owning the chips of an estimate, or of renting them."""
    return owned_value(merged, result) if way == OWN else rent_value(merged, result, rent)


def switches(result: Result, fixed: Mapping[str, Any]) -> dict[str, Switch]:
    """The value of each input at which owning and renting on demand draw level, over the same horizon.

    `fixed` is what a run of the model starts from, the chips it was sized for among it.
    """
    merged = result.scenario
    try:
        terms = inputs_of(merged, result, catalog(), str(merged.settings.get("rate_terms", "")))
        result = replace(result, scenario=replace(merged, data={**merged.data, "horizon": terms.pop("horizon")}))
        rent = next((entry for entry in rents(result, result.scenario)[0] if entry.term == ON_DEMAND), None)
        if rent is None:
            return {}
        options = [Option(way, result, worth(way, result.scenario, result, rent), way) for way in (OWN, ON_DEMAND)]
    except InputError:
        return {}
    options.sort(key=lambda option: -(option.npv or 0.0))
    known = {name: result.data[name] for name in fixed if name in result.data and not QUANTITIES[name].is_date}
    known.pop("horizon", None)
    inputs = {name: datum for name, datum in {**terms, **known}.items() if datum.value}
    return {entry.name: entry for entry in sought(options, OwnOrRent(result, rent, inputs, fixed))}
