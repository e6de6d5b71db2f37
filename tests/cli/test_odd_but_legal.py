"""Odd but legal ways to call the program: the documented exit code, one message, nothing half-written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BASE = ("estimate", "--flop", "2e25", "--chip", "h100")


def call(folder: Path, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cluster_calc", *args], cwd=folder, capture_output=True, check=False, encoding="utf-8", errors="replace",
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder), **environment},
    )  # fmt: skip


@pytest.mark.parametrize("gate", ["foo", "nonsense=5", "run_cost=5"])
def test_a_bad_gate_is_refused_before_anything_is_written(tmp_path: Path, gate: str) -> None:
    done = call(tmp_path, *BASE, "--fail-over", gate, "-o", "a.json", "--save-scenario", "s.toml")
    assert (done.returncode, done.stdout) == (2, "")
    assert list(tmp_path.iterdir()) == []


def test_a_gate_that_fails_leaves_the_report(tmp_path: Path) -> None:
    done = call(tmp_path, *BASE, "--fail-over", "run_cost=1 MUSD", "-o", "a.json")
    assert done.returncode == 4
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["schema"] == "cluster-calc/estimate/1"


def test_a_terminal_of_few_letters_is_no_reason_to_fail(tmp_path: Path) -> None:
    for encoding in ("ascii", "latin-1"):
        done = call(tmp_path, "explain", "run_cost", "--flop", "2e25", "--chip", "h100", PYTHONIOENCODING=encoding)
        assert done.returncode == 0, done.stderr


def test_without_a_command_there_is_help(tmp_path: Path) -> None:
    done = call(tmp_path)
    assert done.returncode == 2
    assert "explain" in done.stderr
    assert "error" not in done.stderr


def test_a_run_that_costs_nothing(tmp_path: Path) -> None:
    done = call(
        tmp_path,
        *BASE,
        "--chips",
        "1000",
        "--electricity-price",
        "0 USD/kWh",
        "--residual-value",
        "1",
        "--format",
        "json",
    )
    assert (done.returncode, done.stderr) == (0, "")
    results = json.loads(done.stdout)["results"]
    assert results["run_cost"]["value"] == 0
    assert results["compute_per_dollar"]["value"] is None
