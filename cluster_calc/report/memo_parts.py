"""The words of a memo: every sentence is put together from the figures, and says what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cluster_calc.cash_flow import Finance
from cluster_calc.flows import YEAR
from cluster_calc.memo_file import MemoFile, printable
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.report import memo_tables as tables
from cluster_calc.report.memo_options import NO_RATE, Case, Way
from cluster_calc.report.memo_view import MemoPart
from cluster_calc.report.numbers import duration, money, plain, shown
from cluster_calc.report.page import method_of
from cluster_calc.report.sheet_parts import label_of, percent, table, verdict_text
from cluster_calc.report.sheet_view import Cell, Table, TableRow
from cluster_calc.report.views import answer, bills, excluded, question, swings
from cluster_calc.result import Result

# What the answer rests on whatever its range: the price of the hardware, and of the rent beside it.
CARRIED = ("chip_price", "rental_price")
LARGE = 0.05
HEADLINES = ("accelerator_time", "chips", "training_time", "capital_cost", "depreciation", "electricity_cost", "run_cost",
             "rental_cost", "peak_facility_power", "shipment_share")  # fmt: skip
TERMS = ("inflation_rate", "used_share", "goodput", "electricity_price_growth", "rental_price_growth")


def aace(extra: MemoFile) -> tuple[int, str]:
    """The estimate class of AACE International, and why."""
    absent = [
        words for words, there in (("no quote", extra.quote), ("no site contract", extra.site_contract)) if not there
    ]
    if absent:
        return 5, f"AACE class 5: {' and '.join(absent)} {'are' if len(absent) > 1 else 'is'} named"
    count = f"{len(extra.quote)} quote{'' if len(extra.quote) == 1 else 's'}"
    return (
        4,
        f"AACE class 4: {count} and a site contract are named; a lower class needs a design that this memo does not hold",
    )


def gaps(case: Case, best: Way | None, extra: MemoFile, rated: bool, today: str) -> tuple[str, ...]:
    """Why the memo is no document to approve yet; empty when nothing is missing."""
    result = case.result
    found = []
    if best is None:
        found.append(f"No option has a cost: {case.why or 'figures are missing'}")
    rents = case.finance.alternatives if case.finance else ()
    if not rents and "rental_cost" not in result.values:
        found.append(f"No rental option: no rental price was found for {result.chip.name} (--rental-price)")
    elif not rents:
        found.append("No rental option could be set beside owning")
    if not rated:
        found.append(NO_RATE[:1].upper() + NO_RATE[1:])
    price = result.data.get("chip_price")
    if price is None or price.value is None:
        found.append(f"No price of the hardware: none was found for {result.chip.name} (--chip-price)")
    elif not price.as_of:
        found.append("No dated source of the hardware's price")
    if not extra.quote:
        found.append("No quote is named in a memo file")
    for quote in extra.quote:
        until = extra.decision_date or today
        if quote["expires"] and quote["expires"] < until:
            found.append(f"The quote of {quote['vendor']} expires on {quote['expires']}, before {until}")
    found += _weak(case)
    return tuple(printable(gap) for gap in found)


def _weak(case: Case) -> list[str]:
    result = case.result
    planned = {name: case.finance.inputs[name] for name in ("used_share",)} if case.finance else {}
    target = "capital_cost" if "capital_cost" in result.values else "run_cost"
    moved = [
        name for goal in (target, "run_cost") for name, low, high in swings(result, goal) if max(abs(low), abs(high)) > LARGE
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


def committed(result: Result) -> str | None:
    """The quantity that is asked for when buying: the hardware, and the building where the estimate holds one."""
    return next((name for name in ("project_capital", "capital_cost") if name in result.values), None)


def ask(result: Result, plan: Finance | None, best: Way | None) -> str:
    """What is asked for, as cash."""
    if best is None:
        return "Nothing can be asked for yet: no option has a cost."
    if best.name.startswith("rent"):
        return (
            f"Approve {money(best.cash_year_1 or 0.0)} in cash for the first year: {_lower(best.title)}. "
            "It is the base value; a price per hour has no percentile here."
        )
    if best.name != "buy":
        return (
            f"Approve {money(best.cash_year_1 or 0.0)} in cash for year 1: {_lower(best.title)}. It is the base value; the "
            "percentiles below are of the first chip."
        )
    name = committed(result) or "capital_cost"
    what = f"{shown('chips', result.values['chips'])} × {result.chip.name}"
    level = result.percentile(name, tables.CONFIDENCE)
    base = float(result.in_unit(name))
    if level is None:
        return f"Approve {money(base)} in cash to buy {what}. It is the base value: nothing in it has a range, so it has no P80."
    words = f"Approve {money(level)} in cash (P80) to buy {what}; the base value is {money(base)}"
    return words + (", which lies above P80: no contingency is asked for." if level < base else ".")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def decision(
    case: Case, found: Sequence[Way], best: Way | None, extra: MemoFile, rated: bool
) -> tuple[tuple[str, str], ...]:
    """The lines of the decision box: what, by when, why, what waiting costs and what must hold."""
    result, plan = case.result, case.finance
    rows = [("Date needed", extra.decision_date or "not given: decision_date in the memo file")]
    rows.append(("Recommended", _recommendation(found, best, rated)))
    rows.append(("A quarter's wait", _waiting(plan)))
    held = [f"{verdict_text(result)}"] if any(entry.limit is not None for entry in result.feasibility) else []
    if plan and rated:
        hourly = next((entry for entry in plan.alternatives if entry.rent.term == "on-demand"), None)
        if hourly and hourly.break_even_share is not None:
            held.append(
                f"owning and renting on demand draw level at {percent(hourly.break_even_share)} of hours used; the plan "
                f"has {percent(float(plan.inputs['used_share'].value))}"
            )
    rows.append(("What must hold", "; ".join(held) + "." if held else "No limit was given, so none was checked."))
    rows.append(("Estimate class", f"{aace(extra)[1]}."))
    return tuple((head, printable(text)) for head, text in rows)


def _recommendation(found: Sequence[Way], best: Way | None, rated: bool) -> str:
    if best is None:
        return "No option: none has a cost."
    others = [way for way in found if way.total is not None and way is not best and way.name != "rent spot"]
    if rated:
        reason = f"a net present value of {money(best.npv or 0.0)}"
        rest = [(way.npv or 0.0, way) for way in others]
        second = max(rest, key=lambda entry: entry[0], default=None)
        beside = (
            f"; next is {_lower(second[1].title)} with {money(second[0])}" if second else "; no other option has a cost"
        )
    else:
        reason = f"cash of {money(best.total or 0.0)} over the horizon, not discounted"
        second = min(((way.total or 0.0, way) for way in others), key=lambda entry: entry[0], default=None)
        beside = (
            f"; next is {_lower(second[1].title)} with {money(second[0])}" if second else "; no other option has a cost"
        )
    least = "the least cost of those that could be costed: " if others else ""
    return f"{best.title}: {least}{reason}{beside}."


def _waiting(plan: Finance | None) -> str:
    hourly = None if plan is None else next((e for e in plan.alternatives if e.rent.term == "on-demand"), None)
    if plan is None or hourly is None:
        return "Not computed: it takes a price of renting on demand to bridge the quarter."
    hours = float(plan.result.values["chips"]) * float(plan.inputs["used_share"].value) * YEAR / 3600 / 4
    return (
        f"Renting the same use on demand for a quarter costs {money(hours * hourly.rent.price)} at "
        f"{money(hourly.rent.price)} a chip-hour; a change of the hardware's price meanwhile is not counted."
    )


def sections(
    cases: Sequence[Case], found: Sequence[Way], extra: MemoFile, rated: bool, previous: Mapping[str, Any] | None
) -> tuple[tuple[MemoPart, ...], tuple[MemoPart, ...]]:
    """The sections of the memo, and those of its appendix."""
    case = cases[0]
    result = case.result
    parts = (
        _need(result, extra),
        _options(case, found, rated),
        _cost(result),
        _cash(case, rated),
        _moves(result),
        _risks(case, extra),
        _terms(result, extra),
        _listed("delivery", "Delivery", ("Gate", "Date", "Owner"), extra.gate, "The memo file names no gate."),
        MemoPart("approvals", "Approvals", tables=(_approvals(extra),)),
    )
    register, references = tables.register(result)
    appendix = [
        MemoPart("assumptions", "Assumption register", tables=(register,)),
        _method(result),
        MemoPart("sources", "Sources", points=tuple(f"[{n}] {text}" for n, text in enumerate(references, 1))),
    ]
    if previous is not None:
        appendix.append(_changes(result, previous))
    if extra.notes:
        appendix.append(MemoPart("notes", "Notes", (extra.notes,)))
    return parts, tuple(appendix)


def _need(result: Result, extra: MemoFile) -> MemoPart:
    stated = extra.need or "No need was stated: need in the memo file."
    rows = tuple(TableRow(Cell(row["period"]), (Cell(row["need"] or "–"),)) for row in extra.demand)
    demand = (table("Demand over the horizon, as requested", ("Period", "Demand"), rows, words=(1,)),) if rows else ()
    return MemoPart("need", "Need", (stated, f"{question(result)} {answer(result)}"), tables=demand)


def _options(case: Case, found: Sequence[Way], rated: bool) -> MemoPart:
    plan = case.finance
    horizon = duration(float(plan.inputs["horizon"].value)) if plan else "the horizon"
    words = []
    if plan:
        years = shown("horizon", plan.inputs["horizon"].value)
        horizon = years
        words.append(
            f"Every costed option delivers the useful work of {shown('chips', case.result.values['chips'])} × "
            f"{case.result.chip.name} over {years}; cash is {plan.terms}, residual values are taken off."
        )
        if any(way.name.startswith("buy:") for way in found):
            words.append(
                "Other chips are sized to the same run in the same time; a chip-hour of one is not the work of another's: "
                "compare their totals."
            )
    else:
        words.append(f"No option could be costed: {case.why}")
    if plan and rated:
        words.append(
            f"Net present values are at {percent(float(plan.inputs['discount_rate'].value))} a year, {plan.terms}."
        )
    else:
        words.append(f"NPV and levelised cost are not computed: {NO_RATE if plan else 'there is no cash flow'}.")
    words.append(
        "Exit after year 1 is what stopping then loses: for owning, the book value lost in the year; for a commitment, the "
        "rent of its years left. Ready dates are not computed: the data hold no delivery times of these options."
    )
    return MemoPart(
        "options", "Options", tuple(map(printable, words)), tables=(tables.options_table(found, rated, horizon),)
    )


def _cost(result: Result) -> MemoPart:
    certain = tables.certainty_table(result)
    words = ["The amortised charge of the run and the cash for the cluster are different sums and are not added."]
    if certain is None:
        words.append("No percentiles: no input of these totals has a range.")
    else:
        lead = [name for name, low, high in swings(result, "run_cost")[:3] if max(abs(low), abs(high)) > 1e-9]
        because = f"; the ranges of {', '.join(label_of(name) for name in lead)} move the run cost most" if lead else ""
        words.append(f"The contingency is what the base lacks to be enough in 80 of 100 draws{because}.")
        below = [
            _lower(label_of(name)) for name in ("capital_cost", "project_capital", "run_cost")
            if (result.contingency(name, tables.CONFIDENCE) or 0.0) < 0
        ]  # fmt: skip
        if below:
            words.append(f"It is negative where the base is already above P80: {', '.join(below)}.")
    whole = [*tables.cost_tables(result), *([certain] if certain else [])]
    missing = [label_of(total) for _, total, _ in bills(result) if total not in result.values]
    if missing:
        words.append(f"Not computed for want of a figure: {', '.join(missing)}.")
    points = tuple(f"Not included: {text}" for text in excluded(result))
    return MemoPart("cost", "Cost by line", tuple(words), points, tuple(whole))


def _cash(case: Case, rated: bool) -> MemoPart:
    plan = case.finance
    if plan is None:
        return MemoPart("cash", "Cash flow", (f"Not computed: {case.why}",))
    words = []
    if rated:
        rate = percent(float(plan.inputs["discount_rate"].value))
        words.append(f"NPV of owning: {money(plan.npv)} at {rate} a year; {plan.terms} money, flows {plan.timing}.")
        for entry in plan.alternatives:
            words.append(_level(entry.rent.term.replace("on-demand", "on demand"), entry))
    else:
        words.append(f"NPV not computed: {NO_RATE}.")
    if plan.payback_months is not None:
        words.append(
            f"Owning is paid back against rent on demand after {plain(plan.payback_months)} months, not discounted."
        )
    words.append("Depreciation is shown for the controller's confirmation; taxes are not computed.")
    words.append(
        "Assumed: "
        + "; ".join(f"{_lower(label_of(name))} {shown(name, plan.inputs[name].value)}" for name in TERMS)
        + "."
    )
    return MemoPart("cash", "Cash flow", tuple(words), tables=(tables.cash_table(plan), tables.books_table(plan)))


def _level(term: str, entry: Any) -> str:
    found = []
    if entry.break_even_share is not None:
        found.append(f"{percent(entry.break_even_share)} of hours used")
    if entry.break_even_months is not None:
        months = plain(entry.break_even_months)
        found.append(f"{months} month{'' if months == '1' else 's'}")
    if entry.break_even_price is not None and entry.break_even_price > 0:
        found.append(f"a rent of {money(entry.break_even_price)} a chip-hour")
    if not found:
        return f"Renting {term} and owning draw level nowhere within what was searched."
    return f"Renting {term} ({money(entry.rent.price)} a chip-hour) and owning draw level at {', or at '.join(found)}."


def _moves(result: Result) -> MemoPart:
    target = "run_cost" if "run_cost" in result.values else "capital_cost"
    moved = tables.moves_table(result, target) if target in result.values else None
    switched = tables.switch_table(result)
    words = []
    if moved is None:
        words.append("No input with a range moves the cost.")
    if switched is None:
        words.append(
            "No switching value: no limit was given that an input alone would break, and no rent stands beside."
        )
    return MemoPart(
        "moves", "What moves the answer", tuple(words), tables=tuple(entry for entry in (moved, switched) if entry)
    )


def _risks(case: Case, extra: MemoFile) -> MemoPart:
    result, plan = case.result, case.finance
    rows = []
    if "shipment_share" in result.values:
        share = shown("shipment_share", result.values["shipment_share"])
        supply = shown("annual_shipments", result.values.get("annual_shipments"))
        label = result.data["annual_shipments"].label or "the count given"
        rows.append(
            ("Supply and lead time", f"the order is {share} of a year's {supply} ({label})", "weeks: not computed")
        )
    if "peak_facility_power" in result.values:
        power = shown("peak_facility_power", result.values["peak_facility_power"])
        rows.append(("Power and interconnection", f"the site must supply {power}", "weeks: not computed"))
    target = "run_cost"
    for risk, name in (("Utilisation", "mfu"), ("Failures", "goodput")):
        found = next((entry for entry in swings(result, target) if entry[0] == name), None)
        if found and result.data[name].low is not None:
            worst = max(found[1:]) * float(result.in_unit(target))
            if worst > 0:
                end = shown(name, result.data[name].low)
                rows.append(
                    (risk, f"{_lower(label_of(name)).replace('mFU', 'MFU')} of {end}", f"run cost +{money(worst)}")
                )
    if plan is not None and len(plan.book_values) > 1:
        lost = plan.book_values[0] - plan.book_values[1]
        rows.append(
            ("Price decline and the next chip", "the cluster is sold after a year at book value", f"{money(lost)} lost")
        )
    listed = [TableRow(Cell(risk), (Cell(trigger), Cell(effect), Cell("not named"))) for risk, trigger, effect in rows]
    listed += [
        TableRow(Cell(row["risk"]), tuple(Cell(row[name] or "not named") for name in ("trigger", "effect", "owner")))
        for row in extra.risk
    ]
    words = [
        "Not assessed, as the data hold nothing about them: export control, and the exchange rate of quotes in other currencies."
    ]
    heads = ("Risk", "Trigger", "Effect", "Owner")
    shown_table = table("Risks that the figures show, then those of the memo file", heads, listed, words=(1, 2, 3))
    return MemoPart("risks", "Risks", tuple(words), tables=(shown_table,) if listed else ())


def _terms(result: Result, extra: MemoFile) -> MemoPart:
    heads = ("Vendor", "Item", "Price", "Currency", "Expires", "Terms")
    price = result.values.get("chip_price")
    used = f"The estimate's price is {shown('chip_price', price)}; quotes do not change it by themselves (--chip-price does)."
    words = used if price is not None else "The estimate has no price of the hardware."
    listed = _listed("terms", "Commercial terms", heads, extra.quote, "The memo file names no quote.")
    return MemoPart(listed.id, listed.title, (words, *listed.paragraphs), tables=listed.tables)


def _listed(id: str, title: str, heads: Sequence[str], entries: Sequence[Mapping[str, str]], none: str) -> MemoPart:
    if not entries:
        return MemoPart(id, title, (none,))
    rows = []
    for entry in entries:
        first, *rest = entry.values()
        rows.append(TableRow(Cell(first), tuple(Cell(text or "–") for text in rest)))
    return MemoPart(id, title, tables=(table(title, heads, rows, words=range(len(heads))),))


def _approvals(extra: MemoFile) -> Table:
    people = extra.approvers or ({"name": "not named", "role": ""},)
    rows = [TableRow(Cell(row["name"]), (Cell(row["role"] or "–"), Cell(""), Cell(""))) for row in people]
    return table("Approvals", ("Name", "Role", "Decision", "Date and signature"), rows, words=(1, 2, 3))


def _method(result: Result) -> MemoPart:
    method = {entry.name: entry for entry in method_of(result)}
    points = tuple(
        f"{entry.label} = {entry.formula} = {entry.numbers} = {entry.text}"
        for entry in (method[name] for name in HEADLINES if name in method)
    )
    return MemoPart("method", "Formulas of the headline figures", points=points)


def _changes(result: Result, previous: Mapping[str, Any]) -> MemoPart:
    from cluster_calc.report.data import as_dict
    from cluster_calc.result_diff import diff

    changes = diff(previous, as_dict(result)).changes
    rows = []
    for change in changes:
        name = label_of(change.name) if change.name in QUANTITIES else printable(change.name)
        moved = (
            ""
            if change.relative is None
            else f"{'+' if change.relative > 0 else '−'}{plain(abs(100 * change.relative))}%"
        )
        cells = (Cell(_value(change.before)), Cell(_value(change.after)), Cell(change.unit), Cell(moved))
        rows.append(TableRow(Cell(name, change.kind), cells))
    if not rows:
        return MemoPart("changes", "Changes since the last version", ("Nothing moved.",))
    heads = ("Figure", "Before", "Now", "Unit", "Change")
    return MemoPart("changes", "Changes since the last version", tables=(table("What moved", heads, rows, words=(3,)),))


def _value(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return plain(float(value), 4)
    return "–" if value is None else printable(str(value))
