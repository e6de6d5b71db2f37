"""Sweeps that are killed, resumed or sent elsewhere: no worker outlives its parent, no table mixes two catalogs."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cluster_calc.catalog import current
from cluster_calc.errors import InputError
from cluster_calc.scenario.layers import gather
from cluster_calc.studies import sweeping
from cluster_calc.studies.grid import Sweep, plan_sweep

RUN = {"training_compute": 2e25, "chip": "mi300x"}
COMMAND = (
    sys.executable, "-m", "cluster_calc", "sweep", "--vary", "mfu=0.3:0.5:1200", "--vary", "pue=1.05:1.6:1200",
    "--flop", "2e25", "--chip", "h100", "--results", "run_cost,emissions",
)  # fmt: skip
ROOT = Path(__file__).parents[2]


def started(folder: Path, *more: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([*COMMAND, *more], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)


def children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(entry.parent.name))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_killed_parent_leaves_no_worker_and_the_resume_is_whole(tmp_path: Path, ending: str) -> None:
    fresh = started(tmp_path, "-o", f"fresh.{ending}")
    assert fresh.wait(120) == 0
    process = started(tmp_path, "--processes", "2", "-o", f"killed.{ending}")
    folder = tmp_path / f"killed.{ending}.partial"
    deadline = time.monotonic() + 60
    while not list(folder.glob("part-*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    workers = children(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert workers
    again = started(tmp_path, "--processes", "2", "--resume", "-o", f"killed.{ending}")
    code = again.wait(120)
    assert code == 0, again.stderr and again.stderr.read()
    assert (tmp_path / f"killed.{ending}").read_bytes() == (tmp_path / f"fresh.{ending}").read_bytes()
    deadline = time.monotonic() + 5
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, workers))


def planned() -> Sweep:
    return plan_sweep(gather(RUN, origin="call"), {"mfu": "0.3:0.5:5"}, results="run_cost,facility_energy")


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    chips = tmp_path / "mine" / "chips"
    chips.mkdir(parents=True)
    monkeypatch.setenv("CLUSTER_CALC_CATALOG", str(tmp_path / "mine"))
    monkeypatch.chdir(tmp_path)
    return chips / "amd-mi300x.toml"


def write_power(path: Path, watts: int) -> None:
    path.write_text(
        f'id = "amd-mi300x"\n[figures]\nsource = "own"\nas_of = "2026-10"\nconfidence = "high"\ntdp = "{watts} W"\n'
        '[sources.own]\ntitle = "Measured"\npublisher = "Us"\nurl = "https://example.org/"\ndate = "2026-10"\n'
    )
    current.forget()


def test_a_resume_after_the_catalog_changed_is_refused(overlay: Path, tmp_path: Path) -> None:
    write_power(overlay, 900)
    sweep, target = planned(), tmp_path / "out.csv"
    folder = tmp_path / "out.csv.partial"
    sweeping._opened(sweep, folder, target, ".csv", False)
    assert sweeping._opened(planned(), folder, target, ".csv", True) == set()
    write_power(overlay, 700)
    with pytest.raises(InputError, match="belongs to another sweep"):
        sweeping.to_file(planned(), target, resume=True)
    assert not target.exists()


def test_a_sweep_sent_elsewhere_keeps_its_figures(overlay: Path) -> None:
    write_power(overlay, 900)
    sweep = planned()
    sent = pickle.dumps(sweep)
    write_power(overlay, 700)
    assert pickle.loads(sent).slab(0)["facility_energy"].tolist() == sweep.slab(0)["facility_energy"].tolist()
    assert planned().slab(0)["facility_energy"].tolist() != sweep.slab(0)["facility_energy"].tolist()
    assert pickle.loads(sent).fingerprint() == sweep.fingerprint() != planned().fingerprint()


def test_two_sweeps_do_not_write_one_file(tmp_path: Path) -> None:
    sweep, target = planned(), tmp_path / "out.csv"
    sweeping._opened(sweep, tmp_path / "out.csv.partial", target, ".csv", False)
    with (
        sweeping._locked(tmp_path / "out.csv.partial"),
        pytest.raises(InputError, match="being written by another process"),
    ):
        sweeping.to_file(sweep, target, resume=True)
    assert sweeping.to_file(sweep, target, resume=True).exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv"]


def test_an_empty_folder_of_a_crash_is_no_dead_end(tmp_path: Path) -> None:
    (tmp_path / "out.csv.partial").mkdir()
    assert sweeping.to_file(planned(), tmp_path / "out.csv").exists()
