"""The terms of a quote in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cluster_calc.memo_quotes import Priced
from cluster_calc.report.numbers import money, plain
from cluster_calc.report.sheet_parts import percent

PER = {"USD/chip": "a chip", "USD/chip/hour": "a chip-hour", "USD/kW/month": "a kW and month"}


def price_text(quote: Priced) -> str:
    """What a quote in another currency comes to, at the rate and of its day.

    >>> from cluster_calc.datum import Datum, Source
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
