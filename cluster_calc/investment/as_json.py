"""A finance result as JSON."""

from __future__ import annotations

from typing import Any

from cluster_calc.estimation.included import not_included
from cluster_calc.estimation.parts.depreciation import RATE_OF
from cluster_calc.investment.break_even import Levels
from cluster_calc.investment.cash_flow import KILOWATT_MONTH, Alternative, Finance
from cluster_calc.investment.flows import MONTHS, table
from cluster_calc.quantities.datum import Datum, source_of
from cluster_calc.quantities.display import in_unit
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.version import __version__

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
    "break_even_used_share_undiscounted": "the same where nothing is discounted and no price moves, as a run cost counts",
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
        "data_release": result.data_release,
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
        "not_included": not_included(result),
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
        "break_even_price": entry.break_even_price, "break_even_used_share_undiscounted": entry.undiscounted_share,
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
