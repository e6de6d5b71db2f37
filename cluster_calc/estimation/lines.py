"""The lines of the bills: capital, running cost, what a run costs, and what is left out."""

from __future__ import annotations

from typing import Any

from cluster_calc.estimation.parts.depreciation import RATE_OF
from cluster_calc.estimation.result import Result
from cluster_calc.quantities.number import is_scalar as _scalar

RUN_LINES = ("depreciation", "electricity_cost", "operations_cost")
CAPITAL_LINES = ("accelerator_capital", "server_capital", "network_capital", "storage_capital", "spare_capital",
                 "installation_capital", "contingency_capital")  # fmt: skip
DEVELOPMENT_LINES = ("run_cost", "development_cost")
PROJECT_LINES = ("capital_cost", "facility_capital")
OPERATIONS = tuple(RATE_OF)
# The same by time, for a cluster without a run.
YEARLY = ("staff_rate", "maintenance_per_year", "colocation_per_year", "demand_charge_per_year", "storage_rate", "insurance_per_year",
          "software_per_year")  # fmt: skip
# Lines that are absent from the sum when they are 0: said under "Not included", not listed as a cost of 0.
SILENT = frozenset(
    {"operations_cost", "server_capital", "installation_capital", "contingency_capital", *OPERATIONS, *YEARLY}
)


def bills(result: Result) -> list[tuple[tuple[str, ...], str, str]]:
    """Every sum of the estimate: the names of its lines, of the total, and the total's title."""
    found = []
    for lines, total, title in (
        (RUN_LINES, "run_cost", "Run cost"),
        (CAPITAL_LINES, "capital_cost", "Capital cost"),
        (DEVELOPMENT_LINES, "project_cost", "Final run and development"),
        (PROJECT_LINES, "project_capital", "Cash for hardware and building"),
        (YEARLY, "operations_per_year", "Operating costs a year, used or not"),
    ):
        if total not in result.values and total not in result.missing:
            continue
        if total == "operations_per_year" and (result.mode != "cluster" or not _nonzero(result.values.get(total, 1))):
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
