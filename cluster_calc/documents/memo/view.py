"""What a procurement memo says, before it has a form: the frozen view model that every format receives.

Every figure that comes from the data carries its name (a path into the memo's JSON) and its value beside the text.
"""

from __future__ import annotations

from dataclasses import dataclass

from cluster_calc.documents.render.view import Table

DRAFT = "DRAFT — NOT FOR APPROVAL"


@dataclass(frozen=True, slots=True)
class MemoPart:
    """A section: its anchor, title, paragraphs, points and tables, in this order."""

    id: str
    title: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Memo:
    """The whole memo, in the order in which it is read."""

    title: str
    date: str
    requester: str
    draft: bool
    gaps: tuple[str, ...]
    ask: str
    decision: tuple[tuple[str, str], ...]
    parts: tuple[MemoPart, ...]
    appendix: tuple[MemoPart, ...]
    command: str
    version: str
    data: str

    def __repr__(self) -> str:
        return f"<Memo {self.title!r}: {'a draft, ' if self.draft else ''}{len(self.gaps)} gaps>"

    @property
    def stamp(self) -> str:
        """What stands above every page of a draft."""
        return DRAFT if self.draft else ""
