"""What a memo is about, computed: the one thing that its box, sections, appendix and data are made from."""

from __future__ import annotations

from dataclasses import dataclass

from cluster_calc.cash_flow import Colocated, Finance
from cluster_calc.influence import Switch
from cluster_calc.memo_file import MemoFile
from cluster_calc.memo_quotes import Priced
from cluster_calc.rent_alone import Rents
from cluster_calc.report.memo_dates import Waiting
from cluster_calc.report.memo_fleet import Minimum
from cluster_calc.report.memo_options import Case, Way
from cluster_calc.report.memo_risks import Risk
from cluster_calc.report.memo_tax import Tax
from cluster_calc.result import Result

# The percentile at which cash is asked for.
CONFIDENCE = 80.0


@dataclass(frozen=True, slots=True)
class Subject:
    """The cases, the detailed one first, and everything computed of them; `unlisted` options are not in the memo file's list."""

    cases: tuple[Case, ...]
    ways: tuple[Way, ...]
    best: Way | None
    extra: MemoFile
    rated: bool
    today: str
    quotes: tuple[Priced, ...]
    waiting: Waiting
    risks: tuple[Risk, ...]
    tax: Tax | None
    fleet: Minimum
    switches: tuple[Switch, ...]
    unlisted: tuple[Way, ...] = ()

    @property
    def case(self) -> Case:
        """The detailed case."""
        return self.cases[0]

    @property
    def result(self) -> Result:
        """Its estimate."""
        return self.cases[0].result

    @property
    def plan(self) -> Finance | None:
        """Its finance."""
        return self.cases[0].finance

    @property
    def rents(self) -> Rents | None:
        """Its ways to rent, over the same horizon."""
        return self.cases[0].rents

    @property
    def owned(self) -> Finance | Colocated | None:
        """Owning as the memo details it: on a rented site where that is recommended."""
        plan = self.plan
        colocated = self.best is not None and self.best.name == "colocate"
        return plan.colocated if plan is not None and colocated else plan

    @property
    def level(self) -> tuple[float | None, float | None]:
        """Where owning, as the memo details it, and rent on demand draw level by net present value: share of hours, rent in USD."""
        plan = self.plan
        hourly = next((entry for entry in plan.alternatives if entry.rent.term == "on-demand"), None) if plan else None
        if hourly is None or not self.rated:
            return None, None
        if self.owned is plan:
            return hourly.break_even_share, hourly.break_even_price
        return (beside.share, beside.price) if (beside := hourly.beside_colocated) else (None, None)

    @property
    def valid_quotes(self) -> tuple[Priced, ...]:
        """The quotes that could be used: read, not expired, not kept as records only."""
        return tuple(quote for quote in self.quotes if quote.price is not None)

    @property
    def committed(self) -> str | None:
        """The quantity that buying asks for: the chips to buy where some are owned, with the building where there is one."""
        values = self.result.values
        names = ["new_capital"] if "new_chips" in values and values.get("owned_chips") else []
        colocated = self.best is not None and self.best.name == "colocate"
        if not names:
            names = ["capital_cost"] if colocated else ["project_capital", "capital_cost"]
        return next((name for name in names if name in values), None)
