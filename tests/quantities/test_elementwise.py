"""A number alone and an array of one agree, whatever the function and the number; an estimate needs no numpy."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster_calc.quantities import elementwise
from tests.cli.running import ROOT

NUMBERS = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 1e308])
ONE = (
    "ceil",
    "floor",
    "log",
    "log2",
    "sqrt",
    "exp",
    "expm1",
    "isnan",
    "isfinite",
    "rint",
    "any",
    "all",
    "max",
    "min",
    "ndim",
)
TWO = ("maximum", "minimum")


def same(one: object, other: object) -> bool:
    return math.isclose(float(one), float(other), rel_tol=1e-15) or (
        math.isnan(float(one)) and math.isnan(float(other))
    )  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ONE)
@given(value=NUMBERS)
def test_one_number_is_an_array_of_one(name: str, value: float) -> None:
    with np.errstate(all="ignore"):
        assert same(getattr(elementwise, name)(value), getattr(np, name)(value))


@pytest.mark.parametrize("name", TWO)
@given(one=NUMBERS, other=NUMBERS)
def test_two_numbers_are_arrays_of_one(name: str, one: float, other: float) -> None:
    assert same(getattr(elementwise, name)(one, other), getattr(np, name)(one, other))


@given(condition=st.booleans(), one=NUMBERS, other=NUMBERS)
def test_a_choice_is_numpys(condition: bool, one: float, other: float) -> None:
    assert same(elementwise.where(condition, one, other), np.where(condition, one, other))


@pytest.mark.parametrize(
    "words",
    [
        ("estimate", "--flop", "2e25", "--chip", "h100"),
        ("estimate", "--flop", "2e25", "--chip", "h100", "--format", "json", "--budget", "30 MUSD"),
        ("explain", "run_cost", "--flop", "2e25", "--chip", "h100"),
    ],
)
def test_a_point_estimate_needs_no_numpy(words: tuple[str, ...]) -> None:
    program = f"import sys; from cluster_calc.cli import main\ntry: main({list(words)!r})\nfinally: sys.stderr.write(str('numpy' in sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr.endswith("False"), done.stderr
