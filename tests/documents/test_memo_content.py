"""What a memo computes besides the estimate: dates, risks, the do-minimum option, tax, waiting; and what leaving a field out does."""

from __future__ import annotations

import datetime
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.documents.memo.memo import memo
from cluster_calc.documents.memo_forms.text import markdown
from cluster_calc.documents.reports.comparison import json_text as comparison_text
from cluster_calc.documents.reports.estimate_data import json_text
from cluster_calc.errors import InputError
from cluster_calc.procurement.file import FLEET, KNOWN, LIMITS, LISTS, memo_file
from cluster_calc.procurement.template import TEMPLATE
from tests.cli.running import run
from tests.documents.cases import DAY
from tests.documents.reading import plain_text

# Full use of the whole life, named: what the plan of these tests owns.
RUN: dict[str, Any] = {"chip": "h100", "training_compute": 2e25, "as_of": DAY, "draws": 50, "used_share": 1.0}
RUN_ONCE = {"training_compute": 2e25, "as_of": DAY}
RATED = {**RUN, "discount_rate": 0.08}
LINEAR = {"electricity_price": "0.1 USD/kWh", "inflation_rate": 0, "rental_price": "3 USD/hour"}


def held(file: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    found = json.loads(memo(**{**RATED, **given}, memo_file=memo_file(file or {})).data)
    assert isinstance(found, dict)
    return found


def risk_of(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(risk for risk in found["risks"] if risk["id"] == name)  # type: ignore[no-any-return]


# Dates


def test_bought_hardware_is_ready_after_delivery_and_installation() -> None:
    found = held({"decision_date": "2027-01-04"}, delivery_time="10 week", installation_time="3 week")
    assert found["options"]["buy"]["ready"]["date"] == "2027-04-05"
    assert found["options"]["rent on demand"]["ready"]["date"] == "2027-01-04"
    assert found["options"]["rent 3-year"]["ready"]["date"] is None
    assert "no quote" in found["options"]["rent 3-year"]["ready"]["why"]


def test_the_lead_time_is_that_of_a_share_of_the_shipments_where_it_is_longer() -> None:
    found = held(annual_shipments=100_000, output_share=0.05)
    chips = found["estimate"]["results"]["chips"]["value"]
    weeks = chips / (100_000 * 0.05) * 365.25 / 7
    assert weeks > 44
    assert found["delivery"]["lead_weeks"] == pytest.approx(weeks, rel=1e-12)
    ready = datetime.date.fromisoformat(found["options"]["buy"]["ready"]["date"]) - datetime.date.fromisoformat(DAY)
    assert ready.days == pytest.approx(7 * (weeks + 6), abs=1.001)
    assert risk_of(found, "supply")["weeks"] == pytest.approx(weeks, rel=1e-12), "half the share takes as long again"


def test_a_site_that_is_late_sets_the_date_and_a_building_without_one_has_none() -> None:
    late = held({"site_ready": "2028-01-01"}, installation_time="2 week")
    assert late["options"]["buy"]["ready"]["date"] == "2028-01-15"
    built = held(construction_cost="10 USD/W", server="default")
    assert built["options"]["buy"]["ready"]["date"] is None
    assert "site_ready" in built["options"]["buy"]["ready"]["why"]


def test_a_run_that_ends_after_the_deadline_keeps_the_memo_a_draft() -> None:
    found = held({"constraints": {"deadline": "2027-03-31"}}, rental_price="50 USD/hour")
    assert found["recommended"] == "buy"
    assert any("after the deadline 2027-03-31" in gap for gap in found["gaps"])


# Waiting and risks


def test_a_quarters_wait_is_rent_less_the_fall_of_the_price_and_the_power() -> None:
    found = held(**LINEAR)
    chips, capital = (found["estimate"]["results"][name]["value"] for name in ("chips", "capital_cost"))
    trend = found["estimate"]["inputs"]["price_performance_trend"]["value"]
    parts = found["waiting"]
    assert parts["bridge"] == pytest.approx(chips * 8766 / 4 * 3, rel=1e-12)
    assert parts["decline"] == pytest.approx(capital * (1 - 10 ** (-trend / 4)), rel=1e-9)
    assert parts["electricity"] == pytest.approx(-found["finance"]["own"]["years"][1]["electricity"] / 4, rel=1e-9)
    assert parts["net"] == pytest.approx(parts["bridge"] - parts["decline"] - parts["electricity"], rel=1e-12)


def test_the_rent_until_bought_hardware_is_ready_is_told() -> None:
    found = held(
        {"decision_date": "2027-01-04"}, delivery_time="10 week", installation_time="3 week", rental_price="3 USD/hour"
    )
    chips = found["estimate"]["results"]["chips"]["value"]
    assert found["waiting"]["until_ready"] == pytest.approx(chips * 3 * 24 * 91, rel=1e-12)


def test_hardware_of_an_age_is_no_new_cash() -> None:
    assert any(
        "2 years old" in gap or "old at the start" in gap
        for gap in held(hardware_age="2 years", chip_price="9000 USD", price_basis="server")["gaps"]
    )


def test_every_risk_of_the_list_has_a_trigger_an_effect_and_an_owner() -> None:
    found = held()
    assert [risk["id"] for risk in found["risks"]] == [
        "supply", "power", "price", "obsolescence", "utilisation", "failures", "export", "currency"
    ]  # fmt: skip
    for risk in found["risks"]:
        assert risk["trigger"]
        assert risk["effect"]
        assert risk["owner"] == "not named"
        claimed = re.search(r"[$\d]", risk["effect"])
        assert bool(claimed) == (risk["weeks"] is not None or bool(risk["dollars"])), risk
    assert risk_of(found, "export")["effect"].startswith("not computed")


def test_effects_follow_from_the_model() -> None:
    found = held(**LINEAR)
    results, own = found["estimate"]["results"], found["finance"]["own"]
    capital, trend = results["capital_cost"]["value"], found["estimate"]["inputs"]["price_performance_trend"]["value"]
    years = found["delivery"]["lead_weeks"] * 7 / 365.25
    assert risk_of(found, "price")["dollars"] == pytest.approx(capital * (1 - 10 ** (-trend * years)), rel=1e-9)
    assert risk_of(found, "power")["dollars"] == pytest.approx(own["years"][1]["depreciation"] / 4, rel=1e-9)
    lost = own["years"][1]["book_value"] - capital * 10**-trend
    assert risk_of(found, "obsolescence")["dollars"] == pytest.approx(max(lost, 0.0), rel=1e-9)
    fewer = held(**LINEAR, used_share=0.8)
    more = fewer["options"]["buy"]["per_delivered_hour"] - found["options"]["buy"]["per_delivered_hour"]
    assert risk_of(found, "utilisation")["dollars"] == pytest.approx(more, rel=1e-9)
    low = found["estimate"]["inputs"]["goodput"]["low"]
    late = cc.estimate(chip="h100", training_compute=2e25, as_of=DAY, chips=int(results["chips"]["value"]), goodput=low)
    weeks = (late.in_unit("training_time") - results["training_time"]["value"]) / 7
    assert risk_of(found, "failures")["weeks"] == pytest.approx(weeks, rel=1e-9)


def test_a_risk_of_the_memo_file_owns_the_one_it_names() -> None:
    rows = [
        {"risk": "Export control", "trigger": "a new rule", "effect": "12 weeks", "owner": "Legal"},
        {"risk": "Supply", "effect": "worse", "owner": "Buyer"},
        {"risk": "Flood"},
    ]
    found = held({"risk": rows})
    export, supply, flood = risk_of(found, "export"), risk_of(found, "supply"), found["risks"][-1]
    assert (export["trigger"], export["effect"], export["owner"]) == ("a new rule", "12 weeks", "Legal")
    assert supply["owner"] == "Buyer"
    assert supply["effect"].endswith("; stated: worse"), "what is computed stays"
    assert (flood["name"], flood["effect"], flood["owner"]) == ("Flood", "–", "not named")


# Demand


def test_the_demand_as_requested_is_set_beside_the_hours_that_the_plan_counts() -> None:
    rows = [{"period": "2027", "need": "2e25 FLOP"}, {"period": "2028", "need": "4e25"}]
    found = held({"demand": rows})
    assert found["demand"][0]["share"] == pytest.approx(
        found["estimate"]["results"]["training_time"]["value"] / 365.25, rel=1e-9
    )
    assert found["demand"][1]["share"] == pytest.approx(2 * found["demand"][0]["share"], rel=1e-12)
    assert any("the demand as requested fills 49.3% of its fullest year" in gap for gap in found["gaps"])
    level = found["demand"][1]["share"]
    assert not any("fullest year" in gap for gap in held({"demand": rows}, used_share=level)["gaps"])
    assert any("fullest year" in gap for gap in held({"demand": rows}, used_share=0.3)["gaps"]), (
        "too little is a gap too"
    )
    unread = held({"demand": [*rows, {"period": "later", "need": "more"}]})["gaps"]
    assert not any("fullest year" in gap for gap in unread)
    assert any("The demand of later cannot be set beside the plan" in gap for gap in unread)


def test_a_cluster_that_is_too_small_for_the_demand_is_a_gap() -> None:
    cluster = {
        "chip": "h100",
        "chips": 1024,
        "mfu": 0.4,
        "goodput": 0.9,
        "as_of": DAY,
        "draws": 50,
        "discount_rate": 0.1,
    }
    yearly = 1024 * 989.4e12 * 0.4 * 0.9 * 365.25 * 86400
    found = json.loads(
        memo(**cluster, memo_file=memo_file({"demand": [{"period": "2027", "need": "1.8e25 FLOP"}]})).data
    )
    assert found["demand"][0]["share"] == pytest.approx(1.8e25 / yearly, rel=1e-3)
    assert any("does not deliver the demand" in gap for gap in found["gaps"])


# Do minimum


def test_the_existing_fleet_meets_a_share_of_the_demand_for_its_electricity() -> None:
    fleet = {"chip": "a100-40gb", "count": 1000, "used_share": 0.5, "reach": 0.9}
    found = held({"existing_fleet": fleet}, horizon="4 years", **LINEAR)
    results, inputs = found["estimate"]["results"], found["estimate"]["inputs"]
    there = cc.estimate(chip="a100-40gb", chips=1000, as_of=DAY, electricity_price="0.1 USD/kWh")
    peaks = there.in_unit("peak_throughput") / inputs["peak_throughput"]["value"]
    meets = 1000 * 0.4 * peaks / results["chips"]["value"]
    assert found["existing_fleet"]["meets"] == pytest.approx(meets, rel=1e-9)
    yearly = there.in_unit("facility_power") * 8766 * 0.1 * 0.4
    assert found["options"]["do minimum"]["total"] == pytest.approx(4 * yearly, rel=1e-9)
    assert found["recommended"] != "do minimum", "it does not meet the demand"


def test_age_and_a_longer_life_bound_what_the_fleet_can_do() -> None:
    fleet = {"chip": "a100-40gb", "count": 1000, "used_share": 0.5, "age": "2 years"}
    short, longer = held({"existing_fleet": fleet}), held({"existing_fleet": {**fleet, "extend": "1 year"}})
    assert longer["existing_fleet"]["years"] == pytest.approx(short["existing_fleet"]["years"] + 1)
    assert held({"existing_fleet": {**fleet, "age": "30 years"}})["existing_fleet"]["meets"] == 0


def test_a_fleet_that_meets_the_demand_is_recommended_where_it_costs_least() -> None:
    found = held({"existing_fleet": {"chip": "h100", "count": 100_000, "used_share": 0.2}})
    assert found["existing_fleet"]["meets"] > 1
    assert found["recommended"] == "do minimum"
    half = held({"existing_fleet": {"chip": "h100", "count": 50_000, "used_share": 0.2}})
    assert half["options"]["do minimum"]["total"] == pytest.approx(found["options"]["do minimum"]["total"]), (
        "no more than the demand is run"
    )


# Tax


def test_tax_schedules_write_off_the_price_and_the_shield_needs_a_rate() -> None:
    found = held({"tax_life": 5})
    tax, base = found["tax"], found["ask"]["base"]
    for name in ("straight_line", "declining"):
        assert sum(row[name] for row in tax["years"]) == pytest.approx(base, rel=1e-12)
    assert [row["straight_line"] for row in tax["years"]] == pytest.approx([base / 5] * 5)
    assert tax["years"][0]["declining"] == pytest.approx(0.4 * base)
    assert tax["shields"] == {}
    shield = held({"tax_life": 5, "tax_rate": "25 %"})["tax"]["shields"]
    worth = sum(0.25 * base / 5 / 1.08**year for year in range(1, 6))
    assert shield["straight-line"] == {
        "sum": pytest.approx(0.25 * base),
        "present_value": pytest.approx(worth, rel=1e-9),
    }
    assert shield["declining"]["present_value"] > worth
    text = markdown(memo(**RATED, memo_file=memo_file({"tax_life": 4.5})))
    assert "for the controller's confirmation" in text
    assert "Taxes are in no sum above" in text


# Limits, commitments and equal options


def test_an_option_that_breaks_a_limit_is_not_recommended_beside_one_that_holds() -> None:
    found = held({"constraints": {"capital_budget": "1 MUSD"}})
    assert found["options"]["buy"]["broken"] == ["capital"]
    assert found["recommended"].startswith("rent")
    only = held({"constraints": {"capital_budget": "1 MUSD"}, "options": ["buy"]})
    assert only["recommended"] == "buy"
    assert any("does not hold its limits: capital" in gap for gap in only["gaps"])


def test_a_commitment_is_asked_for_whole() -> None:
    rent = {"rental_price": "3 USD/hour", "rental_price_3_year": "1 USD/hour", "chip_price": "1e6 USD"}
    found = held(**{**rent, "inflation_rate": 0})
    assert found["recommended"] == "rent 3-year"
    chips = found["estimate"]["results"]["chips"]["value"]
    assert found["ask"]["amount"] == pytest.approx(3 * 8766 * chips, rel=1e-9)
    assert found["options"]["rent 3-year"]["exit_cost"] == pytest.approx(2 * 8766 * chips, rel=1e-9)
    short = held(**{**rent, "inflation_rate": 0, "horizon": "2 years"})
    assert short["ask"]["amount"] == pytest.approx(3 * 8766 * chips, rel=1e-9), "also beyond the horizon"
    assert "more falls due after the horizon" in short["options"]["rent 3-year"]["note"]


# What it starts from


def test_results_and_scenario_files_give_the_memo_of_their_options(tmp_path: Path) -> None:
    typed = memo(**RUN, compare=["b200"])
    both = tmp_path / "both.json"
    both.write_text(
        comparison_text(cc.compare(chips=["h100", "b200"], training_compute=2e25, as_of=DAY, draws=50, used_share=1.0)),
        encoding="utf-8",
    )
    again = memo(both)
    assert again.ask == typed.ask
    assert again.decision == typed.decision
    assert json.loads(again.data)["options"] == json.loads(typed.data)["options"]
    one = tmp_path / "one.json"
    one.write_text(json_text(cc.estimate(**RUN)), encoding="utf-8")
    assert memo(one).decision == memo(**RUN).decision
    for name, price in (("cheap", "0.05"), ("dear", "0.2")):
        text = f'chip = "h100"\nflop = 2e25\nas_of = "{DAY}"\ndraws = 50\nused_share = 1.0\nelectricity_price = "{price} USD/kWh"\n'
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    two = json.loads(memo(tmp_path / "dear.toml", tmp_path / "cheap.toml", discount_rate=0.08).data)
    assert two["options"]["buy"]["title"].startswith("Buy, cheap"), "the cheaper one is detailed"
    assert two["options"]["buy:dear"]["total"] > two["options"]["buy"]["total"]


def test_what_cannot_be_a_memos_start_is_refused(tmp_path: Path) -> None:
    one, odd = tmp_path / "one.json", tmp_path / "odd.toml"
    one.write_text(json_text(cc.estimate(**RUN)), encoding="utf-8")
    odd.write_text('chip = "b200"\nflop = 3e25\n', encoding="utf-8")
    (tmp_path / "even.toml").write_text('chip = "h100"\nflop = 2e25\n', encoding="utf-8")
    with pytest.raises(InputError, match="already holds a result: leave out --mfu"):
        memo(one, mfu=0.5)
    with pytest.raises(InputError, match="one file of results"):
        memo(one, one)
    rented = tmp_path / "rented.json"
    rented.write_text(
        comparison_text(cc.compare(chips=["h100"], acquire=["on-demand", "own"], **RUN_ONCE)), encoding="utf-8"
    )
    assert "own" not in memo(rented).ask, "rented options are the memo's own to compute"
    raw = json.loads(rented.read_text(encoding="utf-8"))
    raw["options"] = [option for option in raw["options"] if option["acquisition"] != "own"]
    rented.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(InputError, match="rented options alone"):
        memo(rented)
    with pytest.raises(InputError, match="not of equal compute"):
        memo(odd, tmp_path / "even.toml")
    changed = json.loads(one.read_text(encoding="utf-8"))
    changed["results"]["run_cost"]["value"] *= 2
    one.write_text(json.dumps(changed), encoding="utf-8")
    with pytest.raises(InputError, match="run_cost: the file says"):
        memo(one)


def test_the_command_of_a_memo_writes_it_again(tmp_path: Path) -> None:
    (tmp_path / "memo.toml").write_text(
        'discount_rate = 0.1\n[constraints]\npower_limit = "20 MW"\n'
        '[[quote]]\nvendor = "V"\nprice = "30000 USD"\nholds = "server"\n', encoding="utf-8",
    )  # fmt: skip
    outcome = run(
        ["estimate", "--flop", "2e25", "--chip", "h100", "--as-of", DAY, "--format", "json", "-o", "r.json"], tmp_path
    )
    assert outcome.code == 0, outcome.stderr
    starts = (
        ["--flop", "2e25", "--chip", "h100", "--as-of", DAY, "--draws", "200"],
        ["r.json", "--horizon", "3 years"],
    )
    for start in starts:
        first = run(["memo", *start, "--memo", "memo.toml", "-o", "memo.md"], tmp_path)
        assert first.code == 0, first.stderr
        text = (tmp_path / "memo.md").read_text(encoding="utf-8")
        line = text.rstrip().splitlines()[-1].strip()
        assert "--chip-price" not in line, "the quote is the memo file's to give"
        (tmp_path / "memo.md").unlink()
        import shlex

        again = run(shlex.split(line)[1:], tmp_path)
        assert again.code == 0, again.stderr
        assert (tmp_path / "memo.md").read_text(encoding="utf-8") == text


# Leaving a field out does what the template says.

QUOTE = {"vendor": "Vendor", "price": "30000 USD", "holds": "server", "expires": "2027-02-28"}
FULL_FLEET = {"chip": "a100-40gb", "count": 512, "used_share": 0.6, "reach": 0.9, "age": "3 years", "extend": "1 year"}
# Field → (a file with it, a file without it, what the text then says).
LEFT_OUT: dict[str, tuple[dict[str, Any], str]] = {
    "title": ({"title": "A cluster"}, "# Procurement memo"),
    "need": ({"need": "For work"}, "No need was stated"),
    "requester": ({"requester": "Me"}, f"\n{DAY}\n"),
    "decision_date": ({"decision_date": "2027-01-15"}, f"decided on {DAY}"),
    "discount_rate": ({"discount_rate": 0.1}, "NPV not computed: no discount rate was given"),
    "tax_rate": ({"tax_rate": 0.25}, "no tax_rate was given, so no shield is computed"),
    "tax_life": ({"tax_life": 7}, "the service life, as tax_life was not given"),
    "site_ready": ({"site_ready": "2028-01-01"}, "the site taken as ready by then"),
    "site_contract": ({"site_contract": "4711"}, "no site contract"),
    "existing_fleet": ({"existing_fleet": FULL_FLEET}, "the memo file describes no existing_fleet"),
    "notes": ({"notes": "Mind the gap"}, ""),
    "options": ({"options": ["buy"]}, "Rent on demand, NVIDIA"),
    "constraints": ({"constraints": {"power_limit": "20 MW"}}, "No limit was given, so none was checked"),
    "approvers": ({"approvers": [{"name": "A"}]}, "| not named | – |"),
    "demand": ({"demand": [{"period": "2027", "need": "x"}]}, ""),
    "quote": ({"quote": [QUOTE]}, "No quote is named in a memo file"),
    "risk": ({"risk": [{"risk": "Power", "owner": "Me"}]}, "not named |"),
    "gate": ({"gate": [{"what": "Racks", "owner": "Me"}]}, "The memo file names no gate"),
}
LEFT_OUT_OF: dict[str, tuple[str, dict[str, Any], Any, str]] = {
    "quote.number": ("quote", QUOTE, "Q-17", "the quote of Vendor"),
    "quote.for": ("quote", QUOTE, "buy", "gives the chip price of NVIDIA H100"),
    "quote.chip": ("quote", QUOTE, "h100", "gives the chip price of NVIDIA H100"),
    "quote.server": ("quote", {"vendor": "Vendor", "price": "240000 USD", "chip": "h100", "chips": 8, "holds": "server"}, None, "gives the chip price of NVIDIA H100"),
    "quote.item": ("quote", QUOTE, "HGX H100", "| Vendor | 30000 USD"),
    "quote.price": ("quote", {key: value for key, value in QUOTE.items() if key != "price"}, "3 USD", "it has no price"),
    "quote.currency": ("quote", QUOTE, "USD", "| 30000 USD | USD |"),
    "quote.exchange_rate": ("quote", {**QUOTE, "price": "30000 EUR"}, 1.2, "1.1699 USD/EUR of 2026-08-21"),
    "quote.holds": ("quote", {key: value for key, value in QUOTE.items() if key != "holds"}, "server", "does not say what its price holds"),
    "quote.chips": ("quote", QUOTE, 8, "The estimate's price is $30k"),
    "quote.dated": ("quote", QUOTE, "2026-10-01", "quote of Vendor, valid until 2027-02-28"),
    "quote.expires": ("quote", {key: value for key, value in QUOTE.items() if key != "expires"}, "2027-02-28", "names no expiry"),
    "quote.deposit": ("quote", QUOTE, 0.3, "|  | Capital | Electricity"),
    "quote.payments": ("quote", QUOTE, "30% at -2 month, 70% at start", "|  | Capital | Electricity"),
    "quote.delivery_weeks": ("quote", QUOTE, 12, "delivery in 44 weeks, assumed"),
    "quote.terms": ("quote", QUOTE, "net 90", "| price of the server |"),
    "quote.chosen": ("quote", QUOTE, True, "gives the chip price of NVIDIA H100"),
    "quote.use": ("quote", QUOTE, False, "gives the chip price of NVIDIA H100"),
    "approvers.role": ("approvers", {"name": "A"}, "CFO", "| A | – |"),
    "demand.need": ("demand", {"period": "2027"}, "x", "| 2027 | – | – |"),
    "risk.trigger": ("risk", {"risk": "Flood"}, "rain", "| Flood | – |"),
    "risk.effect": ("risk", {"risk": "Flood", "trigger": "rain"}, "a week", "| Flood | rain | – |"),
    "risk.owner": ("risk", {"risk": "Flood"}, "Me", "| Flood | – | – | not named |"),
    "gate.date": ("gate", {"what": "Racks"}, "2027-05-01", "| Racks | – |"),
    "gate.owner": ("gate", {"what": "Racks"}, "Me", "| Racks | – | not named |"),
    "existing_fleet.reach": ("existing_fleet", {**FULL_FLEET, "reach": None}, 0.9, "to 100% of hours used"),
    "existing_fleet.age": ("existing_fleet", {**FULL_FLEET, "age": None}, "2 years", "taken to last over the horizon, as no age is given"),
    "existing_fleet.extend": ("existing_fleet", {**FULL_FLEET, "extend": None}, "2 years", "over 1 year (its life ends within the horizon)"),
}  # fmt: skip


@cache
def _text(raw: str, rated: bool) -> str:
    return plain_text(markdown(memo(**(RATED if rated else RUN), memo_file=memo_file(json.loads(raw)))))


def text_of(raw: dict[str, Any], rated: bool = True) -> str:
    """The Markdown of a memo with that file; many fields share the file that lacks them."""
    return _text(json.dumps(raw), rated)


def test_every_field_of_the_file_is_in_the_template_with_what_leaving_it_out_does() -> None:
    named = set(re.findall(r"^# (?:or: )?(\w+) = ", TEMPLATE, re.MULTILINE)) | set(
        re.findall(r"^# \[+(\w+)\]", TEMPLATE, re.MULTILINE)
    )
    fields = {*KNOWN, *FLEET, *(name for known in LISTS.values() for name in known), *LIMITS}
    assert fields <= named
    tables = {f"{table}.{name}" for table, known in LISTS.items() for name in list(known)[1:]}
    tables |= {f"existing_fleet.{name}" for name in FLEET if name not in ("chip", "count", "used_share")}
    assert tables == set(LEFT_OUT_OF)
    assert set(KNOWN) == set(LEFT_OUT)


@pytest.mark.parametrize("field", LEFT_OUT)
def test_leaving_out_a_field_does_what_is_said(field: str) -> None:
    raw, words = LEFT_OUT[field]
    with_it, without = (text_of(file, rated=field != "discount_rate") for file in (raw, {}))
    assert with_it != without
    assert words in without
    if words and field != "risk":
        assert words not in with_it


@pytest.mark.parametrize("field", LEFT_OUT_OF)
def test_leaving_out_a_field_of_a_table_does_what_is_said(field: str) -> None:
    table, rest, value, words = LEFT_OUT_OF[field]
    rest = {key: part for key, part in rest.items() if part is not None}
    name = field.partition(".")[2]
    raw = {table: rest if table == "existing_fleet" else [rest]}
    without = text_of(raw)
    assert words in without
    if value is None:
        return
    full = {**rest, name: value}
    changed = text_of({table: full if table == "existing_fleet" else [full]})
    # Where what is left out is what would have been said, the text is the same.
    same = field in ("quote.for", "quote.chip", "quote.chosen", "quote.currency")
    assert (changed == without) == same
