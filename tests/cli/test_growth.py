"""`cluster-calc growth` as a user runs it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from cluster_calc.cli import main

FIRST = "2012..2017: algorithms 4x a year, efficiency 1.73x per year"
SECOND = "2018..2025: algorithms 1.73x a year, efficiency 1.31x a year, spending 10 OOM a decade"


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["growth", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_eras_count_years_both_ways_and_spending_follows() -> None:
    code, out, _ = run("--era", FIRST, "--era", SECOND, "--spending", "100000 USD", "--format", "json")
    made = json.loads(out)
    assert code == 0
    assert made["eras"][0]["yearly"] == pytest.approx(6.92)
    assert made["eras"][0]["total_exclusive"] == pytest.approx(6.92**5)  # the post's 16,000
    assert made["eras"][0]["total_inclusive"] == pytest.approx(6.92**6)
    assert made["total_exclusive"] == pytest.approx(6.92**5 * 22.663**7)
    assert made["spending"]["exclusive"] == pytest.approx(1e12)
    assert made["spending"]["inclusive"] == pytest.approx(1e13)
    _, out, _ = run("--era", FIRST)
    assert "15,870" in out


def test_a_regression_has_both_intervals() -> None:
    code, out, _ = run("--fit", "runs:flop_published:year", "--format", "json")
    [made] = json.loads(out)["fits"]
    assert code == 0
    assert made["points"] >= 8
    for low, high in (made["interval"], made["bootstrap"]):
        assert low < made["slope"] < high
    assert made["last"]["low"] < made["last"]["line"] < made["last"]["high"]


def test_cost_by_two_methods_on_the_shipped_runs() -> None:
    _, out, _ = run("--costs", "--format", "json")
    one, two = json.loads(out)["fits"]
    assert one["points"] == two["points"] >= 3
    assert 1 < two["last"]["line"] / one["last"]["line"] < 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "one of --era, --fit and --costs"),
        (["--costs", "--era", FIRST], "one of --era, --fit and --costs"),
        (["--era", "2018..2012: a 3x a year"], "backwards"),
        (["--era", "algorithms 3x"], "FIRST..LAST"),
        (["--era", "2012..2018: a"], "NAME RATE"),
        (["--era", "2012..2018: a 3x a year, a 2x a year"], "twice"),
        (["--era", SECOND, "--era", FIRST], "begins before"),
        (["--era", "2012..2018: a 1e300x a year"], "1e308"),
        (["--era", "2012..2018: a 3x a year", "--spending", "5 kW"], "[USD]"),
        (["--era", FIRST, "--spending", "5 USD"], "no era has a factor called spending"),
        (["--fit", "runs"], "TABLE:COLUMN:DATES"),
        (["--fit", "runs:flop:year"], "Did you mean flop_published"),
        (["--costs", "--spending", "5 USD"], "goes with --era"),
    ],
)
def test_bad_input_is_one_message_and_exit_2(arguments: list[str], message: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert message in err
