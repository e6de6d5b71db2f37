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
    assert made["total_exclusive"] == pytest.approx(6.92**6 * 22.663**7)  # 13 years from 2012 to 2025
    assert made["total_inclusive"] == pytest.approx(6.92**6 * 22.663**8)
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


@pytest.mark.parametrize(
    ("eras", "years", "total"),
    [
        (["2012..2017: a 6.928x a year", "2018..2025: a 22.78x a year", "2026..2043: a 3.674x a year"], 31, 6.928**6 * 22.78**8 * 3.674**17),
        (["2012..2018: a 2x a year", "2018..2025: a 3x a year"], 13, 2.0**6 * 3.0**7),
        (["2012..2025: a 2x a year"], 13, 2.0**13),
    ],
)  # fmt: skip
def test_together_every_year_counts_once(eras: list[str], years: int, total: float) -> None:
    _, out, _ = run(*(part for era in eras for part in ("--era", era)), "--format", "json")
    made = json.loads(out)
    assert made["years"] == years
    assert made["total_exclusive"] == pytest.approx(total)
    # Split anywhere, and in either way of writing the joint, it is the same growth.
    last = made["eras"][-1]["yearly"]
    assert made["total_inclusive"] == pytest.approx(total * last)


def test_a_range_of_a_rate_stays_a_range() -> None:
    code, out, _ = run(
        "--era", "2012..2018: algorithms 3..5x a year, spending 2x a year", "--spending", "1 USD", "--format", "json"
    )
    [era] = json.loads(out)["eras"]
    assert code == 0
    assert era["factors_range"]["algorithms"] == pytest.approx([3, 5])
    assert era["yearly_range"] == pytest.approx([6, 10])
    assert json.loads(out)["total_exclusive_range"] == pytest.approx([6**6, 10**6])
    assert "exclusive_range" not in json.loads(out)["spending"]
    _, text, _ = run("--era", "2012..2018: algorithms 3..5x a year")
    assert "algorithms 3.873 (3 to 5)" in text
    assert "729 to 15,630" in text


def test_years_that_no_era_covers_are_refused() -> None:
    code, _, err = run("--era", "2012..2015: a 2x a year", "--era", "2018..2020: a 2x a year")
    assert code == 2
    assert "no era covers 2016 to 2017" in err
