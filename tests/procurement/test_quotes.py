"""Quotes of a memo file: which one gives the price, in which money, and why the others do not."""

from __future__ import annotations

import json
from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.documents.memo.memo import memo
from cluster_calc.documents.memo_forms.text import markdown
from cluster_calc.errors import InputError
from cluster_calc.procurement.file import memo_file
from tests.documents.cases import DAY

RUN: dict[str, Any] = {"chip": "h100", "training_compute": 2e25, "as_of": DAY, "draws": 50, "used_share": 1.0}
GOOD = {"vendor": "Good", "chip": "h100", "price": "30000 USD", "holds": "server", "expires": "2027-02-28"}


def held(
    *quotes: dict[str, Any], given: dict[str, Any] | None = None, compare: tuple[str, ...] = (), **file: Any
) -> dict[str, Any]:
    found = json.loads(
        memo(**RUN, **(given or {}), compare=compare, memo_file=memo_file({"quote": list(quotes), **file})).data
    )
    assert isinstance(found, dict)
    return found


def price_of(found: dict[str, Any]) -> tuple[float, str]:
    entry = found["estimate"]["inputs"]["chip_price"]
    return entry["value"], entry["source"].get("title", "")


def test_the_cheapest_quote_gives_the_price_with_its_date_as_the_source() -> None:
    dear = {**GOOD, "vendor": "Dear", "price": "31000 USD"}
    found = held(dear, {**GOOD, "number": "Q-1", "dated": "2026-11-01"})
    value, source = price_of(found)
    assert value == 30000.0
    assert source == "quote of Good, Q-1, of 2026-11-01, valid until 2027-02-28"
    entry = found["estimate"]["inputs"]["chip_price"]
    assert entry["source"]["as_of"] == "2026-11-01"
    assert entry["source"]["confidence"] == "high"
    assert found["estimate"]["inputs"]["server_cost_factor"]["value"] == 1.0, "the price holds the server"
    assert found["quotes"][0]["why_not"] == "that of Good, Q-1 is cheaper"
    assert found["quotes"][1]["used_for"] == ["nvidia-h100-sxm"]


def test_the_estimate_is_that_of_the_quoted_price() -> None:
    found = held(GOOD)
    typed = cc.estimate(**{**RUN, "draws": None}, chip_price="30000 USD", price_basis="server")
    assert found["estimate"]["results"]["capital_cost"]["value"] == pytest.approx(
        typed.in_unit("capital_cost"), rel=1e-12
    )


def test_cheaper_is_what_costs_less_with_what_the_price_does_not_hold() -> None:
    bare = {**GOOD, "vendor": "Bare", "price": "25000 USD", "holds": "chip"}  # the server adds 64 %
    found = held(bare, GOOD)
    assert price_of(found)[0] == 30000.0
    assert price_of(held(bare, {**GOOD, "price": "45000 USD"}))[0] == 25000.0


def test_a_price_for_a_whole_server_counts_per_chip() -> None:
    assert price_of(held({**GOOD, "price": "240000 USD", "chips": 8}))[0] == pytest.approx(30000.0)
    found = held({"vendor": "V", "server": "dgx-h100", "price": "240000 USD"})
    assert price_of(found)[0] == pytest.approx(30000.0)
    assert found["estimate"]["inputs"]["server_cost_factor"]["value"] == 1.0


def test_the_chosen_quote_stands_before_a_cheaper_one_and_use_false_keeps_a_record() -> None:
    chosen = {**GOOD, "vendor": "Chosen", "price": "31000 USD", "chosen": True}
    found = held(GOOD, chosen)
    assert price_of(found)[0] == 31000.0
    assert found["quotes"][0]["why_not"] == "that of Chosen is chosen"
    found = held({**GOOD, "price": "20000 USD", "use": False}, chosen)
    assert price_of(found)[0] == 31000.0
    assert "use = false" in found["quotes"][0]["why_not"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"expires": "2026-11-21"}, "it expires on 2026-11-21, before 2026-11-22"),
        ({"price": "cheap"}, "does not begin with a number"),
        ({"price": 30000.0}, "names no currency"),
        ({"price": "30000 USD", "currency": "EUR"}, "do not agree"),
        ({"price": "30000 BRL"}, "no rate for 'BRL'; there is CNY, EUR, TWD, or give exchange_rate in the quote"),
        ({"price": ""}, "it has no price"),
        ({"chip": "b200"}, "which the memo does not consider"),
        ({"chip": "", "item": "HGX B200"}, "its item names 'nvidia-b200-sxm'"),
    ],
)  # fmt: skip
def test_a_quote_that_cannot_be_used_says_why(change: dict[str, Any], why: str) -> None:
    found = held({**GOOD, **change})
    assert why in found["quotes"][0]["why_not"]
    assert found["quotes"][0]["used_for"] == []
    assert found["estimate"]["inputs"]["chip_price"]["origin"] == "catalog", "the catalog's price stands"
    assert any("Good" in gap for gap in found["gaps"]), "and the memo says so"


def test_expiry_counts_to_the_day_of_the_decision() -> None:
    assert price_of(held(GOOD, decision_date="2027-02-28"))[0] == 30000.0
    assert held(GOOD, decision_date="2027-03-01")["quotes"][0]["used_for"] == []


def test_another_currency_is_converted_at_the_dated_rate_which_is_shown() -> None:
    extra = memo_file({"quote": [{**GOOD, "price": "28000 EUR"}]})
    view = memo(**RUN, memo_file=extra)
    found = json.loads(view.data)
    rate = found["quotes"][0]["rate"]
    assert price_of(found)[0] == pytest.approx(28000 * rate, rel=1e-12)
    assert f"at {rate:g} USD/EUR of {found['quotes'][0]['rate_as_of']}" in markdown(view)
    assert found["estimate"]["inputs"]["chip_price"]["source"]["confidence"] == "high", "as sure as its rate"
    early = json.loads(memo(**RUN | {"as_of": "2026-03-01"}, memo_file=extra).data)
    assert any("is dated" in gap and "EUR" in gap for gap in early["gaps"]), "the rate of a year before is stale"
    currency = next(risk for risk in found["risks"] if risk["id"] == "currency")
    assert currency["dollars"] == pytest.approx(0.1 * found["estimate"]["results"]["capital_cost"]["value"], rel=1e-9)
    own = held({**GOOD, "price": "28000 EUR", "exchange_rate": 1.25})
    assert price_of(own)[0] == pytest.approx(35000.0)


def test_one_memo_has_one_rate_per_currency() -> None:
    buy = {**GOOD, "price": "28000 EUR", "exchange_rate": 1.16}
    rent = {**GOOD, "for": "rent 1-year", "price": "2.15 EUR", "vendor": "Renter"}
    del rent["holds"]
    found = held(buy, rent)
    assert [quote["rate"] for quote in found["quotes"]] == [1.16, 1.16], "the rate that is stated holds for both"
    with pytest.raises(InputError, match="one memo has one rate per currency"):
        held(buy, {**rent, "exchange_rate": 1.03})
    typed = held(rent, given={"currency": "EUR", "exchange_rate": 1.25})
    assert typed["quotes"][0]["rate"] == 1.25


def test_a_typed_price_stands_before_every_quote() -> None:
    found = held(GOOD, given={"chip_price": "40000 USD"})
    assert price_of(found)[0] == 40000.0
    assert "typed on the command line stands before it" in found["quotes"][0]["why_not"]


def test_each_compared_chip_takes_the_quotes_of_its_own() -> None:
    other = {"vendor": "Other", "item": "8x NVIDIA B200", "price": "44000 USD", "holds": "server"}
    loose = {"vendor": "Loose", "price": "1 USD"}
    found = held(GOOD, other, loose, compare=("b200",))
    assert [quote["used_for"] for quote in found["quotes"]] == [["nvidia-h100-sxm"], ["nvidia-b200-sxm"], []]
    assert "it names no chip, and the memo has several" in found["quotes"][2]["why_not"]


def test_quotes_of_rents_and_of_a_site() -> None:
    rent = {"vendor": "R", "for": "rent 3-year", "price": "1.5 USD/hour", "delivery_weeks": 4}
    site = {"vendor": "S", "for": "colocate", "price": "160 USD/kW/month"}
    found = held(rent, site, decision_date="2027-01-04")
    assert found["options"]["rent 3-year"]["total"] > 0
    assert found["options"]["rent 3-year"]["ready"]["date"] == "2027-02-01"
    assert found["finance"]["colocate"]["price"] == pytest.approx(160.0)


def test_terms_of_payment_and_delivery_reach_the_cash_flow_and_the_date() -> None:
    found = held({**GOOD, "deposit": 0.3, "delivery_weeks": 10}, decision_date="2027-01-04")
    inputs = found["finance"]["inputs"]
    assert inputs["deposit_share"]["value"] == 0.3
    start = found["finance"]["own"]["years"][0]
    assert start["deposit"] == pytest.approx(0.3 * start["cash"], rel=1e-12)
    assert found["options"]["buy"]["ready"]["delivery_days"] == 70
    assert found["options"]["buy"]["ready"]["date"] == "2027-04-26", "ten weeks, and six to install"
    later = held({**GOOD, "payments": "20% at -10 week, 70% at start, 10% at 3 month"})
    years = later["finance"]["own"]["years"]
    assert years[1]["milestone"] == pytest.approx(-0.1 * later["ask"]["base"], rel=1e-9)
    assert later["ask"]["base"] == pytest.approx(-years[0]["cash"] / 0.9, rel=1e-9), "the ask is the whole commitment"


def test_a_bill_of_materials_takes_no_price_per_chip() -> None:
    found = held(GOOD, given={"server": "default"})
    assert "--server" in found["quotes"][0]["why_not"]


def test_quotes_are_laid_over_a_result_of_the_day_before(tmp_path: Any) -> None:
    from cluster_calc.documents.reports.estimate_data import json_text

    path = tmp_path / "result.json"
    path.write_text(
        json_text(cc.estimate(training_compute=2e25, chip="h100", as_of=DAY, chip_price="50000 USD")), encoding="utf-8"
    )
    plain = json.loads(memo(path).data)
    assert price_of(plain)[0] == 50000.0
    quoted = json.loads(memo(path, memo_file=memo_file({"quote": [GOOD], "discount_rate": 0.08})).data)
    assert price_of(quoted)[0] == 30000.0
    assert quoted["discount_rate_given"]
