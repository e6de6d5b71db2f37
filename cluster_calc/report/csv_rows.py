"""Rows as CSV text: the one dialect in which reports leave the package."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any


def csv_rows(heads: Iterable[Any], rows: Iterable[Iterable[Any]]) -> str:
    r"""A line of heads and one per row; floats at full precision, what is missing empty.

    >>> csv_rows(["name", "value"], [["pue", 0.1 + 0.2], ["a, b", None]])
    'name,value\npue,0.30000000000000004\n"a, b",\n'
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return file.getvalue()
