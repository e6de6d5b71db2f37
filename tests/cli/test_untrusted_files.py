"""Files that were changed, cut or made by others: what they say is recomputed or refused, in words, and nothing hangs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.cli.options import visible
from tests.cli.running import ROOT, run

BASE = ("--flop", "2e25", "--chip", "h100")
LIMITED = {"training_compute": 2e25, "chip": "h100", "budget": "20 MUSD", "power_limit": "5 MW"}


def changed(path: Path, **changes: Any) -> None:
    """A result file with values at dotted places changed; None of the kind `DROP` takes one out."""
    held = json.loads(json.dumps(cc.estimate(**LIMITED).as_dict()))
    for place, value in changes.items():
        *above, last = place.split("__")
        table: Any = held
        for part in above:
            table = table[int(part) if part.isdecimal() else part]
        if value is DROP:
            del table[last]
        else:
            table[int(last) if last.isdecimal() and isinstance(table, list) else last] = value
    path.write_text(json.dumps(held), encoding="utf-8")


DROP = object()
FORGED: list[tuple[dict[str, Any], str]] = [
    ({"feasibility__0__holds": True, "feasibility__0__margin": 0.4}, "feasibility.budget: the file says holds True"),
    ({"inputs__electricity_price__unit": "EUR/MWh"}, "inputs.electricity_price: the file says it is in 'EUR/MWh'"),
    ({"results__run_cost__unit": "EUR"}, "results.run_cost: the file says it is in 'EUR', its unit is 'USD'"),
    ({"results__run_cost__value": 1.0}, "run_cost: the file says value"),
    ({"results__run_cost": 3}, "results.run_cost: '3' is not a table"),
    ({"results__run_cost__value": "x"}, "run_cost: the file says value"),
    ({"inputs__mfu": 3}, "inputs.mfu: '3' is not a table"),
    ({"inputs__mfu__source": 3}, "inputs.mfu.source: '3' is not a table"),
    ({"inputs__mfu__value": [1]}, "inputs.mfu.value: '[1]' is not"),
    ({"chip": 3}, "chip: '3' is not a table"),
    ({"results": []}, "results: '[]' is not a table"),
    ({"feasibility": DROP}, "feasibility: is missing"),
    ({"warnings": DROP}, "warnings: is missing"),
    ({"feasibility__0__holds": DROP}, "feasibility.0.holds: is missing"),
    ({"feasibility__0__constraint": "x"}, "'x' is no limit of this program"),
    ({"scenario": 3}, "scenario: '3' is not a table"),
    ({"schema": "cluster-calc/estimate/9"}, "schema 'cluster-calc/estimate/9' is not"),
]


@pytest.mark.parametrize(("changes", "said"), FORGED, ids=lambda entry: str(entry)[:50])
def test_a_changed_result_is_refused(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    changed(tmp_path / "forged.json", **changes)
    done = run(["sheet", "forged.json", "-o", "a.html"], tmp_path)
    assert done.code == 2, done.stderr
    assert said in done.stderr
    assert not (tmp_path / "a.html").exists()


@pytest.mark.parametrize(("changes", "said"), FORGED, ids=lambda entry: str(entry)[:50])
def test_a_difference_reads_any_file_without_failing(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    changed(tmp_path / "forged.json", **changes)
    changed(tmp_path / "whole.json")
    done = run(["diff", "whole.json", "forged.json"], tmp_path)
    assert done.code in (0, 2), done.stderr
    assert "nothing moved" not in done.stdout


def test_a_difference_of_verdicts_is_one(tmp_path: Path) -> None:
    changed(tmp_path / "whole.json")
    changed(tmp_path / "forged.json", feasibility__0__holds=True)
    assert "limit budget: does not hold → holds" in run(["diff", "whole.json", "forged.json"], tmp_path).stdout


def test_warnings_of_a_file_are_not_believed(tmp_path: Path) -> None:
    changed(tmp_path / "silent.json", warnings=["all is well"])
    done = run(["sheet", "silent.json", "-o", "a.html", "--require-feasible"], tmp_path)
    assert done.code == 3, done.stderr
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "all is well" not in page
    assert "✗" in page


TRENDS = ["until = 1.5", "yardsticks = 1", "series = 1", "constants = 1", "[series]\ncompute = 1.5", 'first_year = "x"']
MAPS = [
    'columns = "x"',
    "constants = 1",
    "outputs = 1",
    "formulas = 1",
    "prepare = [1]",
    "key_columns = 3",
    "columns.a = 3",
]


@pytest.mark.parametrize("text", TRENDS)
def test_a_trend_of_wrong_kinds_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(text + "\n")
    done = run(["project", "--trend", "t.toml"], tmp_path)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: t.toml: ")


@pytest.mark.parametrize("text", MAPS)
def test_a_map_of_wrong_kinds_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(text + "\n")
    (tmp_path / "runs.csv").write_text("a,b\n1,2\n")
    done = run(["batch", "runs.csv", "--map", "m.toml", "-o", "-"], tmp_path)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: m.toml: ")


def test_a_day_needs_no_quotes(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(
        'chip = "h100"\ntraining_compute = 2e25\nas_of = 2026-11-20\n'
        'chip_price = {value = "25000 USD", as_of = 2026-10-02, source = "quote 4711"}\n'
    )
    done = run(["estimate", "--scenario", "s.toml", "--format", "json"], tmp_path)
    assert done.code == 0, done.stderr
    assert json.loads(done.stdout)["inputs"]["chip_price"]["source"]["as_of"] == "2026-10-02"


@pytest.mark.parametrize("value", ["5", "true", "[1]", "inf"])
def test_the_words_of_a_source_are_text(value: str, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(
        f'chip = "h100"\ntraining_compute = 2e25\npue = {{value = 1.2, source = {value}}}\n'
    )
    done = run(["estimate", "--scenario", "s.toml"], tmp_path)
    assert done.code == 2
    assert "pue: source" in done.stderr
    assert "not text" in done.stderr


def test_marks_that_editors_put_before_a_text_are_read(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_bytes(b'\xef\xbb\xbfchip = "h100"\ntraining_compute = 2e25\n')
    assert run(["estimate", "--scenario", "s.toml"], tmp_path).code == 0
    (tmp_path / "r.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(cc.estimate(**LIMITED).as_dict()).encode())
    assert run(["sheet", "r.json", "-o", "a.html"], tmp_path).code == 0
    (tmp_path / "t.csv").write_text("sep=;\ntraining_compute;chip\n2e25;h100\n")
    done = run(["batch", "t.csv", "-o", "-"], tmp_path)
    assert done.code == 0, done.stderr
    assert "22885559" in done.stdout or "run_cost" in done.stdout.split("\n", 1)[0]


@pytest.mark.parametrize("command", [("sheet",), ("diff", "-"), ("batch",), ("memo",)])
def test_a_device_without_an_end_is_refused(command: tuple[str, ...], tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("cluster_calc.files.atomic.MOST_BYTES", 1000)
    done = run([command[0], "/dev/zero", *command[1:]], tmp_path)
    assert done.code == 2


def test_a_pipe_with_a_files_name_is_refused(tmp_path: Path) -> None:
    for ending in ("csv", "json"):
        os.mkfifo(tmp_path / f"p.{ending}")
    assert "is a pipe" in run(["batch", "p.csv"], tmp_path).stderr
    assert "is a pipe" in run(["sheet", "p.json"], tmp_path).stderr


@pytest.mark.parametrize("key", ["a" + ".a" * 40_000, '"a"' + '."a"' * 40_000])
def test_a_key_of_forty_thousand_parts_is_refused_at_once(key: str, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(f"{key} = 1\n")
    assert "parts" in run(["estimate", *BASE, "--scenario", "s.toml"], tmp_path).stderr


def test_a_gate_is_one_value() -> None:
    done = run(["estimate", *BASE, "--fail-over", "run_cost=1..2 MUSD"], ROOT)
    assert done.code == 2
    assert "is a range; a gate is one value" in done.stderr


def test_a_gate_shows_digits_that_tell_apart() -> None:
    cost = float(cc.estimate(training_compute=2e25, chip="h100").values["run_cost"])
    done = run(["estimate", *BASE, "--fail-over", f"run_cost={cost * (1 - 1e-15)!r} USD"], ROOT)
    assert done.code == 4
    over, under = done.stderr.split("is over")
    assert over.split()[-2] != under.split()[0]


def test_an_unknown_name_leaves_no_scenario(tmp_path: Path) -> None:
    assert run(["explain", "nonsense", *BASE, "--save-scenario", "x.toml"], tmp_path).code == 2
    assert not list(tmp_path.iterdir())


def test_templates_of_ones_own_run_in_a_sandbox(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "sheet.html.j2").write_text(
        "{{ cycler.__init__.__globals__.os.popen('echo bad > pwned').read() }}"
    )
    done = run(["sheet", *BASE, "--templates", "t", "-o", "a.html"], tmp_path)
    assert done.code == 2, done.stderr
    assert not (tmp_path / "pwned").exists()


def test_letters_that_turn_a_line_are_written_out() -> None:
    result = cc.estimate(training_compute=2e25, chip="h100")
    page = cc.sheet(result, title="a\u202eb\u200bc\x1b[31md")
    assert "\\u202e" in page
    assert visible(page) == page
    assert "\u200b" not in page


def _raw(folder: Path, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", script.replace("CALL", f"{sys.executable} -m cluster_calc")], cwd=folder, capture_output=True,
        text=True, check=False, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder), **environment},
    )  # fmt: skip


def test_closed_and_full_streams_end_by_the_contract(tmp_path: Path) -> None:
    assert _raw(tmp_path, "CALL estimate --flop 2e25 --chip h100 >&-; echo code $?").stderr.strip() == ""
    done = _raw(tmp_path, "CALL estimate --flop -1 --chip h100 2>/dev/full; echo code $?")
    assert "code 2" in done.stdout
    done = _raw(tmp_path, "CALL batch - <&-; echo code $?")
    assert "code 2" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user to be")
def test_a_home_that_may_not_be_read_is_no_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    tmp_path.chmod(0o755)
    script = f"setpriv --reuid 65534 --regid 65534 --clear-groups {sys.executable} -m cluster_calc estimate --flop 2e25 --chip h100"
    probe = subprocess.run(
        ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", sys.executable, "-c", "import click"],
        capture_output=True, check=False, env={"PYTHONPATH": str(ROOT)}, cwd="/",
    )  # fmt: skip
    if probe.returncode:
        pytest.skip("another user may not run this Python")
    done = subprocess.run(
        script.split(), cwd="/", capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(home)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_what_is_not_utf8_in_a_title_is_written_out() -> None:
    cc.sheet(cc.estimate(training_compute=2e25, chip="h100"), title="Caf\udce9").encode()
