"""Switching values: what an input of the best option, of the runner-up or of both would have to be to change the first place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cluster_calc.errors import InputError
from cluster_calc.nomenclature import INFINITY, QUANTITIES

if TYPE_CHECKING:
    from cluster_calc.comparison import Option

# What a switching value is sought for: a figure of one option alone, or of the site that all share.
OWN = (
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
    """Values nearest to the base at which the runner-up draws level: of the best option's own figures, of its own, of those
    both share."""
    if len(options) < 2:
        return
    best, second = options[:2]
    # Two ways to have one chip differ in its rent alone: what else the chip is, it is in both.
    alike = bool(best.way and second.way) and best.result.chip.id == second.result.chip.id
    apart = ("rental_price",) if alike else OWN
    shared = (*SHARED, *(name for name in OWN if name not in (*apart, *SHARED)))
    for names, moved in ((apart, (best,)), (apart, (second,)), (shared, (best, second))):
        for name in names:
            held = [option for option in moved if _number(option, name) is not None]
            values = {_number(option, name) for option in held}
            if len(values) != 1:
                continue
            found = _level(best, second, held, name, by, sign)
            if found is not None:
                whose = "all options" if len(moved) > 1 else moved[0].name
                yield Switch(name, whose, float(values.pop() or 0.0), found, second.name)


def _number(option: Option, name: str) -> float | None:
    datum = option.result.data.get(name)
    return None if datum is None or datum.value is None else float(datum.value)


def _level(best: Option, second: Option, moved: Sequence[Option], name: str, by: str, sign: float) -> float | None:
    known = QUANTITIES[name]
    base = _number(moved[0], name) or 0.0
    scale = known.factor
    low = known.low * scale if known.low > 0 else base / 100 if base else 0.0
    high = min(known.high * scale, base * 100 if base else known.high * scale)
    if known.low == 0 and not known.low_open:
        low = 0.0
    if high in (INFINITY, 0.0):
        return None

    def gap(value: float) -> float:
        left, right = (
            _evaluated(option, name, value, by) if option in moved else single(option, by) for option in (best, second)
        )
        return sign * (left - right)

    # Where both are equal at the very end of the range, neither comes first there.
    least = SAME * abs(single(best, by))
    for end in (high, low):
        found = _crossing(gap, base, end)
        if found is not None and gap(end) > least:
            return found
    return None


def _evaluated(option: Option, name: str, value: float, by: str) -> float:
    given = {key: datum.value for key, datum in option.result.data.items() if datum.value is not None}
    return float(option.result.model.evaluate({**given, name: value}).get(by, math.nan))


def _crossing(gap: Any, start: float, end: float) -> float | None:
    """The first place between start and end where the gap turns positive, by a grid and bisection."""
    if start == end:
        return None
    even = start <= 0 or end <= 0
    points = [
        start + (end - start) * step / GRID if even else start * (end / start) ** (step / GRID)
        for step in range(GRID + 1)
    ]
    before = points[0]
    if not gap(before) < 0:
        return None
    for point in points[1:]:
        if gap(point) >= 0:
            low, high = before, point
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                low, high = (middle, high) if gap(middle) < 0 else (low, middle)
            return high
        before = point
    return None
