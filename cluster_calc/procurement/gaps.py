"""Why a memo is no document to approve yet."""

from __future__ import annotations

import datetime

from cluster_calc.catalog.current import catalog
from cluster_calc.errors import quoted
from cluster_calc.procurement.dates import decided
from cluster_calc.procurement.demand import demand_of, most_filled, unplaced
from cluster_calc.procurement.options import NO_RATE, Way, cost_of
from cluster_calc.procurement.subject import LARGE, Subject, too_late
from cluster_calc.quantities.dates import YEAR, day_of
from cluster_calc.quantities.display import label_of, lower, money, percent, printable, shown
from cluster_calc.studies.influence import relative_swings

# What the answer rests on whatever its range: the price of the hardware, and of the rent beside it.
CARRIED = ("chip_price", "rental_price")


def gaps(subject: Subject) -> tuple[str, ...]:
    """Why the memo is no document to approve yet; empty when nothing is missing."""
    result, best = subject.result, subject.best
    found = []
    if best is None:
        found.append(f"No option has a cost: {subject.case.why or 'figures are missing'}")
    elif cheaper := [
        way
        for way in subject.unlisted
        if way.serves and not way.broken and cost_of(way, subject.rated) < cost_of(best, subject.rated)
    ]:
        found.append(
            f"The memo file leaves out what would cost less: {'; '.join(_costing(way, subject) for way in cheaper)}"
        )
    if best is not None and best.broken:
        found.append(f"The recommended option does not hold its limits: {', '.join(best.broken)}")
    rents = subject.rents.ways if subject.rents else ()
    if not rents and "rental_cost" not in result.values:
        found.append(f"No rental option: no rental price was found for {result.chip.name} (--rental-price)")
    elif not rents:
        found.append("No rental option could be costed")
    if not subject.rated:
        found.append(NO_RATE[:1].upper() + NO_RATE[1:])
    price = result.data.get("chip_price") or result.data.get("server_price")
    if (price is None or price.value is None) and "capital_cost" not in result.data:
        found.append(f"No price of the hardware: none was found for {result.chip.name} (--chip-price)")
    elif price is not None and not price.as_of:
        found.append("No dated source of the hardware's price")
    if result.values.get("hardware_age") and best is not None and best.name in ("buy", "colocate"):
        found.append(
            f"The hardware is taken as {shown('hardware_age', result.values['hardware_age'])} old at the start: its price was paid "
            "before, and the cash asked for is no new cash"
        )
    found += _volume(subject)
    if subject.extra.decision_date and subject.extra.decision_date < subject.today:
        found.append(f"The decision was due on {subject.extra.decision_date}, before the day of this memo")
    if late := too_late(subject):
        found.append(late)
    found += [*_site(subject), *_quotes(subject), *_weak(subject)]
    return tuple(printable(gap) for gap in dict.fromkeys(found))


def _costing(way: Way, subject: Subject) -> str:
    """An option with what the options are ranked by."""
    if subject.rated:
        return f"{lower(way.title)}, with a net present value of {money(way.npv or 0.0)}"
    return f"{lower(way.title)}, with cash of {money(way.total or 0.0)} over the horizon"


def _volume(subject: Subject) -> list[str]:
    """Where the plan and the demand by period do not fit: hours that nobody asked for, and work that the cluster cannot do."""
    demand = demand_of(subject.extra, subject.result)
    found = [
        f"The demand of {row['period']} cannot be set beside the plan: it takes a year and a need in FLOP"
        for row in demand if row["share"] is None
    ]  # fmt: skip
    most, used = most_filled(demand), subject.rents.inputs["used_share"] if subject.rents else None
    if subject.rents is not None and subject.rents.uses:
        years = float(subject.rents.inputs["horizon"].value) / YEAR
        found += unplaced(subject.extra, subject.result, decided(subject.extra, subject.today), years)
        fullest = max(use.share for use in subject.rents.uses)
        most = most if most is None else max(most, fullest)
    if used is not None and used.origin == "default":
        found.append("No demand is stated: every hour counts as used ([[demand]] in the memo file, or --used-share)")
    if most is None or used is None:
        return found
    share = float(used.value)
    asked = f"the demand as requested fills {percent(most)} of its fullest year"
    if most > 1 + LARGE:
        found.append(f"The cluster does not deliver the demand: {asked} (--chips)")
    elif used.kind != "derived" and abs(share - most) > LARGE * min(share, most):
        found.append(f"The plan counts {percent(share)} of the hours as used, and {asked} (--used-share)")
    return found


def _site(subject: Subject) -> list[str]:
    """A contract of a site that is named while no cost of a site is in the sum of what is bought."""
    owned = subject.best is not None and subject.best.name.partition(":")[0] in ("buy", "colocate")
    rent = subject.result.data.get("colocation_price")
    priced = "facility_capital" in subject.result.values or (rent is not None and rent.value and rent.kind == "given")
    if not (subject.extra.site_contract and owned) or priced:
        return []
    return [
        f"The site contract {quoted(subject.extra.site_contract)} is named without its rent (--colocation-price, or a quote for colocate)"
    ]


def _quotes(subject: Subject) -> list[str]:
    """What is wrong with the quotes."""
    extra = subject.extra
    if not extra.quote:
        return ["No quote is named in a memo file"]
    until = extra.decision_date or subject.today
    found = []
    for quote in subject.quotes:
        row = quote.row
        if row["expires"] and row["expires"] < until:
            found.append(f"The quote of {row['vendor']} expires on {row['expires']}, before {until}")
        elif row["use"] and quote.price is None:
            found.append(f"The quote of {quote.name} is not used: {quote.why_not}")
        if not quote.used_for:
            continue
        if quote.quantity == "chip_price" and not (row["holds"] or row["server"]):
            found.append(f"The quote of {quote.name} does not say what its price holds: taken as the bare chip (holds)")
        rate = quote.rate
        if rate is not None and rate.as_of:
            age = (datetime.date.fromisoformat(subject.today) - datetime.date.fromisoformat(day_of(rate.as_of))).days
            if age > catalog().shelf_lives()["chip_price"]:  # a rate keeps as long as the price it makes
                found.append(f"Stale: {float(rate.value):g} USD per {quote.currency} is dated {rate.as_of}")
    if not subject.valid_quotes:
        found.append("No quote can be used")
    elif subject.unquoted and subject.best is not None:
        found.append(f"No quote gives the price of what is recommended: {lower(subject.best.title)}")
    return found


def _weak(subject: Subject) -> list[str]:
    """Low confidence and stale figures that carry the answer."""
    result, plan = subject.result, subject.plan
    planned = {name: plan.inputs[name] for name in ("used_share",)} if plan else {}
    target = "capital_cost" if "capital_cost" in result.values else "run_cost"
    moved = [
        name for goal in (target, "run_cost") for name, low, high in relative_swings(result, goal) if max(abs(low), abs(high)) > LARGE
    ]  # fmt: skip
    found = []
    for name in dict.fromkeys([*CARRIED, *moved, *planned]):
        datum = planned.get(name) or result.data.get(name)
        if datum is None or datum.value is None:
            continue
        if datum.confidence == "low":
            found.append(f"Low confidence: {label_of(name)} {shown(name, datum.value)}, which carries the answer")
        if name in result.stale:
            found.append(f"Stale: {label_of(name)} {shown(name, datum.value)} is dated {datum.as_of}")
    return found
