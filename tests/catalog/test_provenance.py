"""Every figure of every chip keeps its source through loading, and no price is counted twice."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import cluster_calc as cc
from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.chips import Chip
from cluster_calc.catalog.current import catalog, opened
from cluster_calc.errors import InputError
from cluster_calc.quantities.dates import day_of
from cluster_calc.quantities.datum import CONFIDENCES, Datum, Source
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.reading import check_bounds
from cluster_calc.quantities.settings import BASES, PRECISIONS

BOOK = Catalog()
HEADS = BOOK.heads()
CHIPS = {item: BOOK.chip(item) for item in HEADS}
every_chip = pytest.mark.parametrize("chip", CHIPS.values(), ids=CHIPS)
CONTRACT_CHIPS = ("nvidia-p100-pcie-16gb", "nvidia-v100-sxm2-16gb", "nvidia-v100-sxm2-32gb", "nvidia-a100-sxm-40gb", "a100-80gb", "h100", "nvidia-h100-pcie",
                  "h200", "b200", "gb200", "tpuv2", "tpuv3", "tpuv4", "tpuv5e", "tpuv5p", "mi300x", "trainium2")  # fmt: skip


def test_no_file_is_skipped() -> None:
    files = list((BOOK.folders[-1] / "chips").glob("*.toml"))
    assert len(files) == len(CHIPS) >= 16
    assert {path.stem for path in files} == set(CHIPS)


@pytest.mark.parametrize("alias", CONTRACT_CHIPS)
def test_the_chips_of_the_trade_are_there(alias: str) -> None:
    assert catalog().chip(alias).id in CHIPS


def leaves(raw: Any) -> int:
    """Figures in a raw chip file: what must still be there, sourced, after loading."""
    inherited = {"source", "as_of", "confidence", "locator"}
    return sum(len(set(raw.get(name, {})) - inherited) for name in ("peak_throughput", "figures", "estimates"))


def quotes(chip: str) -> int:
    """Rows of the price book that name a chip, counted without its reader."""
    tables = sorted((BOOK.folders[-1] / "quotes").glob("*.csv"))
    return sum(
        row["chip"] == chip for path in tables for row in csv.DictReader(path.open(encoding="utf-8", newline=""))
    )


@every_chip
def test_every_leaf_keeps_its_source(chip: Chip) -> None:
    data = list(chip.data())
    path: Path = HEADS[chip.id][0]
    assert len(data) == leaves(tomllib.loads(path.read_text(encoding="utf-8"))) + quotes(chip.id)
    for datum in data:
        assert isinstance(datum.source, Source)
        assert datum.source.id in BOOK.sources(BOOK.folders[-1])
        assert datum.source.title, f"{datum.name}: {datum.source.id}"
        assert datum.source.publisher, f"{datum.name}: {datum.source.id}"
        assert datum.source.url or datum.locator, f"{datum.name}: nowhere to read it"
        assert datum.confidence in CONFIDENCES, f"{datum.name}: confidence {datum.confidence!r}"
        assert re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", datum.as_of), f"{datum.name}: as_of {datum.as_of!r}"
        assert datum.value is not None
        check_bounds(QUANTITIES[datum.name], datum.value, datum.value)
        if datum.has_range:
            assert datum.low is not None
            assert datum.high is not None
            assert datum.low <= datum.value <= datum.high


@every_chip
def test_a_chip_is_whole(chip: Chip) -> None:
    assert chip.name
    assert chip.maker
    assert chip.unit
    assert set(chip.peaks) <= set(PRECISIONS)
    assert all(quote.basis in BASES for quote in chip.prices)
    assert not any(quote.chosen for quote in (*chip.prices, *chip.rentals)), "by rule, never by hand"
    assert not chip.successor or chip.successor in CHIPS


def test_ids_and_aliases_name_exactly_one_chip() -> None:
    from cluster_calc.catalog.heads import fold

    names = [name for item, (_, _, aliases) in HEADS.items() for name in {fold(alias) for alias in (item, *aliases)}]
    assert len(names) == len(set(names))
    for item, (_, _, aliases) in HEADS.items():
        assert all(BOOK.chip(name).id == item for name in (item, *aliases))


@every_chip
def test_every_chip_can_be_estimated_whatever_it_lacks(chip: Chip) -> None:
    result = cc.estimate(training_compute=1e24, chip=chip.id)
    used = {datum.name: datum for datum in chip.data()}
    for name in ("peak_throughput", "tdp"):
        if name in result.data and result.data[name].origin == "catalog":
            assert used[name].source.id in {datum.source.id for datum in chip.data()}
            assert result.as_dict()["inputs"][name]["source"]["title"]
    if "chip_price" not in result.values:
        assert "capital_cost" not in result.values
        assert "run_cost" not in result.values


# Defaults


@pytest.mark.parametrize(
    "name", sorted(tomllib.loads((BOOK.folders[-1] / "assumptions.toml").read_text(encoding="utf-8")))
)
def test_every_default_has_range_source_date_confidence_and_reason(name: str) -> None:
    datum = BOOK.assumption(name) or BOOK.shipments("epoch-2025")
    assert datum.source.title
    assert datum.note
    assert datum.as_of
    assert datum.confidence in CONFIDENCES
    assert datum.kind in {"range", "choice", "convention"}
    if datum.kind == "range":
        assert datum.has_range
    if datum.low is not None and datum.high is not None:
        assert datum.low <= datum.value <= datum.high


def test_the_denominator_is_named_and_dated() -> None:
    shipments = cc.estimate(chip="h100", chips=8).data["annual_shipments"]
    assert shipments.label
    assert shipments.as_of
    assert shipments.source.publisher


def test_a_datum_cannot_be_built_without_a_source() -> None:
    with pytest.raises(TypeError, match="needs a Source"):
        Datum("tdp", 700.0, source=None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="needs a Source"):
        Datum("tdp", 700.0, source="a rumour")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Datum("tdp", 700.0)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="needs an id"):
        Source("")


@pytest.mark.parametrize(("line", "word"), [("", "source"), ('source = "techpowerap"', "techpowerup")])
def test_a_figure_without_a_source_does_not_load(tmp_path: Path, line: str, word: str) -> None:
    path = tmp_path / "chips" / "broken.toml"
    path.parent.mkdir()
    head = 'id = "broken"\nname = "Broken"\naliases = []\nmaker = "x"\nform_factor = "x"\nunit = "chip"\nreleased = "2024"\n'
    dated = 'as_of = "2024"\nconfidence = "high"\nlocator = "p. 1"\n'
    path.write_text(f'{head}[figures]\n{dated}{line}\ntdp = "700 W"\n', encoding="utf-8")
    with pytest.raises(InputError, match=word):
        opened([tmp_path]).chip("broken")


# Prices and their basis


def test_the_default_h100_lands_inside_the_sourced_all_in_range() -> None:
    price = cc.estimate(chip="h100", chips=1024).values["all_in_price"]
    assert 45_800 <= price <= 51_600


SYSTEMS = {
    item: chip
    for item, chip in CHIPS.items()
    if chip.price() and any(q.basis in ("server", "rack", "all-in") for q in chip.prices)
}


def test_there_are_chips_with_a_system_price() -> None:
    assert len(SYSTEMS) >= 5


@pytest.mark.parametrize("item", SYSTEMS)
def test_the_default_all_in_price_lies_in_the_range_of_sourced_systems(item: str) -> None:
    """Server and rack quotes lack the network only; all-in quotes lack nothing."""
    share = (BOOK.assumption("network_share") or BOOK.shipments("epoch-2025")).value
    quotes = [
        q.datum.value / (1 - share if q.basis in ("server", "rack") else 1)
        for q in SYSTEMS[item].prices
        if q.basis in ("server", "rack", "all-in")
    ]
    price = cc.estimate(chip=item, chips=1024).values["all_in_price"]
    assert min(quotes) * (1 - 1e-9) <= price <= max(quotes) * (1 + 1e-9)


@every_chip
def test_a_price_on_any_day_is_one_of_that_day(chip: Chip) -> None:
    for day in ("2019-01-01", "2022-06-30", "2024-12-31"):
        for quote in (chip.price(day), chip.rental(day)):
            assert quote is None or day_of(quote.datum.as_of) <= day
