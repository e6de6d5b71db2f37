"""Published runs through batch, each row at its word, and the validation page's count."""

from __future__ import annotations

import csv
import io

import pytest

from cluster_calc.published_runs import checks, rounding_of, shipped_rows
from cluster_calc.tables import csv_text, evaluate, read_table, recognised

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
