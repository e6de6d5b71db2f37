"""A finance plan as text, JSON, CSV and Markdown."""

from __future__ import annotations

import csv
import io
import json
import textwrap

from cluster_calc.documents.render.citing import cite
from cluster_calc.estimation.included import not_included
from cluster_calc.investment.as_json import _cheapest, _local, _rates, as_dict
from cluster_calc.investment.break_even import Levels
from cluster_calc.investment.cash_flow import COLOCATE, KILOWATT_MONTH, OWN, Finance
from cluster_calc.investment.flows import MONTHS
from cluster_calc.quantities.dates import YEAR
from cluster_calc.quantities.display import money, plain, shown
from cluster_calc.quantities.nomenclature import QUANTITIES


def json_text(found: Finance) -> str:
    """The JSON text."""
    return json.dumps(as_dict(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def csv_text(found: Finance) -> str:
    """The cash flow of owning: one row a year, one column a line."""
    rows = found.by_year()
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _assumptions(found: Finance) -> list[str]:
    timing = "in the middle of each year" if found.timing == "mid-year" else "at the end of each year"
    paid = "at the start"
    if len(found.payments) > 1 or found.payments[0].time:
        paid = ", ".join(f"{plain(100 * part.share)}% {_when(part.time)}" for part in found.payments)
    lines = [
        f"Money is {found.terms}; running costs count {timing}, the residual at the end",
        f"The hardware is paid {paid}; {_used(found)}a replacement when a life ends",
        _site(found),
        "Rents hold power, site and upkeep; commitments pay for all hours, are renewed, and move with rents",
    ]
    for name in ("horizon", "discount_rate", "inflation_rate", "used_share", "goodput", "electricity_price_growth",
                 "rental_price_growth", "hardware_price_growth"):  # fmt: skip
        datum = found.inputs[name]
        lines.append(f"{QUANTITIES[name].label}: {shown(name, datum.value)} ({datum.note or cite(datum)})")
    for name, datum in _rates(found).items():
        lines.append(f"{QUANTITIES[name].label}: {shown(name, datum.value)} ({cite(datum)})")
    lines += [f"rent {entry.rent.term}: {entry.rent.words}, {cite(entry.rent.datum)}" for entry in found.alternatives]
    shares = [(entry.rent.term, entry.undiscounted_share) for entry in found.alternatives]
    if flat := [f"{term} {plain(100 * share)}%" for term, share in shares if share is not None]:
        lines.append(
            f"Undiscounted, at the prices of the start, own and rent draw level at: {', '.join(flat)} of hours used"
        )
    if (local := _local(found)) is not None:
        rate = found.result.data["exchange_rate"]
        values = ", ".join(f"{name} {money(value).replace('$', '')}" for name, value in local["npv"].items())
        lines.append(f"NPV in {local['currency']}, at {plain(rate.value, 5)} USD ({cite(rate)}): {values}")
    return [*lines, "Not included: " + "; ".join(not_included(found.result))]


def _owned(found: Finance) -> str:
    """What part of the depreciation falls on chips that are there already."""
    if not found.owned_share:
        return ""
    charge = sum(row["depreciation"] for row in found.by_year()) * found.owned_share
    return f"{money(charge)} of the depreciation falls on chips already owned ({plain(100 * found.owned_share)}%), which need no new cash"


def _used(found: Finance) -> str:
    """When hardware that is not new was bought: its payments count from then."""
    bought = (
        min(flow.time for flow in found.flows if flow.line == "capital")
        if found.result.values.get("hardware_age")
        else 0.0
    )
    return f"the start is its purchase, {shown('horizon', -bought * YEAR)} before the plan begins; " if bought else ""


def _when(time: float) -> str:
    months = plain(abs(time) * MONTHS)
    return "at the start" if not time else f"{months} months {'before' if time < 0 else 'after'}"


def _site(found: Finance) -> str:
    """What the site of each way of owning costs."""
    building = found.result.values.get("facility_capital")
    own = "Own stands on a site that is there and costs nothing (--construction-cost builds one)"
    if building:
        own = "Own builds its site, which is worth nothing at the end (--facility-lifetime spreads its price over its life)"
        if "facility_lifetime" in found.inputs:
            own = f"Own builds its site, which lasts {shown('horizon', found.inputs['facility_lifetime'].value)} and keeps the rest at the end"
    if found.colocated is None:
        return own
    power = {"metered": "the power is metered and paid beside it (--colocation-power included says that it holds it)",
             "included": "it holds the power"}[found.colocated.power]  # fmt: skip
    return f"{own}; colocate is owned hardware on a rented site, whose rent counts the critical load: {power}"


def option_rows(found: Finance) -> list[tuple[str, str, str, str]]:
    rows = [(OWN, money(found.npv), f"{money(found.per_delivered_hour)}", "")]
    if (colocated := found.colocated) is not None:
        price = float(colocated.price.value) / KILOWATT_MONTH
        head = f"{COLOCATE} at {money(price)}/kW/month"
        level = _level_text(colocated.break_even, "/kW/month")
        rows.append((head, money(colocated.npv), money(colocated.per_delivered_hour), level))
    for entry in found.alternatives:
        levels = Levels(entry.break_even_share, entry.break_even_months, entry.break_even_price)
        head = f"rent {entry.rent.term} at {money(entry.rent.price)}{' !' if entry.dearer_than_on_demand else ''}"
        rows.append((head, money(entry.npv), money(entry.per_delivered_hour), _level_text(levels, "/hour")))
    return rows


def _level_text(levels: Levels, per: str) -> str:
    words = []
    if levels.share is not None:
        words.append(f"{plain(100 * levels.share)}% of hours used")
    if levels.months is not None:
        words.append(f"{plain(levels.months)} month{'' if levels.months == 1 else 's'}")
    if levels.price is not None:
        words.append(f"{money(levels.price)}{per}")
    return ", ".join(words)


def text(found: Finance, width: int = 80) -> str:
    """The plan as text."""
    result = found.result
    chips = shown("chips", result.values["chips"])
    lines = textwrap.wrap(
        f"{chips} × {result.chip.name} over {shown('horizon', found.inputs['horizon'].value)}: own or rent the same "
        f"{shown('chip_hours', found.delivered_hours * 3600)} of useful work?",
        width,
    )
    best = _cheapest(found)
    lines += [f"Cheapest: {best}", "", "Options"]
    lines.append(f"  {'':<26}{'NPV':>10}{'per useful hour':>17}  as owning at")
    for name, npv, hour, level in option_rows(found):
        head = f"  {name:<26}{npv:>10}{hour:>17}  "
        wrapped = textwrap.wrap(level, max(width - len(head), 20)) or [""]
        lines.append((head + wrapped[0]).rstrip())
        lines += [" " * len(head) + rest for rest in wrapped[1:]]
    for why in found.left_out.values():
        lines += textwrap.wrap(
            f"left out: {why}", width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False
        )
    lines += ["", "Cash of owning, by year"]
    rows = found.by_year()
    heads = [head for head in rows[0] if head not in ("year",)]
    size = max(11, *(len(head) + 2 for head in heads))
    for start in range(0, len(heads), max(1, (width - 6) // size)):
        part = heads[start : start + max(1, (width - 6) // size)]
        lines.append("  year" + "".join(head.rjust(size) for head in part))
        lines += [f"  {row['year']:>4}" + "".join(money(row[head]).rjust(size) for head in part) for row in rows]
    if (owned := _owned(found)) and lines:
        lines += textwrap.wrap(owned, width, initial_indent="  ", subsequent_indent="    ")
    if found.payback_months is not None:
        lines.append(f"  Paid back against rent on demand after {plain(found.payback_months)} months, not discounted")
    lines += ["", "Assumptions"]
    for line in _assumptions(found):
        lines += textwrap.wrap(line, width, initial_indent="  ", subsequent_indent="    ")
    if found.warnings:
        lines += ["", "Warnings"]
        for warning in found.warnings:
            lines += textwrap.wrap(warning, width, initial_indent="  ! ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def markdown(found: Finance) -> str:
    """The plan as Markdown."""
    from cluster_calc.documents.render.markdown import escape

    lines = [
        "# Own or rent",
        "",
        "| option | NPV | per useful chip-hour | costs what owning does at |",
        "| :-- | --: | --: | :-- |",
    ]
    lines += ["| " + " | ".join(map(escape, row)) + " |" for row in option_rows(found)]
    lines += [
        "",
        *(f"- left out: {escape(why)}" for why in found.left_out.values()),
        "",
        "## Cash of owning, by year",
        "",
    ]
    rows = found.by_year()
    lines += ["| " + " | ".join(rows[0]) + " |", "|" + " --: |" * len(rows[0])]
    for row in rows:
        lines.append(
            "| " + " | ".join(str(row[head]) if head == "year" else escape(money(row[head])) for head in row) + " |"
        )
    if owned := _owned(found):
        lines += ["", owned]
    lines += ["", "## Assumptions", "", *(f"- {escape(line)}" for line in _assumptions(found))]
    if found.warnings:
        lines += ["", "## Warnings", "", *(f"- {escape(warning)}" for warning in found.warnings)]
    return "\n".join(lines) + "\n"
