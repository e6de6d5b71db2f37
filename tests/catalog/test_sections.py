"""A file read table by table says what a whole parse says."""

from __future__ import annotations

import tomllib

import pytest

from cluster_calc.files.shipped import shipped
from cluster_calc.files.toml import Sections


@pytest.mark.parametrize("name", ["assumptions.toml", "sources.toml"])
def test_tables_read_one_at_a_time_are_those_of_the_whole(name: str) -> None:
    path = shipped("catalog") / name
    text = path.read_text(encoding="utf-8")
    sections = Sections(text, path)
    assert {key: sections.table(key) for key in sections} == tomllib.loads(text)
