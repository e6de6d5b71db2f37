"""Days, months and years: dates as days since 1970-01-01, as text and as decimal years."""

from __future__ import annotations

import datetime
import math
import re

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
