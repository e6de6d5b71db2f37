"""`cluster-calc sheet`, as a user runs it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.running import run

RUN = ["--flop", "2e25", "--chip", "h100", "--as-of", "2026-11-22"]


def test_a_sheet_is_written_and_its_command_writes_it_again(tmp_path: Path) -> None:
    first = run(["sheet", *RUN, "--ranges", "--draws", "200", "-o", "sheet.html"], tmp_path)
    assert (first.code, first.stdout, first.stderr) == (0, "", "")
    page = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    told = re.search(r"<code>cluster-calc (sheet [^<]*)</code>", page)
    assert told
    (tmp_path / "sheet.html").unlink()
    assert run(told.group(1).split(), tmp_path).code == 0
    again = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    # `--seed 0` is now typed, so only the record of what was typed differs.
    assert re.sub(r"(?s)<section id=.reproduce.*", "", again) == re.sub(r"(?s)<section id=.reproduce.*", "", page)


def test_a_sheet_from_a_result_and_from_a_sheet(tmp_path: Path) -> None:
    assert run(["estimate", *RUN, "-o", "result.json"], tmp_path).code == 0
    made = run(["sheet", "result.json", "--title", "A & B", "--author", "C", "-o", "one.html"], tmp_path)
    assert (made.code, made.stderr) == (0, "")
    assert run(["sheet", "one.html", "--title", "A & B", "--author", "C", "-o", "two.html"], tmp_path).code == 0
    one, two = ((tmp_path / name).read_text(encoding="utf-8") for name in ("one.html", "two.html"))
    assert "A &amp; B" in one
    figures = r'data-name="(\w+)" value="[^"]*">([^<]*)<'
    assert re.findall(figures, one) == re.findall(figures, two)
    recorded = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    held = re.search(r'id="result">(.*?)</script>', one, re.DOTALL)
    assert held
    assert json.loads(held.group(1))["inputs"].keys() == recorded["inputs"].keys()


def test_a_comparison(tmp_path: Path) -> None:
    made = run(["sheet", *RUN, "--compare", "b200", "--compare", "mi300x"], tmp_path)
    assert made.code == 0
    assert "Alternatives side by side" in made.stdout
    assert "AMD Instinct MI300X" in made.stdout
    assert "--compare nvidia-b200-sxm --compare amd-mi300x" in made.stdout


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ([*RUN, "--open"], 2, "--open needs a file to open; name it with -o sheet.html"),
        ([*RUN, "--compare", "h100", "-o", "x.html"], 2, "--compare names 'nvidia-h100-sxm' twice"),
        ([*RUN, "--compare", "h10", "-o", "x.html"], 2, "matches several: nvidia-h100-nvl"),
        ([*RUN, "--templates", "none", "-o", "x.html"], 2, "--templates 'none' is not a folder"),
        (["none.json", "-o", "x.html"], 2, "'none.json' cannot be read: No such file or directory"),
        (["none.json", *RUN, "-o", "x.html"], 2, "'none.json' already holds a result: leave out --as-of, or the file"),
        ([*RUN, "-o", "none/x.html"], 2, "there is no folder 'none'"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(tmp_path: Path, words: list[str], code: int, says: str) -> None:
    made = run(["sheet", *words], tmp_path)
    assert made.code == code
    assert says in made.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_gates_speak_after_the_sheet_is_written(tmp_path: Path) -> None:
    made = run(["sheet", *RUN, "--power-limit", "1 kW", "--require-feasible", "-o", "x.html"], tmp_path)
    assert made.code == 3
    assert "Not feasible" in (tmp_path / "x.html").read_text(encoding="utf-8")


def test_the_catalog_of_today_does_not_change_a_recorded_result(tmp_path: Path) -> None:
    from cluster_calc.estimation.replay import results_from

    assert run(["estimate", *RUN, "-o", "result.json"], tmp_path).code == 0
    held = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    # As if the figures of that day had been others: what follows from them is recorded with them.
    for name, factor in (("tdp", 2.0), ("electricity_price", 3.0)):
        held["inputs"][name]["value"] *= factor
    for entry in held["results"].values():
        entry["value"] = None
    [result] = results_from(json.dumps({**held, "results": {}}))
    assert result.in_unit("tdp") == pytest.approx(2 * 700)
    assert result.values["electricity_price"] * 3.6e6 == pytest.approx(held["inputs"]["electricity_price"]["value"])
