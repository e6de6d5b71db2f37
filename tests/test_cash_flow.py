"""Owning and renting over a horizon: discounting, conventions, and what must reconcile."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cluster_calc as cc
from cluster_calc.cash_flow import Flow, net_present_value, table
from cluster_calc.errors import InputError
from cluster_calc.report import finance as report

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
    plan = cc.finance(**CLUSTER, **prices, used_share=0.5, spot_goodput=0.8)
    cost = {entry.rent.term: entry.npv for entry in plan.alternatives}
    assert cost["1-year"] == pytest.approx(2 * cost["on-demand"]) == cost["3-year"]
    assert cost["spot"] == pytest.approx(cost["on-demand"] / 0.8)
    assert not plan.left_out


def test_what_has_no_price_is_left_out_and_named() -> None:
    plan = cc.finance(**CLUSTER)
    assert "supply --rental-price-spot" in plan.left_out["spot"]
    assert "left out: no spot price found" in str(plan)
    assert all(entry.rent.term != "spot" for entry in plan.alternatives)


def test_owned_chips_need_no_new_cash() -> None:
    plan = cc.finance(**CLUSTER, owned_chips=256)
    first = plan.by_year()[0]
    assert first["capital"] == pytest.approx(-0.75 * plan.result.values["capital_cost"])
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
