"""Scales and ticks: from values to places on paper, and which of them to print.

>>> Axis(0.0, 100.0, 0.0, 200.0).place(25.0)
50.0
>>> ticks(0.0, 7.3e6)
[0.0, 2000000.0, 4000000.0, 6000000.0]
>>> ticks(3.0, 4000.0, log=True)
[10.0, 100.0, 1000.0]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

# Widths in em of the widest of the fonts that a page may fall back on (DejaVu Sans), so that a label never needs
# more room than it was given.
_NARROW = frozenset("ijl.,:;'|!I ")
_WIDE = frozenset("mwMW@%—…→")


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear or logarithmic scale from `low`..`high` to `start`..`end`; a span of nothing is widened."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def place(self, value: float) -> float:
        """Where a value goes, held to the axis."""
        low, high, at = self.low, self.high, value
        if self.log:
            low, high, at = math.log(low), math.log(high), math.log(max(value, 5e-324))
        share = (at - low) / (high - low) if high > low else 0.5
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


def text_width(text: str, size: float = 12.0) -> float:
    """At most this wide, whichever font the page falls back on.

    >>> text_width("$24M") <= 4 * 12
    True
    """
    return size * sum(0.36 if letter in _NARROW else 1.0 if letter in _WIDE else 0.7 for letter in text)


def fitted(text: str, room: float, size: float = 12.0) -> str:
    """The text, or as much of it as the room holds and an ellipsis.

    >>> fitted("a very long name of an accelerator", 100.0)
    'a very long…'
    """
    if text_width(text, size) <= room:
        return text
    while text and text_width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip(" ,.(") + "…" if text else ""


def span(values: Iterable[float | None], *, zero: bool = False, log: bool = False) -> tuple[float, float]:
    """The ends of an axis that holds the values, never the same.

    >>> span([3.0, 3.0]), span([5.0, None], zero=True), span([])
    ((2.7, 3.3), (0.0, 5.0), (0.0, 1.0))
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    known = [value for value in known if value > 0] if log else known + ([0.0] if zero else [])
    if not known:
        return (0.1, 1.0) if log else (0.0, 1.0)
    low, high = min(known), max(known)
    if log:
        return (low, high) if high > low * (1 + 1e-9) else (low / 2, low * 2)
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        pad = 0.1 * abs(high) or 1.0
        return (0.0, 1.0) if zero and high == 0 else (low - pad, high + pad)
    return low, high


def ticks(low: float, high: float, most: int = 5, *, log: bool = False, unit: float = 1.0) -> list[float]:
    """Round values, counted in `unit`, within low..high: 1, 2, 2.5 or 5 times a power of ten, or powers of ten on a log axis."""
    if unit != 1.0:
        return [value * unit for value in ticks(low / unit, high / unit, most, log=log)]
    if log:
        first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
        decades = [10.0**power for power in range(first, last + 1)]
        if len(decades) >= 3:
            return decades[:: math.ceil(len(decades) / most)]
        steps = [factor * 10.0**power for power in range(first - 1, last + 1) for factor in (1, 2, 5)]
        inside = [value for value in steps if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
        return inside if len(inside) >= 2 else [low, high]
    rough = (high - low) / most
    if rough <= 0 or not math.isfinite(rough):
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough), 10 * power)
    first = math.ceil(low / step - 1e-9)
    return [(first + number) * step for number in range(most + 2) if (first + number) * step <= high + 1e-9 * step]


def spread(
    values: Sequence[float], axis: Axis, text: Callable[[float], str], width: float, size: float = 12.0
) -> list[tuple[float, str]]:
    """The ticks whose labels fit side by side on paper of that width: (place, label), no label twice."""
    kept: list[tuple[float, str]] = []
    right = -math.inf
    for value in values:
        label = text(value)
        half = text_width(label, size) / 2
        place = min(max(axis.place(value), half), width - half)
        if place - half < right + size or any(label == other for _, other in kept):
            continue
        kept.append((place, label))
        right = place + half
    return kept
