"""The search of layout and batch: what serves a demand on the fewest chips, within the memory and the targets.

Every layout and batch is evaluated at once by the formulas themselves, for every element of the inputs. It is a step of
the model like any formula (`implicit.py`): each of the names it decides can be given instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np

from cluster_calc.model.graph import Model
from cluster_calc.model.implicit import Implicit, Step
from cluster_calc.model.sets import model_of
from cluster_calc.performance.efficiencies import SERVER_CHIPS
from cluster_calc.quantities.datum import Source

Values = dict[str, Any]
DEGREES = ("tensor_parallel", "attention_parallel", "expert_parallel", "pipeline_parallel")
DECIDED = (*DEGREES, "disaggregated", "batch")
SPEED = "serving_speed_factor"
TARGETS = {"tpot": "tpot_margin", "ttft": "ttft_margin"}
# The largest replica and batch that are tried, and the steps of the batch: four to a doubling.
MOST_RANKS, MOST_TENSOR, MOST_BATCH, BATCH_STEPS = 128, 16, 16384, 4
# Elements evaluated at once.
_BLOCK = 2_000_000
SOURCE = Source(
    "search", title="cluster_calc.performance.serving.planning: the layout and batch that need the fewest chips"
)


@cache
def candidates() -> Mapping[str, Any]:
    """Every layout with every batch as columns: tensor groups, attention-data groups, whole or cut experts, stages.

    Stages join whole servers: within one, nobody measured them.
    """
    rows = []
    sizes = [2**power for power in range(int(np.log2(MOST_RANKS)) + 1)]
    batches = np.unique(np.rint(2 ** (np.arange(int(np.log2(MOST_BATCH)) * BATCH_STEPS + 1) / BATCH_STEPS)))
    for size in sizes:
        for tensor in (entry for entry in sizes if entry <= min(size, MOST_TENSOR)):
            groups = size // tensor
            degrees = [(tensor, groups, size, 1)] if groups > 1 else [(tensor, 1, 1, 1), (tensor, 1, tensor, 1)]
            if groups > 1 and tensor == SERVER_CHIPS:
                degrees.append((tensor, 1, 1, groups))
            rows += [(*entry, split) for entry in dict.fromkeys(degrees) for split in (0, 1)]
    table = np.repeat(np.array(rows, dtype=float), len(batches), axis=0)
    found = dict(zip((*DEGREES, "disaggregated"), table.T, strict=True))
    return {**found, "batch": np.tile(batches, len(rows))}


class Tried(NamedTuple):
    """Candidates with what the formulas say of each, along the first axis."""

    values: Values
    fits: Any
    meets: Any


class Planner:
    """The search within the formulas of one model of serving."""

    def __init__(self, sets: tuple[str, ...]) -> None:
        self.model: Model = model_of(*sets)
        self._last: tuple[tuple[Any, ...], Values] | None = None

    def inputs(self, given: Iterable[str]) -> tuple[str, ...]:
        """What the search needs from outside when these names are given."""
        known = set(given)
        decided = set(DECIDED) - known
        # What is not known of these is not asked for: a target, or a speed that follows from a measured one.
        left = {*decided, *(name for name in (*TARGETS, SPEED) if name not in known)}
        return tuple(name for name in self.model.leaves(known) if name not in left)

    def tried(self, known: Mapping[str, Any]) -> Tried:
        """All candidates that agree with what is given, evaluated; elements of the inputs along the second axis."""
        known = {SPEED: 1.0, **known}
        columns = candidates()
        keep = np.ones(len(columns["batch"]), dtype=bool)
        for name in DEGREES:
            if name in known:
                keep &= np.isin(columns[name], np.unique(known[name]))
        dense = np.all(np.asarray(known.get("experts", 1.0)) <= 1)
        if dense and not {"attention_parallel", "expert_parallel"} & set(known):
            keep &= (columns["attention_parallel"] == 1) & (columns["expert_parallel"] == 1)
        if "batch" in known:
            keep &= columns["batch"] == 1
        if "disaggregated" in known:
            keep &= np.isin(columns["disaggregated"], np.unique(known["disaggregated"]))
        if not keep.any():
            columns = _typed(known)
            keep = np.ones(len(columns["batch"]), dtype=bool)
        wide = bool(self._shape(known))
        chosen = {name: value[keep][:, None] if wide else value[keep] for name, value in columns.items()}
        values = self.model.evaluate({**known, **{name: value for name, value in chosen.items() if name not in known}})
        return Tried(values, *self._judged(values, known))

    def _judged(self, values: Values, known: Mapping[str, Any]) -> tuple[Any, Any]:
        fits = (values["largest_batch"] >= np.maximum(values["batch"], 1)) & (
            (values["attention_parallel"] == 1) | (values["experts"] > 1)
        )
        fits = (
            fits & (values["layers"] >= values["pipeline_parallel"]) & (values["batch"] >= values["pipeline_parallel"])
        )
        if "chips" in known:
            fits = fits & (values["replica_chips"] + values["prefill_chips"] <= values["chips"])
        fits = np.broadcast_to(
            fits, np.broadcast_shapes(np.shape(fits), *(np.shape(value) for value in values.values()))
        )
        meets = fits
        for target, margin in TARGETS.items():
            if target in known:
                meets = meets & (values[margin] >= 0)
        return fits, meets

    def decided(self, known: Mapping[str, Any]) -> Values:
        """What is decided, elementwise: nan where no layout holds the model."""
        shape = self._shape(known)
        count = int(np.prod(shape)) if shape else 1
        each = max(1, _BLOCK // len(candidates()["batch"]))
        if not shape:
            return {name: float(value) for name, value in self._chosen(known).items()}
        flat = {
            name: np.broadcast_to(value, shape).ravel() if np.ndim(value) else value for name, value in known.items()
        }
        parts = [
            self._chosen(
                {name: value[start : start + each] if np.ndim(value) else value for name, value in flat.items()}
            )
            for start in range(0, count, each)
        ]
        return {name: np.concatenate([part[name] for part in parts]).reshape(shape) for name in DECIDED}

    def _chosen(self, known: Mapping[str, Any]) -> Values:
        found = self.tried(known)
        place = self.places(found, known)
        picked = {name: _at(found.values[name], place, found.fits) for name in DECIDED}
        none = ~_at(found.fits, place, found.fits).astype(bool)
        return {name: np.where(none, np.nan, value) for name, value in picked.items()}

    def places(self, found: Tried, known: Mapping[str, Any]) -> Any:
        """The candidate that is chosen: of those that meet the targets the fewest chips, then the most tokens a chip.

        Where none meets them, the one that comes nearest; where none fits, any.
        """
        values = found.values
        rate = np.broadcast_to(values["output_tokens_per_second_per_chip"], found.fits.shape)
        wanted = values["chips"] if "chips" not in known else -values["requests_per_second"]
        if "chips" in known and "requests_per_second" not in self.model.steps:
            wanted = -rate
        need = np.where(found.meets, wanted, np.inf)
        best = np.where(need <= need.min(axis=0) * np.where(need.min(axis=0) < 0, 1 - 1e-12, 1 + 1e-12), rate, -np.inf)
        margins = [values[margin] for target, margin in TARGETS.items() if target in known]
        short = (
            np.minimum.reduce([np.broadcast_to(margin, found.fits.shape) for margin in margins]) if margins else rate
        )
        nearest = np.where(found.fits, np.broadcast_to(short, found.fits.shape), -np.inf)
        return np.where(found.meets.any(axis=0), np.argmax(best, axis=0), np.argmax(nearest, axis=0))

    @staticmethod
    def _shape(known: Mapping[str, Any]) -> tuple[int, ...]:
        return np.broadcast_shapes(*(np.shape(value) for value in known.values()))

    def pick(self, name: str, inputs: tuple[str, ...]) -> Callable[..., Any]:
        """The step's function: one search serves all the names it decides."""
        return partial(self._decided_once, name, inputs)

    def _decided_once(self, name: str, inputs: tuple[str, ...], *arguments: Any) -> Any:
        last = self._last
        if (
            last is None
            or len(last[0]) != len(arguments)
            or any(old is not new and not np.array_equal(old, new) for old, new in zip(last[0], arguments, strict=True))
        ):
            last = self._last = arguments, self.decided(dict(zip(inputs, arguments, strict=True)))
        return last[1][name]


def _typed(known: Mapping[str, Any]) -> dict[str, Any]:
    """The degrees as they were given, where the search has none like them, with every batch, or with the one given."""
    batches = np.unique(candidates()["batch"]) if "batch" not in known else np.ones(1)
    given = {name: float(np.max(known.get(name, 1.0))) for name in DEGREES}
    return {
        **{name: np.full(len(batches), value) for name, value in given.items()},
        "disaggregated": np.full(len(batches), float(np.max(known.get("disaggregated", 0.0)))),
        "batch": batches,
    }


def _at(value: Any, place: Any, like: Any) -> Any:
    return np.take_along_axis(np.broadcast_to(value, like.shape), np.expand_dims(place, 0), axis=0)[0]


class Planned(Implicit):
    """One of the names that the search decides."""

    def __init__(self, name: str, planner: Planner) -> None:
        super().__init__(
            name, "Of the layouts and batches that hold the model and meet the targets, the fewest chips.", SOURCE
        )
        self.planner = planner

    def step(self, steps: Mapping[str, Step], given: Iterable[str]) -> Step:
        """The step, with what the search needs when these names are given."""
        inputs = self.planner.inputs(given)
        return Step(self.__name__, _Picked(self, inputs), inputs)

    def text(self, words: Callable[[str], str]) -> str:
        """What is searched for, in words."""
        return f"{self.__name__} of the layout and batch with the fewest {words('chips')} within memory and targets"


class _Picked(Planned):
    """The step of one model: what trace and explain see."""

    def __init__(self, planned: Planned, inputs: tuple[str, ...]) -> None:
        super().__init__(planned.__name__, planned.planner)
        self._find = planned.planner.pick(planned.__name__, inputs)

    def __call__(self, *arguments: Any) -> Any:
        """The value, elementwise."""
        return self._find(*arguments)


@cache
def searches(sets: tuple[str, ...]) -> tuple[Planned, ...]:
    """The steps of the search within these formula sets; one object for each, so that models are built once."""
    planner = Planner(sets)
    return tuple(Planned(name, planner) for name in DECIDED)
