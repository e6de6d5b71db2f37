"""Implicit steps: what a search finds, as a step of the model like any formula, elementwise.

Where a quantity and what it is sized by depend on each other (more chips fail more often, so that more are needed), the
formulas between them would form a circle. `Search` closes it: its inputs are what the circle needs from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from cluster_calc.errors import InputError
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.elementwise import numpy_later as np

MOST = 1e9
# Once more of it makes the goal worse by this factor, no number of it is enough.
WORSE = 1.5
# Numbers at a time where only some can be had.
_CHUNK = 32
# Points at a time when the place is sought where the goal is nearest.
_ZOOM = 17


def halved(alike: Callable[[Any], Any], left: Any, right: Any, whole: bool = False) -> tuple[Any, Any]:
    """The two neighbours between which `alike`, true at `left` and not at `right`, changes; elementwise.

    >>> left, right = halved(lambda x: x * x < 2, np.array(1.0), np.array(2.0))
    >>> float(left) < 2**0.5 <= float(right), float(halved(lambda x: x < 37, 0.0, 64.0, whole=True)[1])
    (True, 37.0)
    """
    for _ in range(200):
        if whole:
            middle = np.floor((left + right) / 2)
        else:
            with np.errstate(all="ignore"):  # beyond what a number can hold there is nothing between
                middle = np.where((left > 0) & (right > 0), np.sqrt(left * right), (left + right) / 2)
        # A root of a product may round to an end: the halves then meet, and the search is over.
        apart = (middle > np.minimum(left, right)) & (middle < np.maximum(left, right))
        if not np.any(apart):
            break
        same = alike(middle)
        left, right = np.where(apart & same, middle, left), np.where(apart & ~same, middle, right)
    return left, right


class Step(NamedTuple):
    """One formula of a model: what it returns, the function, and the names it needs."""

    name: str
    formula: Callable[..., Any]
    inputs: tuple[str, ...]


class Implicit:
    """What stands for a formula where an algorithm finds the value: called with its inputs, said in words."""

    def __init__(self, name: str, about: str, source: Source, instead_of: str = "") -> None:
        self.__name__, self.__doc__, self.source = name, about, source
        # The formula that a model with this in it goes without.
        self.instead_of = instead_of

    def step(self, steps: Mapping[str, Step], given: Iterable[str]) -> Step:
        """The step as it is taken when these names are given."""
        raise NotImplementedError

    def text(self, words: Callable[[str], str]) -> str:
        """What it does, with names or numbers in their places."""
        raise NotImplementedError

    def __call__(self, *arguments: Any) -> Any:
        """The value, elementwise."""
        raise NotImplementedError

    def datum(self, values: Mapping[str, Any]) -> Datum:
        """The value that was found, with its source."""
        return Datum(
            self.__name__, values[self.__name__], self.source, origin="computed", kind="search", confidence="high"
        )

    def doubts(self, values: Mapping[str, Any]) -> list[str]:
        """What a reader should know of the value."""
        return []

    def refuse(self, values: Mapping[str, Any]) -> None:
        """Raise InputError where nothing was found, with the reason."""

    def refuse_missing(self, leaves: Iterable[str]) -> None:
        """Raise InputError where nothing may stand in the place of what could not be searched for lack of these."""

    # The quantity of which only some numbers can be had here, and what they depend on.
    spread_over: str = ""
    spread_by: tuple[str, ...] = ()

    def choices(self, known: Mapping[str, float]) -> Any:
        """The only numbers that `spread_over` can have, in order, for one value of each of `spread_by`."""
        raise NotImplementedError

    def allowed(self, *arguments: Any) -> Any:
        """Whether a number is allowed at all, elementwise over the step's inputs."""
        raise NotImplementedError


def between(unknown: str, goal: str, steps: Mapping[str, Step], given: frozenset[str]) -> tuple[Step, ...]:
    """The steps from an unknown to a goal when these names are given, in order."""
    moved: dict[str, bool] = {unknown: True}
    found: list[Step] = []

    def depends(name: str) -> bool:
        if name not in moved:
            moved[name] = False
            step = None if name in given else steps.get(name)
            # Every input, so that they come in order.
            if step is not None and True in list(map(depends, step.inputs)):
                moved[name] = True
                found.append(step)
        return moved[name]

    depends(goal)
    return tuple(found)


class Search(Implicit):
    """The fewest whole `name` with which `goal` is at most `limit`; nan where no number of it is enough.

    The goal must fall and then rise with whole multiples of `granule` (servers fail, not chips), and fall within one.
    """

    def __init__(self, name: str, goal: str, limit: str, granule: str, about: str, hint: str, source: Source) -> None:
        super().__init__(name, about, source)
        self.goal, self.limit, self.granule, self.hint = goal, limit, granule, hint

    def step(self, steps: Mapping[str, Step], given: Iterable[str]) -> Step:
        """The step whose inputs are what the formulas between unknown and goal need from outside."""
        sizing = self.within(steps, given)
        return Step(self.__name__, sizing, sizing.inputs)

    def within(self, steps: Mapping[str, Step], given: Iterable[str]) -> Sizing:
        """The search among these formulas when these names are given."""
        inner = between(self.__name__, self.goal, steps, frozenset(given))
        own = {self.__name__, *(step.name for step in inner)}
        outside = dict.fromkeys(name for step in inner for name in step.inputs if name not in own)
        return Sizing(self, inner, (*outside, self.limit))

    def text(self, words: Callable[[str], str]) -> str:
        """What is searched for, in words."""
        return f"fewest whole {self.__name__} with {words(self.goal)} ≤ {words(self.limit)}"


class Sizing(Search):
    """A search within one model: the formulas that it runs again and again."""

    def __init__(self, search: Search, inner: tuple[Step, ...], inputs: tuple[str, ...]) -> None:
        super().__init__(
            search.__name__, search.goal, search.limit, search.granule, search.__doc__ or "", search.hint, search.source
        )
        self.inner, self.inputs = inner, inputs

    def __call__(self, *arguments: Any) -> Any:
        """The fewest that are enough, elementwise."""
        found, _, _ = self.sized(arguments)
        return found if np.ndim(found) else float(found)

    def refuse(self, values: Mapping[str, Any]) -> None:
        """Raise InputError with the number that comes nearest to enough."""
        _, numbers, overs = self.sized([values[name] for name in self.inputs])
        at = np.argmin(overs)
        number, over = float(np.ravel(numbers)[at]), float(np.ravel(overs)[at])
        near = f"about {number:,.0f} come nearest, with {over:.3g} times the {self.limit.replace('_', ' ')}"
        if not np.isfinite(over):
            near = "no layout of any number of them fits in memory"
        raise InputError(f"{self.limit}: no number of {self.__name__} finishes in time: {near}. {self.hint}")

    def sized(self, arguments: Iterable[Any]) -> tuple[Any, Any, Any]:
        """The fewest that are enough, the number that comes nearest to enough, and how near."""
        known = dict(zip(self.inputs, arguments, strict=True))
        shape = np.broadcast_shapes(*map(np.shape, known.values()))
        few = next(
            (
                step
                for step in self.inner
                if isinstance(step.formula, Implicit) and step.formula.spread_over == self.__name__
            ),
            None,
        )
        with np.errstate(all="ignore"):
            if few is not None:
                return self._among(few, known, shape)
            each = known.get(self.granule, 1.0)
            low, high, nearest, best = _bracketed(lambda blocks: self._over(known, each * blocks), shape, MOST / each)
            _, blocks = halved(lambda blocks: self._over(known, each * blocks) > 1, low, high, whole=True)
            _, found = halved(
                lambda number: self._over(known, number) > 1, each * (blocks - 1), each * blocks, whole=True
            )
        return np.where(best <= 1, found, np.nan), each * nearest, best

    def _over(self, known: Mapping[str, Any], number: Any, held: Mapping[str, Any] | None = None) -> Any:
        """The goal over its limit; `held` stands for what some of the formulas would give."""
        values = {**known, self.__name__: number, **(held or {})}
        for name, formula, inputs in self.inner:
            if not held or name not in held:
                values[name] = formula(*[values[entry] for entry in inputs])
        return values[self.goal] / known[self.limit]

    def _among(self, few: Step, known: Mapping[str, Any], shape: tuple[int, ...]) -> tuple[Any, Any, Any]:
        """The same where only some numbers can be had: for every distinct list of them the first that is enough."""
        # What is the same for all stays one number, so that each prediction is made once.
        flat = {
            name: np.broadcast_to(value, shape).ravel() if np.ndim(value) else value for name, value in known.items()
        }
        count = int(np.prod(shape, dtype=int))
        found, nearest, best = np.full(count, np.nan), np.full(count, np.nan), np.full(count, np.inf)
        names = few.formula.spread_by  # type: ignore[attr-defined]
        keys = np.stack([np.broadcast_to(flat[name], count) for name in names], axis=1)
        rows, place = np.unique(keys, axis=0, return_inverse=True)
        for index, row in enumerate(rows.tolist()):
            if any(map(np.isnan, row)):
                continue
            where = place.ravel() == index
            part = {name: value[where] if np.ndim(value) else value for name, value in flat.items()}
            part |= dict(zip(names, row, strict=True))
            numbers = few.formula.choices(dict(zip(names, row, strict=True)))  # type: ignore[attr-defined]
            found[where], nearest[where], best[where] = self._first(few, part, numbers, int(where.sum()))
        return tuple(array.reshape(shape) for array in (found, nearest, best))

    def _first(self, few: Step, known: Mapping[str, Any], numbers: Any, count: int) -> tuple[Any, Any, Any]:
        """Of the numbers the first that is enough, for each of the elements."""
        found, nearest, best = np.full(count, np.nan), np.full(count, np.nan), np.full(count, np.inf)
        # At a utilisation of 1 the first may be enough that is enough at all.
        possible = (self._over(known, numbers[:, None], {few.name: 1.0}) <= 1).any(axis=1)
        start = int(np.argmax(possible)) if possible.any() else 0
        for begin in range(start, len(numbers), _CHUNK):
            column = numbers[begin : begin + _CHUNK, None]
            arguments = [column if name == self.__name__ else known[name] for name in few.inputs]
            over = np.where(few.formula.allowed(*arguments), self._over(known, column), np.inf)  # type: ignore[attr-defined]
            over = np.broadcast_to(np.where(np.isnan(over), np.inf, over), (len(column), count))
            least, at = over.min(axis=0), over.argmin(axis=0)
            nearest, best = np.where(least < best, column[at, 0], nearest), np.minimum(least, best)
            enough = (over <= 1).any(axis=0) & np.isnan(found)
            found = np.where(enough, column[(over <= 1).argmax(axis=0), 0], found)
            if not np.isnan(found).any():
                break
        return found, nearest, best


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
