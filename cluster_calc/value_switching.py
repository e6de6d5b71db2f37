"""Switching values of a ranking by net present value: every value is a plan made anew with another input."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from cluster_calc.acquisition import OWN, acquired
from cluster_calc.catalog import catalog
from cluster_calc.datum import Datum, Source
from cluster_calc.errors import InputError
from cluster_calc.renting import WAYS as RENTS
from cluster_calc.switching import PRICES, Model

if TYPE_CHECKING:
    from cluster_calc.comparison import Option
    from cluster_calc.scenario import Scenario

# What belongs to a price: how much of the hardware it holds.
PRICE_TERMS = ("server_cost_factor", "network_share")
OWNED = ("chip_price", "construction_cost", "colocation_price")


class Value(Model):
    """The net present value, dear to evaluate: few inputs are sought for."""

    names = PRICES
    shared = ("used_share", "electricity_price", "discount_rate", "hardware_price_growth", "rental_price_growth",
              "colocation_price", "construction_cost")  # fmt: skip
    # A value moves one way with each of these: the ends of a range say whether it crosses.
    grid = 1

    def __init__(self) -> None:
        super().__init__("npv", -1.0)
        self.known: dict[tuple[str, str, float], float] = {}

    def base(self, option: Option) -> float:
        """The value as it stands, the less the better."""
        return self.sign * (option.npv if option.npv is not None else math.nan)

    def number(self, option: Option, name: str) -> float | None:
        """The input as it stands; None where the option has none, or takes no notice of it."""
        if option.scenario is None or name in (
            OWNED if option.way in RENTS else ("rental_price", "rental_price_growth")
        ):
            return None
        if name == "rental_price_growth" or name == "hardware_price_growth":
            datum = option.scenario.data.get(name) or option.scenario.data.get("inflation_rate")
            datum = datum or catalog().assumption("inflation_rate")
        else:
            datum = option.scenario.data.get(name) or option.result.data.get(name) or catalog().assumption(name)
        return None if datum is None or not isinstance(datum.value, float) else datum.value

    def moved(self, option: Option, name: str, value: float) -> float:
        """The value of the option's plan with another value of an input."""
        key = (option.name, name, value)
        if key not in self.known:
            self.known[key] = self._planned(option, name, value)
        return self.known[key]

    def _planned(self, option: Option, name: str, value: float) -> float:
        assert option.scenario is not None
        way = option.way or OWN
        changed = with_value(option.scenario, RENTS[way][0] if name == "rental_price" else name, value)
        if name == "chip_price":
            # Another price on the same terms: what the quote holds, it holds still.
            terms = {part: option.result.data[part] for part in PRICE_TERMS if part in option.result.data}
            changed = replace(changed, data={**terms, **changed.data})
        try:
            found, _ = acquired(changed, (way,))
        except InputError:
            return math.nan
        npv = found[0].npv if found else None
        return math.nan if npv is None else self.sign * npv


def with_value(scenario: Scenario, name: str, value: float) -> Scenario:
    """The scenario with one number in the place of what it has, and no draws."""
    known = scenario.data.get(name)
    datum = known if known is not None else Datum(name, value, Source("switching value"), origin="call", kind="given")
    settings = {key: said for key, said in scenario.settings.items() if key not in ("ranges", "draws")}
    data = {key: held.with_(low=None, high=None) for key, held in scenario.data.items()}
    return replace(scenario, data={**data, name: datum.with_(value=value, low=None, high=None)}, settings=settings)
