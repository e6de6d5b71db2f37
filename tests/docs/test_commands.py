"""Every command in README and docs runs, and every link in them leads somewhere."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from cluster_calc.catalog.releases import packed
from cluster_calc.cli import COMMANDS
from tests.cli.running import ROOT, run

PAGES = [ROOT / "README.md", *sorted(path for path in ROOT.glob("*.md") if path.name != "README.md"),
         *sorted((ROOT / "docs").glob("**/*.md"))]  # fmt: skip
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
# What a page may tell a reader to type besides the program's own commands; CI runs the make targets.
ELSEWHERE = ("make", "git", "pip", "python", ".", "cp", "mkdir", "export", "apt-get")


def commands() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                if line.strip() and not line.lstrip().startswith("#"):
                    found.append((page.relative_to(ROOT).as_posix(), line.strip()))
    return found


RUN = list(dict.fromkeys(line for _, line in commands() if line.startswith("cluster-calc")))


def filled_in() -> str:
    """The chip file that CONTRIBUTING.md shows."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return next(
        block for block in re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL) if 'id = "' in block
    )


def _release(target: Path) -> None:
    """A data release of the shipped quotes with the number that the documentation names."""
    folder = target.with_suffix("")
    shutil.copytree(ROOT / "catalog" / "quotes", folder / "quotes")
    shutil.copy(ROOT / "catalog" / "sources.toml", folder)
    (folder / "release.toml").write_text('number = "2026.12.1"\ndate = "2026-12-01"\n', encoding="utf-8")
    packed(folder, target)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the documentation's commands read; what they write stays for the ones after them."""
    path = tmp_path_factory.mktemp("reader")
    shutil.copytree(Path(__file__).with_name("files"), path, dirs_exist_ok=True)
    assert run(["estimate", "--flop", "2e25", "--chip", "b200", "-o", "after.json"], path).code == 0
    shutil.copy(path / "after.json", path / "result.json")
    _release(path / "cluster-calc-data-2026.12.1.zip")
    (path / "nvidia-a2.toml").write_text(filled_in(), encoding="utf-8")
    return path


@pytest.mark.parametrize("line", RUN)
def test_a_documented_command_runs(line: str, folder: Path) -> None:
    # Where the shell would put the text does not matter, and no browser is opened.
    command = re.sub(r" > [\w.-]+$", "", line).replace(" --open", "")
    outcome = run(shlex.split(command, comments=True)[1:], folder)
    assert outcome.code == 0, outcome.stderr
    if "catalog new" in line:  # a reader fills the template in before the next command
        (folder / "nvidia-a2.toml").write_text(filled_in(), encoding="utf-8")


def test_nothing_else_is_asked_of_the_reader() -> None:
    for page, line in commands():
        assert line.split()[0] in ("cluster-calc", *ELSEWHERE), f"{page}: {line}"


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page, line in commands():
        if line.startswith("make "):
            assert set(re.findall(r"^make ([a-z-]+)", line)) <= targets, f"{page}: {line}"


def test_every_command_is_documented_with_an_example() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"\n## cluster-calc {name}\n" in text
        assert any(line.startswith(f"cluster-calc {name} ") for _, line in commands()), name


def anchors(text: str) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    found = {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}
    return found | set(re.findall(r'(?:id|name)="([^"]+)"', text))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in LINK.findall(re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target.read_text(encoding="utf-8")), link
