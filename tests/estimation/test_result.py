"""The Result as Python, JSON, CSV, pandas and a notebook see it: one set of numbers, the contract's names and units."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.documents.reports.estimate_data import csv_text, json_text
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.units import registry

GIVEN: dict[str, dict[str, Any]] = {
    "fixed-time": {"chip": "h100", "training_compute": "2e25 FLOP", "mfu": "0.3..0.5", "draws": 500, "seed": 7},
    "missing": {"chip": "tpuv5p", "training_compute": 2e25},
    "cluster": {"chip": "h100", "chips": 1024, "power_limit": "1 MW"},
    "observed": {"chip": "a100-80gb", "params": "65.2B", "tokens": "1.4T", "chips": 2048, "days": "21 days"},
    "dates": {"chip": "h100", "flop": 2e25, "start": "2027-01-15", "deadline": "2027-06-30"},
}
RESULTS = {name: cc.estimate(**given) for name, given in GIVEN.items()}
every_result = pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)


def test_a_result_is_read_as_pint_quantities_in_json_units() -> None:
    result = RESULTS["observed"]
    cost = result["run_cost"]
    assert cost.units == registry().Unit("USD")
    assert cost.magnitude == pytest.approx(result.values["run_cost"])
    assert str(result["facility_energy"].units) == "kilowatt_hour"
    assert result["facility_energy"].magnitude == pytest.approx(result.values["facility_energy"] / 3.6e6)
    assert result["flop"].magnitude == pytest.approx(6 * 65.2e9 * 1.4e12)
    assert result["mfu"].dimensionless


@every_result
def test_every_value_can_be_read_back(result: cc.Result) -> None:
    for name in result.values:
        assert result[name] is not None


def test_a_quantity_goes_back_in() -> None:
    result = RESULTS["fixed-time"]
    for name in (
        "capital_cost",
        "training_compute",
        "facility_energy",
        "peak_throughput",
        "electricity_price",
        "lifetime",
        "pue",
    ):
        again = cc.estimate(**{"chip": "h100", "training_compute": 2e25, name: result[name]})
        assert again.values[name] == pytest.approx(result.values[name], rel=1e-12)


def test_what_is_not_there_says_why() -> None:
    with pytest.raises(KeyError, match="chip_price not found"):
        RESULTS["missing"]["run_cost"]
    with pytest.raises(KeyError, match="not part of this estimate"):
        RESULTS["cluster"]["tokens"]
    with pytest.raises(cc.InputError, match="Did you mean run_cost"):
        RESULTS["cluster"]["run_costs"]


def test_a_result_is_frozen() -> None:
    with pytest.raises(AttributeError):
        RESULTS["cluster"].chip = None  # type: ignore[misc, assignment]


# JSON


@every_result
def test_json_has_the_shape_of_the_contract(result: cc.Result) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} in JSON")

    tree = json.loads(json_text(result), parse_constant=refuse)
    assert tree["schema"] == "cluster-calc/estimate/1"
    assert tree["version"] == cc.version.__version__
    assert {
        "schema",
        "version",
        "catalog_date",
        "seed",
        "draws",
        "chip",
        "inputs",
        "results",
        "feasibility",
        "warnings",
    } <= set(tree)
    assert set(tree["chip"]) >= {"id", "name", "precision"}
    assert isinstance(tree["draws"], int)
    assert tree["seed"] is None or isinstance(tree["seed"], int)
    for name, entry in tree["inputs"].items():
        assert {"value", "unit", "low", "high", "origin", "source"} <= set(entry)
        assert entry["unit"] == QUANTITIES[name].unit
        assert isinstance(entry["value"], str if QUANTITIES[name].is_date else (int, float))
        assert entry["source"]["id"]
        assert set(entry["source"]) <= {"id", "title", "publisher", "url", "date", "locator", "as_of", "confidence"}
        assert entry["origin"] in {"default", "catalog", "call"}
    for name, entry in tree["results"].items():
        assert {"value", "unit", "p10", "p50", "p90"} <= set(entry)
        assert entry["unit"] == QUANTITIES[name].unit
        assert all(entry[key] is None or math.isfinite(entry[key]) for key in ("value", "p10", "p50", "p90"))
    assert not set(tree["inputs"]) & set(tree["results"])
    assert len(tree["feasibility"]) >= 6
    assert all({"constraint", "limit", "margin", "holds"} <= set(entry) for entry in tree["feasibility"])
    assert all(isinstance(warning, str) for warning in tree["warnings"])


@every_result
def test_every_computed_value_is_in_the_results_at_full_precision(result: cc.Result) -> None:
    tree = result.as_dict()
    computed = set(result.values) - set(result.data)
    assert computed <= set(tree["results"])
    for name in computed:
        assert tree["results"][name]["value"] == pytest.approx(result.values[name] / QUANTITIES[name].factor, rel=1e-15)
    for name in set(result.data) & set(result.values):
        assert name in tree["inputs"]


def test_every_leaf_of_every_result_is_an_input_of_the_json() -> None:
    for result in RESULTS.values():
        tree = result.as_dict()
        for name in result.results:
            for leaf in result.explain(name).leaves():
                assert leaf.name in tree["inputs"] or leaf.value is None


def test_missing_is_null_with_a_warning_never_zero() -> None:
    tree = RESULTS["missing"].as_dict()
    for name in ("capital_cost", "run_cost", "facility_energy", "emissions"):
        assert tree["results"][name]["value"] is None
    assert any("chip_price not found" in warning for warning in tree["warnings"])
    assert any("tdp not found" in warning for warning in tree["warnings"])


def test_limits_not_given_have_holds_null() -> None:
    held = {entry["constraint"]: entry for entry in RESULTS["cluster"].as_dict()["feasibility"]}
    assert held["power"]["holds"] is False
    assert held["power"]["limit"] == "1000 kW"
    assert [held["budget"][key] for key in ("limit", "margin", "holds")] == [None] * 3


def test_a_range_is_in_the_json_with_its_ends() -> None:
    entry = RESULTS["fixed-time"].as_dict()["inputs"]["mfu"]
    assert (entry["low"], entry["high"]) == (0.3, 0.5)
    assert RESULTS["fixed-time"].as_dict()["draws"] == 500
    assert RESULTS["fixed-time"].as_dict()["seed"] == 7


# CSV, pandas, notebooks


@every_result
def test_csv_and_frame_have_the_rows_of_the_json(result: cc.Result) -> None:
    tree = result.as_dict()["results"]
    rows = list(csv.DictReader(io.StringIO(csv_text(result))))
    assert csv_text(result).splitlines()[0] == "name,value,unit,p10,p50,p90"
    assert [row["name"] for row in rows] == list(tree) == list(result.frame().index)
    for row in rows:
        entry = tree[row["name"]]
        assert row["unit"] == entry["unit"]
        for key in ("value", "p10", "p50", "p90"):
            assert (float(row[key]) if row[key] else None) == entry[key]
            cell = result.frame().loc[row["name"], key]
            assert (None if cell is None or math.isnan(cell) else cell) == entry[key]


@every_result
def test_a_notebook_gets_escaped_tables(result: cc.Result) -> None:
    html = result._repr_html_()
    assert html.startswith("<div>")
    assert html.endswith("</div>")
    assert html.count("<table>") == html.count("</table>") >= 2


def test_html_is_escaped() -> None:
    result = cc.estimate(
        chip="h100", flop=2e25, chip_price={"value": "25000 USD", "source": "<script>alert(1)</script>"}
    )
    assert "<script>" not in result._repr_html_()
    assert "alert(1)" in json_text(result)


@every_result
def test_the_report_fits_eighty_columns(result: cc.Result) -> None:
    assert max(map(len, str(result).splitlines())) <= 80


# explain


@every_result
def test_everything_can_be_explained(result: cc.Result) -> None:
    for name in (*result.results, *result.data):
        tree = result.explain(name)
        assert tree.name == name
        assert json.dumps(tree.as_dict(), allow_nan=False)
        for leaf in tree.leaves():
            assert leaf.datum is not None or leaf.note


def test_an_explanation_carries_formula_numbers_and_sources() -> None:
    tree = RESULTS["observed"].explain("electricity_cost")
    assert tree.formula == "facility_energy × electricity_price"
    assert [part.name for part in tree.inputs] == ["facility_energy", "electricity_price"]
    text = str(tree)
    assert "US Energy Information Administration" in text
    assert "given in the call" in text


def test_the_package_is_typed_and_exports_the_contract() -> None:
    assert cc.__file__ is not None
    assert (Path(cc.__file__).parent / "py.typed").is_file()
    assert {"estimate", "Result", "InputError", "Datum", "Source"} <= set(cc.__all__) <= set(dir(cc))


def test_a_figure_younger_than_the_day_asked_for_is_named() -> None:
    early = cc.estimate(training_compute=1e24, chip="h100", as_of="2023-06-01")
    told = [warning for warning in early.warnings if warning.startswith("dated after 2023-06-01")]
    assert len(told) == 1
    assert "electricity_price (2025-12)" in told[0]
    now = cc.estimate(training_compute=1e24, chip="h100", as_of="2026-11-22")
    assert not [warning for warning in now.warnings if "dated after" in warning]
