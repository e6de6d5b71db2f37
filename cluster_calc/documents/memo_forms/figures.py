"""The figures of a memo's tables as formulas over its model and its payments, each only where it gives the memo's figure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from cluster_calc.documents.memo_forms.ledger import RATE, SAME
from cluster_calc.documents.memo_forms.live import Live
from cluster_calc.formulas.cash import discount_factor
from cluster_calc.investment.flows import MONTHS
from cluster_calc.investment.renting import WAYS

# A spreadsheet's text, and what it gives.
Worth = tuple[str, float]


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
        return f'IF(ISNUMBER({RATE}),{self._sum("payment_value", option)[0]},"not computed")'

    def _quantity(self, name: str, value: float) -> str:
        entry = self.live.names[name]
        if not math.isclose(entry.shown, value, rel_tol=SAME):
            return ""
        return name if entry.factor == 1 else f"{name}/{entry.factor!r}"

    def _option(self, name: str) -> Iterator[Worth]:
        """Candidates for a figure of an option, with what each gives."""
        option, _, field = name.removeprefix("options.").rpartition(".")
        if not any(entry.option == option for entry in self.live.payments):
            return
        total, worth = (_negated(self._sum(column, option)) for column in ("payment_amount", "payment_value"))
        if field == "cash_year_1":
            yield _negated(self._sum("payment_amount", option, "<=1"))
        elif field == "total":
            yield total
        elif field == "npv":
            yield self.npv(option), -worth[1]
        elif field == "per_delivered_hour" and self.live.hours:
            # Every option by the hours of the chip that the memo details.
            for cost, column in ((worth, "hours_value"), (total, "hours_amount")):
                worked = self._sum(column, self.live.own)[1]
                yield f"{cost[0]}/SUM({column})", cost[1] / worked if worked else 0.0
        elif field == "exit_cost":
            yield from self._exit(option)
        elif option in (self.live.own, self.live.colocated):
            known = {"power": "peak_facility_power"}.get(field, field)
            if known in self.live.names:
                entry = self.live.names[known]
                yield self._quantity(known, entry.shown), entry.shown

    def _exit(self, option: str) -> Iterator[Worth]:
        """What stopping after a year loses: book value, or the rent of a commitment's years left."""
        shares, capital = self.live.shares, self.live.names.get("capital_cost")
        if option in (self.live.own, self.live.colocated) and capital is not None and "years.1.book_value" in shares:
            lost = shares["years.0.book_value"] - shares["years.1.book_value"]
            yield f"{lost:.12g}*capital_cost", lost * capital.value
        term = next((term for term, name in self.live.rents.items() if name == option), "")
        if (months := WAYS.get(term, ("", 0))[1]) > MONTHS:
            upto, first = (self._sum("payment_amount", option, year) for year in (f"<={months // MONTHS}", "<=1"))
            yield f"-({upto[0]}-{first[0]})", first[1] - upto[1]

    def _year(self, name: str, places: Mapping[str, tuple[str, float]]) -> Iterator[Worth]:
        """Candidates for a figure of a year: of owning, of a way to rent, of depreciation, of the first year's operation."""
        if name in self.live.shares:
            capital = self.live.names["capital_cost"]
            yield f"{self.live.shares[name]:.12g}*capital_cost", self.live.shares[name] * capital.value
            return
        head, _, rest = name.partition(".")
        if head == "opex":
            for option in (self.live.own, self.live.colocated):
                yield _negated(self._sum("payment_amount", option, "=1", rest))
            return
        place, _, line = rest.rpartition(".")
        year = place.rpartition(".")[2]
        option = {"years": self.live.own, "colocate": self.live.colocated}.get(head) or self.live.rents.get(
            place.rpartition(".")[0] if head == "rents" else "", ""
        )
        if not option or not year.isdigit():
            return
        path = name.removesuffix(f".{year}.{line}")
        if line == "cumulative":
            before = places.get(f"{path}.{int(year) - 1}.cumulative")
            cash = places.get(f"{path}.{year}.cash")
            if before and cash:
                yield f"{before[0]}+{cash[0]}", before[1] + cash[1]
            yield self._sum("payment_amount", option, f"<={year}")
        else:
            yield self._sum("payment_amount", option, f"={year}", "" if line == "cash" else line)

    def _sum(self, column: str, option: str, year: str = "", line: str = "") -> Worth:
        """The sum of a column over an option's rows, of some years and of one line where these are given."""
        table, _, kind = column.partition("_")
        terms = [f"{table}_option,{_quoted(option)}"]
        terms += [f"{table}_year,{_quoted(year)}"] if year else []
        terms += [f"{table}_line,{_quoted(line)}"] if line else []
        last, until = int(year.lstrip("<=") or 0), year.startswith("<=")
        found = [
            entry.amount * (1.0 if kind == "amount" else self._factor(entry.time))
            for entry in (self.live.payments if table == "payment" else self.live.hours)
            if entry.option == option and line in ("", entry.line)
            and (not year or entry.year == last or (until and entry.year < last))
        ]  # fmt: skip
        return f"SUMIFS({column},{','.join(terms)})", sum(found)

    def _factor(self, time: float) -> float:
        return math.nan if self.rate is None else float(discount_factor(self.rate, time))


def _negated(worth: Worth) -> Worth:
    return f"-{worth[0]}", -worth[1]


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
