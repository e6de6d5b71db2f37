"""The sections of a memo's body: every sentence is put together from the figures, and says what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cluster_calc.documents.memo import tables
from cluster_calc.documents.memo.view import MemoPart
from cluster_calc.documents.render.figures import table
from cluster_calc.documents.render.view import Cell, Table, TableRow
from cluster_calc.documents.reports.sentences import answer, question
from cluster_calc.estimation.included import excluded
from cluster_calc.estimation.lines import bills
from cluster_calc.investment.flows import MONTHS
from cluster_calc.procurement import data
from cluster_calc.procurement.dates import decided
from cluster_calc.procurement.demand import demand_of
from cluster_calc.procurement.options import NO_RATE, RENTS, owned_already
from cluster_calc.procurement.quotes import Priced
from cluster_calc.procurement.risks import NOT_NAMED
from cluster_calc.procurement.subject import CONFIDENCE, Subject, run_end
from cluster_calc.quantities.dates import YEAR
from cluster_calc.quantities.display import label_of, lower, money, percent, plain, printable, shown
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.studies.influence import relative_swings

TERMS = ("used_share", "goodput", "electricity_price_growth", "rental_price_growth")
PER = {"USD/chip": "a chip", "USD/chip/hour": "a chip-hour", "USD/kW/month": "a kW and month"}


def sections(subject: Subject) -> tuple[MemoPart, ...]:
    """The sections of the body, in the order in which they are read."""
    return (
        _need(subject),
        _options(subject),
        _cost(subject),
        _cash(subject),
        _moves(subject),
        _risks(subject),
        _terms(subject),
        _delivery(subject),
        MemoPart("approvals", "Approvals", tables=(_approvals(subject),)),
    )


def _need(subject: Subject) -> MemoPart:
    result, extra = subject.result, subject.extra
    stated = extra.need or "No need was stated: need in the memo file."
    filled = demand_of(extra, result)
    rows = tuple(
        TableRow(
            Cell(row["period"]),
            (Cell(row["need"] or "–"), Cell("–" if part["share"] is None else percent(part["share"]))),
        )
        for row, part in zip(extra.demand, filled, strict=True)
    )
    heads = ("Period", "Demand", "Share of the cluster's year")
    demand = (table("Demand over the horizon, as requested", heads, rows, words=(1,)),) if rows else ()
    return MemoPart("need", "Need", (stated, f"{question(result)} {answer(result)}"), tables=demand)


def _options(subject: Subject) -> MemoPart:
    case, plan, rated = subject.case, subject.rents, subject.rated
    horizon = "the horizon"
    words = []
    if plan is None:
        words.append(
            f"No option could be costed: {case.why}. NPV and levelised cost are not computed: there is no cash flow."
        )
    else:
        horizon = shown("horizon", plan.inputs["horizon"].value)
        chips = shown("chips", case.result.values["chips"])
        words.append(
            f"Costed options deliver the useful work of {chips} × {case.result.chip.name} over {horizon}, unless a row says less; cash "
            f"is {plan.terms}, and what is left at the end is taken off. Costs per chip-hour are per hour of that chip's work. Each counts from its own start: a later ready date is in no sum."
        )
        if plan.uses:
            words.append(
                "The demand has its place in the calendar: "
                + "; ".join(
                    f"{percent(use.share)} of hours from month {plain(use.first * MONTHS)} to month {plain(use.last * MONTHS)}"
                    for use in plan.uses
                )
                + ". A commitment is rented for the whole terms that cover it, at the price of its signing."
            )
        if not rated:
            words.append(f"NPV and levelised cost are not computed: {NO_RATE}.")
    words.append(
        "Exit after year 1 is what stopping then loses: for owning, the book value lost in the year; for a commitment, the "
        "rent of its years left."
    )
    fleet = subject.fleet
    if fleet.meets is not None:
        words.append(
            f"The do-minimum option raises {shown('chips', fleet.count)} × {fleet.chip} from {percent(fleet.used_share)} to "
            f"{percent(fleet.reach)} of hours used over {plain(fleet.years)} {'year' if plain(fleet.years) == '1' else 'years'} "
            f"({fleet.note}): {_part_of(fleet.meets)} at the same MFU and goodput, for the electricity alone."
        )
    reasons: dict[str, list[str]] = {}
    for way in subject.ways:
        if way.total is None:
            reasons.setdefault(way.why or "it has no cost", []).append(way.name.replace(":", " "))
    points = [f"Not costed: {', '.join(names)}: {why}." for why, names in reasons.items()]
    if subject.unlisted:
        names = ", ".join(way.name.replace(":", " ") for way in subject.unlisted)
        points.append(f"Not in the memo file's list of options: {names}.")
    shown_tables = tables.options_tables(subject.ways, rated, horizon, case.result.chip.name)
    return MemoPart("options", "Options", tuple(map(printable, words)), tuple(map(printable, points)), shown_tables)


def _part_of(meets: float) -> str:
    """A share of the demand; more than it is told in times, and only what the demand asks for is run."""
    return (
        f"{percent(meets)} of the demand"
        if meets <= 1
        else f"{plain(meets)} times the demand, of which no more than the demand is run,"
    )


def _cost(subject: Subject) -> MemoPart:
    result = subject.result
    certain = tables.certainty_table(result)
    words = ["The amortised charge of the run and the cash for the cluster are different sums and are not added."]
    if certain is None:
        words.append("No percentiles: no input of these totals has a range.")
    else:
        lead = [name for name, low, high in relative_swings(result, "run_cost")[:3] if max(abs(low), abs(high)) > 1e-9]
        because = (
            f"; the range{'' if len(lead) == 1 else 's'} of {_listed([lower(label_of(name)) for name in lead])} move{'s' if len(lead) == 1 else ''} the run cost most"
            if lead
            else ""
        )
        words.append(f"The contingency is what the base lacks to be enough in {CONFIDENCE:g} of 100 draws{because}.")
    missing = [label_of(total) for _, total, _ in bills(result) if total not in result.values]
    if missing:
        words.append(f"Not computed for want of a figure: {', '.join(missing)}.")
    words.append(f"Not included: {'; '.join(excluded(result))}.")
    opex = tables.opex_table(subject)
    whole = [*tables.cost_tables(result), *([opex] if opex else []), *([certain] if certain else [])]
    return MemoPart("cost", "Cost by line", tuple(map(printable, words)), (), tuple(whole))


def _listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> _listed(["MFU"]), _listed(["MFU", "goodput", "PUE"])
    ('MFU', 'MFU, goodput and PUE')
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _cash(subject: Subject) -> MemoPart:
    plan, owned, tax, best = subject.plan, subject.owned, subject.tax, subject.best
    term = next((term for term, name in RENTS.items() if best is not None and best.name == name), "")
    first = (tables.rent_table(subject.rents, term, best.title),) if term and best and subject.rents else ()
    if plan is None or owned is None:
        return MemoPart("cash", "Cash flow", (f"Owning is not computed: {subject.case.why}.",), tables=first)
    words = []
    colocated = owned is not plan
    place = " on a rented site" if colocated else ""
    if subject.rated:
        rate = percent(float(plan.inputs["discount_rate"].value))
        words.append(f"NPV of owning{place}: {money(owned.npv)} at {rate} a year, {plan.terms}.")
        for entry in plan.alternatives:
            term = entry.rent.term.replace("on-demand", "on demand")
            level = entry.beside_colocated if colocated else None
            found = (entry.break_even_share, entry.break_even_months, entry.break_even_price)
            words.append(_level(term, entry.rent.price, (level.share, level.months, level.price) if level else found))
    else:
        words.append(f"NPV not computed: {NO_RATE}.")
    if owned.payback_months is not None:
        count = plain(owned.payback_months)
        words.append(
            f"Owning{place} is paid back against rent on demand after {count} month{'' if count == '1' else 's'}, not discounted."
        )
    words.append(
        f"Assumed: {'; '.join(f'{lower(label_of(name))} {shown(name, plan.inputs[name].value)}' for name in TERMS)}."
    )
    words += _tax_words(subject)
    path, horizon = "colocate" if colocated else "years", float(plan.inputs["horizon"].value) / YEAR
    return MemoPart(
        "cash",
        "Cash flow",
        tuple(words),
        tables=(*first, tables.cash_table(owned, horizon, path), tables.books_table(owned, horizon, tax, path)),
    )


def _tax_words(subject: Subject) -> list[str]:
    tax = subject.tax
    if tax is None:
        return [
            "Depreciation for tax is not computed: nothing is bought, or the hardware has no life. Taxes are in no sum."
        ]
    life = plain(tax.life)
    whose = "the memo file's" if tax.life_given else "the service life, as tax_life was not given"
    words = (
        f"Depreciation for tax is for the controller's confirmation: {money(tax.base)} over {life} year{'' if life == '1' else 's'} "
        f"({whose}), straight-line or double declining. Taxes are in no sum above"
    )
    if tax.rate is None:
        return [f"{words}: no tax_rate was given, so no shield is computed."]
    parts = [f"{name} {money(worth if worth is not None else whole)}" for name, whole, worth in tax.shields]
    what = "is worth, discounted" if subject.rated else "comes to, not discounted"
    return [f"{words}; at the {percent(tax.rate)} given, the shield {what}: {', '.join(parts)}."]


def _level(term: str, price: float, level: tuple[float | None, float | None, float | None]) -> str:
    share, months, even = level
    found = []
    if share is not None:
        found.append(f"{percent(share)} of hours used")
    if months is not None:
        count = plain(months)
        found.append(f"{count} month{'' if count == '1' else 's'}")
    if even is not None and even > 0:
        found.append(f"a rent of {money(even)} a chip-hour")
    if not found:
        return f"Renting {term} and owning cost the same nowhere within what was searched."
    return f"Renting {term} ({money(price)} a chip-hour) and owning cost the same at {', or at '.join(found)}."


def _moves(subject: Subject) -> MemoPart:
    result = subject.result
    target = data.moved_target(result)
    moved = tables.moves_table(result, target) if target else None
    switched = tables.switch_table(subject)
    words = []
    if moved is None:
        words.append("No input with a range moves the cost.")
    if switched is None:
        words.append(
            f"No switching value: no limit was given that an input alone would break, and {_no_level(subject)}."
        )
    return MemoPart(
        "moves", "What moves the answer", tuple(words), tables=tuple(entry for entry in (moved, switched) if entry)
    )


def _no_level(subject: Subject) -> str:
    """Why no input tells where renting and owning change places."""
    if subject.rents is None or not subject.rents.ways:
        return "no rent stands beside"
    if subject.plan is None:
        return "the cost of owning is not computed"
    if not any(entry.rent.term == "on-demand" for entry in subject.plan.alternatives):
        return "no rent on demand stands beside"
    if not subject.rated:
        return "without a discount rate there is no net present value at which renting and owning draw level"
    return "renting on demand and owning cost the same nowhere within what was searched"


def _risks(subject: Subject) -> MemoPart:
    rows = [
        TableRow(Cell(risk.name), tuple(Cell(printable(text)) for text in (risk.trigger, risk.effect, risk.owner)))
        for risk in subject.risks
    ]
    heads = ("Risk", "Trigger", "Effect", "Owner")
    verb = "were used" if owned_already(subject.result) else "were bought"
    effects = f"Effects by the model, as if {subject.result.chip.name} {verb}"
    caption = f"{effects}; then the risks of the memo file"
    if not any(risk.id == "memo file" for risk in subject.risks):
        caption = effects
    return MemoPart("risks", "Risks", tables=(table(caption, heads, rows, words=(1, 2, 3)),))


def _terms(subject: Subject) -> MemoPart:
    price = subject.result.data.get("chip_price")
    used = next((quote for quote in subject.quotes if _gives(quote, "chip_price", subject.result.chip.id)), None)
    words = []
    if price is None or price.value is None:
        words.append("The estimate has no price of the chip.")
    else:
        whose = f"the quote of {used.name}" if used else "no quote: a price typed or of the catalog"
        words.append(f"The estimate's price is {shown('chip_price', price.value)}, of {whose}.")
    words += [
        f"{price_text(quote)}, the quote of {quote.name}." for quote in subject.quotes if quote.used_for and quote.rate
    ]
    if not subject.quotes:
        return MemoPart("terms", "Commercial terms", (*map(printable, words), "The memo file names no quote."))
    rows = [
        TableRow(Cell(quote.name, quote.row["item"]), tuple(Cell(printable(text)) for text in (
            str(quote.row["price"] if quote.row["price"] is not None else "–"), quote.row["currency"] or quote.currency or "–",
            quote.row["expires"] or "no expiry", terms_text(quote.row),
            _use(subject, quote),
        )))
        for quote in subject.quotes
    ]  # fmt: skip
    heads = ("Quote", "Price", "Currency", "Expires", "Terms", "Use")
    shown_table = table("Quotes", heads, rows, words=range(len(heads)))
    return MemoPart("terms", "Commercial terms", tuple(map(printable, words)), tables=(shown_table,))


def _gives(quote: Priced, quantity: str, chip: str) -> bool:
    return quote.quantity == quantity and chip in quote.used_for


def _use(subject: Subject, quote: Priced) -> str:
    """What a quote is used for, or why it is not."""
    if not quote.used_for:
        return f"not used: {quote.why_not}"
    names = {case.result.chip.id: case.result.chip.name for case in subject.cases}
    return f"gives the {QUANTITIES[quote.quantity].label} of {', '.join(names[chip] for chip in quote.used_for)}"


def _delivery(subject: Subject) -> MemoPart:
    best, extra = subject.best, subject.extra
    rows: list[tuple[str, str, str]] = [("Decision", decided(extra, subject.today), NOT_NAMED)]
    if best is not None and best.ready.date is not None:
        if extra.site_ready:
            rows.append(("Site ready", extra.site_ready, NOT_NAMED))
        rows.append((f"At work: {lower(best.title)}", best.ready.date, NOT_NAMED))
        if end := run_end(subject):
            rows.append(("End of the run, if it starts then", end, NOT_NAMED))
    rows += [
        (f"The quote of {quote.name} expires", quote.row["expires"], NOT_NAMED)
        for quote in subject.quotes if quote.used_for and quote.row["expires"] and subject.result.chip.id in quote.used_for
    ]  # fmt: skip
    named = {(row["what"].strip().casefold(), row["date"]) for row in extra.gate}
    rows = sorted((row for row in rows if (row[0].casefold(), row[1]) not in named), key=lambda row: row[1])
    rows += [(row["what"], row["date"] or "–", row["owner"] or NOT_NAMED) for row in extra.gate]
    shown_rows = [TableRow(Cell(printable(what)), (Cell(date), Cell(owner))) for what, date, owner in rows]
    none = () if extra.gate else ("The memo file names no gate: the dates are the computed ones.",)
    caption = "Computed dates, then the gates of the memo file" if extra.gate else "Computed dates"
    heads = ("Gate", "Date", "Owner")
    return MemoPart("delivery", "Delivery", none, tables=(table(caption, heads, shown_rows, words=(1, 2)),))


def _approvals(subject: Subject) -> Table:
    people: Sequence[Mapping[str, Any]] = subject.extra.approvers or ({"name": NOT_NAMED, "role": ""},)
    rows = [TableRow(Cell(row["name"]), (Cell(row["role"] or "–"), Cell(""), Cell(""))) for row in people]
    return table("Approvals", ("Name", "Role", "Decision", "Date and signature"), rows, words=(1, 2, 3))


def price_text(quote: Priced) -> str:
    """What a quote in another currency comes to, at the rate and of its day.

    >>> from cluster_calc.quantities.datum import Datum, Source
    >>> rate = Datum("exchange_rate", 1.05, Source("x"), as_of="2026-11-01")
    >>> price_text(Priced({"chips": 1.0}, 105.0, "USD/chip", "EUR", 100.0, rate))
    '100 EUR for 1 chip at 1.05 USD/EUR of 2026-11-01 is $105 a chip'
    """
    assert quote.rate is not None
    assert quote.price is not None
    chips = quote.row["chips"]
    for_ = "" if quote.unit != "USD/chip" else f" for {chips:,.0f} chip{'' if chips == 1 else 's'}"
    rate = f"{float(quote.rate.value):g} USD/{quote.currency}" + (f" of {quote.rate.as_of}" if quote.rate.as_of else "")
    return f"{quote.amount:,.10g} {quote.currency}{for_} at {rate} is {money(quote.price)} {PER[quote.unit]}"


def terms_text(row: Mapping[str, Any]) -> str:
    """What a quote says besides its price, in one line; a dash where it says nothing."""
    words = []
    if row["holds"]:
        words.append(f"price of the {row['holds']}" if row["holds"] != "all-in" else "price all-in")
    if row["chips"] != 1:
        words.append(f"for {row['chips']:,.0f} chips")
    if row["server"]:
        words.append(f"server {row['server']}")
    if row["deposit"]:
        words.append(f"{percent(row['deposit'])} with the order")
    if row["payments"]:
        words.append(f"paid {row['payments']}")
    if row["delivery_weeks"] is not None:
        count = plain(row["delivery_weeks"])
        words.append(f"delivery in {count} week{'' if count == '1' else 's'}")
    if row["terms"]:
        words.append(row["terms"])
    return "; ".join(words) or "–"
