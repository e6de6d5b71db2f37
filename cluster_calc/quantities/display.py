"""How numbers are shown to people: three significant figures, the field's units, `not found` for what is missing."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Sequence
from typing import Any

from cluster_calc.quantities.dates import DAY, HOUR, WEEK, YEAR
from cluster_calc.quantities.nomenclature import QUANTITIES, Quantity

NOT_FOUND = "not found"
_SI = ((1e24, "Y"), (1e21, "Z"), (1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_MONEY = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))
# Control, bidirectional and lone surrogate characters: no document shows them, and some cannot hold them.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def significant(value: float, figures: int = 3) -> str:
    """A number to some significant figures, without an exponent where it stays readable.

    >>> significant(1234567), significant(0.012345), significant(2e25), significant(90.0), significant(-0.5)
    ('1,230,000', '0.0123', '2e+25', '90.0', '-0.500')
    """
    if value == 0:
        return "0"
    if not math.isfinite(value):  # an element of an array that cannot be
        return str(value)
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
        (2 * DAY, HOUR, "hours"),
        (3000 * DAY, DAY, "days"),
    ):
        if size < limit:
            return f"{plain(seconds / unit_size, figures)} {name}"
    return f"{plain(seconds / YEAR, figures)} years"


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
        return f"{count(base / HOUR, figures)} chip-hours"
    if kind == "date":
        return (datetime.date(1970, 1, 1) + datetime.timedelta(days=math.floor(base / DAY))).isoformat()
    if kind == "work":
        return f"{_power(base, figures)} FLOP"
    if kind == "work_per_dollar":
        return f"{_power(base, figures)} FLOP/$"
    if kind in ("rate", "power", "energy"):
        symbol = {"rate": "FLOP/s", "power": "W", "energy": "Wh"}[kind]
        number, prefix = scaled(base / (HOUR if kind == "energy" else 1.0), _SI, figures)
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


def printable(text: str) -> str:
    """Text as one line without characters that nobody sees: a line break is a space, the others are written out.

    >>> printable("a\\nb\\x1b[31m")
    'a b\\\\x1b[31m'
    """
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], re.sub(r"[\r\n\t]+", " ", text))


def json_number(value: Any) -> Any:
    """A number or array as JSON takes it: finite floats, lists, None."""
    if value is None or isinstance(value, str):
        return value
    if hasattr(value, "shape") and value.shape:
        return [json_number(entry) for entry in value.tolist()]
    number = float(value)
    return number if math.isfinite(number) else None


def in_unit(name: str, base: Any) -> Any:
    """A base-unit value in its JSON unit, a date as its ISO day, None as None."""
    if base is None:
        return None
    return shown(name, base) if QUANTITIES[name].is_date else json_number(base / QUANTITIES[name].factor)


def lower(text: str) -> str:
    """A title inside a sentence; what begins with an abbreviation keeps it.

    >>> lower("Rent on demand"), lower("MFU of 30%")
    ('rent on demand', 'MFU of 30%')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def weeks(seconds: float) -> str:
    """A time in weeks, to three significant figures.

    >>> weeks(7 * 86400), weeks(24.44 * 7 * 86400), weeks(0)
    ('1 week', '24.4 weeks', '0 weeks')
    """
    text = plain(seconds / WEEK)
    return f"{text} week{'' if text == '1' else 's'}"


def label_of(name: str) -> str:
    """A quantity's name as it heads a row."""
    label = QUANTITIES[name].label.split(" (")[0]
    return (label[:1].upper() + label[1:]).replace("Mfu", "MFU")


def percent(share: float, figures: int = 3) -> str:
    """A share as text with its sign."""
    return f"{'−' if share < 0 else ''}{percentage(abs(share), figures)}"


def spread_text(name: str, values: Sequence[float], sign: str = " · ") -> str:
    """Values of one quantity beside each other, their unit once.

    >>> spread_text("training_time", [75.1 * 86400, 118 * 86400])
    '75.1 · 118 days'
    >>> spread_text("run_cost", [18.8e6, 30.4e6], " – ")
    '$18.8M – $30.4M'
    """
    figures = 1 if QUANTITIES[name].display in ("number", "ratio") else 3
    texts = [shown(name, value, figures) for value in values]
    split = [re.fullmatch(r"([^ /]+)([ /].*)", text) for text in texts]
    units = {match.group(2) if match else "" for match in split}
    if len(units) == 1 and all(split):
        return sign.join(match.group(1) for match in split if match) + units.pop()
    return sign.join(texts)
