"""A model, known by name or described, as the job whose utilisation is predicted; what is not typed is assumed, and said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.chips import Chip
from cluster_calc.errors import InputError
from cluster_calc.estimation.parts.workload import SPEEDS
from cluster_calc.performance.training.usual import batch_tokens, usual
from cluster_calc.quantities.architecture import Architecture
from cluster_calc.quantities.datum import Datum, Source

# What a typed size of the model, moved away from the catalog's, makes another model's.
SHAPES = (
    "kv_heads",
    "head_size",
    "ffn_size",
    "experts",
    "experts_active",
    "expert_ffn_size",
    "shared_experts",
    "moe_layers",
)


@dataclass(frozen=True)
class Subject:
    """What is given with what was assumed, the shapes, whether the utilisation is predicted, and what to say of it."""

    given: dict[str, Datum]
    shapes: Architecture | None
    predicted: bool
    told: tuple[str, ...] = ()
    run: float | None = None  # what works on a token, where a whole run is forecast and not a step asked for


def subject(
    given: Mapping[str, Datum], settings: Mapping[str, Any], item: Chip, precision: str, mode: str, book: Catalog
) -> Subject:
    """The job behind an estimate: a model of the catalog on a given number of chips is predicted unless an MFU is typed."""
    asked = settings.get("predict_mfu")
    name = settings.get("model")
    typed = {"mfu", "hfu", *SPEEDS, "step_throughput", "delivered_throughput", "accelerator_time"} & set(given)
    if not (asked or (name and asked is None and mode == "fixed-chips" and not typed)):
        return Subject(dict(given), None, False)
    shapes = _shapes(book, name, given) if name else None
    assumed = _assumed(given)
    filled = {**given, **assumed}
    if shapes is not None and shapes.moe_layers:
        filled.setdefault(
            "expert_parameters", _default("expert_parameters", shapes.routed_parameters(), "the model's shapes")
        )
    if not asked and (why := _cannot(filled, settings, item, precision, mode, shapes)):
        return Subject(dict(given), None, False, (f"the MFU is not predicted for this model and chip: {why}",))
    told = tuple(f"assumed for the predicted MFU: {entry.note}" for entry in assumed.values())
    size = None if asked else _number(given, "active_parameters") or _number(given, "parameters")
    return Subject(filled, shapes, True, told, size)


def _shapes(book: Catalog, name: str, given: Mapping[str, Datum]) -> Architecture:
    """The model's shapes, typed ones in the place of its own; other sizes than its own are left to what they mean."""
    from cluster_calc.catalog.model_figures import architecture

    return architecture(book, name, {size: given[size] for size in SHAPES if size in given})


def _default(name: str, value: float, why: str) -> Datum:
    return Datum(
        name, value, Source("assumed", title=why), origin="default", kind="convention", confidence="medium", note=why
    )


def _assumed(given: Mapping[str, Datum]) -> dict[str, Datum]:
    """Sequence, batch, heads and vocabulary where they are not given."""
    found: dict[str, Datum] = {}
    if "parameters" not in given:
        return found
    total = _number(given, "parameters")
    active = _number(given, "active_parameters") or total
    for name, (value, why) in usual(active, total, _number(given, "hidden_size")).items():
        if name not in given:
            found[name] = _default(name, value, why)
    if "global_batch" not in given:
        length = float((given.get("sequence_length") or found["sequence_length"]).value)
        count, why = batch_tokens(active, total)
        sequences = _spreadable(count / length, round(_number(given, "chips")) if "chips" in given else 1)
        found["global_batch"] = _default("global_batch", sequences, f"a batch of {sequences:,.0f} sequences, {why}")
    return found


def _number(given: Mapping[str, Datum], name: str) -> float:
    value = given[name].value if name in given else 0.0
    return float(value.flat[0]) if hasattr(value, "flat") else float(value or 0.0)


def _spreadable(count: float, chips: int) -> float:
    """A batch near the count that replicas on so many chips can share: a power of two times the chips' odd part.

    >>> _spreadable(1953, 16384), _spreadable(1953, 1000)
    (2048.0, 2000.0)
    """
    odd = chips
    while odd % 2 == 0:
        odd //= 2
    odd = odd if odd <= count else 1
    return float(odd * 2 ** max(round(math.log2(max(count / odd, 1.0))), 0))


def _cannot(
    given: Mapping[str, Datum],
    settings: Mapping[str, Any],
    item: Chip,
    precision: str,
    mode: str,
    shapes: Architecture | None,
) -> str:
    """Why a prediction that nobody asked for cannot be made; empty where it can."""
    from cluster_calc.performance.training.layouts import layouts
    from cluster_calc.performance.training.predicted import NEEDED, Asked
    from cluster_calc.performance.training.prediction import machine_of

    if any(getattr(given[name].value, "shape", ()) for name in NEEDED if name in given):
        return ""
    names = tuple(name for name in NEEDED if name in given)
    try:
        machine_of(item, precision)
        asked = Asked(item, names, precision, None, settings.get("recompute"), "6N", shapes)
        layouts(asked.job({name: float(given[name].value) for name in names}))
    except (InputError, TypeError) as error:
        return str(error)
    return ""
