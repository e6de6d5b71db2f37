"""What can go wrong, each with its exit code, and the few helpers that word it."""

from __future__ import annotations

from collections.abc import Iterable

QUOTE_LENGTH = 60
LINE_LIMIT = 12


class ClusterCalcError(Exception):
    """The base of every error this package raises on purpose; `exit_code` is the command line's."""

    exit_code = 2


class InputError(ClusterCalcError, ValueError):
    """An input that cannot be used: names the field, quotes the text, says why and what is right."""


class UndeterminedError(InputError):
    """Nothing is wrong with what was given; it does not determine a result."""


class UnknownNameError(InputError):
    """A name that is neither a quantity nor a setting."""


class UnitError(InputError):
    """A unit that is unknown or measures something else than its field."""


class MissingDataError(ClusterCalcError):
    """A figure is missing or stale and `--strict` was asked for."""

    exit_code = 5


class InfeasibleError(ClusterCalcError):
    """A limit does not hold and `--require-feasible` was asked for."""

    exit_code = 3


class GateError(ClusterCalcError):
    """A `--fail-over` gate failed."""

    exit_code = 4


def quoted(value: object, limit: int = QUOTE_LENGTH) -> str:
    """The input as it is shown in a message: control characters escaped, cut to `limit` characters.

    >>> quoted("a\\x1b[31mb")
    "'a\\\\x1b[31mb'"
    >>> len(quoted("x" * 1000))
    62
    """
    text = value if isinstance(value, str) else str(value)
    shown = []
    for character in text[: limit + 1]:
        shown.append(character if character.isprintable() else character.encode("unicode_escape").decode())
    joined = "".join(shown)
    if len(joined) > limit or len(text) > limit:
        joined = joined[: limit - 1] + "…"
    return f"'{joined}'"


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The known names most like `name`, best first.

    >>> nearest("electricty_price", ["electricity_price", "pue", "mfu"])
    ['electricity_price']
    """
    import unicodedata
    from difflib import SequenceMatcher, get_close_matches

    name = unicodedata.normalize("NFKC", name[:100]).lower()
    candidates = {entry.lower(): entry for entry in known}
    found = get_close_matches(name, candidates, n=count, cutoff=0.6)
    if not found and len(name) >= 2:
        found = [entry for entry in candidates if name in entry or entry in name][:count]
    likeness = [SequenceMatcher(None, entry, name).ratio() for entry in found]
    return [candidates[entry] for entry, ratio in zip(found, likeness, strict=True) if ratio > likeness[0] - 0.12]


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """A sentence with the nearest names, or what to do where there is none.

    >>> did_you_mean("h10", ["h100", "a100"])
    ' Did you mean h100?'
    """
    found = nearest(name, known)
    return f" Did you mean {' or '.join(found)}?" if found else otherwise and f" {otherwise}"
