"""Days, months and years: dates as days since 1970-01-01, as text and as decimal years."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable

from cluster_calc.errors import InputError, quoted

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
WEEK = 7 * DAY
YEAR = 365.25 * DAY
MONTH, QUARTER = YEAR / 12, YEAR / 4


def day_of(date: str) -> str:
    """The first day of a date that may be a year or a month.

    >>> day_of("2024"), day_of("2024-08")
    ('2024-01-01', '2024-08-01')
    """
    return date + "-01-01"[len(date) - 4 :] if len(date) in (4, 7) else date


def month_of(decimal: float) -> str:
    """The calendar month of a decimal year.

    >>> month_of(2022.8174)
    '2022-10'
    """
    return iso_of(decimal)[:7]


def iso_of(decimal: float) -> str:
    """The day of a decimal year.

    >>> iso_of(2022.8174722631034)
    '2022-10-26'
    """
    import datetime

    return (
        (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=date_of_decimal_year(decimal))).date().isoformat()
    )


def decimal_year(date: float) -> float:
    """A date as a year with its passed share.

    >>> decimal_year(0.0), round(decimal_year((365 / 2) * DAY), 3)
    (1970.0, 1970.5)
    """
    year = (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=date)).year
    first, following = _new_year(year), _new_year(year + 1)
    return year + (date - first) / (following - first)


def date_of_decimal_year(value: float) -> float:
    """The date behind a decimal year.

    >>> date_of_decimal_year(decimal_year(1e9)) - 1e9 < 1e-3
    True
    """
    year = math.floor(value)
    first, following = _new_year(year), _new_year(year + 1)
    return first + (value - year) * (following - first)


def _new_year(year: int) -> float:
    return (datetime.date(year, 1, 1) - datetime.date(1970, 1, 1)).days * DAY


def seconds_of(text: str) -> float:
    """A day, or the first day of a year or month, as seconds since 1970.

    >>> seconds_of("1971"), seconds_of("1970-01-02")
    (31536000.0, 86400.0)
    """
    full = text + "-01-01"[len(text) - 4 :] if re.fullmatch(r"[0-9]{4}(-[0-9]{2})?", text) else text
    try:
        day = datetime.date.fromisoformat(full)
    except ValueError:
        raise InputError(f"date {quoted(text)} is not a day; write it as 2027-01-15") from None
    if not 1900 <= day.year <= 2500:
        raise InputError(f"date {quoted(text)} is outside the years 1900 to 2500")
    return (day - datetime.date(1970, 1, 1)).days * DAY


_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


def slashed_order(texts: Iterable[str]) -> str:
    """Which part of the dates with slashes of one column is the day, as far as any of them tells: `dmy`, `mdy` or nothing.

    >>> slashed_order(["6/1/2012", "6/13/2012"]), slashed_order(["6/1/2012"]), slashed_order(["2012-06-01"])
    ('mdy', '', '')
    """
    parts = [tuple(map(int, found.groups())) for text in texts if (found := _SLASHED.fullmatch(text))]
    first, second = any(part[0] > 12 for part in parts), any(part[1] > 12 for part in parts)
    return "" if first == second else "dmy" if first else "mdy"


def iso_day(text: str, order: str = "") -> str:
    """A date as tables have it as an ISO day: with a time of day, as a year with decimals, with slashes in a known order.

    >>> iso_day("2016-10-30 12:00:00"), iso_day("2012-06-01T00:00:00Z"), iso_day("2016.5"), iso_day("6/1/2012", "mdy")
    ('2016-10-30', '2012-06-01', '2016-07-02', '2012-06-01')
    """
    if timed := re.fullmatch(
        r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9]{2}:[0-9]{2}(:[0-9.]+)?\s*(Z|UTC|[+-][0-9:]{4,6})?", text
    ):
        return timed.group(1)
    if re.fullmatch(r"(19|2[0-4])[0-9]{2}\.[0-9]{1,12}", text):
        return iso_of(float(text))
    if found := _SLASHED.fullmatch(text):
        if not order:
            raise InputError(
                f"date {quoted(text)} may be day or month first, and no date of the column tells; write it as 2027-01-15"
            )
        first, second, year = found.groups()
        day, month = (first, second) if order == "dmy" else (second, first)
        return f"{year}-{int(month):02d}-{int(day):02d}"
    return text


def date_text(name: str, value: str) -> str:
    """An ISO day, checked.

    >>> date_text("start", "2027-01-15")
    '2027-01-15'
    """
    import datetime

    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value.strip()):
            raise ValueError
        return datetime.date.fromisoformat(value.strip()).isoformat()
    except ValueError:
        raise InputError(f"{name}: {quoted(value)} is not a day; write it as 2027-01-15") from None


def days_of(text: str) -> int:
    """Days since 1970-01-01 of an ISO day."""
    import datetime

    return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days
