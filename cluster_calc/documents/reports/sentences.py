"""What was asked and what came out, each in a sentence."""

from __future__ import annotations

from cluster_calc.documents.render.figures import value_of as _value
from cluster_calc.estimation.result import Result
from cluster_calc.quantities.display import NOT_FOUND, shown
from cluster_calc.quantities.number import is_scalar as _scalar


def question(result: Result) -> str:
    """The question restated, with every choice in it named."""
    peak = shown("peak_throughput", result.values.get("peak_throughput"))
    article = "an" if result.chip.unit[:1] in "AEIOaeio" else "a"
    chip = f"{result.chip.name} ({result.precision}, dense {peak} {article} {result.chip.unit})"
    given = result.data
    demand = f"{_value(result, 'training_compute')}" if "training_compute" in result.values else ""
    if "parameters" in given and "tokens" in given:
        demand = f"{_value(result, 'parameters')} parameters on {_value(result, 'tokens')} tokens"
    elif "accelerator_time" in given:
        demand = _value(result, "accelerator_time")
    if result.mode == "serve":
        return f"What does serving {_served(result)} on {chip} take?"
    if result.mode == "cluster":
        return f"What does a cluster of {_value(result, 'chips')} × {chip} take?"
    if result.mode == "capacity":
        return f"What can {_value(result, 'chips')} × {chip} train in {_value(result, 'training_time')}?"
    if result.mode == "observed":
        return f"What did {demand} in {_value(result, 'training_time')} on {_value(result, 'chips')} × {chip} take?"
    if result.mode == "fixed-chips":
        return f"What does {demand} on {_value(result, 'chips')} × {chip} take?"
    return f"What does {demand} within {_value(result, 'time_allowed')} on {chip} take?"


def _served(result: Result) -> str:
    """The model, its demand and the lengths of a request, in words."""
    demand = f"{_value(result, 'tokens_per_day')} tokens a day"
    lengths = f"{_value(result, 'input_tokens')} in and {_value(result, 'output_tokens')} out a request"
    return f"{result.scenario.settings['model']}, {demand}, {lengths},"


def answer(result: Result) -> str:
    """The answer in one sentence."""
    chips, cost, capital = (_value(result, name) for name in ("chips", "run_cost", "capital_cost"))
    chips += " chip" if chips == "1" else " chips"
    drawn = _value(result, "peak_facility_power")
    power = f"peak power {drawn}" if drawn == NOT_FOUND else f"{drawn} at full load"
    if result.mode == "cluster":
        hardware = f"; hardware {capital}" if capital == NOT_FOUND else f" for {capital}"
        return f"{chips}{hardware}, {power}."
    if result.mode == "serve":
        a_million = _value(result, "cost_per_million_tokens")
        return (
            f"{chips}; {a_million}, {cost} a year, hardware {capital}, {power}; "
            f"{_value(result, 'time_per_output_token')} a token, {_value(result, 'time_to_first_token')} to the first."
        )
    sized = f"{chips} for {_value(result, 'training_time')}"
    if result.mode == "capacity":
        sized = f"{_value(result, 'training_compute')}: {sized}"
    if result.mode == "observed":
        sized += f" at an implied MFU of {_value(result, 'implied_mfu')}"
    return f"{sized}; run cost {cost}, hardware {capital}, {power}."


def _later(result: Result) -> str:
    """When the same run is bought instead."""
    delay = result.values.get("purchase_delay")
    if _scalar(delay) and delay is not None and delay < 0:
        return f"{shown('purchase_delay', -delay)} earlier"
    return f"{_value(result, 'purchase_delay')} on"
