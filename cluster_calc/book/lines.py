"""On which line of a TOML file a figure stands: TOML readers do not say, people need it."""

from __future__ import annotations

import re

_TABLE = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"']+)\s*\]\]?")
_KEY = re.compile(r"^\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*[=.]")


def lines_of(text: str) -> dict[str, int]:
    """Place → line: `id`, `figures`, `figures.tdp`, `price[2]`, `price[2].value`.

    >>> lines_of('id = "x"\\n[figures]\\ntdp = "1 W"\\n[[price]]\\nvalue = "1 USD"\\n')["price[0].value"]
    5
    """
    found: dict[str, int] = {}
    prefix = ""
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        table = _TABLE.match(line)
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
