"""Epoch AI's amortised-cost method against its own results: 80 published runs (CC BY 4.0, Epoch AI, 2026-04-01)."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from cluster_calc.errors import InputError
from cluster_calc.files import csv as tables
from cluster_calc.tables import column_map, evaluate

CASES = Path(__file__).with_name("epoch_amortised_cases.csv")
COLUMNS = {
    "chip_hours": "epoch_chip_hours",
    "amortised_hardware_cost": "epoch_amortised_hardware_cost_usd",
    "electricity_cost": "epoch_energy_cost_usd",
    "run_cost": "epoch_total_cost_usd",
    "capital_cost": "epoch_hardware_acquisition_cost_usd",
    "rental_cost": "epoch_cloud_cost_usd",
}
# A GPU run of round numbers, computed by hand in `test_a_run_by_hand`.
ROW = {
    "publication_date": "2024-07-01", "chip_class": "GPU", "unit_price_usd": "10000", "price_date": "2022-01-01",
    "server_overhead_factor": "1.64", "overhead_applied": "1", "hardware_release_date": "2021-12-01", "hardware_quantity": "1000",
    "training_hours": "100", "amortisation_oom_per_year": "0.14", "interconnect_fraction": "0.19", "tdp_w": "500",
    "chip_to_server_power": "2", "power_fraction_of_tdp": "0.75", "pue": "1.25", "energy_price_usd_per_kwh": "0.08",
    "cloud_price_raw": "4", "cloud_cud_ratio": "0.5",
}  # fmt: skip


def run(*rows: dict[str, str]) -> tables.Table:
    heads = list(rows[0])
    text = "\n".join([",".join(heads), *(",".join(row[head] for head in heads) for row in rows)])
    table = tables.read_table(text)
    mapping = column_map.recognised(table.heads, "epoch-2024")
    assert mapping is not None
    return evaluate.evaluate(table, mapping)


def published() -> list[dict[str, str]]:
    with CASES.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_figure_of_every_case() -> None:
    rows = published()
    inputs = [{head: cell for head, cell in row.items() if not head.startswith("epoch_")} for row in rows]
    heads = list(inputs[0])
    mapping = column_map.recognised(heads, "epoch-2024")
    table = tables.Table(tuple(heads), tuple(tuple(row.values()) for row in inputs))
    done = evaluate.evaluate(table, mapping)
    assert not done.errors
    compared = 0
    for row, result in zip(rows, done.results, strict=True):
        for ours, theirs in COLUMNS.items():
            if not row[theirs]:
                assert result[ours] is None
                continue
            assert result[ours] == pytest.approx(float(row[theirs]), rel=1e-12), (row["system"], ours)
            compared += 1
        assert result["start"] == row["epoch_training_start_date"][:10]
        lines = result["depreciation"] + result["electricity_cost"]
        assert result["run_cost"] == pytest.approx(lines, rel=1e-12)
    assert compared == 479


def test_a_run_by_hand() -> None:
    result = run(ROW).results[0]
    # Bought 90 days after the release (2022-03-01); 100 hours before 2024-05-02, that is on 2024-04-27 at 20:00.
    assert (result["start"], result["hardware_age"]) == ("2024-04-27", 788.0)
    value = 10000 * 1.64 / 0.81 * 10 ** (-0.14 * 788 / 365.25)
    assert result["amortised_hardware_cost"] == pytest.approx(value * 0.14 * math.log(10) / 8766 * 1e5, rel=1e-12)
    assert result["electricity_cost"] == pytest.approx(1e5 * 0.5 * 2 * 0.75 * 1.25 * 0.08, rel=1e-12)
    assert result["capital_cost"] == pytest.approx(1000 * 16400 / 0.81, rel=1e-12)
    assert result["rental_cost"] == pytest.approx(2 * 1e5, rel=1e-12)


@pytest.mark.parametrize(
    ("blank", "empty"),
    [
        (("tdp_w",), {"electricity_cost", "run_cost"}),
        (("pue",), {"electricity_cost", "run_cost"}),
        (("energy_price_usd_per_kwh",), {"electricity_cost", "run_cost"}),
        (("unit_price_usd",), {"amortised_hardware_cost", "run_cost", "capital_cost"}),
        (("cloud_price_raw",), {"rental_cost"}),
        (("hardware_quantity",), set(COLUMNS)),
        (("hardware_release_date",), {"amortised_hardware_cost", "run_cost"}),
    ],
)
def test_what_a_row_lacks_stays_empty(blank: tuple[str, ...], empty: set[str]) -> None:
    done = run({**ROW, **dict.fromkeys(blank, "")})
    assert not done.errors
    assert {name for name in COLUMNS if done.results[0][name] is None} == empty


def test_reported_chip_hours_come_first_and_rent_ignores_them() -> None:
    reported = run({**ROW, "chip_hours_reported": "50000"}).results[0]
    assert (reported["chip_hours"], reported["rental_cost"]) == (50000.0, 200000.0)
    assert "rent counts quantity times hours" in reported["method_note"]


def test_flop_over_peak_is_the_last_route() -> None:
    flop = {**ROW, "hardware_quantity": "", "training_hours": "", "training_flop": "3.6e23", "peak_flops_used": "",
            "peak_flops_lookup": "1e15", "mfu_reported": ""}  # fmt: skip
    assumed, known, used = run(
        flop, {**flop, "mfu_reported": "0.5"}, {**flop, "mfu_reported": "0.5", "peak_flops_used": "5e14"}
    ).results
    assert assumed["chip_hours"] == pytest.approx(1e5 / 0.375, rel=1e-12)
    assert known["chip_hours"] == pytest.approx(2e5, rel=1e-12)
    assert used["chip_hours"] == pytest.approx(4e5, rel=1e-12)
    # 793 whole hours stand for the length, in the calendar only.
    assert known["start"] == "2024-03-29"
    assert known["capital_cost"] is None
    assert known["rental_cost"] is None
    assert known["amortised_hardware_cost"] is not None


def test_tpus_are_acquired_at_release_and_may_start_before_it() -> None:
    tpu = {**ROW, "chip_class": "TPU", "price_date": "", "hardware_release_date": "2024-06-01"}
    gpu = {**ROW, "hardware_release_date": "2024-06-01"}
    early, late = run(tpu).results[0], run(gpu).results[0]
    assert (early["start"], early["hardware_age"]) == ("2024-04-27", -35.0)
    assert (late["start"], late["hardware_age"]) == ("2024-08-30", 0.0)
    assert early["amortised_hardware_cost"] > late["amortised_hardware_cost"]


def test_an_overridden_start_is_held_to_the_purchase_of_a_gpu() -> None:
    given = {**ROW, "training_start_override": "2023-01-01"}
    early = {**ROW, "training_start_override": "2020-01-01"}
    assert [result["start"] for result in run(given, early).results] == ["2023-01-01", "2022-03-01"]


def test_rows_that_cannot_be_name_the_column() -> None:
    done = run({**ROW, "chip_class": "NPU"}, {**ROW, "unit_price_usd": "-5"}, {**ROW, "overhead_applied": "maybe"}, ROW)
    assert sorted(done.errors) == [1, 2, 3]
    assert "chip_class: 'NPU' is neither GPU nor TPU" in done.errors[1]
    assert "chip_price" in done.errors[2]
    assert done.results[3]["run_cost"] is not None


def test_an_unknown_method_suggests() -> None:
    with pytest.raises(InputError, match=r"'epoch-2042' is not one of.*Did you mean epoch-2024"):
        column_map.recognised(["publication_date"], "epoch-2042")


def test_the_preset_of_an_estimate_charges_what_the_table_does() -> None:
    import cluster_calc as cc

    result = cc.estimate(chip="h100", chips=1000, training_time="30 days", method="epoch-2024", start="2024-05-02")
    row = {
        **ROW, "publication_date": "2024-07-31", "unit_price_usd": "44489.88", "price_date": "2022-09-29", "overhead_applied": "0",
        "hardware_release_date": "2022-09-20", "training_hours": "720", "tdp_w": "700", "chip_to_server_power": "1.8214285714285714",
        "energy_price_usd_per_kwh": "0.0771",
    }  # fmt: skip
    table = run(row).results[0]
    for name in ("amortised_hardware_cost", "electricity_cost", "run_cost", "capital_cost", "chip_hours"):
        assert float(result[name].magnitude) == pytest.approx(table[name], rel=1e-12), name
    assert any("above the exact integral" in warning for warning in result.warnings)


@pytest.mark.parametrize(
    ("given", "note"),
    [
        ({"chip_class": "TPU", "hardware_release_date": "2024-06-01", "price_date": ""}, "starts 35 days before the release"),
        ({"chip_class": "TPU", "hardware_release_date": "2024-06-01", "price_date": "", "training_start_override": "2024-05-30"},
         "starts 2 days before the release"),
        ({"flags": "price-predates-release;price-tie"}, "another price of the same day and model exists"),
    ],
)  # fmt: skip
def test_a_flaw_is_noted_where_it_bites(given: dict[str, str], note: str) -> None:
    row = run(ROW | given).results[0]
    assert note in row["method_note"]
    if given.get("chip_class") == "TPU":
        assert float(row["hardware_age"]) == -float(note.split()[1])
    plain = run(ROW).results[0]
    assert not any(
        words in plain.get("method_note", "") for words in ("before the release", "same day", "several chips")
    )


def test_several_chips_in_one_row_are_said_to_be_priced_as_one() -> None:
    from cluster_calc.tables import epoch_runs

    assert (
        "several chips, priced and powered as one"
        in epoch_runs.prepare({"hardware_model": "NVIDIA A100,NVIDIA H100"}).note
    )
