"""A sweep: axes over inputs, cut into slabs that can be computed in any order, by anyone, with the same result.

Axes of names (chips, precisions) come first and vary slowest; then the axes of numbers in the order given, the last
varying fastest. A slab is evaluated by broadcasting its axes, so a formula that reads one axis runs on that axis only.
With draws, each point of the grid is a run of its own: chips are sized at its base values and held.
A row whose values contradict each other is empty (NaN) in every result.
A design (Latin hypercube, Sobol) takes the place of the grid: its points lie between the ends of every axis of numbers.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.draws.designs import checked, design_block
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.estimation.drawing import SIZED
from cluster_calc.estimation.estimation import run
from cluster_calc.estimation.result import Result
from cluster_calc.model.contradictions import contradictions
from cluster_calc.quantities import reading
from cluster_calc.quantities import settings as scenarios
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.nomenclature import QUANTITIES, Quantity, inside_name, same_question
from cluster_calc.quantities.units import split, tail
from cluster_calc.scenario.scenario import Scenario
from cluster_calc.version import __version__

if TYPE_CHECKING:
    import numpy as np

    from cluster_calc.model.implicit import Step

    Array = np.ndarray[Any, np.dtype[Any]]

SLAB = 1 << 16
# The results a sweep holds unless others are asked for; those the model does not compute are left out.
DEFAULT_RESULTS = (
    "training_compute", "training_time", "chips", "accelerator_time", "run_cost", "capital_cost", "cost_per_chip_hour",
    "rental_cost", "facility_energy", "peak_facility_power", "emissions", "shipment_share", "implied_mfu",
)  # fmt: skip
# Settings that are words to choose from: axes of names.
NAMED_AXES = frozenset(
    name for name, entry in scenarios.SETTINGS.items() if not entry.is_flag and entry.group != scenarios.RANGES
) - {"as_of"}
_PERCENTS = (10.0, 50.0, 90.0)
MOST_STEPS = 100_000_000


@dataclass(frozen=True)
class Axis:
    """One input and its values: names, or numbers in base units."""

    name: str
    values: Any
    text: str
    # On a design: the values are the two ends, evenly or on a log scale between them.
    span: str = ""

    def at(self, share: Array) -> Array:
        """The values at shares from 0 to 1 of the way: between the ends, or of a list."""
        import numpy as np

        if not self.span:
            place = np.minimum((share * len(self.values)).astype(int), len(self.values) - 1)
            return np.asarray(np.asarray(self.values)[place])
        low, high = self.values
        found = low * (high / low) ** share if self.span == "log" else low + (high - low) * share
        return _whole(QUANTITIES[self.name], np.clip(found, low, high))

    def __len__(self) -> int:
        return len(self.values)


def axis(name: str, text: Any, design: bool = False) -> Axis:
    """`a,b,c` or `lo:hi:steps[:log]` (or a Python sequence) as an axis; on a design `lo:hi[:log]`.

    >>> axis("mfu", "0.3:0.5:3").values.tolist()
    [0.3, 0.4, 0.5]
    >>> axis("electricity_price", "5,8 cent/kWh").text
    '5,8 cent/kWh'
    """
    import numpy as np

    key = name.strip().replace("-", "_")
    if key in NAMED_AXES:
        values = [part.strip() for part in text.split(",")] if isinstance(text, str) else [str(part) for part in text]
        if not all(values):
            raise InputError(f"--vary {key}={quoted(text)} has an empty value; write for example chip=h100,b200")
        return Axis(key, tuple(values), ",".join(values))
    if key == "days":
        text = _in_days(text)
    key = scenarios.name_of(key)
    known = QUANTITIES[key]
    if not isinstance(text, str):
        found = [_number(known, value) for value in text]
        return Axis(key, np.array(found), ",".join(map(str, text)))
    if ":" in text and design:
        return _between(known, text)
    if ":" in text:
        return Axis(key, _steps(known, text), text)
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        raise InputError(
            f"--vary {key}={quoted(text)} has an empty value; write {key}=a,b,c or {key}=lo:hi:steps[:log]"
        )
    return Axis(key, np.array([_number(known, word) for word in _with_unit(known, words)]), text)


def _in_days(text: Any) -> Any:
    """Bare numbers under the name `days` are days."""
    if isinstance(text, str):
        return f"{text} days" if text.strip().endswith(":log") else reading.in_days(text)
    return [reading.in_days(value) for value in text]


def _with_unit(known: Quantity, words: list[str]) -> list[str]:
    """A unit that stands with the last value serves all."""
    if known.is_date:
        return words
    unit = tail(words[-1])
    return [word if not unit or word[:1] in "$€£" or split(word)[1] else f"{word} {unit}" for word in words]


def _number(known: Quantity, value: Any) -> float:
    base, low, _ = reading.parse(known, value)
    if low is not None or getattr(base, "shape", None):
        raise InputError(f"--vary {known.name}: {quoted(value)} is not one value; ranges belong in --{known.name}")
    return float(base)


def _steps(known: Quantity, text: str) -> Array:
    import numpy as np

    parts = [part.strip() for part in text.split(":")]
    # The unit may stand behind everything: 4:16:7 cent/kWh.
    last, _, unit = parts[-1].partition(" ")
    if unit and not known.is_date:
        parts = [f"{part} {unit}" if place < 2 else part for place, part in enumerate([*parts[:-1], last])]
    how = f"write {known.name}=lo:hi:steps or {known.name}=lo:hi:steps:log"
    if len(parts) not in (3, 4) or (len(parts) == 4 and parts[3] != "log") or not all(parts):
        raise InputError(f"--vary {known.name}={quoted(text)} is not a grid; {how}")
    low, high = (_number(known, word) for word in _with_unit(known, parts[:2]))
    try:
        steps = int(float(parts[2])) if float(parts[2]) == int(float(parts[2])) else 0
    except (ValueError, OverflowError):
        steps = 0
    if not 2 <= steps <= MOST_STEPS:
        raise InputError(
            f"--vary {known.name}={quoted(text)}: {quoted(parts[2])} is not a number of steps from 2; {how}"
        )
    if low >= high:
        raise InputError(f"--vary {known.name}={quoted(text)}: lo is not below hi; {how}")
    if len(parts) == 4 and low <= 0:
        raise InputError(f"--vary {known.name}={quoted(text)}: a log grid begins above 0")
    values = np.geomspace(low, high, steps) if len(parts) == 4 else np.linspace(low, high, steps)
    return np.unique(_whole(known, values)) if known.whole or known.is_date else np.asarray(values)


def _whole(known: Quantity, values: Array) -> Array:
    """Whole things and days to the nearest, everything else as it is."""
    import numpy as np

    step = 86400.0 if known.is_date else 1.0
    return np.rint(values / step) * step if known.whole or known.is_date else values


def _between(known: Quantity, text: str) -> Axis:
    """The ends of an axis of a design: `lo:hi` or `lo:hi:log`."""
    import numpy as np

    body, _, unit = (text, "", "") if known.is_date else text.strip().partition(" ")
    parts = [part.strip() for part in body.split(":")]
    # The unit may stand behind everything, or with each end: 4:16:log cent/kWh, 4 cent/kWh:16 cent/kWh.
    if ":" in unit:
        parts = [part.strip() for part in text.split(":")]
    elif unit:
        parts[:2] = [f"{part} {unit}" for part in parts[:2]]
    how = f"write {known.name}=lo:hi or {known.name}=lo:hi:log; --points says how many"
    if len(parts) not in (2, 3) or (len(parts) == 3 and parts[2] != "log") or not all(parts):
        raise InputError(f"--vary {known.name}={quoted(text)} is not an axis of a design; {how}")
    low, high = (_number(known, word) for word in _with_unit(known, parts[:2]))
    if low >= high:
        raise InputError(f"--vary {known.name}={quoted(text)}: lo is not below hi; {how}")
    if len(parts) == 3 and low <= 0:
        raise InputError(f"--vary {known.name}={quoted(text)}: a log axis begins above 0")
    return Axis(known.name, np.array([low, high]), text, "log" if len(parts) == 3 else "even")


@dataclass(frozen=True)
class Sweep:
    """Everything a worker needs to compute any slab: pickled as it is, and the same wherever it runs."""

    merged: Scenario
    axes: tuple[Axis, ...]
    results: tuple[str, ...]
    full: bool = False
    book: Catalog | None = field(default=None, repr=False)
    design: str = ""
    count: int = 0

    @property
    def named(self) -> tuple[Axis, ...]:
        """The axes of names, which vary slowest."""
        return tuple(entry for entry in self.axes if entry.name in scenarios.SETTINGS)

    @property
    def numbers(self) -> tuple[Axis, ...]:
        """The axes of numbers."""
        return tuple(entry for entry in self.axes if entry.name not in scenarios.SETTINGS)

    @property
    def computed(self) -> tuple[str, ...]:
        """Every result there is, by the first combination of names."""
        return tuple(self._case(0).result.results)

    @property
    def draws(self) -> int:
        """Draws at each point; 0 without ranges."""
        return int(self.merged.settings.get("draws", 0))

    @property
    def points(self) -> int:
        """Points of the grid, or of the design once for every combination of names."""
        if self.design:
            return math.prod(len(entry) for entry in self.named) * self.count
        return math.prod(len(entry) for entry in self.axes)

    @property
    def rows(self) -> int:
        """Rows that come out: one a point, or one a draw in full mode."""
        return self.points * (self.draws if self.full and self.draws else 1)

    @cached_property
    def _cut(self) -> tuple[int, int, int]:
        """How the axes of numbers are cut: leading axes fixed, one sliced, the rest whole: (place, length, slabs)."""
        lengths = [self.count] if self.design else [len(entry) for entry in self.numbers] or [1]
        room = max(1, SLAB // max(self.draws, 1))
        place, inner = len(lengths) - 1, 1
        while place > 0 and inner * lengths[place] <= room:
            inner *= lengths[place]
            place -= 1
        length = max(1, min(lengths[place], room // inner))
        return place, length, math.prod(lengths[:place]) * -(-lengths[place] // length)

    @property
    def percents(self) -> tuple[float, ...]:
        """The percentiles of each row: P10, P50, P90 and those asked for."""
        return tuple(sorted({*_PERCENTS, *self.merged.settings.get("percentiles", ())}))

    @property
    def summary(self) -> tuple[str, ...]:
        """What stands beside the base value of a result under draws."""
        return ("mean", *(f"p{percent:g}" for percent in self.percents))

    def contradicted(self) -> tuple[str, ...]:
        """Why rows are left empty, if any are; seen at the corners of the grid, since each moves one way along an axis."""
        import numpy as np

        numbers = self.numbers
        found: dict[str, None] = {}
        for index in range(math.prod(len(entry) for entry in self.named)):
            case = self._case(index)
            ends = {
                case.inside(entry.name): np.array([np.min(entry.values), np.max(entry.values)]).reshape(
                    [-1 if place == axis else 1 for axis in range(len(numbers))]
                )
                for place, entry in enumerate(numbers)
            }
            with np.errstate(all="ignore"):
                found |= dict.fromkeys(contradictions(case.evaluate(ends), case.observed, case.follows, case.stated))
        return tuple(found)

    @property
    def slabs(self) -> int:
        """The number of slabs."""
        return math.prod(len(entry) for entry in self.named) * self._cut[2]

    def fingerprint(self) -> str:
        """Identify the sweep by what was typed and by every figure it resolved to: what --resume compares.

        A catalog, an overlay or a day that moves a figure makes it another sweep.
        """
        resolved = [self._case(index).resolved for index in range(math.prod(len(entry) for entry in self.named))]
        parts = [__version__, {key: str(value) for key, value in self.merged.texts.items()}, resolved,
                 [(entry.name, entry.text) for entry in self.axes], self.results, self.full, self.draws, self.design, self.count]  # fmt: skip
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]

    @cached_property
    def columns(self) -> dict[str, str]:
        """Every column and its unit."""
        found = {entry.name: QUANTITIES[entry.name].unit if entry.name in QUANTITIES else "" for entry in self.axes}
        if self.draws and self.full:
            found |= {"draw": ""} | {name: QUANTITIES[name].unit for name in self._case(0).ranged}
        for name in self.results:
            found[name] = QUANTITIES[name].unit
            if self.draws and not self.full:
                found |= {f"{name}_{part}": QUANTITIES[name].unit for part in self.summary}
        return found

    def _case(self, index: int) -> _Case:
        cases = self.__dict__.setdefault("_cases", {})
        if index not in cases:
            names = list(product(*(entry.values for entry in self.named)))[index]
            cases[index] = _case(self, dict(zip((entry.name for entry in self.named), names, strict=True)))
        found: _Case = cases[index]
        return found

    def __getstate__(self) -> dict[str, Any]:
        # The cases go along with every figure resolved: a worker asks neither a catalog nor a clock of its own.
        for index in range(math.prod(len(entry) for entry in self.named)):
            self._case(index)
        return {key: value for key, value in self.__dict__.items() if key not in ("book", "columns")} | {"book": None}

    def _cell(self, index: int) -> tuple[_Case, dict[str, Any], tuple[int, ...]]:
        """The case of a slab, its inputs (each along its own axis) and its shape."""
        case_index, rest = divmod(index, self._cut[2])
        place, length, _ = self._cut
        numbers = self.numbers
        given: dict[str, Any] = {}
        shape: tuple[int, ...] = ()
        if self.design:
            first, last = rest * length, min((rest + 1) * length, self.count)
            names, seed = [entry.name for entry in numbers], int(self.merged.settings.get("seed", 0))
            shares = design_block(self.design, names, seed, self.count, first, last)
            return (
                self._case(case_index),
                {entry.name: entry.at(shares[entry.name]) for entry in numbers},
                (last - first,),
            )
        if numbers:
            lengths = [len(entry) for entry in numbers]
            outer, cut = divmod(rest, -(-lengths[place] // length))
            for entry, at in zip(numbers[:place], _digits(outer, lengths[:place]), strict=True):
                given[entry.name] = float(entry.values[at])
            sliced = numbers[place].values[cut * length : (cut + 1) * length]
            inner = [sliced, *(entry.values for entry in numbers[place + 1 :])]
            shape = tuple(map(len, inner))
            for offset, (entry, values) in enumerate(zip(numbers[place:], inner, strict=True)):
                given[entry.name] = values.reshape([-1 if i == offset else 1 for i in range(len(shape))])
        return self._case(case_index), given, shape

    def slab(self, index: int) -> dict[str, Any]:
        """The columns of one slab in JSON units, flat, in row order."""
        import numpy as np

        case, given, shape = self._cell(index)
        flat = math.prod(shape)
        found: dict[str, Any] = {name: np.full(flat, value, dtype=object) for name, value in case.names.items()}
        for entry in self.numbers:
            column = np.broadcast_to(given[entry.name], shape).ravel()
            if QUANTITIES[entry.name].is_date:
                days = np.rint(column / 86400).astype("datetime64[D]")
                found[entry.name] = np.datetime_as_string(days).astype(object)
            else:
                found[entry.name] = column / QUANTITIES[entry.name].factor
        if self.draws:
            inputs = {case.inside(name): np.broadcast_to(value, shape).reshape(-1, 1) for name, value in given.items()}
            with np.errstate(all="ignore"):
                if self.full:
                    return case.full(self, found, inputs, flat)
                return {**found, **case.spread(self, inputs, flat)}
        for name, value in self.bare(index)[0].items():
            found[name] = np.broadcast_to(value, shape).ravel() / QUANTITIES[name].factor
        return found

    def bare(self, index: int) -> tuple[dict[str, Any], tuple[int, ...]]:
        """The results of one slab at base values, in base units and as small as broadcasting left them, and its shape."""
        import numpy as np

        case, given, shape = self._cell(index)
        with np.errstate(all="ignore"):
            values = case.evaluate({case.inside(name): value for name, value in given.items()})
        found = {name: np.asarray(values.get(name, np.nan)) for name in self.results}
        for where in contradictions(values, case.observed, case.follows, case.stated).values():
            found = {name: np.where(where, np.nan, value) for name, value in found.items()}
        return found, shape

    def point(self, index: int, flat: int) -> dict[str, Any]:
        """The axis values of one row of a slab, in base units."""
        import numpy as np

        case, given, shape = self._cell(index)
        numbers = {name: float(np.broadcast_to(value, shape).ravel()[flat]) for name, value in given.items()}
        return {**case.names, **numbers}


def _digits(number: int, bases: Sequence[int]) -> list[int]:
    found = []
    for base in reversed(bases):
        number, digit = divmod(number, base)
        found.append(digit)
    return found[::-1]


@dataclass
class _Case:
    """The model behind one combination of names, with what stays fixed over its grid."""

    names: dict[str, str]
    result: Result
    fixed: dict[str, Any]
    ranged: list[str]
    wanted: tuple[str, ...]
    _plans: dict[frozenset[str], list[Any]] = field(default_factory=dict)

    @property
    def resolved(self) -> dict[str, str]:
        """Every figure that the case rests on, exactly."""
        datums = self.result.data.items()
        return {name: repr((datum.value, datum.low, datum.high)) for name, datum in datums}

    @property
    def observed(self) -> bool:
        """Whether chips, time and compute are given, so that an MFU follows."""
        return self.result.mode == "observed"

    @property
    def follows(self) -> tuple[str, ...]:
        """What follows from results that are given."""
        return tuple(name for name, step in self.result.model.implicit.items() if step.instead_of)

    @cached_property
    def stated(self) -> tuple[Step, ...]:
        """The formulas of given results from which nothing follows."""
        from cluster_calc.estimation.consistency import stated

        return tuple(stated(self.result.model, self.result.data))

    def inside(self, name: str) -> str:
        """The name under which the model knows a given one."""
        return inside_name(name, self.result.data)

    def evaluate(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """What leads to the results that are wanted, and nothing else."""
        values = {**self.fixed, **given}
        key = frozenset(given)
        if key not in self._plans:
            plan, needed = [], {*self.wanted, "chips", *self.follows, *(["implied_mfu"] if self.observed else [])}
            needed.update(name for step in self.stated for name in step.inputs)
            for step in reversed(self.result.model.plan(values)):
                if step.name in needed:
                    plan.append(step)
                    needed.update(step.inputs)
            self._plans[key] = plan[::-1]
        for name, formula, inputs in self._plans[key]:
            values[name] = formula(*[values[entry] for entry in inputs])
        return values

    def spread(self, sweep: Sweep, inputs: Mapping[str, Any], points: int) -> dict[str, Any]:
        """Base value, mean and percentiles of every result at every point."""
        import numpy as np

        from cluster_calc.draws.statistics import percentiles, smoothing_width

        base = self.evaluate(inputs)
        found = {}
        width = smoothing_width(sweep.draws, sweep.merged.settings.get("sampling", "lattice"))
        samples = {name: np.empty((points, sweep.draws)) for name in sweep.results if name in base}
        for place, drawn in self._draws(sweep):
            values = self.evaluate({**self._held(sweep, base, inputs), **drawn})
            for name, sample in samples.items():
                sample[:, place] = values[name]
        for name in sweep.results:
            factor = QUANTITIES[name].factor
            found[name] = np.broadcast_to(base.get(name, np.nan), (points, 1)).ravel() / factor
            if name in samples:
                cut = percentiles(samples[name], sweep.percents, width)
                parts = {"mean": samples[name].mean(axis=1), **{f"p{p:g}": value for p, value in cut.items()}}
            else:
                parts = dict.fromkeys(sweep.summary, np.full(points, np.nan))
            found |= {f"{name}_{part}": parts[part] / factor for part in sweep.summary}
        for where in contradictions(base, self.observed, self.follows, self.stated).values():
            empty = np.broadcast_to(where, (points, 1)).ravel()
            found = {name: np.where(empty, np.nan, column) for name, column in found.items()}
        return found

    def full(self, sweep: Sweep, columns: Mapping[str, Any], inputs: Mapping[str, Any], points: int) -> dict[str, Any]:
        """One row for every draw at every point."""
        import numpy as np

        shape = (points, sweep.draws)
        found = {name: np.repeat(column, sweep.draws) for name, column in columns.items()}
        found["draw"] = np.tile(np.arange(sweep.draws), points)
        names = [*self.ranged, *sweep.results]
        out = {name: np.full(shape, np.nan) for name in names}
        base = self.evaluate(inputs)
        for place, drawn in self._draws(sweep):
            values = self.evaluate({**self._held(sweep, base, inputs), **drawn})
            for name in names:
                out[name][:, place] = values.get(name, np.nan)
        for where in contradictions(base, self.observed, self.follows, self.stated).values():
            for name in sweep.results:
                out[name][np.broadcast_to(where, (points, 1)).ravel()] = np.nan
        return found | {name: column.ravel() / QUANTITIES[name].factor for name, column in out.items()}

    def _held(self, sweep: Sweep, base: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        if sweep.merged.settings.get("resize"):
            return {**inputs}
        decided = [name for name in SIZED.get(self.result.mode, ()) if name in base and name not in inputs]
        return {**inputs, **{name: base[name] for name in decided}}

    def _draws(self, sweep: Sweep) -> Iterator[tuple[slice, dict[str, Any]]]:
        from cluster_calc.draws.sampling import correlations_of
        from cluster_calc.draws.statistics import blocks

        settings = sweep.merged.settings
        tied = correlations_of(settings.get("correlate", ""), self.ranged)
        method = settings.get("sampling", "lattice")
        return blocks(self.result.data, self.ranged, sweep.draws, settings.get("seed", 0), method, tied)


def _case(sweep: Sweep, names: Mapping[str, str]) -> _Case:
    # A few draws tell what varies; the sweep makes its own.
    settings = {**sweep.merged.settings, **names, "draws": 16}
    problem: InputError | None = None
    # The first row may be one that cannot be, and the last or the middle one that can.
    for share in (0.0, 1.0, 0.5):
        data = dict(sweep.merged.data)
        for entry in sweep.numbers:
            value = float(entry.values[round(share * (len(entry) - 1))])
            data[entry.name] = Datum(entry.name, value, Source("sweep", title="varied"), origin="call", kind="given")
        try:
            result = run(replace(sweep.merged, settings=settings, data=data), sweep.book)
            break
        except InputError as error:
            problem = problem or error
    else:
        shown = ", ".join(f"{name} {value}" for name, value in names.items())
        raise InputError(f"{shown}: {problem}" if shown else str(problem)) from None
    fixed = {name: datum.value for name, datum in result.data.items() if datum.value is not None}
    return _Case(dict(names), result, fixed, [name for name in result.samples if name in result.data], sweep.results)


def plan_sweep(
    merged: Scenario,
    vary: Mapping[str, Any] | Iterable[tuple[str, Any]],
    *,
    results: str | Sequence[str] | None = None,
    full: bool = False,
    book: Catalog | None = None,
    design: str | None = None,
    points: int | None = None,
) -> Sweep:
    """A checked sweep: every axis parsed, every result known, every combination of names possible."""
    if points is not None and design is None:
        raise InputError("--points is for a design; write for example --design lhs --points 4096")
    count = 0 if design is None else checked(design, points)
    pairs = vary.items() if isinstance(vary, Mapping) else vary
    axes = tuple(axis(name, text, design is not None) for name, text in pairs)
    if not axes:
        raise InputError("nothing to vary: give --vary NAME=a,b,c or --vary NAME=lo:hi:steps[:log]")
    seen = refuse_twice(merged, axes)
    merged = _prepared(merged, seen)
    if full and not merged.settings.get("draws"):
        raise InputError("--full gives a row for every draw, and nothing is drawn: give --draws, --ranges or LOW..HIGH")
    named = [entry for entry in axes if entry.name in scenarios.SETTINGS]
    axes = (*named, *(entry for entry in axes if entry not in named))
    if design and len(named) == len(axes):
        raise InputError(f"--design {design} has no axis of numbers; add for example --vary mfu=0.3:0.5")
    trial = Sweep(merged, axes, (), full, book, design or "", count)
    first = trial._case(0).result
    computed = first.results
    if results is None:
        wanted = tuple(name for name in DEFAULT_RESULTS if name in computed and name not in seen)
    elif results == "all":
        wanted = tuple(name for name in computed if name not in seen)
    else:
        names = [part for part in results.split(",") if part.strip()] if isinstance(results, str) else results
        wanted = tuple(dict.fromkeys(scenarios.name_of(name.strip().replace("-", "_")) for name in names))
    for name in wanted:
        if name not in computed:
            raise InputError(f"--results {quoted(name)} is not computed here.{did_you_mean(name, computed)}")
    found = Sweep(merged, axes, wanted, full, book, design or "", count)
    for index in range(math.prod(len(entry) for entry in named)):
        found._case(index)
    return found


def refuse_twice(merged: Scenario, axes: Iterable[Axis]) -> set[str]:
    """The names of the axes; raises InputError where one of them is also given, under whatever name, or varied twice."""
    seen: set[str] = set()
    for entry in axes:
        alike = (entry.name, *same_question(entry.name))
        if twice := [name for name in alike if name in seen]:
            raise InputError(
                f"--vary {entry.name} is given twice" + (f", also as {twice[0]}" if twice[0] != entry.name else "")
            )
        seen.add(entry.name)
        for name in alike:
            if merged.origins.get(name) in ("command line", "call"):
                raise InputError(
                    f"{entry.name} is varied and {'also' if name == entry.name else name + ' is'} given as {quoted(merged.texts[name])}; give one"
                )
    return seen


def _prepared(merged: Scenario, varied: set[str]) -> Scenario:
    """The scenario under the axes: what is varied is taken out; draws mean ranges, ranges mean draws."""
    from cluster_calc.draws.statistics import DEFAULT_DRAWS

    settings = {key: value for key, value in merged.settings.items() if key not in varied}
    # A name that asks for the same gives way, too.
    left_out = varied.union(*map(same_question, varied))
    data = {key: datum for key, datum in merged.data.items() if key not in left_out}
    if settings.get("draws"):
        settings["ranges"] = True
    elif settings.get("ranges") or any(datum.has_range for datum in data.values()):
        settings["draws"] = DEFAULT_DRAWS
    return Scenario(settings, data, dict(merged.texts), dict(merged.origins))
