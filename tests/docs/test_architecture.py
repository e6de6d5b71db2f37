"""docs/architecture.md shows the floors as the linter's contract has them."""

from __future__ import annotations

import configparser
import re

from tests.cli.running import ROOT


def test_the_picture_is_the_contract() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    picture = re.search(r"## The floors.*?```\n(.*?)```", text, re.DOTALL)
    assert picture is not None
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    layers = config["importlinter:contract:layers"]["layers"].split("\n")
    assert picture.group(1).splitlines() == [line.strip() for line in layers if line.strip()]


def test_every_room_is_named() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {
        path.parent.relative_to(ROOT / "cluster_calc").as_posix()
        for path in (ROOT / "cluster_calc").rglob("__init__.py")
    }
    assert [room for room in sorted(rooms - {"."}) if f"`{room}/`" not in text] == []


def test_few_modules_lie_at_the_top_and_no_room_is_crowded() -> None:
    top = [path.name for path in (ROOT / "cluster_calc").glob("*.py")]
    assert len([name for name in top if not name.startswith("__")]) <= 6
    crowded = {
        folder.relative_to(ROOT).as_posix(): count
        for folder in {path.parent for path in (ROOT / "cluster_calc").rglob("*.py")}
        if (count := len([path for path in folder.glob("*.py") if path.name != "__init__.py"])) > 20
    }
    assert not crowded
