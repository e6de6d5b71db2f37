"""Whether a generated page still says the same: its text to the letter, figures in full precision but for rounding.

Exponentials and logarithms differ in their last bits between processors. What a draw crosses by such a bit (a base
value's percentile, a standard error) differs by a little more.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

_DATA = re.compile(r'(<script type="application/json"[^>]*>)(.*?)(</script>)', re.DOTALL)
_COPY = re.compile(r'base64,[^"]*"')
_PRECISE = re.compile(r"(-?\d+\.\d{6,}(?:e[-+]?\d+)?|-?\d+(?:\.\d+)?e[-+]?\d+)")
CLOSE, NEAR = 1e-6, 1e-2
_BY_RANK = frozenset({"standard_errors", "base_percentile", "probability"})


def kept(path: Path, text: str) -> str:
    """The page as it stands where `text` says the same, else `text`."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    return old if same(old, text) else text


def same(old: str, new: str) -> bool:
    """Whether two pages say the same.

    >>> page = '<p>8</p><script type="application/json" id="x">{{"a": {}}}</script>'
    >>> same(page.format("0.1"), page.format("0.10000000001")), same(page.format("0.1"), page.format("0.2"))
    (True, False)
    """
    before, after = (_DATA.sub(r"\1\3", _COPY.sub('"', page)) for page in (old, new))
    if not _reads_alike(before, after):
        return False
    pairs = zip(_DATA.findall(old), _DATA.findall(new), strict=True)
    return all(_alike(json.loads(left[1]), json.loads(right[1]), CLOSE) for left, right in pairs)


def _reads_alike(before: str, after: str) -> bool:
    """Text to the letter; figures in full precision, as attributes hold them, but for rounding."""
    left, right = _PRECISE.split(before), _PRECISE.split(after)
    return left[::2] == right[::2] and all(
        math.isclose(float(a), float(b), rel_tol=CLOSE) for a, b in zip(left[1::2], right[1::2], strict=True)
    )


def _alike(left: Any, right: Any, close: float) -> bool:
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(
            _alike(left[key], right[key], NEAR if key in _BY_RANK else close) for key in left
        )
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(_alike(a, b, close) for a, b in zip(left, right, strict=True))
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=close, abs_tol=1e-9)
    return bool(left == right)
