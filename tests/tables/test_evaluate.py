"""Tables in, tables out: what is said of rows that cannot be, and of rows that do not determine a result."""

from __future__ import annotations

import pytest

import cluster_calc as cc
from cluster_calc.errors import InputError
from cluster_calc.files import csv
from cluster_calc.tables import column_map, evaluate
from cluster_calc.tables import table as tables

STEP = {
    "chip": "H100 SXM 80GB", "chips": "512", "precision": "bf16", "parameters": "64862437376", "layers": "80", "hidden": "8192", "heads": "64",
    "vocab": "50368", "sequence": "2048", "global_batch": "4096",
}  # fmt: skip
RUN = {
    "match_flop": "3e23",
    "util_frac": "0.4",
    "gpu_hours_published": "1e6",
    "chips": "1024",
    "peak_tflops_used": "312",
}


def run(row: dict[str, str], method: str = "") -> csv.Table:
    table = csv.Table(tuple(row), (tuple(row.values()),))
    return evaluate.evaluate(table, column_map.recognised(table.heads, method))


def test_a_step_that_lacks_a_size_has_the_usual_one_and_says_so() -> None:
    done = run({**STEP, "layers": ""}, column_map.PREDICT_MFU)
    assert not done.errors
    assert done.results[0][tables.NOTE].startswith("layers ")
    assert 0.2 < done.results[0]["predicted_mfu"] < 0.7


def test_a_step_of_which_nothing_can_be_said_is_undetermined_not_an_error() -> None:
    done = run({**STEP, "chips": ""}, column_map.PREDICT_MFU)
    assert not done.errors
    assert "predicted_mfu" not in done.results[0]
    assert done.results[0][tables.NOTE] == "a predicted MFU needs chips"
    assert {"predicted_mfu", "predicted_hfu"} <= set(tables.merged(done)[0])


def test_an_error_names_the_column_of_the_file() -> None:
    done = run({**RUN, "util_frac": "40"})
    assert done.errors[1].startswith("util_frac: mfu: '40.0' is outside")
    heads, rows = tables.merged(done)
    assert heads[len(RUN) :] == [
        "training_time",
        "chip_hours",
        "rental_cost",
        "implied_goodput",
        "facility_energy",
        "emissions",
        "error",
    ]
    assert rows[0][: len(RUN)] == list({**RUN, "util_frac": "40"}.values())


def test_key_columns_alone_choose_the_map_but_nobody_is_given_a_prediction_unasked() -> None:
    mapping = column_map.recognised(["owner", "unit_price_usd", "chip_class", "publication_date"])
    assert mapping is not None
    assert mapping.id == "epoch-2024-runs"
    assert column_map.recognised(tuple(STEP)) is None


@pytest.mark.parametrize("head", ["pue_published", "gpu_hours_published", "ci_kg_per_kwh", "power_w_assumed", "chips"])
@pytest.mark.parametrize("cell", ["about 2", "-1", "inf"])
def test_a_cell_that_is_no_number_is_that_row_s_error(head: str, cell: str) -> None:
    row = {**RUN, "power_w_assumed": "400", "pue_published": "1.1", "pue_applied": "carbon", "ci_kg_per_kwh": "0.4"}
    done = run({**row, head: cell})
    assert done.errors[1].startswith(f"{head}: ")


def test_a_head_alone_has_the_columns_of_its_map() -> None:
    table = csv.Table(tuple(RUN), ())
    assert "training_time" in tables.merged(evaluate.evaluate(table, column_map.recognised(table.heads)))[0]


@pytest.mark.parametrize("cells", [("0.9", ""), ("", "0.9"), ("", "nan")])
def test_a_prediction_never_stands_in_a_column_of_measurements(cells: tuple[str, str]) -> None:
    row = "h100,64,7e9,32,4096,32,32000,4096,128"
    text = "chip,chips,parameters,layers,hidden,heads,vocab,sequence,global_batch,mfu,hfu\n"
    table = csv.read_table(f"{text}{row},{cells[0]},{cells[1]}\n{row},,\n")
    found, rows = tables.merged(evaluate.evaluate(table, column_map.recognised(table.heads, column_map.PREDICT_MFU)))
    place = found.index("mfu")
    assert [row[place : place + 2] for row in rows] == [list(cells), ["", ""]]
    values = [[row[found.index(head)] for head in ("predicted_mfu", "predicted_hfu")] for row in rows]
    assert values[0] == values[1]
    assert all(0.3 < value < 0.6 for value in values[0])


def test_a_row_of_a_mixture_of_experts_has_speed_range_and_layout() -> None:
    row = {"chip": "nvidia-gb200", "chips": "256", "architecture": "deepseek-v3", "precision": "MXFP8", "hidden": "", "sequence": "4096",
           "global_batch": "4096.0", "tensor_parallel": "1.0", "pipeline_parallel": "4.0", "expert_parallel": "64.0",
           "data_parallel": "64.0", "interleave": "4.0", "micro_batch": "1.0", "release": "26.06"}  # fmt: skip
    done = run(row, column_map.PREDICT_MFU)
    found = done.results[0]
    assert not done.errors
    assert found["predicted_tokens_per_second_per_chip"] == pytest.approx(
        4969, rel=0.35
    )  # measured by Megatron-Bridge 26.06
    assert found["predicted_p10"] < found["predicted_tokens_per_second_per_chip"] < found["predicted_p90"]
    assert found["layout"].startswith("tensor 1 × pipeline 4 × expert 64 × data 64, micro-batch 1, interleave 4")


def test_an_error_column_that_is_there_already_is_used() -> None:
    table = csv.read_table("chip,flop,error\nh100,2e25,seen before\nno-such-chip,2e25,\n")
    heads, rows = tables.merged(evaluate.evaluate(table))
    assert heads.count("error") == 1
    assert rows[0][2] == "seen before"
    assert rows[1][2].startswith("unknown chip")


def test_rows_with_ranges_have_their_percentiles_beside_them() -> None:
    text = "chip,training_compute,mfu\nh100,2e25,0.4\nh100,2e25,0.3..0.5\n"
    heads, rows = tables.merged(evaluate.evaluate(csv.read_table(text), given={"percentiles": "5", "draws": 1024}))
    place = heads.index("run_cost")
    names = [f"run_cost_p{percent}" for percent in (5, 10, 50, 90)]
    assert heads[place + 1 : place + 5] == names
    assert rows[0][place + 1 : place + 5] == [None] * 4
    alone = cc.estimate(chip="h100", training_compute=2e25, mfu="0.3..0.5", draws=1024)
    assert rows[1][place + 1 : place + 5] == [alone.percentile("run_cost", percent) for percent in (5, 10, 50, 90)]


def test_a_table_without_a_quantity_is_refused_with_its_heads() -> None:
    with pytest.raises(InputError, match=r"(?s)'prices.csv': no column is .*'InstanceType'.*\[columns\]"):
        evaluate.evaluate(csv.read_table("InstanceType,Region\ngpu-8x,US\n"), None, None, "prices.csv")


def test_heads_in_any_case_with_units_in_round_brackets_and_ranges_below_them() -> None:
    table = csv.read_table("Chip,Chips,training_time (hours),Model,rental_price [USD/hour]\nh100,64,100,A,1.5..4\n")
    done = evaluate.evaluate(table, None, {"draws": 1024})
    assert not done.errors
    assert done.ignored == ("Model",)
    assert done.results[0]["chip_hours"] == pytest.approx(6400)
    assert done.results[0]["rental_cost_p10"] < done.results[0]["rental_cost_p90"]


def test_epochs_table_of_models_as_it_is() -> None:
    head = "Model,Training compute (FLOP),Training hardware,Hardware quantity,Training time (hours)"
    rows = "A,1.8e25,NVIDIA H100 SXM5 80GB,6144,2200\nB,3.65e23,NVIDIA A100 SXM4 80 GB,384,2808\nC,8.1e23,NVIDIA A100,1000,1728\n"
    table = csv.read_table(f"{head}\n{rows}")
    done = evaluate.evaluate(table, column_map.recognised(table.heads))
    # C / (chips x dense peak x time): 1.8e25 / (6144 x 989.4e12 x 2200 h), 3.65e23 / (384 x 312e12 x 2808 h).
    assert [found.get("implied_mfu") for found in done.results] == [
        pytest.approx(0.374, abs=5e-4), pytest.approx(0.301, abs=5e-4), None,
    ]  # fmt: skip
    assert done.ignored == ("Model",)
    assert "matches several" in done.errors[3]
