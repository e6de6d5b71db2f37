"""Verdicts: what is checked, what binds, what would make it hold."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cluster_calc import estimate
from cluster_calc.changes import nearest_change
from cluster_calc.errors import InputError
from cluster_calc.feasibility import CONSTRAINTS, binding
from cluster_calc.result import Result


def entries(result: Result) -> dict[str, Any]:
    return {entry.constraint: entry for entry in result.feasibility}


def test_a_bare_demand_checks_nothing_and_passes_nothing() -> None:
    result = estimate(flop=2e25, chip="h100")
    assert set(entries(result)) == set(CONSTRAINTS)
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
    assert binding(result) == "memory"
    change = nearest_change(result, "memory")
    assert change is not None
    again = estimate(**{"parameters": 1e12, "tokens": 1e12, "chips": 64, **_given(change)}, chip="h100")
    assert entries(again)["memory"].holds


def _given(change: Any) -> dict[str, Any]:
    from cluster_calc.nomenclature import QUANTITIES
    from cluster_calc.report.numbers import exact

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


def test_an_mfu_above_the_best_published_names_the_likely_causes() -> None:
    words = " ".join(estimate(flop=1e24, chip="h100", mfu=0.6).warnings)
    assert "sparse peak" in words
    assert "active parameters" in words
    assert not any("best published for" in entry for entry in estimate(flop=1e24, chip="h100", mfu=0.4).warnings)


def test_a_designer_without_a_count_says_what_to_give() -> None:
    with pytest.raises(InputError, match="designer-shipments"):
        estimate(flop=1e24, chip="cerebras-wse-3", tdp="23 kW", designer_limit="5 %")
