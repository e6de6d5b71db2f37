"""A trace as text and as Markdown."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.display import shown
from cluster_calc.quantities.nomenclature import QUANTITIES

if TYPE_CHECKING:
    from cluster_calc.estimation.trace import Trace


def source_lines(datum: Datum) -> list[str]:
    """Where an input comes from, in full."""
    source = datum.source
    if source.id == source.title or not source.title:
        first = {"call": "given in the call", "command line": "given on the command line"}.get(
            source.id, f"given: {source.id}"
        )
    else:
        first = source.title + (f" — {source.publisher}" if source.publisher else "")
    lines = [first]
    if datum.locator:
        lines.append(datum.locator)
    if source.url:
        lines.append(source.url)
    facts = [datum.label, f"as of {datum.as_of}" if datum.as_of else "",
             f"{datum.confidence} confidence" if datum.confidence else "", "analyst estimate" if datum.kind == "estimate" else "",
             datum.origin if datum.origin not in ("catalog",) else "catalog"]  # fmt: skip
    if datum.has_range:
        facts.append(f"range {shown(datum.name, datum.low)} to {shown(datum.name, datum.high)}")
    lines.append(" · ".join(fact for fact in facts if fact))
    return lines


def text(tree: Trace, width: int = 80) -> str:
    """The tree as indented text; what was printed once is referred to."""
    lines: list[str] = []
    seen: set[str] = set()

    def put(indent: str, hanging: str, words: str) -> None:
        wrapped = textwrap.wrap(
            words,
            max(width, 40),
            initial_indent=indent,
            subsequent_indent=hanging,
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines.extend(wrapped)

    def visit(node: Trace, depth: int) -> None:
        indent = "  " * min(depth, 10)
        again = node.name in seen and bool(node.formula or node.datum)
        known = QUANTITIES[node.name].symbol
        put(
            indent,
            indent + "    ",
            f"{node.name} [{known}] = {node.display}{'  (see above)' if again else ''}",
        )
        if again:
            return
        seen.add(node.name)
        inner = indent + "  "
        if node.formula:
            put(inner, inner + "    ", f"{node.about}")
            put(inner, inner + "    ", f"= {node.formula}")
            put(inner, inner + "    ", f"= {node.numbers}")
            if node.note:
                put(inner, inner + "    ", f"! {node.note}")
            for line in source_lines(node.datum) if node.datum is not None else ():
                put(inner + "· ", inner + "    ", line)
            for part in node.inputs:
                visit(part, depth + 1)
            return
        if node.datum is not None:
            for line in source_lines(node.datum):
                put(inner + "· ", inner + "    ", line)
        if node.note:
            put(inner + "· ", inner + "    ", node.note)

    visit(tree, 0)
    return "\n".join(lines) + "\n"


def markdown(tree: Trace) -> str:
    """The tree as a Markdown list, each line literal text."""
    from cluster_calc.documents.render.markdown import escape

    lines = [f"# {escape(tree.name)} = {escape(tree.display)}", ""]
    seen: set[str] = set()

    def visit(node: Trace, depth: int) -> None:
        indent = "  " * depth
        lines.append(f"{indent}- **{escape(node.name)}** = {escape(node.display)}")
        if node.name in seen:
            lines[-1] += " (see above)"
            return
        seen.add(node.name)
        if node.formula:
            lines.append(f"{indent}  - {escape(node.about)}")
            lines.append(f"{indent}  - `{node.formula}`")
            lines.append(f"{indent}  - `{node.numbers}`")
            for part in node.inputs:
                visit(part, depth + 1)
        elif node.datum is not None:
            lines.extend(f"{indent}  - {escape(line)}" for line in source_lines(node.datum))
        if node.note:
            lines.append(f"{indent}  - {escape(node.note)}")

    visit(tree, 0)
    return "\n".join(lines) + "\n"
