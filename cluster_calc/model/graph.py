"""The model: formulas wired by their argument names, ordered once, run on floats or arrays.

>>> from cluster_calc.model.sets import ALL_SETS
>>> model = Model(*ALL_SETS["compute"], *ALL_SETS["timing"])
>>> [step.name for step in model.plan({"training_compute", "peak_throughput", "mfu", "goodput", "chips"})]
['accelerator_time', 'training_time']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from operator import itemgetter
from typing import Any

from cluster_calc.model.implicit import Implicit, Search, Step
from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.nomenclature import INFINITY, QUANTITIES


class ModelError(Exception):
    """A model that cannot be built: a mistake in the formulas, not in an input."""


class Model:
    """A set of formulas with one formula per name; an implicit step takes the place of the formula of its name.

    Raises ModelError for a name outside the nomenclature, two formulas of one name, or a cycle.
    """

    def __init__(self, *formulas: Callable[..., Any]) -> None:
        self.steps: dict[str, Step] = {}
        self.implicit = {formula.__name__: formula for formula in formulas if isinstance(formula, Implicit)}
        for formula in formulas:
            if isinstance(formula, Implicit):
                continue
            name = formula.__name__
            code = formula.__code__
            inputs = code.co_varnames[: code.co_argcount]
            for known in (name, *inputs):
                if known not in QUANTITIES:
                    raise ModelError(f"{formula.__module__}.{name}: {known!r} is not in the nomenclature")
            if name in self.steps and self.steps[name].formula is not formula:
                raise ModelError(f"two formulas for {name!r}: one per name in a model")
            self.steps[name] = Step(name, formula, inputs)
        # Every formula, those too that an implicit step stands instead of.
        self.formulas = dict(self.steps)
        given = {search.instead_of for search in self.implicit.values()}
        self.steps = {name: step for name, step in self.steps.items() if name not in given}
        # A search looks at every other step.
        for name, search in sorted(self.implicit.items(), key=lambda item: isinstance(item[1], Search)):
            self.steps[name] = search.step(self.formulas if search.instead_of else self.steps, given)
        self.order = self._ordered(self.steps)
        self._plans: dict[frozenset[str], tuple[Step, ...]] = {}
        self._runs: dict[frozenset[str], list[tuple[str, Callable[..., Any], Callable[[Mapping[str, Any]], Any]]]] = {}

    def __getstate__(self) -> dict[str, Any]:
        # Plans are made again where they are needed; their getters cannot be pickled.
        return {**self.__dict__, "_plans": {}, "_runs": {}}

    @staticmethod
    def _ordered(steps: Mapping[str, Step]) -> tuple[str, ...]:
        try:
            return tuple(TopologicalSorter({name: step.inputs for name, step in steps.items()}).static_order())
        except CycleError as error:
            raise ModelError(f"the formulas form a circle: {' → '.join(error.args[1])}") from None

    @property
    def names(self) -> frozenset[str]:
        """Every name the model uses or computes."""
        return frozenset(self.order)

    def step(self, name: str, given: Iterable[str]) -> Step | None:
        """The step that computes a name when others are given: what a search needs depends on them."""
        search = self.implicit.get(name)
        if search is None:
            return self.steps.get(name)
        return search.step(self.formulas if search.instead_of else self.steps, given)

    def leaves(self, given: Iterable[str] = ()) -> list[str]:
        """The names that no formula computes: what has to come from outside, besides what is given."""
        given = set(given)
        taken = [step for name in self.steps if name not in given and (step := self.step(name, given))]
        needed = {name for step in taken for name in step.inputs}
        return [name for name in self.order if name in needed and (name in given or name not in self.steps)]

    def plan(self, given: Iterable[str]) -> tuple[Step, ...]:
        """The steps that can be taken from what is given, in order. What is given replaces its formula."""
        key = frozenset(given)
        if key not in self._plans:
            known = set(key)
            taken = []
            steps, order = self.steps, self.order
            if self.implicit:
                # What is given may take a formula out of a circle, so that a search waits for what it was part of.
                steps = {name: step for name in steps if name not in key and (step := self.step(name, key))}
                order = self._ordered(steps)
            for name in order:
                step = steps.get(name)
                if step is not None and name not in key and known.issuperset(step.inputs):
                    taken.append(step)
                    known.add(name)
            self._plans[key] = tuple(taken)
        return self._plans[key]

    def evaluate(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every reachable value: the given ones and what the formulas make of them.

        A float divided by zero is infinite, as in an array: a float is the 0-d case.

        >>> from cluster_calc.model.sets import ALL_SETS
        >>> Model(*ALL_SETS["timing"]).evaluate({"accelerator_time": 10.0, "chips": 5})["training_time"]
        2.0
        """
        values = dict(given)
        key = frozenset(values)
        if key not in self._runs:
            self._runs[key] = [(step.name, step.formula, _getter(step.inputs)) for step in self.plan(key)]
        # What overflows or divides by nothing is inf or nan here and refused, with its name, where the result is checked.
        with np.errstate(all="ignore"):
            for name, formula, arguments in self._runs[key]:
                try:
                    values[name] = formula(*arguments(values))
                except ZeroDivisionError:  # a plain float raises where an array becomes inf
                    values[name] = INFINITY
        return values

    def choices(self, name: str, known: Mapping[str, Any]) -> Any:
        """The only numbers that a quantity can have, where a step can be taken for few of them; None where any will do."""
        for found in self.implicit.values():
            by = found.spread_by
            if found.spread_over == name and all(entry in known and not np.ndim(known[entry]) for entry in by):
                numbers = found.choices({entry: float(known[entry]) for entry in by})
                arguments = [
                    numbers if entry == name else known.get(entry) for entry in self.steps[found.__name__].inputs
                ]
                sure = not any(value is None or np.ndim(value) > (value is numbers) for value in arguments)
                return numbers[found.allowed(*arguments)] if sure else numbers
        return None

    def missing_behind(self, name: str, known: Iterable[str]) -> list[str]:
        """The leaves that keep `name` from being computed."""
        known = set(known)
        found: list[str] = []

        def visit(entry: str) -> None:
            if entry in known or entry in found:
                return
            step = self.step(entry, known)
            if step is None:
                found.append(entry)
                return
            for part in step.inputs:
                visit(part)

        visit(name)
        return found


def _getter(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Any]:
    """Fetches a formula's arguments in C: twice as fast over a whole model as a comprehension."""
    if len(names) == 1:
        (name,) = names
        return lambda values: (values[name],)
    return itemgetter(*names)
