"""Projections: the presets say what their publications say, conditions cross where algebra says, errors are clear."""

from __future__ import annotations

import csv
import io
import json
import math
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import cluster_calc as cc
from cluster_calc.cli import main
from cluster_calc.documents.reports import trend_chart
from cluster_calc.documents.reports.projections import csv_text, table
from cluster_calc.errors import InputError
from cluster_calc.trends.projection import Projection

PRESETS = ("cset-2022", "ea-forum-2023", "epoch-dollar-cost-2023", "exponential-view-2024", "fermi-training-runs-2021")
OWN = {"cost.value": "1e9 USD", "cost.date": "2024-01-01", "cost.growth": "3x a year"}


@pytest.fixture(scope="module")
def cset() -> Projection:
    return cc.project("cset-2022", years=(2020, 2027), draws=256)


def test_cset_months_come_out(cset: Projection) -> None:
    months = [entry.date[:7] for entry in cset.crossings if entry.date]
    assert months == ["2022-10", "2023-05", "2024-10", "2026-06", "2025-12"]


def test_the_base_line_is_the_series(cset: Projection) -> None:
    days = (2024 - 1970) * 365.25 - 18410  # 2020-05-28 is day 18,410
    expected = 20562.5 * 8.64e19 * 2 ** (days / 103.17)
    assert cset["compute"].values[4] == pytest.approx(expected, rel=0.02)
    assert cset["cost"].values[4] == pytest.approx(cset["compute"].values[4] * cset["price"].values[4])


def test_price_paths_delay_the_crossing_as_published() -> None:
    def crossing(growth: str) -> str:
        made = cc.project("cset-2022", years=(2020, 2028), until="cost > GDP", set={"price.growth": growth}, draws=64)
        return str(made.crossings[0].date)[:7]

    assert [crossing(g) for g in ("constant", "halving every 4 years", "halving every 2 years")] == [
        "2026-06",
        "2026-11",
        "2027-05",
    ]


def test_a_ten_times_error_in_supply_is_a_year() -> None:
    made = cc.project("cset-2022", until=["compute > supply", "compute > 10x supply"], draws=64)
    assert [str(entry.date)[:7] for entry in made.crossings] == ["2025-12", "2026-12"]


def test_epoch_gives_a_distribution_narrower_than_the_corners() -> None:
    [crossing] = cc.project("epoch-dollar-cost-2023").crossings
    assert crossing.percentiles is not None
    assert crossing.percentiles[50] == pytest.approx(2039.55, abs=0.1)
    assert crossing.percentiles[5] == pytest.approx(2033.85, abs=0.15)
    assert crossing.percentiles[95] == pytest.approx(2054.95, abs=0.5)


def test_a_crossing_is_where_algebra_puts_it() -> None:
    [crossing] = cc.project(set=OWN, years=(2024, 2030), until="cost > $100B").crossings
    assert crossing.year == pytest.approx(2024 + math.log(100) / math.log(3), abs=0.003)
    assert crossing.share is None
    made = cc.project(set={**OWN, "gdp.value": "30e12 USD", "gdp.date": "2024-01-01", "gdp.growth": "3% a year"}, years=(2024, 2030), until="cost > 1% of US GDP")  # fmt: skip
    assert made.crossings[0].year == pytest.approx(2024 + math.log(300) / math.log(3 / 1.03), abs=0.003)


def test_a_chip_gives_what_an_estimate_gives() -> None:
    made = cc.project(set={"chip": "h100", "compute.value": "2e25 FLOP", "compute.date": "2025-01-01", "compute.growth": "4x a year"}, years=(2025, 2027))  # fmt: skip
    one = cc.estimate(flop=2e25, chip="h100")
    assert made["chips"].values[0] == one.values["chips"]
    assert made["capital_cost"].values[0] == pytest.approx(one.values["capital_cost"])
    assert made["cost"].values[0] == pytest.approx(one.values["run_cost"])
    assert made["chips"].values[2] / made["chips"].values[0] == pytest.approx(16, rel=1e-2)


def test_a_scaling_law_splits_each_years_compute() -> None:
    made = cc.project("fermi-training-runs-2021", draws=64)
    compute, size, data = (np.array(made[name].values) for name in ("compute", "active_parameters", "tokens"))
    assert compute == pytest.approx(10 * size * data)


def test_draws_repeat_and_bands_widen() -> None:
    one, two = (cc.project("epoch-dollar-cost-2023", draws=512, seed=5) for _ in range(2))
    assert one == two
    spread = one["cost"].percentiles
    assert spread is not None
    widths = np.log(np.array(spread[90]) / np.array(spread[10]))
    assert np.all(np.diff(widths) > 0)


@pytest.mark.parametrize(
    ("changes", "until", "message"),
    [
        ({"cost.growth": "constant"}, "cost > $100B", "never happens.*1e-?0?2?|never happens"),
        ({"cost.growth": "-10% a year"}, "cost > $2B", "falls"),
        ({"cost.value": "-1e9 USD"}, "cost > $2B", "outside the possible range 0 < cost"),
        ({"cost.value": "5 GW"}, "cost > $2B", r"\[energy\]/\[time\], not \[USD\]"),
        ({"cost.date": "1492-01-01"}, "cost > $2B", "outside the years"),
        ({}, "cost > 5 GW", "cannot be compared"),
        ({}, "cost", "is not a condition"),
        ({}, "cost > 0 USD", "not positive"),
        ({}, "cost > 1% of GDPP", "no column or yardstick"),
        ({}, "cots > $2B", "Did you mean cost"),
        ({"cost.speed": "3"}, "cost > $2B", "value, date and growth"),
        ({"coast.growth": "3x a year"}, "cost > $2B", "Did you mean cost"),
        ({"price": "3 USD"}, "cost > $2B", "is a series"),
        ({"cost.value": "2e9..1e9 USD"}, "cost > $2B", "LOW < HIGH"),
        ({"mfuu": "0.4"}, "cost > $2B", "Did you mean mfu"),
    ],
)
def test_bad_input_is_one_clear_message(changes: dict[str, str], until: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        cc.project(set={**OWN, **changes}, until=until)


def test_no_series_and_bad_years() -> None:
    with pytest.raises(InputError, match="nothing grows"):
        cc.project()
    with pytest.raises(InputError, match="backwards"):
        cc.project("cset-2022", years=(2030, 2020))
    with pytest.raises(InputError, match="1900 to 2500"):
        cc.project("cset-2022", years=(1000, 2020))
    with pytest.raises(InputError, match="trend"):
        cc.project("cset-2020x")


def test_a_preset_can_be_copied_and_gives_the_same(tmp_path: Path) -> None:
    copy = tmp_path / "mine.toml"
    done = CliRunner().invoke(
        main, ["project", "--preset", "epoch-dollar-cost-2023", "--print-preset", "-o", str(copy)]
    )
    assert done.exit_code == 0, done.output
    assert cc.project(file=copy, draws=64).crossings == cc.project("epoch-dollar-cost-2023", draws=64).crossings


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_in_every_format(preset: str, tmp_path: Path) -> None:
    made = cc.project(preset, draws=64)
    assert json.loads(json.dumps(made.as_dict(), allow_nan=False))["years"] == list(made.years)
    rows = list(csv.reader(io.StringIO(csv_text(made))))
    assert rows[0][:3] == ["name", "unit", "statistic"]
    assert rows[0][3:] == [str(year) for year in made.years]
    assert all(len(line) <= 100 for line in table(made, 100).splitlines())
    root = ET.fromstring(trend_chart.svg(made))
    assert root.attrib["role"] == "img"
    assert trend_chart.page(made).count("<svg") == 1


def test_labels_do_not_lie_on_each_other_and_text_is_escaped(cset: Projection) -> None:
    from dataclasses import replace

    drawing = trend_chart.svg(replace(cset, trend=replace(cset.trend, name="<script>alert(1)</script>")))
    assert "<script>" not in drawing
    places = [
        float(node.attrib["y"]) for node in ET.fromstring(drawing).iter("{http://www.w3.org/2000/svg}text")
        if node.attrib.get("text-anchor") != "middle" and node.attrib.get("fill") not in (None, "#444444")
    ]  # fmt: skip
    assert all(abs(a - b) >= 13 for i, a in enumerate(places) for b in places[:i])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--years", "2030"], "FIRST..LAST"),
        (["--set", "cost.value"], "NAME=VALUE"),
        (["--show", "cots", "--preset", "epoch-dollar-cost-2023"], "Did you mean cost"),
        (["--print-preset"], "needs --preset"),
        (["--preset", "epoch-dollar-cost-2023", "--format", "pdf"], "is not one of"),
        (["--preset", "epoch-dollar-cost-2023", "--draws", "1"], "draws"),
    ],
)
def test_the_command_refuses_with_exit_2(arguments: list[str], message: str) -> None:
    done = CliRunner().invoke(main, ["project", *arguments])
    assert done.exit_code == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_the_command_draws_a_chart(tmp_path: Path) -> None:
    target = tmp_path / "chart.svg"
    done = CliRunner().invoke(main, ["project", "--preset", "ea-forum-2023", "-o", str(target)])
    assert done.exit_code == 0, done.output
    assert "cost" in target.read_text(encoding="utf-8")


def test_a_series_from_a_regression(tmp_path: Path) -> None:
    table = tmp_path / "systems.csv"
    table.write_text(
        "date,flop\n2020-01-01,1e22\n2021-01-01,1.1e23\n2022-01-01,0.9e24\n2023-01-01,1e25\n,5\n", encoding="utf-8"
    )
    made = cc.project(set={"compute.fit": f"{table}:flop:date"}, years=(2023, 2025), draws=256)
    assert made["compute"].values[0] == pytest.approx(1e25, rel=0.2)
    assert made["compute"].values[2] / made["compute"].values[0] == pytest.approx(100, rel=0.1)
    assert "1 rows without both" in made.trend.series["compute"].texts["source"]
    table.write_text("date,flop\n2020-01-01,1e22\n2021-01-01,1e23\n", encoding="utf-8")
    with pytest.raises(InputError, match="at least 3 points, and there are 2"):
        cc.project(set={"compute.fit": f"{table}:flop:date"})
    with pytest.raises(InputError, match=r"no column 'flopp'.*Did you mean flop"):
        cc.project(set={"compute.fit": f"{table}:flopp:date"})


def test_a_yardstick_of_the_catalog_by_name() -> None:
    made = cc.project(set=OWN, until=["cost > apollo", "cost > 1% of US GDP"])
    dates = [entry.year for entry in made.crossings]
    typed = cc.project(set=OWN, until=["cost > 98e9 USD", "cost > 291.85e9 USD"])
    assert dates == [entry.year for entry in typed.crossings]
    assert any("dollars of 2008" in text for text in made.warnings)
    assert any("World Bank" in text for text in made.warnings)
    assert not typed.warnings


def test_a_series_goes_before_the_yardstick_of_the_same_name() -> None:
    grows = {**OWN, "gdp.value": "20e12 USD", "gdp.growth": "constant"}
    made = cc.project(set=grows, until="cost > 1% of US GDP")
    assert made.crossings[0].year == cc.project(set=OWN, until="cost > 200e9 USD").crossings[0].year
    assert not made.warnings


def test_a_yardstick_in_another_currency_is_not_converted() -> None:
    with pytest.raises(InputError, match="CHF"):
        cc.project(set=OWN, until="cost > lhc")
