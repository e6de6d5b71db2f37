"""What a memo is about, computed: the one thing that its box, sections, appendix and data are made from."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cluster_calc.cash_flow import Colocated, Finance
from cluster_calc.influence import Switch
from cluster_calc.memo_file import MemoFile
from cluster_calc.memo_quotes import Priced
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.rent_alone import Rents
from cluster_calc.report.memo_dates import Waiting
from cluster_calc.report.memo_fleet import Minimum
from cluster_calc.report.memo_options import Case, Way, owned_already
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
        """Owning as the memo details it: on a rented site where that is recommended, or where no other site has a cost."""
        plan = self.plan
        colocated = self.best is not None and self.best.name == "colocate"
        colocated = colocated or any(way.name == "buy" and way.unsited for way in self.ways)
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
    def pricing(self) -> tuple[Priced, ...]:
        """The quotes that give the recommended option the price of its chips, or that a typed price agrees with."""
        best, chip = self.best, self.result.chip.id
        name = "" if best is None else "buy" if best.name == "colocate" else best.name
        return tuple(
            quote for quote in self.valid_quotes
            if quote.row["for"] == name and (chip in quote.used_for or self._agrees(quote))
        )  # fmt: skip

    def _agrees(self, quote: Priced) -> bool:
        typed = self.result.data.get(quote.quantity)
        if typed is None or typed.value is None or quote.price is None or quote.chip not in ("", self.result.chip.id):
            return False
        return math.isclose(float(typed.value) / QUANTITIES[quote.quantity].factor, quote.price, rel_tol=1e-9)

    @property
    def unquoted(self) -> bool:
        """Whether quotes are named, and none of them prices the chips that the recommended option buys or rents."""
        bought = self.best is not None and self.best.name.startswith(("buy", "colocate", "rent"))
        ours = self.best is not None and not self.best.name.startswith("rent") and owned_already(self.result)
        return bought and not ours and bool(self.valid_quotes) and not self.pricing

    @property
    def committed(self) -> str | None:
        """The quantity that buying asks for: the chips to buy where some are owned, with the building where there is one."""
        values = self.result.values
        names = ["new_capital"] if "new_chips" in values and values.get("owned_chips") else []
        colocated = self.best is not None and self.best.name == "colocate"
        if not names:
            names = ["capital_cost"] if colocated else ["project_capital", "capital_cost"]
        return next((name for name in names if name in values), None)
