"""What moves a result: against slopes and variances that are known."""

from __future__ import annotations

import csv
import json
import math

import pytest
from click.testing import CliRunner

import cluster_calc as cc
from cluster_calc.cli import main
from cluster_calc.errors import InputError
from cluster_calc.studies.influence import relative_swings as relative

RUN = {"training_compute": 2e25, "chip": "h100"}


def test_the_tornado_is_each_input_at_its_own_p10_and_p90() -> None:
    found = cc.sensitivity(**RUN)
    assert [entry.width for entry in found.swings] == sorted((entry.width for entry in found.swings), reverse=True)
    assert found.swings[0].name == "lifetime", "one life for every chip, with the range of what operators book"
    first = next(entry for entry in found.swings if entry.name == "mfu")
    chips = found.result.values["chips"]
    for end, reached in ((first.low, first.at_low), (first.high, first.at_high)):
        assert cc.estimate(**RUN, chips=chips, mfu=end).values["run_cost"] == pytest.approx(reached, rel=1e-12)
    assert found.result.percentile("mfu", 10) == pytest.approx(first.low, rel=2e-3)


def test_elasticities_of_a_product_are_its_exponents() -> None:
    found = {entry.name: entry for entry in cc.sensitivity("rental_cost", **RUN).swings}
    for name, exponent in (("rental_price", 1), ("training_compute", 1), ("mfu", -1), ("goodput", -1),
                           ("peak_throughput", -1)):  # fmt: skip
        assert found[name].elasticity == pytest.approx(exponent, abs=1e-6)
    assert "pue" not in found


def test_shares_of_variance_of_a_product_are_known() -> None:
    spread = {"training_compute": 4.0, "rental_price": 3.0}
    found = cc.sensitivity("rental_cost", chip="h100", chips=8192, mfu=0.4, goodput=0.9,
                           training_compute="1e25..4e25", rental_price="1..3 USD/hour", draws=131_072)  # fmt: skip
    # Var E[y | x] / Var y of a product of independent lognormals.
    variance = {name: (math.log(ratio) / (2 * 1.6448536269514722)) ** 2 for name, ratio in spread.items()}
    total = math.expm1(sum(variance.values()))
    shares = {entry.name: entry.share for entry in found.swings if entry.name in spread}
    for name, share in shares.items():
        assert share == pytest.approx(math.expm1(variance[name]) / total, abs=0.02)


def test_switching_values_are_where_the_verdict_flips() -> None:
    found = cc.sensitivity(**RUN, budget="25 MUSD")
    assert found.switches
    chips = found.result.values["chips"]
    seen = set()
    for entry in found.switches:
        from cluster_calc.quantities.nomenclature import QUANTITIES

        known = QUANTITIES[entry.name]
        value = entry.value / known.factor
        text = repr(value) if known.unit == "1" else f"{value!r} {known.unit}"
        # The price in the catalog holds the server; a typed one would not unless it says so.
        basis = {"price_basis": "server"} if entry.name == "chip_price" else {}
        changed = {**basis, "chips": chips, "budget": "25 MUSD", **RUN, entry.name: text}
        if entry.verdict == "budget limit":
            again = cc.estimate(**changed)
            assert again.values["budget_margin"] == pytest.approx(0, abs=1e-9)
        elif entry.verdict == "renting against owning":
            plan = cc.finance(**{"horizon": "4 years", **changed})
            assert plan.npv == pytest.approx(plan.alternatives[0].npv, rel=1e-9)
        seen.add(entry.verdict)
    assert {"budget limit", "renting against owning"} <= seen


def test_a_two_way_table_is_estimates() -> None:
    table = cc.sensitivity(**RUN, grids=[("mfu", "electricity-price")]).tables[0]
    assert (table.down, table.across) == ("mfu", "electricity_price")
    chips = cc.estimate(**RUN).values["chips"]
    for row, column in ((0, 0), (6, 3)):
        price = f"{table.columns[column] * 3.6e6!r} USD/kWh"
        alone = cc.estimate(**RUN, chips=chips, mfu=table.rows[row], electricity_price=price)
        assert table.cells[row][column] == pytest.approx(alone.values["run_cost"], rel=1e-12)


def test_reports_take_their_swings_from_here() -> None:
    result = cc.estimate(**RUN)
    name, low, high = relative(result)[0]
    assert name == "mfu"
    assert (1 + low) * 0.3 == pytest.approx(0.4)
    assert (1 + high) * 0.5 == pytest.approx(0.4)


def run(*arguments: str) -> tuple[int, str, str]:
    outcome = CliRunner().invoke(main, ["sensitivity", *arguments])
    return outcome.exit_code, outcome.stdout, outcome.stderr


def test_the_command_in_every_format() -> None:
    given = ("--flop", "2e25", "--chip", "h100", "--grid", "mfu,pue")
    code, out, _ = run(*given)
    assert code == 0
    for said in ("What moves the run cost", "elasticity -1", "of variance", "Where a verdict flips", "PUE across"):
        assert said in out
    code, out, _ = run(*given, "--format", "json")
    found = json.loads(out)
    assert found["target"] == "run_cost"
    assert len(found["grids"][0]["cells"]) == 7
    code, out, _ = run(*given, "--format", "csv")
    rows = list(csv.DictReader(out.splitlines()))
    assert rows[0]["name"] == "lifetime"
    assert float(rows[0]["target_at_p10"]) == found["inputs"][0]["target_at_p10"]


def test_a_cluster_has_sensitivities_too() -> None:
    assert cc.sensitivity(chip="h100", chips=1000).target == "cost_per_chip_hour"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run_cst",), "Did you mean"),
        (("budget",), "not computed here"),
        (("--grid", "mfu"), "is not NAME,NAME"),
        (("--grid", "mfu,mfu"), "two different inputs"),
        (("--grid", "mfu,run_cost"), "is not an input"),
    ],
)
def test_bad_input_gets_one_clear_message(arguments: tuple[str, ...], said: str) -> None:
    code, out, err = run(*arguments, "--flop", "2e25", "--chip", "h100")
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) <= 2


def test_a_missing_result_says_what_it_needs() -> None:
    with pytest.raises(InputError, match="--chip-price"):
        cc.sensitivity("run_cost", training_compute=1e24, chip="tpuv5p")


def test_shares_of_correlated_inputs_are_not_said_to_add_up() -> None:
    given = ("--flop", "2e25", "--chip", "h100", "--mfu", "0.3..0.5", "--goodput", "0.8..0.95")
    for rank in ("0.9", "-0.9"):
        code, out, _ = run(*given, "--correlate", f"mfu:goodput={rank}")
        assert code == 0
        assert "their shares overlap and do not add up to 100 %" in out
        assert "acting together" not in out
    assert "shares overlap" not in run(*given)[1]
