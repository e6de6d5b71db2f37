"""Published runs through batch, each row at its word, and the validation page's count."""

from __future__ import annotations

import csv
import io
import math
import random
from pathlib import Path

import pytest

from cluster_calc.files.csv import read_table
from cluster_calc.tables.column_map import recognised
from cluster_calc.tables.evaluate import evaluate
from cluster_calc.tables.table import csv_text
from cluster_calc.tables.validation import checks, rounding_of, shipped_rows
from tests.cli.running import run

HEADS = (
    "id", "chip", "chips", "match_flop", "peak_tflops_used", "util_frac", "gpu_hours_published", "power_w_assumed",
    "pue_published", "pue_applied", "ci_kg_per_kwh", "rate_usd_per_gpu_hour",
)  # fmt: skip


def through_batch(*rows: dict[str, str]) -> list[dict[str, str]]:
    file = io.StringIO()
    writer = csv.DictWriter(file, HEADS)
    writer.writeheader()
    writer.writerows([{**dict.fromkeys(HEADS, ""), **row} for row in rows])
    table = read_table(file.getvalue())
    done = evaluate(table, recognised(table.heads))
    assert not done.errors
    return list(csv.DictReader(io.StringIO(csv_text(done))))


FULL = {
    "id": "a", "chip": "H100-FP8", "chips": "1000", "match_flop": "1e24", "peak_tflops_used": "1979", "util_frac": "0.4",
    "power_w_assumed": "700", "pue_published": "1.2", "ci_kg_per_kwh": "0.4", "rate_usd_per_gpu_hour": "2",
}  # fmt: skip


def test_time_hours_energy_carbon_and_rent_of_a_row() -> None:
    (found,) = through_batch(FULL)
    seconds = 1e24 / (1000 * 1979e12 * 0.4)
    hours = 1000 * seconds / 3600
    assert float(found["training_time"]) == pytest.approx(seconds / 86400, rel=1e-12)
    assert float(found["chip_hours"]) == pytest.approx(hours, rel=1e-12)
    assert float(found["facility_energy"]) == pytest.approx(hours * 0.7 * 1.2, rel=1e-12)
    assert float(found["emissions"]) == pytest.approx(hours * 0.7 * 1.2 * 0.4, rel=1e-12)
    assert float(found["rental_cost"]) == pytest.approx(2 * hours, rel=1e-12)
    assert found["implied_goodput"] == ""


def test_published_hours_win_and_say_what_was_lost() -> None:
    (found,) = through_batch({**FULL, "gpu_hours_published": "500000"})
    predicted = 1e24 / (1979e12 * 0.4) / 3600
    assert float(found["chip_hours"]) == 500000
    assert float(found["implied_goodput"]) == pytest.approx(predicted / 500000, rel=1e-12)
    assert float(found["training_time"]) == pytest.approx(predicted / 1000 / 24, rel=1e-12)
    assert float(found["rental_cost"]) == pytest.approx(1e6)


@pytest.mark.parametrize(("label", "energy", "carbon"), [("carbon", 1.0, 1.2), ("neither", 1.0, 1.0), ("", 1.2, 1.2)])
def test_the_label_says_where_the_pue_goes(label: str, energy: float, carbon: float) -> None:
    (found,) = through_batch({**FULL, "gpu_hours_published": "1000", "pue_applied": label})
    assert float(found["facility_energy"]) == pytest.approx(700 * energy)
    assert float(found["emissions"]) == pytest.approx(700 * 0.4 * carbon)


def test_what_a_row_does_not_determine_stays_empty() -> None:
    names = ("training_time", "chip_hours", "facility_energy", "emissions", "rental_cost")
    nothing, no_chips, no_flop = through_batch(
        {"id": "x", "chip": "A100"}, {**FULL, "chips": ""}, {**FULL, "match_flop": "", "gpu_hours_published": "10"}
    )
    assert not any(nothing.get(name) for name in names)
    assert not any(no_chips.get(name) for name in names)
    assert no_flop["training_time"] == ""
    assert float(no_flop["chip_hours"]) == 10


def number(row: dict[str, str], name: str) -> float | None:
    text = row.get(name, "").strip()
    return float(text) if text else None


def by_hand(row: dict[str, str]) -> dict[str, float | None]:
    """The rules of the table once more, without this program: what a row does not determine is None."""

    def product(*factors: float | None) -> float | None:
        return None if None in factors else math.prod(factor for factor in factors if factor is not None)

    flop, chips, peak, share, published, watts, printed, intensity, rate = (
        number(row, name) for name in ("match_flop", "chips", "peak_tflops_used", "util_frac", "gpu_hours_published", "power_w_assumed",
                                       "pue_published", "ci_kg_per_kwh", "rate_usd_per_gpu_hour")
    )  # fmt: skip
    per_second = product(chips, peak, 1e12, share)
    days = None if flop is None or per_second is None else flop / per_second / 86400
    predicted = product(days, chips, 24)
    hours = predicted if published is None else published
    label = row.get("pue_applied", "").strip().lower()
    energy = product(hours, watts, 1e-3, 1.0 if label in ("carbon", "neither") or printed is None else printed)
    return {
        "training_time": days,
        "chip_hours": hours,
        "facility_energy": energy,
        "emissions": product(energy, intensity, (printed or 1.0) if label == "carbon" else 1.0),
        "rental_cost": product(hours, rate),
        "implied_goodput": None if predicted is None or published is None else predicted / published,
    }


def made_up(seed: int) -> list[dict[str, str]]:
    """Rows of runs that never were: any cell may be blank, any label odd."""
    rng = random.Random(seed)
    spans = {
        "chips": (1, 1e5), "match_flop": (1e15, 1e27), "peak_tflops_used": (1, 5000), "util_frac": (0.02, 1), "gpu_hours_published": (1, 1e8),
        "power_w_assumed": (20, 15000), "pue_published": (1, 3), "ci_kg_per_kwh": (0.001, 1.5), "rate_usd_per_gpu_hour": (0.05, 50),
    }  # fmt: skip
    rows = []
    for place in range(60):
        row = {name: "" if rng.random() < 0.2 else repr(math.exp(rng.uniform(math.log(low), math.log(high))))
               for name, (low, high) in spans.items()}  # fmt: skip
        row["chips"] = row["chips"] and rng.choice(["{:.0f}", "{:.1f}"]).format(round(float(row["chips"])) or 1)
        row |= {
            "id": f"made-up-{place}", "chip": rng.choice(["H100-FP8", "A100", "Abacus 9", "", "TPUv9 (pod)"]),
            "pue_applied": rng.choice(["", "", "carbon", "neither", "Carbon", " NEITHER ", "both", "energy", "yes"]),
            "note": rng.choice(["", 'quotes "and, commas"', "goodput 0.5, pue 9", "mfu=0.9"]), "goodput_published": "0.5",
            "params": "7e9", "tokens": "1e12",
        }  # fmt: skip
        rows.append(row)
    return rows


@pytest.mark.parametrize("seed", range(5))
def test_rows_that_never_were_come_out_as_by_hand(seed: int) -> None:
    rows = made_up(seed)
    heads = list(rows[0])
    random.Random(seed).shuffle(heads)
    file = io.StringIO()
    writer = csv.DictWriter(file, heads)
    writer.writeheader()
    writer.writerows(rows)
    table = read_table(file.getvalue())
    done = evaluate(table, recognised(table.heads))
    assert not done.errors
    found = list(csv.DictReader(io.StringIO(csv_text(done))))
    reached = 0
    for row, out in zip(rows, found, strict=True):
        assert {name: out[name] for name in row} == row, "every input column is kept"
        for name, expected in by_hand(row).items():
            if expected is None:
                assert out[name] == "", (row, name)
            else:
                assert float(out[name]) == pytest.approx(expected, rel=1e-9), (row, name)
                reached += 1
    assert reached > 100


def test_a_unit_in_the_head_goes_to_its_numbers() -> None:
    heads = dict(zip(HEADS, HEADS, strict=True)) | {
        "power_w_assumed": "power_w_assumed [kW]", "peak_tflops_used": "peak_tflops_used [PFLOP/s]", "ci_kg_per_kwh": "ci_kg_per_kwh [g/kWh]",
        "rate_usd_per_gpu_hour": "rate_usd_per_gpu_hour [cent/hour]",
    }  # fmt: skip
    row = FULL | {"power_w_assumed": "0.7", "peak_tflops_used": "1.979", "ci_kg_per_kwh": "400", "rate_usd_per_gpu_hour": "200",
                  "pue_applied": "carbon"}  # fmt: skip
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(heads[name] for name in HEADS)
    writer.writerow(row.get(name, "") for name in HEADS)
    table = read_table(file.getvalue())
    mapping = recognised(table.heads)
    assert mapping is not None
    assert mapping.id == "training-runs"
    (other,) = through_batch({**FULL, "pue_applied": "carbon"})
    (found,) = list(csv.DictReader(io.StringIO(csv_text(evaluate(table, mapping)))))
    for name in ("training_time", "chip_hours", "facility_energy", "emissions", "rental_cost"):
        assert float(found[name]) == pytest.approx(float(other[name]), rel=1e-12), name


@pytest.mark.parametrize(
    ("cell", "value"),
    [("util_frac", "1.3"), ("chips", "many"), ("gpu_hours_published", "-5"), ("pue_published", "0.8")],
)
def test_a_cell_that_cannot_be_is_an_error_of_its_row_alone(cell: str, value: str, tmp_path: Path) -> None:
    rows = [FULL, {**FULL, cell: value}, FULL]
    file = io.StringIO()
    writer = csv.DictWriter(file, HEADS)
    writer.writeheader()
    writer.writerows([{**dict.fromkeys(HEADS, ""), **row} for row in rows])
    (tmp_path / "runs.csv").write_text(file.getvalue(), encoding="utf-8")
    outcome = run(["batch", "runs.csv", "-o", "out.csv"], tmp_path)
    assert outcome.code == 2
    assert "row 2" in outcome.stderr
    assert cell in outcome.stderr
    out = list(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8")))
    assert [bool(row["error"]) for row in out] == [False, True, False]
    assert out[0]["training_time"] == out[2]["training_time"] != ""
    assert out[1]["training_time"] == ""


def test_nearly_every_determined_figure_closes() -> None:
    found = checks(shipped_rows())
    determined = [check for check in found if check.determined]
    closing = [check for check in determined if check.closes]
    print(f"{len(closing)} of {len(determined)} close")
    assert len(determined) > 95
    assert len(closing) / len(determined) >= 0.95
    assert all(check.reason for check in determined if not check.closes)
    ratios = {check.id: check.ratio for check in found if check.figure in ("time", "chip-hours")}
    assert ratios["palm-540b"] == pytest.approx(0.665, abs=0.001)
    assert ratios["bloom-176b"] == pytest.approx(0.843, abs=0.001)
    assert ratios["llama31-405b"] == pytest.approx(0.844, abs=0.001)


def test_published_dollars_are_their_hours_times_their_rate() -> None:
    dollars = [check for check in checks(shipped_rows()) if check.figure == "dollars"]
    # Strubell et al. 2019, DeepSeek-V3 and R1, MosaicML: every row that has hours and a rate beside its dollars.
    assert len(dollars) >= 12
    assert all(check.closes for check in dollars)
    assert {check.id: round(check.computed) for check in dollars}["dsv3-total"] == 5_576_000


def test_printed_digits() -> None:
    assert rounding_of("20") == 0.025
    assert rounding_of("no number") == 0.0
