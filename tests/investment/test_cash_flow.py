"""Owning and renting over a horizon: discounting, conventions, and what must reconcile."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import cluster_calc as cc
from cluster_calc.documents.reports import finance as report
from cluster_calc.errors import InputError
from cluster_calc.investment.flows import Flow, net_present_value, table
from cluster_calc.quantities import settings as depreciation

CLUSTER: dict[str, Any] = {"chip": "h100", "chips": 1024, "horizon": "4 years"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-24, 240), st.floats(-1e9, 1e9)), min_size=1, max_size=30), st.floats(-0.3, 1.0))
def test_npv_agrees_with_the_sum_of_discounted_flows(flows: list[tuple[int, float]], rate: float) -> None:
    # Independent of the library: every flow by its own power of the yearly rate.
    expected = sum(amount / (1 + rate) ** (place / 24) for place, amount in flows)
    scale = sum(abs(amount) / (1 + rate) ** (place / 24) for place, amount in flows)
    found = net_present_value([Flow("x", place / 24, amount) for place, amount in flows], rate)
    assert found == pytest.approx(expected, abs=1e-9 * scale + 1e-9)


def test_a_textbook_npv() -> None:
    # Brealey, Myers, Allen: 800,000 in a year for 700,000 today at 7 % is worth 47,664.
    assert net_present_value([Flow("a", 0, -700_000), Flow("b", 1, 800_000)], 0.07) == pytest.approx(
        47_663.55, abs=0.01
    )


@pytest.mark.parametrize("timing", ["mid-year", "year-end"])
def test_the_plan_is_its_own_flows_discounted(timing: str) -> None:
    plan = cc.finance(**CLUSTER, flow_timing=timing, discount_rate=0.1, inflation_rate=0.03)
    running = plan.result.values["facility_power"] * plan.result.values["electricity_price"] * 365.25 * 86400
    later = 0.5 if timing == "mid-year" else 1.0
    expected = -plan.result.values["capital_cost"]
    expected -= sum(running * 1.03 ** (year + later) / 1.1 ** (year + later) for year in range(4))
    assert plan.npv == pytest.approx(expected, rel=1e-9)
    assert plan.per_delivered_hour == pytest.approx(-plan.npv / plan.discounted_hours)


def test_real_and_nominal_terms_give_the_same_value() -> None:
    nominal = cc.finance(
        **CLUSTER, discount_rate=1.05 * 1.02 - 1, inflation_rate=0.02, rental_price_1_year="3 USD/hour"
    )
    real = cc.finance(**CLUSTER, discount_rate=0.05, rate_terms="real", rental_price_1_year="3 USD/hour")
    assert nominal.npv == pytest.approx(real.npv, rel=1e-9)
    for one, two in zip(nominal.alternatives, real.alternatives, strict=True):
        assert one.npv == pytest.approx(two.npv, rel=1e-9)
    with pytest.raises(InputError, match="inflation_rate is given with --rate-terms real"):
        cc.finance(**CLUSTER, rate_terms="real", inflation_rate=0.02)


@pytest.mark.parametrize(
    "method", ["straight-line", "double-declining", "declining-balance", "price-performance", "resale"]
)
@pytest.mark.parametrize("years", [2, 4, 6.5])
def test_cash_reconciles_with_depreciation(method: str, years: float) -> None:
    plan = cc.finance(**CLUSTER | {"horizon": f"{years} years"}, depreciation=method, lifetime="4 years", residual_value=0.1,
                      inflation_rate=0, discount_rate=0)  # fmt: skip
    spent = -sum(flow.amount for flow in plan.flows if flow.line in ("capital", "refresh", "residual", "deposit"))
    assert sum(plan.depreciation) == pytest.approx(spent, rel=1e-6)
    books = [row["book_value"] for row in plan.by_year()]
    for year, charge in enumerate(plan.depreciation[: min(4, int(years))], 1):
        if method != "straight-line" or year < 4:
            assert books[year - 1] - books[year] == pytest.approx(charge, rel=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 100), st.floats(0, 0.5), st.floats(0, 1), st.sampled_from([0, 6, 9]))
def test_the_lines_of_every_year_sum(months: int, rate: float, deposit: float, lead: int) -> None:
    plan = cc.finance(**CLUSTER | {"horizon": f"{months} month"}, discount_rate=rate, deposit_share=deposit,
                      deposit_lead=f"{lead} month", maintenance_rate=0)  # fmt: skip
    rows = plan.by_year()
    lines = [name for name in rows[0] if name not in ("year", "cash", "cumulative", "depreciation", "book_value")]
    for row in rows:
        assert row["cash"] == pytest.approx(sum(row[line] for line in lines), abs=1e-3)
    assert rows[-1]["cumulative"] == pytest.approx(sum(flow.amount for flow in plan.flows), abs=1e-2)
    printed = list(csv.DictReader(io.StringIO(report.csv_text(plan))))
    assert [float(row["cash"]) for row in printed] == [row["cash"] for row in rows]


@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    st.sampled_from(depreciation.METHODS), st.floats(0, 8), st.integers(1, 120), st.floats(0, 1), st.floats(-0.3, 0.3),
    st.integers(1, 84),
)  # fmt: skip
def test_depreciation_is_the_cash_of_the_hardware(
    method: str, age: float, months: int, residual: float, growth: float, life: int
) -> None:
    # Of hardware of any age, over any horizon, under any growth of prices, replaced any number of times.
    plan = cc.finance(chip="h100", chips=8, horizon=f"{months} month", depreciation=method, hardware_age=f"{age!r} years",
                      residual_value=residual, hardware_price_growth=growth, lifetime=f"{life} month")  # fmt: skip
    rows = plan.by_year()
    hardware = ("capital", "refresh", "residual")
    spent = -sum(row[line] for row in rows for line in hardware if line in row)
    assert sum(row["depreciation"] for row in rows) == pytest.approx(spent, rel=1e-6, abs=1e-3)
    price = plan.result.values["capital_cost"]
    assert rows[0]["depreciation"] == pytest.approx(price - rows[0]["book_value"], abs=1e-3)
    # What the books hold is what was spent and not yet charged; a set bought as a year ends opens the next.
    changes = [flow.time for flow in plan.flows if flow.line == "refresh"]
    held = 0.0
    for row in rows:
        held += -sum(row[line] for line in hardware if line in row) - row["depreciation"]
        last = row["year"] == rows[-1]["year"]
        if any(abs(time - row["year"]) < 1e-6 for time in changes):
            continue
        assert row["book_value"] == pytest.approx(held + (row["book_value"] if last else 0), rel=1e-6, abs=price * 1e-6)


def test_a_deposit_is_paid_before_the_start_and_costs_interest() -> None:
    later = cc.finance(**CLUSTER, discount_rate=0.1)
    plan = cc.finance(**CLUSTER, discount_rate=0.1, deposit_share=0.2, deposit_lead="6 month")
    capital = plan.result.values["capital_cost"]
    assert later.npv - plan.npv == pytest.approx(0.2 * capital * (1.1**0.5 - 1), rel=1e-9)


def test_break_even_points_are_where_the_two_draw_level() -> None:
    plan = cc.finance(**CLUSTER)
    hourly = plan.alternatives[0]
    assert hourly.rent.term == "on-demand"
    assert hourly.break_even_share is not None
    at_share = cc.finance(**CLUSTER, used_share=hourly.break_even_share)
    assert at_share.npv == pytest.approx(at_share.alternatives[0].npv, rel=1e-9)
    at_price = cc.finance(**CLUSTER, rental_price=f"{hourly.break_even_price!r} USD/hour")
    assert at_price.npv == pytest.approx(at_price.alternatives[0].npv, rel=1e-9)


def test_commitments_pay_for_idle_hours_and_spot_for_lost_ones() -> None:
    prices = {"rental_price": "2 USD/hour", "rental_price_1_year": "2 USD/hour", "rental_price_3_year": "2 USD/hour",
              "rental_price_spot": "2 USD/hour"}  # fmt: skip
    plan = cc.finance(**CLUSTER, **prices, used_share=0.5, spot_goodput=0.8, rental_price_growth=0)
    cost = {entry.rent.term: entry.npv for entry in plan.alternatives}
    assert cost["1-year"] == pytest.approx(2 * cost["on-demand"]) == cost["3-year"]
    assert cost["spot"] == pytest.approx(cost["on-demand"] / 0.8)
    assert list(plan.left_out) == ["colocate"]


@pytest.mark.parametrize("growth", [-0.15, 0.0, 0.1])
def test_a_commitment_keeps_its_price_for_its_term_and_takes_that_of_its_renewal(growth: float) -> None:
    # W10, by hand: all hours of each year, at the rent of the day on which the term began; on demand, at that of the middle.
    prices = {
        "rental_price": "2 USD/hour",
        "rental_price_1_year": "1.9 USD/hour",
        "rental_price_3_year": "1.9 USD/hour",
    }
    plan = cc.finance(**CLUSTER, **prices, rental_price_growth=growth, discount_rate=0.1)
    cost = {entry.rent.term: entry for entry in plan.alternatives}
    hours, worth = 1024 * 365.25 * 24, [1.1 ** -(year + 0.5) for year in range(4)]
    moved = [(1 + growth) ** year for year in range(4)]
    floating = [(1 + growth) ** (year + 0.5) for year in range(4)]
    assert cost["on-demand"].npv == pytest.approx(-hours * 2 * sum(a * b for a, b in zip(floating, worth, strict=True)))
    assert cost["1-year"].npv == pytest.approx(-hours * 1.9 * sum(a * b for a, b in zip(moved, worth, strict=True)))
    fixed = [1.0, 1.0, 1.0, (1 + growth) ** 3]
    assert cost["3-year"].npv == pytest.approx(-hours * 1.9 * sum(a * b for a, b in zip(fixed, worth, strict=True)))
    assert cost["1-year"].owed_beyond == 0
    assert cost["3-year"].owed_beyond == pytest.approx(2 * hours * 1.9 * (1 + growth) ** 3)


def test_what_has_no_price_is_left_out_and_named() -> None:
    plan = cc.finance(**CLUSTER | {"chip": "mi325x"})
    assert "supply --rental-price-spot" in plan.left_out["spot"], plan.left_out
    assert "left out: no spot price found" in str(plan)
    assert all(entry.rent.term != "spot" for entry in plan.alternatives)


def test_owned_chips_need_no_new_cash() -> None:
    plan = cc.finance(**CLUSTER, owned_chips=256)
    first = plan.by_year()[0]
    assert first["capital"] == pytest.approx(-0.75 * plan.result.values["capital_cost"])
    apart = plan.as_dict()["own"]["depreciation_of_owned_chips_by_year"]
    assert apart == pytest.approx([0.25 * row["depreciation"] for row in plan.by_year()])
    assert "on chips already owned (25%)" in " ".join(str(plan).split())
    assert plan.result.values["new_capital"] == pytest.approx(-first["capital"])
    everything = cc.estimate(chip="h100", chips=1024, training_compute=1e24, owned_chips=2048).values
    assert everything["new_capital"] == 0
    assert everything["owned_depreciation"] == pytest.approx(everything["depreciation"])


def test_development_is_apart_from_the_final_run() -> None:
    result = cc.estimate(chip="h100", training_compute=2e25, development_factor=2.5)
    assert result.values["project_cost"] == pytest.approx(2.5 * result.values["run_cost"])
    assert "project_cost" not in cc.estimate(chip="h100", training_compute=2e25).values


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"discount_rate": -1}, "discount_rate: '-1' is outside the possible range"),
        ({"discount_rate": 8}, "a percentage needs its sign"),
        ({"horizon": "0 years"}, "horizon"),
        ({"horizon": "10 days"}, "not a whole number of months"),
        ({"rate_terms": "reel"}, "rate_terms: 'reel' is not one of nominal, real. Did you mean real"),
        ({"flow_timing": "monthly"}, "flow_timing: 'monthly' is not one of mid-year, year-end"),
        ({"chip": "tpuv5p"}, "finance needs capital_cost: chip_price not found"),
        ({"chip_price": "30000 EUR"}, r"\[EUR\]"),
    ],
)
def test_bad_finance_is_one_clear_message(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        cc.finance(**CLUSTER | given)


def test_a_year_starts_after_the_payments_at_the_start() -> None:
    rows = table(
        [Flow("a", -0.5, 1.0), Flow("a", 0, 2.0), Flow("a", 0.5, 4.0), Flow("a", 1.0, 8.0), Flow("a", 1.5, 16.0)]
    )
    assert [row["a"] for row in rows] == [3.0, 12.0, 16.0]


SITE: dict[str, Any] = {**CLUSTER, "colocation_price": "150 USD/kW/month", "construction_cost": "11.7 USD/W"}


def test_colocating_rents_the_site_by_its_critical_load_and_builds_none() -> None:
    plan = cc.finance(**SITE, discount_rate=0.1, inflation_rate=0.02)
    found = plan.colocated
    assert found is not None
    assert found.power == "metered"
    full_load = plan.result.values["critical_load"] / 1000
    rent = sum(full_load * 150 * 12 * (1.02 / 1.1) ** (year + 0.5) for year in range(4))
    building = plan.result.values["facility_capital"]
    assert found.npv - plan.npv == pytest.approx(building - rent, rel=1e-9)
    assert {"facility"} == {flow.line for flow in plan.flows} - {flow.line for flow in found.flows}
    assert "colocation" not in plan.by_year()[0]
    assert found.by_year()[1]["colocation"] == pytest.approx(-full_load * 1800 * 1.02**0.5)


def test_a_rent_of_the_site_that_holds_the_power_leaves_no_electricity() -> None:
    metered, held = (cc.finance(**SITE, colocation_power=power) for power in ("metered", "included"))
    assert metered.colocated is not None
    assert held.colocated is not None
    energy = sum(flow.amount / 1.1**flow.time for flow in metered.flows if flow.line == "electricity")
    assert held.colocated.npv - metered.colocated.npv == pytest.approx(-energy, rel=1e-9)
    assert held.npv == metered.npv
    run = cc.estimate(
        chip="h100", training_compute=1e24, colocation_price="150 USD/kW/month", colocation_power="included"
    )
    lines = ("depreciation", "colocation_cost")
    assert run.values["run_cost"] == pytest.approx(sum(run.values[name] for name in lines))
    assert "held by the rent of the site" in str(run)


@pytest.mark.parametrize("power", ["metered", "included"])
@pytest.mark.parametrize("used", [0.5, 1.0])
def test_colocating_draws_level_where_it_says(power: str, used: float) -> None:
    site = SITE | {"colocation_price": "190 USD/kW/month"}
    plan = cc.finance(**site, colocation_power=power, used_share=used)
    assert plan.colocated is not None
    level = plan.colocated.break_even
    assert level.price is not None
    assert level.months is not None
    again = cc.finance(
        **site | {"colocation_price": f"{level.price!r} USD/kW/month"}, colocation_power=power, used_share=used
    )
    assert again.colocated is not None
    assert again.colocated.npv == pytest.approx(again.npv, rel=1e-9)
    # The first months over which a building of one's own costs no more, and no month before.
    for months, owning_costs_less in ((level.months, True), (level.months - 1, False)):
        over = cc.finance(**site | {"horizon": f"{months} month"}, colocation_power=power, used_share=used)
        assert over.colocated is not None
        assert (over.npv >= over.colocated.npv) is owning_costs_less


def test_renting_draws_level_with_colocating_where_it_says() -> None:
    plan = cc.finance(**SITE)
    hourly = plan.alternatives[0]
    beside = hourly.beside_colocated
    assert beside is not None
    assert beside.share is not None
    assert beside.price is not None
    at_share = cc.finance(**SITE, used_share=beside.share)
    at_price = cc.finance(**SITE, rental_price=f"{beside.price!r} USD/hour")
    for again in (at_share, at_price):
        assert again.colocated is not None
        assert again.colocated.npv == pytest.approx(again.alternatives[0].npv, rel=1e-9)


def test_without_a_price_of_the_site_colocating_is_left_out_by_name() -> None:
    plan = cc.finance(**CLUSTER)
    assert plan.colocated is None
    assert "supply --colocation-price" in plan.left_out["colocate"]
    assert plan.as_dict()["colocate"] is None


def test_yearly_rates_count_without_a_run() -> None:
    plan = cc.finance(**CLUSTER, staff_rate="3 MUSD/year", maintenance_rate=0.04, inflation_rate=0)
    first = plan.by_year()[1]
    assert first["staff"] == pytest.approx(-3e6)
    assert first["maintenance"] == pytest.approx(-0.04 * plan.result.values["capital_cost"])
    with pytest.raises(InputError, match="operations_cost is that of a run"):
        cc.finance(**CLUSTER, operations_cost="1 MUSD")


@pytest.mark.parametrize("growth", [-0.3, 0.0, 0.1])
def test_every_set_is_charged_on_its_own_price(growth: float) -> None:
    plan = cc.finance(
        **CLUSTER | {"horizon": "10 years"}, lifetime="3 years", residual_value=0.2, hardware_price_growth=growth
    )
    spent = -sum(flow.amount for flow in plan.flows if flow.line in ("capital", "refresh", "residual"))
    assert sum(plan.depreciation) == pytest.approx(spent, rel=1e-9)
    assert [flow.time for flow in plan.flows if flow.line == "refresh"] == pytest.approx([3, 6, 9])


def test_demand_charges_are_a_line_by_the_full_load() -> None:
    with_charge = {"demand_charge": "15 USD/kW/month"}
    run = cc.estimate(chip="h100", training_compute=1e24, **with_charge)
    months = run.values["training_time"] / (365.25 * 86400 / 12)
    assert run.values["demand_charge_cost"] == pytest.approx(run.values["peak_facility_power"] / 1000 * 15 * months)
    lines = ("depreciation", "electricity_cost", "demand_charge_cost")
    assert run.values["run_cost"] == pytest.approx(sum(run.values[name] for name in lines))
    without = cc.finance(**SITE, colocation_power="included")
    plan = cc.finance(**SITE, **with_charge, colocation_power="included")
    assert plan.by_year()[1]["demand_charge"] < 0
    # Whoever rents a site with its power is billed by the site alone.
    assert plan.colocated is not None
    assert without.colocated is not None
    assert plan.colocated.npv == without.colocated.npv
    assert "demand charge (--demand-charge)" in " ".join(str(without).split())
    assert "demand charge (--demand-charge)" not in " ".join(str(plan).split())


def test_a_commitment_dearer_than_on_demand_is_marked() -> None:
    prices = {
        "rental_price": "2 USD/hour",
        "rental_price_1_year": "2.5 USD/hour",
        "rental_price_3_year": "1.5 USD/hour",
    }
    plan = cc.finance(**CLUSTER, **prices)
    marked = {entry.rent.term: entry.dearer_than_on_demand for entry in plan.alternatives}
    assert marked == {"on-demand": False, "1-year": True, "3-year": False, "spot": True}
    assert "rent 1-year at $2.50 !" in str(plan)
    assert any("dearer than no commitment" in warning for warning in plan.as_dict()["warnings"])


def test_what_a_commitment_owes_after_the_horizon_is_said() -> None:
    prices = {"rental_price_1_year": "2 USD/hour", "rental_price_3_year": "1 USD/hour"}
    plan = cc.finance(**CLUSTER | {"horizon": "18 month"}, **prices, rental_price_growth=0)
    hours = 1024 * 365.25 * 24
    owed = {entry.rent.term: entry.owed_beyond for entry in plan.alternatives}
    assert owed["on-demand"] == 0
    assert owed["1-year"] == pytest.approx(0.5 * hours * 2)
    assert owed["3-year"] == pytest.approx(1.5 * hours * 1)
    assert not any(entry.owed_beyond for entry in cc.finance(**CLUSTER | {"horizon": "3 years"}, **prices).alternatives)


def test_what_is_owed_after_the_horizon_moves_as_the_rents_before_it() -> None:
    given = {"rental_price_3_year": "1 USD/hour", "rental_price_growth": 0.05}
    whole, cut = (cc.finance(**CLUSTER | {"horizon": years}, **given) for years in ("6 years", "4 years"))
    paid = {
        name: next(e for e in plan.alternatives if e.rent.term == "3-year")
        for name, plan in (("whole", whole), ("cut", cut))
    }
    total = {name: -sum(flow.amount for flow in entry.flows) for name, entry in paid.items()}
    assert paid["cut"].owed_beyond == pytest.approx(total["whole"] - total["cut"])


@pytest.mark.parametrize("years", [1, 2.5, 6])
@pytest.mark.parametrize("timing", ["mid-year", "year-end"])
def test_break_even_months_are_the_first_that_hold(years: float, timing: str) -> None:
    given = {
        **CLUSTER,
        "horizon": f"{years} years",
        "flow_timing": timing,
        "rental_price": "4 USD/hour",
        "lifetime": "3 years",
    }
    months = cc.finance(**given).alternatives[0].break_even_months
    assert months is not None

    def gap(month: float) -> float:
        over = cc.finance(**given | {"horizon": f"{month} month"})
        sold = sum(flow.amount / 1.1**flow.time for flow in over.flows if flow.line == "residual")
        return over.npv - sold - over.alternatives[0].npv

    assert gap(months) >= 0
    assert gap(months - 1) < 0


def test_a_plan_is_also_told_in_another_currency() -> None:
    plan = cc.finance(**CLUSTER, currency="EUR")
    local = plan.as_dict()["in_other_currency"]
    assert local["currency"] == "EUR"
    assert local["npv"]["own"] == pytest.approx(plan.npv / local["exchange_rate"])
    assert "NPV in EUR, at 1.1699 USD" in " ".join(str(plan).split())
    assert cc.finance(**CLUSTER).as_dict()["in_other_currency"] is None


def test_hardware_that_is_not_new_was_paid_when_it_was_bought() -> None:
    plan = cc.finance(**CLUSTER, hardware_age="18 month", discount_rate=0.1)
    [bought] = [flow for flow in plan.flows if flow.line == "capital"]
    assert bought.time == pytest.approx(-1.5)
    [replaced] = [flow for flow in plan.flows if flow.line == "refresh"]
    assert replaced.time == pytest.approx(2.5)
    assert "its purchase, 1.5 years before the plan begins" in " ".join(str(plan).split())


def test_the_json_explains_itself() -> None:
    found = cc.finance(**CLUSTER, staff_rate="1 MUSD/year").as_dict()
    assert found["terms"] == "nominal"
    assert {"money", "years", "npv", "break_even_months"} <= set(found["meaning"])
    assert found["payments"] == [{"share": 1.0, "months": 0.0, "line": "capital"}]
    assert found["inputs"]["staff_rate"]["value"] == pytest.approx(1e6)
    assert all(entry["unit"] and entry["source"]["id"] for entry in found["inputs"].values())
    assert any(line.startswith("maintenance (--maintenance-rate") for line in found["not_included"])
    for option in (found["own"], *found["rent"]):
        # Each option's own years add up to its net present value.
        rate = found["inputs"]["discount_rate"]["value"]
        middle = [row["cash"] for row in option["years"]]
        assert option["npv"] == pytest.approx(
            sum(cash / (1 + rate) ** max(year - 0.5, 0) for year, cash in enumerate(middle)), rel=0.01
        )


def test_a_run_longer_than_the_horizon_is_said() -> None:
    plan = cc.finance(chip="h100", chips=1000, training_compute=1e26)
    assert any("longer than the horizon" in warning for warning in plan.warnings)


def test_a_rent_of_nothing_has_a_price_at_which_owning_is_level() -> None:
    free = cc.finance(**CLUSTER, rental_price="0 USD/hour").alternatives[0]
    assert free.break_even_price == pytest.approx(cc.finance(**CLUSTER).alternatives[0].break_even_price)
    site = cc.finance(**CLUSTER, colocation_price="0 USD/kW/month", construction_cost="11.7 USD/W")
    given = cc.finance(**SITE)
    assert site.colocated is not None
    assert given.colocated is not None
    assert site.colocated.break_even.price == pytest.approx(given.colocated.break_even.price)


def test_a_plan_says_that_it_draws_from_no_range() -> None:
    plan = cc.finance(**CLUSTER, discount_rate="0.05..0.1")
    assert any("draws from no range: the middle value of discount_rate" in warning for warning in plan.warnings)
    assert not any("no range" in warning for warning in cc.finance(**CLUSTER).warnings)


def test_a_published_method_leaves_the_operating_lines_out_by_name() -> None:
    plan = cc.finance(chip="h100", training_compute=1e24, method="epoch-2024")
    assert "operations" not in plan.by_year()[1]
    assert any(line.startswith("staff (--staff-rate") for line in plan.as_dict()["not_included"])


def test_a_building_that_outlasts_the_plan_keeps_the_rest_of_its_price() -> None:
    plain, plan = (
        cc.finance(**SITE, discount_rate=0.1),
        cc.finance(**SITE, discount_rate=0.1, facility_lifetime="20 years"),
    )
    building = plan.result.values["facility_capital"]
    assert plan.npv - plain.npv == pytest.approx(building * (1 - 4 / 20) / 1.1**4, rel=1e-9)
    assert plan.by_year()[-1]["facility_residual"] == pytest.approx(0.8 * building)
    # Break-even months count nothing that is left, and a site that is not built leaves nothing.
    assert plan.alternatives[0].break_even_months == plain.alternatives[0].break_even_months
    assert plan.colocated is not None
    assert plain.colocated is not None
    assert plan.colocated.npv == plain.colocated.npv
    over = cc.finance(**SITE | {"horizon": "6 years"}, facility_lifetime="5 years")
    assert over.by_year()[-1]["facility_residual"] == 0


def test_what_a_plan_takes_no_notice_of_is_said() -> None:
    plan = cc.finance(**CLUSTER, purchase_delay="1 year", development_factor=2)
    assert plan.npv == cc.finance(**CLUSTER).npv
    assert {name for name in ("purchase_delay", "development_factor") if any(f"{name} is that of" in said for said in plan.warnings)} == {
        "purchase_delay", "development_factor",
    }  # fmt: skip
