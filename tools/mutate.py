"""Swap operators of the package, one at a time, and see whether its tests notice: `python tools/mutate.py --count 60`.

Each mutant changes one operator (+ −, × ÷, < ≥, and or) of a module drawn at random, in a copy of the
checkout. The tests that name the module run first, then those of the suite that take seconds. What survives is printed with its line, to
be judged: equal to the original, or a test that is missing. Random tests run derandomised, so that none kills by chance.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.Lt: ast.GtE,
    ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


class Mutant(NamedTuple):
    """One operator changed: the file, the line, the line as it was, and the source as it is then."""

    path: Path
    line: int
    before: str
    after: str
    source: str


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of a module that stands on one line."""
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    tree = ast.parse(text)
    for node in ast.walk(tree):
        changed = _swapped(node)
        if changed is None or not isinstance(node, ast.expr) or node.lineno != node.end_lineno:
            continue
        line = lines[node.lineno - 1]
        start, end = (len(line.encode()[:at].decode()) for at in (node.col_offset, node.end_col_offset or 0))
        new_line = f"{line[:start]}({changed}){line[end:]}"
        source = "\n".join([*lines[: node.lineno - 1], new_line, *lines[node.lineno :]])
        try:
            ast.parse(source)
        except SyntaxError:  # inside a string of f"…"
            continue
        yield Mutant(path, node.lineno, line.strip(), new_line.strip(), source)


def _swapped(node: ast.AST) -> str | None:
    """The expression with its operator swapped, or None where there is none to swap."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        field = "ops"
        operator: type[ast.AST] = type(node.ops[0])
    elif isinstance(node, (ast.BinOp, ast.BoolOp)):
        field, operator = "op", type(node.op)
    else:
        return None
    if operator not in SWAPS:
        return None
    kept, new = getattr(node, field), SWAPS[operator]()
    setattr(node, field, [new] if field == "ops" else new)
    text = ast.unparse(node)
    setattr(node, field, kept)
    return text


def tests_of(path: Path, root: Path) -> list[list[str]]:
    """The rounds of tests for a module: its doctests and the test files that name it, then the fast part of the suite."""
    name = path.stem
    naming = [str(entry.relative_to(root)) for entry in sorted((root / "tests").rglob("test_*.py"))
              if name in entry.read_text(encoding="utf-8") and "browser" not in entry.name]  # fmt: skip
    return [[str(path.relative_to(root)), *naming[:12]], ["tests", "--ignore=tests/packaging", "--ignore=tests/fuzz"]]


def survives(mutant: Mutant, root: Path, seconds: float, rounds: int) -> bool:
    """Whether the tests pass with the mutant in place of the original."""
    original = mutant.path.read_text(encoding="utf-8")
    mutant.path.write_text(mutant.source, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        for names in tests_of(mutant.path, root)[:rounds]:
            command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *names]
            try:
                done = subprocess.run(
                    command, cwd=root, env=environment, capture_output=True, timeout=seconds, check=False
                )
            except subprocess.TimeoutExpired:
                return False
            if done.returncode:
                return False
        return True
    finally:
        mutant.path.write_text(original, encoding="utf-8")


def main() -> None:
    """Draw mutants, run the tests on each, print what survives and the count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="paths below cluster_calc/, all modules if none is named")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=400, help="time after which a mutant counts as noticed")
    parser.add_argument("--rounds", type=int, default=2, choices=(1, 2), help="1: only the tests that name the module")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "copy"
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".git", ".venv", "*cache*", "build", "dist"))
        places = [root / "cluster_calc" / entry for entry in asked.modules] or [root / "cluster_calc"]
        files = [path for place in places for path in (sorted(place.rglob("*.py")) if place.is_dir() else [place])]
        pool = [mutant for path in files for mutant in mutants(path)]
        drawn = random.Random(asked.seed).sample(pool, min(asked.count, len(pool)))
        lived = 0
        for number, mutant in enumerate(drawn, 1):
            if survives(mutant, root, asked.seconds, asked.rounds):
                lived += 1
                print(
                    f"{mutant.path.relative_to(root)}:{mutant.line}\n    {mutant.before}\n  → {mutant.after}",
                    flush=True,
                )
            print(f"{number} of {len(drawn)}, {lived} survived", file=sys.stderr, flush=True)
        print(f"{len(drawn)} mutants, {len(drawn) - lived} noticed, {lived} survived")


if __name__ == "__main__":
    main()
