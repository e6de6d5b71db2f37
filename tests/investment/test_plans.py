"""Plans of random clusters, each worked out again from its own figures, and their sums in every format."""

from __future__ import annotations

import csv
import io
import json
import random
from time import monotonic
from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.documents.reports import finance as report
from cluster_calc.errors import InputError
from cluster_calc.quantities import display

YEAR = 365.25 * 86400
PI = 0.02
BOOKS = {"year", "cash", "cumulative", "depreciation", "book_value"}


def question(seed: int) -> dict[str, Any]:
    rng = random.Random(seed)
    given: dict[str, Any] = {
        "chip": rng.choice(["h100", "a100-40gb", "mi300x", "b200", "nvidia-v100-sxm2-16gb"]), "chips": rng.randint(8, 5000),
        "horizon": f"{rng.randint(1, 90)} month", "discount_rate": rng.choice([-0.05, 0, 0.08, 0.2]),
        "flow_timing": rng.choice(["mid-year", "year-end"]), "used_share": rng.choice([0.3, 1]),
        "rental_price": "2 USD/hour", "colocation_price": "120 USD/kW/month",
        "colocation_power": rng.choice(["metered", "included"]), "residual_value": rng.choice([0, 0.2]),
    }  # fmt: skip
    choices: dict[str, Any] = {
        "maintenance_rate": 0.05, "demand_charge": "10 USD/kW/month", "construction_cost": "12 USD/W", "lifetime": "2 years",
        "owned_chips": 4, "payment_schedule": "30% at -5 month, 70% at 0", "staff_rate": "1 MUSD/year",
    }  # fmt: skip
    return given | {name: choices[name] for name in rng.sample(sorted(choices), rng.randint(0, 7))}


def years_of(given: dict[str, Any]) -> list[tuple[float, float]]:
    """When each year's running costs count, and how much of a year it is."""
    months = int(given["horizon"].split()[0])
    parts = [(year, min(12, months - 12 * year) / 12) for year in range((months + 11) // 12)]
    late = 0.5 if given["flow_timing"] == "mid-year" else 1.0
    return [(year + late * length, length) for year, length in parts]


def worked_out(given: dict[str, Any], values: dict[str, float], colocated: bool) -> float:
    """The net present value of owning, year by year, from the figures of the estimate; nothing of the plan is used."""
    rate, years = given["discount_rate"], int(given["horizon"].split()[0]) / 12
    capital = values["capital_cost"]
    bought = capital * (1 - min(given.get("owned_chips", 0) / given["chips"], 1))
    early = 0.3 if "payment_schedule" in given else 0.0
    total = -bought * (early * (1 + rate) ** (5 / 12) + 1 - early)
    full_load = values["peak_facility_power"] / 1000
    held = colocated and given["colocation_power"] == "included"
    running = capital * given.get("maintenance_rate", 0) + (1e6 if "staff_rate" in given else 0)
    running += 0 if held or "demand_charge" not in given else full_load * 10 * 12
    running += values["critical_load"] / 1000 * 120 * 12 if colocated else 0
    energy = 0 if held else values["facility_power"] * values["electricity_price"] * YEAR * given["used_share"]
    total -= 0 if colocated else values.get("facility_capital", 0)
    for time, length in years_of(given):
        total -= (energy + running) * length * ((1 + PI) / (1 + rate)) ** time
    life, residual, last, count = values["service_time"] / YEAR, given["residual_value"], 0.0, 1
    while (ends := count * life) < years - 1e-6:
        total += capital * (residual * (1 + PI) ** last - (1 + PI) ** ends) / (1 + rate) ** ends
        last, count = ends, count + 1
    left = 1 - (1 - residual) * (years - last) / life
    return float(total + capital * left * (1 + PI) ** last / (1 + rate) ** years)


@pytest.mark.parametrize("seed", range(24))
def test_the_value_of_owning_is_what_its_years_come_to(seed: int) -> None:
    given = question(seed)
    plan = cc.finance(**given)
    values = dict(plan.result.values)
    # The estimate of a site that holds the power reads no price of it.
    values.setdefault("electricity_price", cc.estimate(chip="h100", chips=8).values["electricity_price"])
    assert plan.npv == pytest.approx(worked_out(given, values, colocated=False), rel=1e-9)
    assert plan.colocated is not None
    assert plan.colocated.npv == pytest.approx(worked_out(given, values, colocated=True), rel=1e-9)
    hours = given["chips"] * given["used_share"] * YEAR / 3600
    rent = sum(
        2 * hours * length * ((1 + PI) / (1 + given["discount_rate"])) ** time for time, length in years_of(given)
    )
    assert plan.alternatives[0].npv == pytest.approx(-rent, rel=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_every_option_sums_in_every_format(seed: int) -> None:
    plan = cc.finance(**question(seed))
    raw = json.loads(report.json_text(plan))
    for option in (raw["own"], raw["colocate"], *raw["rent"]):
        total = 0.0
        for row in option["years"]:
            lines = sum(value for name, value in row.items() if name not in BOOKS)
            total += row["cash"]
            assert row["cash"] == pytest.approx(lines, abs=1e-3)
            assert row["cumulative"] == pytest.approx(total, abs=1e-2)
    table = list(csv.DictReader(io.StringIO(report.csv_text(plan))))
    assert [float(row["cash"]) for row in table] == [row["cash"] for row in raw["own"]["years"]]
    assert raw["cheapest"] in ("own", "colocate", *(entry["term"] for entry in raw["rent"]))
    best = max(plan.values_by_option.values())
    found = {
        "own": plan.npv,
        "colocate": raw["colocate"]["npv"],
        **{entry["term"]: entry["npv"] for entry in raw["rent"]},
    }
    assert found[raw["cheapest"]] == best
    assert all(len(line) <= 80 for line in report.text(plan).splitlines())
    for form in (report.text(plan), report.markdown(plan)):
        assert display.money(raw["own"]["years"][-1]["cumulative"]) in form.replace("\\$", "$")


@pytest.mark.parametrize("life", ["1 hour", "1 minute", "6 days"])
def test_a_life_too_short_to_play_through_is_refused_at_once(life: str) -> None:
    with pytest.raises(InputError, match=r"^lifetime: .* more than 1,000 times .* a life of 7.41 days or more"):
        cc.finance(chip="h100", chips=64, lifetime=life)
    with pytest.raises(InputError, match=r"^lifetime: "):
        cc.compare(chips=["h100", "b200"], training_compute=2e25, lifetime=life)


def test_the_shortest_life_that_is_taken_is_played_through_in_time() -> None:
    started = monotonic()
    plan = cc.finance(chip="h100", chips=64, lifetime="7.41 days", horizon="10 years")
    assert sum(flow.line == "refresh" for flow in plan.flows) == 488
    assert monotonic() - started < 5


@pytest.mark.parametrize("life", ["9 days", "4 months", "30 months"])
def test_sets_that_follow_one_another_are_charged_alike(life: str) -> None:
    """The books of every year close with what was there, bought, and charged."""
    plan = cc.finance(chip="h100", chips=64, lifetime=life, horizon="5 years", residual_value=0, hardware_price_growth=0,
                      inflation_rate=0)  # fmt: skip
    bought = -sum(flow.amount for flow in plan.flows if flow.line in ("deposit", "capital", "refresh"))
    assert sum(plan.depreciation) == pytest.approx(bought - plan.book_values[-1], rel=2e-3)
