"""Which layer wins, where each value says it came from, and scenario files that give the same result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.errors import InputError
from cluster_calc.estimation.estimation import run
from cluster_calc.scenario.layers import gather
from cluster_calc.scenario.save import scenario_text
from cluster_calc.scenario.scenario import Scenario


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder and home; nothing of the caller's environment reaches the test."""
    import click

    monkeypatch.setattr(click, "get_app_dir", lambda *_: str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def merged(given: dict[str, Any], **more: Any) -> Scenario:
    return gather(given, origin="command line", ambient=True, **more)


def test_each_layer_lies_over_the_one_before(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("pue", "mfu", "goodput", "lifetime", "residual_value")
    values = {"user": 1.1, "project": 1.2, "file": 1.3, "environment": 1.4, "command line": 1.5}
    (place / "home" / "cluster-calc.toml").write_text("pue = 1.1\n")
    assert merged({}).data["pue"].value == values["user"]
    (place / "work" / "cluster-calc.toml").write_text("pue = 1.2\n")
    assert merged({}).data["pue"].value == values["project"]
    (place / "work" / "s.toml").write_text("pue = 1.3\n")
    assert merged({}, file="s.toml").data["pue"].value == values["file"]
    assert merged({}, file="s.toml").data["pue"].origin == "file"
    monkeypatch.setenv("CLUSTER_CALC_PUE", "1.4")
    assert merged({}, file="s.toml").data["pue"].value == values["environment"]
    assert merged({}, file="s.toml").data["pue"].origin == "environment"
    assert merged({}, file="s.toml").data["pue"].source.id == "environment CLUSTER_CALC_PUE"
    last = merged({"pue": "1.5"}, file="s.toml")
    assert last.data["pue"].value == values["command line"]
    assert last.data["pue"].origin == "command line"
    assert not set(names[1:]) & set(last.data)


def test_every_input_of_a_run_knows_its_origin(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "work" / "cluster-calc.toml").write_text('chip = "h100"\nelectricity_price = "5 cent/kWh"\n')
    monkeypatch.setenv("CLUSTER_CALC_PUE", "1.2")
    inputs = run(merged({"training_compute": "2e25"})).as_dict()["inputs"]
    origins = {name: inputs[name]["origin"] for name in ("training_compute", "pue", "electricity_price", "mfu", "tdp")}
    assert origins == {"training_compute": "command line", "pue": "environment", "electricity_price": "file", "mfu": "default",
                       "tdp": "catalog"}  # fmt: skip
    assert inputs["training_compute"]["source"]["id"] == "command line"
    assert "cluster-calc.toml:2" in inputs["electricity_price"]["source"]["id"]


def test_aliases_and_dashes_meet_in_one_name(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "work" / "s.toml").write_text('flop = 1e24\nelectricity-price = "5 cent/kWh"\n')
    assert merged({}, file="s.toml").data["training_compute"].value == 1e24
    assert merged({"training_compute": "2e25"}, file="s.toml").data["training_compute"].value == 2e25
    monkeypatch.setenv("CLUSTER_CALC_FLOP", "3e25")
    assert merged({}, file="s.toml").data["training_compute"].value == 3e25


def test_days_of_a_nearer_layer_replace_a_farther_time_allowed(place: Path) -> None:
    (place / "work" / "cluster-calc.toml").write_text('time_allowed = "60 days"\n')
    found = merged({"training_time": "21 days"})
    assert set(found.data) == {"training_time"}


def test_bare_days_in_a_file_and_the_environment(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "work" / "s.toml").write_text("days = 21\n")
    assert merged({}, file="s.toml").data["training_time"].value == 21 * 86400
    monkeypatch.setenv("CLUSTER_CALC_DAYS", "30")
    assert merged({}, file="s.toml").data["training_time"].value == 30 * 86400


def test_the_programs_own_variables_are_no_quantities(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLUSTER_CALC_DEBUG", "1")
    monkeypatch.setenv("CLUSTER_CALC_CATALOG", str(place))
    assert merged({}).data == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [("puee = 1.2", "Did you mean pue"), ("pue = 0.5", "possible range"), ("pue = true", "not a number"), ("pue = [1, 2]", "is a list"),
     ('tdp = 700', "has no unit"), ("pue = 1.2\npue = 1.3", "not valid TOML"), ("[pue]\nval = 1", "a table needs value"),
     ("pue = nan", "possible range"), ("pue = inf", "possible range"), ('strict = "maybe"', "neither true nor false"),
     ('as_of = "yesterday"', "not a day"), ("chip = 5", "not text"), ("flop = 1e24\ntraining_compute = 2e24", "given twice"),
     ("mfu = 2024-01-01", "followed by its unit"), ("a = " + "[" * 5000, "TOML")],
)  # fmt: skip
def test_a_bad_file_names_file_line_and_field(place: Path, text: str, words: str) -> None:
    (place / "work" / "s.toml").write_text(text)
    with pytest.raises(InputError, match=words) as caught:
        merged({}, file="s.toml")
    assert "s.toml" in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 12


def test_all_faults_are_reported_together(place: Path) -> None:
    (place / "work" / "s.toml").write_text("puee = 1\nmfu = 2\n")
    with pytest.raises(InputError) as caught:
        merged({"tdp": "700"}, file="s.toml")
    message = str(caught.value)
    assert all(word in message for word in ("s.toml:1", "puee", "s.toml:2", "mfu", "tdp"))


def test_a_value_with_its_own_source(place: Path) -> None:
    (place / "work" / "s.toml").write_text(
        'chip = "h100"\nflop = 2e25\nchip_price = {value = "25000 USD", source = "quote 4711, 2026-10-02"}\n'
    )
    inputs = run(merged({}, file="s.toml")).as_dict()["inputs"]
    assert inputs["chip_price"]["source"]["title"] == "quote 4711, 2026-10-02"
    assert inputs["chip_price"]["value"] == 25000


GIVEN: list[dict[str, Any]] = [
    {"chip": "h100", "flop": "2e25", "mfu": "0.35..0.45", "seed": "3", "draws": "200"},
    {"chip": "a100-80gb", "params": "65.2B", "tokens": "1.4T", "chips": "2048", "days": "21"},
    {"chip": "h100", "chips": "1024", "chip_price": "25000 USD", "price_basis": "server", "power_limit": "2 MW"},
    {"chip": "tpuv5p", "flop": "3640 PFLOP/s*day", "analyst_estimates": True, "as_of": "2026-01-01"},
    {"chip": "h100", "flop": "2e25", "facility_energy": "400 MWh", "start": "2027-01-15", "deadline": "2027-12-31"},
    {
        "chip": "h100",
        "flop": "2e25",
        "params": "405e9",
        "tokens": "15e12",
        "keep_both": True,
        "precision": "fp8",
        "ranges": True,
    },
    {
        "chip": "h100",
        "flop": "2e25",
        "chip_price": {"value": "20000..30000 USD", "source": 'a "quoted" \\ source\n= "x"'},
    },
]


@pytest.mark.parametrize("given", GIVEN, ids=range(len(GIVEN)))
def test_a_saved_scenario_gives_the_same_result(place: Path, given: dict[str, Any]) -> None:
    first = merged(given)
    (place / "work" / "saved.toml").write_text(scenario_text(first), encoding="utf-8")
    again = run(gather({}, origin="command line", file="saved.toml")).as_dict()
    before = run(first).as_dict()
    assert again["results"] == before["results"]
    assert again["feasibility"] == before["feasibility"]
    assert (again["seed"], again["draws"], again["chip"]) == (before["seed"], before["draws"], before["chip"])
    second = gather({}, origin="call", file="saved.toml")
    assert scenario_text(second) == scenario_text(first)


def test_python_values_are_saved_too(place: Path) -> None:
    result = cc.estimate(chip="h100", training_compute=2e25, chip_price=cc.estimate(chip="h100", chips=8)["chip_price"])
    (place / "work" / "saved.toml").write_text(scenario_text(result.scenario), encoding="utf-8")
    again = cc.estimate(scenario=place / "work" / "saved.toml")
    assert json.dumps(again.as_dict()["results"]) == json.dumps(result.as_dict()["results"])


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no endless device here")
def test_an_endless_file_is_read_to_its_limit(place: Path) -> None:
    with pytest.raises(InputError, match="at most"):
        merged({}, file="/dev/zero")
