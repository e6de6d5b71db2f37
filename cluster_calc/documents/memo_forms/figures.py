"""The figures of a memo's tables as formulas over its model and its payments, each only where it gives the memo's figure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from cluster_calc.documents.memo_forms.ledger import RATE, SAME, Payment
from cluster_calc.documents.memo_forms.live import Live


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
        total, worth = -sum(entry.amount for entry in payments), -self._discounted(payments)
        amount, value = _sum("payment_amount", option), _sum("payment_value", option)
        if field == "cash_year_1":
            yield (
                f"-{_sum('payment_amount', option, '<=1')}",
                -sum(entry.amount for entry in payments if entry.year <= 1),
            )
        elif field == "total":
            yield f"-{amount}", total
        elif field == "npv":
            yield self.npv(option), -worth
        elif field == "per_delivered_hour" and self.live.hours:
            # Every option by the hours of the chip that the memo details.
            worked = sum(entry.amount for entry in self.live.hours)
            yield f"-{value}/SUM(hours_value)", worth / self._discounted(self.live.hours)
            yield f"-{amount}/SUM(hours_amount)", total / worked if worked else 0.0
        elif field == "exit_cost":
            yield from self._exit(option)
        elif option in (self.live.own, self.live.colocated):
            known = {"power": "peak_facility_power"}.get(field, field)
            if known in self.live.names:
                entry = self.live.names[known]
                yield self._quantity(known, entry.shown), entry.shown

    def _exit(self, option: str) -> Iterator[tuple[str, float]]:
        """What stopping after a year loses: book value, or the rent of a commitment's years left."""
        shares, capital = self.live.shares, self.live.names.get("capital_cost")
        if option in (self.live.own, self.live.colocated) and capital is not None and "years.1.book_value" in shares:
            lost = shares["years.0.book_value"] - shares["years.1.book_value"]
            yield f"{lost:.12g}*capital_cost", lost * capital.value
        left = -sum(entry.amount for entry in self.live.payments if entry.option == option and 2 <= entry.year <= 3)
        yield f"-({_sum('payment_amount', option, '<=3')}-{_sum('payment_amount', option, '<=1')})", left

    def _year(self, name: str, places: Mapping[str, tuple[str, float]]) -> Iterator[tuple[str, float]]:
        """Candidates for a figure of a year: of owning, of a way to rent, of depreciation, of the first year's operation."""
        if name in self.live.shares:
            capital = self.live.names["capital_cost"]
            yield f"{self.live.shares[name]:.12g}*capital_cost", self.live.shares[name] * capital.value
            return
        head, _, rest = name.partition(".")
        if head == "opex":
            for option in (self.live.own, self.live.colocated):
                found = self._line(option, rest, 1)
                yield f"-{_sum('payment_amount', option, '=1', rest)}", -found
            return
        place, _, line = rest.rpartition(".")
        year = place.rpartition(".")[2]
        option = {"years": self.live.own, "colocate": self.live.colocated}.get(head) or self.live.rents.get(
            place.rpartition(".")[0] if head == "rents" else "", ""
        )
        if not option or not year.isdigit():
            return
        path = name.removesuffix(f".{year}.{line}")
        if line == "cash":
            yield _sum("payment_amount", option, f"={year}"), self._line(option, "", int(year))
        elif line == "cumulative":
            upto = sum(
                entry.amount for entry in self.live.payments if entry.option == option and entry.year <= int(year)
            )
            before = places.get(f"{path}.{int(year) - 1}.cumulative")
            cash = places.get(f"{path}.{year}.cash")
            if before and cash:
                yield f"{before[0]}+{cash[0]}", before[1] + cash[1]
            yield _sum("payment_amount", option, f"<={year}"), upto
        else:
            yield _sum("payment_amount", option, f"={year}", line), self._line(option, line, int(year))

    def _line(self, option: str, line: str, year: int) -> float:
        """What an option pays in a year, on one line or on all."""
        return sum(
            entry.amount for entry in self.live.payments
            if entry.option == option and entry.year == year and line in ("", entry.line)
        )  # fmt: skip

    def _discounted(self, entries: Sequence[Payment]) -> float:
        rate = self.rate
        return math.nan if rate is None else sum(entry.amount / (1 + rate) ** entry.time for entry in entries)


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
