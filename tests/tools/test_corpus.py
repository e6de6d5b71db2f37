"""The corpus of command lines: enough of them, and a difference in one is seen."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))

import corpus

from cluster_calc.cli import COMMANDS


def test_the_corpus_holds_every_command_and_no_line_twice() -> None:
    lines = corpus.command_lines()
    assert len(set(lines)) == len(lines) >= 400
    assert set(COMMANDS) <= {shlex.split(line)[0] for line in lines}


def test_a_difference_is_told_with_its_command_and_its_place() -> None:
    before = {"estimate": {"code": 0, "out": '{"run_cost": 1}', "err": "", "files": {}}}
    after = {"estimate": {"code": 0, "out": '{"run_cost": 2}', "err": "", "files": {}}}
    assert corpus.differences(before, before) == []
    (told,) = corpus.differences(before, after)
    assert told.startswith("estimate\n")
    assert '"run_cost": 1' in told
    assert '"run_cost": 2' in told
    assert corpus.differences(before, {}) == ["only before: estimate"]
