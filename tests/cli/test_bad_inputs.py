"""No input may break the program: every case of bad_inputs.toml gets its exit code and one clear message."""

from __future__ import annotations

import itertools
import random
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.running import Outcome, run, run_process

CORPUS = tomllib.loads((Path(__file__).with_name("bad_inputs.toml")).read_text(encoding="utf-8"))
ESCAPE = re.compile(r"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})")
GOOD_CHIP = """\
id = "acme-a1"
name = "Acme A1"
aliases = ["a1"]
maker = "Acme"
unit = "chip"
form_factor = "card"
released = "2026-01"

[peak_throughput]
source = "acme-sheet"
as_of = "2026-01"
confidence = "high"
bf16 = "500 TFLOP/s"

[figures]
tdp = {value = "700 W", source = "acme-sheet", as_of = "2026-01", confidence = "high"}
memory = {value = "80 GiB", source = "acme-sheet", as_of = "2026-01", confidence = "high"}

[[price]]
value = "9000 USD"
basis = "chip"
as_of = "2026-01"
vendor = "Acme"
source = "acme-sheet"
confidence = "high"
default = true
reason = "the only one"
"""
SOURCES = """\
[acme-sheet]
title = "A1 data sheet"
publisher = "Acme"
url = "https://acme.example/a1"
date = "2026-01"
accessed = "2026-01"
kind = "vendor"
"""


class Case(NamedTuple):
    """A bad input: the command, what surrounds it, and what must be said."""

    name: str
    arguments: list[str]
    says: list[str]
    code: int = 2
    files: Mapping[str, str] = {}
    environment: Mapping[str, str] = {}
    carets: list[str] = []  # noqa: RUF012
    writes: bool = False


def words(command: str) -> list[str]:
    """A command of the corpus as arguments; `{x}` is long, escapes are characters."""
    found = [part.replace("{x}", "x" * 1000) for part in shlex.split(command)]
    return [ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), part) for part in found]


def based(command: str) -> str:
    base: str = CORPUS["base"]
    if "--flop" in command:  # an option given twice is the last one: the base has none then
        base = base.replace("--flop 2e25 ", "")
    return command.replace("BASE", base, 1)


def cases() -> Iterator[Case]:
    for subject, lines in CORPUS["commands"].items():
        for number, (command, *says) in enumerate(lines, 1):
            yield Case(f"{subject}-{number}", words(based(command)), says)
    base = words(CORPUS["base"])
    for number, entry in enumerate(CORPUS["gate"], 1):
        yield Case(f"gate-{number}", words(based(entry["command"])), entry["says"], entry["code"], writes=True)
    for number, entry in enumerate(CORPUS["scenario"], 1):
        arguments = ["estimate", "--scenario", "a.toml", *words(entry.get("args", "--flop 2e25"))]
        carets = entry.get("carets", [])
        yield Case(f"scenario-{number}", arguments, entry["says"], files={"a.toml": entry["text"]}, carets=carets)
    for number, entry in enumerate(CORPUS["environment"], 1):
        yield Case(f"environment-{number}", ["estimate", "--flop", "2e25"] if "CLUSTER_CALC_CHIP" in entry["set"] else base,
                   entry["says"], environment=entry["set"])  # fmt: skip
    for number, entry in enumerate(CORPUS["chip"], 1):
        assert entry["old"] in GOOD_CHIP, entry
        files = {
            "mine/chips/acme-a1.toml": GOOD_CHIP.replace(entry["old"], entry["new"], 1),
            "mine/sources.toml": SOURCES,
        }
        yield Case(f"chip-{number}", ["estimate", "--flop", "2e25", "--chip", "acme-a1"], entry["says"], files=files,
                   environment={"CLUSTER_CALC_CATALOG": "mine"})  # fmt: skip
    for number, entry in enumerate(CORPUS["table"], 1):
        yield Case(f"table-{number}", ["batch", "t.csv"], entry["says"], files={"t.csv": entry["csv"]}, writes=True)


CASES = list(cases())


def prepared(case: Case, folder: Path) -> list[Path]:
    for name, text in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(folder.rglob("*"))


def judged(case: Case, outcome: Outcome, folder: Path, before: list[Path]) -> None:
    message = outcome.stderr
    assert outcome.code == case.code, message
    for fragment in case.says:
        assert fragment in message
    assert message.startswith("error: ")
    assert "Traceback" not in message
    assert "internal error" not in message
    assert "Warning" not in message
    lines = message.rstrip("\n").split("\n")
    assert len(lines) <= 12
    assert all(character.isprintable() for line in lines for character in line)
    assert all(len(quote) <= 60 for quote in re.findall(r"'(x{20,}…?)'", message))
    assert "x" * 61 not in message
    pointed = [
        above[below.index("^") : below.rindex("^") + 1]
        for above, below in itertools.pairwise(lines)
        if re.fullmatch(r"\s+\^+(\s.*)?", below)
    ]
    for part in case.carets:
        assert any(part == spot or (len(part.encode()) != len(part) and spot in message) for spot in pointed), pointed
    assert case.writes or outcome.stdout == ""
    assert sorted(folder.rglob("*")) == before


def test_the_corpus_is_large() -> None:
    assert len(CASES) >= 200
    assert len({tuple(case.arguments) + tuple(case.files.values()) + tuple(case.environment) for case in CASES}) >= 200


def test_the_good_chip_is_good(tmp_path: Path) -> None:
    """Otherwise its broken copies would prove nothing."""
    case = Case("", [], [], files={"mine/chips/acme-a1.toml": GOOD_CHIP, "mine/sources.toml": SOURCES})
    prepared(case, tmp_path)
    outcome = run(["estimate", "--flop", "2e25", "--chip", "acme-a1"], tmp_path, {"CLUSTER_CALC_CATALOG": "mine"})
    assert outcome.code == 0, outcome.stderr
    assert "Acme A1" in outcome.stdout


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_bad_input_is_told_what_and_how(case: Case, tmp_path: Path) -> None:
    before = prepared(case, tmp_path)
    judged(case, run(case.arguments, tmp_path, case.environment), tmp_path, before)


def possible(case: Case) -> bool:
    """Whether an operating system can pass it: no NUL, no lone surrogate."""
    text = "".join(case.arguments) + "".join(case.environment.values())
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def sample(share: int) -> list[Case]:
    return random.Random(3).sample([case for case in CASES if possible(case)], len(CASES) // share)


@pytest.mark.parametrize("case", sample(20), ids=lambda case: case.name)
def test_a_real_process_says_the_same(case: Case, tmp_path: Path) -> None:
    before = prepared(case, tmp_path)
    judged(case, run_process(case.arguments, tmp_path, case.environment), tmp_path, before)


@pytest.mark.thorough
@pytest.mark.parametrize("case", [case for case in CASES if possible(case)], ids=lambda case: case.name)
def test_every_real_process_says_the_same(case: Case, tmp_path: Path) -> None:
    before = prepared(case, tmp_path)
    judged(case, run_process(case.arguments, tmp_path, case.environment), tmp_path, before)


def test_an_overlay_without_sources_is_told(tmp_path: Path) -> None:
    case = Case(
        "",
        ["estimate", "--flop", "2e25", "--chip", "acme-a1"],
        ["acme-sheet"],
        files={"mine/chips/acme-a1.toml": GOOD_CHIP},
    )
    before = prepared(case, tmp_path)
    judged(case, run(case.arguments, tmp_path, {"CLUSTER_CALC_CATALOG": "mine"}), tmp_path, before)
