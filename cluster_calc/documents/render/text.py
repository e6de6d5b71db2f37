"""A report as plain text: it fits 80 columns, and nothing is cut."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

from cluster_calc.documents.render.view import Report, Section

MIN_WIDTH, MAX_WIDTH = 60, 120


def _unstyled(part: str, **_: bool) -> str:
    return part


def render(view: Report, width: int = 80, style: Callable[..., str] | None = None) -> str:
    """A report view as text."""
    paint = style or _unstyled
    width = max(MIN_WIDTH, min(width, MAX_WIDTH))
    lines = [paint(line, bold=True) for line in textwrap.wrap(view.question, width)]
    lines += textwrap.wrap(view.answer, width)
    for section in view.sections:
        lines += ["", paint(section.title, bold=True), *section_lines(section, width, paint)]
    if view.warnings:
        lines += ["", paint("Warnings", bold=True)]
        for warning in view.warnings:
            lines += textwrap.wrap(warning, width, initial_indent="  ! ", subsequent_indent="    ")
    lines += ["", paint("Next", bold=True)]
    lines += textwrap.wrap(
        view.next_step,
        width,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines) + "\n"


def section_lines(section: Section, width: int, paint: Callable[..., str]) -> list[str]:
    """Write the rows of a section: label, value and wrapped note."""
    if all(not row.value for row in section.rows):
        lines = []
        for row in section.rows:
            lines += textwrap.wrap(row.label, width, initial_indent="  - ", subsequent_indent="    ")
        return lines
    first = min(max(len(row.label) for row in section.rows), 28)
    second = min(max(len(row.value) for row in section.rows), 24)
    lines = []
    for row in section.rows:
        head = f"  {row.label:<{first}}  {row.value:>{second}}"
        room = width - len(head) - 2
        noted = textwrap.wrap(row.note, max(room, 20), break_long_words=False) if row.note else []
        if len(head) > 4 + first + second and noted:
            indent = 6 + first + second
            noted = textwrap.wrap(row.note, width - indent, break_long_words=False)
            lines.append(head)
        elif noted:
            indent = len(head) + 2
            lines.append(f"{head}  {paint(noted.pop(0), dim=True)}")
        else:
            indent = 0
            lines.append(head)
        lines += [" " * indent + paint(part, dim=True) for part in noted]
    return lines
