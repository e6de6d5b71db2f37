"""The series of a trend: what each is called and measured in."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cluster_calc.errors import InputError, quoted
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.nomenclature import Quantity
from cluster_calc.trends.expressions import evaluated, parsed
from cluster_calc.trends.rates import Path as RatePath

# What can grow: name → (unit, example, meaning).
SERIES: dict[str, tuple[str, str, str]] = {
    "compute": ("FLOP", "1e25 FLOP", "arithmetic of the largest run"),
    "cost": ("USD", "1e9 USD", "cost of the largest run"),
    "price": ("USD/FLOP", "457 USD/(PFLOP/s*day)", "price of compute"),
    "gdp": ("USD", "21.43e12 USD", "gross domestic product of a year"),
    "profit": ("USD", "99.8e9 USD", "profits of a year"),
    "shipments": ("chip/year", "8.8e6 chip/year", "accelerators shipped in a year"),
    "power_supply": ("kW", "1 GW", "power that can be had"),
    "tokens": ("token", "15e12 token", "tokens trained on"),
    "text": ("token", "300e12 token", "stock of text"),
    "throughput": ("FLOP/s/chip", "989 TFLOP/s", "peak of one accelerator"),
    "chip_price": ("USD/chip", "25000 USD", "price of one accelerator"),
    "chip_power": ("W/chip", "1300 W", "power of one accelerator with its share of the server"),
}


@dataclass(frozen=True, slots=True)
class Series:
    """A level on a day and how it grows.

    `start` holds the level with its distribution. Of a regression, level and slope share the error of the residuals:
    `degrees` of freedom make both t-distributed from one draw of it, and `scatter` is how far a single system lies from
    the line, one standard deviation in orders of magnitude. `points` are its systems: years, and values in its JSON unit.
    """

    name: str
    start: Datum
    date: float
    path: RatePath
    texts: Mapping[str, str]
    degrees: int = 0
    scatter: float = 0.0
    unit: str = ""
    points: tuple[tuple[float, ...], ...] = ()

    @property
    def known(self) -> Quantity:
        """The series as a quantity: its unit and what its level can be."""
        return level_of(self.name, self.unit)

    @property
    def value(self) -> float:
        """The level on the day, in base units."""
        return float(self.start.value)

    @property
    def has_range(self) -> bool:
        """Whether the start or the growth is uncertain."""
        return self.start.has_range or self.path.has_range

    def levels(self, dates: Any, z: Mapping[str, Any] | None = None) -> Any:
        """The series on some days; `z` holds standard normal draws of its `value` and `growth`, `residual` (the factor on
        the residuals' error) and, for a single system, `system`."""
        import numpy as np

        from cluster_calc.quantities.shapes import value_at

        drawn = dict(z or {})
        wide = drawn.get("residual", 1.0)
        # The texts give the t interval; a normal draw of that width times the residual factor is the t draw.
        narrowed = wide * _narrowing(self.degrees)
        start: Any = self.value
        if self.start.has_range and "value" in drawn:
            start = value_at(self.start, drawn["value"] * narrowed, self.known)
        with np.errstate(over="ignore"):
            log = self.path.log_growth(self.date, dates, drawn.get("growth", 0.0) * narrowed)
            if "system" in drawn and self.scatter:
                log = log + np.log(10.0) * self.scatter * drawn["system"] * wide
            return start * np.exp(log)


@dataclass(frozen=True, slots=True)
class Relation:
    """A column of one's own that follows from others, in a unit that was derived or given."""

    text: str
    unit: str
    needs: tuple[str, ...]
    tree: ast.expr = field(compare=False)

    def value(self, found: Mapping[str, Any]) -> Any:
        """The relation on the columns, in base units."""
        return evaluated(self.tree, found.__getitem__, f"relation {quoted(self.text)}")


def relation_of(name: str, text: str, unit: str, units: Mapping[str, str]) -> Relation:
    """A relation from its text over columns with these units; its own unit follows, or is given and must measure the same.

    >>> made = relation_of("largest", "stock * share", "", {"stock": "chip", "share": "1"})
    >>> made.unit, made.needs
    ('chip', ('stock', 'share'))
    """
    from cluster_calc.quantities.units import dimension_text, registry, target

    where = f"relation {name}"
    tree, needs = parsed(text, {entry: entry for entry in units}, where)
    one = registry().Quantity
    try:
        measured = evaluated(tree, lambda entry: one(1.0, "" if units[entry] == "1" else units[entry]), where)
    except Exception as error:  # pint's own errors of dimension
        if isinstance(error, InputError):
            raise
        raise InputError(f"{where}: {quoted(text)}: {error}") from None
    plain = getattr(measured, "units", None)
    found = dimension_text(measured.dimensionality) if plain is not None else "1"
    made = unit or ("1" if found == "1" else f"{plain:C}")
    if target(made).dimension != found:
        raise InputError(f"{where}: {quoted(text)} measures {found}, not {quoted(made)}")
    return Relation(text, made, tuple(needs), tree)


@cache
def level_of(name: str, own: str = "") -> Quantity:
    """A series as a quantity of its unit, above zero; `own` is the unit of a series of one's own.

    >>> level_of("gdp").unit
    'USD'
    """
    unit, example, meaning = (own, f"1 {own}" if own != "1" else "0.1", name) if own else SERIES[name]
    return Quantity(
        name, name, unit, "count", meaning, "trend", low=0.0, low_open=True, example=example, bare=unit == "1"
    )


@cache
def _narrowing(degrees: int) -> float:
    """A normal interval over the t interval of so many degrees of freedom, both 90 %; 1 where the level is given."""
    if not degrees:
        return 1.0
    from cluster_calc.quantities.shapes import Z95
    from cluster_calc.trends.fitting import t_quantile

    return Z95 / t_quantile(degrees)
