"""A predicted MFU and the layout behind it, as steps of the model: one prediction for every distinct job, elementwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np

from cluster_calc.catalog.chips import Chip
from cluster_calc.errors import InputError
from cluster_calc.model.implicit import Implicit, Step
from cluster_calc.performance.conventions import CONVENTIONS
from cluster_calc.performance.efficiencies import spreads, stack_of
from cluster_calc.performance.training.prediction import Prediction, machine_of, model_flop, predict, spread_of
from cluster_calc.performance.training.step_time import Job, Machine
from cluster_calc.quantities.architecture import Architecture
from cluster_calc.quantities.datum import Datum, Source

SOURCE = Source(
    "search", title="cluster_calc.performance.training.prediction.predict: the fastest layout that fits in memory"
)
# What a job must say, and what it may say of its layout, its experts and its network.
NEEDED = ("chips", "parameters", "layers", "hidden_size", "heads", "vocabulary", "sequence_length", "global_batch")
_CHOSEN = (
    "micro_batch", "tensor_parallel", "pipeline_parallel", "data_parallel", "interleave", "context_parallel", "expert_parallel",
)  # fmt: skip
_BESIDES = ("zero_stage", "active_parameters", "flop_per_parameter_token", "scaleout_bandwidth", "network_latency")
_SIZES = ("layers", "hidden_size", "heads", "vocabulary")
# From here on a model counts as large; the deviate of the 95th percentile over that of the 90th.
LARGE, TO_P95 = 50e9, 1.6449 / 1.2816
# What the machine is taken from: the chip's own figures, or typed ones.
MACHINE = ("memory", "memory_bandwidth", "scaleup_bandwidth")
# Everything that a prediction reads, where it is given.
READ = frozenset({*NEEDED, *_CHOSEN, *_BESIDES, *MACHINE, "peak_throughput"})
# What a search finds besides the utilisation, unless it is given.
FOUND = (
    "tensor_parallel", "pipeline_parallel", "context_parallel", "micro_batch", "interleave", "activation_bytes", "recomputed_bytes",
)  # fmt: skip
# What the memory of a chip is counted with, besides.
_BYTES = ("weight_bytes", "gradient_bytes", "optimizer_bytes", "logit_bytes", "gathered_layers")
# What the numbers of chips that a job can be spread over depend on.
_SPREAD = ("layers", "heads", "global_batch", "zero_stage", *_CHOSEN)


@dataclass(frozen=True)
class Asked:
    """What a prediction is made with besides quantities; `names` are the quantities, in the order of a row."""

    item: Chip = field(hash=False)
    names: tuple[str, ...]
    precision: str | None
    counted_precision: str | None
    recompute: str | None
    convention: str
    shapes: Architecture | None = None
    released: float = 0.0
    frozen: bool = False

    def job(self, known: Mapping[str, float]) -> Job:
        """The job of a row."""
        whole: dict[str, Any] = {name: round(known[name]) for name in (*NEEDED, *_CHOSEN) if name in known}
        real = {name: float(known[name]) for name in ("parameters", "active_parameters", *_BYTES) if name in known}
        stage = round(known.get("zero_stage", 1))
        # Sizes that a reader moves are another model's: its shapes are those that the sizes mean.
        same = self.shapes is not None and all(
            getattr(self.shapes, name) == whole[name] for name in _SIZES if name in known
        )
        return Job(
            **{**whole, **real}, recompute=self.recompute, zero_stage=stage, sharded_data_parallel=stage >= 2,
            shapes=self.shapes if same else None, stack=stack_of("", released=self.released),
            frozen=self.frozen,
            predicted_layers=self.shapes.predicted_layers if same and self.shapes else 0,
        )  # fmt: skip

    def machine(self, known: Mapping[str, float]) -> Machine:
        """The machine of a row: the chip with the figures of the row in the place of its own."""
        figures = {name: Datum(name, known[name], SOURCE) for name in MACHINE}
        running = self.item.precision(self.precision)
        peaks = dict(self.item.peaks)
        if "peak_throughput" in known:
            peaks[running] = Datum("peak_throughput", known["peak_throughput"], SOURCE)
        found = machine_of(
            replace(self.item, figures={**self.item.figures, **figures}, peaks=peaks), self.precision,
            scaleout_bandwidth=known.get("scaleout_bandwidth"), latency=known.get("network_latency"),
        )  # fmt: skip
        counted = None if self.counted_precision is None else peaks.get(self.item.precision(self.counted_precision))
        return found if counted is None or not counted.value else replace(found, counted_peak=float(counted.value))

    def predicted(self, row: tuple[float, ...]) -> Prediction:
        """The prediction for a row; InputError where the job cannot be spread over the chips."""
        from cluster_calc.performance.efficiencies import constants_of

        known = dict(zip(self.names, row, strict=True))
        constants = replace(constants_of(self.item), memory_reserve=known["memory_reserve"])
        return predict(self.job(known), self.machine(known), constants)

    def utilisation(self, row: tuple[float, ...], found: Prediction) -> float:
        """The utilisation that gives the predicted time with the FLOP that the convention counts."""
        known = dict(zip(self.names, row, strict=True))
        job, rule = self.job(known), CONVENTIONS[self.convention]
        without = job.vocabulary * job.hidden_size if rule.without_embedding else 0.0
        pairs = job.layers * job.hidden_size * job.sequence_length
        per_parameter = known.get("flop_per_parameter_token", rule.per_parameter)
        counts = per_parameter * (job.active - without) + rule.per_attended_token * pairs
        return found.mfu * counts / model_flop(job)


@lru_cache(maxsize=1 << 16)
def _prediction(asked: Asked, row: tuple[float, ...]) -> Prediction | None:
    try:
        return asked.predicted(row)
    except InputError:
        return None


class Predicted(Implicit):
    """One figure of the prediction; nan where the job cannot be spread over the chips."""

    def __init__(self, name: str, asked: Asked) -> None:
        about = (
            "Model FLOP utilisation that the fastest layout in memory should reach."
            if name == "predicted_mfu"
            else f"The {name.replace('_', ' ')} of the fastest layout that fits in memory."
        )
        super().__init__(name, about, SOURCE)
        self.asked, self.inputs = asked, asked.names
        self.spread_over, self.spread_by = "chips", tuple(entry for entry in self.inputs if entry in _SPREAD)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Predicted) and (self.__name__, self.asked) == (other.__name__, other.asked)

    def __hash__(self) -> int:
        return hash((self.__name__, self.asked))

    def step(self, steps: Mapping[str, Step], given: Iterable[str]) -> Step:
        """The step: its inputs are what describes job and machine."""
        return Step(self.__name__, self, self.inputs)

    def text(self, words: Callable[[str], str]) -> str:
        """What is searched for, in words."""
        return f"{self.__name__} of the fastest layout in memory for {words('chips')} chips"

    def _each(self, arguments: Sequence[Any], value: Callable[[tuple[float, ...], Prediction], float]) -> Any:
        """A figure of every distinct job."""
        table = np.stack([array.ravel() for array in np.broadcast_arrays(*arguments)], axis=1).astype(float)
        rows, place = np.unique(table, axis=0, return_inverse=True)
        found = np.full(len(rows), np.nan)
        for index, row in enumerate(map(tuple, rows.tolist())):
            if not any(map(np.isnan, row)) and (prediction := _prediction(self.asked, row)) is not None:
                found[index] = value(row, prediction)
        shaped = found[place.ravel()].reshape(np.broadcast_shapes(*map(np.shape, arguments)))
        return shaped if shaped.ndim else float(shaped)

    def __call__(self, *arguments: Any) -> Any:
        """The figure, elementwise."""
        if self.__name__ == "predicted_mfu":
            return self._each(arguments, self.asked.utilisation)
        if self.__name__ in ("activation_bytes", "recomputed_bytes"):
            return self._each(arguments, lambda _, found: float(getattr(found, self.__name__)))
        return self._each(arguments, lambda _, found: float(getattr(found.layout, self.__name__)))

    # --- for a search of the chips --------------------------------------------------------------------------------

    def choices(self, known: Mapping[str, float]) -> Any:
        """Those numbers, in order."""
        from cluster_calc.performance.efficiencies import constants_of
        from cluster_calc.performance.training.layouts import chip_counts

        plain = dict.fromkeys(NEEDED, 1.0)
        return chip_counts(self.asked.job({**plain, **known}), constants_of(self.asked.item).scaleup_chips)

    def allowed(self, *arguments: Any) -> Any:
        """Whether a layout fits in memory, elementwise."""
        return self._each(arguments, lambda _, found: float(found.within)) == 1

    # --- what to know of one prediction ---------------------------------------------------------------------------

    def of(self, values: Mapping[str, Any]) -> Prediction | None:
        """The prediction behind scalar values; None for arrays and where something is missing."""
        row = [values.get(name) for name in self.inputs]
        if any(value is None or np.ndim(value) for value in row):
            return None
        return self.asked.predicted(tuple(float(value) for value in row if value is not None))

    def datum(self, values: Mapping[str, Any]) -> Datum:
        """The figure with its source; the utilisation with the layout and the parts of a step in words."""
        value = values[self.__name__]
        found = self.of(values)
        note = "" if found is None or self.__name__ != "predicted_mfu" else _note(found)
        confidence = "low" if found is not None and found.beyond else "medium"
        return Datum(self.__name__, value, SOURCE, origin="computed", kind="search", confidence=confidence, note=note)

    def refuse(self, values: Mapping[str, Any]) -> None:
        """Raise InputError with the reason why the job cannot be spread."""
        row = [np.ravel(values[name])[0] for name in self.inputs]
        self.asked.predicted(tuple(map(float, row)))

    def refuse_missing(self, leaves: Iterable[str]) -> None:
        """Raise InputError for figures that the chip lacks: no default may stand for the prediction."""
        for name in leaves:
            if name in (*MACHINE, "peak_throughput"):
                option = "--" + name.replace("_", "-")
                raise InputError(
                    f"{name}: not known for {self.asked.item.name}, and a predicted MFU needs it; give {option}"
                )

    def doubts(self, values: Mapping[str, Any]) -> list[str]:
        """Where to doubt the prediction."""
        if self.__name__ != "predicted_mfu":
            return []
        from cluster_calc.quantities.display import shown

        found = self.of(values)
        if found is None:
            return []
        doubts = [f"the predicted MFU is an extrapolation: {entry}" for entry in found.beyond]
        if not found.within:
            doubts.append(f"no layout fits in memory: the smallest needs {shown('memory', found.memory_needed)} a chip")
        return doubts


def _note(found: Prediction) -> str:
    from cluster_calc.quantities.display import shown

    parts = ", ".join(
        f"{name} {100 * seconds / found.step_time:.0f} %"
        for name, seconds in found.parts.items()
        if seconds > 0.005 * found.step_time
    )
    return (
        f"{found.layout_text}; with attention counted "
        f"MFU {shown('mfu', found.mfu)} and HFU {shown('hfu', found.hfu)}; step of {found.step_time:.3g} s: {parts}"
    )


def steps_of(
    given: Mapping[str, Datum],
    settings: Mapping[str, Any],
    item: Chip,
    mode: str,
    shapes: Architecture | None = None,
    frozen: bool = False,
) -> tuple[Predicted, ...]:
    """The steps of a predicted MFU; raises InputError for what it needs and is not there."""
    from cluster_calc.performance.conventions import convention_of

    if "mfu" in given or "hfu" in given or mode == "observed":
        raise InputError("predict_mfu: the MFU is already given, or implied by chips, time and compute; leave one out")
    searched = {"chips"} if mode == "fixed-time" else set()
    lacking = ["--" + name.replace("_", "-") for name in NEEDED if name not in given and name not in searched]
    if lacking:
        raise InputError(f"predict_mfu: needs {', '.join(lacking)}")
    counted = settings.get("mfu_precision")
    # What another precision's peak counts by is no figure of the machine.
    peak = () if counted else ("peak_throughput",)
    optional = tuple(name for name in (*_CHOSEN, *_BESIDES) if name in given)
    asked = Asked(
        item, (*NEEDED, *MACHINE, *_BYTES, "memory_reserve", *peak, *optional), settings.get("precision"), counted, settings.get("recompute"),
        convention_of(settings), shapes, frozen=frozen,
    )  # fmt: skip
    found = ("predicted_mfu", *FOUND, *(("expert_parallel",) if shapes is not None and shapes.moe_layers else ()))
    return tuple(Predicted(name, asked) for name in found if name not in given)


def some_chips(data: Mapping[str, Datum]) -> float:
    """A number of chips that the job can be spread over: a replica for every micro-batch, unless a layout is given."""

    def given(name: str, otherwise: float = 1.0) -> float:
        return float(data[name].value) if name in data else otherwise

    replicas = given("data_parallel", given("global_batch", 1024.0) // given("micro_batch"))
    return given("tensor_parallel") * given("pipeline_parallel") * replicas


def ratio(shapes: Architecture | None = None, run: float | None = None) -> Datum:
    """What is reached of a predicted step: of one that was asked for, 1; of a run whose model has a size, what runs reached.

    The error is drawn from the range.
    """
    experts = shapes is not None and shapes.moe_layers > 0
    if run is None:
        value = 1.0
        low, high = (end**TO_P95 for end in spread_of(experts))
        title = "measured over predicted MFU, docs/utilisation.md"
    else:
        entry = spreads("run")["experts" if experts else "large" if run >= LARGE else "small"]
        value, low, high = (float(entry[name]) for name in ("value", "low", "high"))
        title = f"published chip-hours of {entry['count']} runs against their predicted steps, docs/forecast.md"
    return Datum(
        "prediction_ratio", value, Source("measured-steps", title=title), low, high,
        origin="default", kind="range", confidence="medium",
    )  # fmt: skip
