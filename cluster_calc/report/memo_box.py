"""The decision box of a memo: the ask, by when, why, what waiting costs and what must hold."""

from __future__ import annotations

import datetime
import math
from typing import Any

from cluster_calc.feasibility import NOT_CHECKED
from cluster_calc.memo_file import printable
from cluster_calc.report.memo_dates import DAY, decided
from cluster_calc.report.memo_options import NO_RATE, cost_of, owned_already
from cluster_calc.report.memo_subject import CONFIDENCE, Subject
from cluster_calc.report.numbers import money, plain, shown
from cluster_calc.report.sheet_parts import percent, verdict_text

# A share of the cost that a reader must know of.
LARGE = 0.05
INVESTMENT = frozenset({"capital", "deposit", "milestone", "facility"})


def lower(text: str) -> str:
    """A title inside a sentence; what begins with an abbreviation keeps it.

    >>> lower("Rent on demand"), lower("MFU of 30%")
    ('rent on demand', 'MFU of 30%')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


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


def ask(subject: Subject) -> str:
    """What is asked for, as cash."""
    best, found = subject.best, asked(subject)
    if best is None:
        return "Nothing can be asked for yet: no option has a cost."
    if best.name == "do minimum":
        return f"Approve {money(found['amount'])} in cash for year 1 to use what there is: no purchase is needed. It is the base value."
    if "p80" not in found:
        if best.commitment is not None and best.commitment > (best.cash_year_1 or 0.0) * (1 + 1e-9):
            return (
                f"Approve a commitment of {money(found['amount'])} in cash, {money(found['year_1'])} of it in year 1: "
                f"{lower(best.title)}. It is the base value; a price per hour has no percentile here."
            )
        return (
            f"Approve {money(found['amount'])} in cash for year 1: {lower(best.title)}. "
            "It is the base value; a price per hour has no percentile here."
        )
    if found["base"] == 0 and owned_already(subject.result):
        return (
            f"No purchase is asked for: the {shown('chips', subject.result.values['chips'])} × {subject.case.title} that this takes "
            f"are owned already. What runs them takes {money(found['year_1'])} in cash by the end of year 1, at base."
        )
    what = f"{shown('chips', subject.result.values.get('new_chips', subject.result.values['chips']))} × {subject.case.title}"
    place = " and place them on a rented site" if best.name == "colocate" else ""
    amount, base, level = (found[name] for name in ("amount", "base", "p80"))
    if level is None:
        words = f"Approve {money(base)} in cash to buy {what}{place}: the base value; it has no P80, as nothing in it has a range."
    elif found["contingency"]:
        words = (
            f"Approve {money(amount)} in cash (P80) to buy {what}{place}: the base value of {money(base)} and a contingency of "
            f"{money(found['contingency'])}."
        )
    else:
        at = f", at P{plain(found['base_percentile'], 2)} of the draws" if found["base_percentile"] is not None else ""
        words = (
            f"Approve {money(base)} in cash to buy {what}{place}: the base value{at}. It lies above P80 ({money(level)}), so no "
            "contingency is added."
        )
    return f"{words} With what runs it, cash by the end of year 1 is {money(found['year_1'])} at base."


def decision(subject: Subject) -> tuple[tuple[str, str], ...]:
    """The lines of the decision box."""
    rows = [
        ("Date needed", _date(subject)),
        ("Recommended", _recommendation(subject)),
        ("A quarter's wait", _waiting(subject)),
        ("What must hold", _holds(subject)),
        ("Money", _money(subject)),
        ("Estimate class", f"{aace(subject)[1]}."),
    ]
    return tuple((head, printable(text)) for head, text in rows)


def _date(subject: Subject) -> str:
    day, best = decided(subject.extra, subject.today), subject.best
    words = (
        f"Decision by {day}"
        if subject.extra.decision_date
        else f"Not given (decision_date in the memo file); decided on {day}"
    )
    if best is None:
        return f"{words}."
    if best.ready.date is None:
        return f"{words}; no date of readiness: {best.ready.why}."
    then = "; decided then, it" if subject.extra.decision_date else ", it"
    words = f"{words}{then} can be at work on {best.ready.date}: {best.ready.note}"
    until = subject.waiting.until_ready
    if until is None or not best.name.startswith(("buy", "colocate")):
        return f"{words}."
    return f"{words}. Renting the same use on demand until then would cost {money(until)}, which is in no sum here."


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


def _recommendation(subject: Subject) -> str:
    best, rated = subject.best, subject.rated
    if best is None:
        return "No option: none that delivers the demand has a cost."
    others = [way for way in subject.ways if way.serves and way is not best]
    second = min(others, key=lambda way: cost_of(way, rated), default=None)
    if rated:
        reason = f"a net present value of {money(best.npv or 0.0)}"
        beside = f" with {money(second.npv or 0.0)}" if second else ""
    else:
        reason = f"cash of {money(best.total or 0.0)} over the horizon, not discounted"
        beside = f" with {money(second.total or 0.0)}" if second else ""
    whose = "those that the memo file lists" if subject.unlisted else "those that could be costed"
    if any(way.broken for way in others) and not best.broken:
        whose = f"those that {'the memo file lists and that ' if subject.unlisted else ''}hold every limit"
    least = f"the least cost of {whose}: " if others else ""
    rest = (
        f"; next is {lower(second.title)}{beside}"
        if second
        else "; no other option that delivers the demand has a cost"
    )
    return f"{best.title}: {least}{reason}{rest}."


def _waiting(subject: Subject) -> str:
    found, best = subject.waiting, subject.best
    if best is None:
        return "Not computed: no option is recommended."
    if best.name.startswith("rent") or best.name == "do minimum":
        return "No cash is lost by waiting: nothing is bought; the need stays unmet meanwhile."
    if found.net is None or found.bridge is None or found.decline is None or found.electricity is None:
        fall = (
            f" The hardware's price falls by {money(found.decline)} meanwhile, at its trend."
            if found.decline is not None
            else ""
        )
        return f"Not computed: {found.why}.{fall}"
    verb = f"costs {money(found.net)}" if found.net >= 0 else f"saves {money(-found.net)}"
    fall = f"{money(found.decline)} by which the hardware's price falls at its trend and " if found.decline else ""
    running = found.electricity if found.running is None else found.running
    other = abs(running - found.electricity) > 1e-9 * abs(running)
    spared = "running costs not paid, electricity among them" if other else "electricity not drawn"
    return f"Waiting {verb}: {money(found.bridge)} of rent on demand for the same use, less {fall}{money(running)} of {spared}."


def _holds(subject: Subject) -> str:
    result, plan, best = subject.result, subject.plan, subject.best
    held = []
    unchecked = result.verdict.word == NOT_CHECKED
    held.append("No limit was given, so none was checked" if unchecked else verdict_text(result))
    owned, share = subject.owned, subject.level[0]
    if plan is not None and share is not None:
        used = percent(float(plan.inputs["used_share"].value))
        held.append(f"owning and renting on demand draw level at {percent(share)} of hours used; the plan has {used}")
    priced = [
        quote for quote in subject.quotes
        if best is not None and result.chip.id in quote.used_for and quote.row["for"] in (best.name, *(["buy"] if best.name == "colocate" else []))
    ]  # fmt: skip
    for quote in priced:
        until = quote.row["expires"]
        held.append(
            f"the quote of {quote.name} holds until {until}" if until else f"the quote of {quote.name} names no expiry"
        )
    if best is not None and best.name.startswith("buy") and "facility_capital" not in result.values:
        held.append("a site with that power is there, as no building is in the sum")
    if best is not None and best.name == "colocate":
        held.append("a site with that power can be rented at that price")
    if best is not None and best.name in ("buy", "colocate") and owned is not None:
        sold = resale(subject)
        if sold > LARGE * (best.total or 0.0):
            held.append(f"the hardware is worth {money(sold)} when it is sold")
    late = too_late(subject)
    return "; ".join([*held, *([lower(late)] if late else [])]) + "."


def resale(subject: Subject) -> float:
    """What the hardware is sold for over the horizon, undiscounted."""
    return sum(flow.amount for flow in subject.owned.flows if flow.line == "residual") if subject.owned else 0.0


def _money(subject: Subject) -> str:
    plan = subject.rents
    if plan is None:
        return "US dollars at the prices of the sources; nothing is discounted."
    words = f"US dollars, {plan.terms}"
    grown = plan.inputs["inflation_rate"].value
    if plan.terms == "nominal":
        words += f": running costs grow with prices, {percent(float(grown))} a year"
    if not subject.rated:
        return f"{words}. Not discounted: {NO_RATE}."
    when = "in the middle of each year" if plan.timing == "mid-year" else "at the end of each year"
    return f"{words}. NPV at {percent(float(plan.inputs['discount_rate'].value))} a year, {plan.terms}, flows {when}."
