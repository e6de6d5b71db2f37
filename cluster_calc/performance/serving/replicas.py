"""Replicas evaluated as arrays: the relations on many layouts, batches or measured rows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cluster_calc.model.sets import model_of

Values = dict[str, Any]

# What every case shares by agreement, not by measurement.
CONVENTIONS: Mapping[str, float] = {
    "step_tokens": 1.0,
    "rank_chips": 1.0,
    "inference_flop": 2.0,
    "inference_attention_flop": 2.0,
    "activation_element_bytes": 2.0,
    "exchange_element_bytes": 3.0,
    "draft_tokens": 0.0,
    "draft_acceptance": 0.0,
    "draft_time_share": 0.0,
    "cache_hit_share": 0.0,
    "disaggregated": 0.0,
    "serving_speed_factor": 1.0,
    "arrival_variation": 1.0,
    "load_limit": 0.8,
    "late_share": 0.05,
}


def stacked(rows: Sequence[Mapping[str, float]]) -> Values:
    """Rows of values as one array for each name."""
    return {name: np.array([row[name] for row in rows]) for name in rows[0]} if rows else {}


def evaluated(values: Mapping[str, Any]) -> Values:
    """Every relation of a replica, the batch held within its memory.

    `batch` is what is asked for; a replica whose weights leave no room for one sequence has a `largest_batch` of 0 and
    is evaluated at 1, so that the caller can say what is missing.
    """
    model = model_of("serving")
    sized = model.evaluate({name: value for name, value in values.items() if name != "batch"})
    held = np.clip(values["batch"], 1.0, np.maximum(sized["largest_batch"], 1.0))
    return model.evaluate({**values, "batch": held})
