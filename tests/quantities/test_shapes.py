"""Shapes against scipy's distributions, which the program itself does not use."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import cluster_calc as cc
from cluster_calc.errors import InputError
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.shapes import Z95, normal_cdf, transformed, value_at
from cluster_calc.scenario.scenario import Scenario

Z = np.linspace(-3.5, 3.5, 201)
U = stats.norm.cdf(Z)


def typed(name: str, text: str) -> Datum:
    scenario = Scenario()
    faults = scenario.add({name: text}, "call")
    if faults:
        raise InputError(faults[0])
    return scenario.data[name]


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("normal(20000, 2000 USD)", stats.norm(20000, 2000)),
        ("lognormal(20000, 5000) USD", stats.lognorm(math.sqrt(math.log1p(1 / 16)), scale=20000 / math.sqrt(1 + 1 / 16))),
        ("triangular(10000, 15000, 40000 USD)", stats.triang(5 / 30, 10000, 30000)),
        ("uniform($10000, $30000)", stats.uniform(10000, 20000)),
        ("10000..40000 USD", stats.lognorm(math.log(4) / (2 * Z95), scale=20000)),
    ],
)  # fmt: skip
def test_shapes_are_the_distributions_they_are_named_after(text: str, exact: stats.rv_continuous) -> None:
    datum = typed("chip_price", text)
    np.testing.assert_allclose(value_at(datum, Z), exact.ppf(U), rtol=2e-6)
    assert datum.low == pytest.approx(exact.ppf(0.05), rel=1e-6)
    assert datum.high == pytest.approx(exact.ppf(0.95), rel=1e-6)


def test_moments_of_named_shapes_are_the_ones_typed() -> None:
    z = stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    for text in ("normal(0.4, 0.03)", "lognormal(0.4, 0.03)"):
        drawn = value_at(typed("mfu", text), z)
        assert drawn.mean() == pytest.approx(0.4, rel=1e-4)
        assert drawn.std() == pytest.approx(0.03, rel=1e-3)


def test_normal_cdf_agrees_with_scipy() -> None:
    z = np.linspace(-8, 8, 4001)
    np.testing.assert_allclose(normal_cdf(z), stats.norm.cdf(z), atol=1e-8)


@given(st.sampled_from(["mfu", "chip_price", "pue", "residual_value", "electricity_price"]), st.data())
@settings(max_examples=60, deadline=None)
def test_a_range_has_its_ends_at_5_and_95_percent_and_stays_in_bounds(name: str, data: st.DataObject) -> None:
    known = QUANTITIES[name]
    floor = known.low if known.low > 0 else 0.0
    ceiling = min(known.high, 100.0)
    ends = sorted(data.draw(st.tuples(*[st.floats(floor + 1e-3, ceiling)] * 2).filter(lambda pair: pair[0] != pair[1])))
    low, high = (end * known.factor for end in ends)
    at = [float(transformed(known, low, high, z)) for z in (-Z95, Z95)]
    assert at == pytest.approx([low, high], rel=1e-9)
    drawn = transformed(known, low, high, Z) / known.factor
    assert known.low * (1 - 1e-12) <= drawn.min()
    assert drawn.max() <= known.high * (1 + 1e-12)
    assert (np.diff(drawn) >= 0).all()
    assert not known.low_open or drawn.min() > known.low


def test_a_count_is_drawn_whole() -> None:
    datum = typed("chips", "8000..12000")
    assert datum.value == round(datum.value)
    drawn = value_at(datum, Z)
    assert (drawn == np.rint(drawn)).all()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("mfu", "0.5..0.3", "upside down"),
        ("mfu", "0.4..0.4", "no wider than a point"),
        ("mfu", "uniform(0.4, 0.4)", "no wider than a point"),
        ("mfu", "triangular(0.5, 0.3, 0.4)", "out of order"),
        ("mfu", "normal(0.4)", "takes 2 numbers: mean, sd"),
        ("mfu", "normal(0.4, -1)", "must be above 0"),
        ("mfu", "normal(0.4, 0.3)", "outside 0 < mfu <= 1"),
        ("mfu", "lognormal(0.9, 0.3)", "outside 0 < mfu <= 1"),
        ("mfu", "norml(0.4, 0.1)", "Did you mean normal"),
        ("mfu", "normal(0.4, 0.1", "does not begin with a number"),
        ("chip_price", "normal(30000, 2000)", "has no unit"),
        ("chip_price", "normal(30000 W, 2000 W)", "[energy]/[time]"),
        ("start", "normal(2027-01-01, 3)", "takes no range"),
    ],
)
def test_what_is_no_shape_gets_one_clear_message(name: str, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        typed(name, text)
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)


def test_shapes_are_drawn_by_an_estimate() -> None:
    result = cc.estimate(training_compute=2e25, chip="h100", mfu="triangular(0.3, 0.4, 0.45)")
    exact = stats.triang(10 / 15, 0.3, 0.15)
    assert result.values["mfu"] == 0.4
    assert set(result.samples) >= {"mfu", "run_cost"}
    assert "goodput" not in result.samples
    for percent in (10, 50, 90):
        assert result.percentile("mfu", percent) == pytest.approx(exact.ppf(percent / 100), rel=1e-3)
