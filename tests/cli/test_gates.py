"""--require-feasible and --fail-over on every command that evaluates the model: exit 3, exit 4, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import Outcome
from tests.cli.running import run as run_in

RUN = ["--flop", "2e25", "--chip", "h100"]
COMMANDS = {
    "estimate": ["estimate", *RUN], "explain": ["explain", "run_cost", *RUN], "finance": ["finance", *RUN],
    "compare": ["compare", *RUN, "--chip", "b200"], "memo": ["memo", *RUN], "sheet": ["sheet", *RUN, "-o", "-"],
    "sensitivity": ["sensitivity", "run_cost", *RUN], "optimise": ["optimise", "--flop", "2e25", "--days", "90"],
    "sweep": ["sweep", "--vary", "mfu=0.3:0.5:3", *RUN], "solve": ["solve", "chips", *RUN, "--training-time", "60 days"],
    "batch": ["batch", "runs.csv"],
}  # fmt: skip


def run(*line: str) -> Outcome:
    """The command in the current folder."""
    return run_in(line, Path.cwd())


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("runs.csv").write_text("chip,flop\nh100,2e25\nh100,1e20\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_gate_is_one_value_and_holds(command: str) -> None:
    line = COMMANDS[command]
    over = run(*line, "--fail-over", "run_cost=1 MUSD")
    assert over.code == 4
    assert "run_cost" in over.stderr
    assert "is over $1M" in over.stderr
    assert over.stdout  # what was asked for is written, and then judged
    assert run(*line, "--fail-over", "run_cost=1e6 MUSD").code == 0
    ranged = run(*line, "--fail-over", "run_cost=1..2 MUSD")
    assert ranged.code == 2
    assert not ranged.stdout
    assert "is a range; a gate is one value" in ranged.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_what_does_not_hold_ends_in_3(command: str) -> None:
    line = COMMANDS[command]
    broken = run(*line, "--budget", "1 MUSD", "--require-feasible")
    assert broken.code == 3
    assert "not feasible: " in broken.stderr
    assert run(*line, "--budget", "1e6 MUSD", "--require-feasible").code == 0


def test_the_row_that_fails_is_named() -> None:
    said = run("batch", "runs.csv", "--fail-over", "run_cost=1 MUSD").stderr
    assert "1 of 2 rows do not pass" in said
    assert "row 1: run_cost" in said
    assert run(*COMMANDS["sweep"], "--fail-over", "run_cost=20 MUSD").stderr.endswith("at mfu 30%\n")


def test_under_ranges_the_p80_is_judged() -> None:
    assert "run_cost at P80" in run("batch", "runs.csv", "--ranges", "--fail-over", "run_cost=1 MUSD").stderr
    assert "run_cost at P80" in run(*COMMANDS["memo"], "--fail-over", "run_cost=1 MUSD").stderr
    assert (
        "leave out draws and ranges"
        in run(*COMMANDS["sweep"], "--draws", "64", "--fail-over", "run_cost=1 MUSD").stderr
    )


def test_a_sweep_that_cannot_check_a_limit_says_so() -> None:
    line = ["sweep", "--vary", "mfu=0.3:0.5:3", "--flop", "2e25", "--chip", "tpu-v5p", "--require-feasible"]
    assert run(*line, "--capital-budget", "1 GUSD").code == 3
    assert run(*line, "--power-limit", "1 GW").code == 3


def test_a_gate_on_what_is_no_estimate_is_refused() -> None:
    assert run("batch", "runs.csv", "--predict-mfu", "--require-feasible").code == 2
    named = run(*COMMANDS["sweep"], "--fail-over", "run_cots=1")
    assert named.code == 2
    assert "run_cost" in named.stderr
