"""The decision box of a memo: the ask, by when, why, what waiting costs and what must hold."""

from __future__ import annotations

from cluster_calc.documents.reports.limits import verdict_text
from cluster_calc.estimation.verdict import NOT_CHECKED
from cluster_calc.procurement.dates import decided
from cluster_calc.procurement.options import NO_RATE, SPOT, cost_of, owned_already
from cluster_calc.procurement.subject import LARGE, Subject, aace, asked, resale, too_late
from cluster_calc.quantities.display import lower, money, percent, plain, printable, shown


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
    spot = min((way for way in subject.ways if way.name == SPOT and way.total is not None),
               key=lambda way: cost_of(way, rated), default=None)  # fmt: skip
    cheaper = spot is not None and cost_of(spot, rated) < cost_of(best, rated)
    aside = (
        f" {spot.title} is cheaper and is not recommended: it can be taken away at any moment."
        if spot and cheaper
        else ""
    )
    whose = "those that the memo file lists" if subject.unlisted else "those that could be costed"
    if any(way.broken for way in others) and not best.broken:
        whose = f"those that {'the memo file lists and that ' if subject.unlisted else ''}hold every limit"
    least = f"the least cost of {whose}: " if others else ""
    rest = (
        f"; next is {lower(second.title)}{beside}"
        if second
        else "; no other option that delivers the demand has a cost"
    )
    return f"{best.title}: {least}{reason}{rest}.{aside}"


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
        held.append(
            f"owning and renting on demand cost the same at {percent(share)} of hours used; the plan has {used}"
        )
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
