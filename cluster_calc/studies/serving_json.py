"""A serving as JSON: the estimate's object, and the layout, the front, the prices and the alternatives beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cluster_calc.estimation import as_json
from cluster_calc.quantities.display import in_unit, json_number

if TYPE_CHECKING:
    from cluster_calc.studies.serving import Point, Service


def as_dict(found: Service) -> dict[str, Any]:
    """The service as the contract's JSON object."""
    from cluster_calc.studies.serving import SCHEMA

    values = found.values
    floor, sets = found.floor
    object_ = as_json.as_dict(found.result) | {
        "schema": SCHEMA,
        "model": {"id": found.model, "precision": found.result.precision},
        "layout": {name: json_number(values[name]) for name in ("tensor_parallel", "attention_parallel", "expert_parallel",
                                                          "pipeline_parallel", "disaggregated", "batch")},
        "targets_met": found.meets,
        "time_shares": found.bound,
        "floor": {**_point(floor), "set_by": sets},
        "front": [_point(point) for point in found.front],
        "ways": [{**entry._asdict(), "unit": "USD/Mtoken"} for entry in found.ways],
        "prices": [
            {"provider": price.provider, "model": price.model, "input": price.input, "cached": price.cached,
             "output": price.output, "unit": "USD/Mtoken", "as_of": price.as_of, "source": price.source}
            for price in found.prices
        ],
        "alternatives": [
            {"change": entry.change, "chips": json_number(entry.chips), "meets": entry.meets,
             "cost_per_million_tokens": in_unit("cost_per_million_tokens", entry.cost),
             "time_per_output_token": in_unit("time_per_output_token", entry.time_per_output_token),
             "time_to_first_token": in_unit("time_to_first_token", entry.time_to_first_token),
             "facility_power": in_unit("facility_power", entry.power)}
            for entry in found.alternatives
        ],
    }  # fmt: skip
    if found.break_even is not None:
        price, tokens = found.break_even
        object_["break_even"] = {"against": f"{price.model}@{price.provider}", "tokens_per_day": json_number(tokens)}
    return object_


def _point(point: Point) -> dict[str, Any]:
    return {
        **{name: json_number(value) for name, value in point.layout.items()},
        "time_per_output_token": in_unit("time_per_output_token", point.time_per_output_token),
        "output_tokens_per_second_per_chip": json_number(point.rate_per_chip),
        "time_to_first_token": in_unit("time_to_first_token", point.time_to_first_token),
    }


def json_text(found: Service) -> str:
    """The JSON text of a service."""
    return json.dumps(as_dict(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
