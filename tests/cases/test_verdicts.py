"""One verdict: `estimate`, its JSON, `compare`, the cost sheet, the memo and the exit code say the same, whatever limits are given.

COMMANDS is the readable part: command → what it says → why. What follows checks the same on limits nobody chose.
"""

from __future__ import annotations

import csv
import io
import json
import shlex
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import cluster_calc as cc
from cluster_calc.cli import main
from cluster_calc.documents.reports.estimate import report
from cluster_calc.documents.sheet.page import sheet_of
from cluster_calc.estimation.limits import ADVISORY
from cluster_calc.estimation.verdict import NOT_CHECKED
from cluster_calc.studies import as_json as compared

BASE = "--flop 2e25 --chip h100"
CAPPED = f"{BASE} --time-allowed '90 days' --budget '1 GUSD'"


class Case(NamedTuple):
    """Options of a demand, the words of the verdict, the limits that decide it, the exit code under the gate, and why."""

    options: str
    word: str
    broken: tuple[str, ...]
    code: int
    why: str


COMMANDS = [
    Case(f"{CAPPED} --mfu 0.7", "feasible", (), 0, "an MFU above what was published is unusual, not impossible"),
    Case(f"{BASE} --budget '1 MUSD'", "not feasible", ("budget",), 3, "a budget decides"),
    Case(f"{BASE} --mfu 0.7 --budget '1 MUSD'", "not feasible", ("budget",), 3, "the unusual is not listed among what fails"),
    Case(f"{BASE} --capital-yardstick '1 MUSD'", "feasible", (), 0, "a yardstick is advice"),
    Case(BASE, "not checked", (), 0, "without a limit nothing is asked"),
    Case("--flop 2e25 --chip tpuv5p --budget '1 GUSD'", "open", (), 3, "no price is known, so the budget cannot be checked"),
    Case(f"{BASE} --power-limit '1 kW' --budget '1 MUSD'", "not feasible", ("budget", "power"), 3, "two limits fail"),
]  # fmt: skip


def ran(command: str, *more: str) -> Result:
    return CliRunner().invoke(main, [*shlex.split(command), *more])


@pytest.mark.parametrize("case", COMMANDS, ids=lambda case: case.why)
def test_every_reader_says_the_verdict(case: Case) -> None:
    gated = ran(f"estimate {case.options} --require-feasible --format json")
    assert gated.exit_code == case.code
    said = json.loads(gated.stdout)
    assert said["verdict"]["words"] == case.word
    option = json.loads(ran(f"compare {case.options} --chip b200 --format json").stdout)["options"][0]
    assert option["verdict"] == said["verdict"]
    assert option["feasible"] is said["verdict"]["feasible"]
    table = {
        row[0]: row[2:]
        for row in csv.reader(io.StringIO(ran(f"compare {case.options} --chip b200 --format csv").stdout))
    }
    expected = {"feasible": "yes", "not feasible": "no: " + ", ".join(case.broken), "open": "open: budget"}
    assert table.get("feasible", [""])[0] == expected.get(case.word, "")


def test_what_is_unusual_stands_beside_the_verdict() -> None:
    table = ran(f"compare {CAPPED} --mfu 0.7 --chip b200 --full").stdout
    [unusual] = [line.split() for line in table.splitlines() if line.startswith("unusual")]
    assert unusual == ["unusual", "mfu", "mfu"]


def test_who_rents_has_no_capital_to_limit() -> None:
    found = cc.compare(
        chips=["h100"], acquire=["own", "on-demand"], flop=2e25, capital_budget="1 GUSD", budget="1 GUSD"
    )
    assert [option.result.verdict.word for option in found.options] == ["feasible", "feasible"]


AMOUNTS = {
    "budget": "MUSD",
    "capital_budget": "MUSD",
    "power_limit": "MW",
    "capital_yardstick": "MUSD",
    "power_yardstick": "MW",
}
LIMITS = st.fixed_dictionaries(
    {},
    optional={
        **{
            name: st.floats(0.1, 1000).map(lambda number, unit=unit: f"{number!r} {unit}")
            for name, unit in AMOUNTS.items()
        },
        "supply_limit": st.floats(1e-5, 0.1),
        "mfu": st.floats(0.05, 0.95),
        "best_mfu": st.floats(0.05, 0.95),
        "time_allowed": st.integers(20, 400).map(lambda days: f"{days} day"),
    },
)


@given(limits=LIMITS, chip=st.sampled_from(["h100", "b200", "tpuv5p", "a100-40gb"]))
@settings(deadline=None, max_examples=30)
def test_readers_agree_on_limits_nobody_chose(limits: dict[str, Any], chip: str) -> None:
    typed = [part for name, value in limits.items() for part in ("--" + name.replace("_", "-"), str(value))]
    base = ["estimate", "--flop", "2e25", "--chip", chip, *typed]
    gated = CliRunner().invoke(main, [*base, "--require-feasible", "--format", "json"])
    said = json.loads(gated.stdout)
    verdict, margins = said["verdict"], {entry["constraint"]: entry for entry in said["feasibility"] if entry["limit"]}
    hard = {name: entry["holds"] for name, entry in margins.items() if name not in ADVISORY}
    # Stated here in its own words: advice apart, one that fails decides, then one that is missing.
    right = False if False in hard.values() else None if None in hard.values() or not margins else True
    assert verdict["feasible"] is right
    assert gated.exit_code == (0 if right or verdict["words"] == NOT_CHECKED else 3)
    found = cc.compare(chips=[chip, "h200"], flop=2e25, **limits)
    first = found.options[0].result
    assert first.verdict.word == verdict["words"]
    assert compared.as_dict(found)["options"][0]["verdict"] == verdict
    page = sheet_of([first])
    assert page.feasible is right
    if verdict["words"] != NOT_CHECKED:
        assert page.verdict.lower().startswith(verdict["words"])
        assert any(
            row.label == "Verdict" and row.value == verdict["words"]
            for part in report(first).sections
            for row in part.rows
        )
