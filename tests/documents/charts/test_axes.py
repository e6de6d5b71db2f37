from __future__ import annotations

import itertools
import math

import pytest

from cluster_calc.documents.charts.axes import Axis, fitted, span, spread, text_width, ticks


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-5, 5), (1e-12, 3e-12), (1e25, 9e25), (0.999, 1.001), (-1e9, 1e-9)])
def test_ticks_are_few_round_rising_and_inside(low: float, high: float) -> None:
    found = ticks(low, high)
    slack = 1e-9 * (high - low)
    assert 2 <= len(found) <= 7
    assert found == sorted(set(found))
    assert all(low - slack <= value <= high + slack for value in found)


@pytest.mark.parametrize(("low", "high"), [(1, 2), (3, 4000), (1e-30, 1e30), (0.5, 0.7)])
def test_ticks_of_a_log_axis_are_inside(low: float, high: float) -> None:
    found = ticks(low, high, log=True)
    assert 2 <= len(found) <= 7
    assert all(low * (1 - 1e-6) <= value <= high * (1 + 1e-6) for value in found)


def test_ticks_are_round_in_the_unit_asked_for() -> None:
    assert [value / 86400 for value in ticks(0, 35 * 86400, unit=86400)] == [0, 10, 20, 30]


def test_a_place_never_leaves_its_axis() -> None:
    axis = Axis(0.0, 1.0, 10.0, 20.0)
    assert [axis.place(value) for value in (-1, 0, 0.5, 1, math.inf)] == [10, 10, 15, 20, 20]
    assert Axis(1.0, 100.0, 0.0, 1.0, log=True).place(0.0) == 0.0


def test_a_span_is_never_empty() -> None:
    for values in ([], [0.0], [5.0, 5.0], [None], [-2.0], [math.nan, 1.0], [math.inf]):
        for log in (False, True):
            low, high = span(values, log=log)
            assert high > low
            assert not log or low > 0


def test_labels_side_by_side_stay_apart_and_on_paper() -> None:
    axis = Axis(0.0, 1e12, 30.0, 350.0)
    found = spread(ticks(0, 1e12, 12), axis, lambda value: f"${value:,.0f}", 360.0)
    ends = [(place - text_width(text) / 2, place + text_width(text) / 2) for place, text in found]
    assert ends[0][0] >= 0
    assert ends[-1][1] <= 360
    assert all(right < left for (_, right), (left, _) in itertools.pairwise(ends))


def test_fitted_text_fits() -> None:
    for room in (0, 5, 20, 100):
        assert text_width(fitted("WWWWWWWW wide words", room)) <= room
