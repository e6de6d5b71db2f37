"""Switching values: what an input of the best option, of the runner-up or of both would have to be to change the first place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError
from cluster_calc.investment.acquisition import OWN, acquired
from cluster_calc.investment.renting import WAYS as RENTS
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.nomenclature import INFINITY, QUANTITIES

if TYPE_CHECKING:
    from cluster_calc.scenario.scenario import Scenario
    from cluster_calc.studies.options import Option

# What a switching value is sought for: a figure of one option alone, or of the site that all share.
OWN_NAMES = (
    "chip_price",
    "rental_price",
    "mfu",
    "goodput",
    "lifetime",
    "tdp",
    "server_cost_factor",
    "network_share",
    "residual_value",
)
# Of those behind the runner-up, what they ask.
PRICES = ("chip_price", "rental_price")
SHARED = (
    "used_share",
    "colocation_price",
    "electricity_price",
    "pue",
    "power_utilisation",
    "lifetime",
    "residual_value",
    "operations_cost",
)
GRID = 48
SAME = 1e-9
HALVINGS = 60
ALL = "all options"
# What belongs to a price: how much of the hardware it holds.
PRICE_TERMS = ("server_cost_factor", "network_share")
OWNED = ("chip_price", "construction_cost", "colocation_price")


@dataclass(frozen=True)
class Switch:
    """The value of an input at which another option takes the first place."""

    name: str
    whose: str
    base: float
    value: float
    winner: str


def single(option: Option, name: str) -> float:
    """The option's result, which has to be one number."""
    value = option.result.values[name]
    if getattr(value, "shape", ()):
        raise InputError(f"{option.name}: compare takes single values, and {name} is a list of {value.size}")
    return float(value)


def switches(options: list[Option], by: str, sign: float) -> Iterable[Switch]:
    """Values nearest to the base at which another option takes the first place: of the best option's own figures, of the
    runner-up's, of the prices of those behind it, and of what they share."""
    yield from sought(options, Model(by, sign))


class Model:
    """A result of the estimates, cheap to evaluate again with another input."""

    names: tuple[str, ...] = OWN_NAMES
    prices: tuple[str, ...] = PRICES
    shared: tuple[str, ...] = SHARED
    grid = GRID

    def __init__(self, by: str, sign: float) -> None:
        self.by, self.sign = by, sign

    def base(self, option: Option) -> float:
        """The result as it stands, the less the better."""
        return self.sign * single(option, self.by)

    def number(self, option: Option, name: str) -> float | None:
        """The input as it stands; None where the option has none."""
        datum = option.result.data.get(name)
        return None if datum is None or datum.value is None else float(datum.value)

    def moved(self, option: Option, name: str, value: float) -> float:
        """The result with another value of an input."""
        given = {key: datum.value for key, datum in option.result.data.items() if datum.value is not None}
        return self.sign * float(option.result.model.evaluate({**given, name: value}).get(self.by, math.nan))


def sought(options: list[Option], measure: Model) -> Iterable[Switch]:
    """The switches of a measure. Where several options would come first one after the other, the nearest stands."""
    found: dict[tuple[str, str, bool], Switch] = {}
    best = options[0]
    for place, other in enumerate(options[1:]):
        # Two ways to have one chip differ in its rent alone: what else the chip is, it is in both.
        alike = bool(best.way and other.way) and best.result.chip.id == other.result.chip.id
        own = ("rental_price",) if alike else measure.names
        shared = (*measure.shared, *(name for name in measure.names if name not in (*own, *measure.shared)))
        groups = [(own, (best,)), (own, (other,)), (shared, (best, other))]
        if place:
            groups = [(tuple(name for name in own if name in measure.prices), (other,)), (shared, (best, other))]
        for names, moved in groups:
            for name in names:
                # One that another option reaches earlier is not sought for again.
                reached = [known.value for known in found.values() if known.name == name and known.whose == ALL]
                switch = _between(options, best, other, moved, name, measure, reached if len(moved) > 1 else [])
                if switch is not None:
                    found[name, switch.whose, switch.value > switch.base] = switch
    return found.values()


def _between(
    options: list[Option], best: Option, other: Option, moved: Sequence[Option], name: str, measure: Model,
    reached: Sequence[float],
) -> Switch | None:  # fmt: skip
    """Where the other option draws level with the best one as an input of one of them, or of both, moves."""
    held = [option for option in moved if measure.number(option, name) is not None]
    values = {measure.number(option, name) for option in held}
    if len(values) != 1:
        return None
    value = _level(best, other, held, name, measure, reached)
    if value is None:
        return None
    whose = moved[0].name
    if len(moved) > 1:
        # Options with another value of it stand still, and one of them may be ahead of both by then.
        still = [option for option in options if measure.number(option, name) not in {None, *values}]
        level = measure.moved(other, name, value) if other in held else measure.base(other)
        if any(measure.base(option) < level for option in still):
            return None
        whose = f"{best.name} and {other.name}" if still else ALL
    return Switch(name, whose, float(values.pop() or 0.0), value, other.name)


def _level(
    best: Option, other: Option, moved: Sequence[Option], name: str, measure: Model, reached: Sequence[float]
) -> float | None:
    known = QUANTITIES[name]
    base = measure.number(moved[0], name) or 0.0
    scale = known.factor
    low = known.low * scale if known.low > 0 else base / 100 if base else 0.0
    high = min(known.high * scale, base * 100 if base else known.high * scale)
    if known.low == 0 and not known.low_open:
        low = 0.0
    if base < 0:  # a fall of prices, say
        low, high = max(known.low * scale, base * 100), base / 100
    if high in (INFINITY, 0.0):
        return None
    low, high = (
        max([low, *(value for value in reached if value < base)]),
        min([high, *(value for value in reached if value > base)]),
    )

    def gap(value: float) -> float:
        left, right = (
            measure.moved(option, name, value) if option in moved else measure.base(option) for option in (best, other)
        )
        return left - right

    # Where both are equal at the very end of the range, neither comes first there.
    least = SAME * abs(measure.base(best))
    for end in (high, low):
        found = _crossing(gap, base, end, measure.grid, least / 1000)
        if found is not None and gap(end) > least:
            return found
    return None


def _crossing(gap: Any, start: float, end: float, grid: int, exact: float) -> float | None:
    """The first place between start and end where the gap turns positive, by a grid, chords and halvings."""
    if start == end:
        return None
    even = start <= 0 or end <= 0
    points = [
        start + (end - start) * step / grid if even else start * (end / start) ** (step / grid)
        for step in range(grid + 1)
    ]
    before, under = points[0], gap(points[0])
    if not under < 0:
        return None
    for point in points[1:]:
        over = gap(point)
        if over >= 0:
            return _narrowed(gap, (before, under), (point, over), exact)
        before, under = point, over
    return None


def _narrowed(gap: Any, low: tuple[float, float], high: tuple[float, float], exact: float) -> float:
    """The place where the gap is 0, of places with their gaps on either side; most relations are nearly straight lines."""
    for _ in range(HALVINGS):
        for part in (low[1] / (low[1] - high[1]), 0.5):
            place = low[0] + (high[0] - low[0]) * part
            found = gap(place)
            if abs(found) <= exact:
                return float(place)
            low, high = ((place, found), high) if found < 0 else (low, (place, found))
    return high[0]


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
