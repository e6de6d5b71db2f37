"""A finance plan as text, JSON, CSV and Markdown."""

from __future__ import annotations

import csv
import io
import json
import textwrap
from typing import Any

from cluster_calc import __version__
from cluster_calc.break_even import Levels
from cluster_calc.cash_flow import COLOCATE, KILOWATT_MONTH, OWN, Alternative, Finance
from cluster_calc.datum import Datum
from cluster_calc.depreciation import RATE_OF
from cluster_calc.flows import MONTHS, YEAR, table
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.report.data import in_unit, source_of
from cluster_calc.report.numbers import money, plain, shown
from cluster_calc.report.views import cite

SCHEMA = "cluster-calc/finance/1"


# What the figures of the JSON mean, beside their names.
MEANING = {
    "money": "USD; costs are negative in npv and years, positive in cost_per_delivered_chip_hour and prices",
    "years": "year 0 is the start and what is paid before it, year 1 the twelve months after it; cash is the sum of its lines, "
    "cumulative their running total; depreciation and book_value are no cash, year 0 having the depreciation of hardware that is not new",
    "npv": "value at the start of all lines at discount_rate, in the terms and timing above",
    "delivered_chip_hours": "chip-hours in which useful steps run: goodput counts, MFU does not; those of an estimate "
    "are at full peak, so that its cost_per_delivered_chip_hour counts MFU, too",
    "cost_per_delivered_chip_hour": "cost whose value, over the delivered chip-hours discounted alike, is -npv",
    "break_even_used_share": "share of hours used at which both cost the same over the horizon; null where there is none in 0 to 1",
    "break_even_months": "first whole months over which owning costs no more, no residual counted; null within 20 years without one",
    "break_even_price": "price of that option, in its unit, at which its npv is that of owning",
    "payback_months": "months after which the cash of owning is no more than rent on demand, not discounted",
}


def as_dict(found: Finance) -> dict[str, Any]:
    """The plan as a JSON object, money in USD, costs negative in flows and positive per hour."""
    result = found.result
    return {
        "schema": SCHEMA,
        "version": __version__,
        "catalog_date": result.catalog_date,
        "chip": {"id": result.chip.id, "name": result.chip.name, "precision": result.precision},
        "chips": in_unit("chips", result.values["chips"]),
        "terms": found.terms,
        "timing": found.timing,
        "meaning": MEANING,
        "inputs": {
            name: {
                "value": in_unit(name, datum.value), "unit": QUANTITIES[name].unit, "origin": datum.origin,
                "source": source_of(datum), **({"note": datum.note} if datum.note else {}),
            }
            for name, datum in {**found.inputs, **_rates(found)}.items()
        },
        "payments": [
            {"share": part.share, "months": part.time * MONTHS, "line": part.line} for part in found.payments
        ],
        "not_included": not_included(found),
        "delivered_chip_hours": found.delivered_hours,
        "own": {
            "npv": found.npv, "cost_per_delivered_chip_hour": found.per_delivered_hour, "payback_months": found.payback_months,
            "book_value_at_horizon": found.book_values[-1], "depreciation_of_owned_chips_by_year":
            [row["depreciation"] * found.owned_share for row in found.by_year()], "years": found.by_year(),
        },
        "colocate": _colocated(found),
        "rent": [_rent(entry) for entry in found.alternatives],
        "left_out": dict(found.left_out),
        "cheapest": _cheapest(found).removeprefix("rent "),
        "in_other_currency": _local(found),
        "warnings": list(found.warnings),
    }  # fmt: skip


def _rates(found: Finance) -> dict[str, Datum]:
    """The rates and prices that the lines of owning are made of."""
    data = found.result.data
    names = (
        "capital_cost",
        "electricity_price",
        "electricity_cost",
        "construction_cost",
        "operations_cost",
        *RATE_OF.values(),
        *RATE_OF,
    )
    return {name: data[name] for name in names if name in data and data[name].value}


def not_included(found: Finance) -> list[str]:
    """The lines of cost that have no rate, each with the option that gives it, and what no line holds."""
    data = found.result.data
    absent = []
    total = data.get("operations_cost")
    if total is None or total.kind != "given":
        absent = [
            f"{name.removesuffix('_cost').replace('_', ' ')} ({QUANTITIES[rate].option})"
            for name, rate in RATE_OF.items()
            if not any(entry in data and data[entry].value for entry in (name, rate))
        ]
    if "facility_capital" not in found.result.values:
        absent.append("the building (--construction-cost)")
    return [*absent, "financing and taxes"]


def _colocated(found: Finance) -> dict[str, Any] | None:
    entry = found.colocated
    if entry is None:
        return None
    return {
        "price": float(entry.price.value) / KILOWATT_MONTH, "unit": "USD/kW/month", "source": source_of(entry.price),
        "power": entry.power, "npv": entry.npv, "cost_per_delivered_chip_hour": entry.per_delivered_hour,
        "payback_months": entry.payback_months, **_levels(entry.break_even), "years": entry.by_year(),
    }  # fmt: skip


def _levels(level: Levels) -> dict[str, Any]:
    return {
        "break_even_used_share": level.share, "break_even_months": level.months, "break_even_price": level.price,
    }  # fmt: skip


def _rent(entry: Alternative) -> dict[str, Any]:
    return {
        "term": entry.rent.term, "commitment_months": entry.rent.months, "price": entry.rent.price, "unit": "USD/chip/hour", "source": source_of(entry.rent.datum),
        "npv": entry.npv, "cost_per_delivered_chip_hour": entry.per_delivered_hour,
        "break_even_used_share": entry.break_even_share, "break_even_months": entry.break_even_months,
        "break_even_price": entry.break_even_price,
        "dearer_than_on_demand": entry.dearer_than_on_demand, "owed_after_horizon": entry.owed_beyond,
        "break_even_with_colocate": _levels(entry.beside_colocated) if entry.beside_colocated else None,
        "years": table(entry.flows),
    }  # fmt: skip


def _cheapest(found: Finance) -> str:
    options = found.values_by_option
    return max(options, key=lambda name: options[name])


def _local(found: Finance) -> dict[str, Any] | None:
    """The values in another currency, at the dated rate that an estimate takes; None when none was asked for."""
    rate = found.result.data.get("exchange_rate")
    if rate is None or not rate.value:
        return None
    return {
        "currency": found.result.scenario.settings.get("currency", "local"), "exchange_rate": float(rate.value),
        "source": source_of(rate), "npv": {name: value / float(rate.value) for name, value in found.values_by_option.items()},
    }  # fmt: skip


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
    if (local := _local(found)) is not None:
        rate = found.result.data["exchange_rate"]
        values = ", ".join(f"{name} {money(value).replace('$', '')}" for name, value in local["npv"].items())
        lines.append(f"NPV in {local['currency']}, at {plain(rate.value, 5)} USD ({cite(rate)}): {values}")
    return [*lines, "Not included: " + ", ".join(not_included(found))]


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
    return f"{own}; colocate is owned hardware on a rented site, whose rent counts the full load: {power}"


def _options(found: Finance) -> list[tuple[str, str, str, str]]:
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
    lines.append(f"  {'':<26}{'NPV':>10}{'per useful hour':>17}  level with owning at")
    for name, npv, hour, level in _options(found):
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
        lines += ["", "Mind"]
        for warning in found.warnings:
            lines += textwrap.wrap(warning, width, initial_indent="  ! ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def markdown(found: Finance) -> str:
    """The plan as Markdown."""
    from cluster_calc.report.markdown import escape

    lines = [
        "# Own or rent",
        "",
        "| option | NPV | per useful chip-hour | draws level with owning at |",
        "| :-- | --: | --: | :-- |",
    ]
    lines += ["| " + " | ".join(map(escape, row)) + " |" for row in _options(found)]
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
        lines += ["", "## Mind", "", *(f"- {escape(warning)}" for warning in found.warnings)]
    return "\n".join(lines) + "\n"
