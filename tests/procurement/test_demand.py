"""What options cost on the demand as it was stated, against plain arithmetic that shares no code with the package."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cluster_calc.documents.memo.memo import memo
from cluster_calc.procurement.file import memo_file

# Nothing grows and nothing is discounted, so that a spreadsheet of one line is the whole sum.
FLAT: dict[str, Any] = {
    "as_of": "2026-11-22", "draws": 50, "discount_rate": 0.0, "inflation_rate": 0.0, "chip_price": "30000 USD",
    "price_basis": "all-in", "electricity_price": "0.1 USD/kWh", "rental_price": "3 USD/hour",
    "rental_price_1_year": "2.5 USD/hour", "rental_price_3_year": "2 USD/hour", "horizon": "4 years",
}  # fmt: skip
HOURS = 4 * 8766.0


def held(file: dict[str, Any] | None = None, **given: Any) -> dict[str, Any]:
    found = json.loads(memo(**{**FLAT, **given}, memo_file=memo_file(file or {})).data)
    assert isinstance(found, dict)
    return found


def check(
    found: dict[str, Any],
    chips: float,
    share: float,
    chip_price: float | None = 30000.0,
    committed: tuple[int, int] = (4, 4),
) -> None:
    """Each option's cash over four years, by hand: hours in use on demand, every hour of a commitment's years, the purchase."""
    assert found["options"]["rent on demand"]["total"] == pytest.approx(chips * share * HOURS * 3, rel=1e-9)
    for name, price, years in zip(("rent 1-year", "rent 3-year"), (2.5, 2.0), committed, strict=True):
        if found["options"][name]["total"] is not None:
            assert found["options"][name]["total"] == pytest.approx(chips * years * 8766 * price, rel=1e-9)
    if chip_price is not None:
        power = found["estimate"]["results"]["facility_power"]
        assert power["unit"] == "kW"
        electricity = power["value"] * share * HOURS * 0.1
        assert found["options"]["buy"]["total"] == pytest.approx(chips * chip_price + electricity, rel=1e-6)


def test_one_run_is_costed_as_one_run() -> None:
    found = held(chip="h100", training_compute=2e25)
    results = found["estimate"]["results"]
    chips, days = results["chips"]["value"], results["training_time"]["value"]
    # The run begins at once; a commitment is signed once, for its one term that holds the run.
    check(found, chips, days * 24 / HOURS, committed=(1, 3))
    assert found["options"]["rent on demand"]["total"] == pytest.approx(chips * days * 24 * 3, rel=1e-9)
    assert found["options"]["rent on demand"]["cash_year_1"] == pytest.approx(chips * days * 24 * 3, rel=1e-9)
    assert found["ask"]["amount"] == pytest.approx(chips * days * 24 * 3, rel=1e-9)
    assert found["recommended"] == "rent on demand"


def test_a_year_of_runs_fills_the_hours_of_its_runs() -> None:
    found = held({"demand": [{"period": "2027", "need": "8e25 FLOP"}]}, chip="h100", training_compute=2e25)
    results = found["estimate"]["results"]
    check(found, results["chips"]["value"], 4 * results["training_time"]["value"] * 24 / HOURS, committed=(1, 3))


def test_the_rent_of_a_run_is_paid_while_it_runs() -> None:
    # By hand: the middle of the run, and rents that rise by a tenth a year, money worth an eighth less.
    found = held(chip="h100", training_compute=2e25, discount_rate=0.125, rental_price_growth=0.1)
    results = found["estimate"]["results"]
    chips, days = results["chips"]["value"], results["training_time"]["value"]
    middle = days / 365.25 / 2
    expected = chips * days * 24 * 3 * 1.1**middle
    assert found["options"]["rent on demand"]["total"] == pytest.approx(expected, rel=1e-9)
    assert found["options"]["rent on demand"]["npv"] == pytest.approx(-expected / 1.125**middle, rel=1e-9)
    assert found["options"]["rent 1-year"]["npv"] == pytest.approx(-chips * 8766 * 2.5 / 1.125**0.5, rel=1e-9)


def test_the_demand_of_a_year_has_its_place_in_the_calendar() -> None:
    # 325 of the 365 days of 2026 are over; a calendar year is a year of the plan, whose years are cut where they end.
    file = {"demand": [{"period": "2028", "need": "4e25 FLOP"}, {"period": "2040", "need": "1e25 FLOP"}]}
    found = held(file, chip="h100", chips=7222, mfu=0.4, discount_rate=0.1)
    share = 4e25 / (7222 * 989.4e12 * 0.4 * 0.9 * 365.25 * 86400)
    first = 2028 - (2026 + 325 / 365)
    cuts = [(first, 2.0), (2.0, first + 1)]
    worth = sum((end - start) * 8766 / 1.1 ** ((start + end) / 2) for start, end in cuts)
    assert found["options"]["rent on demand"]["npv"] == pytest.approx(-7222 * share * 3 * worth, rel=1e-9)
    assert found["options"]["rent 1-year"]["npv"] == pytest.approx(-7222 * 2.5 * worth, rel=1e-9)
    assert any("2040 lies outside the plan" in gap for gap in found["gaps"])


def test_too_little_capacity_is_a_gap_in_cluster_mode() -> None:
    found = held({"demand": [{"period": "2027", "need": "1.8e25 FLOP"}]}, chip="h100", chips=1024, mfu=0.4)
    assert any(gap.startswith("The cluster does not deliver the demand") for gap in found["gaps"])


def test_a_cluster_without_a_demand_says_that_every_hour_counts() -> None:
    assert any("every hour counts as used" in gap for gap in held(chip="h100", chips=64)["gaps"])
    assert not any("every hour counts as used" in gap for gap in held(chip="h100", chips=64, used_share=0.9)["gaps"])


@pytest.mark.parametrize("share", [0.4, 0.7, 0.95])
def test_a_fleet_of_four_years_at_its_use(share: float) -> None:
    found = held(chip="h100", chips=1024, used_share=share)
    check(found, 1024, share)
    costs = {name: way["total"] for name, way in found["options"].items()
             if name in ("buy", "rent on demand", "rent 1-year", "rent 3-year")}  # fmt: skip
    assert found["recommended"] == min(costs, key=lambda name: costs[name])


def test_eight_chips_in_a_cupboard() -> None:
    check(held(chip="h100", chips=8, used_share=0.3), 8, 0.3)


def test_a_chip_that_can_only_be_rented_is_costed_on_its_run() -> None:
    found = held(chip="tpuv5p", training_compute=5e24, chip_price=None, price_basis=None)
    results = found["estimate"]["results"]
    check(found, results["chips"]["value"], results["training_time"]["value"] * 24 / HOURS, None, committed=(1, 3))
    assert found["options"]["buy"]["total"] is None
    assert found["recommended"] == "rent on demand"


@pytest.mark.parametrize(("way", "price", "gone"), [
    ("colocate", "165 EUR/kW/fortnight", {"colocate", "buy"}), ("rent on demand", "2500 USD/month", {"rent on demand"}),
    ("buy", "30000 USD/rack", {"buy", "colocate"}),
])  # fmt: skip
def test_an_option_whose_quote_cannot_be_read_is_not_ranked(way: str, price: str, gone: set[str]) -> None:
    bare = dict.fromkeys(("chip_price", "price_basis", "rental_price"))
    quote = {"vendor": "V", "for": way, "chip": "h100", "price": price, "expires": "2030-01-01"}
    found = held({"quote": [quote]}, chip="h100", chips=1024, used_share=0.95, **bare)
    for name in gone:
        assert found["options"][name]["total"] is None
    assert found["recommended"] not in gone
    assert all(way["total"] is not None for name, way in found["options"].items()
               if name in ("rent 1-year", "rent 3-year"))  # fmt: skip
    said = "buy" if way == "buy" else way
    assert "cannot be read" in found["options"][said]["why"]


def test_a_cheaper_spot_is_named_beside_what_is_recommended() -> None:
    from cluster_calc.documents.memo.memo import memo

    view = memo(chip="h100", training_compute=2e25, discount_rate=0.08, draws=64)
    said = dict(view.decision)["Recommended"]
    assert "Rent spot" in said
    assert "is cheaper and is not recommended" in said
    dear = memo(chip="h100", training_compute=2e25, discount_rate=0.08, draws=64, rental_price_spot="9 USD/hour")
    assert "is cheaper" not in dict(dear.decision)["Recommended"]
