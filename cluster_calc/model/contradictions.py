"""What given values cannot be together, elementwise: the rows of a sweep that no estimate would give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cluster_calc.model.implicit import Step
from cluster_calc.quantities.nomenclature import quantity

# Measured on the run itself: beyond what is usual it is unusual, of all else it is a contradiction.
MEASURED = frozenset({
    "mfu", "goodput", "power_utilisation", "used_share", "hardware_age", "failure_rate", "restart_time",
    "checkpoint_write_time", "repair_time", "serving_speed_factor",
})  # fmt: skip


def contradictions(
    values: Mapping[str, Any], observed: bool, follows: Iterable[str] = (), stated: Iterable[Step] = ()
) -> dict[str, Any]:
    """Why → where, for everything that the values are seen to contradict.

    `observed` says that chips, time and compute are all given, so that an MFU follows; `follows` names what follows from a
    result that is given, `stated` are the formulas of given results from which nothing follows.

    >>> list(contradictions({"implied_mfu": 26.0}, observed=True))
    ['chips, time and compute imply an MFU above 1']
    >>> contradictions({"start": 1.0, "deadline": 2.0}, observed=False)
    {}
    """
    import numpy as np

    found = {}
    if observed and "implied_mfu" in values:
        found["chips, time and compute imply an MFU above 1"] = np.asarray(values["implied_mfu"]) > 1
    if "start" in values and "deadline" in values:
        found["the deadline is not after the start"] = np.asarray(values["deadline"] <= values["start"])
    if "parameters" in values and "active_parameters" in values:
        found["active_parameters are more than parameters"] = np.asarray(
            values["active_parameters"] > values["parameters"]
        )
    if "chips" in values:
        found["no number of chips finishes within the time allowed"] = np.isnan(values["chips"])
    if "predicted_mfu" in values:
        found["the chips do not spread over the model's layers, heads and batch"] = np.isnan(values["predicted_mfu"])
    for name in follows:
        if name in values:
            found[f"what is given implies a {name} that cannot be"] = beyond(name, values[name])
    if stated:
        for name, (_, where) in broken(stated, values).items():
            found[f"{name} is given and is not what its formula makes of what else is given"] = where
    return {why: where for why, where in found.items() if where.any()}


def broken(steps: Iterable[Step], values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The given results that are not what their formulas make of the values: what they make, and where, elementwise."""
    asked = [step for step in steps if all(entry in values for entry in step.inputs)]
    if not asked:
        return {}
    import numpy as np

    found = {}
    for name, formula, inputs in asked:
        with np.errstate(all="ignore"):
            own = formula(*[np.asarray(values[entry]) for entry in inputs])
        where = np.isfinite(own) & ~np.isclose(own, values[name], rtol=1e-9, atol=0.0)
        if where.any():
            found[name] = own, where
    return found


def beyond(name: str, value: Any) -> Any:
    """Where what follows from a given result cannot be, elementwise: no number, or outside the bounds."""
    import numpy as np

    known = quantity(name)
    low, high = known.low, known.high
    if known.usual and name not in MEASURED:
        low, high = known.usual
    scaled = np.asarray(value) / known.factor
    slack = 1e-9
    too_low = scaled < low - slack * abs(low) if low > -np.inf else np.zeros(np.shape(scaled), bool)
    if known.low_open and low == known.low:
        too_low = too_low | (scaled <= low)
    return np.isnan(scaled) | too_low | (scaled > high + slack * abs(high))
