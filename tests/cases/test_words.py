"""What a page says of what was typed is what was typed, and every format says the same."""

from __future__ import annotations

import re
import shlex

import pytest
from click.testing import CliRunner

from cluster_calc.cli import main


def said(command: str) -> str:
    outcome = CliRunner().invoke(main, shlex.split(command))
    return " ".join((outcome.stdout + outcome.stderr).split())


@pytest.mark.parametrize(
    ("typed", "named", "not_named"),
    [
        ("--training-time '36 month'", "--training-time 1,100 days is outside the usual", "time_allowed"),
        ("--days 1100", "--days 1,100 days is outside the usual", "time_allowed"),
        ("--time-allowed '36 month'", "--time-allowed 1,100 days is outside the usual", "--training-time 1"),
        ("--mfu 0.9", "--mfu 90% is outside the usual", "! mfu"),
        ("--set pue=4", "--pue 4 is outside the usual", "! pue"),
        ("--chip-price '1 USD'", "--chip-price $1 is outside the usual", "! chip_price $"),
    ],
)
def test_a_warning_names_the_option_that_was_typed(typed: str, named: str, not_named: str) -> None:
    page = said(
        f"estimate --flop 2e25 --chip h100 --chips 1024 --full {typed}"
        if "--mfu" not in typed
        else f"estimate --flop 2e25 --chip h100 --full {typed}"
    )
    assert named in page
    assert not_named not in page


def test_arithmetic_that_was_typed_is_no_convention() -> None:
    page = said("estimate --params 70e9 --tokens 1e12 --chip h100 --flop-per-parameter-token 8 --full")
    assert "5.6e23 FLOP 8 FLOP/parameter/token, as given" in page
    assert "FLOP convention 6N" not in page
    shape = "--layers 80 --hidden-size 8192 --sequence-length 8192"
    page = said(
        f"estimate --params 70e9 --tokens 1e12 --chip h100 --mfu 0.4 --flop-per-parameter-token 8 {shape} --full"
    )
    assert "Convention as given" in page
    assert "MFU as 6N 30%" in page
    assert "FLOP convention 6N" in said("estimate --params 70e9 --tokens 1e12 --chip h100 --full")


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        ("--chip a100-40gb --chips 8000 --days 92", "1.01 of NVIDIA A100 SXM4 40GB is 0.32 of NVIDIA H100 SXM5 80GB"),
        ("--chip h100 --chips 3000 --days 60", "is 0.57 of NVIDIA B200"),
        (
            "--chip h100 --chips 8000 --days 92 --peak-throughput '312 TFLOP/s'",
            "32% of NVIDIA H100 SXM5 80GB's 989 TFLOP/s",
        ),
    ],
)
def test_an_mfu_that_cannot_be_names_the_peak_of_another_chip_first(options: str, cause: str) -> None:
    found = said(f"estimate --flop 2e25 {options}")
    assert "Likely causes: the peak of another chip (" in found
    assert cause in found


def test_a_projection_says_its_percentiles_in_every_format() -> None:
    base = "project --preset epoch-dollar-cost-2023 --years 2024..2026"
    table = said(f"{base} --full")
    [low] = re.findall(r"P10 (\$[0-9.]+M)", table)[:1]
    for form in ("markdown", "html"):
        page = said(f"{base} --format {form}")
        for words in ("P10", "P90", low, "draws, seed 0"):
            assert words in page, (form, words)
