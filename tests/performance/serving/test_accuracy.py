"""How near the predictions come to what was measured: the shipped constants, and what was left out of their fit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[3] / "tools"))

import calibrate_serving as calibration
import docs_serving as page

Rows = list[calibration.Measured]


@cache
def rows() -> Rows:
    return calibration.measured()


@cache
def shipped() -> dict[str, Any]:
    return calibration.off(rows())


@cache
def left_out() -> dict[str, Any]:
    return page.left_out(rows())


def errors(logs: Any, which: Callable[[calibration.Measured], bool]) -> tuple[float, float]:
    """Median and 90th percentile of the size of the errors, in percent."""
    chosen = logs[[which(entry) for entry in rows()]]
    size = 100 * np.abs(np.expm1(chosen[np.isfinite(chosen)]))
    return float(np.median(size)), float(np.percentile(size, 90))


def closed(entry: calibration.Measured) -> bool:
    return entry.family in calibration.CLOSED


def offline(entry: calibration.Measured) -> bool:
    return "offline" in entry.row["scenario"] and entry.family.startswith("mlperf")


def tables(entry: calibration.Measured) -> bool:
    return entry.family.startswith("tensorrt-llm")


@pytest.mark.parametrize(
    ("which", "kind", "median", "p90"),
    [
        (closed, "configuration", 12, 45),
        (closed, "model", 20, 60),
        (closed, "chip", 20, 60),
        (offline, "configuration", 25, None),
        (tables, "configuration", 25, None),
        (lambda entry: entry.family == "ml-energy" and not entry.case.moe, "configuration", 20, None),
        (lambda entry: entry.family == "ml-energy" and entry.case.moe, "configuration", 40, None),
    ],
    ids=["closed-loops", "models-out", "chips-out", "mlperf-offline", "tensorrt-llm", "plain-dense", "plain-mixture"],
)
def test_what_was_left_out_is_predicted_as_near_as_aimed_for(
    which: Callable[[calibration.Measured], bool], kind: str, median: float, p90: float | None
) -> None:
    found = errors(left_out()[f"{kind}_rate"], which)
    assert found[0] <= median
    assert p90 is None or found[1] <= p90


def test_the_shipped_constants_are_no_worse_than_those_that_never_saw_the_row() -> None:
    assert errors(shipped()["rate"], closed)[0] <= errors(left_out()["configuration_rate"], closed)[0]


def test_power_of_the_chips() -> None:
    assert errors(left_out()["power"], lambda entry: entry.power == entry.power)[0] <= 15


def test_intervals_hold_what_they_say() -> None:
    for _, _, _, held in page.interval_rows(rows(), left_out()):
        assert 75 <= float(held.removesuffix(" %")) <= 85


def test_pairs_that_differ_are_ordered() -> None:
    share = float(page.order(rows(), left_out()).rpartition(" % are ordered")[0].rpartition(" ")[2])
    assert share >= 90


def test_no_constant_belongs_to_one_row_model_or_chip() -> None:
    table = calibration.book()
    names = {entry.model for entry in rows()} | {entry.chip for entry in rows()}
    keys = {str(key) for head in ("constants", "software", "engine") for key in table[head]}
    assert not names & keys
    fitted = sum("start" in entry for entry in table["constants"].values() if isinstance(entry, dict))
    assert fitted < 25
