"""The lines of the bills: capital, running cost, what a run costs, and what is left out."""

from __future__ import annotations

from typing import Any

from cluster_calc.estimation.parts.depreciation import RATE_OF
from cluster_calc.estimation.result import Result
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.number import is_scalar as _scalar

RUN_LINES = ("depreciation", "electricity_cost", "operations_cost")
CAPITAL_LINES = ("accelerator_capital", "server_capital", "network_capital", "storage_capital", "spare_capital",
                 "installation_capital", "contingency_capital")  # fmt: skip
DEVELOPMENT_LINES = ("run_cost", "development_cost")
PROJECT_LINES = ("capital_cost", "facility_capital")
OPERATIONS = tuple(RATE_OF)
# Lines that are absent from the sum when they are 0: said under "Not included", not listed as a cost of 0.
SILENT = frozenset({"operations_cost", "server_capital", "installation_capital", "contingency_capital", *OPERATIONS})
BUILDING = "the building, cooling plant and grid connection"
AROUND = "storage, spares and installation"
EXCLUDED = (
    "experiments, failed runs, data and research staff (a project costs 1.2 to 4 times its final run)",
    "financing and taxes; idle time between runs",
)
SHARE_OF = {"installation_capital": "installation_share", "contingency_capital": "contingency_share"}


def bills(result: Result) -> list[tuple[tuple[str, ...], str, str]]:
    """Every sum of the estimate: the names of its lines, of the total, and the total's title."""
    found = []
    for lines, total, title in (
        (RUN_LINES, "run_cost", "Run cost"),
        (CAPITAL_LINES, "capital_cost", "Capital cost"),
        (DEVELOPMENT_LINES, "project_cost", "Final run and development"),
        (PROJECT_LINES, "project_capital", "Cash for hardware and building"),
    ):
        if total not in result.values and total not in result.missing:
            continue
        if total == "run_cost" and "staff_cost" in result.model.steps and "operations_cost" not in result.data:
            lines = (*lines[:-1], *OPERATIONS)
        # A total that was given is not the sum of what prices and rates would make of its lines.
        split = total not in result.data
        present = [name for name in lines if split and (name in result.values or name in result.missing)]
        # A line of 0 is not included, or held by the price's basis: said elsewhere, not listed as a cost of 0.
        listed = [
            name
            for name in present
            if not (name in SILENT and _scalar(result.values.get(name)) and result.values[name] == 0)
        ]
        found.append((tuple(listed), total, title))
    return found


def _nonzero(value: Any) -> bool:
    """Whether a number, or any of an array, is not 0."""
    return bool(value.any()) if hasattr(value, "any") else bool(value)


def excluded(result: Result) -> tuple[str, ...]:
    """What the estimate leaves out."""
    found = list(EXCLUDED)
    if _nonzero(result.values.get("development_cost", 0)):
        found[0] = "data and research staff"
    if _nonzero(result.values.get("idle_charge", 0)):
        found[-1] = found[-1].partition(";")[0]
    if "bill_excess" not in result.values:
        found.insert(0, f"{BUILDING}; {AROUND}" if "facility_capital" not in result.values else AROUND)
    elif "facility_capital" not in result.values:
        found.insert(0, BUILDING)
    absent = [name for name in SHARE_OF if name in result.model.steps and not _nonzero(result.values.get(name, 0))]
    groups = [(absent, SHARE_OF)]
    if not _nonzero(result.data["operations_cost"].value if _given(result, "operations_cost") else 0):
        groups.append(([name for name in OPERATIONS if not _nonzero(result.values.get(name, 0))], RATE_OF))
    for names, options in groups:
        if names:
            words = (
                f"{_line(name)} ({QUANTITIES[options[name]].option})" for name in names if not _given(result, name)
            )
            found.insert(0, ", ".join(words))
    return tuple(filter(None, found))


def _line(name: str) -> str:
    return name.removesuffix("_cost").removesuffix("_capital").replace("_", " ")


def _given(result: Result, name: str) -> bool:
    """Whether the line itself was said, by whoever asks or by the rent of a site that holds it."""
    return (
        name in result.data
        and result.data[name].origin not in ("", "catalog")
        and result.data[name].kind in ("given", "convention")
    )
