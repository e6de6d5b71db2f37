"""Tab in a real shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cluster_calc.catalog.book import Catalog
from tests.cli.running import ROOT, clean_environment

README_LINE = 'eval "$(_CLUSTER_CALC_COMPLETE=bash_source cluster-calc)"'
ASK = """
{line}
COMP_WORDS=({words} {last}); COMP_CWORD={count}
_cluster_calc_completion cluster-calc
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A shell's environment with `cluster-calc` on its path."""
    command = tmp_path / "bin" / "cluster-calc"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cluster_calc "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    found = clean_environment(tmp_path)
    return {**found, "PATH": f"{command.parent}{os.pathsep}{found['PATH']}"}


def completed(environment: dict[str, str], words: str, last: str) -> list[str]:
    script = ASK.format(line=README_LINE, words=words, last=last or "''", count=len(words.split()))
    done = subprocess.run(["bash", "--norc", "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(("words", "last", "some"), [
    ("cluster-calc", "esti", ["estimate"]),
    ("cluster-calc estimate --chip", "h100", ["h100", "h100-sxm"]),
    ("cluster-calc estimate --chip", "nvidia-h1", ["nvidia-h100-sxm", "nvidia-h100-pcie"]),
    ("cluster-calc estimate --chip", "TPU", ["tpuv5p"]),
    ("cluster-calc estimate", "--elec", ["--electricity-price"]),
    ("cluster-calc estimate --format", "", ["table", "json", "csv", "markdown"]),
    ("cluster-calc estimate --precision", "bf", ["bf16"]),
    ("cluster-calc estimate --set", "run", ["run_cost="]),
    ("cluster-calc explain", "electricity", ["electricity_cost", "electricity_price"]),
])  # fmt: skip
def test_bash_completes(words: str, last: str, some: list[str], environment: dict[str, str]) -> None:
    assert set(some) <= set(completed(environment, words, last))


def test_every_chip_can_be_completed(environment: dict[str, str]) -> None:
    found = completed(environment, "cluster-calc estimate --chip", "")
    assert set(Catalog().heads()) <= set(found)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(shell: str, environment: dict[str, str]) -> None:
    done = subprocess.run(["cluster-calc"], env={**environment, "_CLUSTER_CALC_COMPLETE": f"{shell}_source"},
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert f"_CLUSTER_CALC_COMPLETE={shell}_complete" in done.stdout
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=done.stdout, text=True, check=True)


def test_the_lines_that_switch_it_on_are_documented() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert README_LINE in text
    assert 'eval "$(_CLUSTER_CALC_COMPLETE=zsh_source cluster-calc)"' in text
    assert "_CLUSTER_CALC_COMPLETE=fish_source cluster-calc | source" in text
