"""What a memo is about, computed: the one thing that its box, sections, appendix and data are made from."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Any

from cluster_calc.estimation.result import Result
from cluster_calc.investment.cash_flow import Colocated, Finance
from cluster_calc.investment.rent_alone import Rents
from cluster_calc.procurement.dates import Waiting
from cluster_calc.procurement.file import MemoFile
from cluster_calc.procurement.fleet import Minimum
from cluster_calc.procurement.options import Case, Way, owned_already
from cluster_calc.procurement.quotes import Priced
from cluster_calc.procurement.risks import Risk
from cluster_calc.procurement.tax import Tax
from cluster_calc.quantities.dates import DAY
from cluster_calc.quantities.display import shown
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.studies.influence import Switch

# The percentile at which cash is asked for.
CONFIDENCE = 80.0
# A share of the cost that a reader must know of.
LARGE = 0.05
INVESTMENT = frozenset({"capital", "deposit", "milestone", "facility"})


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


def aace(subject: Subject) -> tuple[int, str]:
    """The estimate class of AACE International, and why: a quote counts where it gives the recommended option its price."""
    extra = subject.extra
    valid = 0 if subject.unquoted else len(subject.valid_quotes)
    no_quote = (
        "no quote" if not extra.quote else "no quote of what is recommended" if subject.unquoted else "no valid quote"
    )
    absent = [words for words, there in ((no_quote, valid), ("no site contract", extra.site_contract)) if not there]
    if absent:
        return 5, f"AACE class 5: {' and '.join(absent)} {'are' if len(absent) > 1 else 'is'} named"
    count = f"{valid} valid quote{'' if valid == 1 else 's'}"
    return (
        4,
        f"AACE class 4: {count} and a site contract are named; a lower class needs a design that this memo does not hold",
    )


def asked(subject: Subject) -> dict[str, Any]:
    """The ask in figures: the amount, what it is, and what it is made of; None where there is none."""
    best, result, owned = subject.best, subject.result, subject.owned
    if best is None:
        return {"amount": None, "basis": None}
    if not (best.name == "buy" or best.name == "colocate") or owned is None:
        amount = best.cash_year_1 if best.commitment is None else best.commitment
        return {"amount": amount, "basis": "base", "base": amount, "year_1": best.cash_year_1}
    base = -sum(flow.amount for flow in owned.flows if flow.line in INVESTMENT)
    name = subject.committed
    level = at = None
    # A percentile is that of the whole commitment, or there is none.
    if name is not None and abs(float(result.in_unit(name)) - base) <= 1e-6 * abs(base):
        level, at = result.percentile(name, CONFIDENCE), result.base_percentile(name)
    contingency = None if level is None else max(level - base, 0.0)
    return {
        "amount": base + (contingency or 0.0), "basis": "P80" if contingency else "base", "base": base, "p80": level,
        "contingency": contingency, "base_percentile": at, "year_1": best.cash_year_1, "quantity": name,
        "base_percentile_share": None if at is None else at / 100,
    }  # fmt: skip


def run_end(subject: Subject) -> str | None:
    """The day a run that starts when the recommended option is ready would end."""
    best, time = subject.best, subject.result.values.get("training_time")
    if best is None or best.ready.date is None or time is None or float(time) / DAY > 36525:
        return None
    return (
        datetime.date.fromisoformat(best.ready.date) + datetime.timedelta(days=math.ceil(float(time) / DAY))
    ).isoformat()


def too_late(subject: Subject) -> str:
    """That the run would end after the deadline; empty where it does not, or there is none."""
    deadline, end = subject.result.values.get("deadline"), run_end(subject)
    if deadline is None or end is None:
        return ""
    last = shown("deadline", deadline)
    return f"The run would end on {end}, after the deadline {last}" if end > last else ""


def resale(subject: Subject) -> float:
    """What the hardware is sold for over the horizon, undiscounted."""
    return sum(flow.amount for flow in subject.owned.flows if flow.line == "residual") if subject.owned else 0.0
