"""Generated pages stand when they differ by rounding alone, and are stale when they say something else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

from freshness import same

PAGE = '<p><data value="8000000.1234567">$8M</data></p><script type="application/json" id="result">{"run_cost": %s, "standard_errors": [%s]}</script>'


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (PAGE % ("8000000.0000001", "0.501"), True),
        (PAGE.replace("1234567", "1234568") % ("8000000.0", "0.5"), True),
        (PAGE.replace("8000000.1234567", "8000100.1234567") % ("8000000.0", "0.5"), False),
        (PAGE % ("8000100.0", "0.5"), False),
        (PAGE % ("8000000.0", "0.6"), False),
        (PAGE % ("null", "0.5"), False),
        (PAGE.replace("$8M", "$9M") % ("8000000.0", "0.5"), False),
        (PAGE.replace("run_cost", "capital_cost") % ("8000000.0", "0.5"), False),
    ],
)
def test_rounding_is_no_change_and_everything_else_is(other: str, alike: bool) -> None:
    assert same(PAGE % ("8000000.0", "0.5"), other) is alike
