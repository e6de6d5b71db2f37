"""Ranges: the percentiles that were asked for, the same bytes from the same seed, chips sized once and held."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import cluster_calc as cc
from cluster_calc.documents.reports.estimate_data import json_text
from cluster_calc.errors import InputError

RUN: dict[str, Any] = {"chip": "h100", "training_compute": 2e25, "as_of": "2026-11-22", "draws": 20_000}


def draws(name: str, text: str, **more: Any) -> Any:
    return cc.estimate(**{**RUN, name: text, **more}).samples[name]


def test_a_lognormal_has_its_ends_at_the_fifth_and_ninety_fifth_percentile() -> None:
    found = draws("chip_price", "20000..45000 USD")
    low, middle, high = np.percentile(found, [5, 50, 95])
    assert low == pytest.approx(20_000, rel=0.01)
    assert high == pytest.approx(45_000, rel=0.01)
    assert middle == pytest.approx(math.sqrt(20_000 * 45_000), rel=0.01)
    assert np.log(found).std() == pytest.approx(math.log(45 / 20) / (2 * 1.6448536), rel=0.02)


@pytest.mark.parametrize(
    ("name", "text", "low", "high"),
    [("mfu", "0.35..0.45", 0.35, 0.45), ("mfu", "35..45 %", 0.35, 0.45), ("goodput", "0.9..0.99", 0.9, 0.99), ("pue", "1.05..1.6", 1.05, 1.6)],
)  # fmt: skip
def test_a_bounded_quantity_stays_in_its_bounds(name: str, text: str, low: float, high: float) -> None:
    found = draws(name, text)
    assert np.percentile(found, [5, 95]) == pytest.approx([low, high], rel=0.01)
    assert found.min() > {"pue": 1}.get(name, 0)
    assert found.max() < {"pue": 10}.get(name, 1)


def test_a_range_that_touches_its_bound_is_clipped_to_it() -> None:
    found = draws("residual_value", "0..0.2")
    assert found.min() == 0
    assert np.percentile(found, 95) == pytest.approx(0.2, rel=0.02)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    one, again, other = (json_text(cc.estimate(**RUN, ranges=True, seed=seed)) for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_a_quantity_draws_the_same_whatever_else_varies() -> None:
    alone = draws("mfu", "0.3..0.5", seed=3)
    together = draws("mfu", "0.3..0.5", seed=3, goodput="0.8..0.9", ranges=True)
    assert np.array_equal(alone, together)


def test_as_many_draws_as_asked() -> None:
    few, many = (draws("mfu", "0.3..0.5", draws=n) for n in (100, 40_000))
    assert (len(few), len(many)) == (100, 40_000)
    assert np.median(few) == pytest.approx(np.median(many), rel=0.05)


def test_chips_are_sized_once_and_held_while_the_time_varies() -> None:
    result = cc.estimate(**RUN, mfu="0.3..0.5")
    assert "chips" not in result.samples
    assert result.samples["training_time"].std() > 0
    assert result.values["chips"] == cc.estimate(**RUN, mfu=float(result.values["mfu"])).values["chips"]
    assert result.percentile("training_time", 90) > 90
    assert result.as_dict()["results"]["chips"]["p90"] is None


def test_resize_sizes_each_draw() -> None:
    result = cc.estimate(**RUN, mfu="0.3..0.5", resize=True)
    assert result.samples["chips"].std() > 0
    assert (result.samples["chips"] == np.ceil(result.samples["chips"])).all()
    assert result.samples["training_time"].max() <= 90 * 86400 * (1 + 1e-12)


def test_a_given_range_is_drawn_without_asking_and_defaults_only_when_asked() -> None:
    assert "goodput" not in cc.estimate(**RUN, mfu="0.3..0.5").samples
    assert "goodput" in cc.estimate(**RUN, ranges=True).samples
    fixed = cc.estimate(**RUN)
    assert (fixed.draws, fixed.seed, dict(fixed.samples)) == (0, None, {})


def test_percentiles_rise_and_lines_sum_in_every_draw() -> None:
    result = cc.estimate(**RUN, ranges=True)
    for name, entry in result.as_dict()["results"].items():
        if entry["p10"] is not None:
            assert entry["p10"] <= entry["p50"] <= entry["p90"], name
    s = result.samples
    np.testing.assert_allclose(s["depreciation"] + s["electricity_cost"], s["run_cost"], rtol=1e-12)
    np.testing.assert_allclose(
        s["mfu_loss"] + s["goodput_loss"] + result.values["delivered_chip_hours"], s["chip_hours"], rtol=1e-12
    )


@pytest.mark.parametrize(
    "text",
    [
        "0.5..0.3",
        "0.4..0.4",
        "..0.4",
        "0.4..",
        "..",
        "0.1..0.2..0.3",
        "0..0.5",
        "0.5..1.5",
        "a..b",
        "nan..0.4",
        "0.1..40",
    ],
)
def test_a_range_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="mfu"):
        cc.estimate(**RUN, mfu=text)


def test_a_range_of_whole_things_has_a_whole_middle() -> None:
    result = cc.estimate(**RUN, chips="1000..2001")
    assert result.values["chips"] == round(result.values["chips"])
    assert (result.samples["chips"] == np.round(result.samples["chips"])).all()


def test_a_range_beside_an_array_is_refused() -> None:
    with pytest.raises(InputError, match="array"):
        cc.estimate(chip="h100", training_compute=np.array([1e24, 2e24]), mfu="0.3..0.5")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("draws", 0),
        ("draws", -1),
        ("draws", "many"),
        ("draws", True),
        ("draws", "١٠٠"),
        ("seed", -1),
        ("seed", 1.5),
        ("draws", 10**12),
    ],
)
def test_draws_and_seed_are_whole_numbers(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=name):
        cc.estimate(chip="h100", training_compute=1e24, mfu="0.3..0.5", **{name: value})


def test_a_result_the_draws_do_not_move_has_no_percentiles_in_the_report() -> None:
    from cluster_calc.documents.reports.estimate import text

    report = text(cc.estimate(**RUN, mfu="0.3..0.5"), 120)
    assert "Run cost, mean" in report
    assert "Cost per chip-hour, mean" not in report
    assert not any("P10" in line for line in report.splitlines() if "Cost per chip-hour" in line)
