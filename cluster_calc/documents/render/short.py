"""A short answer as text: at most twenty lines, whatever it holds; and one part of a whole page."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from itertools import groupby

from cluster_calc.documents.render.text import MAX_WIDTH, MIN_WIDTH, section_lines
from cluster_calc.documents.render.view import Row, Section, Short
from cluster_calc.errors import InputError, did_you_mean, quoted

MOST_LINES = 20
MOST_MOVES = 3
_SENTENCE, _NEXT = 4, 3
_LABEL, _VALUE = 24, 22


def render(view: Short, width: int = 80, style: Callable[..., str] | None = None, sourced: bool = False) -> str:
    """Write a short answer: the sentence, the figures, what moves it, the warnings, the next command; `sourced`, who says so.

    >>> view = Short("8 chips for 2 days.", (Row("Chips", "8"),), warnings=("one", "two"), next_step="cluster-calc --help")
    >>> print(render(view), end="")
    8 chips for 2 days.
    <BLANKLINE>
      Chips  8
    <BLANKLINE>
    2 warnings (--section warnings): one
    Next: cluster-calc --help (all of it: --full)
    """
    paint = style or (lambda part, **_: part)
    width = max(MIN_WIDTH, min(width, MAX_WIDTH))
    head = _cut(view.answer, width, _SENTENCE)
    moves = _rows(view.moves[:MOST_MOVES], width)
    tail = [paint(view.moved, bold=True), *moves] if moves else []
    tail += [""] if moves else []
    tail += [*_warned(view.warnings, width), *_next(view.next_step, width)]
    room = MOST_LINES - len(head) - len(tail) - 2
    apart = [""] if view.rows and view.table else []
    body = [*_rows(view.rows, width), *apart, *_table(view.table, width)]
    if len(body) > room:
        body = [*body[: room - 1], f"  … and {len(body) - room + 1} more (--full)"]
    middle = ["", *body, ""] if body else [""]
    lines = [*(paint(line, bold=True) for line in head), *middle, *tail]
    if sourced and view.sources:
        lines += ["", paint("Sources", bold=True), *section_lines(Section("Sources", view.sources), width, paint)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def part_of(page: str, name: str) -> str:
    """Take the parts of a page whose title holds a name.

    >>> part_of("Answer\\n\\nWhere the money goes\\n  a  1\\n\\nFeasibility\\n  b  2\\n", "money")
    'Where the money goes\\n  a  1\\n'
    """
    parts = ["\n".join(lines) for full, lines in groupby(page.splitlines(), key=bool) if full]
    titles = [part.splitlines()[0].strip() for part in parts]
    found = [part for part, title in zip(parts, titles, strict=True) if name.strip().lower() in title.lower()]
    if not found or not name.strip():
        known = [title for title, part in zip(titles, parts, strict=True) if "\n " in part and not part.startswith(" ")]
        listed = ", ".join(quoted(title) for title in known)
        raise InputError(f"--section {quoted(name)}: the parts here are {listed}.{did_you_mean(name, known)}")
    return "\n\n".join(found) + "\n"


def _cut(words: str, width: int, most: int) -> list[str]:
    return textwrap.wrap(words, width, max_lines=most, placeholder=" …", break_on_hyphens=False)


def _rows(rows: Sequence[Row], width: int) -> list[str]:
    """A line for each row; what the line has no room for is left to the whole page."""
    first = min(max((len(row.label) for row in rows), default=0), _LABEL)
    second = min(max((len(row.value) for row in rows), default=0), _VALUE)
    return [_fitted(f"  {row.label:<{first}}  {row.value:>{second}}", row.note, width) for row in rows]


def _fitted(head: str, note: str, width: int) -> str:
    """The note behind its figure, to the last of its clauses that fits."""
    while note and len(head) + 2 + len(note) > width:
        note = note.rpartition("; " if "; " in note else ", ")[0]
    return textwrap.shorten(f"{head}  {note}", width, placeholder=" …") if len(head) > width else f"{head}  {note}"


def _table(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Columns as wide as what they hold; columns on the right that do not fit are left to the whole page."""
    if not rows:
        return []
    sizes = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    sizes[0] = min(sizes[0], _LABEL)
    while sum(size + 2 for size in sizes) > width:
        sizes.pop()
    names = [row[0] if len(row[0]) <= sizes[0] else row[0][: sizes[0] - 1] + "…" for row in rows]
    return [
        f"  {name:<{sizes[0]}}" + "".join(f"  {cell:>{size}}" for cell, size in zip(row[1:], sizes[1:], strict=False))
        for name, row in zip(names, rows, strict=True)
    ]


def _warned(warnings: Sequence[str], width: int) -> list[str]:
    """How many warnings there are, and the first, in one line."""
    if not warnings:
        return []
    many = f"{len(warnings)} warning{'s' if len(warnings) > 1 else ''} (--section warnings): "
    return _cut(many + warnings[0], width, 1)


def _next(command: str, width: int) -> list[str]:
    """The next command, where it can be copied from a few lines; else how to see more."""
    whole = " (all of it: --full)"
    lines = textwrap.wrap(f"Next: {command}{whole}", width, subsequent_indent="  ", break_long_words=False,
                          break_on_hyphens=False)  # fmt: skip
    short = command and len(lines) <= _NEXT and all(len(line) <= width for line in lines)
    return lines if short else ["Next: the same with --full (the whole page) or --section NAME (a part of it)"]
