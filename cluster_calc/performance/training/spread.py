"""The layout of least memory, as steps of the model, where the architecture is known and no layout was typed.

The tensor group is as wide as the scale-up links, the states are sharded over all chips, as many layers are recomputed as
the memory asks for, and only then is a sequence split over more chips; where that does not fit, the deepest pipeline, whose
stages gather no weights, may. What fits in neither fits in no layout. Whether a number of chips divides evenly is not asked:
it is a bound, as of chips that are sized.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from cluster_calc.catalog.chips import Chip
from cluster_calc.model.implicit import Implicit, Step
from cluster_calc.performance.efficiencies import constants_of, kept_bytes
from cluster_calc.performance.training.layouts import TENSOR, memory_needed
from cluster_calc.quantities.datum import Datum, Source

SOURCE = Source("search", title="cluster_calc.performance.training.spread: the layout of least memory")
# What is found, unless it is given; the last two follow from --recompute where that is given.
FOUND = (
    "tensor_parallel",
    "context_parallel",
    "pipeline_parallel",
    "zero_stage",
    "activation_bytes",
    "recomputed_bytes",
)
_INPUTS = (
    "chips", "parameters", "layers", "hidden_size", "heads", "sequence_length", "micro_batch", "interleave", "weight_bytes", "gradient_bytes", "optimizer_bytes", "score_bytes", "gathered_layers", "memory",
    "memory_reserve",
)  # fmt: skip
# A search that meets its limit to rounding has met it.
_ROUNDING = 1 + 1e-9


class Spread(Implicit):
    """One size of the layout of least memory, elementwise."""

    def __init__(self, name: str, inputs: tuple[str, ...], domain: float, any_heads: bool) -> None:
        super().__init__(name, f"The {name.replace('_', ' ')} of the layout that needs least memory.", SOURCE)
        self.inputs, self.domain, self.any_heads = inputs, domain, any_heads

    def step(self, steps: Mapping[str, Step], given: Iterable[str]) -> Step:
        """The step: its inputs are what the memory of a chip follows from."""
        return Step(self.__name__, self, self.inputs)

    def text(self, words: Callable[[str], str]) -> str:
        """What is searched for, in words."""
        return f"{self.__name__} of the layout of least memory for {words('chips')} chips"

    def __call__(self, *arguments: Any) -> Any:
        """The size, elementwise."""
        shape = np.broadcast_shapes(*map(np.shape, arguments))
        found = np.broadcast_to(self._layout(dict(zip(self.inputs, arguments, strict=True)))[self.__name__], shape)
        return found if shape else float(found)

    def _layout(self, known: dict[str, Any]) -> dict[str, Any]:
        """All sizes of the layout: of that without a pipeline, or else of the deepest where it needs less."""
        usable = known["memory"] * (1 - known["memory_reserve"])
        tensor = self._widest(known)
        groups = np.maximum(np.floor(known["chips"] / tensor), 1)
        alone = {"tensor_parallel": tensor, "context_parallel": 1.0, "zero_stage": 3.0, "pipeline_parallel": 1.0}
        flat = _recomputed({**known, **alone}, usable)
        while np.any(wider := (memory_needed(flat) > usable * _ROUNDING) & (2 * flat["context_parallel"] <= groups)):
            flat["context_parallel"] = np.where(wider, 2.0, 1.0) * flat["context_parallel"]
        stages = np.minimum(groups, known["layers"])
        deep = _recomputed({**known, **alone, "zero_stage": 2.0, "pipeline_parallel": stages}, usable)
        needed = memory_needed(flat)
        deeper = (needed > usable * _ROUNDING) & (memory_needed(deep) < needed)
        return {name: np.where(deeper, deep[name], flat[name]) for name in FOUND}

    def _widest(self, known: Mapping[str, Any]) -> Any:
        """The widest tensor group within the scale-up links that the heads and the chips allow."""
        widest: Any = 1.0
        for size in (size for size in TENSOR if size <= self.domain):
            fits = (known["chips"] >= size) & (self.any_heads | (np.mod(known["heads"], size) == 0))
            widest = np.where(fits, float(size), widest)
        return widest


def _recomputed(at: dict[str, Any], usable: Any) -> dict[str, Any]:
    """The layout with as many layers recomputed as the memory asks for, unless that is given."""
    if "activation_bytes" in at:
        return at
    whole, least = kept_bytes("none")[0], kept_bytes("full")[0]

    def with_share(share: Any) -> dict[str, Any]:
        return {**at, "activation_bytes": whole + share * (least - whole), "recomputed_bytes": share * whole}

    most, fewest = memory_needed(with_share(0.0)), memory_needed(with_share(1.0))
    saved = np.maximum(most - fewest, 0)
    return with_share(np.clip((most - usable) / np.where(saved > 0, saved, np.inf), 0.0, 1.0))


def steps_of(given: Mapping[str, Datum], preset: Mapping[str, Datum], item: Chip) -> tuple[Spread, ...]:
    """The steps of the layout; what is recomputed is one only where neither it nor its bytes are given."""
    inputs = _INPUTS + (("vocabulary", "logit_bytes") if "vocabulary" in given else ())
    found = [name for name in FOUND if name not in given and name not in preset]
    if "activation_bytes" not in found:
        inputs += ("activation_bytes", "recomputed_bytes")
    domain = constants_of(item).scaleup_chips
    return tuple(Spread(name, inputs, domain, "heads" not in given) for name in found)
