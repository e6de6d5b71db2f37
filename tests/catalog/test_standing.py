"""One rule says which quote stands: the lists of the catalog and the estimates read the same one, on any day."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from cluster_calc.catalog.chips import standing
from cluster_calc.catalog.currencies import rate
from cluster_calc.catalog.current import catalog
from cluster_calc.quantities.datum import Datum, Source
from tests.cli.running import run

# The first days of 33 quarters, from before the first quote to after the last.
DAYS = [f"{year}-{month:02d}-15" for year in range(2019, 2027) for month in (1, 4, 7, 10)] + ["2027-01-15"]


class Dated(NamedTuple):
    datum: Datum
    chosen: bool = False
    facts: dict[str, str] = {}  # noqa: RUF012


def entry(value: float, day: str, facts: dict[str, str], *, chosen: bool = False) -> Dated:
    return Dated(Datum("rental_price", value, Source("s"), as_of=day), chosen, facts)


def test_lists_and_estimates_agree_on_every_chip_and_day() -> None:
    book = catalog()
    differing = []
    for key in book.heads("chips"):
        chip, item = book.chip(key), book.item(key, "chips")
        for day in DAYS:
            for quote, leaf in (
                (chip.price(day), item.leaf("price", day)),
                (chip.rental(day), item.leaf("rental", day)),
            ):
                if (quote and quote.datum.value) != (leaf and leaf.datum.value):
                    differing.append((key, day, quote, leaf))
    assert not differing


def test_who_asks_is_no_part_of_the_kind() -> None:
    quotes = (
        entry(1, "2022-01-01", {"term": "1-year", "vendor": "A"}),
        entry(2, "2021-01-01", {"term": "on demand", "vendor": "B"}),
        entry(3, "2024-01-01", {"term": "on demand", "vendor": "A"}, chosen=True),
    )
    found = standing(quotes, "2023-01-01")
    assert found is not None
    assert found.datum.value == 2


@pytest.mark.parametrize("fact", ["basis", "term", "sector", "price_year"])
def test_what_is_bought_is_its_kind(fact: str) -> None:
    quotes = (
        entry(1, "2022-01-01", {fact: "other"}),
        entry(2, "2021-01-01", {fact: "same"}),
        entry(3, "2024-01-01", {fact: "same"}, chosen=True),
    )
    found = standing(quotes, "2023-01-01")
    assert found is not None
    assert found.datum.value == 2
    newest = standing(quotes, "2023-01-01", alike=())
    assert newest is not None
    assert newest.datum.value == 1


@pytest.mark.parametrize(("day", "shown"), [("2022-10-15", "$4.88")])
def test_the_list_has_the_on_demand_rent_of_the_estimate(tmp_path: Path, day: str, shown: str) -> None:
    listed = run(
        ["catalog", "list", "chips", "--text", "a100-sxm-80gb", "--columns", "rental", "--as-of", day], tmp_path
    )
    assert shown in listed.stdout
    shows = run(["catalog", "show", "a100-80gb", "--as-of", day], tmp_path)
    marked = [line for line in shows.stdout.splitlines() if line.lstrip().startswith("=")]
    assert any(shown in line for line in marked)


def test_a_rate_of_another_currency_stands_by_the_same_rule() -> None:
    points = catalog().item("eur-usd", "prices").series["point"]
    for day in ("2023-01-01", "2024-06-01", ""):
        leaf = standing(points, day)
        assert leaf is not None
        found = rate("EUR", day, catalog())
        assert (found.value, found.as_of) == (leaf.datum.value, leaf.datum.as_of)
    assert datetime.date.fromisoformat(rate("EUR", "", catalog()).as_of).year >= 2024
