"""A report as Markdown; what people typed stays text."""

from __future__ import annotations

import re

from cluster_calc.documents.render.view import Report


def escape(text: str) -> str:
    """Text as Markdown shows it literally, inside a table cell or out.

    >>> escape("a|b <c> *d*")
    'a\\\\|b &lt;c> \\\\*d\\\\*'
    """
    text = re.sub(r"([\\`*_|\[\]#~$])", r"\\\1", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", " ")


def render(view: Report) -> str:
    """A report view as Markdown."""
    lines = [f"# {escape(view.question)}", "", escape(view.answer)]
    for section in view.sections:
        lines += ["", f"## {escape(section.title)}", ""]
        if all(not row.value for row in section.rows):
            lines += [f"- {escape(row.label)}" for row in section.rows]
            continue
        lines += ["| what | value | note |", "| :-- | --: | :-- |"]
        lines += [f"| {escape(row.label)} | {escape(row.value)} | {escape(row.note)} |" for row in section.rows]
    if view.warnings:
        lines += ["", "## Warnings", ""]
        lines += [f"- {escape(warning)}" for warning in view.warnings]
    lines += ["", "## Next", "", f"    {view.next_step}", ""]
    return "\n".join(lines)
