"""Names of chips as nvidia-smi, rocm-smi, JAX, node labels, clouds, price lists, MLPerf, Epoch and papers print them.

`chip_names.csv` holds the name, the chip and the count it means, or why it is refused: `several` parts it could be, or
`unknown`. The names are facts of the tools' own outputs and of the vendors' public lists of instances.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from cluster_calc.catalog import naming
from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError
from cluster_calc.scenario.layers import gather

with (Path(__file__).parent / "chip_names.csv").open(encoding="utf-8", newline="") as _file:
    NAMES = list(csv.DictReader(_file))


@pytest.mark.parametrize("row", NAMES, ids=lambda row: str(row["name"]))
def test_a_name_means_one_chip_or_is_refused(row: dict[str, str]) -> None:
    book = catalog()
    if row["chip"]:
        assert book.identify(row["name"]) == row["chip"]
        assert (book.chips_in(row["name"])[1] or "") == (int(row["chips"]) if row["chips"] else "")
    else:
        with pytest.raises(
            InputError, match="matches several" if row["refused"] == "several" else "unknown chip|chip: "
        ):
            book.identify(row["name"])


def test_there_are_names_enough() -> None:
    assert len(NAMES) >= 150
    assert len({row["name"] for row in NAMES}) == len(NAMES)


def test_a_hint_stays_in_the_family() -> None:
    book = catalog()
    for row in NAMES:
        if row["refused"]:
            with pytest.raises(InputError) as caught:
                book.identify(row["name"])
            offered = re.findall(r"[a-z]+-[a-z0-9.-]*[0-9][a-z0-9.-]*", str(caught.value).rpartition("'")[2])
            asked = naming._models(naming.words(row["name"]))
            for item in (name.rstrip(".?") for name in offered):
                family = naming._models(naming._all_words(item, book.layered()[item]))
                assert asked & family or any(naming.alike(a, b) for a in asked for b in family), (row["name"], item)


def test_every_alias_names_one_chip() -> None:
    heads = catalog().layered()
    for item, head in heads.items():
        for alias in (*head.aliases, head.name, item):
            assert catalog().identify(alias) == item


@pytest.mark.parametrize(("text", "given", "chips"), [
    ("8xH100", {}, 8), ("p5.48xlarge", {}, 8), ("p5.48xlarge", {"chips": 64}, 64), ("v4-8", {}, 4),
])  # fmt: skip
def test_a_count_in_the_name_is_the_number_of_chips(text: str, given: dict[str, int], chips: int) -> None:
    assert gather({"chip": text, **given}, origin="call").data["chips"].value == chips


def test_a_count_that_contradicts_the_chips_is_refused() -> None:
    with pytest.raises(InputError, match="'8xH100' is 8 chips, chips is '12'"):
        gather({"chip": "8xH100", "chips": 12}, origin="call")
