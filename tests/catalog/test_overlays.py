"""One's own folders over the shipped catalog; sites and servers; dates."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.chips import Quote
from cluster_calc.catalog.current import opened
from cluster_calc.catalog.votes import purchase
from cluster_calc.quantities.datum import Datum, Source
from tests.cli.running import run

PRICE = """id = "nvidia-h100-sxm"

[figures]
tdp = {value = "650 W", source = "our-lab", as_of = "2026-11", confidence = "high"}

[[price]]
value = "21000 USD"
basis = "chip"
as_of = "2026-11-01"
source = "our-lab"
confidence = "high"

[sources.our-lab]
title = "Measured in our lab"
publisher = "Our lab"
locator = "notebook 7"
date = "2026-11"
"""


def overlay(folder: Path, text: str = PRICE, kind: str = "chips", name: str = "nvidia-h100-sxm") -> Path:
    (folder / kind).mkdir(parents=True, exist_ok=True)
    (folder / kind / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def estimate(folder: Path, *arguments: str, environment: dict[str, str] | None = None) -> Any:
    day = () if "--as-of" in arguments else ("--as-of", "2026-11-22")
    command = ["estimate", "--flop", "2e25", *day, "--format", "json", *arguments]
    out = run(command, folder, environment or {})
    assert out.code == 0, out.stderr
    return json.loads(out.stdout)


def test_a_file_with_some_fields_replaces_those_and_no_others(tmp_path: Path) -> None:
    ours, shipped = opened([overlay(tmp_path / "lab")]).chip("h100"), Catalog().chip("h100")
    assert ours.figures["tdp"].value == 650.0
    assert ours.figures["tdp"].origin == "catalog: lab"
    assert ours.figures["memory"] == shipped.figures["memory"]
    assert ours.peaks == shipped.peaks
    price = ours.price()
    assert price is not None
    assert price.datum.value == 21000.0
    assert len(ours.prices) == len(shipped.prices) + 1
    assert ours.name == shipped.name
    assert ours.aliases == shipped.aliases


@pytest.mark.parametrize("how", ["environment", "project", "user"])
def test_every_report_says_which_figures_are_ours(tmp_path: Path, how: str) -> None:
    environment = {}
    if how == "environment":
        environment["CLUSTER_CALC_CATALOG"] = str(overlay(tmp_path / "lab"))
    elif how == "project":
        overlay(tmp_path / "lab")
        (tmp_path / "cluster-calc.toml").write_text('catalog = "lab"\n', encoding="utf-8")
    else:
        overlay(tmp_path / "no-user-files" / "cluster-calc" / "catalog")
    name = "user" if how == "user" else "lab"
    found = estimate(tmp_path, "--chip", "h100", environment=environment)
    assert found["inputs"]["tdp"]["value"] == 650.0
    assert found["inputs"]["tdp"]["origin"] == f"catalog: {name}"
    assert found["inputs"]["tdp"]["source"]["title"] == "Measured in our lab"
    assert found["inputs"]["peak_throughput"]["origin"] == "catalog"
    assert any("chip_price" in line and "tdp" in line and f"'{name}'" in line for line in found["warnings"])
    text = run(["estimate", "--flop", "2e25", "--chip", "h100", "--full"], tmp_path, environment).stdout
    assert f"[catalog: {name}]" in " ".join(text.split())


def test_the_environment_comes_before_the_project_file(tmp_path: Path) -> None:
    overlay(tmp_path / "lab")
    overlay(tmp_path / "desk", PRICE.replace("650 W", "640 W"))
    (tmp_path / "cluster-calc.toml").write_text('catalog = ["lab"]\n', encoding="utf-8")
    found = estimate(tmp_path, "--chip", "h100", environment={"CLUSTER_CALC_CATALOG": str(tmp_path / "desk")})
    assert found["inputs"]["tdp"]["value"] == 640.0


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "cluster-calc.toml").write_text('catalog = "labb"\n', encoding="utf-8")
    out = run(["estimate", "--flop", "2e25", "--chip", "h100"], tmp_path)
    assert out.code == 2
    assert "labb" in out.stderr


def test_an_unusable_file_of_ones_own_stops_with_its_line(tmp_path: Path) -> None:
    overlay(tmp_path / "lab", PRICE.replace('"650 W"', '"650 Wh"'))
    out = run(
        ["estimate", "--flop", "2e25", "--chip", "h100"], tmp_path, {"CLUSTER_CALC_CATALOG": str(tmp_path / "lab")}
    )
    assert out.code == 2
    assert "nvidia-h100-sxm.toml:4:" in out.stderr
    assert "650 Wh" in out.stderr


def test_a_site_gives_its_electricity_price_pue_and_carbon(tmp_path: Path) -> None:
    found = estimate(tmp_path, "--chip", "h100", "--site", "us-texas")["inputs"]
    assert found["electricity_price"]["value"] == pytest.approx(0.066)
    assert found["electricity_price"]["origin"] == "catalog"
    assert found["electricity_price"]["source"]["as_of"] == "2023"
    assert "Texas" in found["electricity_price"]["label"]
    assert found["pue"]["origin"] == "default"
    google = estimate(tmp_path, "--chip", "h100", "--site", "google")
    assert google["inputs"]["pue"]["value"] == 1.09
    assert any("no electricity price" in line for line in google["warnings"])


def test_a_site_on_an_earlier_day(tmp_path: Path) -> None:
    found = estimate(tmp_path, "--chip", "h100", "--site", "google", "--as-of", "2024-06-30")
    assert found["inputs"]["pue"]["source"]["as_of"] == "2024"


def test_other_money_is_never_converted_silently(tmp_path: Path) -> None:
    read = estimate(tmp_path, "--chip", "h100", "--site", "germany")["inputs"]["electricity_price"]
    assert "0.1902 EUR/kWh at 1.1699 USD/EUR" in json.dumps(read, ensure_ascii=False)
    given = estimate(tmp_path, "--chip", "h100", "--site", "germany", "--electricity-price", "0.2 USD/kWh")["inputs"]
    assert given["carbon_intensity"]["value"] == pytest.approx(381)


def test_a_server_alone_names_its_chip(tmp_path: Path) -> None:
    found = estimate(tmp_path, "--server", "dgx-h100")
    assert found["chip"]["id"] == "nvidia-h100-sxm"
    assert found["inputs"]["system_power"]["value"] == pytest.approx(10200 / 8)
    assert found["inputs"]["server_price"]["value"] == pytest.approx(375000)


def test_a_server_of_ones_own_says_so(tmp_path: Path) -> None:
    text = """id = "our-box"
name = "Our box"
aliases = []
chip = "nvidia-h100-sxm"
form = "8-GPU server"
[figures]
chips = {value = 8, source = "ours", as_of = "2026-11", confidence = "high"}
[[price]]
value = "240000 USD"
basis = "server"
as_of = "2026-11-01"
source = "ours"
confidence = "high"
[sources.ours]
title = "Quote 4711"
publisher = "Our dealer"
locator = "page 1"
date = "2026-11"
"""
    environment = {"CLUSTER_CALC_CATALOG": str(overlay(tmp_path / "lab", text, "servers", "our-box"))}
    price = estimate(tmp_path, "--server", "our-box", environment=environment)["inputs"]["server_price"]
    assert (price["value"], price["origin"], price["source"]["title"]) == (240000, "catalog: lab", "Quote 4711")


def test_a_server_of_another_chip_is_an_error(tmp_path: Path) -> None:
    out = run(["estimate", "--flop", "2e25", "--chip", "a100-80gb", "--server", "dgx-h100"], tmp_path)
    assert out.code == 2
    assert "holds 'nvidia-h100-sxm', not" in out.stderr


@pytest.mark.parametrize("option", ["--site", "--server"])
def test_an_unknown_place_suggests(tmp_path: Path, option: str) -> None:
    out = run(
        ["estimate", "--flop", "2e25", "--chip", "h100", option, "texs" if option == "--site" else "dgx-h10"], tmp_path
    )
    assert out.code == 2
    assert "Did you mean" in out.stderr


def test_a_scenario_file_may_name_the_site(tmp_path: Path) -> None:
    (tmp_path / "run.toml").write_text('chip = "h100"\nsite = "us-texas"\n', encoding="utf-8")
    assert estimate(tmp_path, "--scenario", "run.toml")["inputs"]["electricity_price"]["value"] == pytest.approx(0.066)


def quote(value: float, day: str) -> Quote:
    return Quote(Datum("chip_price", value, Source("s"), as_of=day), "chip")


def test_the_day_picks_the_value_that_was_true_then() -> None:
    quotes = (quote(1, "2022"), quote(2, "2023-06"), quote(3, "2024-03-01"), quote(4, "2025"))

    def value(day: str = "") -> float | None:
        found = purchase(quotes, day)
        return None if found is None else found.datum.value

    assert value() == 4
    assert value("2024-03-01") == 3
    assert value("2024-02-29") == 2
    assert value("2022-06-01") == 1
    assert value("2021-12-31") is None


def test_a_price_keeps_180_days(tmp_path: Path) -> None:
    def stale(day: str) -> list[str]:
        out = run(["estimate", "--flop", "2e25", "--chip", "h100", "--as-of", day, "--format", "json"], tmp_path, env)
        return list(json.loads(out.stdout)["stale"])

    env = {"CLUSTER_CALC_CATALOG": str(overlay(tmp_path / "lab"))}
    day = datetime.date(2026, 11, 1)
    assert "chip_price" not in stale(str(day + datetime.timedelta(days=180)))
    assert "chip_price" in stale(str(day + datetime.timedelta(days=181)))


def test_strict_turns_a_stale_figure_into_exit_5(tmp_path: Path) -> None:
    given = ["estimate", "--flop", "2e25", "--chip", "v100-sxm2-32gb", "--strict"]
    out = run(given, tmp_path)
    assert out.code == 5
    assert "stale" in out.stderr
    text = " ".join(run([*given[:-1], "--full"], tmp_path).stdout.split())
    assert ", stale" in text
