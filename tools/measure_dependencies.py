"""Write the measured table of docs/dependencies.md: import time and installed size of each dependency, with the date.

Not part of `make docs`: the numbers are a machine's, so they are taken on request (`python tools/measure_dependencies.py`).
"""

from __future__ import annotations

import configparser
import datetime
import importlib.metadata
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
PAGE = ROOT / "docs" / "dependencies.md"
MODULES = {"python-docx": "docx"}
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
REPEATS = 7


def dependencies() -> dict[str, str]:
    """Name → the extra that asks for it; the core's have none."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    found: dict[str, str] = {}
    groups = {
        "": parser["options"]["install_requires"],
        **{extra: parser["options.extras_require"][extra] for extra in ("docs", "scale", "stats")},
    }
    for extra, text in groups.items():
        for line in text.split():
            found.setdefault(re.split(r"[<>=!~;\[]", line)[0], extra)
    return found


def import_seconds(module: str) -> float:
    """The median time of a fresh Python that imports the module, less one that imports nothing."""
    from benchmarks.measure import process_seconds

    taken = process_seconds({"": ("-c", ""), module: ("-c", f"import {module}")}, REPEATS)
    # What is faster than Python itself is noise.
    return max(taken[module] - taken[""], 0.0)


def megabytes(name: str) -> float:
    """The size of the files that the distribution installs, bytecode apart."""
    files = importlib.metadata.distribution(name).files or []
    paths = [Path(str(file.locate())) for file in files if file.suffix != ".pyc"]
    return sum(path.stat().st_size for path in paths if path.exists()) / 1e6


def table() -> str:
    from benchmarks.measure import machine

    today = datetime.date.today().isoformat()
    lines = [
        f"Measured on {today}: {machine()}.",
        "",
        "| package | version | for | import, ms | installed, MB |",
        "| :-- | :-- | :-- | --: | --: |",
    ]
    for name, extra in dependencies().items():
        seconds = import_seconds(MODULES.get(name, name.replace("-", "_")))
        lines.append(f"| {name} | {importlib.metadata.version(name)} | {f'`[{extra}]`' if extra else 'core'} | {seconds * 1e3:.0f} | {megabytes(name):.1f} |")  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
