"""A file gets what its ending says, or nothing; an option of one value is given once."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from cluster_calc.cli import main

RUN = "--flop 2e25 --chip h100"
# A command, and an ending that it cannot write.
REFUSED = [
    (f"estimate {RUN}", "svg"), (f"estimate {RUN}", "html"), (f"estimate {RUN} --format json", "csv"), (f"solve chips {RUN} --days 30", "png"),
    (f"sweep --vary mfu=0.3,0.4 {RUN}", "json"), ("optimise --flop 2e25 --vary chip=h100,h200", "csv"), (f"sensitivity {RUN}", "svg"),
    (f"simulate {RUN} --failure-rate '0.0065 failure/server/day'", "pdf"), (f"explain run_cost {RUN}", "csv"),
    (f"compare {RUN} --chip b200", "xlsx"), ("finance --chip h100 --chips 64", "html"), ("project --preset cset-2022", "png"),
    ("project --list", "json"), ("project --preset cset-2022 --print-preset", "csv"), ("growth --fit runs:flop_published:year", "svg"),
    ("reproduce", "html"), (f"sheet {RUN}", "pdf"), (f"memo {RUN}", "odt"), ("batch runs.csv", "json"), ("catalog list", "xml"),
    ("catalog show h100", "csv"), ("catalog new chip", "json"), ("catalog sources", "html"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "ending"), REFUSED)
def test_an_ending_that_cannot_be_written_is_an_error(
    command: str, ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = CliRunner().invoke(main, [*shlex.split(command), "-o", f"x.{ending}"])
    assert outcome.exit_code == 2
    assert f"x.{ending}" in outcome.stderr
    assert outcome.stdout == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["plain", "x.txt", "run-0.5", "x.JSON", "x.csv", "x.md"])
def test_every_other_name_is_written(name: str, tmp_path: Path) -> None:
    outcome = CliRunner().invoke(main, [*shlex.split(f"estimate {RUN} --full"), "-o", str(tmp_path / name)])
    assert outcome.exit_code == 0
    first = (tmp_path / name).read_text(encoding="utf-8")[:1]
    assert first == {"x.JSON": "{", "x.csv": "n", "x.md": "#"}.get(name, "W")


def test_a_scenario_is_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = CliRunner().invoke(main, [*shlex.split(f"estimate {RUN}"), "--save-scenario", "x.json"])
    assert outcome.exit_code == 2
    assert "x.toml" in outcome.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (f"estimate {RUN} --chip b200", "--chip 'h100' and --chip 'b200'"),
        (f"estimate {RUN} --training-compute 1e25", "--flop '2e25' and --training-compute '1e25'"),
        (f"estimate {RUN} --mfu=0.4 --mfu 0.5", "--mfu '0.4' and --mfu '0.5'"),
        ("growth --fit a:b:c --fit d:e:f", "--fit 'a:b:c' and --fit 'd:e:f'"),
        ("catalog list --maker amd --maker nvidia", "--maker 'amd' and --maker 'nvidia'"),
        (f"sheet {RUN} --title A --title B", "--title 'A' and --title 'B'"),
        ("project --preset cset-2022 --years 2020..2021 --years 2020..2022", "--years '2020..2021'"),
    ],
)
def test_an_option_of_one_value_is_given_once(command: str, said: str) -> None:
    outcome = CliRunner().invoke(main, shlex.split(command))
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert said in outcome.stderr


def test_flags_and_options_of_many_values_may_be_repeated() -> None:
    for command in (
        f"compare {RUN} --chip b200",
        f"estimate {RUN} --ranges --ranges",
        f"estimate {RUN} --set mfu=0.4 --set pue=1.2",
    ):
        assert CliRunner().invoke(main, shlex.split(command)).exit_code == 0, command
