"""When a computed value agrees with a published one: each claim names its own criterion.

A number rounds to the printed figure or is within 5 %; a power of ten is the nearest; a date falls in the same month;
inequalities hold literally.
"""

from __future__ import annotations

import math
import re

from cluster_calc.quantities.dates import month_of

TOLERANCE = 0.05


def agrees(criterion: str, value: float | None, published: float | None) -> bool:
    """Whether the value meets the criterion.

    >>> agrees("3 s.f.", 30.72e6, 30.7e6), agrees("power of ten", 357143.0, 1e5), agrees("same month", 2022.82, 2022.79)
    (True, False, True)
    """
    if value is None or criterion == "none" or not math.isfinite(value):
        return False
    if span := re.fullmatch(r"([0-9]+)\.\.([0-9]+)", criterion):
        return float(span[1]) <= value <= float(span[2])
    if published is None:
        return False
    if rounding := re.fullmatch(r"([0-9]+) (s\.f\.|d\.p\.)", criterion):
        digits = int(rounding[1])
        if rounding[2] == "s.f.":
            rounded, wanted = (float(f"{number:.{digits - 1}e}") for number in (value, published))
        else:
            rounded, wanted = round(value, digits), round(published, digits)
        return rounded == wanted or _close(value, published)
    if criterion == "within 5 %":
        return _close(value, published)
    if criterion == "power of ten":
        return value > 0 and round(math.log10(value)) == round(math.log10(published))
    if criterion == "same year":
        return math.floor(value) == math.floor(published)
    if criterion == "same month":
        return month_of(value) == month_of(published)
    if criterion == "above":
        return value > published
    if criterion == "above, within a factor 2":
        return published < value <= 2 * published
    if criterion == "below, within a factor 2":
        return published / 2 <= value < published
    if criterion == "first whole year":
        return math.ceil(value) == published
    raise ValueError(f"unknown criterion {criterion!r}")


def _close(value: float, published: float) -> bool:
    return abs(value / published - 1) <= TOLERANCE * (1 + 1e-12)
