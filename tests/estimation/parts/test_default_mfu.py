"""The default MFU: by chip, format, kind and size, from what was measured; a narrower format takes the measured gain."""

from __future__ import annotations

from typing import Any

import pytest

import cluster_calc as cc

DEEPSEEK: dict[str, Any] = {
    "params": 671e9,
    "active_parameters": 37e9,
    "tokens": 14.8e12,
    "chip": "h800",
    "chips": 2048,
}
CARDS = [  # published chip-hours: model cards of Meta, arXiv:2412.19437
    (405.85e9, None, 15.6e12, "h100", "bf16", 30.84e6), (70.55e9, None, 15e12, "h100", "bf16", 7.0e6),
    (68.98e9, None, 2e12, "a100-80gb", "bf16", 1.72e6), (6.74e9, None, 2e12, "a100-80gb", "bf16", 184320.0),
    (109e9, 17e9, 40e12, "h100", "bf16", 5.0e6), (400e9, 17e9, 22e12, "h100", "bf16", 2.38e6),
    (671e9, 37e9, 14.8e12, "h800", "fp8", 2.664e6), (8.03e9, None, 15e12, "h100", "bf16", 1.46e6),
]  # fmt: skip


def test_a_mixture_of_experts_in_fp8_is_not_a_dense_run_in_bf16() -> None:
    published = 2.664e6
    hours = cc.estimate(**DEEPSEEK, precision="fp8").in_unit("chip_hours")
    assert abs(hours / published - 1) < 0.6
    assert cc.estimate(**DEEPSEEK, precision="fp8").data["mfu"].locator == "hopper.8.experts.all"


@pytest.mark.parametrize("chip", ["b200", "b300", "gb200"])
def test_a_narrower_format_gains_what_was_measured_and_not_the_ratio_of_peaks(chip: str) -> None:
    days = [
        float(cc.estimate(flop=1e25, chip=chip, chips=1024, precision=name).values["training_time"])
        for name in ("bf16", "fp8", "fp4")
    ]
    assert 1.0 < days[0] / days[1] < 2.0
    assert 1.2 < days[1] / days[2] < 1.7


def test_the_ranges_of_defaults_hold_most_published_runs() -> None:
    held = 0
    for params, active, tokens, chip, precision, published in CARDS:
        more = {} if active is None else {"active_parameters": active}
        result = cc.estimate(
            params=params, tokens=tokens, chip=chip, chips=4096, precision=precision, ranges=True, draws=2048, **more
        )
        low, high = (result.percentile("chip_hours", percent) for percent in (10, 90))
        held += low <= published <= high
    assert held >= 6


def test_a_generation_without_runs_takes_what_its_matrix_products_reach() -> None:
    """AMD MI300X: about 620 of 1,307 TFLOP/s, the H100 720 of 989 (SemiAnalysis)."""
    both = [cc.estimate(flop=1e25, chip=chip, chips=1024).data["mfu"] for chip in ("mi300x", "rtx-4090")]
    assert both[0].value / both[1].value == pytest.approx(0.474 / 0.728)
    assert "its matrix products" in both[0].locator


def test_a_typed_mfu_and_a_bare_flop_count_stay_as_they_were() -> None:
    assert cc.estimate(flop=2e25, chip="h100").values["mfu"] == 0.4
    assert cc.estimate(**DEEPSEEK, mfu=0.2).values["mfu"] == 0.2


def test_a_utilisation_counted_in_another_format_gives_the_same_time() -> None:
    plain = cc.estimate(**DEEPSEEK, precision="fp8")
    counted = cc.estimate(**DEEPSEEK, precision="fp8", mfu_precision="bf16")
    assert counted.values["training_time"] == pytest.approx(plain.values["training_time"])


def test_the_shipped_figures_are_those_of_the_rule() -> None:
    from tools.make_default_mfu import TARGET, text

    assert TARGET.read_text(encoding="utf-8") == text()
