"""Cash is written once: every reader of a plan says the figures of `finance`, whatever is set."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import cluster_calc as cc
from cluster_calc.documents.memo.memo import memo
from cluster_calc.documents.memo_forms.live import live
from cluster_calc.documents.render.view import Part
from cluster_calc.documents.sheet import finance
from cluster_calc.estimation.drawing import held
from cluster_calc.estimation.included import excluded, not_included
from cluster_calc.estimation.replay import base_of
from cluster_calc.investment.cash_flow import Finance
from cluster_calc.quantities.display import percent
from cluster_calc.quantities.settings import METHODS
from cluster_calc.scenario.layers import gather
from cluster_calc.studies import own_or_rent
from cluster_calc.studies.comparison import of
from cluster_calc.studies.influence import RENTING
from tests.cli.running import ROOT, run

# The run of issue's table: 2e25 FLOP on H100, and a staff of 30 M USD a year.
STAFFED = "--flop 2e25 --chip h100 --staff-rate '30 MUSD/year' --chip-price '40000 USD' --price-basis server --rental-price '6.88 USD/hour'"
# Command → the figure's place in its JSON → value → why.
BY_HAND: list[tuple[str, str, float, str]] = [
    # 1,024 chips at $30,000 all in: K = 30.72 MUSD over 4 years = 7.68 MUSD/year; staff 3, maintenance 4 % of K = 1.2288, a site
    # of 1,024 × 1 kW × 150 USD × 12 = 1.8432 MUSD/year; 8.97 million chip-hours; electricity 1,024 kW × 8,766 h × 0.10.
    ("estimate --chip h100 --chips 1024 --chip-price '30000 USD' --price-basis all-in --tdp '800 W' --server-power-factor 1 "
     "--pue 1.25 --power-utilisation 1 --electricity-price '0.1 USD/kWh' --staff-rate '3 MUSD/year' --maintenance-rate 0.04 "
     "--colocation-price '150 USD/kW/month'", "results.cost_per_chip_hour.value",
     (7.68e6 + 3e6 + 1.2288e6 + 1.47456e6) / (1024 * 8766) + 0.1, "operating rates count in a cluster without a run"),
    ("estimate --chip h100 --chips 1024 --chip-price '30000 USD' --price-basis all-in --tdp '800 W' --server-power-factor 1 "
     "--pue 1.25 --power-utilisation 1 --electricity-price '0.1 USD/kWh' --staff-rate '3 MUSD/year' --used-share 0.5",
     "results.cost_per_chip_hour.value", 2 * (7.68e6 + 3e6) / (1024 * 8766) + 0.1, "staff is paid for idle hours, energy is not"),
    ("finance --chip h100 --chips 64 --chip-price '30000 USD' --price-basis all-in --horizon '4 years' --lifetime '4 years' "
     "--days-per-year 365 --discount-rate 0.1", "own.book_value_at_horizon", 0.0, "nobody buys a set for the last day of a plan"),
]  # fmt: skip


def figure(command: str, path: str) -> Any:
    code, said, fault = run([*shlex.split(command), "--format", "json"], ROOT)
    assert code == 0, fault
    found: Any = json.loads(said)
    for part in path.split("."):
        found = found[part]
    return found


@pytest.mark.parametrize(("command", "path", "value", "why"), BY_HAND, ids=[row[3] for row in BY_HAND])
def test_a_figure_by_hand(command: str, path: str, value: float, why: str) -> None:
    assert figure(command, path) == pytest.approx(value, rel=1e-9, abs=1e-6), why


def test_a_life_that_ends_a_day_before_the_plan_is_not_replaced() -> None:
    given: dict[str, Any] = {"chip": "h100", "chips": 64, "horizon": "4 years"}
    short, whole = cc.finance(**given, lifetime="1460 days"), cc.finance(**given, lifetime="4 years")
    assert not [flow for flow in short.flows if flow.line == "refresh"]
    assert short.npv == pytest.approx(whole.npv, rel=1e-12)
    assert sum(short.depreciation) == pytest.approx(sum(whole.depreciation), rel=1e-9)
    # A month before the end it is replaced, as every life that ends sooner.
    assert [flow.time for flow in cc.finance(**given, lifetime="47 month").flows if flow.line == "refresh"]


def test_owning_and_renting_draw_level_at_one_share_for_every_reader() -> None:
    level = figure(f"finance {STAFFED}", "rent")[0]
    share, flat = level["break_even_used_share"], level["break_even_used_share_undiscounted"]
    switching = figure(f"sensitivity {STAFFED}", "switching_values")
    of_use = [entry["value"] for entry in switching if entry["name"] == "used_share" and entry["verdict"] == RENTING]
    assert of_use == [pytest.approx(share, rel=1e-6)]
    ways = f"{STAFFED} --acquire own --acquire on-demand"
    for by, wanted in (("npv", share), ("run_cost", flat)):
        found = figure(f"compare {ways} --by {by}", "switching")
        assert [entry["value"] for entry in found if entry["name"] == "used_share"] == [pytest.approx(wanted, rel=1e-6)]
    assert flat < share, "what is paid at the start weighs more where later money is discounted"
    code, said, _ = run(["compare", *shlex.split(ways), "--full"], ROOT)
    assert code == 0
    assert "Undiscounted, at the prices of the start" in " ".join(said.split())


GIVEN = st.fixed_dictionaries(
    {"chips": st.integers(1, 5000), "discount_rate": st.floats(0.0, 0.3), "inflation_rate": st.floats(-0.05, 0.1)},
    optional={
        "training_compute": st.sampled_from(["1e23", "2e24"]),
        "staff_rate": st.floats(0, 3e7).map(lambda value: f"{value!r} USD/year"),
        "maintenance_rate": st.floats(0, 0.1), "insurance_rate": st.floats(0, 0.03),
        "storage_rate": st.floats(0, 1e6).map(lambda value: f"{value!r} USD/year"),
        "software_price": st.floats(0, 5000).map(lambda value: f"{value!r} USD/year"),
        "demand_charge": st.floats(0, 30).map(lambda value: f"{value!r} USD/kW/month"),
        "colocation_price": st.floats(1, 300).map(lambda value: f"{value!r} USD/kW/month"),
        "construction_cost": st.floats(1, 15).map(lambda value: f"{value!r} USD/W"),
        "used_share": st.floats(0.2, 1.0), "residual_value": st.floats(0, 0.4), "owned_chips": st.integers(0, 100),
        "hardware_price_growth": st.floats(-0.3, 0.1), "rental_price_growth": st.floats(-0.3, 0.1),
        "electricity_price_growth": st.floats(-0.1, 0.1), "deposit_share": st.floats(0, 0.5),
        "depreciation": st.sampled_from(METHODS), "horizon": st.integers(6, 90).map(lambda months: f"{months} month"),
        "rental_price_spot": st.floats(0.5, 9).map(lambda value: f"{value!r} USD/hour"),
        "flow_timing": st.sampled_from(["mid-year", "year-end"]), "hardware_age": st.sampled_from(["0 years", "1.5 years"]),
    },
)  # fmt: skip
NO_SHRINK = [Phase.explicit, Phase.reuse, Phase.generate]
BASE: dict[str, Any] = {"chip": "h100", "rental_price": "5 USD/hour"}


def text_of(part: Part | None) -> str:
    assert part is not None
    return part.lead


@settings(max_examples=15, deadline=None)
@given(GIVEN)
def test_the_sheet_says_what_finance_says(given: dict[str, Any]) -> None:
    plan = cc.finance(**BASE, **given)
    seen = finance.plan_of(cc.estimate(**BASE, **given))
    assert isinstance(seen, Finance)
    assert seen.npv == plan.npv
    hourly = plan.alternatives[0]
    said = text_of(finance.rent_or_buy(plan.result, seen))
    if hourly.break_even_share is not None:
        assert f"less than {percent(hourly.break_even_share)} of" in said
    own, rent = plan.costs_of_used_hours(hourly.rent, float(plan.inputs["used_share"].value))
    assert own == pytest.approx(plan.per_delivered_hour * plan.figures.goodput, rel=1e-9)
    assert rent == pytest.approx(hourly.per_delivered_hour * plan.figures.goodput, rel=1e-9)
    by_year = finance.cash(plan.result, seen)
    assert by_year is not None
    rows = by_year.figures[0].table.rows
    assert len(rows) == len(plan.by_year())
    from cluster_calc.quantities.display import money

    for row, year in zip(rows, plan.by_year(), strict=True):
        assert row.cells[-1].text == money(-year["cumulative"])
        parts = finance._columns(year)
        assert sum(parts.values()) == pytest.approx(year["cash"], rel=1e-9, abs=1e-6)


@settings(max_examples=10, deadline=None, phases=NO_SHRINK)
@given(GIVEN)
def test_where_the_switching_values_say_owning_and_renting_draw_level(given: dict[str, Any]) -> None:
    result = cc.estimate(**BASE, **{"horizon": "4 years", **given})
    found = own_or_rent.switches(result, held(result))
    hourly = cc.finance(**BASE, **{"horizon": "4 years", **given}).alternatives[0]
    for name in ("used_share", "rental_price"):
        exact = hourly.break_even_share if name == "used_share" else hourly.break_even_price
        if name in found and exact is not None:
            value = found[name].value * (1.0 if name == "used_share" else 3600)
            assert value == pytest.approx(exact, rel=1e-6)
    for name, unit in (("discount_rate", ""), ("rental_price", " USD/chip/s")):
        if name in found:
            moved = {"horizon": "4 years", **BASE, **given, name: f"{found[name].value!r}{unit}"}
            plan = cc.finance(**moved)
            assert plan.npv == pytest.approx(plan.alternatives[0].npv, rel=1e-6)


@settings(max_examples=15, deadline=None)
@given(GIVEN)
def test_a_run_is_charged_what_a_year_of_the_plan_pays_for_its_hours(given: dict[str, Any]) -> None:
    # Operating lines and electricity of one year, over the hours used in it, are those of an hour of the run or the cluster.
    still = {"inflation_rate": 0, "electricity_price_growth": 0, "horizon": "4 years", "flow_timing": "mid-year"}
    given = {**{name: value for name, value in given.items() if name != "colocation_price"}, **still}
    plan = cc.finance(**BASE, **given)
    values, year = plan.result.values, plan.by_year()[1]
    out = {"year", "cash", "cumulative", "depreciation", "book_value", "capital", "deposit", "facility", "refresh", "residual",
           "facility_residual"}  # fmt: skip
    paid = -sum(amount for line, amount in year.items() if line not in out)
    hours = values["chips"] * values["used_share"] * 365.25 * 24
    if "training_compute" in given:
        run_hours = values["chip_hours"] / 3600
        assert paid / hours == pytest.approx(
            (values["operations_cost"] + values["electricity_cost"]) / run_hours, rel=1e-9
        )
    else:
        charge = values["depreciation_rate"] / values["used_share"] / values["chips"]
        assert paid / hours == pytest.approx((values["cost_per_chip_hour"] - charge) * 3600, rel=1e-9)


@settings(max_examples=8, deadline=None)
@given(GIVEN)
def test_a_memo_and_the_payments_of_its_workbook_say_what_finance_says(given: dict[str, Any]) -> None:
    # The share of hours is typed: without one a memo takes it from the demand, finance all of them.
    data = json.loads(memo(**BASE, **{"training_compute": "1e24", "draws": 64, "used_share": 1.0, **given}).data)
    scenario, book, result = base_of(data["estimate"])
    from cluster_calc.investment.cash_flow import plan

    found = plan(scenario, book, result)
    assert data["finance"]["own"]["npv"] == pytest.approx(found.npv, rel=1e-9)
    book_of = live(data)
    for option, flows in (
        (book_of.own, found.flows),
        (book_of.colocated, found.colocated.flows if found.colocated else ()),
    ):
        entries = [entry for entry in book_of.payments if option and entry.option == option]
        assert sum(entry.amount for entry in entries) == pytest.approx(
            sum(flow.amount for flow in flows), rel=1e-9, abs=1e-3
        )
    # Every flow that follows from cells is a formula: a number would stand still when a reviewer moves an input.
    made = {
        "deposit",
        "capital",
        "staff",
        "maintenance",
        "insurance",
        "storage",
        "software",
        "demand_charge",
        "colocation",
    }
    for entry in book_of.payments:
        if entry.option in (book_of.own, book_of.colocated) and entry.line in made and entry.amount:
            assert entry.formula, (entry.line, given)
            assert "{time}" in entry.formula or entry.line in ("deposit", "capital"), entry.formula


@settings(max_examples=25, deadline=None)
@given(GIVEN)
def test_what_is_not_included_has_no_value_and_what_has_none_is_named(given: dict[str, Any]) -> None:
    rates = {"staff": "staff_rate", "maintenance": "maintenance_rate", "colocation": "colocation_price", "storage": "storage_rate",
             "demand charge": "demand_charge", "insurance": "insurance_rate", "software": "software_price"}  # fmt: skip
    result = cc.estimate(**BASE, **given)
    words, plan = " ".join(excluded(result)), " ".join(not_included(result))
    for line, rate in rates.items():
        named = re.search(rf"\b{line} \(--", words) is not None
        assert named is (rate not in given)
        assert named is (re.search(rf"\b{line} \(--", plan) is not None)
    assert ("idle time" in words) is ("used_share" not in given or given["used_share"] == 1)
    assert ("the building" in words) is ("construction_cost" not in given)
    assert json.loads(json.dumps(cc.finance(**BASE, **given).as_dict()))["not_included"] == not_included(result)


@settings(max_examples=6, deadline=None, phases=NO_SHRINK)
@given(GIVEN)
def test_compare_values_each_way_as_finance_does(given: dict[str, Any]) -> None:
    given = {**BASE, "horizon": "4 years", **given}
    plan = cc.finance(**given)
    own_site = {name: value for name, value in given.items() if name != "colocation_price"}
    found = of([(gather(own_site, origin="call"), "")], by="npv", acquire=["own", "on-demand", "spot"])
    wanted = plan.values_by_option
    for option in found.options:
        name = option.way if option.way == "own" else f"rent {option.way}"
        assert option.npv == pytest.approx(wanted[name], rel=1e-9)


@settings(max_examples=6, deadline=None, phases=NO_SHRINK)
@given(st.integers(8, 5000), st.floats(0.2, 1.0), st.floats(0.5, 6.0))
def test_the_defaults_of_every_line_are_charged_alike(chips: int, used: float, density: float) -> None:
    given: dict[str, Any] = {"chip": "h100", "chips": chips, "used_share": used, "all_in": True, "inflation_rate": 0,
                             "staff_density": f"{density!r} post/MW", "rental_price": "5 USD/hour"}  # fmt: skip
    cluster = cc.estimate(**given)
    year = cc.finance(**given, horizon="4 years").colocated
    assert year is not None
    lines = ("staff", "maintenance", "colocation", "insurance")
    paid = {line: -year.by_year()[1][line] for line in lines}
    assert sum(paid.values()) == pytest.approx(cluster.in_unit("operations_per_year"), rel=1e-9)
    run = cc.estimate(**given, training_compute=1e23).values
    charged = run["charged_time"] / (365.25 * 86400)
    for line in lines:
        assert run[f"{line}_cost"] == pytest.approx(paid[line] * charged, rel=1e-9)


def test_spot_above_on_demand_is_marked() -> None:
    plan = cc.finance(chip="h100", chips=64, rental_price="2 USD/hour", rental_price_spot="3 USD/hour")
    assert {entry.rent.term: entry.dearer_than_on_demand for entry in plan.alternatives}["spot"]
    assert "rent spot at $3 !" in str(plan)
    assert any("spot is dearer than on demand" in warning for warning in plan.warnings)


def test_a_rent_that_was_given_for_the_run_is_the_rent_of_the_plan() -> None:
    given: dict[str, Any] = {"chip": "h100", "training_compute": 1e24, "rental_cost": "4 MUSD"}
    result = cc.estimate(**given)
    assert "rental_price" not in result.missing
    assert cc.finance(**given).alternatives[0].rent.price == pytest.approx(
        result.values["rental_price"] * 3600, rel=1e-12
    )
