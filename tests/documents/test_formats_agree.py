"""Table, JSON, CSV, Markdown and Python give the same figures; lines sum to totals; a missing price is missing everywhere."""

from __future__ import annotations

import csv
import io
import json
import math
import random
import re
from typing import Any

import pytest

from cluster_calc import estimate
from cluster_calc.catalog.book import Catalog
from cluster_calc.documents.render.markdown import escape
from cluster_calc.documents.reports.estimate import HEADLINE, fragment, markdown, report, text
from cluster_calc.documents.reports.estimate_data import csv_text, json_text
from cluster_calc.estimation.lines import CAPITAL_LINES, RUN_LINES
from cluster_calc.estimation.result import Result
from cluster_calc.quantities.display import NOT_FOUND, shown
from cluster_calc.quantities.nomenclature import QUANTITIES

CHIPS = sorted(Catalog().heads())
EVERY_DAY, THOROUGH = 40, 400


def question(seed: int) -> dict[str, Any]:
    """A random estimate: any chip, any demand, some inputs of one's own."""
    rng = random.Random(seed)
    given: dict[str, Any] = {"chip": rng.choice(CHIPS), "as_of": "2026-11-22"}
    mode = rng.choice(["flop", "flop and chips", "size", "cluster", "capacity"])
    if mode.startswith("flop"):
        given["training_compute"] = 10 ** rng.uniform(20, 27)
    if mode == "size":
        given |= {"parameters": 10 ** rng.uniform(8, 12), "tokens": 10 ** rng.uniform(10, 13.5)}
    if mode in ("flop and chips", "cluster", "capacity"):
        given["chips"] = rng.randint(8, 100_000)
    if mode == "capacity":
        given["time_allowed"] = f"{rng.uniform(5, 200):.3f} days"
    choices: dict[str, Any] = {
        "mfu": rng.uniform(0.1, 0.7), "pue": rng.uniform(1.0, 2.0), "electricity_price": f"{rng.uniform(2, 40):.4f} cent/kWh",
        "lifetime": f"{rng.uniform(2, 7):.3f} years", "chip_price": f"{rng.uniform(1e3, 6e4):.2f} USD",
        "tdp": f"{rng.uniform(100, 2000):.1f} W", "goodput": rng.uniform(0.5, 1.0), "budget": f"{rng.uniform(1, 900):.3f} MUSD",
        "operations_cost": f"{rng.uniform(0, 9):.3f} MUSD", "power_limit": f"{rng.uniform(1, 90):.3f} MW",
    }  # fmt: skip
    for name in rng.sample(sorted(choices), rng.randint(0, 5)):
        given[name] = choices[name]
    if rng.random() < 0.25:
        given |= {"ranges": True, "draws": 500, "seed": seed}
    return given


def same_figures(result: Result) -> None:
    data = json.loads(json_text(result))["results"]
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(csv_text(result)))}
    frame = result.frame()
    assert list(data) == list(rows) == list(frame.index) == result.results
    for name, entry in data.items():
        row, known = rows[name], QUANTITIES[name]
        assert entry["unit"] == row["unit"] == frame.loc[name, "unit"] == known.unit
        for column in ("value", "p10", "p50", "p90"):
            cell = row[column]
            assert (entry[column] is None) == (cell == "")
            if entry[column] is not None and not known.is_date:
                assert float(cell) == entry[column] == pytest.approx(frame.loc[name, column], rel=0, abs=0)
        if entry["value"] is None:
            assert name in result.missing
            assert name not in result.values
        elif not known.is_date:
            assert entry["value"] == result.in_unit(name)
            assert entry["value"] == pytest.approx(result[name].magnitude, rel=1e-15)


def same_words(result: Result) -> None:
    """Whatever the report's rows say stands in the table, the Markdown and the notebook's HTML, and says the values."""
    table, page, html = " ".join(text(result).split()), markdown(result), fragment(result)
    assert all(len(line) <= 80 for line in text(result).partition("\nNext")[0].splitlines())
    for section in report(result).sections:
        for row in section.rows:
            if not row.value:
                continue
            assert f"{row.label} {row.value}" in re.sub(r"\s+", " ", table)
            assert f"| {escape(row.label)} | {escape(row.value)} |" in page
            assert row.value.replace("&", "&amp;") in html
            if row.name and section.title == "Headline":
                assert row.value == shown(row.name, result.values.get(row.name))
                assert row.name in dict(HEADLINE)


def sums(result: Result) -> None:
    for lines, total in ((RUN_LINES, "run_cost"), (CAPITAL_LINES, "capital_cost")):
        if total in result.values and total not in result.data and not any(part not in result.values for part in lines):
            whole = float(result.values[total])
            assert math.fsum(float(result.values[part]) for part in lines) == pytest.approx(whole, rel=1e-12)


def missing_everywhere(result: Result) -> None:
    """What has no value is `not found` for people, null in JSON, an empty cell in CSV: never 0."""
    data = json.loads(json_text(result))
    for name in ("run_cost", "capital_cost"):
        if name not in result.missing:
            continue
        assert data["results"][name]["value"] is None
        assert re.search(rf"^{name},,", csv_text(result), re.MULTILINE)
        label = QUANTITIES[name].label.capitalize()
        assert re.search(rf"^  {label} +{NOT_FOUND}", text(result), re.MULTILINE)
        assert f"| {label} | {NOT_FOUND} |" in markdown(result)
        assert any("not found" in warning for warning in data["warnings"])


def judged(seed: int) -> None:
    result = estimate(**question(seed))
    same_figures(result)
    same_words(result)
    sums(result)
    missing_everywhere(result)


@pytest.mark.parametrize("seed", range(EVERY_DAY))
def test_the_formats_agree(seed: int) -> None:
    judged(seed)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(EVERY_DAY, EVERY_DAY + THOROUGH))
def test_the_formats_agree_for_very_many(seed: int) -> None:
    judged(seed)


def test_some_of_the_random_estimates_miss_a_price() -> None:
    """Otherwise the test above would prove nothing about missing figures."""
    assert any("run_cost" in estimate(**question(seed)).missing for seed in range(EVERY_DAY))
