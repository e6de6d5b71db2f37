"""The environment of the page templates, and the data that a page carries."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cluster_calc.files.shipped import shipped

if TYPE_CHECKING:
    import jinja2


def embedded(results: Sequence[dict[str, Any]]) -> str:
    """The JSON of one result, or of several in a list, as it can stand inside a script element.

    In a list, the options after the first leave out what they share with it: equal inputs and results, units and empty
    percentiles, and what the draws give besides percentiles; what only the first has is null.

    >>> embedded([{"name": "</script>"}])
    '{"name":"\\\\u003c/script\\\\u003e"}'
    """
    first, *others = results
    whole: Any = [first, *(_differing(first, other) for other in others)] if others else first
    text = json.dumps(whole, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _differing(first: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    # Warnings are worded anew when the page is read.
    short: dict[str, Any] = {**other, "warnings": []}
    short.pop("data_release", None)
    for part in ("inputs", "results"):
        own = {name: entry for name, entry in other[part].items() if first[part].get(name) != entry}
        if part == "results":
            own = {name: {key: value for key, value in entry.items() if value is not None and key in ("value", "p10", "p50", "p90")}
                   for name, entry in own.items()}  # fmt: skip
        short[part] = {**own, **{name: None for name in first[part] if name not in other[part]}}
    return short


# Control, bidirectional, zero-width and lone surrogate characters, without tab and line breaks.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)


def _seen(value: Any) -> Any:
    """The text with what a browser would obey, or hide, written out."""
    if not isinstance(value, str) or _UNSEEN.search(value) is None:
        return value
    return type(value)(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", value))


@lru_cache(maxsize=4)
def template_environment(folder: str) -> jinja2.Environment:
    """Templates that escape what they are given; a folder's own stand before the shipped ones, in a sandbox.

    What a reader cannot see is written out: a name in a catalog file must not turn the figures around it.
    """
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        finalize=_seen,
        loader=jinja2.FileSystemLoader([*filter(None, [folder]), str(shipped("templates"))]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
