"""Write the generated documentation: `python tools/make_docs.py`; with `--check` say what is stale and exit 1.

Every `tools/docs_*.py` has `pages() -> dict[Path, str | bytes]`. Blocks inside README.md and docs/*.md that begin with a
cog marker are generated in place.
"""

from __future__ import annotations

import difflib
import io
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]


def pages() -> dict[Path, str]:
    """Every generated file with its text."""
    found: dict[Path, str] = {}
    for path in sorted((ROOT / "tools").glob("docs_*.py")):
        found |= import_module(path.stem).pages()
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]:
        if path not in found and "[[[cog" in path.read_text(encoding="utf-8"):
            found[path] = _cogged(path)
    return found


def _cogged(path: Path) -> str:
    from cogapp import Cog

    cog = Cog()
    cog.options.verbosity = 0
    out = io.StringIO()
    cog.process_file(str(path), out)
    return out.getvalue()


def main() -> None:
    stale = []
    for path, text in pages().items():
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if old == text:
            continue
        stale.append(path.relative_to(ROOT))
        if "--check" in sys.argv:
            diff = difflib.unified_diff(
                old.splitlines(), text.splitlines(), "as it is", "as generated", n=0, lineterm=""
            )
            print(f"{path.relative_to(ROOT)}:", *list(diff)[:12], sep="\n  ")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(f"stale: {', '.join(map(str, stale))}; run `make docs`")
    print("docs:", ", ".join(map(str, stale)) if stale else "fresh")


if __name__ == "__main__":
    main()
