"""An option of a comparison, and the results that rank options."""

from __future__ import annotations

from dataclasses import dataclass

from cluster_calc.estimation.result import Result
from cluster_calc.scenario import scenario as scenarios

METRICS = (
    "training_compute", "training_time", "chips", "peak_facility_power", "capital_cost", "run_cost", "cost_per_chip_hour",
    "cost_per_delivered_chip_hour", "cost_per_zettaflop", "rental_cost", "rent_commitment", "facility_energy", "emissions",
    "shipment_share",
)  # fmt: skip
# More is better; of everything else, less.
MORE_IS_BETTER = frozenset({"compute_per_dollar", "training_compute"})
# Results that rented chips do not have: no gap, but no part of the option.
OWNED_ONLY = frozenset({"capital_cost", "new_capital", "depreciation", "project_capital"})
# Ranks by the value over the horizon, which is no result of one estimate.
NPV = "npv"


@dataclass(frozen=True)
class Option:
    """One option: its name, its estimate, and its net present value over the horizon all options share.

    `way` is how the chips are had where options differ in that: own, colocate, or the term of a rent. `scenario` is what
    its value was reckoned from, with the horizon.
    """

    name: str
    result: Result
    npv: float | None = None
    way: str = ""
    scenario: scenarios.Scenario | None = None

    def why_missing(self, name: str) -> str:
        """Why the option has no such result."""
        if self.rented and name in OWNED_ONLY:
            return "rented: nothing is bought"
        return self.result.missing.get(name, "not part of this estimate")

    @property
    def rented(self) -> bool:
        """Whether its chips are rented."""
        return "acquire" in self.result.scenario.settings
