"""Time and size case by case, conflicts, shapes of truth, and what is missing stays missing."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import cluster_calc as cc
from cluster_calc.errors import InputError, MissingDataError

DAY = 86400.0
H100: dict[str, Any] = {"chip": "h100", "as_of": "2026-11-22"}


def estimate(**given: Any) -> cc.Result:
    return cc.estimate(**{**H100, **given})


# Time and size


def test_chips_follow_from_the_time_allowed() -> None:
    result = estimate(flop=2e25, time_allowed="90 days", mfu=0.4, goodput=0.9)
    assert result.mode == "fixed-time"
    needed = 2e25 / (989.4e12 * 0.4 * 0.9)
    assert result.values["chips"] == math.ceil(needed / (90 * DAY))
    assert result.values["training_time"] == pytest.approx(needed / result.values["chips"], rel=1e-14)
    assert result.values["training_time"] <= 90 * DAY


def test_the_time_allowed_has_a_default() -> None:
    result = estimate(flop=2e25)
    assert result.data["time_allowed"].origin == "default"
    assert result.values["training_time"] <= result.values["time_allowed"]


@pytest.mark.parametrize("name", ["days", "training_time"])
def test_days_set_the_time_allowed_while_chips_are_open(name: str) -> None:
    result = estimate(flop=2e25, **{name: "30 days"})
    assert result.mode == "fixed-time"
    assert result.data["time_allowed"].value == 30 * DAY
    assert result.values["chips"] == estimate(flop=2e25, time_allowed="30 days").values["chips"]


@pytest.mark.parametrize("days", [21, 21.0, "21", "21 days", "504 hours"])
def test_days_take_a_bare_number(days: Any) -> None:
    assert estimate(flop=2e25, days=days).data["time_allowed"].value == pytest.approx(21 * DAY)


def test_the_time_follows_from_given_chips() -> None:
    result = estimate(flop=2e25, chips=16384, mfu=0.4, goodput=0.9)
    assert result.mode == "fixed-chips"
    assert result.values["training_time"] == pytest.approx(2e25 / (989.4e12 * 0.4 * 0.9) / 16384, rel=1e-14)
    assert next(entry for entry in result.feasibility if entry.constraint == "time").holds is None


def test_given_chips_and_time_allowed_make_a_limit() -> None:
    held = {entry.constraint: entry for entry in estimate(flop=2e25, chips=1000, time_allowed="90 days").feasibility}
    assert held["time"].holds is False
    assert held["time"].margin is not None
    assert held["time"].margin < 0


def test_chips_time_and_compute_imply_the_mfu_with_goodput_one() -> None:
    result = estimate(flop=2e25, chips=16384, days="30 days")
    assert result.mode == "observed"
    assert result.values["goodput"] == 1
    assert result.data["goodput"].kind == "convention"
    assert result.values["implied_mfu"] == pytest.approx(2e25 / (16384 * 989.4e12 * 30 * DAY), rel=1e-14)
    assert result.values["mfu"] == result.values["implied_mfu"]
    assert "mfu" not in result.data
    assert result.values["training_time"] == 30 * DAY
    assert result.values["accelerator_time"] == pytest.approx(16384 * 30 * DAY, rel=1e-12)


def test_a_given_goodput_counts_in_the_implied_mfu() -> None:
    one, most = (estimate(flop=2e25, chips=16384, days="30 days", goodput=g).values["implied_mfu"] for g in (1, 0.8))
    assert most == pytest.approx(one / 0.8)


def test_mfu_beside_all_three_is_a_conflict_that_shows_the_numbers() -> None:
    with pytest.raises(InputError) as caught:
        estimate(flop=2e25, chips=16384, days="30 days", mfu=0.4)
    for part in ("mfu 40%", "chips 16,384", "training_time 30 days", "training_compute 2e25 FLOP"):
        assert part in str(caught.value)


def test_an_implied_mfu_above_one_is_an_error() -> None:
    with pytest.raises(InputError, match=r"implied_mfu.*above the possible 1.*sparse"):
        estimate(flop=2e25, chips=1024, days="30 days")


def test_an_implied_mfu_above_the_best_published_is_flagged() -> None:
    result = estimate(flop=2e25, chips=16384, days="15 days")
    assert result.values["implied_mfu"] > 0.65
    assert any("above the best published" in warning for warning in result.warnings)


def test_what_a_cluster_can_train() -> None:
    result = estimate(chips=16384, days="54 days", mfu=0.4, goodput=0.9)
    assert result.mode == "capacity"
    assert result.values["training_compute"] == pytest.approx(16384 * 989.4e12 * 54 * DAY * 0.36, rel=1e-14)
    assert result.values["training_time"] == 54 * DAY


def test_chips_alone_describe_a_cluster() -> None:
    result = estimate(chips=1024)
    assert result.mode == "cluster"
    for name in ("capital_cost", "peak_facility_power", "facility_power", "cost_per_chip_hour", "shipment_share"):
        assert name in result.values
    assert "run_cost" not in result.values
    assert "training_time" not in result.results


def test_a_cluster_hour_costs_what_a_run_hour_costs() -> None:
    cluster, run = estimate(chips=1024), estimate(chips=1024, flop=2e24)
    assert cluster.values["cost_per_chip_hour"] == pytest.approx(run.values["cost_per_chip_hour"], rel=1e-12)


def test_chip_hours_are_a_demand() -> None:
    result = estimate(chip_hours="2.788e6 chip*hour", chips=2048)
    assert result.values["training_time"] == pytest.approx(2.788e6 * 3600 / 2048)
    assert result.values["training_compute"] == pytest.approx(2.788e6 * 3600 * 989.4e12 * 0.4 * 0.9)


def test_petaflops_days_are_a_demand() -> None:
    assert estimate(petaflops_days="3640 PFLOP/s*day").values["training_compute"] == pytest.approx(3640 * 8.64e19)


def test_parameters_and_tokens_make_the_compute() -> None:
    assert estimate(params="65.2B", tokens="1.4T").values["training_compute"] == pytest.approx(6 * 65.2e9 * 1.4e12)
    mixture = estimate(params="671B", active_parameters="37B", tokens="14.8T")
    assert mixture.values["training_compute"] == pytest.approx(6 * 37e9 * 14.8e12)
    assert mixture.values["parameters"] == 671e9


def test_keep_both_lets_the_flop_count_stand() -> None:
    result = estimate(flop=2e25, params="405B", tokens="15T", keep_both=True)
    assert result.values["training_compute"] == 2e25
    assert result.values["parameters"] == 405e9


def test_flop_and_parameters_leave_the_tokens_open() -> None:
    assert estimate(flop=6e24, params=1e11).values["tokens"] == pytest.approx(1e13)
    assert estimate(flop=6e24, tokens=1e13).values["active_parameters"] == pytest.approx(1e11)


# Overrides


def test_any_computed_quantity_may_be_given() -> None:
    result = estimate(flop=2e25, facility_energy="400 MWh", electricity_price="16.8 cent/kWh")
    assert result["electricity_cost"].magnitude == pytest.approx(67_200)
    assert "facility_energy" in result.data
    assert result.data["facility_energy"].origin == "call"
    assert "given: replaces its formula" in str(result.explain("facility_energy"))


@pytest.mark.parametrize(
    ("name", "text", "base"),
    [("capital_cost", "1 MUSD", 1e6), ("depreciation", "1 MUSD", 1e6), ("run_cost", "10 MUSD", 1e7), ("chip_power", "2 kW", 2e3),
     ("service_time", "1000 days", 1000 * DAY), ("all_in_price", "50 kUSD", 5e4), ("peak_facility_power", "20 MW", 2e7)],
)  # fmt: skip
def test_an_override_stands_as_given(name: str, text: str, base: float) -> None:
    result = estimate(flop=2e25, **{name: text})
    assert result.values[name] == pytest.approx(base)
    assert name not in result.results


# Conflicts


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"flop": 2e25, "params": "405B", "tokens": "15T"}, "keep-both"),
        ({"params": "405B"}, "tokens is missing"),
        ({"tokens": "15T"}, "parameters is missing"),
        ({"active_parameters": "37B"}, "tokens is missing"),
        ({"flop": 2e25, "days": "30 days", "time_allowed": "60 days"}, "both given"),
        ({"chips": 8, "days": "1 day", "accelerator_time": "8 chip*day"}, "two of them fix the third"),
        ({"chip_hours": "1e6 chip*hour", "accelerator_time": "1e6 chip*day"}, "mean the same"),
        ({"petaflops_days": "3640 PFLOP/s*day", "flop": 2e25}, "mean the same"),
        ({}, "nothing to estimate"),
        ({"mfu": 0.4}, "nothing to estimate"),
        ({"flop": 2e25, "start": "2027-06-01", "deadline": "2027-05-01"}, "deadline is not after start"),
        ({"flop": 2e25, "start": "2027-06-01", "deadline": "2027-06-01"}, "deadline is not after start"),
        ({"params": "37B", "active_parameters": "671B", "tokens": "15T"}, "active_parameters"),
        ({"flop": 2e25, "training_compute": 3e25}, "given twice"),
    ],
)
def test_a_conflict_is_an_error_that_says_what_to_do(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        estimate(**given)
    assert len(str(caught.value).splitlines()) <= 12


def test_no_chip_is_an_error_with_an_example() -> None:
    with pytest.raises(InputError, match="cluster-calc estimate"):
        cc.estimate(flop=2e25)


@pytest.mark.parametrize("chip", ["h10", "nvidia", "", "nosuchthing", "a100-80", "../../etc/passwd"])
def test_an_unknown_or_ambiguous_chip_is_an_error(chip: str) -> None:
    with pytest.raises(InputError, match="chip"):
        cc.estimate(flop=2e25, chip=chip)


@pytest.mark.parametrize(
    "given",
    [{"flop": 1e-300}, {"flop": 1e300, "mfu": 1e-9}, {"flop": 2e25, "lifetime": "1e-300 years"}, {"flop": 2e25, "peak_throughput": "1e-300 FLOP/s"}],
)  # fmt: skip
def test_numbers_out_of_proportion_are_an_error_not_a_crash(given: dict[str, Any]) -> None:
    try:
        result = estimate(**given)
    except InputError:
        return
    assert all(np.isfinite(value) for value in result.values.values())


def test_a_run_that_costs_nothing_has_no_compute_per_dollar() -> None:
    result = estimate(flop=2e25, residual_value=1, electricity_price="0 USD/kWh")
    assert result.values["run_cost"] == 0
    for name in ("compute_per_dollar", "rental_ratio"):
        assert name not in result.values
        assert "run_cost is 0" in result.missing[name]
    assert result.as_dict()["results"]["compute_per_dollar"]["value"] is None


# Shapes of truth


@pytest.mark.parametrize(
    ("name", "values", "result", "direction"),
    [
        ("training_compute", np.geomspace(1e19, 1e27, 9), "run_cost", 1),
        ("training_compute", np.geomspace(1e23, 1e29, 9), "chips", 1),
        ("training_compute", np.geomspace(1e19, 1e27, 9), "facility_energy", 1),
        ("mfu", np.geomspace(0.01, 1, 9), "accelerator_time", -1),
        ("goodput", np.geomspace(0.01, 1, 9), "run_cost", -1),
        ("pue", np.linspace(1, 10, 9), "electricity_cost", 1),
        ("residual_value", np.linspace(0, 1, 9), "depreciation", -1),
        ("network_share", np.linspace(0, 0.9, 9), "capital_cost", 1),
        ("server_cost_factor", np.linspace(1, 20, 9), "capital_cost", 1),
        ("power_utilisation", np.linspace(0.1, 1, 9), "facility_energy", 1),
    ],
)
def test_results_move_one_way_over_decades(name: str, values: Any, result: str, direction: int) -> None:
    given = {"training_compute": 2e25, "chips": 4096} if name != "training_compute" else {}
    series = [float(estimate(**{**given, name: float(value)}).values[result]) for value in values]
    assert all(direction * (b - a) > 0 for a, b in itertools.pairwise(series))


CASES = [
    {"flop": 2e25},
    {"flop": 2e25, "chips": 16384},
    {"flop": 2e25, "chips": 16384, "days": "30 days"},
    {"chips": 16384, "days": "54 days"},
    {"chip_hours": "1e6 chip*hour"},
    {"flop": 2e25, "chip": "a100-80gb", "operations_cost": "3 MUSD"},
    {"flop": 1e24, "chip": "nvidia-v100-sxm2-32gb", "residual_value": 0.1},
    {"flop": 2e25, "chip_price": "25000 USD", "price_basis": "chip"},
]


@pytest.mark.parametrize("given", CASES, ids=range(len(CASES)))
def test_lines_sum_to_their_totals(given: dict[str, Any]) -> None:
    v = estimate(**given).values
    close = {"rel": 1e-12}
    assert v["depreciation"] + v["electricity_cost"] + v["operations_cost"] == pytest.approx(v["run_cost"], **close)
    assert v["accelerator_capital"] + v["server_capital"] + v["network_capital"] == pytest.approx(
        v["capital_cost"], **close
    )
    assert v["mfu_loss"] + v["goodput_loss"] + v["delivered_chip_hours"] == pytest.approx(v["chip_hours"], **close)
    assert v["mfu_loss_cost"] + v["goodput_loss_cost"] + v["delivered_cost"] == pytest.approx(v["run_cost"], **close)
    assert v["delivered_chip_hours"] * v["peak_throughput"] == pytest.approx(v["training_compute"], **close)
    assert v["delivered_throughput"] * v["training_time"] == pytest.approx(v["training_compute"], **close)
    assert v["chips"] * v["training_time"] == pytest.approx(v["accelerator_time"], **close)
    assert v["cost_per_chip_hour"] * v["chip_hours"] == pytest.approx(v["run_cost"], **close)


def test_twice_the_chips_take_half_the_time_and_the_same_money() -> None:
    one, two = (estimate(flop=2e25, chips=n).values for n in (4096, 8192))
    assert two["training_time"] == pytest.approx(one["training_time"] / 2, rel=1e-13)
    for name in ("run_cost", "facility_energy", "chip_hours", "emissions"):
        assert two[name] == pytest.approx(one[name], rel=1e-13)
    assert two["capital_cost"] == pytest.approx(2 * one["capital_cost"], rel=1e-13)


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1e3, 1e6])
def test_the_model_has_no_scale_of_its_own(scale: float) -> None:
    small, large = (estimate(flop=2e20 * k, chips=1_000_000).values for k in (1, scale))
    for name in ("run_cost", "chip_hours", "facility_energy", "training_time", "emissions", "rental_cost"):
        assert large[name] == pytest.approx(scale * small[name], rel=1e-12)
    for name in ("cost_per_chip_hour", "compute_per_dollar", "capital_cost", "rental_ratio"):
        assert large[name] == pytest.approx(small[name], rel=1e-12)


def test_an_array_agrees_with_its_scalars() -> None:
    flop = np.array([1e23, 1e24, 2e25])
    together = estimate(flop=flop)
    for place, value in enumerate(flop):
        alone = estimate(flop=float(value))
        for name in together.results:
            if name in together.values:
                found = np.broadcast_to(together.values[name], flop.shape)[place]
                assert found == pytest.approx(alone.values[name], rel=1e-12), name
    assert len(together.as_dict()["results"]["run_cost"]["value"]) == 3
    assert "run_cost" in together.frame().index
    assert str(together)


@pytest.mark.parametrize(
    "value",
    [np.array([]), np.array(["a"]), np.array([1j]), np.array([None]), np.array([1e24, np.nan]), np.array([True])],
    ids=str,
)
def test_arrays_that_are_no_numbers_are_refused(value: Any) -> None:
    with pytest.raises(InputError, match="training_compute"):
        estimate(flop=value)


# Missing data


def test_missing_figures_propagate_as_missing_never_as_zero() -> None:
    result = cc.estimate(training_compute=2e25, chip="tpuv5p")
    assert result.values["chips"] > 0
    for name in ("capital_cost", "depreciation", "run_cost", "compute_per_dollar", "facility_energy", "emissions"):
        assert name not in result.values
        assert name in result.missing
        assert result.as_dict()["results"][name]["value"] is None
        with pytest.raises(KeyError, match="--"):
            result.in_unit(name)
    assert any("chip_price not found" in warning for warning in result.warnings)
    assert result.lacking("run_cost") == ["--chip-price", "--tdp"]
    assert "not found" in str(result)
    assert result.values["rental_cost"] > 0


def test_supplying_what_is_missing_completes_the_estimate() -> None:
    result = cc.estimate(training_compute=2e25, chip="tpuv5p", chip_price="12000 USD", tdp="500 W")
    assert result.missing == {}
    assert result.values["run_cost"] > 0


def test_an_analyst_estimate_is_used_only_when_asked_and_is_labelled() -> None:
    result = cc.estimate(training_compute=2e25, chip="tpuv5p", analyst_estimates=True)
    assert result.values["run_cost"] > 0
    assert result.data["tdp"].kind == "estimate"
    assert sum("analyst's estimate" in warning for warning in result.warnings) == 2


def test_strict_makes_missing_data_an_error() -> None:
    with pytest.raises(MissingDataError, match="chip_price not found"):
        cc.estimate(training_compute=2e25, chip="tpuv5p", strict=True)


# The basis of a price


@pytest.mark.parametrize(
    ("basis", "factor", "share"),
    [("chip", 1.64, 0.19), ("board", 1.64, 0.19), ("server", 1, 0.19), ("rack", 1, 0.19), ("all-in", 1, 0)],
)
def test_nothing_that_a_price_holds_is_counted_twice(basis: str, factor: float, share: float) -> None:
    result = estimate(chips=1000, chip_price="30000 USD", price_basis=basis)
    assert result.values["server_cost_factor"] == factor
    assert result.values["network_share"] == share
    assert result.values["all_in_price"] == pytest.approx(30000 * factor / (1 - share))


def test_a_typed_price_is_a_bare_chip_and_says_so() -> None:
    result = estimate(chips=1000, chip_price="30000 USD")
    assert result.values["server_cost_factor"] > 1
    assert any("--price-basis" in warning for warning in result.warnings)


# Limits


def test_limits_hold_or_not_by_the_sign_of_their_margin() -> None:
    limits = {"budget": "10 MUSD", "capital_budget": "1 GUSD", "power_limit": "5 MW", "supply_limit": "50 %"}
    result = estimate(flop=2e25, **limits, start="2027-01-01", deadline="2028-01-01")
    held = {entry.constraint: entry for entry in result.feasibility}
    checked = ("budget", "capital", "power", "supply", "deadline", "time")
    assert {name: held[name].holds for name in checked} == {
        "budget": False, "capital": True, "power": False, "supply": True, "deadline": True, "time": None,
    }  # fmt: skip
    for entry in held.values():
        assert (entry.margin is None) == (entry.holds is None)
        assert entry.margin is None or (entry.margin >= 0) == entry.holds
    assert not result.feasible


def test_a_limit_met_exactly_holds() -> None:
    cost = float(estimate(flop=2e25)["run_cost"].magnitude)
    assert estimate(flop=2e25, budget=f"{cost!r} USD").feasible
    assert not estimate(flop=2e25, budget=f"{cost * (1 - 1e-6)!r} USD").feasible


def test_a_limit_not_given_is_not_checked() -> None:
    held = {entry.constraint: entry for entry in estimate(flop=2e25).feasibility}
    for name in ("budget", "capital", "power", "supply", "deadline", "time"):
        assert (held[name].holds, held[name].limit, held[name].margin) == (None, None, None)


def test_a_limit_on_something_missing_is_not_checked() -> None:
    result = cc.estimate(training_compute=2e25, chip="tpuv5p", budget="1 MUSD")
    assert next(entry for entry in result.feasibility if entry.constraint == "budget").holds is None


def test_an_earlier_day_sees_earlier_prices() -> None:
    early, late = (
        cc.estimate(chip="h100", chips=8, as_of=day).data["chip_price"] for day in ("2023-06-01", "2026-01-01")
    )
    assert early.as_of <= "2023-06-01" < late.as_of


def test_a_basis_without_a_typed_price_does_not_change_the_catalogs() -> None:
    plain, told = estimate(chips=1000), estimate(chips=1000, price_basis="chip")
    assert told.values["all_in_price"] == plain.values["all_in_price"]
    assert any("price_basis" in warning for warning in told.warnings)


def test_a_goodput_given_beside_failures_sizes_the_cluster() -> None:
    """Failures make the goodput depend on the chips that it sizes; given, it is taken."""
    plain = cc.estimate(flop=1e25, chip="h100", time_allowed="30 days", goodput=0.9)
    beside = cc.estimate(flop=1e25, chip="h100", time_allowed="30 days", goodput=0.9, mtbf="3 hours")
    assert beside.values["chips"] == plain.values["chips"]
    assert beside.values["goodput"] == pytest.approx(0.9)


def test_solve_finds_the_mtbf_of_a_goodput() -> None:
    job: dict[str, Any] = {"flop": 1e25, "chip": "h100", "chips": 10000, "checkpoint_write_time": "10 seconds"}
    found = cc.solve("mtbf", goodput=0.95, **job)
    assert found.target == "goodput"
    again = cc.estimate(mtbf=f"{found.value / 3600!r} hours", **job)
    assert again.values["goodput"] == pytest.approx(0.95, rel=1e-9)
