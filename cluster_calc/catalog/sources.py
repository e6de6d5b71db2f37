"""The sources of a catalog folder, one table of `sources.toml` parsed when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from cluster_calc.files.toml import Sections
from cluster_calc.quantities.datum import Source


class Sources(Sections):
    """`sources.toml`: what stands there, and where."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.read_text(encoding="utf-8") if path.exists() else "", path)
        self._read: dict[str, Source] = {}

    def get(self, key: str) -> Source:
        """The source of an id that stands here."""
        if key not in self._read:
            self._read[key] = source_of(key, self.table(key))
        return self._read[key]


class Layers(Protocol):
    """The folders of a catalog as a reader of its files needs them: what they are called, and whose sources count."""

    @property
    def folders(self) -> tuple[Path, ...]:
        """The nearest first."""

    def origin(self, layer: int) -> str:
        """How a report names a layer."""

    def source(self, key: str, where: str, layer: int = 0) -> Source:
        """The source of that id, from the folder of the layer or the nearest one below it."""


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
