"""`cluster-calc simulate`: from what estimate knows of failures, in every format, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cluster_calc import estimate, simulate
from cluster_calc.formulas import checkpoints
from tests.cli.running import clean_environment, command_line, run

BARE = [
    "simulate",
    "--mtbf",
    "3.0931 hours",
    "--checkpoint-write-time",
    "10 s",
    "--restart-time",
    "10 minutes",
    "--days",
    "54",
]


def told(arguments: list[str], folder: Path) -> dict[str, Any]:
    outcome = run([*arguments, "--format", "json"], folder)
    assert outcome.code == 0, outcome.stderr
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


def test_the_golden_goodput_is_confirmed_without_a_chip(tmp_path: Path) -> None:
    found = told(BARE, tmp_path)
    goodput = found["results"]["goodput"]
    assert goodput["closed_form"] == pytest.approx(0.9080, abs=5e-5)
    assert abs(goodput["value"] - goodput["closed_form"]) < 4 * goodput["standard_error"] < 1e-3
    assert found["agrees"] is (abs(found["deviation"]) <= 3)
    assert found["results"]["training_time"]["p10"] < 54 < found["results"]["training_time"]["p90"]
    assert found["inputs"]["mtbf"]["origin"] == "command line"
    assert found["inputs"]["repair_time"]["source"]["id"] == "judgement"


def test_the_inputs_are_those_of_an_estimate(tmp_path: Path) -> None:
    demand = ["--flop", "3.8e25", "--chip", "h100", "--chips", "16384"]
    found = told(["simulate", *demand], tmp_path)
    same = estimate(flop=3.8e25, chip="h100", chips=16384, checkpoint_rule="daly")
    assert found["results"]["goodput"]["closed_form"] == pytest.approx(same.values["goodput"], rel=1e-6)
    assert found["results"]["training_time"]["closed_form"] * 86400 == pytest.approx(
        same.values["training_time"], rel=1e-6
    )
    assert found["inputs"]["failure_rate"]["source"]["id"] == "llama3-paper"


def test_the_checkpoint_rule_and_its_size_count(tmp_path: Path) -> None:
    given = ["simulate", "--params", "405e9", "--tokens", "1e12", "--chip", "h100", "--chips", "16384"]
    found = told([*given, "--storage-bandwidth", "100 GB/s", "--checkpoint-rule", "daly"], tmp_path)
    write, mtbf = 405e9 * 14 / 100e9, 8 * 86400 / (16384 * 0.00379)
    expected = checkpoints.goodput(checkpoints.daly_interval(write, mtbf), write, 600.0, mtbf)
    assert found["results"]["goodput"]["closed_form"] == pytest.approx(float(expected), rel=1e-6)


def test_a_pool_is_compared_with_what_never_waits(tmp_path: Path) -> None:
    given = ["simulate", "--chips", "16384", "--days", "54", "--spare-pool"]
    called_for = told([*given, "formula"], tmp_path)
    assert called_for["options"]["spare_pool"]["value"] == 35
    few = told([*given, "12", "--repair-crews", "20"], tmp_path)
    assert called_for["agrees"] is few["agrees"] is None
    assert few["results"]["goodput"]["value"] < called_for["results"]["goodput"]["value"] - 0.1
    assert (
        few["results"]["failures_that_waited"]["value"]
        > 0.3
        > 0.05
        > called_for["results"]["failures_that_waited"]["value"]
    )
    outcome = run([*given, "12"], tmp_path)
    assert "waiting for servers" in outcome.stdout
    assert "35 spare servers" in " ".join(outcome.stdout.split())


def test_every_format_says_the_same(tmp_path: Path) -> None:
    found = told(BARE, tmp_path)
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(run([*BARE, "--format", "csv"], tmp_path).stdout))}
    for name, entry in found["results"].items():
        assert float(rows[name]["value"]) == entry["value"]
        assert rows[name]["unit"] == entry["unit"]
    shares = [float(rows[name]["value"]) for name in rows if name.startswith("share_of_")]
    assert sum(shares) == pytest.approx(1)
    table, page = run(BARE, tmp_path).stdout, run([*BARE, "--format", "markdown"], tmp_path).stdout
    shown = f"{100 * found['results']['goodput']['value']:.4g}%"
    assert shown in table
    assert shown in page
    assert page.startswith("# ")
    assert all(len(line) <= 80 for line in table.splitlines())
    assert run([*BARE, "-o", "out.json"], tmp_path).code == 0
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == found


def test_a_run_shorter_than_its_checkpoint_interval_is_not_lengthened(tmp_path: Path) -> None:
    for days in (0.2, 1, 1.5):
        found = told(["simulate", "--chips", "8", "--days", str(days)], tmp_path)
        assert found["results"]["training_time"]["closed_form"] == pytest.approx(days, rel=0.01)
        assert found["agrees"] is not False
    assert "8 chips in 1 server:" in run(["simulate", "--chips", "8", "--days", "1"], tmp_path).stdout


def test_seed_and_replicates(tmp_path: Path) -> None:
    first, again, other = (told([*BARE, "--replicates", "64", "--seed", seed], tmp_path) for seed in ("5", "5", "6"))
    assert first == again
    assert first["results"]["goodput"]["value"] != other["results"]["goodput"]["value"]
    more = told([*BARE, "--replicates", "4096"], tmp_path)
    ratio = first["results"]["goodput"]["standard_error"] / more["results"]["goodput"]["standard_error"]
    assert ratio == pytest.approx(8, rel=0.35)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--goodput", "0.9"], "leave it out"),
        (["--detection-time", "5"], "write for example '2 minutes'"),
        (["--spare-pool", "many"], "neither a number of servers nor 'formula'"),
        (["--rack-share", "0.1"], "--spare-pool"),
        (["--spare-pool", "4", "--rack-share", "0.1"], "--rack-servers"),
        (["--spare-pool", "4", "--rack-servers", "9"], "--rack-share"),
        (["--replicates", "1"], "2 <= replicates"),
        (["--replicats", "9"], "Did you mean --replicates"),
        (["--checkpoint-interval", "9999 hours"], "goodput is 0"),
        (["--restart-time", "60 hours"], "too many to simulate"),
        (["--detection-time", "1..2 minutes"], "is a range"),
        (["--flop", "1e25"], "--chip"),
    ],
)
def test_what_it_cannot_use_it_says(more: list[str], says: str, tmp_path: Path) -> None:
    arguments = [
        entry for entry in BARE if more[0] != "--restart-time" or entry not in ("--restart-time", "10 minutes")
    ]
    outcome = run([*arguments, *more, "-o", "out.txt"], tmp_path)
    assert outcome.code == 2
    assert says in outcome.stderr
    assert not (tmp_path / "out.txt").exists()


def test_without_a_rate_it_says_what_to_give(tmp_path: Path) -> None:
    outcome = run(["simulate", "--days", "54"], tmp_path)
    assert outcome.code == 2
    assert "--mtbf" in outcome.stderr


def test_a_range_is_simulated_at_its_base_value(tmp_path: Path) -> None:
    arguments = ["0.002..0.008 failure/server/day" if entry == "3.0931 hours" else entry for entry in BARE]
    arguments[1] = "--failure-rate"
    found = told([*arguments, "--chips", "1024"], tmp_path)
    assert found["inputs"]["failure_rate"]["value"] == pytest.approx(0.004)
    assert any("failure_rate" in words and "range" in words for words in found["warnings"])


def test_far_above_the_measured_sizes_it_warns(tmp_path: Path) -> None:
    assert any(
        "50,000" in words for words in told(["simulate", "--chips", "60000", "--days", "2"], tmp_path)["warnings"]
    )
    assert not told(["simulate", "--chips", "40000", "--days", "2"], tmp_path)["warnings"]


def test_from_python() -> None:
    found = simulate(mtbf="3.0931 hours", checkpoint_write_time="10 s", restart_time="10 minutes", days=54, replicates=300,
                     detection_time="1 minute", seed=11)  # fmt: skip
    assert found.agrees
    assert "Detection" in str(found)
    assert found.as_dict()["results"]["goodput"]["closed_form"] < 0.908


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    long = ["simulate", "--mtbf", "2 minutes", "--days", "900", "--restart-time", "5 s", "--checkpoint-write-time", "1 s",
            "--replicates", "1000", "-o", "out.json"]  # fmt: skip
    process = subprocess.Popen(
        [*command_line(), *long], cwd=tmp_path, env=clean_environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    time.sleep(3)
    assert process.poll() is None, process.stderr and process.stderr.read()
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.decode() == "interrupted\n"
    assert not list(tmp_path.glob("out*"))


def test_help_loads_no_numpy(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "cluster_calc", "simulate", "--help"], cwd=tmp_path,
        env=clean_environment(tmp_path), capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    assert b"numpy" not in done.stderr
    assert b"--spare-pool" in done.stdout
