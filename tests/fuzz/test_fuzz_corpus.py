"""What the fuzzer found once, every day; and the same parsers on random changes of good inputs."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzz.parsers import TARGETS, one_input, seeds

FOUND = sorted(path for path in Path(__file__).with_name("corpus").glob("*") if path.is_file())
PIECES = ["\0", "\x1b[31m", "..", "=", "[", "]", "{", "}", '"""', "'", "\\", "\n", "\r", "#", "9" * 400, "1e999", "-", "nan",
          "inf", "\u202e", "你", "𝟗", "\ufeff", "**9**9", "((", "__class__", "true", "2026-01-01", ",", ":", "/0", "%"]  # fmt: skip


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_the_fuzzer_found_stays_mended(path: Path) -> None:
    one_input(path.read_bytes())


def changed(seed: bytes, rng: random.Random) -> bytes:
    text = seed[2:].decode()
    for _ in range(rng.randint(1, 4)):
        place = rng.randint(0, len(text))
        cut = rng.choice([0, 0, 1, 3, 20])
        text = text[:place] + rng.choice([*PIECES, ""]) + text[place + cut :]
    return seed[:2] + text.encode("utf-8", "replace")


@pytest.mark.parametrize("number", range(len(TARGETS)), ids=[target.__name__ for target in TARGETS])
def test_changes_of_good_inputs(number: int) -> None:
    rng = random.Random(number)
    good = [seed for seed in seeds() if seed[0] == number]
    for seed in good:
        one_input(seed)
    for _ in range(300):
        one_input(changed(rng.choice(good), rng))


@pytest.mark.thorough
@pytest.mark.parametrize("number", range(len(TARGETS)), ids=[target.__name__ for target in TARGETS])
def test_very_many_changes_of_good_inputs(number: int) -> None:
    rng = random.Random(1000 + number)
    good = [seed for seed in seeds() if seed[0] == number]
    for _ in range(20_000):
        one_input(changed(rng.choice(good), rng))
