"""The figures of a memo's tables as formulas over its model and its payments, each only where it gives the memo's figure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from cluster_calc.report.memo_live import RATE, Live

SAME = 1e-9


class Figures:
    """Names of figures, as a memo's cells carry them, to spreadsheet formulas."""

    def __init__(self, numbers: Live) -> None:
        self.live = numbers
        self.rate = numbers.names[RATE].value if numbers.rated else None

    def formula(self, name: str, value: float | None, places: Mapping[str, tuple[str, float]]) -> str:
        """The formula of a figure; `places` says where the other figures of its table stand."""
        if not name or value is None:
            return ""
        if name in self.live.names:
            return self._quantity(name, value)
        found = self._option(name) if name.startswith("options.") else self._year(name, places)
        return next((text for text, worth in found if math.isclose(worth, value, rel_tol=SAME, abs_tol=1e-6)), "")

    def npv(self, option: str) -> str:
        """The net present value of an option's payments at the rate, or that there is none."""
        return f'IF(ISNUMBER({RATE}),{_sum("payment_value", option)},"not computed")'

    def _quantity(self, name: str, value: float) -> str:
        entry = self.live.names[name]
        if not math.isclose(entry.shown, value, rel_tol=SAME):
            return ""
        return name if entry.factor == 1 else f"{name}/{entry.factor!r}"

    def _option(self, name: str) -> Iterator[tuple[str, float]]:
        """Candidates for a figure of an option, with what each gives."""
        option, _, field = name.removeprefix("options.").rpartition(".")
        payments = [entry for entry in self.live.payments if entry.option == option]
        if not payments:
            return
        hours = [entry for entry in self.live.hours if entry.option == option]
        total, worked = -sum(entry.amount for entry in payments), sum(entry.amount for entry in hours)
        if field == "cash_year_1":
            first = -sum(entry.amount for entry in payments if entry.year <= 1)
            yield f"-{_sum('payment_amount', option, '<=1')}", first
        elif field == "total":
            yield f"-{_sum('payment_amount', option)}", total
        elif field == "npv" and self.rate is not None:
            yield self.npv(option), sum(self._worth(entry.amount, entry.time) for entry in payments)
        elif field == "per_delivered_hour":
            if self.rate is not None:
                worth = -sum(self._worth(entry.amount, entry.time) for entry in payments)
                useful = sum(self._worth(entry.amount, entry.time) for entry in hours)
                yield f"-{_sum('payment_value', option)}/{_sum('hours_value', option)}", worth / useful if useful else 0.0
            if worked:
                yield f"-{_sum('payment_amount', option)}/{_sum('hours_amount', option)}", total / worked
        elif field == "exit_cost":
            yield from self._exit(option)
        elif option == self.live.own:
            known = {"power": "peak_facility_power"}.get(field, field)
            if known in self.live.names:
                entry = self.live.names[known]
                yield self._quantity(known, entry.shown), entry.shown

    def _exit(self, option: str) -> Iterator[tuple[str, float]]:
        """What stopping after a year loses: book value, or the rent of a commitment's years left."""
        shares, capital = self.live.shares, self.live.names.get("capital_cost")
        if option == self.live.own and capital is not None and "years.1.book_value" in shares:
            lost = shares["years.0.book_value"] - shares["years.1.book_value"]
            yield f"{lost:.12g}*capital_cost", lost * capital.value
        left = -sum(
            entry.amount for entry in self.live.payments if entry.option == option and 2 <= entry.year <= 3
        )
        yield f"-({_sum('payment_amount', option, '<=3')}-{_sum('payment_amount', option, '<=1')})", left

    def _year(self, name: str, places: Mapping[str, tuple[str, float]]) -> Iterator[tuple[str, float]]:
        """Candidates for a figure of the cash by year."""
        head, _, rest = name.partition(".")
        year, _, line = rest.partition(".")
        if head != "years" or not year.isdigit():
            return
        own = [entry for entry in self.live.payments if entry.option == self.live.own]
        if name in self.live.shares:
            capital = self.live.names["capital_cost"]
            yield f"{self.live.shares[name]:.12g}*capital_cost", self.live.shares[name] * capital.value
        elif line == "cash":
            amount = sum(entry.amount for entry in own if entry.year == int(year))
            yield _sum("payment_amount", self.live.own, f"={year}"), amount
        elif line == "cumulative" and f"years.{year}.cash" in places:
            (address, worth), before = places[f"years.{year}.cash"], places.get(f"years.{int(year) - 1}.cumulative")
            yield (f"{before[0]}+{address}", before[1] + worth) if before else (address, worth)
        elif any(entry.line == line for entry in own):
            amount = sum(entry.amount for entry in own if entry.line == line and entry.year == int(year))
            yield _sum("payment_amount", self.live.own, f"={year}", line), amount

    def _worth(self, amount: float, time: float) -> float:
        return amount / (1 + (self.rate or 0.0)) ** time


def _sum(values: str, option: str, year: str = "", line: str = "") -> str:
    """The sum of a column over an option's rows, of some years and of one line where these are given."""
    table = values.partition("_")[0]
    terms = [f"{table}_option,{_quoted(option)}"]
    terms += [f"{table}_year,{_quoted(year)}"] if year else []
    terms += [f"{table}_line,{_quoted(line)}"] if line else []
    return f"SUMIFS({values},{','.join(terms)})"


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
