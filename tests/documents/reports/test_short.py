"""An answer fits a screen, whatever is asked; the whole page and its parts are one option away."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.cli.running import run

LINES, COLUMNS = 20, 80
ASKED = [
    "estimate --flop 2e25 --chip h100",
    "estimate --chip h100 --chips 1024 --ranges",
    "estimate --params 405B --tokens 15.6T --chip h100 --mfu 0.3..0.5 --budget '100 MUSD' --power-limit '20 MW' "
    "--deadline 2027-06-30 --start 2027-01-01 --supply-limit '5 %'",
    "estimate --flop 1e25 --chip ironwood --power-limit '1 MW'",
    "compare --flop 2e25 --chip h100 --chip mi300x --chip b200",
    "compare --flop 2e25 --chip h100 --acquire all --colocation-price '150 USD/kW/month'",
    "solve training_compute --run-cost '100 MUSD' --chip h100",
    "solve mfu --days 90 --flop 2e25 --chips 8192 --chip h100 --ranges",
    "optimise --flop 2e25 --days 90 --power-limit '20 MW'",
    "optimise --flop 2e25 --days 90 --power-limit '1 kW' --vary chip=h100,b200",
    "finance --chip h100 --chips 1024 --horizon '4 years' --colocation-price '150 USD/kW/month'",
    "project --preset cset-2022",
    "serve --model llama-3.3-70b --chip h200 --tokens-per-day 20e9 --input-tokens 2000 --output-tokens 500",
]


@pytest.mark.parametrize("command", ASKED)
def test_an_answer_fits_a_screen(command: str, tmp_path: Path) -> None:
    outcome = run(shlex.split(command), tmp_path)
    assert outcome.code == 0, outcome.stderr
    lines = outcome.stdout.splitlines()
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= COLUMNS


def test_the_first_sentence_names_rent_cash_and_power(tmp_path: Path) -> None:
    answer = " ".join(run(shlex.split(f"{ASKED[0]} --days 90"), tmp_path).stdout.split("\n\n")[0].split())
    for word in ("90 days", "rent $", "in cash", "run cost $", "MW at full load", "feasible"):
        assert word in answer


def test_a_part_of_the_page_is_the_page_s(tmp_path: Path) -> None:
    words = shlex.split(ASKED[0])
    whole = run([*words, "--full"], tmp_path).stdout
    part = run([*words, "--section", "money"], tmp_path).stdout
    assert part.startswith("Where the money goes\n")
    assert part.rstrip() in whole
    refused = run([*words, "--section", "monkey"], tmp_path)
    assert refused.code == 2
    assert "Where the money goes" in refused.stderr


def test_sources_are_one_letter_away(tmp_path: Path) -> None:
    words = shlex.split(ASKED[0])
    assert "confidence)" not in run(words, tmp_path).stdout
    assert "confidence)" in run([*words, "-v"], tmp_path).stdout
