"""Dates and prices of a fitted table as published tables have them."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from cluster_calc.errors import InputError
from cluster_calc.trends.expressions import evaluated, parsed
from cluster_calc.trends.observations import read_observations


def test_dates_with_times_years_and_slashes_and_prices_with_signs(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text(
        'v,d\n$5412.00,2016-10-30 12:00:00\n"6,000.50",2017.0\n7000,2012-06-01T00:00:00Z\n9000,6/13/2019\n9900,6/1/2020\n'
    )
    found = read_observations(str(table)).points("v", "d")
    assert found.values == (7000.0, 5412.0, 6000.5, 9000.0, 9900.0)
    assert found.years == pytest.approx([2012.415, 2016.828, 2017.0, 2019.447, 2020.415], abs=2e-3)
    assert found.skipped == 0


def test_a_date_that_may_be_either_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("v,d\n1,6/1/2012\n2,7/1/2013\n4,8/1/2014\n")
    with pytest.raises(InputError, match="'6/1/2012' may be day or month first"):
        read_observations(str(table)).points("v", "d")


@pytest.mark.parametrize(
    "text", ["9**9**9**9", "'a' * 10**9", "'%999999999d' % a", "a" + "+a" * 50_000, "-" * 5_000 + "a", "1/0"]
)
def test_an_expression_that_would_never_end_is_refused_at_once(text: str) -> None:
    started = time.monotonic()
    with pytest.raises(InputError, match="where"):
        evaluated(parsed(text, {"a": "a"}, "where")[0], {"a": np.array([1.0, 2.0])}.__getitem__, "where")
    assert time.monotonic() - started < 2


def test_numbers_of_an_expression_are_floats() -> None:
    tree, _ = parsed("2 ** 3 + a", {"a": "a"}, "where")
    assert evaluated(tree, {"a": np.array([1, 2])}.__getitem__, "where").tolist() == [9.0, 10.0]
