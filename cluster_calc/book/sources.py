"""The sources of a catalog folder, one table of `sources.toml` parsed when it is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cluster_calc.book.toml_file import tables
from cluster_calc.datum import Source

_HEAD = re.compile(r"^\[([A-Za-z0-9_.-]+)\][ \t]*$", re.MULTILINE)


class Sources:
    """`sources.toml`: what stands there, and where."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8") if path.exists() else ""
        heads = list(_HEAD.finditer(self.text))
        ends = [*(head.start() for head in heads[1:]), len(self.text)] if heads else []
        self._spans = {head.group(1): (head.start(), end) for head, end in zip(heads, ends, strict=True)}
        self._read: dict[str, Source] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._spans

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def table(self, key: str) -> dict[str, Any]:
        """The raw table of a source."""
        start, end = self._spans[key]
        found: dict[str, Any] = tables(self.text[start:end], self.path)[key]
        return found

    def get(self, key: str) -> Source:
        """The source of an id that stands here."""
        if key not in self._read:
            self._read[key] = source_of(key, self.table(key))
        return self._read[key]


def source_of(key: str, table: Mapping[str, Any]) -> Source:
    """A source from its table."""
    return Source(
        id=key,
        title=str(table.get("title", "")),
        publisher=str(table.get("publisher", "")),
        url=str(table.get("url", table.get("locator", ""))),
        date=str(table.get("date", "")),
        note=str(table.get("via", "")),
    )
