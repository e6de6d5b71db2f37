"""Ways to have the chips of one demand side by side: owned, colocated, rented."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.documents.reports import comparison as report
from cluster_calc.errors import InputError
from cluster_calc.investment.acquisition import WAYS

PRICES: dict[str, Any] = {
    "rental_price": "3 USD/hour", "rental_price_1_year": "2.5 USD/hour", "rental_price_3_year": "2 USD/hour",
    "rental_price_spot": "1.5 USD/hour", "spot_goodput": 0.8, "colocation_price": "150 USD/kW/month",
}  # fmt: skip
DEMAND: dict[str, Any] = {"chips": ["h100"], "acquire": WAYS, "training_compute": 1e25, **PRICES}


def test_every_way_costs_what_its_terms_say() -> None:
    found = cc.compare(**DEMAND, used_share=0.5)
    assert [option.name for option in found.options] == [
        "own", "colocate", "rent on-demand", "rent 1-year", "rent 3-year", "rent spot",
    ]  # fmt: skip
    hours = found["own"].values["chip_hours"] / 3600
    cost = {option.name: option.result.values["run_cost"] for option in found.options}
    assert cost["rent on-demand"] == pytest.approx(3 * hours)
    # Idle hours of a commitment are paid, and the run bears them as owned hardware's are borne.
    assert cost["rent 1-year"] == pytest.approx(2.5 * hours / 0.5)
    assert cost["rent 3-year"] == pytest.approx(2 * hours / 0.5)
    # What interruptions cost in goodput is more hours, not idle ones.
    assert cost["rent spot"] == pytest.approx(1.5 * hours / 0.8, rel=1e-3)
    assert found["rent spot"].values["chips"] == pytest.approx(found["own"].values["chips"] / 0.8, rel=1e-3)
    assert cost["colocate"] - cost["own"] == pytest.approx(found["colocate"].values["colocation_cost"])


def test_all_in_lets_a_site_to_whoever_colocates_alone() -> None:
    found = cc.compare(chips=["h100"], acquire=["own", "colocate"], training_compute=1e25, all_in=True)
    own, colocated = found["own"].values, found["colocate"].values
    assert own["colocation_cost"] == 0 < colocated["colocation_cost"]
    assert colocated["run_cost"] - own["run_cost"] == pytest.approx(colocated["colocation_cost"])
    waived = cc.compare(
        chips=["h100"], acquire=["own", "colocate", "on-demand"], training_compute=1e25, all_in=True, without="site"
    )
    assert "supply --colocation-price" in waived.left_out["colocate"]


@pytest.mark.parametrize("way", WAYS)
def test_the_value_of_each_way_is_that_of_finance(way: str) -> None:
    found = cc.compare(**DEMAND, horizon="3 years")
    plan = cc.finance(chip="h100", training_compute=1e25, horizon="3 years", **PRICES)
    assert plan.colocated is not None
    values = {
        "own": plan.npv,
        "colocate": plan.colocated.npv,
        **{entry.rent.term: entry.npv for entry in plan.alternatives},
    }
    [npv] = [option.npv for option in found.options if option.way == way]
    assert npv == pytest.approx(values[way], rel=1e-12)


def test_lines_of_a_rented_run_sum_and_nothing_is_bought() -> None:
    found = cc.compare(**DEMAND, used_share=0.5)
    for option in found.options:
        values = option.result.values
        if option.rented:
            assert values["run_cost"] == pytest.approx(values["rental_cost"] + values["idle_rent"])
            assert "capital_cost" not in values
            assert values["cost_per_chip_hour"] == pytest.approx(values["run_cost"] / values["chip_hours"])
            months = {"1-year": 12, "3-year": 36}.get(option.way, 0)
            chip_months = values["chips"] * months * 365.25 * 86400 / 12
            assert values["rent_commitment"] == pytest.approx(values["rental_price"] * chip_months)


def test_every_format_has_every_way() -> None:
    found = cc.compare(**DEMAND, power_limit="5.5 MW")
    raw = json.loads(report.json_text(found))
    assert [option["acquisition"] for option in raw["options"]] == list(WAYS)
    table = {row["name"]: row for row in csv.DictReader(io.StringIO(report.csv_text(found)))}
    assert table["capital_cost"]["rent spot"] == ""
    assert table["feasible"]["rent spot"] == "no: power"
    assert {"emissions", "npv", "shipment_share", "cost_per_zettaflop"} <= set(table)
    assert float(table["run_cost"]["rent 1-year"]) == found["rent 1-year"].values["run_cost"]
    for form in (report.text(found), report.markdown(found)):
        for words in ("rent on-demand", "none", "emissions", "net present value"):
            assert words in " ".join(form.split())


def test_a_way_without_its_price_is_left_out_by_name() -> None:
    found = cc.compare(chips=["mi300x", "tpuv4"], acquire="all", training_compute=1e25)
    assert "supply --rental-price-spot" in found.left_out["amd-mi300x: rent spot"]
    assert "supply --colocation-price" in found.left_out["google-tpu-v4: colocate"]
    # No price of the chip: owning is not ranked, renting is, with its value.
    assert "chip_price not found" in found.not_ranked["google-tpu-v4: own"]
    [rented] = [option for option in found.options if option.name == "google-tpu-v4: rent 3-year"]
    assert rented.npv is not None
    assert "Left out: amd-mi300x: rent spot" in " ".join(str(found).split())


def test_the_rent_at_which_owning_comes_first_makes_both_equal() -> None:
    given = DEMAND | {"acquire": ["own", "on-demand"], "rental_price": "1.2 USD/hour"}
    found = cc.compare(**given)
    assert found.ranking[0] == "rent on-demand"
    [switch] = [entry for entry in found.switches if entry.name == "rental_price"]
    level = cc.compare(**given | {"rental_price": f"{switch.value * 3600!r} USD/hour"})
    assert level["own"].values["run_cost"] == pytest.approx(level["rent on-demand"].values["run_cost"], rel=1e-9)
    # One chip had in two ways is one chip: its own figures move in both.
    assert {entry.whose for entry in found.switches if entry.name in ("chip_price", "mfu", "lifetime")} <= {
        "all options"
    }


def test_ways_share_their_draws() -> None:
    found = cc.compare(**DEMAND, mfu="0.3..0.5", draws=200)
    assert {tuple(option.result.samples["mfu"][:5]) for option in found.options} == {
        tuple(found["own"].samples["mfu"][:5])
    }
    assert sum(found.first_share.values()) == pytest.approx(1)
    assert all(not option.result.samples for option in cc.compare(**DEMAND).options)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"acquire": ["lease"]}, "acquire: 'lease' is not one of own, colocate"),
        ({"acquire": ["on-demnd"]}, "Did you mean on-demand"),
        ({"acquire": ["own"]}, "compare needs two options or more"),
        ({"acquire": ["own", "spot"], "goodput": "normal(0.9, 0.01)"}, "spot scales a range LOW..HIGH"),
        ({"acquire": ["on-demand", "spot"], "by": "capital_cost"}, "rented: nothing is bought"),
    ],
)
def test_bad_ways_are_one_clear_message(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        cc.compare(**DEMAND | given)


def test_a_chip_without_published_system_power_pays_for_its_site() -> None:
    # The default of the power of a server stands in; what is charged by that power follows from it.
    with_site = cc.estimate(chip="mi300x", training_compute=1e24, colocation_price="150 USD/kW/month")
    without = cc.estimate(chip="mi300x", training_compute=1e24)
    months = with_site.values["training_time"] / (365.25 * 86400 / 12)
    rent = with_site.values["critical_load"] / 1000 * 150 * months
    assert with_site.values["run_cost"] - without.values["run_cost"] == pytest.approx(rent)


def test_the_rent_of_a_cluster_is_that_of_a_run_on_it() -> None:
    cluster, run = cc.finance(chip="mi300x", chips=1000), cc.finance(chip="mi300x", training_compute=1e24)
    assert cluster.alternatives[0].rent.price == run.alternatives[0].rent.price
    assert run.alternatives[0].rent.price == pytest.approx(run.result.values["rental_price"] * 3600)


def test_ways_are_ranked_by_their_value_over_the_horizon() -> None:
    found = cc.compare(**DEMAND, by="npv")
    values = {option.name: option.npv for option in found.options}
    assert list(found.ranking) == sorted(values, key=lambda name: -(values[name] or 0))
    assert json.loads(report.json_text(found))["by"] == "npv"
    assert "By net present value: 1. " in str(found)
    with pytest.raises(InputError, match="--by npv ranks by net present value"):
        cc.compare(**DEMAND | {"acquire": ["on-demand", "spot"]}, by="capital_cost")


def test_spot_needs_a_goodput_of_its_own_under_failures() -> None:
    failing = {
        "failure_rate": "0.0038 failure/server/day",
        "checkpoint_write_time": "1 minute",
        "restart_time": "10 minutes",
    }
    found = cc.compare(**DEMAND | {"acquire": ["own", "on-demand", "spot"]}, **failing)
    assert "give --goodput" in found.left_out["rent spot"]
    assert found["own"].values["chips"] == found["rent on-demand"].values["chips"]


def test_scenario_files_are_had_in_every_way(tmp_path: Any) -> None:
    for name, chip in (("now", "h100"), ("later", "b200")):
        (tmp_path / f"{name}.toml").write_text(f'chip = "{chip}"\ntraining_compute = 1e24\n')
    found = cc.compare(tmp_path / "now.toml", tmp_path / "later.toml", acquire="own,on-demand")
    assert [option.name for option in found.options] == [
        "now: own",
        "now: rent on-demand",
        "later: own",
        "later: rent on-demand",
    ]
    assert {option["acquisition"] for option in found.as_dict()["options"]} == {"own", "on-demand"}
    assert found.as_dict()["horizon"] == 4.0


def test_what_is_behind_the_runner_up_may_come_first_too() -> None:
    # Own and colocated chips share every price, so that neither ever overtakes the other; the rents may.
    given = DEMAND | {"acquire": "all", "colocation_price": "150 USD/kW/month"}
    found = cc.compare(**given)
    assert found.ranking[:2] == ("own", "colocate")
    rents = {entry.whose: entry for entry in found.switches if entry.name == "rental_price"}
    assert set(rents) == {name for name in found.ranking if name.startswith("rent ")}
    switch = rents["rent on-demand"]
    level = cc.compare(**given | {"rental_price": f"{switch.value * 3600 * 0.9999!r} USD/hour"})
    assert level.ranking[0] == switch.winner == "rent on-demand"
    # Of what all share, the value at which the first of them comes first.
    [price] = [entry for entry in found.switches if entry.name == "chip_price"]
    basis = {"server_cost_factor": 1, "network_share": found["own"].values["network_share"]}
    for factor, first in ((0.9999, "own"), (1.0001, price.winner)):
        level = cc.compare(**given, **basis, chip_price=f"{price.value * factor!r} USD")
        assert level.ranking[0] == first


def test_a_ranking_by_value_says_what_would_change_it() -> None:
    given = DEMAND | {"acquire": ["own", "on-demand", "3-year"], "by": "npv", "used_share": 0.9}
    found = cc.compare(**given)
    assert found.ranking[0] == "own"
    switches = {(entry.name, entry.whose): entry for entry in found.switches}
    rent = switches["rental_price", "rent on-demand"]
    level = cc.compare(**given | {"rental_price": f"{rent.value * 3600!r} USD/hour"})
    values = {option.name: option.npv for option in level.options}
    assert values["own"] == pytest.approx(values["rent on-demand"], rel=1e-8)
    share = switches["used_share", "all options"]
    values = {option.name: option.npv for option in cc.compare(**given | {"used_share": share.value}).options}
    assert values["own"] == pytest.approx(values[share.winner], rel=1e-8)
    # A dearer chip on the terms of the quote: what the price holds does not change with it.
    price = switches["chip_price", "all options"]
    basis = {"server_cost_factor": 1, "network_share": found["own"].values["network_share"]}
    again = cc.compare(**given, **basis, chip_price=f"{price.value!r} USD")
    values = {option.name: option.npv for option in again.options}
    assert values["own"] == pytest.approx(values[price.winner], rel=1e-8)
    assert "What would change the first place" in str(found)
