"""Runs the command line inside this process, or as a real one, and says what came out."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cluster_calc.catalog.current import forget
from cluster_calc.cli import main

ROOT = Path(__file__).parents[2]


class Outcome(NamedTuple):
    """What a command left behind."""

    code: int
    stdout: str
    stderr: str


@contextlib.contextmanager
def surroundings(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Another folder and other `CLUSTER_CALC_*` variables for a while; the user's own files stay out."""
    here, before = Path.cwd(), dict(os.environ)
    for name in [name for name in os.environ if name.startswith("CLUSTER_CALC_")]:
        del os.environ[name]
    os.environ.update({"XDG_CONFIG_HOME": str(folder / "no-user-files"), **environment})
    os.chdir(folder)
    forget()
    try:
        yield
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(before)
        forget()


def run(arguments: Sequence[str], folder: Path, environment: Mapping[str, str] = {}) -> Outcome:
    """The command line in this process."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", newline=""), io.TextIOWrapper(io.BytesIO(), "utf-8", newline="")
    code = 0
    with surroundings(folder, environment), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main.main(args=list(arguments), prog_name="cluster-calc")
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0 if stop.code is None else 1
    return Outcome(code, *(_text(stream) for stream in (out, err)))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


def command_line() -> list[str]:
    """The beginning of a real command."""
    return [sys.executable, "-m", "cluster_calc"]


def clean_environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a real process: this checkout's package, nobody's settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("CLUSTER_CALC_", "_CLUSTER_CALC"))}
    for name in ("NO_COLOR", "COLUMNS"):
        kept.pop(name, None)
    return {**kept, "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(folder / "no-user-files"), **more}


def run_process(arguments: Sequence[str], folder: Path, environment: Mapping[str, str] = {}) -> Outcome:
    """The command line as a process of its own."""
    done = subprocess.run(
        [*command_line(), *arguments], cwd=folder, env=clean_environment(folder, **environment),
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())
