"""Where a value stands in a TOML file, and the message that points at it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from cluster_calc.errors import LINE_LIMIT, quoted

EXCERPT = 60
# A key with its value, or the head of a table. TOML's own parser has read the file; this only finds the spot. Compiled
# when a file is read: most runs read none.
_ENTRY = r"""\s*["']?([A-Za-z0-9_-]+)["']?\s*(?:\.[^=\n]*)?=\s*"""
_TABLE = r"""\s*\[\[?\s*["']?([A-Za-z0-9_-]+)"""
_INNER_VALUE = r"""[{,]\s*["']?value["']?\s*=\s*"""
_VALUE = r"""\"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,}#]+"""
_SYNTAX = r"\(at line ([0-9]+), column ([0-9]+)\)$"
_TABLE_HEAD = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"']+)\s*\]\]?")
_KEY = re.compile(r"^\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*[=.]")


class Place(NamedTuple):
    """A spot in a file (or an environment variable): the file, the line, and the part of the line that is meant."""

    where: str
    line: int = 0
    text: str = ""
    start: int = 0
    end: int = 0

    def __str__(self) -> str:
        return f"{self.where}:{self.line}" if self.line else self.where

    def at(self, word: str) -> Place:
        """The place of a word of the same line, such as the key instead of its value."""
        start = self.text.find(word)
        return self if start < 0 else self._replace(start=start, end=start + len(word))


class Fault(NamedTuple):
    """Something wrong with one value, and where it stands."""

    message: str
    place: Place | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


def find_places(text: str, where: str) -> dict[str, Place]:
    """The place of every top-level value of a TOML text; of a table, the place of its `value`.

    >>> find_places('chip = "h100"\\nmfu = 40', "a.toml")["mfu"]
    Place(where='a.toml', line=2, text='mfu = 40', start=6, end=8)
    """
    table_head, key, inner_value, value_text = map(re.compile, (_TABLE, _ENTRY, _INNER_VALUE, _VALUE))
    found: dict[str, Place] = {}
    table = ""
    closing = ""
    for number, line in enumerate(text.split("\n"), 1):
        if closing:
            closing = "" if closing in line else closing
            continue
        if head := table_head.match(line):
            table = head.group(1)
            found.setdefault(table, Place(where, number, line, head.start(1), head.end(1)))
            continue
        entry = key.match(line)
        if entry is None:
            continue
        begin = entry.end()
        closing = next((mark for mark in ('"""', "'''") if line.count(mark) == 1 and line.startswith(mark, begin)), "")
        if line.startswith("{", begin) and (inner := inner_value.search(line, begin)):
            begin = inner.end()
        value = value_text.match(line, begin)
        place = Place(where, number, line, begin, value.end() if value else len(line))
        if not table:
            found.setdefault(entry.group(1), place)
        elif entry.group(1) == "value":
            found[table] = place
    return found


def syntax_place(message: str, text: str, where: str) -> Place | None:
    """The place that a message of TOML's parser names, or None.

    >>> str(syntax_place("Invalid value (at line 1, column 7)", "mfu = ?", "a.toml"))
    'a.toml:1'
    """
    if message.endswith("(at end of document)"):
        lines = text.rstrip().split("\n")
        return Place(where, len(lines), lines[-1], len(lines[-1]), len(lines[-1]) + 1)
    spot = re.search(_SYNTAX, message)
    if spot is None:
        return None
    number, column = int(spot.group(1)), int(spot.group(2)) - 1
    lines = text.split("\n")
    return Place(where, number, lines[number - 1], column, column + 1) if number <= len(lines) else None


def shown_path(path: object) -> str:
    """A path as it is shown: control characters escaped, the end of a long one.

    >>> shown_path("runs/a.toml")
    'runs/a.toml'
    """
    text = str(path)
    return quoted(text if len(text) <= EXCERPT else "…" + text[1 - EXCERPT :])[1:-1]


def message(faults: Iterable[Fault]) -> str:
    """Faults as one message within the line limit: with the line and a caret below it while there is room.

    >>> print(message([Fault("mfu: '40' is outside 0 < mfu <= 1", Place("a.toml", 2, "mfu = 40", 6, 8))]))
    a.toml:2: mfu: '40' is outside 0 < mfu <= 1
      mfu = 40
            ^^
    """
    faults = list(faults)
    full = [line for fault in faults for line in (*str(fault).split("\n"), *excerpt(fault.place))]
    if len(full) <= LINE_LIMIT:
        return "\n".join(full)
    # With more faults the message moves beside the carets, and beyond that the column stands for them.
    pairs = [line for fault in faults for line in _pair(fault)]
    if len(pairs) < LINE_LIMIT:
        return "\n".join([f"{len(faults)} faults", *pairs])
    return "\n".join(map(_with_column, faults))


def _pair(fault: Fault) -> list[str]:
    lines = excerpt(fault.place)
    text = fault.message.replace("\n", " ")
    if not lines:
        return [f"{fault.place}: {text}" if fault.place else text]
    head = f"{fault.place}: "
    return [head + lines[0][2:], f"{' ' * _width(head)}{lines[1][2:]} {text}"]


def _with_column(fault: Fault) -> str:
    text = str(fault).replace("\n", " ")
    if fault.place and fault.place.line:
        text = f"{fault.place}:{fault.place.start + 1}: {fault.message}".replace("\n", " ")
    return text


def excerpt(place: Place | None) -> list[str]:
    """The line of a place, cut to what is meant, and a line of carets under it; nothing where there is no line."""
    if place is None or not place.line:
        return []
    begin = place.text.rfind("\n", 0, place.start) + 1
    line, start, end = place.text[begin:].rstrip("\r\n"), place.start - begin, place.end - begin
    if start > EXCERPT // 2:  # keep what is meant in view
        cut = start - EXCERPT // 2
        line, start, end = "…" + line[cut:], start - cut + 1, end - cut + 1
    before, marked, after = (_escaped(part) for part in (line[:start], line[start:end], line[end:]))
    whole = before + marked + after
    if len(whole) > EXCERPT:
        whole = whole[: EXCERPT - 1] + "…"
    indent = len(whole) - len(whole.lstrip())
    carets = max(1, _width(whole[: len(before) + len(marked)]) - _width(before))
    return ["  " + whole[indent:], "  " + " " * max(0, _width(before) - indent) + "^" * carets]


def _escaped(text: str) -> str:
    return "".join(c if c.isprintable() else " " if c == "\t" else c.encode("unicode_escape").decode() for c in text)


def _width(text: str) -> int:
    """Columns on a terminal: East Asian wide characters take two, combining marks none."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else not unicodedata.combining(c) for c in text)


def lines_of(text: str) -> dict[str, int]:
    """Place → line: `id`, `figures`, `figures.tdp`, `price[2]`, `price[2].value`.

    >>> lines_of('id = "x"\\n[figures]\\ntdp = "1 W"\\n[[price]]\\nvalue = "1 USD"\\n')["price[0].value"]
    5
    """
    found: dict[str, int] = {}
    prefix = ""
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        table = _TABLE_HEAD.match(line)
        if table is not None:
            prefix = table.group(2).replace('"', "").replace("'", "")
            if table.group(1) == "[[":
                counts[prefix] = counts.get(prefix, -1) + 1
                prefix = f"{prefix}[{counts[prefix]}]"
            found.setdefault(prefix, number)
            continue
        key = _KEY.match(line)
        if key is not None:
            found.setdefault(f"{prefix}.{key.group(1)}" if prefix else key.group(1), number)
    return found


def line_of(lines: dict[str, int], place: str) -> int:
    """The line of a place, or of the nearest thing around it."""
    while place:
        if place in lines:
            return lines[place]
        place = place.rpartition(".")[0]
    return 1
