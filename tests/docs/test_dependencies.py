"""docs/dependencies.md speaks of every dependency, and its measured table is whole."""

from __future__ import annotations

from tests.cli.running import ROOT
from tools.measure_dependencies import BEGIN, END, dependencies

TEXT = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")


def test_every_dependency_has_its_reason_and_its_numbers() -> None:
    reasons, _, measured = TEXT.partition(BEGIN)
    measured = measured.partition(END)[0]
    for name in dependencies():
        assert name in reasons
        assert f"| {name} | " in measured
    rows = [line for line in measured.splitlines() if line.startswith("| ") and line[2].isalpha()][1:]
    assert len(rows) == len(dependencies())
    assert "Measured on 20" in measured
