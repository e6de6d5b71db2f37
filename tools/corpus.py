"""Run the command lines of corpus.toml and keep what they said, or compare two such runs to the letter.

A change that should move no number is shown to move none:

    python tools/corpus.py take before.json      # on the checkout before
    python tools/corpus.py take after.json       # on the checkout after
    python tools/corpus.py compare before.json after.json
"""

from __future__ import annotations

import contextlib
import difflib
import io
import json
import os
import shlex
import shutil
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
CORPUS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
SHOWN = 12  # differing lines that a report shows of one command


def command_lines() -> list[str]:
    """Every command line of the corpus, in the order in which they run."""
    each: list[str] = CORPUS["commands"]["each"]
    alone: list[str] = CORPUS["commands"]["alone"]
    return [f"{command} {options}" for options in CORPUS["scenarios"].values() for command in each] + alone


@contextlib.contextmanager
def _fresh_folder() -> Iterator[Path]:
    """Work in an empty folder that holds the corpus's files, with nobody's settings and nobody's catalog."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLUSTER_CALC_")}
    here, before = Path.cwd(), dict(os.environ)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for target, source in CORPUS["copies"].items():
            shutil.copyfile(ROOT / source, folder / target)
        for target, text in CORPUS["files"].items():
            (folder / target).write_text(text, encoding="utf-8")
        os.environ.clear()
        os.environ.update({**kept, "COLUMNS": "100", "XDG_CONFIG_HOME": str(folder / "user")})
        os.chdir(folder)
        try:
            yield folder
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)


def take() -> dict[str, Any]:
    """Run every command line in this process: command → exit code, both streams, the files that it wrote."""
    from cluster_calc.cli import main

    outcomes = {}
    with _fresh_folder() as folder:
        seen = _contents(folder)
        for command in command_lines():
            code, out, err = _outcome(main, shlex.split(command))
            now = _contents(folder)
            written = {name: text for name, text in now.items() if seen.get(name) != text}
            seen = now
            outcomes[command] = _placeless({"code": code, "out": out, "err": err, "files": written}, folder)
    return outcomes


def _outcome(main: Any, arguments: list[str]) -> tuple[int, str, str]:
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8", newline=""), io.TextIOWrapper(io.BytesIO(), "utf-8", newline="")
    code = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main.main(args=arguments, prog_name="cluster-calc")
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return code, *(_read_back(stream) for stream in (out, err))  # type: ignore[return-value]


def _read_back(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


def _contents(folder: Path) -> dict[str, str]:
    """The text of every file below a folder, of an office file that of its parts."""
    found: dict[str, str] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as parts:
                found |= {f"{name}/{part}": parts.read(part).decode("utf-8", "replace") for part in parts.namelist()}
        else:
            found[name] = path.read_text(encoding="utf-8", errors="replace")
    return found


def _placeless(outcome: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The outcome without the names of the temporary folder and of the checkout."""
    text = json.dumps(outcome, ensure_ascii=False)
    for place, stand_in in ((folder.resolve(), "FOLDER"), (folder, "FOLDER"), (ROOT, "CHECKOUT")):
        text = text.replace(json.dumps(str(place), ensure_ascii=False)[1:-1], stand_in)
    return dict(json.loads(text))


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What differs between two runs of the corpus, one paragraph for each command."""
    found = [f"only before: {command}" for command in before if command not in after]
    found += [f"only after: {command}" for command in after if command not in before]
    for command in before:
        if command in after and before[command] != after[command]:
            found.append("\n".join((command, *_differing_lines(before[command], after[command]))))
    return found


def _differing_lines(before: Any, after: Any) -> list[str]:
    """The lines that differ, each with a mark: - before, + after."""
    left, right = (json.dumps(_laid_open(side), indent=1, ensure_ascii=False).split("\n") for side in (before, after))
    marked = [
        line for line in difflib.unified_diff(left, right, n=0, lineterm="") if line[:2] not in ("--", "++", "@@")
    ]
    more = [f"  … and {len(marked) - SHOWN} more lines"] if len(marked) > SHOWN else []
    return [f"  {line[:400]}" for line in marked[:SHOWN]] + more


def _laid_open(value: Any) -> Any:
    """JSON inside of strings as JSON and texts as lines, so that a difference shows its place."""
    if isinstance(value, dict):
        return {name: _laid_open(inner) for name, inner in value.items()}
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value.split("\n")


def main(arguments: list[str]) -> int:
    """Take or compare; exit 1 where two runs differ."""
    if arguments[:1] == ["take"] and len(arguments) == 2:
        outcomes = take()
        Path(arguments[1]).write_text(json.dumps(outcomes, ensure_ascii=False), encoding="utf-8")
        codes = sorted({outcome["code"] for outcome in outcomes.values()})
        print(f"{len(outcomes)} commands; exit codes {codes}")
        return 0
    if arguments[:1] == ["compare"] and len(arguments) == 3:
        before, after = (json.loads(Path(path).read_text(encoding="utf-8")) for path in arguments[1:])
        found = differences(before, after)
        print("\n\n".join(found) or f"{len(before)} commands say the same")
        return int(bool(found))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
