"""Text → base-unit float, and back. pint is the one authority; everyday units are memoised from it.

The everyday path looks a unit up in `unit_table.py`, which `make units` generates from pint and a test proves equal to
it. Any other unit text is checked against a small grammar (names, * / ^ and small whole exponents: nothing that can be
evaluated) and given to pint itself.
"""

from __future__ import annotations

import math
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cluster_calc.errors import UnitError, did_you_mean, quoted
from cluster_calc.quantities.unit_table import TABLE

if TYPE_CHECKING:
    import pint

MAX_TEXT = 200
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_TOKEN = re.compile(r"\s*(\*\*|\^|[*/()]|[A-Za-zµ%¢][A-Za-zµ0-9_]*|-?[0-9]+)")
_CURRENCY_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}
_SCALES = {
    "k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12,
    "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "bn": 1e9,
}  # fmt: skip
# How unit texts are also spelled. What is spelled so names nothing else.
_SPELLINGS = {
    "hr": "hour", "hrs": "hour", "yrs": "year", "mo": "month", "mth": "month", "wk": "week",
    "gCO2eq": "gCO2e", "kgCO2eq": "kgCO2e", "tCO2eq": "tCO2e", "ct": "cent", "cts": "cent",
    "usd": "USD", "eur": "EUR", "gbp": "GBP", "kwh": "kWh", "KWh": "kWh", "mwh": "MWh",
    "gpu": "GPU", "gpus": "GPUs", "tpus": "TPU", "TPUs": "TPU", "accelerators": "accelerator",
    "TF": "TFLOP/s", "PF": "PFLOP/s", "EF": "EFLOP/s",
}  # fmt: skip
_WORD = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z][A-Za-z0-9_]*")
# In a denominator a GPU-hour is one unit.
_PER_CHIP_TIME = re.compile(
    r"/\s*\(?\s*((?:chip|GPU|gpu|TPU|accelerator|server|node|instance)s?)\s*[-*·]\s*(hours?|hrs?|h|days?|months?|years?)(?![A-Za-z])\s*\)?"
)
_MONEY_SCALE = re.compile(
    # A letter stands apart from its currency: kUSD and MUSD are units of their own.
    r"(thousand|million|billion|trillion|bn|[kKMBT](?=\s))\s*(?=(?:USD|EUR|GBP|JPY|CNY|CHF|usd|eur|gbp|dollars?)(?![A-Za-z]))"
)
_CLOCK = re.compile(r"\s*(?:([0-9]{1,5})-)?([0-9]{1,5}):([0-5][0-9])(?::([0-5][0-9](?:\.[0-9]+)?))?\s*")
# Thousands that cannot be decimals: two groups, decimals behind them, or the sign of a currency in front.
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){2,}(?![0-9,])|[0-9]{1,3}(?:,[0-9]{3})+(?=\.[0-9])")
_MONEY_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])")
_COUNT_UNITS = frozenset({"chip", "token", "parameter"})
_AMBIGUOUS_RATE = re.compile(r"\b[kMGTPEZY]?(FLOPS|FLOPs/s|FLOPS/s)\b")


class Unit(NamedTuple):
    """A unit: its factor to the base unit and its dimension, such as `[USD]/[energy]`."""

    factor: float
    dimension: str


@cache
def registry() -> pint.UnitRegistry[Any]:
    """The project's pint registry, from `units.txt`; one for the whole process."""
    import pint

    return pint.UnitRegistry(str(Path(__file__).with_name("units.txt")), autoconvert_to_preferred=False)


def dimension_text(dimensionality: Any) -> str:
    """pint's dimensionality as short text, the same for every unit of that dimension.

    >>> dimension_text({"[USD]": 1, "[chip]": -1, "[time]": -1})
    '[USD]/[chip]/[time]'
    >>> dimension_text({})
    '1'
    """
    over: list[str] = []
    under: list[str] = []
    for name in sorted(dimensionality):
        power = dimensionality[name]
        text = name if abs(power) == 1 else f"{name}^{abs(power):g}"
        (over if power > 0 else under).append(text)
    return "".join(["*".join(over) or "1", *(f"/{name}" for name in under)])


def unit_from_pint(text: str) -> Unit:
    """What pint makes of a unit text (the authority behind the table)."""
    ureg = registry()
    one = ureg.Quantity(1.0, ureg.parse_units(text)).to_base_units()
    return Unit(float(one.magnitude), dimension_text(one.dimensionality))


def normalise(text: str) -> str:
    """One spelling for the signs people type: $ → USD, ² → ^2, · → *, 'per' → /.

    >>> normalise("USD per kWh")
    'USD/kWh'
    >>> normalise("PFLOP/s-day"), normalise("PF-days"), normalise("$/GPU-hr"), normalise("gCO2eq/kWh")
    ('PFLOP/s*day', 'PFLOP/s*days', 'USD/GPU/hour', 'gCO2e/kWh')
    """
    for sign, code in _CURRENCY_SIGNS.items():
        text = text.replace(sign, code)
    text = text.replace("·", "*").replace("×", "*").replace("⋅", "*").replace("²", "^2").replace("³", "^3")
    text = text.replace("μ", "µ").replace("¢", "cent")
    text = re.sub(r"\s+per\s+", "/", text)
    text = _PER_CHIP_TIME.sub(r"/\1/\2", text)
    text = _WORD.sub(lambda match: _SPELLINGS.get(match.group(), match.group()), text)
    text = re.sub(r"(?<=[A-Za-z])-(?=[A-Za-z])", "*", text)
    return re.sub(r"\s*([*/^()])\s*", r"\1", text.strip())


@cache
def unit(text: str) -> Unit:
    """The unit named by `text`: from the generated table, or from pint.

    >>> unit("kWh")
    Unit(factor=3600000.0, dimension='[energy]')
    >>> unit("parsecs")
    Traceback (most recent call last):
        ...
    cluster_calc.errors.UnitError: unknown unit 'parsecs'.
    """
    known = TABLE.get(text)
    if known is not None:
        return Unit(*known)
    if len(text) > MAX_TEXT:
        raise UnitError(f"unit text of {len(text)} characters; at most {MAX_TEXT} are read")
    plain = normalise(text)
    known = TABLE.get(plain)
    if known is not None:
        return Unit(*known)
    if _AMBIGUOUS_RATE.search(plain):
        raise UnitError(f"unit {quoted(text)} is ambiguous: write TFLOP/s for a rate, TFLOP for work")
    _check_grammar(plain, text)
    import pint

    try:
        found = unit_from_pint(plain)
    except pint.UndefinedUnitError as error:
        unknown: Any = error.unit_names
        names = unknown if isinstance(unknown, str) else next(iter(unknown), text)
        raise UnitError(f"unknown unit {quoted(names)}.{did_you_mean(str(names), _everyday_units())}") from None
    except Exception:
        raise UnitError(f"unit {quoted(text)} cannot be read") from None
    if not math.isfinite(found.factor) or found.factor == 0:
        raise UnitError(f"unit {quoted(text)} is out of range")
    return found


def _everyday_units() -> list[str]:
    return [name for name in TABLE if len(name) > 1 and "/" not in name and "*" not in name]


def _check_grammar(text: str, original: str) -> None:
    """Refuse anything but names, * / ( ) and exponents of one digit: what is left cannot be evaluated."""
    position, previous = 0, ""
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise UnitError(f"unit {quoted(original)} cannot be read at {quoted(text[position:])}")
        token = match.group(1)
        is_number = token.lstrip("-").isdigit()
        if is_number and (previous not in ("^", "**") or abs(int(token[:4])) > 9 or len(token) > 2):
            raise UnitError(f"unit {quoted(original)}: a number belongs before the unit, as in '12 USD/kWh'")
        if token in ("^", "**") and not previous[:1].isalpha():
            # A tower of exponents would be worked out before anyone could see how large it is.
            raise UnitError(f"unit {quoted(original)}: an exponent follows a unit, as in 'hour^2'")
        if not is_number and (token[0].isalpha() or token[0] in "%¢") and previous and previous not in "*/(":
            raise UnitError(f"unit {quoted(original)}: write * or / between units, as in 'chip*hour' or 'USD/kWh'")
        if token in ("^", "**") and previous.lstrip("-").isdigit():  # 9**9**9 would never be done
            raise UnitError(f"unit {quoted(original)}: one exponent is enough, as in 'chip^2'")
        previous, position = token, match.end()
    if text.count("(") > 8:
        raise UnitError(f"unit {quoted(original)} is nested too deeply")


@lru_cache(maxsize=4096)
def split(text: str) -> tuple[float, str]:
    """A number and the unit text behind it; money may carry its sign in front.

    >>> split("16.8 cent/kWh")
    (16.8, 'cent/kWh')
    >>> split("$1.5M")
    (1500000.0, 'USD')
    >>> split("9**9**9")
    Traceback (most recent call last):
        ...
    cluster_calc.errors.UnitError: '9**9**9': a number is followed by its unit; '**9**9' is none
    """
    if len(text) > MAX_TEXT:
        raise UnitError(f"{quoted(text)} is {len(text)} characters long; at most {MAX_TEXT} are read")
    body = text.strip()
    sign = ""
    if body[:1] in _CURRENCY_SIGNS:
        sign, body = _CURRENCY_SIGNS[body[0]], body[1:].lstrip()
    groups = (_MONEY_THOUSANDS if sign else _THOUSANDS).match(body)
    if groups is not None:
        body = groups.group().replace(",", "") + body[groups.end() :]
    match = _NUMBER.match(body)
    if match is None:
        raise UnitError(f"{quoted(text)} does not begin with a number")
    rest = body[match.end() :].strip()
    number_text = match.group().replace("_", "")
    if rest[:1] == ",":
        raise UnitError(f"{quoted(text)}: a comma may mean thousands or decimals; write 25000 or 25_000 or 2.5")
    exponent = re.search(r"[eE][+-]?([0-9]+)$", number_text)
    number = math.inf if exponent and len(exponent.group(1)) > 3 else float(number_text)
    if not math.isfinite(number):
        raise UnitError(f"{quoted(text)} is out of range")
    if sign:
        scale = re.match(r"(thousand|million|billion|trillion|bn|[kKMBT])(?![A-Za-z])", rest)
        if scale:
            number, rest = number * _SCALES[scale.group(1)], rest[scale.end() :].lstrip()
        rest = sign + rest
    elif scale := _MONEY_SCALE.match(rest):
        number, rest = number * _SCALES[scale.group(1)], rest[scale.end() :]
    if rest[:1] in "*^+-/" and rest:
        raise UnitError(f"{quoted(text)}: a number is followed by its unit; {quoted(rest)} is none")
    return number, rest


def tail(text: str) -> str:
    """What stands behind the number of a text, its scale included: what a list or a range says once, at its end.

    >>> tail("20 MUSD"), tail("30k USD"), tail("$2M"), tail("0.4")
    ('MUSD', 'k USD', 'USD', '')
    """
    found = _NUMBER.match(text.strip())
    return text.strip()[found.end() :].strip() if found else split(text)[1]


@cache
def target(unit_text: str) -> Unit:
    """The JSON unit of a quantity as a Unit (`1` is the pure number).

    >>> target("USD/chip/hour").dimension
    '[USD]/[chip]/[time]'
    """
    return Unit(1.0, "1") if unit_text == "1" else unit(unit_text)


def to_base(text: str, unit_text: str, *, bare: bool, example: str = "") -> float:
    """The base-unit float behind a text, checked against the dimension of `unit_text`.

    A bare number is read in `unit_text` when `bare` allows it. Where `unit_text` has `/chip`, text without it means
    per chip. Counts take k, M, B and T (`65B` parameters).

    >>> to_base("0.168 USD/kWh", "USD/kWh", bare=False) * 3.6e6
    0.168
    >>> to_base("700 W", "W/chip", bare=False)
    700.0
    >>> to_base("989 TFLOPs", "FLOP/s/chip", bare=False)
    Traceback (most recent call last):
        ...
    cluster_calc.errors.UnitError: '989 TFLOPs' is [work], not [work]/[chip]/[time]
    """
    hint = f"; write for example {example}" if example else ""
    want = target(unit_text)
    if ":" in text and want.dimension == "[time]" and (clock := _CLOCK.fullmatch(text)):
        return _clock_seconds(text, *clock.groups())
    try:
        number, rest = split(text)
    except UnitError as error:
        raise UnitError(f"{error}{hint}") from None
    if not rest:
        if bare:
            return number * want.factor
        raise UnitError(f"{quoted(text)} has no unit{hint}")
    if bare and rest in _SCALES and unit_text in _COUNT_UNITS:
        return number * _SCALES[rest] * want.factor
    try:
        got = unit(rest)
    except UnitError as error:
        raise UnitError(f"{quoted(text)}: {str(error).rstrip('.')}{hint}") from None
    if got.dimension != want.dimension and not any(
        per in unit_text and got.dimension == target(unit_text.replace(per, "") or "1").dimension
        for per in ("/chip", "/server")
    ):
        money = any(
            code in got.dimension and code not in want.dimension
            for code in ("[EUR]", "[GBP]", "[JPY]", "[CNY]", "[CHF]")
        )
        why = ": exchange rates are not applied, give USD" if money and "[USD]" in want.dimension else ""
        raise UnitError(f"{quoted(text)} is {_meaning(got.dimension)}, not {_meaning(want.dimension)}{why}{hint}")
    return number * got.factor


def _clock_seconds(text: str, days: str | None, first: str, second: str, third: str | None) -> float:
    """Seconds of a time as schedulers print it: D-HH:MM:SS, HH:MM:SS or D-HH:MM."""
    if third is None and days is None:
        raise UnitError(f"{quoted(text)} may be hours and minutes or minutes and seconds; write HH:MM:SS")
    return 86400.0 * int(days or 0) + 3600.0 * int(first) + 60.0 * int(second) + float(third or 0)


def _meaning(dimension: str) -> str:
    return "a pure number" if dimension == "1" else dimension


def from_base(value: Any, unit_text: str) -> Any:
    """A base-unit float or array in `unit_text`.

    >>> from_base(3.6e6, "kWh")
    1.0
    """
    return value / target(unit_text).factor
