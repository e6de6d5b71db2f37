"""A file is written whole or not at all: killed at any moment, on a full disk, without permission, into a closed pipe."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.running import clean_environment, command_line, run, run_process

ESTIMATE = ["estimate", "--flop", "2e25", "--chip", "h100"]
# Replaces the file by turns with a megabyte of a and a megabyte of b, until it is killed.
WRITER = """\
import sys, itertools
from pathlib import Path
from cluster_calc.files.atomic import write_atomically
path = Path(sys.argv[1])
for letter in itertools.cycle(b"ab"):
    write_atomically(path, bytes([letter]) * 1_000_000)
    print("done", flush=True)
"""
WHOLE = {b"a" * 1_000_000, b"b" * 1_000_000}


def killed(folder: Path, moments: list[float]) -> None:
    target = folder / "out.bin"
    for moment in moments:
        target.write_bytes(b"a" * 1_000_000)
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(target)], stdout=subprocess.PIPE,
                                  env=clean_environment(folder))  # fmt: skip
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"done\n"
        time.sleep(moment)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        assert target.read_bytes() in WHOLE
        for rest in folder.glob(".out.bin.*"):
            rest.unlink()


def test_killed_at_any_moment_the_file_is_old_or_new(tmp_path: Path) -> None:
    rng = random.Random(11)
    killed(tmp_path, [rng.uniform(0, 0.02) for _ in range(12)])


@pytest.mark.thorough
def test_killed_at_very_many_moments(tmp_path: Path) -> None:
    rng = random.Random(12)
    killed(tmp_path, [rng.uniform(0, 0.02) for _ in range(300)])


def test_a_killed_command_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    """The whole command, killed while it starts, computes and writes."""
    rng = random.Random(13)
    target = tmp_path / "out.json"
    new = run([*ESTIMATE, "-o", "new.json"], tmp_path)
    assert new.code == 0, new.stderr
    whole = {"old", (tmp_path / "new.json").read_text(encoding="utf-8")}
    for _ in range(6):
        target.write_text("old", encoding="utf-8")
        command = subprocess.Popen([*command_line(), *ESTIMATE, "-o", str(target)], env=clean_environment(tmp_path))
        time.sleep(rng.uniform(0.1, 0.6))
        command.kill()
        command.wait()
        assert target.read_text(encoding="utf-8") in whole


def small_files_only() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))


def test_a_disk_that_fills_up_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "out.json").write_text("old", encoding="utf-8")
    done = subprocess.run([*command_line(), *ESTIMATE, "-o", "out.json"], cwd=tmp_path, env=clean_environment(tmp_path),
                          preexec_fn=small_files_only, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 2
    assert "-o 'out.json' cannot be written: File too large" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
    assert (tmp_path / "out.json").read_text(encoding="utf-8") == "old"


def without_privileges(arguments: list[str], folder: Path) -> tuple[int, str]:
    """A command in a forked process that is nobody: root may write everywhere."""
    run(arguments[:5], folder)  # everything is imported before the privileges go
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            os.close(reading)
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            outcome = run(arguments, folder)
            os.write(writing, outcome.stderr.encode())
            code = outcome.code
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text


@pytest.mark.parametrize("option", ["-o", "--save-scenario"])
def test_a_read_only_folder_and_file(option: str, tmp_path: Path) -> None:
    for part in (tmp_path, *tmp_path.parents[:2]):
        part.chmod(0o755)
    file = tmp_path / "out.json"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o444)
    tmp_path.chmod(0o555)
    code, text = without_privileges([*ESTIMATE, option, "out.json"], tmp_path)
    assert (code, text) == (2, f"error: {option} 'out.json' is read-only; choose another file\n")
    code, text = without_privileges([*ESTIMATE, option, "new.json"], tmp_path)
    assert (code, text) == (2, f"error: {option} 'new.json': the folder '.' is read-only; choose another\n")
    tmp_path.chmod(0o755)
    assert file.read_text(encoding="utf-8") == "old"


def test_a_scenario_that_may_not_be_read(tmp_path: Path) -> None:
    for part in (tmp_path, *tmp_path.parents[:2]):
        part.chmod(0o755)
    file = tmp_path / "a.toml"
    file.write_text("mfu = 0.4", encoding="utf-8")
    file.chmod(0o000)
    code, text = without_privileges([*ESTIMATE, "--scenario", "a.toml"], tmp_path)
    assert (code, text) == (2, "error: 'a.toml' cannot be read: Permission denied\n")


def test_the_mode_of_a_replaced_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o640)
    assert run([*ESTIMATE, "-o", "out.json"], tmp_path).code == 0
    assert file.stat().st_mode & 0o777 == 0o640
    assert file.read_text(encoding="utf-8").startswith("{")


@pytest.mark.parametrize("arguments", [ESTIMATE, ["--help"], ["estimate", "--help"], [*ESTIMATE, "--format", "json"],
                                       ["explain", "run_cost", *ESTIMATE[1:]], [*ESTIMATE, "-o", "-"]])  # fmt: skip
def test_a_closed_pipe_is_no_error(arguments: list[str], tmp_path: Path) -> None:
    command = subprocess.Popen([*command_line(), *arguments], cwd=tmp_path, env=clean_environment(tmp_path),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
    assert command.stdout is not None
    assert command.stderr is not None
    command.stdout.close()
    assert command.stderr.read() == b""
    assert command.wait(60) == 0


@pytest.mark.parametrize("errors", [subprocess.PIPE, subprocess.STDOUT])
@pytest.mark.parametrize(("gate", "code"), [(["--fail-over", "run_cost=1 USD"], 4),
                                            (["--budget", "1 USD", "--require-feasible"], 3)])  # fmt: skip
def test_a_gate_holds_behind_a_closed_pipe(gate: list[str], code: int, errors: int, tmp_path: Path) -> None:
    command = subprocess.Popen([*command_line(), *ESTIMATE, *gate], cwd=tmp_path, env=clean_environment(tmp_path),
                               stdout=subprocess.PIPE, stderr=errors)  # fmt: skip
    assert command.stdout is not None
    command.stdout.close()
    assert command.wait(60) == code


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_stdout(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*command_line(), *ESTIMATE], cwd=tmp_path, env=clean_environment(tmp_path), stdout=full,
                              stderr=subprocess.PIPE, check=False)  # fmt: skip
    assert (done.returncode, done.stderr) == (2, b"error: stdout: No space left on device\n")


def test_a_pipe_by_name_is_written(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    command = subprocess.Popen([*command_line(), *ESTIMATE, "--format", "csv", "-o", "pipe"], cwd=tmp_path,
                               env=clean_environment(tmp_path))  # fmt: skip
    assert fifo.read_text(encoding="utf-8").startswith("name,value,unit")
    assert command.wait(60) == 0
    assert fifo.is_fifo()


def test_ctrl_c_during_long_work(tmp_path: Path) -> None:
    command = subprocess.Popen([*command_line(), *ESTIMATE, "--ranges", "--draws", "8000000"], cwd=tmp_path,
                               env=clean_environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
    time.sleep(1.5)
    command.send_signal(signal.SIGINT)
    out, err = command.communicate(timeout=60)
    assert (command.returncode, out, err) == (130, b"", b"interrupted\n")


def test_a_python_without_utf8_still_answers(tmp_path: Path) -> None:
    outcome = run_process(ESTIMATE, tmp_path, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    assert outcome.code == 0, outcome.stderr
