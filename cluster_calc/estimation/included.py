"""What an estimate, and a plan made of it, leaves out: the one list, taken from the lines that have a value."""

from __future__ import annotations

from typing import Any

from cluster_calc.estimation.parts.depreciation import RATE_OF
from cluster_calc.estimation.result import Result
from cluster_calc.quantities.nomenclature import QUANTITIES

BUILDING = "the building, cooling plant and grid connection"
AROUND = "storage, spares and installation"
PROJECT = "experiments, failed runs, data and research staff (a project costs 1.2 to 4 times its final run)"
SHARE_OF = {"installation_capital": "installation_share", "contingency_capital": "contingency_share"}
# What holds all operating lines at once.
HELD = ("_cost", "_per_year")
TOTALS = ("operations_cost", "operations_per_year")


def excluded(result: Result) -> tuple[str, ...]:
    """What is left out, in words, each line with the option that takes it in.

    >>> import cluster_calc as cc
    >>> excluded(cc.estimate(chip="h100", chips=8, staff_rate="1 MUSD/year"))[0].split(" (")[0]
    'maintenance'
    """
    return tuple(filter(None, (", ".join(lines_left_out(result)), *_around(result))))


def not_included(result: Result) -> list[str]:
    """The same of a plan that owns the cluster on a site of its own, one by one: what the rent of a site holds, it lacks."""
    return [*lines_left_out(result, held=False), *_around(result)]


def lines_left_out(result: Result, *, held: bool = True) -> list[str]:
    """The lines without a value, each with its option; `held` counts what the rent of a site holds as there."""
    found = [(name, rate) for name, rate in absent_lines(result, held).items()]
    found += [
        (name, share) for name, share in SHARE_OF.items() if name in result.model.steps and not _counts(result, name)
    ]
    return [f"{_words(name)} ({QUANTITIES[option].option})" for name, option in found]


def _around(result: Result) -> list[str]:
    building = "" if "facility_capital" in result.values else BUILDING
    groups = ["; ".join(filter(None, (building, "" if "bill_excess" in result.values else AROUND)))]
    if result.mode != "cluster":
        groups.append("data and research staff" if _counts(result, "development_cost") else PROJECT)
    groups.append("financing and taxes" + ("" if idle_hours(result) else "; idle time between runs"))
    return list(filter(None, groups))


def absent_lines(result: Result, held: bool = True) -> dict[str, str]:
    """The operating lines without a value, each with the rate that would give it; none where their total was given."""
    bare = result.scenario.settings.get("bare")  # whose zero is the want of every line, not their sum
    if not bare and any(_counts(result, total) and total in result.data for total in TOTALS):
        return {}
    parts = {name: (name, rate, f"{name.removesuffix('_cost')}_per_year") for name, rate in RATE_OF.items()}
    return {
        name: RATE_OF[name] for name, known in parts.items() if not any(_counts(result, part, held) for part in known)
    }


def idle_hours(result: Result) -> bool:
    """Whether the hours that no run uses are paid for."""
    share = result.values.get("used_share", 1.0)
    return bool((share < 1).any() if hasattr(share, "any") else share < 1)


def _counts(result: Result, name: str, held: bool = True) -> bool:
    """Whether a line has a value, or was said to have none; one that the rent of a site holds has none of its own."""
    datum = result.data.get(name)
    if datum is not None and (datum.kind == "given" or (held and datum.kind == "convention" and name.endswith(HELD))):
        return True
    return _nonzero(result.values.get(name, 0)) or (datum is not None and _nonzero(datum.value))


def _nonzero(value: Any) -> bool:
    return bool(value.any()) if hasattr(value, "any") else bool(value)


def _words(name: str) -> str:
    return name.removesuffix("_cost").removesuffix("_capital").replace("_", " ")
