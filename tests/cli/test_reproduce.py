"""`cluster-calc reproduce` as a user runs it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cluster_calc.cli import main


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["reproduce", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_json_has_the_contract_keys() -> None:
    code, out, _ = run("--format", "json")
    claims = json.loads(out)["claims"]
    assert code == 0
    assert len(claims) == 169
    for row in claims:
        assert {"id", "publication", "value", "unit", "published", "agrees", "basis", "note"} <= set(row)


def test_filters() -> None:
    _, out, _ = run("--publication", "epoch-dollar-cost-2023", "--kind", "extrapolation", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["kind"] for row in rows} == {"extrapolation"}
    assert len(rows) == 6
    code, _, err = run("--publication", "cset-2023")
    assert code == 2
    assert "Did you mean cset-2022" in err


def test_the_table_gives_reasons_and_the_count() -> None:
    _, out, _ = run()
    assert "128 agree (96 stated, 14 inferred, 18 on the reconstructed line)" in out
    assert "agrees (fitted)" in out
    assert "missing: a table of national GDPs" in out


def test_explain_shows_formula_and_numbers() -> None:
    _, out, _ = run("ea-depreciation-450k", "--explain")
    assert "capital_cost × (1 − residual_value)" in out
    assert "within 5 %" in out
    _, out, _ = run("ea-electricity-67k", "--set", "price=0.2 USD/kWh")
    assert "(changed)" in out


def test_markdown_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "claims.md"
    code, out, _ = run("-o", str(target))
    assert (code, out) == (0, "")
    assert target.read_text(encoding="utf-8").count("| claim |") == 5


@pytest.mark.parametrize("pair", ["price", "=1", "price="])
def test_a_pair_without_both_sides_is_an_error(pair: str) -> None:
    code, _, err = run("ea-electricity-67k", "--set", pair)
    assert code == 2
    assert "is not INPUT=VALUE" in err
    assert err.count("\n") <= 12


def test_a_moved_claim_is_exit_1(monkeypatch: pytest.MonkeyPatch) -> None:
    from cluster_calc.formulas import power

    monkeypatch.setattr(
        power, "electricity_cost", lambda facility_energy, electricity_price: 2 * facility_energy * electricity_price
    )
    code, _, err = run("ea-electricity-67k")
    assert code == 1
    assert "moved from the recorded state" in err
