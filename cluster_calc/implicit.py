"""Implicit steps: what a search finds, as a step of the model like any formula, elementwise.

Where a quantity and what it is sized by depend on each other (more chips fail more often, so that more are needed), the
formulas between them would form a circle. `Search` closes it: its inputs are what the circle needs from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from cluster_calc.datum import Source

MOST = 1e9
# Once more of it makes the goal worse by this factor, no number of it is enough.
WORSE = 1.5
# Points at a time when the place is sought where the goal is nearest.
_ZOOM = 17


class Step(NamedTuple):
    """One formula of a model: what it returns, the function, and the names it needs."""

    name: str
    formula: Callable[..., Any]
    inputs: tuple[str, ...]


class Implicit:
    """What stands for a formula where an algorithm finds the value: called with its inputs, said in words."""

    def __init__(self, name: str, about: str, source: Source) -> None:
        self.__name__, self.__doc__, self.source = name, about, source

    def step(self, steps: Mapping[str, Step], given: Iterable[str]) -> Step:
        """The step as it is taken when these names are given."""
        raise NotImplementedError

    def text(self, words: Callable[[str], str]) -> str:
        """What it does, with names or numbers in their places."""
        raise NotImplementedError

    def __call__(self, *arguments: Any) -> Any:
        """The value, elementwise."""
        raise NotImplementedError


class Search(Implicit):
    """The fewest whole `name` with which `goal` is at most `limit`; nan where no number of it is enough.

    The goal must fall and then rise with whole multiples of `granule` (servers fail, not chips), and fall within one.
    """

    def __init__(self, name: str, goal: str, limit: str, granule: str, about: str, source: Source) -> None:
        super().__init__(name, about, source)
        self.goal, self.limit, self.granule = goal, limit, granule

    def step(self, steps: Mapping[str, Step], given: Iterable[str]) -> Step:
        """The step whose inputs are what the formulas between unknown and goal need from outside."""
        sizing = self.within(steps, given)
        return Step(self.__name__, sizing, sizing.inputs)

    def within(self, steps: Mapping[str, Step], given: Iterable[str]) -> Sizing:
        """The search among these formulas when these names are given."""
        inner = self._between(steps, frozenset(given))
        own = {self.__name__, *(step.name for step in inner)}
        outside = dict.fromkeys(name for step in inner for name in step.inputs if name not in own)
        return Sizing(self, inner, (*outside, self.limit))

    def text(self, words: Callable[[str], str]) -> str:
        """What is searched for, in words."""
        return f"fewest whole {self.__name__} with {words(self.goal)} ≤ {words(self.limit)}"

    def _between(self, steps: Mapping[str, Step], given: frozenset[str]) -> tuple[Step, ...]:
        """The steps from the unknown to the goal, in order."""
        moved: dict[str, bool] = {self.__name__: True}
        found: list[Step] = []

        def depends(name: str) -> bool:
            if name not in moved:
                moved[name] = False
                step = None if name in given else steps.get(name)
                if step is not None and True in list(
                    map(depends, step.inputs)
                ):  # every input, so that they come in order
                    moved[name] = True
                    found.append(step)
            return moved[name]

        depends(self.goal)
        return tuple(found)


class Sizing(Search):
    """A search within one model: the formulas that it runs again and again."""

    def __init__(self, search: Search, inner: tuple[Step, ...], inputs: tuple[str, ...]) -> None:
        super().__init__(
            search.__name__, search.goal, search.limit, search.granule, search.__doc__ or "", search.source
        )
        self.inner, self.inputs = inner, inputs

    def __call__(self, *arguments: Any) -> Any:
        """The fewest that are enough, elementwise."""
        found, _, _ = self.sized(arguments)
        return found if np.ndim(found) else float(found)

    def nearest(self, known: Mapping[str, Any]) -> tuple[float, float]:
        """The number that comes nearest where none is enough, and the goal there over its limit."""
        _, number, over = self.sized([known[name] for name in self.inputs])
        return float(number), float(over)

    def sized(self, arguments: Iterable[Any]) -> tuple[Any, Any, Any]:
        """The fewest that are enough, the number that comes nearest to enough, and how near."""
        known = dict(zip(self.inputs, arguments, strict=True))
        limit, each = known[self.limit], known.get(self.granule, 1.0)

        def over(number: Any) -> Any:
            values = {**known, self.__name__: number}
            for name, formula, inputs in self.inner:
                values[name] = formula(*[values[entry] for entry in inputs])
            return values[self.goal] / limit

        with np.errstate(all="ignore"):
            shape = np.broadcast_shapes(*(np.shape(value) for value in known.values()))
            low, high, nearest, best = _bracketed(lambda blocks: over(each * blocks), shape, MOST / each)
            blocks = _fewest(lambda blocks: over(each * blocks) <= 1, low, high)
            found = _fewest(lambda number: over(number) <= 1, each * (blocks - 1), each * blocks)
        return np.where(best <= 1, found, np.nan), each * nearest, best


def _bracketed(over: Callable[[Any], Any], shape: tuple[int, ...], most: Any) -> tuple[Any, Any, Any, Any]:
    """A number that is too small, one that is enough (if any is), the one that comes nearest, and how near."""
    high = np.ones(shape)
    reached = np.broadcast_to(over(high), shape)
    nearest, best = high, reached
    while True:
        rising = (reached > 1) & (reached <= WORSE * best) & (high < most) & np.isfinite(reached)
        if not rising.any():
            break
        high = np.where(rising, 2 * high, high)
        reached = np.broadcast_to(over(high), shape)
        nearest, best = np.where(reached < best, high, nearest), np.fmin(reached, best)
    low = np.floor(nearest / 2)
    if (best > 1).any():
        # What is enough may lie between two powers of two.
        finer, value = _least(over, low, 2 * nearest)
        nearest, best = np.where(value < best, finer, nearest), np.fmin(value, best)
    return low, nearest, nearest, best


def _least(over: Callable[[Any], Any], low: Any, high: Any) -> tuple[Any, Any]:
    """The whole number between two where a function that falls and then rises is least, and its value."""
    while True:
        shares = np.linspace(0.0, 1.0, _ZOOM).reshape(-1, *(1 for _ in np.shape(low)))
        points = np.rint(low + (high - low) * shares)
        values = np.where(points >= 1, over(np.maximum(points, 1.0)), np.inf)
        place = np.expand_dims(np.argmin(np.where(np.isnan(values), np.inf, values), axis=0), 0)

        def at(array: Any, places: Any) -> Any:
            return np.take_along_axis(array, np.clip(places, 0, _ZOOM - 1), axis=0)[0]

        if np.all(high - low < _ZOOM):
            return at(points, place), at(values, place)
        low, high = at(points, place - 1), at(points, place + 1)


def _fewest(holds: Callable[[Any], Any], low: Any, high: Any) -> Any:
    """The least whole number that holds between one that does not and one that does.

    >>> float(_fewest(lambda number: number >= 37, np.array(8.0), np.array(64.0)))
    37.0
    """
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        enough = holds(middle)
        # Where the two have met already, they stay.
        apart = high - low > 1
        low, high = np.where(apart & ~enough, middle, low), np.where(apart & enough, middle, high)
    return high
