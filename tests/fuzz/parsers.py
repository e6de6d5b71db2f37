"""One input for every parser that reads strangers' text: nothing but the program's own errors may come out, and soon."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.checks.check import check_file
from cluster_calc.catalog.current import opened
from cluster_calc.errors import LINE_LIMIT, ClusterCalcError, InputError
from cluster_calc.files import csv
from cluster_calc.files.places import find_places
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.reading import parse
from cluster_calc.quantities.units import to_base
from cluster_calc.scenario.layers import from_environment, from_file
from cluster_calc.scenario.scenario import Scenario
from cluster_calc.studies.grid import axis
from cluster_calc.tables import column_map as tables

SLOWEST = 2.0
FOLDER = Path(tempfile.mkdtemp(prefix="cluster-calc-fuzz-"))
CHIP = FOLDER / "mine" / "chips" / "x.toml"
SCENARIO = FOLDER / "a.toml"
CHIP.parent.mkdir(parents=True)
NAMES = sorted(QUANTITIES)


def value(number: int, text: str) -> None:
    parse(QUANTITIES[NAMES[number % len(NAMES)]], text)


def unit(number: int, text: str) -> None:
    to_base(f"{number} {text}", QUANTITIES[NAMES[number % len(NAMES)]].unit, bare=True)


def scenario_file(_: int, text: str) -> None:
    SCENARIO.write_text(text, encoding="utf-8", newline="")
    values, places = from_file(SCENARIO, "file")
    faults = Scenario().add(values, "file", places)
    if faults:
        from cluster_calc.files.places import message

        raise InputError(message(faults))


def spots(_: int, text: str) -> None:
    for place in find_places(text, "a.toml").values():
        assert 0 <= place.start <= place.end <= len(place.text)


def environment(_: int, text: str) -> None:
    name, _, rest = text.partition("=")
    values, places = from_environment({f"CLUSTER_CALC_{name}": rest})
    Scenario().add(values, "environment", places)


def chip_file(_: int, text: str) -> None:
    CHIP.write_text(text, encoding="utf-8", newline="")
    book = opened((CHIP.parents[1],))
    for item, (path, _, _) in book.heads().items():
        if path == CHIP:
            book.chip(item)


def checked_file(_: int, text: str) -> None:
    CHIP.write_text(text, encoding="utf-8", newline="")
    check_file(CHIP, opened((CHIP.parents[1],)))


def table(_: int, text: str) -> None:
    csv.read_table(text, "t.csv")


def column_map(_: int, text: str) -> None:
    SCENARIO.write_text(text, encoding="utf-8", newline="")
    tables.load_map(SCENARIO)


def grid(number: int, text: str) -> None:
    axis(NAMES[number % len(NAMES)], text)


TARGETS = (value, unit, scenario_file, spots, environment, chip_file, table, column_map, grid, checked_file)


def one_input(data: bytes) -> None:
    """The first byte picks the parser, the second its number; the rest is its text."""
    if len(data) < 2:
        return
    text = data[2:].decode("utf-8", "replace")
    start = time.perf_counter()
    try:
        TARGETS[data[0] % len(TARGETS)](data[1], text)
    except ClusterCalcError as error:
        said = str(error)
    else:
        said = "nothing is wrong"
    assert 0 < len(said) < LINE_LIMIT * 4000, "a message without words or end"
    assert time.perf_counter() - start < SLOWEST, "too slow"


def seeds() -> list[bytes]:
    """Good inputs to begin from, one or more for every parser."""
    catalog = Path(Catalog().folders[-1])
    chips = [path.read_text(encoding="utf-8") for path in sorted((catalog / "chips").glob("*.toml"))[:3]]
    scenario = (
        'chip = "h100"\nmfu = "0.35..0.45"\nchip_price = {value = "25000 USD", source = "q"}\n[pue]\nvalue = 1.2\n'
    )
    texts: dict[object, list[str]] = {
        value: [known.example.strip("'") for known in QUANTITIES.values()] + ["0.3..0.5", "normal(5, 1) days", "65B"],
        unit: ["USD/kWh", "FLOP/s*day", "cent per kWh", "chip^2/(hour*W)", "%"],
        scenario_file: [scenario], spots: [scenario], environment: ["MFU=0.4", "TDP=700 W"], chip_file: chips, checked_file: chips,
        table: ["chip,training_compute [FLOP]\nh100,2e25\n"],
        column_map: ['[columns]\nn = {quantity = "chips", unit = ""}\n[constants]\ngoodput = 1\n'],
        grid: ["0.3:0.5:5", "a,b,c", "1:9:3:log"],
    }  # fmt: skip
    return [bytes([TARGETS.index(target), number % 256]) + text.encode()
            for target, group in texts.items() for number, text in enumerate(group)]  # type: ignore[arg-type]  # fmt: skip
