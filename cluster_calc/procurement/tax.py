"""Depreciation as tax law may have it, for the controller to confirm: two common schedules, and their shield at a rate given.

No country's law is assumed: the schedules are the straight line and the double declining balance that changes to it,
over the life that the memo file gives or the hardware's own, with nothing left at the end.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

from cluster_calc.formulas.depreciation.double_declining import double_declining_charged
from cluster_calc.investment.flows import Flow, net_present_value
from cluster_calc.procurement.file import MemoFile
from cluster_calc.quantities.dates import YEAR

SCHEDULES = ("straight-line", "declining")
MOST_YEARS = 40


@dataclass(frozen=True, slots=True)
class Tax:
    """Charges by year of both schedules on the cash for the hardware; the shield's present value where a rate is given."""

    base: float
    life: float
    life_given: bool
    straight_line: tuple[float, ...]
    declining: tuple[float, ...]
    rate: float | None = None
    shields: tuple[tuple[str, float, float | None], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The tax view as JSON."""
        return {
            "base": self.base, "life": self.life, "life_given": self.life_given, "rate": self.rate,
            "years": [
                {"year": year, "straight_line": one, "declining": two}
                for year, (one, two) in enumerate(zip(self.straight_line, self.declining, strict=True), 1)
            ],
            "shields": {name: {"sum": whole, "present_value": worth} for name, whole, worth in self.shields},
        }  # fmt: skip


def tax_view(plan: Any, extra: MemoFile, rated: bool) -> Tax | None:
    """The tax schedules of the hardware that a plan buys; None where it buys none."""
    base = -sum(flow.amount for flow in plan.flows if flow.line in ("capital", "deposit", "milestone"))
    service = plan.result.values.get("service_time") or plan.result.values.get("lifetime")
    life = extra.tax_life or (float(service) / YEAR if service else 0.0)
    if base <= 0 or not 0 < life <= MOST_YEARS:
        return None
    years = math.ceil(life - 1e-9)
    ends = [min(float(year), life) for year in range(years + 1)]
    straight = tuple(base * (after - before) / life for before, after in itertools.pairwise(ends))
    # The last day of a life is the first of the next: the whole charge stands there.
    charged = [0.0, *(float(double_declining_charged(end, life)) for end in ends[1:-1]), 1.0]
    declining = tuple(base * (after - before) for before, after in itertools.pairwise(charged))
    shields = []
    if extra.tax_rate is not None:
        rate = float(plan.inputs["discount_rate"].value)
        for name, charges in zip(SCHEDULES, (straight, declining), strict=True):
            saved = [charge * extra.tax_rate for charge in charges]
            flows = [Flow("shield", float(year), amount) for year, amount in enumerate(saved, 1)]
            shields.append((name, sum(saved), net_present_value(flows, rate) if rated else None))
    return Tax(base, life, extra.tax_life is not None, straight, declining, extra.tax_rate, tuple(shields))
