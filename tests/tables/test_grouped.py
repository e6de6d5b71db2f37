"""Rows evaluated together are the rows evaluated alone, cell for cell, the errors of both included."""

from __future__ import annotations

import random

import pytest

from cluster_calc.files.csv import read_table
from cluster_calc.tables import evaluate, grouped

# A column and what its cells may hold; a blank is unknown.
COLUMNS: dict[str, list[str]] = {
    "training_compute": ["1e22", "3.1e23", "2e25", "7e25"],
    "chip": ["h100", "b200", "mi300x", "a100-80gb"],
    "mfu": ["", "0.3", "45 %"],
    "chips": ["", "1024", "9000"],
    "days": ["", "", "30", "75 days"],
    "electricity_price [cent/kWh]": ["", "8.5", "12"],
    "lifetime": ["", "4 years", "5.5 years"],
    "pue": ["", "1.2"],
    "tdp": ["", "", "600 W"],
    "server_power_factor": ["", "", "1.6"],
    "system_power": ["", "", "", "900 W"],
    "server": ["", "", "default"],
    "site": ["", "", "iowa"],
    "staff_rate": ["", "1 MUSD/year"],
    "failure_rate": ["", "", "0.003 failure/server/day"],
    "budget": ["", "30 MUSD"],
    "start": ["", "2027-01-15"],
    "deadline": ["", "", "2027-06-01"],
    "depreciation": ["", "", "declining-balance"],
}


@pytest.mark.parametrize("seed", range(6))
def test_together_is_alone(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = random.Random(seed)
    columns = ["training_compute", "chip", *chosen.sample(list(COLUMNS)[2:], 5)]
    lines = [",".join(columns)] + [",".join(chosen.choice(COLUMNS[name]) for name in columns) for _ in range(150)]
    table = read_table("\n".join(lines))
    together = evaluate.evaluate(table)
    monkeypatch.setattr(grouped, "FEWEST", 10**9)
    alone = evaluate.evaluate(table)
    assert together.errors == alone.errors
    assert len(alone.errors) < 150
    for row, (one, other) in enumerate(zip(together.results, alone.results, strict=True)):
        assert set(one) == {name for name, value in other.items() if value is not None} | set(one)
        for name, value in other.items():
            if isinstance(value, float):
                assert one[name] == pytest.approx(value, rel=1e-12, abs=1e-300), (row, name, lines[row + 1])
            else:
                assert one.get(name) == value, (row, name, lines[row + 1])


def test_rows_with_ranges_go_alone() -> None:
    rows = "\n".join("2e25,h100,0.3..0.5" for _ in range(6))
    done = evaluate.evaluate(read_table(f"training_compute,chip,mfu\n{rows}"))
    assert all("run_cost_p10" in row for row in done.results)
