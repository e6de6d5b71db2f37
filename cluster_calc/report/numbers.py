"""How numbers are shown to people: three significant figures, the field's units, `not found` for what is missing."""

from __future__ import annotations

import datetime
import math
from typing import TYPE_CHECKING, Any

from cluster_calc.nomenclature import QUANTITIES, Quantity

if TYPE_CHECKING:
    from cluster_calc.result import Result

NOT_FOUND = "not found"
_SI = ((1e24, "Y"), (1e21, "Z"), (1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_MONEY = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
_DAY, _HOUR, _YEAR = 86400.0, 3600.0, 365.25 * 86400.0


def significant(value: float, figures: int = 3) -> str:
    """A number to some significant figures, without an exponent where it stays readable.

    >>> significant(1234567), significant(0.012345), significant(2e25), significant(90.0), significant(-0.5)
    ('1,230,000', '0.0123', '2e+25', '90.0', '-0.500')
    """
    if value == 0:
        return "0"
    size = abs(value)
    if not 1e-4 <= size < 1e15:
        mantissa, exponent = f"{value:.{figures - 1}e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{exponent}"
    decimals = figures - 1 - math.floor(math.log10(float(f"{size:.{figures - 1}e}")))
    return f"{round(value, decimals):,.{max(decimals, 0)}f}"


def plain(value: float, figures: int = 3) -> str:
    """Like `significant`, without trailing zeros.

    >>> plain(90.0), plain(0.40), plain(1.64)
    ('90', '0.4', '1.64')
    """
    text = significant(value, figures)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def scaled(value: float, steps: tuple[tuple[float, str], ...], figures: int = 3) -> tuple[str, str]:
    """The number and the prefix that keep it between 1 and 1000 (after rounding)."""
    for step, prefix in steps:
        if abs(float(f"{value:.{figures - 1}e}")) >= step:
            return plain(value / step, figures), prefix
    return plain(value, figures), ""


def money(value: float, figures: int = 3) -> str:
    """Dollars for people.

    >>> money(41.23e6), money(950), money(2.345), money(-1.2e9), money(999_999)
    ('$41.2M', '$950', '$2.35', '-$1.2B', '$1M')
    """
    size = abs(value)
    if size < 1000 and float(f"{size:.{figures - 1}e}") < 1000:
        body = f"{size:.2f}" if 1 <= size < 100 else plain(size, figures)
        body = body.removesuffix(".00")
    else:
        number, prefix = scaled(size, _MONEY, figures)
        body = number + prefix
    return f"{'-' if value < 0 else ''}${body}"


def count(value: float, figures: int = 3) -> str:
    """Whole things.

    >>> count(7220), count(65e9), count(8801000)
    ('7,220', '65B', '8.8M')
    """
    if abs(value) < 1e6:
        return f"{value:,.0f}" if value == round(value) else plain(value, figures)
    number, prefix = scaled(value, _MONEY, figures)
    return number + prefix if abs(value) < 1e18 else significant(value, figures)


def duration(seconds: float, figures: int = 3) -> str:
    """A time in the unit people would use.

    >>> duration(90 * 86400), duration(7200), duration(30), duration(4 * 31557600)
    ('90 days', '2 hours', '30 seconds', '1,460 days')
    """
    size = abs(seconds)
    for limit, unit_size, name in (
        (120, 1, "seconds"),
        (7200, 60, "minutes"),
        (2 * _DAY, _HOUR, "hours"),
        (3000 * _DAY, _DAY, "days"),
    ):
        if size < limit:
            return f"{plain(seconds / unit_size, figures)} {name}"
    return f"{plain(seconds / _YEAR, figures)} years"


def latency(seconds: float, figures: int = 3) -> str:
    """A short time as engineers say it.

    >>> latency(1.5), latency(0.0244), latency(8.5e-6)
    ('1.5 s', '24.4 ms', '8.5 µs')
    """
    for limit, size, name in ((1.0, 1.0, "s"), (1e-3, 1e-3, "ms")):
        if abs(seconds) >= limit:
            return f"{plain(seconds / size, figures)} {name}"
    return f"{plain(seconds / 1e-6, figures)} µs"


def shown(name: str, base: Any, figures: int = 3) -> str:
    """A value of a quantity as people read it; an array as the span of its values.

    >>> shown("tdp", 700.0), shown("mfu", 0.4), shown("facility_energy", 3.6e6 * 449e3)
    ('700 W', '40%', '449 MWh')
    >>> shown("run_cost", None)
    'not found'
    """
    if base is None:
        return NOT_FOUND
    if hasattr(base, "shape") and base.shape:
        return f"{shown(name, float(base.min()), figures)} to {shown(name, float(base.max()), figures)}"
    return _shown(QUANTITIES[name], float(base), figures)


def percentage(share: float, figures: int = 3) -> str:
    """A share in percent; a small one without an exponent, which people take for another number.

    >>> percentage(0.4), percentage(9.09e-7), percentage(1e-14)
    ('40%', '0.0000909%', '1e-12%')
    """
    value = 100 * share
    if 1e-9 <= abs(value) < 1e-4:
        places = figures - 1 - math.floor(math.log10(abs(value)))
        return f"{value:.{places}f}".rstrip("0") + "%"
    return f"{plain(value, figures)}%"


def value_of(result: Result, name: str) -> str:
    """A value of a result as people read it."""
    return shown(name, result.values.get(name))


def is_scalar(value: Any) -> bool:
    """Whether there is a value, and it is one number."""
    return value is not None and not (hasattr(value, "shape") and value.shape)


def _shown(known: Quantity, base: float, figures: int) -> str:
    value = base / known.factor
    kind = known.display
    if kind == "money":
        return money(value, figures) + ("/hour" if known.unit.endswith("/hour") else "")
    if kind == "local_money":
        return money(value, figures).replace("$", "")
    if kind == "price":
        suffix = known.unit.removeprefix("USD")
        return (f"${plain(value, figures)}" if value < 1 else money(value, figures)) + suffix
    if kind == "count":
        return count(value, figures)
    if kind == "share":
        return percentage(value, figures)
    if kind == "time":
        return duration(base, figures)
    if kind == "latency":
        return latency(base, figures)
    if kind == "years":
        return f"{plain(value, figures)} {'year' if value == 1 else 'years'}"
    if kind == "chip_time":
        return f"{count(base / _HOUR, figures)} chip-hours"
    if kind == "date":
        return (datetime.date(1970, 1, 1) + datetime.timedelta(days=math.floor(base / _DAY))).isoformat()
    if kind == "work":
        return f"{_power(base, figures)} FLOP"
    if kind == "work_per_dollar":
        return f"{_power(base, figures)} FLOP/$"
    if kind in ("rate", "power", "energy"):
        symbol = {"rate": "FLOP/s", "power": "W", "energy": "Wh"}[kind]
        number, prefix = scaled(base / (_HOUR if kind == "energy" else 1.0), _SI, figures)
        return f"{number} {prefix}{symbol}"
    if kind == "mass":
        kilograms = base / 1000
        return f"{plain(kilograms, figures)} kg" if kilograms < 1e4 else f"{plain(kilograms / 1000, figures)} t"
    if kind == "rate_of_failure":
        return f"{plain(1000 * value, figures)} failures per 1,000 server-days"
    if kind in ("memory", "bandwidth", "carbon"):
        return f"{plain(value, figures)} {known.unit.removesuffix('/chip')}"
    # A pure number is a definition or a factor: two more figures than a measurement.
    return plain(value, figures + 2) + (f" {known.unit}" if known.unit != "1" and kind == "number" else "")


def _power(value: float, figures: int) -> str:
    mantissa, exponent = f"{value:.{figures - 1}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"


def exact(name: str, base: Any) -> str:
    """A value with its JSON unit at full precision, as `--set` would take it back.

    >>> exact("power_limit", 2e7)
    '20000 kW'
    """
    known = QUANTITIES[name]
    if known.is_date:
        return _shown(known, base, 3)
    number = base / known.factor
    text = f"{number:.17g}" if f"{number:.15g}" != repr(number).removesuffix(".0") else f"{number:.15g}"
    return text if known.unit == "1" else f"{text} {known.unit}"


def bounds_text(known: Quantity) -> str:
    """The usual range of a quantity for the documentation."""
    if known.usual is None:
        return ""
    return " to ".join(_shown(known, end * known.factor, 3) for end in known.usual)
