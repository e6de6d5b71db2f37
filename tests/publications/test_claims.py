"""The 169 published claims: computed from their inputs, judged by their own criteria, and unmoved."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cluster_calc.errors import InputError
from cluster_calc.publications import feasible_line
from cluster_calc.publications.beliefs import beliefs
from cluster_calc.publications.claims import Claim, Input, find, publications
from cluster_calc.publications.criteria import agrees
from cluster_calc.publications.evaluation import evaluate, reproduce, reproduced
from cluster_calc.quantities.dates import iso_of

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = [claim for publication in publications() for claim in publication.claims]
INPUTS = [(claim, entry) for claim in CLAIMS for entry in claim.inputs.values()]


def test_the_counts_are_the_reviewed_ones() -> None:
    rows = reproduced()
    agreeing = {basis: sum(row.agrees for row in rows if row.claim.basis == basis) for basis in
                ("stated", "inferred", "overdetermined", "fitted", "missing")}  # fmt: skip
    assert agreeing == {"stated": 96, "inferred": 14, "overdetermined": 18, "fitted": 13, "missing": 0}
    assert len(rows) == 169
    assert sum(row.claim.basis == "missing" for row in rows) == 10
    assert sum(not row.agrees and row.claim.basis != "missing" for row in rows) == 18


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_no_claim_moved(claim: Claim) -> None:
    row = evaluate(claim)
    assert not row.moved, f"{claim.id}: recorded {claim.recorded} {claim.recorded_agrees}, now {row.value} {row.agrees}"


@pytest.mark.parametrize(("claim", "entry"), INPUTS, ids=lambda part: getattr(part, "name", "") or part.id)
def test_every_input_moves_the_value(claim: Claim, entry: Input) -> None:
    base = evaluate(claim).value
    assert base is not None
    if entry.is_date:
        year, rest = entry.text.split("-", 1)
        tries = [f"{int(year) + 1}-{rest}", f"{int(year) - 1}-{rest}"]
    else:
        number = re.match(r"[0-9.eE+-]+", entry.text)
        assert number is not None
        value, unit = float(number.group()), entry.text[number.end() :]
        steps = (
            (value + 1, value - 1) if value in (0.0, 1.0) and entry.argument != "mfu" else (value * 1.1, value * 0.9)
        )
        tries = [f"{step!r}{unit}" for step in steps]
    moved = []
    for text in tries:
        try:
            moved.append(evaluate(claim, {entry.name: text}).value)
        except InputError:
            continue
    assert any(value != base for value in moved), f"{claim.id}: {entry.name} does not matter"


def test_the_recorded_answer_is_never_read() -> None:
    from dataclasses import replace

    for claim in CLAIMS:
        if claim.steps:
            assert evaluate(replace(claim, recorded=-1.0, published=None)).value == evaluate(claim).value


def test_the_shipped_data_hold_no_quotations() -> None:
    for path in (ROOT / "catalog" / "publications").glob("*.toml"):
        assert not re.search(r"^quote\b", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_dates_are_decimal_years_with_an_iso_day() -> None:
    [row] = reproduce("cset-nif-oct-2022")["claims"]
    assert row["date"] == "2022-10-26"
    assert row["value"] == pytest.approx(2022.8174722631034, abs=1e-9)
    assert iso_of(row["value"]) == row["date"]
    [year] = reproduce("epoch-2040-deterministic")["claims"]
    assert "date" not in year


def test_missing_data_are_null_and_named() -> None:
    [row] = reproduce("epoch-method1-all")["claims"]
    assert row["value"] is None
    assert row["published"] == 0.51
    assert not row["agrees"]
    assert "systems" in row["missing"]


def test_a_changed_input_recomputes_and_other_units_are_taken() -> None:
    assert reproduce("ea-electricity-67k", set={"price": "16.8 cent/kWh"})["claims"][0]["value"] == pytest.approx(67200)
    assert reproduce("ea-electricity-67k", set={"electricity_price": "0.1"})["claims"][0]["value"] == pytest.approx(4e4)
    late = reproduce("cset-nif-oct-2022", set={"doubling_time": "206.4 day"})["claims"][0]
    assert late["date"] > "2025"
    assert not late["agrees"]


@pytest.mark.parametrize(
    ("key", "given", "message"),
    [
        ("ea-electricity-67k", {"prise": "1"}, "has no input 'prise'.*Did you mean price"),
        ("ea-electricity-67k", {"price": "3 days"}, "does not measure"),
        ("ea-electricity-67k", {"price": "-0.1 USD/kWh"}, "negative"),
        ("ea-electricity-67k", {"price": "-0.1"}, "negative"),
        ("ea-depreciation-450k", {"residual_value": "-1"}, "negative"),
        ("cset-nif-oct-2022", {"budget": "-1"}, "negative"),
        ("cset-nif-oct-2022", {"budget": "0 USD"}, "no finite value"),
        ("cset-nif-oct-2022", {"doubling_time": "0 day"}, "nothing"),
        ("epoch-2040-mc-median", {"samples": "0"}, "nothing"),
        ("cset-nif-oct-2022", {"anchor_date": "2020-13-01"}, "not a day"),
        ("cset-nif-oct-2022", {"anchor_date": "7"}, "not a day"),
        ("epoch-method1-all", {"data": "1"}, "no inputs"),
        ("cset-nif", None, "unknown claim.*Did you mean"),
        (None, {"price": "1"}, "needs the ID"),
    ],
)
def test_bad_input_is_one_clear_message(key: str | None, given: dict[str, str] | None, message: str) -> None:
    with pytest.raises(InputError, match=message):
        reproduce(key, set=given)


def test_a_trend_that_never_meets_gdp_says_so() -> None:
    with pytest.raises(InputError, match="does not meet GDP"):
        reproduce("cset-gdp-jun-2026", set={"doubling_time": "5000 day"})


def test_the_feasible_line_is_what_the_months_admit() -> None:
    line = feasible_line()
    assert line == pytest.approx((102.9333, 103.4148, 20453.13, 20671.88), rel=1e-5)
    reconstructed = find("cset-nif-oct-2022").inputs
    assert line.doubling_low < reconstructed["doubling_time"].value / 86400 < line.doubling_high


@pytest.mark.parametrize(
    ("criterion", "value", "published", "expected"),
    [
        ("3 s.f.", 106.0, 100.0, False),
        ("2 d.p.", 0.486, 0.49, True),
        ("power of ten", 0.15, 0.1, True),
        ("2000..9999", 3640.0, 3000.0, True),
        ("above, within a factor 2", 2.1, 1.0, False),
        ("below, within a factor 2", 10.9, 12.0, True),
        ("first whole year", 2038.94, 2040.0, False),
        ("same year", 2026.37, 2026.0, True),
    ],
)
def test_criteria(criterion: str, value: float, published: float, expected: bool) -> None:
    assert agrees(criterion, value, published) is expected


@pytest.mark.parametrize(
    "claim", [c for c in CLAIMS if c.steps and not c.recorded_agrees and c.published], ids=lambda c: c.id
)
def test_what_one_would_have_to_believe_gives_the_published_figure(claim: Claim) -> None:
    needed = list(beliefs(claim))
    assert needed
    for entry, value in needed:
        made = evaluate(claim, {entry.name: f"{value!r} {entry.unit}".strip()}).value
        assert made == pytest.approx(claim.published, rel=2e-3 if "samples" in claim.inputs else 1e-6)
