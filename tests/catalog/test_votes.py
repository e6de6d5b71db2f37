"""The rule from quotes to the price that stands, recomputed here from the tables alone; and what a bad row says."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.catalog.checking import check
from cluster_calc.catalog.checks.quotes import check_quotes
from cluster_calc.catalog.chips import Quote
from cluster_calc.catalog.commitments import of_term
from cluster_calc.catalog.current import catalog, opened
from cluster_calc.catalog.votes import purchase, rent
from cluster_calc.errors import InputError
from cluster_calc.quantities.dates import day_of
from cluster_calc.quantities.datum import Datum, Source
from tests.cli.running import run

BOOK = catalog().folders[-1] / "quotes"
CHIPS = sorted(catalog().layered("chips"))


def table(name: str) -> list[dict[str, str]]:
    with (BOOK / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def days(date: str) -> int:
    import datetime

    return datetime.date.fromisoformat(date + "-01-01"[len(date) - 4 :] if len(date) < 10 else date).toordinal()


def recomputed(rows: list[dict[str, str]], segment: str, seller: str, window: int) -> tuple[float, int] | None:
    """One vote per seller, its newest, largest, cheapest at home; the median of those within the window. Shares no code."""
    best: dict[str, tuple[Any, dict[str, str]]] = {}
    for row in rows:
        if segment and row["segment"] != segment:
            continue
        region = row["region"].lower()
        home = not region or region.startswith(
            ("global", "world", "us", "eastus", "westus", "northcentral", "southcentral")
        )
        key = (-days(row["date"]), -float(row["chips"] or 1), not home, float(row["price"]))
        name = row[seller] or row["source"]
        if name not in best or key < best[name][0]:
            best[name] = (key, row)
    if not best:
        return None
    newest = max(days(row["date"]) for _, row in best.values())
    values = [
        float(row["price"]) / (float(row["chips"]) if row["unit"] in ("server", "rack") else 1)
        for _, row in best.values() if newest - days(row["date"]) <= window
    ]  # fmt: skip
    return median(values), len(values)


@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize("segment", ["specialist", "hyperscaler", "marketplace"])
def test_the_medians_of_the_rents_are_those_of_the_table(chip: str, segment: str) -> None:
    rows = [row for row in table("rentals") if row["chip"] == chip and row["term"] == "on-demand"]
    found, wanted = rent(catalog().chip(chip).rentals, segment=segment), recomputed(rows, segment, "provider", 90)
    assert (found is None) == (wanted is None)
    if found is not None and wanted is not None:
        assert (found.datum.value * 3600, len(found.votes)) == (pytest.approx(wanted[0], rel=1e-9), wanted[1])
        assert found.datum.confidence == "low" or len(found.votes) >= 3


@pytest.mark.parametrize("chip", CHIPS)
def test_the_default_rent_is_the_specialists_and_never_spot_or_a_marketplace(chip: str) -> None:
    found = catalog().chip(chip).rental()
    rows = [row for row in table("rentals") if row["chip"] == chip and row["term"] == "on-demand"]
    asked = {row["segment"] for row in rows} & {"specialist", "hyperscaler"}
    assert (found is not None) == bool(asked)
    if found is not None:
        assert found.term == "on-demand"
        assert found.segment in asked


@pytest.mark.parametrize("chip", CHIPS)
def test_the_price_is_the_median_of_what_new_parts_cost_on_one_basis(chip: str) -> None:
    found = catalog().chip(chip).price()
    rows = [row for row in table("purchases") if row["chip"] == chip and row["condition"] != "used"]
    assert (found is not None) == bool(rows)
    if found is None:
        return
    assert found.side == "buyer" or not any(row["side"] == "buyer" for row in rows)
    assert len({vote.basis for vote in found.votes} - {"server", "rack"}) <= 1
    alike = [
        row for row in rows if row["side"] == found.side
        and (row["basis"] == found.basis or {row["basis"], found.basis} <= {"server", "rack"})
    ]  # fmt: skip
    wanted = recomputed(alike, "", "vendor", 730)
    assert wanted is not None
    if len(found.votes) == wanted[1]:  # no server is quoted below its bare chip
        assert found.datum.value == pytest.approx(wanted[0], rel=1e-9)


@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize("term", ["1-year", "3-year", "spot"])
def test_no_term_is_dearer_than_on_demand(chip: str, term: str) -> None:
    quotes = catalog().chip(chip).rentals
    stands, committed = rent(quotes), of_term(quotes, term, "", catalog())
    if committed is not None:
        assert stands is not None
        assert committed.datum.value <= stands.datum.value * (1 + 1e-12)
        assert committed.segment == stands.segment


def test_the_signature_names_votes_dates_and_no_stale_rent() -> None:
    found = cc.estimate(training_compute=2e25, chip="h100", as_of="2026-12-01")
    inputs = found.as_dict()["inputs"]
    assert (inputs["rental_price"]["votes"], inputs["rental_price"]["value"]) == (9, pytest.approx(3.99))
    assert (inputs["rental_price"]["low"], inputs["rental_price"]["high"]) == (pytest.approx(3.2), pytest.approx(6.155))
    assert inputs["chip_price"]["votes"] == 3
    assert inputs["chip_price"]["low"] < inputs["chip_price"]["value"] < inputs["chip_price"]["high"]
    assert not {"rental_price", "chip_price"} & set(found.stale)
    assert "median of 9 specialists" in " ".join(str(found).split())
    assert "Lambda 3.99 (2026-10-10)" in str(found.explain("rental_price")).replace("\n", " ")


def test_quotes_says_all_votes_the_default_and_why(tmp_path: Path) -> None:
    found = json.loads(run(["catalog", "quotes", "h100", "--format", "json"], tmp_path).stdout)
    assert set(found) >= {"default", "votes", "rule"}
    assert found["default"]["value"] == pytest.approx(median(vote["value"] for vote in found["votes"]))
    assert len({vote["provider"] for vote in found["votes"]}) == len(found["votes"]) == found["default"]["votes"]
    assert found["beside"]["hyperscaler"]["value"] > found["default"]["value"]
    year = json.loads(run(["catalog", "quotes", "h100", "--term", "1-year", "--format", "json"], tmp_path).stdout)
    assert "Lambda" in year["rule"]
    cloud = json.loads(
        run(["catalog", "quotes", "h100", "--segment", "hyperscaler", "--format", "json"], tmp_path).stdout
    )
    assert {vote["segment"] for vote in cloud["votes"]} == {"hyperscaler"}
    for form in ("table", "markdown", "csv"):
        assert run(["catalog", "quotes", "h100", "--format", form], tmp_path).code == 0
    wrong = run(["catalog", "quotes", "h100", "--segment", "neocloud"], tmp_path)
    assert (wrong.code, "specialist" in wrong.stderr) == (2, True)


# Rows of one's own


HEAD = "provider,segment,instance,chip,chips,region,term,price,currency,unit,covers,date,source,locator,licence,confidence,note"
MINE = {
    "provider": "Acme", "segment": "specialist", "instance": "box", "chip": "h100", "chips": "8", "region": "us", "term": "on-demand",
    "price": "2.5", "currency": "USD", "unit": "chip-hour", "covers": "instance", "date": "2026-11-20", "source": "acme",
    "locator": "quote 7", "licence": "ours", "confidence": "high", "note": "",
}  # fmt: skip


def lab(folder: Path, *rows: dict[str, str]) -> Path:
    (folder / "quotes").mkdir(parents=True)
    lines = [HEAD, *(",".join({**MINE, **row}[name] for name in HEAD.split(",")) for row in rows)]
    (folder / "quotes" / "ours.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "sources.toml").write_text(
        '[acme]\ntitle = "Quote 7"\npublisher = "Acme"\nlocator = "mail"\ndate = "2026-11-20"\n'
    )
    return folder


def test_a_quote_of_ones_own_stands_where_it_is_newer_and_says_so(tmp_path: Path) -> None:
    newer = opened([lab(tmp_path / "lab", {})]).chip("h100").rental()
    assert newer is not None
    assert newer.datum.value * 3600 == pytest.approx(2.5)
    assert "newer than the book's median of 9 specialists" in newer.datum.note
    older = opened([lab(tmp_path / "old", {"date": "2026-09-01"})]).chip("h100").rental()
    assert older is not None
    assert older.datum.value * 3600 == pytest.approx(3.99)
    assert "older than the book's" in older.remark
    out = run(
        ["estimate", "--flop", "1e24", "--chip", "h100", "--full"],
        tmp_path,
        {"CLUSTER_CALC_CATALOG": str(tmp_path / "old")},
    )
    assert "older than the book's" in " ".join(out.stdout.split())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unit": ""}, "unit is empty"),
        ({"currency": ""}, "currency is empty"),
        ({"term": ""}, "term is empty"),
        ({"date": ""}, "date is empty"),
        ({"date": "soon"}, "'soon' is no date"),
        ({"term": "2-year"}, "term '2-year' is not one of"),
        ({"segment": "neocloud"}, "segment 'neocloud' is not one of"),
        ({"unit": "month"}, "unit 'month' is not one of"),
        ({"price": "2.5 USD"}, "price '2.5 USD' is not a number"),
        ({"price": "-1"}, "not above 0"),
        ({"currency": "usd"}, "code of three letters"),
        ({"currency": "GBP"}, "no rate for 'GBP'"),
        ({"chip": "h1000"}, "unknown chip 'h1000'"),
    ],
)
def test_a_bad_row_is_an_error_with_its_line(tmp_path: Path, change: dict[str, str], said: str) -> None:
    folder = lab(tmp_path / "lab", {}, change)
    out = run(["estimate", "--flop", "1e24", "--chip", "h100"], tmp_path, {"CLUSTER_CALC_CATALOG": str(folder)})
    assert out.code == 2
    assert "ours.csv:3:" in out.stderr
    assert said in out.stderr
    if "GBP" not in said:
        assert any("ours.csv:3:" in str(problem) and said in str(problem) for problem in check(folder))


def test_a_price_of_a_server_or_in_euro_is_brought_to_a_chip_in_dollars(tmp_path: Path) -> None:
    folder = lab(tmp_path / "lab", {"unit": "server-hour", "price": "16", "currency": "EUR"})
    found = opened([folder]).chip("h100").rental()
    assert found is not None
    assert found.datum.value * 3600 == pytest.approx(2 * 1.1699)
    assert "2.0 EUR/hour at 1.1699 USD/EUR" in found.datum.note


def test_the_book_is_checked_as_a_whole(tmp_path: Path) -> None:
    dearer = lab(tmp_path / "lab", {}, {"term": "1-year", "price": "3.1"}, {"term": "spot", "price": "2.4"})
    words = [str(problem) for problem in check(dearer)]
    assert len(words) == 1
    assert "1-year at 3.1 is above what Acme asked on demand" in words[0]
    assert not check_quotes(catalog(), len(catalog().folders) - 1)


def a_quote(value: float, day: str, vendor: str, **facts: Any) -> Quote:
    return Quote(Datum("chip_price", value, Source("s"), as_of=day, confidence="high"), vendor=vendor, **facts)


def test_a_server_is_not_cheaper_than_its_chip_and_a_makers_average_is_marked() -> None:
    chip = a_quote(100.0, "2026-05", "a", basis="chip")
    low, right = (a_quote(value, "2026-05", name, basis="server") for value, name in ((90.0, "b"), (150.0, "c")))
    found = purchase([chip, low, right])
    assert found is not None
    assert (found.datum.value, found.basis) == (150.0, "server")
    mean = purchase([a_quote(50.0, "2026", "maker", basis="chip", side="vendor")])
    assert mean is not None
    assert "not comparable" in mean.remark
    assert purchase([a_quote(50.0, "2026", "x", basis="chip", condition="used")]) is None


def test_an_undated_year_counts_from_its_first_day() -> None:
    assert day_of("2026") == "2026-01-01"
    found = purchase([a_quote(1.0, "2026", "a", basis="chip"), a_quote(2.0, "2026-02", "a", basis="chip")])
    assert found is not None
    assert found.datum.value == 2.0


def test_no_row_is_counted_twice_under_two_names() -> None:
    spelled: dict[str, set[str]] = defaultdict(set)
    for row in table("rentals"):
        spelled["".join(filter(str.isalnum, row["provider"].lower()))].add(row["provider"])
    assert all(len(names) == 1 for names in spelled.values()), spelled


def test_a_term_that_no_rule_gives_is_an_error() -> None:
    from cluster_calc.documents.catalog import quoting

    with pytest.raises(InputError, match="Did you mean"):
        quoting.as_dict(catalog().chip("h100"), catalog(), term="one-year")
