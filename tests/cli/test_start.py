"""What a command loads: the start is the part of the answer that the user waits for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cluster_calc.cli import COMMANDS
from tests.cli.running import clean_environment

SLOW = (
    "pint",
    "pandas",
    "jinja2",
    "scipy",
    "rich",
    "tomlkit",
    "pyarrow",
    "platformdirs",
    "docx",
    "hypothesis",
    "difflib",
)
LOADED = """\
import sys
from cluster_calc.cli import main
try:
    main(sys.argv[1:], prog_name="cluster-calc")
except SystemExit as stop:
    assert not stop.code, stop.code
print("\\0", *sys.modules)
"""


def loaded(folder: Path, *arguments: str, **environment: str) -> set[str]:
    """The modules in memory after a command."""
    done = subprocess.run([sys.executable, "-c", LOADED, *arguments], cwd=folder, capture_output=True, text=True,
                          env=clean_environment(folder, **environment), check=True)  # fmt: skip
    return set(done.stdout.rpartition("\0")[2].split())


@pytest.mark.parametrize("arguments", [
    "--flop 2e25 --chip h100",
    "--flop 2e25 --chip h100 --format json",
    "--flop 2e25 --chip h100 --format csv",
    "--flop 2e25 --chip h100 --format markdown",
    "--flop 3640_PFLOP/s*day --chip h100 --electricity-price 16.8_cent/kWh --chip-price $25000 --days 21",
    "--params 65B --tokens 1.4T --chip a100-80gb --chips 2048 --mfu 0.35..0.45 --budget 100_MUSD",
    "--params 65B --tokens 1.4T --chip mi300x --power-limit 20_MW --tdp 750_W --lifetime 5_years",
])  # fmt: skip
def test_the_everyday_estimate_stays_light(arguments: str, tmp_path: Path) -> None:
    modules = loaded(tmp_path, "estimate", *(part.replace("_", " ") for part in arguments.split()))
    assert ("numpy" in modules) == (".." in arguments)  # draws are arrays
    assert modules.isdisjoint(SLOW)
    assert not any(name.startswith("cluster_calc.cli.") and name.rpartition(".")[2] in COMMANDS and
                   not name.endswith(".estimate") for name in modules)  # fmt: skip


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), *((name, "--help") for name in COMMANDS)])
def test_help_needs_no_arithmetic(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert loaded(tmp_path, *arguments).isdisjoint((*SLOW, "numpy", "cluster_calc.estimation.estimation"))


def test_the_first_help_loads_no_command(tmp_path: Path) -> None:
    assert loaded(tmp_path, "--help").isdisjoint({f"cluster_calc.cli.{module}" for module, _ in COMMANDS.values()})


def test_completion_reads_heads_only(tmp_path: Path) -> None:
    request = {
        "_CLUSTER_CALC_COMPLETE": "bash_complete",
        "COMP_WORDS": "cluster-calc estimate --chip h1",
        "COMP_CWORD": "3",
    }
    assert loaded(tmp_path, **request).isdisjoint(
        (*SLOW, "numpy", "cluster_calc.estimation.estimation", "cluster_calc.formulas")
    )
