"""A series from a regression on a table of systems: the fitted line, its slope's interval as the range of growth."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.files.shipped import shipped
from cluster_calc.quantities.dates import iso_day, seconds_of, slashed_order
from cluster_calc.trends.fitting import fit

BOOTSTRAP = 2000


def fitted(name: str, raw: Mapping[str, Any]) -> dict[str, str]:
    """The texts of a series (value, date, growth, source) behind `fit`, a CSV file or the name of a shipped table of runs.

    The value is that of the line on the date of the last system; the growth is the 90 % interval of the slope.

    >>> made = fitted("compute", {"fit": "runs", "column": "flop_published", "date_column": "year"})
    >>> made["growth"].endswith("OOM/year")
    True
    """
    from cluster_calc.trends.series import SERIES

    unknown = set(raw) - {"fit", "column", "date_column", "source", "label"}
    if unknown:
        raise InputError(
            f"series {name}: {quoted(sorted(unknown)[0])} does not go with fit; it has fit, column, date_column"
        )
    column, dates = str(raw.get("column", "")), str(raw.get("date_column", "date"))
    if not column:
        raise InputError(
            f"series {name}: fit needs the column of its values, for example --set {name}.fit=runs:flop_published:year"
        )
    years, values, skipped = points(name, str(raw["fit"]), column, dates)
    made = fit(years, values, bootstrap=BOOTSTRAP, name=f"series {name}")
    last = max(years)
    low, high = made.slope_interval
    again = made.bootstrap_interval
    resampled = f"bootstrap {again[0]:.3f} to {again[1]:.3f}" if again else "too few for a bootstrap"
    band = float(made.band(last)[1] / made.level(last))
    day = datetime.date(int(last), 1, 1) + datetime.timedelta(days=round((last % 1) * 365))
    unit = SERIES[name][0]
    return {
        "value": f"{float(made.level(last))!r} {unit}",
        "date": day.isoformat(),
        "growth": f"{low:.12g}..{high:.12g} OOM/year",
        "source": (
            f"log-linear regression on {made.points} rows of {Path(str(raw['fit'])).name}: {made.slope:.3f} OOM a year, 90 % "
            f"{low:.3f} to {high:.3f} ({resampled}), R² {made.r_squared:.2f}; "
            f"a single system lies within x{band:.3g} of the line; {skipped} rows without both figures"
        ),
    }


def points(name: str, table: str, column: str, dates: str) -> tuple[list[float], list[float], int]:
    """Decimal years and values of a CSV file or a shipped table of runs, and how many rows lack one of the two."""
    path = Path(table)
    own = shipped("catalog") / "runs" / f"{table}.csv"
    if not path.is_file() and own.is_file():
        path = own
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"series {name}: {quoted(table)} cannot be read: {error}") from None
    heads = list(rows[0]) if rows else []
    for wanted in (column, dates):
        if wanted not in heads:
            raise InputError(
                f"series {name}: {quoted(table)} has no column {quoted(wanted)}.{did_you_mean(wanted, heads)}"
            )
    days: list[str] = []
    values, skipped = [], 0
    for number, row in enumerate(rows, 2):
        day, value = (row[dates] or "").strip(), (row[column] or "").strip()
        if not day or not value:
            skipped += 1
            continue
        try:
            values.append(float(_MONEY.sub("", value)))
        except ValueError:
            raise InputError(f"series {name}: {quoted(table)} line {number}: {quoted(value)} is not a number") from None
        days.append(day)
    order = slashed_order(days)
    years = [_decimal(iso_day(day, order)) for day in days]
    return years, values, skipped


# What stands around a number in a table of prices.
_MONEY = re.compile(r"^[$€£]\s*|(?<=[0-9]),(?=[0-9]{3}(?:[,.]|$))(?=.*[.]|[0-9]{3},)")


def _decimal(day: str) -> float:
    from cluster_calc.quantities.dates import decimal_year

    return decimal_year(seconds_of(day))
