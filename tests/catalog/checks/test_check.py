"""Every check of the catalog can fail: one good file, spoilt in one place at a time."""

from __future__ import annotations

import os
import random
import tomllib
from pathlib import Path

import pytest

from cluster_calc.catalog.adding import TEMPLATES, template
from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.checking import check
from cluster_calc.catalog.current import opened
from cluster_calc.catalog.heads import KINDS, item_files
from cluster_calc.catalog.quotes import rows_of, tables
from cluster_calc.errors import InputError
from cluster_calc.files.toml import MAX_FILE_BYTES, read_text
from cluster_calc.quantities.nomenclature import QUANTITIES

GOOD = """id = "acme-x1"
name = "Acme X1"
aliases = ["x1"]
maker = "Acme"
form_factor = "OAM module"
unit = "GPU"
released = "2024-03"

[peak_throughput]
source = "sheet"
as_of = "2024-03"
confidence = "high"
tf32 = "200 TFLOP/s"
bf16 = "400 TFLOP/s"
fp16 = "400 TFLOP/s"
fp8 = "800 TFLOP/s"

[figures]
source = "sheet"
as_of = "2024-03"
confidence = "high"
memory = "96 GiB"
memory_bandwidth = {value = "3000 GB/s", low = "2900 GB/s", high = "3100 GB/s"}
tdp = "400 W"

[[price]]
value = "12000 USD"
basis = "chip"
as_of = "2024-05-01"
vendor = "a shop"
source = "sheet"
confidence = "medium"

[sources.sheet]
title = "Acme X1 data sheet"
publisher = "Acme"
url = "https://example.com/x1"
date = "2024-03"
"""

SPOILT = {
    "unknown key": ('maker = "Acme"', 'makr = "Acme"', "unknown key 'makr'", "maker"),
    "unknown figure": ("tdp =", "tpd =", "unknown figure 'tpd'", "tdp"),
    "unknown precision": ("fp8 =", "fp9 =", "unknown figure 'fp9'", "fp8"),
    "unknown key of an entry": ('vendor = "a shop"', 'seller = "a shop"', "unknown key 'seller'", ""),
    "id that leads elsewhere": ('"acme-x1"', '"../acme-x1"', "is not lower case with dashes", "acme-x1"),
    "missing name": ('name = "Acme X1"\n', "", "name is missing", ""),
    "dimension": ('"400 W"', '"400 Wh"', "'400 Wh' is [energy]", "700 W"),
    "no unit": ('"400 W"', "400", "no unit", ""),
    "rate written as work": ('"400 TFLOP/s"', '"400 TFLOPs"', "not [work]/[chip]/[time]", ""),
    "too much memory": ('"96 GiB"', '"96000 GiB"', "above the plausible 1200 GiB", "exception"),
    "bandwidth in the wrong prefix": ('value = "3000 GB/s", low = "2900 GB/s", high = "3100 GB/s"', 'value = "3 GB/s"', "below the plausible", ""),
    "power in the wrong prefix": ('"400 W"', '"400 kW"', "above the plausible", ""),
    "range upside down": ('low = "2900 GB/s"', 'low = "3200 GB/s"', "not in order", "low ≤ value ≤ high"),
    "ladder": ('fp8 = "800 TFLOP/s"', 'fp8 = "300 TFLOP/s"', "fp8 300 TFLOP/s is below bf16 400", ""),
    "sparse beside its neighbour": ('fp16 = "400 TFLOP/s"', 'fp16 = "800 TFLOP/s"', "fp16 is 2 times bf16", "sparse"),
    "sparse at half the width": ('fp8 = "800 TFLOP/s"', 'fp8 = "1600 TFLOP/s"', "fp8 is 4 times bf16", "sparse"),
    "work per watt": ('tdp = "400 W"', 'tdp = "50 W"', "TFLOP/s per watt", ""),
    "price per work": ('"12000 USD"', '"1000 USD"', "USD per TFLOP/s", ""),
    "no source": ('source = "sheet"\nas_of = "2024-03"\nconfidence = "high"\nmemory', 'as_of = "2024-03"\nconfidence = "high"\nmemory', "needs a source", ""),
    "unknown source": ('source = "sheet"\nas_of = "2024-03"\nconfidence = "high"\nmemory', 'source = "shet"\nas_of = "2024-03"\nconfidence = "high"\nmemory', "'shet' is not in sources.toml", ""),
    "source without publisher": ('publisher = "Acme"\n', "", "no publisher", ""),
    "source without a place": ('url = "https://example.com/x1"\n', "", "neither url nor locator", ""),
    "source with a strange url": ("https://example.com/x1", "javascript:alert(1)", "no web address", "https://"),
    "date": ('as_of = "2024-05-01"', 'as_of = "May 2024"', "'May 2024' is not a date", "2026-05"),
    "future": ('as_of = "2024-05-01"', 'as_of = "2999-01"', "in the future", ""),
    "confidence": ('confidence = "medium"', 'confidence = "sure"', "confidence 'sure'", "high, medium, low"),
    "basis": ('basis = "chip"', 'basis = "pallet"', "'pallet' is not one of", ""),
    "no basis": ('basis = "chip"\n', "", "a price without a basis", "server"),
    "another currency": ('"12000 USD"', '"12000 EUR"', "EUR", ""),
    "alias taken": ('aliases = ["x1"]', 'aliases = ["h100"]', "'h100' already names nvidia-h100-sxm", ""),
    "successor": ('released = "2024-03"', 'released = "2024-03"\nsuccessor = "nvidia-h1000"', "not a chip of the catalog", ""),
    "announced late": ('released = "2024-03"', 'announced = "2024-05"\navailable = "2024-03"', "is after available", ""),
    "two days of sale": ('released = "2024-03"', 'released = "2024-03"\navailable = "2024-04"', "both say when", "leave released out"),
    "idle exception": ("[sources.sheet]", '[[exception]]\ncheck = "ladder"\nfield = "fp8"\nreason = "none"\n\n[sources.sheet]', "nothing needs", ""),
}  # fmt: skip


def problems(folder: Path, text: str) -> list[str]:
    path = folder / "acme-x1.toml"
    path.write_text(text, encoding="utf-8")
    return [str(problem) for problem in check(path)]


def test_the_good_file_is_good(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_file_says_where_what_and_how(tmp_path: Path, name: str) -> None:
    old, new, message, fix = SPOILT[name]
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    hit = [line for line in found if message in line]
    assert hit, found
    assert all(fix in line for line in hit), hit
    assert all(line.startswith(f"{tmp_path}/acme-x1.toml:") for line in found)


def test_all_problems_come_together_with_their_lines(tmp_path: Path) -> None:
    text = GOOD.replace('"400 W"', '"400 Wh"').replace('"96 GiB"', '"96 GB/s"').replace('basis = "chip"', 'basis = "x"')
    found = problems(tmp_path, text)
    lines = {int(line.split(":")[1]) for line in found}
    numbers = {n for n, line in enumerate(text.splitlines(), 1) if "400 Wh" in line or "96 GB/s" in line}
    assert numbers <= lines
    assert len(found) >= 3


def test_a_documented_exception_is_let_through(tmp_path: Path) -> None:
    spoilt = GOOD.replace('fp8 = "800 TFLOP/s"', 'fp8 = "300 TFLOP/s"')
    reason = '\n[[exception]]\ncheck = "ladder"\nfield = "fp8"\nreason = "fp8 is emulated"\n'
    assert problems(tmp_path, spoilt) != []
    assert problems(tmp_path, spoilt + reason) == []


def test_two_files_may_not_share_a_name(tmp_path: Path) -> None:
    (tmp_path / "chips").mkdir()
    (tmp_path / "chips" / "acme-x1.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "chips" / "acme-x2.toml").write_text(GOOD.replace("acme-x1", "acme-x2"), encoding="utf-8")
    found = [str(problem) for problem in check(tmp_path)]
    assert any("'x1' already names acme-x1.toml" in line for line in found), found


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "mine" / "chips").mkdir(parents=True)
    (tmp_path / "mine" / "chips" / "acme-x1.toml").symlink_to(tmp_path / "elsewhere.toml")
    assert any("leads out" in str(problem) for problem in check(tmp_path / "mine"))
    with pytest.raises(InputError, match="leads out"):
        opened([tmp_path / "mine"]).chip("acme-x1")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_the_folder_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "chips").mkdir()
    os.mkfifo(tmp_path / "chips" / "acme-x1.toml")
    assert item_files(tmp_path, "chips") == []
    with pytest.raises(InputError, match="pipe"):
        read_text(tmp_path / "chips" / "acme-x1.toml")


def test_a_huge_file_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "acme-x1.toml"
    with path.open("wb") as file:
        file.truncate(100 * MAX_FILE_BYTES)  # a hole: it takes no space on the disk
    assert any("too large" in str(problem) for problem in check(path))


@pytest.mark.parametrize("deep", ["x = " + "[" * 50_000, "x = " + "[" * 40 + "]" * 40, "[" + ".".join("a" * 30) + "]"])
def test_a_deeply_nested_file_is_refused(tmp_path: Path, deep: str) -> None:
    found = problems(tmp_path, deep + "\n")
    assert any("nested" in line or "not valid TOML" in line for line in found), found


def test_a_folder_that_is_no_catalog_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no catalog"):
        check(tmp_path)


def test_the_shipped_catalog_has_no_problem() -> None:
    assert [str(problem) for problem in check(Catalog().folders[-1])] == []


def test_provenance_survives_loading() -> None:
    book, figures = Catalog(), 0
    for kind in KINDS:
        for key in book.layered(kind):
            item = book.item(key, kind)
            for place, leaf in item.leaves():
                figures += 1
                source = leaf.datum.source
                assert source.title, f"{kind}/{key} {place}"
                assert source.id == "judgement" or (source.publisher and source.date), f"{kind}/{key} {place}"
                assert source.url or leaf.datum.locator, f"{kind}/{key} {place}"
                assert leaf.datum.as_of, f"{kind}/{key} {place}"
    assert figures > 1000


def test_every_figure_that_a_file_holds_is_loaded() -> None:
    book = Catalog()
    for key, head in book.layered("chips").items():
        raw = tomllib.loads(head.paths[0][1].read_text(encoding="utf-8"))
        chip = book.chip(key)
        inherited = {"source", "as_of", "confidence", "locator"}
        assert set(chip.figures) == set(raw.get("figures", {})) - inherited
        assert set(chip.peaks) == set(raw.get("peak_throughput", {})) - inherited
        assert not {"price", "rental"} & set(raw), "the quotes stand in the price book"
    read = sum(len(chip.prices) + len(chip.rentals) for chip in map(book.chip, book.layered("chips")))
    assert read == sum(1 for path in tables(book.folders[-1]) for _ in rows_of(path))


@pytest.mark.parametrize("singular", TEMPLATES)
def test_a_template_passes_its_own_checks(tmp_path: Path, singular: str) -> None:
    path = tmp_path / "template.toml"
    path.write_text(template(singular), encoding="utf-8")
    assert [str(problem) for problem in check(path)] == []


def test_shelf_lives_are_of_quantities_that_exist() -> None:
    assert set(Catalog().shelf_lives()) <= set(QUANTITIES)


VALUES = ("5", '"x"', "[]", "{}", "true", "1e400", "nan", "-1", '""', "[[1]]", "{value=1}", "1979-05-27", '"9"', "{value=[1]}",
          '{value="1 GiB", source=["a"]}', '{value="1 GiB", source="sheet", as_of=2024}')  # fmt: skip


def spoil(seed: int) -> str:
    """The good file with one or two lines changed, taken out or repeated elsewhere."""
    draw, lines = random.Random(seed), GOOD.splitlines()
    for _ in range(draw.choice((1, 2))):
        place, how = draw.randrange(len(lines)), draw.random()
        if how < 0.6 and "=" in lines[place]:
            lines[place] = f"{lines[place].split('=')[0]}= {draw.choice(VALUES)}"
        elif how < 0.8:
            del lines[place]
        else:
            lines.insert(place, draw.choice(lines))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "seeds", [range(60), pytest.param(range(60, 2000), marks=pytest.mark.thorough)], ids=["daily", "thorough"]
)
def test_no_file_however_wrong_is_a_crash(tmp_path: Path, seeds: range) -> None:
    (tmp_path / "chips").mkdir()
    path = tmp_path / "chips" / "acme-x1.toml"
    refused = 0
    for seed in seeds:
        path.write_text(spoil(seed), encoding="utf-8")
        grave = [problem for problem in check(path) if problem.grave]
        try:
            opened([tmp_path]).chip("acme-x1")
        except InputError:
            refused += 1
        else:
            assert not grave, (seed, grave)
    assert refused > len(seeds) / 4
