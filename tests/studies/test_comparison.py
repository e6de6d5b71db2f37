"""Options side by side, and what moved between two results."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import cluster_calc as cc
from cluster_calc.cli import main
from cluster_calc.documents.reports import comparison as report
from cluster_calc.errors import InputError

DEMAND = {"training_compute": "2e25 FLOP"}


def test_every_option_is_its_own_estimate_in_every_format() -> None:
    both = cc.compare(chips=["h100", "b200"], **DEMAND)
    table = list(csv.DictReader(io.StringIO(report.csv_text(both))))
    raw = json.loads(report.json_text(both))
    for option in raw["options"]:
        alone = cc.estimate(chip=option["name"], **DEMAND)
        for row in table:
            if row["name"] == "npv":
                owning = cc.finance(chip=option["name"], horizon=f"{raw['horizon']} years", **DEMAND)
                assert float(row[option["name"]]) == owning.npv == option["npv"]
                continue
            expected = alone.in_unit(row["name"])
            assert (
                float(row[option["name"]])
                == expected
                == option["results"].get(row["name"], {"value": expected})["value"]
            )
    assert raw["ranking"] == sorted((o["name"] for o in raw["options"]), key=lambda n: both[n].values["run_cost"])


def test_owning_is_discounted_over_one_horizon_where_it_can_be_priced() -> None:
    three = cc.compare(chips=["h100", "b200", "tpu-v5p"], **DEMAND)
    assert three["nvidia-b200-sxm"].values["lifetime"] == three["nvidia-h100-sxm"].values["lifetime"]
    assert three.as_dict()["horizon"] == 4.0
    assert [option.npv is None for option in three.options] == [False, False, True]
    assert "net present value of" in report.text(three)
    assert cc.compare(chips=["h100", "b200"], horizon="2 years", **DEMAND).as_dict()["horizon"] == 2.0


def test_a_switching_value_makes_the_options_equal() -> None:
    both = cc.compare(chips=["mi300x", "b200"], **DEMAND, mfu=0.4)
    switch = next(entry for entry in both.switches if entry.name == "electricity_price")
    price = f"{switch.value * 3.6e6!r} USD/kWh"
    level = cc.compare(chips=["mi300x", "b200"], **DEMAND, mfu=0.4, electricity_price=price)
    costs = [option.result.values["run_cost"] for option in level.options]
    assert costs[0] == pytest.approx(costs[1], rel=1e-9)
    beyond = cc.compare(
        chips=["mi300x", "b200"], **DEMAND, mfu=0.4, electricity_price=f"{switch.value * 3.7e6!r} USD/kWh"
    )
    assert beyond.ranking[0] == switch.winner != both.ranking[0]


def test_options_share_their_draws() -> None:
    both = cc.compare(chips=["h100-sxm", "h100-pcie"], **DEMAND, ranges=True, draws=500)
    one, two = (option.result.samples for option in both.options)
    assert np.array_equal(one["mfu"], two["mfu"])
    assert sum(both.first_share.values()) == pytest.approx(1)


def test_what_has_no_cost_is_not_ranked() -> None:
    both = cc.compare(chips=["h100", "tpuv5p"], **DEMAND)
    assert both.ranking == ("nvidia-h100-sxm",)
    assert "chip_price not found" in both.not_ranked["google-tpu-v5p"]
    assert "Not ranked: google-tpu-v5p" in str(both)


def test_scenario_files_are_options(tmp_path: Path) -> None:
    for name, mfu in (("now", 0.3), ("later", 0.5)):
        (tmp_path / f"{name}.toml").write_text(f'chip = "h100"\ntraining_compute = 1e25\nmfu = {mfu}\n')
    found = cc.compare(tmp_path / "now.toml", tmp_path / "later.toml")
    assert found.ranking == ("later", "now")
    shell = CliRunner().invoke(
        main, ["compare", str(tmp_path / "now.toml"), str(tmp_path / "later.toml"), "--format", "json"]
    )
    assert json.loads(shell.stdout)["ranking"] == ["later", "now"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--flop", "1e25", "--chip", "h100"], "needs two options or more"),
        (["--flop", "1e25", "--chip", "h100", "--chip", "b200", "--by", "run_cst"], "unknown quantity 'run_cst'"),
        (["--flop", "1e25", "--chip", "h100", "--chip", "h1000"], "unknown chip 'h1000'"),
    ],
)
def test_bad_comparisons_are_one_message(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["compare", *arguments])
    assert stop.value.code == 2
    assert words in capsys.readouterr().err


def test_markdown_and_wide_comparisons_hold_every_option() -> None:
    many = cc.compare(chips=["h100", "b200", "mi300x", "a100-80gb", "h200"], **DEMAND)
    for text in (str(many), report.markdown(many)):
        assert all(option.name.split("-")[-1] in text for option in many.options)
    assert max(map(len, str(many).splitlines())) <= 80


def test_diff_names_what_moved(tmp_path: Path) -> None:
    one, two = cc.estimate(chip="h100", **DEMAND), cc.estimate(chip="h100", **DEMAND, pue=1.1)
    found = cc.diff(one.as_dict(), two.as_dict())
    inputs = {entry.name: entry for entry in found.changes if entry.kind == "input"}
    assert list(inputs) == ["pue"]
    assert "origin: default → call" in inputs["pue"].data
    moved = {entry.name: entry.relative for entry in found.changes if entry.kind == "result"}
    assert moved["electricity_cost"] == pytest.approx(1.1 / 1.25 - 1)
    assert "chips" not in moved
    assert not cc.diff(one.as_dict(), one.as_dict()).changes
    (tmp_path / "no.json").write_text("[]")
    with pytest.raises(InputError, match="is not a result of"):
        cc.diff(tmp_path / "no.json", one.as_dict())


def test_diff_of_two_plans_names_what_moved(tmp_path: Path) -> None:
    for name, rate in (("before", 0.1), ("after", 0.05)):
        plan = cc.finance(chip="h100", chips=64, discount_rate=rate, colocation_price="150 USD/kW/month")
        (tmp_path / f"{name}.json").write_text(json.dumps(plan.as_dict()))
    found = cc.diff(tmp_path / "before.json", tmp_path / "after.json")
    moved = {entry.name: entry.kind for entry in found.changes}
    assert moved["discount_rate"] == "input"
    assert {"own: npv", "colocate: npv", "rent on-demand: npv", "own: cost_per_delivered_chip_hour"} <= set(moved)
    assert "rent on-demand: price" not in moved
    with pytest.raises(InputError, match="one result is of finance, the other of estimate"):
        cc.diff(tmp_path / "before.json", cc.estimate(chip="h100", training_compute=1e24).as_dict())


def test_diff_sets_a_given_figure_beside_the_computed_one(tmp_path: Path) -> None:
    one = cc.estimate(chip="h100", training_compute=1e24)
    two = cc.estimate(chip="h100", training_compute=1e24, chips=400)
    [chips] = [entry for entry in cc.diff(one.as_dict(), two.as_dict()).changes if entry.name == "chips"]
    assert (chips.kind, chips.before, chips.after) == ("result", 362, 400)
    for name, result in (("one", one), ("two", two)):
        (tmp_path / f"{name}.json").write_text(json.dumps(result.as_dict()))
    files = [str(tmp_path / "one.json"), str(tmp_path / "two.json")]
    table = CliRunner().invoke(main, ["diff", *files, "--format", "csv"]).output
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(table))}
    assert float(rows["capital_cost"]["after"]) == two.values["capital_cost"]
    assert (
        "| chips | result | chip | 362 | 400 | +10.497% |"
        in CliRunner().invoke(main, ["diff", *files, "--format", "markdown"]).output
    )


def test_chips_that_can_only_be_rented_are_ranked_by_rent() -> None:
    found = cc.compare(chips=["h100", "tpuv5e", "trainium2"], **DEMAND)
    assert set(found.not_ranked) == {"google-tpu-v5e", "aws-trainium2"}
    rents = {option.name: option.result.values["rental_cost"] for option in found.options}
    assert list(found.ranking_by_rent) == sorted(rents, key=rents.__getitem__)
    assert "By rental cost, of those that can be rented: 1." in " ".join(str(found).split())
    assert not cc.compare(chips=["h100", "b200"], **DEMAND).ranking_by_rent, "where all are ranked, once is enough"


def test_prices_of_unlike_bases_are_marked() -> None:
    like, unlike = (cc.compare(chips=["h100", other], **DEMAND) for other in ("b200", "mi325x"))
    assert set(like.bases.values()) == {"server"}
    assert "different bases" not in str(like)
    assert unlike.as_dict()["price_bases"]["amd-mi325x"] == "chip, maker's average: not comparable"
    assert "Prices stand on different bases" in " ".join(str(unlike).split())


def test_equal_counts_without_a_run_are_ranked_by_the_hour() -> None:
    found = cc.compare(chips=["h100", "mi300x"], scenario={"chips": 512})
    assert found.by == "cost_per_chip_hour"
    with pytest.raises(InputError, match="--by 'run_cost': no option has this result"):
        cc.compare(chips=["h100", "mi300x"], scenario={"chips": 512}, by="run_cost")
    prices = {option.name: option.result.values["cost_per_chip_hour"] for option in found.options}
    assert list(found.ranking) == sorted(prices, key=prices.__getitem__)
