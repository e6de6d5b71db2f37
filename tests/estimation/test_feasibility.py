"""Verdicts: what is checked, what binds, what would make it hold."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cluster_calc import estimate
from cluster_calc.errors import InputError
from cluster_calc.estimation.changes import change_for_all, changes, nearest_change
from cluster_calc.estimation.feasibility import SERVED
from cluster_calc.estimation.limits import CONSTRAINTS
from cluster_calc.estimation.result import Result
from tests.cli.running import run


def entries(result: Result) -> dict[str, Any]:
    return {entry.constraint: entry for entry in result.feasibility}


def test_a_bare_demand_checks_nothing_and_passes_nothing() -> None:
    result = estimate(flop=2e25, chip="h100")
    assert set(entries(result)) == set(CONSTRAINTS) - SERVED
    assert all(entry.holds is None and entry.limit is None for entry in result.feasibility)
    assert "not checked" in str(result)
    assert "  holds  " not in str(result)


def test_more_than_the_latency_wall_is_not_feasible_and_both_published_pairs_are_cited() -> None:
    result = estimate(flop=2e31, chip="h100")
    assert entries(result)["latency"].holds is False
    assert not result.feasible
    words = " ".join(result.warnings)
    assert all(text in words for text in ("1e+28", "2e+28", "1e+31", "2e+31"))


def test_a_model_too_large_for_the_memory_of_its_chips() -> None:
    result = estimate(parameters=1e12, tokens=1e12, chip="h100", chips=64)
    needed = 16e12 / (80 * 2**30 * 0.95)
    assert result.values["minimum_chips"] == math.ceil(needed)
    assert entries(result)["memory"].margin == pytest.approx(1 - needed / 64)
    assert result.verdict.binding == ("memory",)
    change = nearest_change(result, "memory")
    assert change is not None
    again = estimate(**{"parameters": 1e12, "tokens": 1e12, "chips": 64, **_given(change)}, chip="h100")
    assert entries(again)["memory"].holds


def _given(change: Any) -> dict[str, Any]:
    from cluster_calc.quantities.display import exact
    from cluster_calc.quantities.nomenclature import QUANTITIES

    value = exact(change.name, change.needed)
    return {change.name: float(value.split()[0]) if QUANTITIES[change.name].bare else value}


@pytest.mark.parametrize(
    ("limit", "constraint"),
    [
        ({"budget": "10 MUSD"}, "budget"), ({"capital_budget": "100 MUSD"}, "capital"), ({"power_limit": "5 MW"}, "power"),
        ({"supply_limit": "0.01 %"}, "supply"), ({"start": "2027-01-01", "deadline": "2027-02-01"}, "deadline"),
        ({"lead_time_limit": "1 day"}, "lead time"), ({"designer_limit": "0.01 %"}, "designer supply"),
    ],
)  # fmt: skip
def test_the_nearest_change_makes_a_broken_limit_hold(limit: dict[str, str], constraint: str) -> None:
    given: dict[str, Any] = {"flop": 2e25, "chip": "h100", **limit}
    result = estimate(**given)
    assert entries(result)[constraint].holds is False
    change = nearest_change(result, constraint)
    assert change is not None
    given.pop("flop" if change.name == "training_compute" else change.name, None)
    # The price in the catalog holds the server; a typed one says so.
    basis = {"price_basis": "server"} if change.name == "chip_price" else {}
    again = estimate(**given, **_given(change), **basis)
    assert entries(again)[constraint].margin >= -1e-9
    assert f"{constraint.capitalize()}" in str(result)
    assert "nearest change" in str(result)


def test_a_yardstick_is_told_and_does_not_decide() -> None:
    result = estimate(flop=2e25, chip="h100", capital_yardstick="1 MUSD", power_yardstick="1 GW")
    held = entries(result)
    assert held["capital yardstick"].holds is False
    assert held["power yardstick"].holds is True
    assert result.feasible


def test_failures_data_and_batch_are_checked_when_they_are_described() -> None:
    result = estimate(
        parameters=70e9, tokens=15e12, chip="h100", chips=4096, mtbf="5 minutes", restart_time="10 minutes",
        global_batch=4096, sequence_length=4096, loss=2.0,
    )  # fmt: skip
    held = entries(result)
    assert held["failures"].holds is False
    assert held["data"].margin == pytest.approx(0.95)
    assert held["batch"].holds is False
    assert result.values["critical_batch"] == pytest.approx(2e8 / 2 ** (1 / 0.21))


def test_an_mfu_above_the_best_published_for_the_chip_names_the_likely_causes() -> None:
    words = " ".join(estimate(flop=1e24, chip="h100", mfu=0.6).warnings)
    for cause in ("above the best published for NVIDIA H100", "49%", "sparse peak (30%", "30% of fp8", "45% without"):
        assert cause in words
    dense = " ".join(estimate(params=60e9, tokens=1e12, chip="tpuv4", mfu=0.5).warnings)
    assert "active parameters" in dense
    assert "fp8" not in dense, "TPU v4 has none"
    for chip, mfu in (("h100", 0.48), ("a100-40gb", 0.65), ("tpuv4", 0.46), ("b200", 0.6)):
        assert not any("best published for" in entry for entry in estimate(flop=1e24, chip=chip, mfu=mfu).warnings), (
            chip
        )


def test_an_hfu_is_set_against_the_best_hfu() -> None:
    given: dict[str, Any] = {"params": 7e9, "tokens": 1e12, "chip": "h100", "mfu": 0.55}
    assert any("best published for" in words for words in estimate(**given).warnings)
    counted = estimate(**given, flop_convention="8N-hfu")
    assert not any("best published for" in words for words in counted.warnings)
    assert counted.values["best_mfu"] == pytest.approx(0.49 * 4 / 3)


def test_of_several_estimates_at_once_no_change_is_told() -> None:
    several = estimate(flop=2e25, chip="h100", mfu=np.array([0.3, 0.4]), budget="10 MUSD")
    assert entries(several)["budget"].holds is False
    assert "nearest change" not in str(several)


@pytest.mark.parametrize(("given", "cause"), [
    ({"flop": 2e25, "chips": 3000, "training_time": "60 days"}, "sparse peak (65%"),
    ({"params": 671e9, "tokens": 14.8e12, "chips": 20000, "training_time": "30 days"}, "active parameters"),
])  # fmt: skip
def test_an_implied_mfu_above_1_is_refused_with_what_explains_it(given: dict[str, Any], cause: str) -> None:
    with pytest.raises(InputError, match="above the possible 1") as caught:
        estimate(chip="h100", **given)
    assert cause in str(caught.value)
    with pytest.raises(InputError, match="miscounted"):
        estimate(flop=1e24, chip="h100", mfu=1.04)


def test_a_designer_without_a_count_says_what_to_give() -> None:
    with pytest.raises(InputError, match="designer-shipments"):
        estimate(flop=1e24, chip="cerebras-wse-3", tdp="23 kW", designer_limit="5 %")


EVERY_LIMIT: dict[str, Any] = {
    "budget": "100 MUSD", "capital_budget": "1 GUSD", "power_limit": "50 MW", "supply_limit": "1 %", "designer_limit": "2 %",
    "lead_time_limit": "200 days", "start": "2027-01-01", "deadline": "2027-12-01", "capital_yardstick": "apollo program",
    "power_yardstick": "hoover dam", "loss": 1.8, "global_batch": 1024, "sequence_length": 8192, "failure_rate": "0.004 failure/server/day",
}  # fmt: skip


def test_every_limit_is_a_margin_with_a_source() -> None:
    result = estimate(params=70e9, tokens=15e12, chip="h100", chips=8192, mfu=0.4, **EVERY_LIMIT)
    held = entries(result)
    assert [name for name in CONSTRAINTS if name not in SERVED and held[name].limit is None] == ["time"]
    told = {entry["constraint"]: entry for entry in result.as_dict()["feasibility"]}
    for name, (_, _, margin) in CONSTRAINTS.items():
        if name == "time" or name in SERVED:
            continue
        assert held[name].margin == pytest.approx(float(result.values[margin]), rel=1e-12), name
        source = result.data[told[name]["rests_on"]].source
        assert source.id, name
    v = result.values
    assert held["supply"].margin == pytest.approx(1 - 8192 / v["annual_shipments"] / 365.25 / 86400 / 0.01, rel=1e-9)
    assert held["lead time"].margin == pytest.approx(
        1 - 8192 / (v["annual_shipments"] * 0.05) / (200 * 86400), rel=1e-9
    )
    assert held["obsolescence"].margin == pytest.approx(
        1 - v["training_time"] * v["price_performance_trend"] * math.log(10)
    )
    assert held["latency"].margin == pytest.approx(1 - 6 * 70e9 * 15e12 / 1e31)
    assert held["data movement"].margin == pytest.approx(1 - 6 * 70e9 * 15e12 / 1e28)
    assert result.feasible
    text = " ".join(str(result).split())
    for words in (
        "2e31 in its authors' blog",
        "2e28 in its authors' blog",
        "Apollo programme, in dollars of 2008",
        "Hoover Dam",
    ):
        assert words in text
    assert "Congressional Research Service" in text


def test_what_is_not_given_is_not_checked_and_never_passed() -> None:
    result = estimate(params=70e9, tokens=15e12, chip="h100", chips=8192, budget="1 GUSD")
    for name in (
        "power",
        "supply",
        "deadline",
        "designer supply",
        "lead time",
        "capital yardstick",
        "batch",
        "failures",
    ):
        entry = entries(result)[name]
        assert (entry.holds, entry.limit, entry.margin) == (None, None, None), name
    assert "Not checked" in str(result)


def test_two_limits_that_bind_alike_are_both_named() -> None:
    cost = estimate(flop=2e25, chip="h100", chips=8000)
    limits = {
        "capital_budget": f"{cost.values['capital_cost'] / 0.8!r} USD",
        "power_limit": f"{cost.values['peak_facility_power'] / 0.8!r} W",
    }
    result = estimate(flop=2e25, chip="h100", chips=8000, **limits)
    assert result.verdict.binding == ("capital", "power")
    assert "capital and power bind first" in " ".join(str(result).split())


def test_the_one_change_that_makes_every_limit_hold() -> None:
    given: dict[str, Any] = {"flop": 2e25, "chip": "h100", "budget": "15 MUSD", "supply_limit": "0.05 %"}
    result = estimate(**given)
    change = change_for_all(result)
    assert change is not None
    assert change.name == "training_compute"
    again = estimate(**{**given, "flop": change.needed})
    assert again.feasible
    assert (
        min(
            entry.margin
            for entry in again.feasibility
            if entry.margin is not None and entry.constraint in ("budget", "supply")
        )
        < 1e-3  # chips come whole
    )
    assert "makes all of them hold" in " ".join(str(result).split())


def test_failures_that_come_too_fast_are_mended_by_a_longer_mtbf() -> None:
    """The MTBF is the machine's, not a limit that the buyer sets."""
    result = estimate(
        flop=3.8e25,
        chip="h100",
        chips=16384,
        mtbf="4 minutes",
        checkpoint_write_time="5 minutes",
        restart_time="10 minutes",
    )
    change = nearest_change(result, "failures")
    assert change is not None
    assert change.name == "mtbf"
    assert change.needed == pytest.approx(15 * 60)


@pytest.mark.parametrize(
    "limits",
    [
        {"zero_stage": 3, "micro_batch": 1},
        {"zero_stage": 1, "power_limit": "60 kW"},
        {"zero_stage": 1, "time_allowed": "99 days"},
    ],
)
def test_chips_change_by_whole_replicas(limits: dict[str, Any]) -> None:
    """Up for memory and time, down for power."""
    job: dict[str, Any] = {
        "params": 405e9,
        "tokens": 1e11,
        "chip": "h100",
        "chips": 64,
        "tensor_parallel": 8,
        "pipeline_parallel": 4,
    }
    result = estimate(**job, **limits)
    found = [
        change
        for entry in result.feasibility
        if entry.holds is False
        for change in changes(result, entry.constraint)
        if change.name == "chips"
    ]
    assert found
    for change in found:
        assert change.needed % 32 == 0
        assert "do not divide" not in " ".join(estimate(**{**job, **limits, "chips": change.needed}).warnings)


def test_a_layout_that_the_chips_cannot_make_is_told() -> None:
    job: dict[str, Any] = {
        "flop": 1e24,
        "params": 70e9,
        "tokens": 2e12,
        "keep_both": True,
        "chip": "h100",
        "tensor_parallel": 8,
    }
    for pipeline, chips, told in ((3, 64, "48 or 72 chips"), (4, 64, ""), (16, 64, "; 128 chips would")):
        warnings = " ".join(estimate(**job, pipeline_parallel=pipeline, chips=chips).warnings)
        assert ("do not divide by tensor_parallel" in warnings) == bool(told)
        assert told in warnings
    # Where the chips follow from the time, they are no choice yet.
    assert "do not divide" not in " ".join(estimate(**job, pipeline_parallel=3).warnings)


def test_a_warning_names_the_limit_that_the_margin_counts_against() -> None:
    """Not the input behind it: 0.14 a year is no limit of a time, and the whole memory is not usable."""
    result = estimate(params=70e9, tokens=2e12, chip="h100", chips=8)
    told = " ".join(result.warnings)
    assert "the memory limit of 76 GiB usable does not hold: memory_needed 130 GiB" in told
    assert "the obsolescence limit of 1,130 days at which waiting is faster is beyond what is usual" in told


def test_a_change_beside_a_predicted_mfu_is_predicted_again() -> None:
    job: dict[str, Any] = {"chip": "h100", "layers": 32, "hidden_size": 4096, "heads": 32, "vocabulary": 32000, "predict_mfu": True,
                           "sequence_length": 4096, "global_batch": 128, "parameters": 6.7e9, "tokens": 1e12}  # fmt: skip
    late = estimate(**job, chips=64, time_allowed="12 days")
    change = next(entry for entry in changes(late, "time") if entry.name == "chips")
    mended = estimate(**job, chips=change.needed, time_allowed="12 days")
    assert mended.feasible
    assert mended.values["mfu"] != late.values["mfu"]


def test_what_no_single_change_mends_says_so() -> None:
    alone = estimate(flop=1e24, chip="h100", power_limit="1 W")
    assert nearest_change(alone, "power") is None
    assert "no change of a single input within its usual range makes it hold" in " ".join(str(alone).split())
    both = estimate(
        params=405e9, tokens=15.6e12, chip="h100", chips=16384, budget="30 MUSD", power_limit="20 MW", mfu=0.4
    )
    assert change_for_all(both) is None
    assert "no change of a single input within its usual range makes all of them hold" in " ".join(str(both).split())
    assert both.as_dict()["verdict"] == {
        "feasible": False,
        "words": "not feasible",
        "binding": ["budget"],
        "change": None,
    }


@pytest.mark.parametrize(("recompute", "layout", "mends"), [
    ("selective", {"tensor_parallel": 4, "pipeline_parallel": 16}, "tensor_parallel"),
    ("full", {"tensor_parallel": 4, "pipeline_parallel": 2}, "pipeline_parallel"),
    ("full", {"tensor_parallel": 8, "pipeline_parallel": 2, "zero_stage": 0}, "zero_stage"),
])  # fmt: skip
def test_the_changes_of_a_layout_are_ones_it_can_have(recompute: str, layout: dict[str, Any], mends: str) -> None:
    given: dict[str, Any] = {
        "parameters": 200e9, "tokens": 15.6e12, "chip": "h100", "chips": 16384, "layers": 126, "hidden_size": 16384, "heads": 128,
        "sequence_length": 8192, "micro_batch": 1, "global_batch": 8192, "loss": 1.8, "recompute": recompute, **layout,
    }  # fmt: skip
    result = estimate(**given)
    found = {change.name: change for change in changes(result, "memory")}
    assert mends in found
    replica = 16384 // (layout["tensor_parallel"] * layout["pipeline_parallel"])
    for name, change in found.items():
        assert entries(estimate(**{**given, name: change.needed}))["memory"].holds, name
        if name in ("tensor_parallel", "pipeline_parallel"):
            assert replica * layout[name] % change.needed == 0
    for change in changes(result, "batch"):  # with 2,048 replicas no batch below the critical one gives each a sequence
        assert replica < 2048
        assert change.needed % replica == 0
        assert entries(estimate(**{**given, "global_batch": change.needed}))["batch"].holds


def test_waiting_for_chips_counts_towards_the_deadline() -> None:
    given: dict[str, Any] = {
        "flop": 2e25,
        "chip": "h100",
        "chips": 8000,
        "start": "2027-01-01",
        "deadline": "2027-04-10",
    }
    at_once, waits = estimate(**given), estimate(**given, scheduling_goodput=0.8)
    assert entries(at_once)["deadline"].holds
    assert not entries(waits)["deadline"].holds
    left = 1 - waits.values["training_time"] / 0.8 / (99 * 86400)
    assert entries(waits)["deadline"].margin == pytest.approx(left)
    change = nearest_change(waits, "deadline")
    assert change is not None


def test_under_ranges_a_limit_has_a_probability() -> None:
    result = estimate(flop=1e24, chip="h100", mfu="0.3..0.5", budget="1.2 MUSD", power_limit="1 MW", seed=1)
    entry = entries(result)["budget"]
    assert 0 < entry.probability < 1
    share = float((result.samples["budget_margin"] >= 0).mean())
    assert entry.probability == pytest.approx(share, abs=1e-9)
    assert f"holds in {100 * entry.probability:.3g}% of draws" in " ".join(str(result).split())


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"start": "2027-05-01", "deadline": "2027-01-01"}, "deadline is not after start"),
        ({"power_limit": "0 kW"}, "0 < power_limit"), ({"supply_limit": 0}, "0 < supply_limit"),
        ({"capital_yardstick": "appolo"}, "Did you mean apollo"), ({"power_yardstick": "apollo"}, "--capital-yardstick knows it"),
        ({"capital_yardstick": "us-gdp-1999"}, "2019, 2024, 2025"), ({"capital_yardstick": "lhc"}, "CHF"),
        ({"power_yardstick": "5 MUSD"}, "power_yardstick"), ({"capital_yardstick": "0 % of hubble"}, "0 < capital_yardstick"),
        ({"capital_yardstick": "hubble", "as_of": "1990-01-01"}, "was known on 1990-01-01"),
    ],
)  # fmt: skip
def test_a_limit_that_says_nothing_is_refused(given: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError, match=named):
        estimate(flop=1e24, chip="h100", **given)


@pytest.mark.parametrize(
    ("quantity", "text", "value", "label"),
    [
        ("capital_yardstick", "apollo program", 98e9, "Apollo programme, in dollars of 2008"),
        ("capital_yardstick", "Apollo Programme", 98e9, "Apollo programme, in dollars of 2008"),
        ("capital_yardstick", "apollo-2020", 158e9, "Apollo programme, in dollars of 2020"),
        ("capital_yardstick", "1 % of us-gdp-2024", 291.85e9, "1% of Gross domestic product of the United States 2024"),
        ("capital_yardstick", "half of the apple-net-income", 56.005e9, "50% of Apple net income 2025"),
        ("capital_yardstick", "2x manhattan-project", 44e9, "2 times Manhattan Project, in dollars of 2008"),
        ("capital_yardstick", "100 GUSD", 100e9, ""), ("capital_yardstick", "$5B", 5e9, ""),
        ("power_yardstick", "3 nuclear-reactor", 3e9, "3 times Nuclear reactor"), ("power_yardstick", "1 GW", 1e9, ""),
    ],
)  # fmt: skip
def test_yardsticks_by_name_whole_or_a_share(quantity: str, text: str, value: float, label: str) -> None:
    result = estimate(flop=2e25, chip="h100", **{quantity: text})
    datum = result.data[quantity]
    assert datum.value == pytest.approx(value)
    assert datum.label == label
    assert (datum.source.id == "call") is (not label)
    entry = entries(result)[quantity.replace("_", " ")]
    assert label in entry.limit
    assert entry.holds


def test_every_yardstick_of_the_catalog_can_be_named() -> None:
    from cluster_calc.catalog.current import catalog
    from cluster_calc.catalog.yardsticks import named

    book = catalog()
    for key, (_, name, aliases) in book.heads("yardsticks").items():
        item = book.item(key, "yardsticks")
        for quantity, series in (("capital_yardstick", "amount"), ("power_yardstick", "power")):
            leaf = item.leaf(series)
            if leaf is None or (series == "amount" and leaf.unit != "USD"):
                continue
            for called in (key, name, *aliases):
                found = named(quantity, called)
                assert found is not None, called
                assert found.value == leaf.datum.value


def test_a_yardstick_follows_the_day_asked_for() -> None:
    early = estimate(flop=1e22, chip="a100-40gb", capital_yardstick="apple-net-income", as_of="2023-06-01")
    assert early.data["capital_yardstick"].value == pytest.approx(99.803e9)
    assert "2022" in early.data["capital_yardstick"].label


def test_require_feasible_names_what_decides(tmp_path: Path) -> None:
    given = ["estimate", "--flop", "2e25", "--chip", "h100", "--require-feasible"]
    assert run([*given, "--budget", "100 MUSD", "--capital-yardstick", "1 % of hubble"], tmp_path).code == 0
    outcome = run([*given, "--budget", "10 MUSD", "--capital-yardstick", "1 % of hubble"], tmp_path)
    assert outcome.code == 3
    assert "budget" in outcome.stderr
    assert "yardstick" not in outcome.stderr
