"""Book value over time, as reports show it, and what an estimate says that it leaves out."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.estimation.included import excluded
from cluster_calc.estimation.parts.depreciation import book_curve
from cluster_calc.quantities.settings import METHODS

RUN: dict[str, Any] = {"chip": "h100", "training_compute": 1e24}


@pytest.mark.parametrize("method", METHODS)
def test_the_curve_falls_from_the_price_and_meets_the_run(method: str) -> None:
    result = cc.estimate(**RUN, depreciation=method, hardware_age="2 years", residual_value=0.1)
    curve = book_curve(result)
    values = dict(curve)
    assert values[0.0] == pytest.approx(result.values["capital_cost"])
    assert values[2.0] == pytest.approx(result.values["book_value_at_start"])
    assert all(later < earlier for (_, earlier), (_, later) in itertools.pairwise(curve))
    assert "Book value of the hardware" in str(result)


@pytest.mark.parametrize("life", ["1000 days", "4 years", "5.5 years"])
def test_the_curve_ends_with_the_life_at_the_residual(life: str) -> None:
    for method in ("straight-line", "double-declining"):
        result = cc.estimate(**RUN, depreciation=method, lifetime=life, residual_value=0.2)
        age, value = book_curve(result)[-1]
        assert age == pytest.approx(result.values["service_time"] / 365.25 / 86400)
        assert value == pytest.approx(0.2 * result.values["capital_cost"])


def test_a_list_of_estimates_has_no_one_curve() -> None:
    import numpy as np

    assert book_curve(cc.estimate(**RUN, hardware_age=None, mfu=np.array([0.3, 0.4]))) == []


def test_every_operating_line_is_in_the_sum_or_named_as_not_included() -> None:
    words = ("staff", "maintenance", "colocation", "demand charge", "storage", "insurance", "software")
    nothing = " ".join(excluded(cc.estimate(**RUN)))
    assert all(f"{word} (--" in nothing for word in words)
    some = cc.estimate(**RUN, insurance_rate=0.01, staff_rate="1 MUSD/year")
    left = " ".join(excluded(some))
    assert [word for word in words if f"{word} (--" in left] == [
        "maintenance",
        "colocation",
        "demand charge",
        "storage",
        "software",
    ]
    assert "insurance" not in left
    whole = " ".join(excluded(cc.estimate(**RUN, operations_cost="1 MUSD")))
    assert not any(f"{word} (--" in whole for word in words)


def test_a_line_given_for_the_run_is_part_of_the_sum() -> None:
    result = cc.estimate(**RUN, staff_cost="2 MUSD")
    assert result.values["operations_cost"] == pytest.approx(2e6)
    assert result.values["run_cost"] == pytest.approx(
        result.values["depreciation"] + result.values["electricity_cost"] + 2e6
    )
