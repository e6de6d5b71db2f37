"""What given values cannot be together, elementwise: the rows of a sweep that no estimate would give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cluster_calc.implicit import Step


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
            from cluster_calc.consistency import beyond

            found[f"what is given implies a {name} that cannot be"] = beyond(name, values[name])
    if stated:
        from cluster_calc.consistency import broken

        for name, (_, where) in broken(stated, values).items():
            found[f"{name} is given and is not what its formula makes of what else is given"] = where
    return {why: where for why, where in found.items() if where.any()}
