"""The quotes of a memo file as prices of the estimate: which one counts, in which money, and why the others do not.

The cheapest quote that has not expired gives the price, or the one marked chosen. What is typed on the command line
stands before every quote; `use = false` keeps a quote as a record.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.currencies import rate
from cluster_calc.catalog.current import catalog
from cluster_calc.catalog.heads import fold
from cluster_calc.errors import InputError, UnitError, quoted
from cluster_calc.estimation.estimation import run
from cluster_calc.procurement.file import PRICED, MemoFile
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.units import split
from cluster_calc.scenario.scenario import Scenario

TYPED = ("command line", "call")
# What a price may be per, besides per chip.
_EACH = re.compile(r"/\s*(chip|gpu|tpu|unit|accelerator)$", re.IGNORECASE)
_CODE = re.compile(r"([kMB]?)([A-Z]{3})")
_SCALES = {"": 1.0, "k": 1e3, "M": 1e6, "B": 1e9}


@dataclass(frozen=True)
class Priced:
    """A quote read: its price per chip in USD, and what became of it."""

    row: Mapping[str, Any]
    price: float | None = None
    unit: str = ""
    currency: str = ""
    amount: float | None = None
    rate: Datum | None = None
    chip: str = ""
    used_for: tuple[str, ...] = ()
    why_not: str = ""
    unread: bool = False

    @property
    def name(self) -> str:
        """The vendor with the quote's number."""
        number = self.row["number"]
        return f"{self.row['vendor']}, {number}" if number else str(self.row["vendor"])

    @property
    def quantity(self) -> str:
        """The quantity whose price it gives."""
        return PRICED[self.row["for"]]

    def as_dict(self) -> dict[str, Any]:
        """The quote as JSON: what was typed, and what was made of it."""
        rate = self.rate
        return {
            **self.row, "quantity": self.quantity, "price_usd": self.price, "unit": self.unit, "amount": self.amount,
            "in_currency": self.currency, "rate": None if rate is None else float(rate.value),
            "rate_as_of": None if rate is None else rate.as_of, "of_chip": self.chip, "used_for": list(self.used_for),
            "why_not": self.why_not,
        }  # fmt: skip


@dataclass(frozen=True)
class Target:
    """What a quote may give a price to: a scenario, the catalog it is read with, and whether its own prices give way."""

    scenario: Scenario
    book: Catalog | None = None
    below: bool = False


def laid(cases: Sequence[Target], extra: MemoFile, today: str) -> tuple[list[Scenario], tuple[Priced, ...]]:
    """The scenarios with the prices of the quotes that count, and every quote with what became of it."""
    chips = [_chip_of(case) for case in cases]
    rates = _rates(cases, extra.quote, today)
    quotes = [_read(row, extra, today, chips, rates) for row in extra.quote]
    merged = [case.scenario for case in cases]
    for place, case in enumerate(cases):
        for name in dict.fromkeys(quote.quantity for quote in quotes if not quote.why_not):
            meant = [
                number for number, quote in enumerate(quotes)
                if quote.quantity == name and not quote.why_not and quote.chip in ("", chips[place])
            ]  # fmt: skip
            if not meant:
                continue
            barred = _barred(case, name)
            if barred:
                for number in meant:
                    if not quotes[number].used_for:
                        quotes[number] = dataclasses.replace(quotes[number], why_not=barred)
                continue
            found = {number: _with(merged[place], quotes[number], extra) for number in meant}
            costs = {number: _cost(found[number], case.book, name, quotes[number]) for number in meant}
            chosen = [number for number in meant if quotes[number].row["chosen"]]
            best = min(chosen or meant, key=lambda number: costs[number])
            merged[place] = found[best]
            used = quotes[best].used_for
            quotes[best] = dataclasses.replace(quotes[best], used_for=(*used, chips[place]))
    best_of = {(quote.quantity, chip): quote for quote in quotes for chip in quote.used_for}
    for number, quote in enumerate(quotes):
        if not quote.used_for and not quote.why_not:
            winner = next((best_of[quote.quantity, chip] for chip in chips if (quote.quantity, chip) in best_of
                           and quote.chip in ("", chip)), None)  # fmt: skip
            assert winner is not None
            why = f"that of {winner.name} is {'chosen' if winner.row['chosen'] else 'cheaper'}"
            quotes[number] = dataclasses.replace(quote, why_not=why)
    return merged, tuple(quotes)


def unread_for(name: str, chip: str, quotes: Sequence[Priced]) -> Priced | None:
    """The quote for an option on a chip whose price cannot be read, where no other quote gives that price."""
    meant = [quote for quote in quotes if quote.row["for"] == name and quote.chip in ("", chip)]
    if any(quote.price is not None for quote in meant):
        return None
    return next((quote for quote in meant if quote.unread), None)


def _chip_of(case: Target) -> str:
    settings = case.scenario.settings
    book = case.book or catalog()
    if "chip" in settings:
        return book.chip(settings["chip"]).id
    if settings.get("server", "default") != "default":
        from cluster_calc.estimation.parts.server import chip_of_server

        return chip_of_server(book, settings["server"])
    return ""


def _read(
    row: Mapping[str, Any], extra: MemoFile, today: str, chips: Sequence[str], rates: Mapping[str, Datum]
) -> Priced:
    """A quote with its price in USD; `why_not` where it cannot be used."""
    found = Priced(row)

    def refused(why: str, **known: Any) -> Priced:
        return dataclasses.replace(found, why_not=why, **known)

    if not row["use"]:
        return refused("the memo file keeps it as a record (use = false)")
    until = extra.decision_date or today
    if row["expires"] and row["expires"] < until:
        return refused(f"it expires on {row['expires']}, before {until}")
    if row["price"] in (None, ""):
        return refused("it has no price")

    def unread(error: Exception, **known: Any) -> Priced:
        words = str(error).removeprefix("currency: ")
        return refused(words.replace("--exchange-rate in USD", "exchange_rate in the quote"), **known)

    try:
        chip, held = _meant(row, chips)
    except (InputError, UnitError) as error:
        return unread(error)
    try:
        amount, code = _amount(row)
        paid = _rate(code, today, rates)
    except (InputError, UnitError) as error:
        return unread(error, chip=chip, unread=chip in ("", *chips))
    if chip and chip not in chips:
        return refused(f"it is of {quoted(chip)}, which the memo does not consider")
    each = 1.0 if row["for"] == "colocate" else row["chips"] if held is None else held
    usd = amount * (1.0 if paid is None else float(paid.value)) / each
    unit = "USD/chip" if row["for"] == "buy" else "USD/kW/month" if row["for"] == "colocate" else "USD/chip/hour"
    return dataclasses.replace(found, price=usd, unit=unit, currency=code, amount=amount, rate=paid, chip=chip)


def _meant(row: Mapping[str, Any], chips: Sequence[str]) -> tuple[str, float | None]:
    """The chip that a quote is of (none: any of the memo's), and how many chips its server holds."""
    book = catalog()
    if row["for"] == "colocate":
        return "", None
    if row["server"]:
        item = book.item(row["server"], "servers")
        leaf = item.leaf("chips")
        if leaf is None:
            raise InputError(f"{item.name} does not say how many chips it holds; name the chip, and chips = N")
        return str(item.facts["chip"]), float(leaf.datum.value)
    if row["chip"]:
        return book.identify(row["chip"]), None
    named = _named(row["item"], book)
    mine = [chip for chip in dict.fromkeys(chips) if chip in named]
    if len(mine) == 1:
        return mine[0], None
    if named and not mine:
        raise InputError(
            f"its item names {quoted(sorted(named)[0])}, which the memo does not consider; chip = ID says otherwise"
        )
    if len(set(chips)) > 1:
        raise InputError("it names no chip, and the memo has several; say chip = ID")
    return (chips[0] if chips else ""), None


def _named(text: str, book: Catalog) -> set[str]:
    """The chips whose id, name or alias stands among the words of a text."""
    words = re.findall(r"[A-Za-z0-9.+-]+", text)[:60]
    runs = {fold(" ".join(words[start : start + size])) for size in (1, 2, 3) for start in range(len(words))}
    runs.discard("")
    return {
        chip for chip, head in book.layered().items()
        if not runs.isdisjoint({fold(chip), fold(head.name), *map(fold, head.aliases)})
    }  # fmt: skip


def _amount(row: Mapping[str, Any]) -> tuple[float, str]:
    """The price as a number, and the code of its currency."""
    price, wanted = row["price"], row["currency"].strip().upper()
    if wanted and not re.fullmatch("[A-Z]{3}", wanted):
        raise InputError(f"its currency {quoted(row['currency'])} is not a code of three letters, for example EUR")
    number, unit = (float(price), "") if isinstance(price, float) else split(price)
    for each in ("/hour", "/hr", "/h", "/kW/month") if row["for"] != "buy" else ():
        unit = unit.removesuffix(each)
    unit = _EACH.sub("", unit)
    for each in ("/hour", "/hr", "/h") if row["for"] != "buy" else ():  # 2 USD/hour/chip and 2 USD/chip/hour
        unit = unit.removesuffix(each)
    code = _CODE.fullmatch(unit)
    if unit and code is None:
        right = {"buy": "USD", "colocate": "USD/kW/month"}.get(row["for"], "USD/hour")
        per = "power and month" if row["for"] == "colocate" else "chip; chips = N says that it is for N chips"
        raise InputError(f"its price {quoted(price)} is not money per {per}; for example '2.50 {right}'")
    named = code[2] if code else ""
    if named and wanted and named != wanted:
        raise InputError(f"its price {quoted(price)} and its currency {quoted(wanted)} do not agree")
    if not (named or wanted):
        raise InputError(f'its price {quoted(price)} names no currency; say currency = "USD"')
    amount = number * _SCALES[code[1] if code else ""]
    if not amount > 0:
        raise InputError(f"its price {quoted(price)} is not above 0")
    return amount, named or wanted


def _rates(cases: Sequence[Target], rows: Sequence[Mapping[str, Any]], today: str) -> dict[str, Datum]:
    """The rate of each currency that a scenario or a quote in use states; it holds for every quote of that currency."""
    found = {
        str(case.scenario.settings["currency"]): case.scenario.data["exchange_rate"]
        for case in cases
        if "exchange_rate" in case.scenario.data and "currency" in case.scenario.settings
    }
    for row in rows:
        if not row["use"] or row["exchange_rate"] is None or row["price"] in (None, ""):
            continue
        code = _code(row)
        if code in ("", "USD"):
            continue
        source = Source("file", title=f"rate of the memo file, quote of {row['vendor']}")
        stated = Datum(
            "exchange_rate", row["exchange_rate"], source, origin="file", kind="given", as_of=str(row["dated"] or today)
        )
        first = found.setdefault(code, stated)
        if first.value != stated.value:
            raise InputError(
                f"[[quote]]: {code} stands at {first.value:g} USD ({first.source.title}) and at {stated.value:g} "
                f"({stated.source.title}); one memo has one rate per currency: give the same exchange_rate in both"
            )
    return found


def _code(row: Mapping[str, Any]) -> str:
    """The currency of a quote's price, as far as it can be read."""
    try:
        return _amount(row)[1]
    except (InputError, UnitError):
        return str(row["currency"]).strip().upper()


def _rate(code: str, today: str, rates: Mapping[str, Datum]) -> Datum | None:
    """US dollars per unit of the currency: the rate the quotes state, or the catalog's of that day."""
    if code == "USD":
        return None
    return rates.get(code) or rate(code, today, catalog())


def _barred(case: Target, name: str) -> str:
    """Why no quote gives this price to this scenario; empty where one can."""
    merged = case.scenario
    if not case.below and merged.origins.get(name) in TYPED:
        return f"the {name.replace('_', ' ')} typed on the command line stands before it"
    if name == "chip_price" and "server" in merged.settings:
        return "the estimate prices a whole server (--server), and a quote gives a price per chip; leave --server out"
    replaced = {"chip_price": "capital_cost", "rental_price": "rental_cost"}.get(name, "")
    if replaced in merged.data:
        return f"the {replaced.replace('_', ' ')} is given, so no price makes it"
    return ""


def _with(merged: Scenario, quote: Priced, extra: MemoFile) -> Scenario:
    """A copy of the scenario with the price of a quote, and with what its terms say of deposit and delivery."""
    row = quote.row
    words = [f"quote of {quote.name}"]
    words += [f"of {row['dated']}"] if row["dated"] else []
    words += [f"valid until {row['expires']}"] if row["expires"] else ["without an expiry"]
    if quote.rate is not None:
        words.append(
            f"{quote.amount:,.6g} {quote.currency} at {float(quote.rate.value):g} USD/{quote.currency} of {quote.rate.as_of}"
        )
    confidence = "high" if quote.rate is None else quote.rate.confidence or "high"
    values: dict[str, Any] = {
        quote.quantity: {
            "value": f"{quote.price!r} {quote.unit}", "source": ", ".join(words), "confidence": confidence,
            "as_of": row["dated"] or _day(merged),
        }
    }  # fmt: skip
    if quote.quantity == "chip_price":
        if row["server"] or row["holds"]:
            values["price_basis"] = row["holds"] or "server"
        if row["delivery_weeks"] is not None:
            values["delivery_time"] = f"{row['delivery_weeks']!r} week"
        # What is typed of the payments stands before the quote's terms, as its price would.
        typed = {"payment_schedule", "deposit_share", "deposit_lead"} & {
            name for name, origin in merged.origins.items() if origin in TYPED
        }
        if row["payments"] and not typed:
            values["payment_schedule"] = row["payments"]
        elif row["deposit"] and not typed:
            values["deposit_share"] = row["deposit"]
            if row["delivery_weeks"] is not None:
                values["deposit_lead"] = values["delivery_time"]
    # What another price held says nothing of this one.
    drop = ["price_basis"] if quote.quantity == "chip_price" and "chip_price" in merged.data else []
    # Terms of payment replace one another.
    drop += ["deposit_share", "deposit_lead"] if "payment_schedule" in values else []
    drop += ["payment_schedule"] if "deposit_share" in values else []
    return over(merged, values, extra.where, drop)


def _day(merged: Scenario) -> str:
    import datetime

    return str(merged.settings.get("as_of") or datetime.date.today().isoformat())


def over(merged: Scenario, values: Mapping[str, Any], where: str, drop: Sequence[str] = ()) -> Scenario:
    """A copy of the scenario with values of the memo file laid over it."""
    from cluster_calc.files.places import Place, message, shown_path

    copy = Scenario(dict(merged.settings), dict(merged.data), dict(merged.texts), dict(merged.origins))
    for name in drop:
        for part in (copy.settings, copy.data, copy.texts, copy.origins):
            part.pop(name, None)
    place = Place(shown_path(where))
    if faults := copy.add(values, "file", dict.fromkeys(values, place)):
        raise InputError(message(faults))
    return copy


def _cost(merged: Scenario, book: Catalog | None, name: str, quote: Priced) -> float:
    """What a quote comes to: the capital with what its price does not hold, or the price itself."""
    if name != "chip_price":
        return quote.price or 0.0
    plain = Scenario({**merged.settings, "ranges": False}, merged.data, merged.texts, merged.origins)
    plain.data = {key: datum.with_(low=None, high=None) for key, datum in plain.data.items()}
    return float(run(plain, book).values.get("capital_cost", quote.price or 0.0))
