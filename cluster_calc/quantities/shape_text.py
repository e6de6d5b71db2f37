"""Text to distributions: named shapes, a centre with its interval, mixtures by weight, samples of a file."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from cluster_calc.errors import InputError, UnitError, did_you_mean, quoted
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.nomenclature import INFINITY, Quantity
from cluster_calc.quantities.shapes import REACH, Z95, centred, log_moments, nodes, normal_cdf, tabled, value_at
from cluster_calc.quantities.units import split, to_base

_CALL = re.compile(r"\s*([A-Za-z_-]+)\s*\(([^()]*)\)\s*(.*)", re.DOTALL)
_CENTRED = re.compile(
    r"\s*(?P<centre>[^,;()]+?)\s*[,;(]\s*(?:(?P<share>[0-9.]+)\s*%\s*(?:CI|interval)?:?\s*)?(?P<ends>[^()%]+\.\.[^()%]+?)\s*\)?\s*"
)
_MIX = re.compile(
    r"\s*(?:mx|mixture)\s*\((?P<parts>.*),\s*\[(?P<weights>[^\[\]]*)\]\s*\)\s*(?P<unit>[^()]*)", re.DOTALL
)
_NUMBER = re.compile(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?")
_WEIGHTED = re.compile(r"\s*(?P<weight>[0-9.eE+-]+)\s*(?P<percent>%)?\s*(?:\*|×|of\b)\s*(?P<part>.+)", re.DOTALL)
# Name → what its numbers are.
SHAPES = {
    "normal": ("mean", "sd"),
    "lognormal": ("mean", "sd"),
    "triangular": ("low", "mode", "high"),
    "uniform": ("low", "high"),
}
# How much of a normal may lie beyond a bound that no value can reach.
_SPILL = 1e-4


def is_shape(text: str) -> bool:
    """Whether a text is a named shape, a centre with its interval, or a mixture, rather than a number or a plain range.

    >>> [is_shape(text) for text in ("normal(0.4, 0.05)", "0.4 (0.3..0.5)", "0.7 * 1..2 + 0.3 * 3..4", "0.4", "0.3..0.5")]
    [True, True, True, False, False]
    """
    return any(pattern.fullmatch(text) for pattern in (_CALL, _CENTRED, _MIX)) or bool(_weighted(text))


def _weighted(text: str) -> list[tuple[float, str]]:
    """The weights and parts of `0.7 * PART + 0.3 * PART`; nothing where the text is no such sum."""
    found = []
    for part in _split(text, "+"):
        match = _WEIGHTED.fullmatch(part)
        if match is None or not (_CALL.fullmatch(match["part"]) or ".." in match["part"]):
            return []
        try:
            found.append((float(match["weight"]) / (100 if match["percent"] else 1), match["part"]))
        except ValueError:
            return []
    return found


def _split(text: str, sign: str) -> list[str]:
    """A text cut at a sign that stands in no bracket and in no exponent."""
    parts, depth, since = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in "([") - (letter in ")]")
        if letter == sign and not depth and text[max(place - 1, 0)] not in "eE":
            parts.append(text[since:place])
            since = place + 1
    return [*parts, text[since:]]


def parse_shape(known: Quantity, text: str, number: Callable[[Quantity, Any], Any]) -> dict[str, Any]:
    """`NAME(numbers)` as the fields of a Datum: value, low, high (5th and 95th percentile), shape and points.

    The base value is the mode of a triangular shape and the median of any other. A unit may stand with each number,
    or once, with the last or behind the bracket.
    """
    if match := _MIX.fullmatch(text):
        weights = [word.strip() for word in match["weights"].split(",")]
        parts = _split(match["parts"], ",")
        if len(parts) != len(weights) or not all(re.fullmatch(r"[0-9.eE+-]+", word) for word in weights):
            raise InputError(f"{known.name}: {quoted(text)}: mx takes as many weights as parts: mx(A, B, [0.7, 0.3])")
        return _mixture(
            known, [*zip(map(float, weights), (f"{part} {match['unit']}" for part in parts), strict=True)], text, number
        )
    if weighted := _weighted(text):
        return _mixture(known, weighted, text, number)
    match = _CALL.fullmatch(text)
    if match is None:
        return _read_centred(known, text, number)
    name = match.group(1).lower()
    if name == "samples":
        return _read_samples(known, match.group(2).strip(), match.group(3).strip(), number)
    if name not in SHAPES:
        listed = ", ".join(f"{shape}({', '.join(numbers)})" for shape, numbers in SHAPES.items())
        raise InputError(
            f"{known.name}: {quoted(text)} is no known shape: {listed}, samples(FILE), A * SHAPE + B * SHAPE or LOW..HIGH.{did_you_mean(name, SHAPES)}"
        )
    if known.is_date:
        raise InputError(f"{known.name}: {quoted(text)}: a date takes no range")
    words = [word.strip() for word in match.group(2).split(",")]
    wanted = SHAPES[name]
    if len(words) != len(wanted) or not all(words):
        raise InputError(f"{known.name}: {quoted(text)}: {name} takes {len(wanted)} numbers: {', '.join(wanted)}")
    points: tuple[float, ...]
    try:
        unit = match.group(3).strip() or next((found for word in reversed(words) if (found := split(word)[1])), "")
        words = [word if split(word)[1] or word[:1] in "$€£" else f"{word} {unit}".strip() for word in words]
        if name in ("normal", "lognormal"):
            # The mean stands within the bounds; a deviation has the unit but not the bounds.
            points = (
                float(number(known, words[0])),
                to_base(words[1], known.unit, bare=known.bare, example=known.example),
            )
        else:
            points = tuple(float(number(known, word)) for word in words)
    except UnitError as error:
        raise InputError(f"{known.name}: {error}") from None
    _check_points(known, name, points, text)
    mean_first = name in ("normal", "lognormal")
    if name == "lognormal":
        mu, _ = log_moments(*points)
        base = math.exp(mu)
    else:
        base = points[0] if mean_first else points[1] if name == "triangular" else sum(points) / 2
    fields: dict[str, Any] = {"shape": name, "points": points}
    trial = Datum(known.name, base, Source("shape"), points[0], points[-1], **fields)
    low, high = (float(value_at(trial, z, known)) for z in (-Z95, Z95))
    return {"value": max(round(base), 1.0) if known.whole else base, "low": low, "high": high, **fields}


def _read_centred(known: Quantity, text: str, number: Callable[[Quantity, Any], Any]) -> dict[str, Any]:
    """`CENTRE, 90 % LOW..HIGH`: the median, and the ends of an interval of that share (90 % unless it says another)."""
    match = _CENTRED.fullmatch(text)
    assert match is not None
    left, right = match["ends"].split("..", 1)
    words = with_unit([left, match["centre"], right], last=False)
    low, centre, high = (float(number(known, word.strip())) for word in words)
    share = float(match["share"] or 90) / 100
    if not low < centre < high or not 0 < share < 1:
        raise InputError(
            f"{known.name}: {quoted(text)} needs LOW < CENTRE < HIGH and a share below 100 %; write for example '380 MUSD, 90 % 55..1500 MUSD'"
        )
    from statistics import NormalDist

    points = (low, centre, high)
    if share != 0.9:
        z = Z95 * Z95 / NormalDist().inv_cdf((1 + share) / 2)
        points = (float(centred(known, points, -z)), centre, float(centred(known, points, z)))
    return {"value": centre, "low": points[0], "high": points[2], "shape": "centred", "points": points}


_SCALE = re.compile(r"[0-9.]\s*(?:[kKMBT]|bn|thousand|million|billion|trillion)$")


def with_unit(words: list[str], *, last: bool = True) -> list[str]:
    """Numbers of which some have a unit, each with that of the last (or, without `last`, of any); a scale such as `55M` stays its own.

    >>> with_unit(["55M", "380", "1.5B USD"]), with_unit(["$1/h", "2"], last=False)
    (['55M USD', '380 USD', '1.5B USD'], ['$1/h', '2 USD/h'])
    """
    plain = [word.strip() for word in words]
    bare = [word[:1] not in "$€£" and (_NUMBER.fullmatch(word) or _SCALE.search(word)) for word in plain]
    said = next((word for word, lacks in zip(plain[::-1], bare[::-1], strict=True) if not lacks), "")
    if last and bare[-1]:
        return plain
    sign = {"$": "USD", "€": "EUR", "£": "GBP"}.get(said[:1], "")
    behind = re.sub(
        r"^(?:[kKMBT]|bn|thousand|million|billion|trillion)(?:\s+|$|(?=/))",
        "",
        _unit_behind(said[1:] if sign else said),
    )
    unit = sign + behind
    return [f"{word} {unit}".strip() if lacks else word for word, lacks in zip(plain, bare, strict=True)]


def _read_samples(known: Quantity, where: str, unit: str, number: Callable[[Quantity, Any], Any]) -> dict[str, Any]:
    """The draws of a file, a number a line or one column of a CSV file, as a table of their quantiles."""
    from cluster_calc.files.atomic import read_text
    from cluster_calc.files.csv import read_table

    name, _, column = where.strip("'\"").rpartition(":") if ":" in where else (where.strip("'\""), "", "")
    table = read_table(read_text(name), name)
    rows = [*table.rows] if column or not re.fullmatch(r"[0-9.eE+-]+", table.heads[0]) else [table.heads, *table.rows]
    if column and column not in table.heads:
        raise InputError(
            f"{known.name}: {quoted(name)} has no column {quoted(column)}.{did_you_mean(column, table.heads)}"
        )
    place = table.heads.index(column) if column else 0
    cells = [row[place].strip() for row in rows if len(row) > place and row[place].strip()]
    drawn = sorted(float(number(known, f"{cell} {unit}".strip())) for cell in cells)
    if len(drawn) < 2 or drawn[0] == drawn[-1]:
        raise InputError(
            f"{known.name}: {quoted(where)} holds {len(set(drawn))} different values; samples need at least 2"
        )
    ranks = [max(min(normal_cdf(z) * len(drawn) - 0.5, len(drawn) - 1.0), 0.0) for z in nodes()]
    points = []
    for rank in ranks:
        below = min(int(rank), len(drawn) - 2)
        points.append(drawn[below] + (rank - below) * (drawn[below + 1] - drawn[below]))
    return _from_table("samples", tuple(points))


def _mixture(
    known: Quantity, weighted: list[tuple[float, str]], text: str, number: Callable[[Quantity, Any], Any]
) -> dict[str, Any]:
    """Weighted shapes as one table of quantiles, each found by bisection on the exact distribution function."""
    from statistics import NormalDist

    from cluster_calc.quantities.reading import read

    unit = next((found for _, part in reversed(weighted) if (found := _unit_behind(part))), "")
    parts = []
    for weight, part in weighted:
        given = read(known, part if _unit_behind(part) or not unit else f"{part.strip()} {unit}")
        if given["low"] is None or weight <= 0:
            raise InputError(f"{known.name}: {quoted(text)}: each part needs a weight above 0 and a shape or LOW..HIGH")
        parts.append((weight, Datum(known.name, source=Source("shape"), **given)))
    total, normal = sum(weight for weight, _ in parts), NormalDist()

    def deviation(datum: Datum, value: float) -> float:
        low, high = -2 * REACH, 2 * REACH
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if float(value_at(datum, middle, known)) < value else (low, middle)
        return (low + high) / 2

    def share(value: float) -> float:
        return sum(weight * normal.cdf(deviation(datum, value)) for weight, datum in parts) / total

    points = []
    for z in nodes():
        ends = [float(value_at(datum, z, known)) for _, datum in parts]
        low, high, wanted = min(ends), max(ends), normal.cdf(z)
        for _ in range(40 if high > low else 0):
            middle = (low + high) / 2
            low, high = (middle, high) if share(middle) < wanted else (low, middle)
        points.append((low + high) / 2)
    return _from_table("mixture", tuple(points))


def _unit_behind(part: str) -> str:
    """The unit that stands with a part of a mixture."""
    match = _CALL.fullmatch(part)
    words = [match.group(3), *match.group(2).split(",")[::-1]] if match else part.split("..")[::-1]
    for word in words:
        if found := re.sub(r"^\s*[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?", "", word).strip():
            return found
    return ""


def _from_table(shape: str, points: tuple[float, ...]) -> dict[str, Any]:
    low, value, high = (float(tabled(points, z)) for z in (-Z95, 0.0, Z95))
    return {"value": value, "low": low, "high": high, "shape": shape, "points": points}


def _check_points(known: Quantity, name: str, points: tuple[float, ...], text: str) -> None:
    """Refuse shapes that are no shape: zero width, wrong order, too much of them beyond what can be."""
    if name in ("normal", "lognormal"):
        from statistics import NormalDist

        mean, sd = points
        if not 0 < sd < INFINITY:
            raise InputError(f"{known.name}: {quoted(text)}: the standard deviation must be above 0")
        if name == "lognormal":
            if mean <= 0:
                raise InputError(f"{known.name}: {quoted(text)}: the mean of a lognormal must be above 0")
            mu, sigma = log_moments(mean, sd)
            floor, ceiling = (
                (math.log(end * known.factor) - mu) / sigma if 0 < end < INFINITY else math.copysign(INFINITY, end - 1)
                for end in (known.low, known.high)
            )
        else:
            floor, ceiling = ((end * known.factor - mean) / sd for end in (known.low, known.high))
        outside = NormalDist().cdf(floor) + 1 - NormalDist().cdf(ceiling)
        below_open = NormalDist().cdf(floor) if known.low_open and name == "normal" else 0.0
        if outside > 0.05 or below_open > _SPILL:
            share = max(outside, below_open)
            raise InputError(
                f"{known.name}: {quoted(text)} puts {100 * share:.2g} % of its draws outside {known.bounds}; "
                "make it narrower, or write LOW..HIGH, which stays inside"
            )
        return
    if list(points) != sorted(points) or points[0] == points[-1]:
        why = "no wider than a point" if points[0] == points[-1] else "out of order"
        raise InputError(f"{known.name}: {quoted(text)} is {why}; write {name}({', '.join(SHAPES[name])}) rising")
