"""Every loop has a bound and every number an end: what cannot be done is refused in words, and nothing of a library shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import run

BASE = ("--flop", "2e25", "--chip", "h100")
CASES: list[tuple[tuple[str, ...], int, str]] = [
    (("finance", *BASE, "--payment-schedule", "100% at -1e9 month"), 2, "50 years from the start"),
    (("finance", *BASE, "--payment-schedule", "100% at -100000 month"), 2, "50 years from the start"),
    (("simulate", "--chips", "16384", "--chip", "h100", "--training-time", "600000 days"), 2, "too many to simulate"),
    (("estimate", *BASE, "--bill-excess", "1 MUSD"), 0, ""),
    (("estimate", *BASE, "--set", "spare_loss=100 chip*hour"), 0, ""),
    (("estimate", *BASE, "--set", "scheduling_loss=100 chip*hour"), 0, ""),
    (("sensitivity", "run_cost", *BASE, "--interruptions", "1e305"), 0, ""),
    (
        ("estimate", "--params", "65e9", "--tokens", "1.4e12", "--chip", "h100", "--mfu-margin", "0.2"),
        2,
        "mfu_margin is an answer",
    ),
    (("sweep", "--vary", "mfu=0.3,0.4", *BASE, "--processes", "9" * 5000), 2, "number of processes"),
]


@pytest.mark.parametrize(("words", "code", "said"), CASES, ids=lambda entry: str(entry)[:60])
def test_it_ends_in_words(words: tuple[str, ...], code: int, said: str, tmp_path: Path) -> None:
    done = run(words, tmp_path)
    assert done.code == code, done.stderr
    assert said in done.stderr
    assert "Warning" not in done.stderr
