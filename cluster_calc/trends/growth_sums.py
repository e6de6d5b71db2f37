"""What growth comes to: eras of factors as people write them, and regressions on tables of systems with their intervals."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from cluster_calc.errors import InputError, quoted
from cluster_calc.quantities.dates import seconds_of
from cluster_calc.quantities.units import to_base
from cluster_calc.trends.growth import decomposition
from cluster_calc.trends.rates import eras_of

EXAMPLE = "'2018..2025: algorithms 3x per 2 years, spending 10x a year'"
SPENDING = "spending"
_ERA = re.compile(r"\s*([0-9]{4})\s*\.\.\s*([0-9]{4})\s*:\s*(.+)", re.DOTALL)


def era(text: str) -> tuple[int, int, dict[str, str]]:
    """An era as written: its years, and a rate for each named factor.

    >>> era("2012..2017: algorithms 4x a year, efficiency 3x per 2 years")
    (2012, 2017, {'algorithms': '4x a year', 'efficiency': '3x per 2 years'})
    """
    match = _ERA.fullmatch(text)
    if match is None:
        raise InputError(f"era {quoted(text)} is not FIRST..LAST: NAME RATE, NAME RATE; write for example {EXAMPLE}")
    first, last = int(match[1]), int(match[2])
    if last < first:
        raise InputError(f"era {quoted(text)} runs backwards; write for example {EXAMPLE}")
    rates: dict[str, str] = {}
    for part in match[3].split(","):
        name, _, rate = part.strip().partition(" ")
        if not rate.strip():
            raise InputError(f"era {quoted(text)}: {quoted(part.strip())} is no NAME RATE; write for example {EXAMPLE}")
        if name in rates:
            raise InputError(f"era {quoted(text)}: {quoted(name)} is given twice")
        rates[name] = rate.strip()
    return first, last, rates


def decomposed(texts: Iterable[str], start: str = "") -> dict[str, Any]:
    """Eras as yearly and total factors, both ways of counting years, and the spending that follows from a start.

    >>> made = decomposed(["2018..2025: algorithms 3x per 2 years, spending 10x a year"], "1e6 USD")
    >>> round(made["eras"][0]["yearly"], 2), made["spending"]["exclusive"]
    (17.32, 10000000000000.0)
    """
    eras = [era(text) for text in texts]
    if not eras:
        raise InputError(f"an era is missing; give for example --era {EXAMPLE}")
    for before, after in pairwise(eras):
        if after[0] < before[1]:
            raise InputError(f"era {after[0]}..{after[1]} begins before {before[0]}..{before[1]} ends")
    try:
        made = decomposition(eras_of(eras))
    except OverflowError:
        made = {"total_inclusive": math.inf}
    if not math.isfinite(made["total_inclusive"]):
        raise InputError("the factors multiply to more than 1e308: a slower rate or fewer years can be counted")
    if start:
        level = to_base(start, "USD", bare=False, example="1e6 USD")
        if level <= 0:
            raise InputError(f"spending {quoted(start)} is not positive")
        if not any(SPENDING in row["factors"] for row in made["eras"]):
            raise InputError(f"no era has a factor called {SPENDING}; write for example {EXAMPLE}")
        made["spending"] = {"start": level, "unit": "USD", "exclusive": level, "inclusive": level}
        for row in made["eras"]:
            years = row["last"] - row["first"]
            made["spending"]["exclusive"] *= row["factors"].get(SPENDING, 1.0) ** years
            made["spending"]["inclusive"] *= row["factors"].get(SPENDING, 1.0) ** (years + 1)
    return made


def regression(where: str, confidence: float = 0.90) -> dict[str, Any]:
    """A log-linear regression on TABLE:COLUMN:DATES, the slope in orders of magnitude a year with both intervals."""
    from cluster_calc.trends.fitted_series import points

    table, _, rest = where.partition(":")
    column, _, dates = rest.partition(":")
    if not (table and column):
        raise InputError(f"fit {quoted(where)} is not TABLE:COLUMN:DATES; write for example runs:flop_published:year")
    years, values, skipped = points("fit", table, column, dates or "date")
    return _fit(column, years, values, confidence, skipped)


def cost_regressions(confidence: float = 0.90) -> list[dict[str, Any]]:
    """Cost of the shipped runs against date, by the trend of all hardware (1) and by the run's own hardware (2)."""
    from cluster_calc.catalog.current import catalog
    from cluster_calc.files.shipped import shipped
    from cluster_calc.quantities.dates import decimal_year
    from cluster_calc.trends.fitting import costs

    book, hardware = catalog(), {}
    for key in book.heads("chips"):
        chip = book.chip(key)
        price = next((quote.datum.value for quote in chip.prices if quote.chosen), None)
        peak = next((chip.peaks[name].value for name in ("bf16", "fp16", "fp32") if name in chip.peaks), None)
        if price and peak and chip.available:
            hardware[key] = {"year": decimal_year(seconds_of(chip.available)), "price": price, "peak": peak}
    runs, skipped = [], 0
    with (shipped("catalog") / "runs" / "runs.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                own = hardware.get(book.identify(row["chip"]))
            except InputError:
                own = None
            if own is None or not row["flop_published"]:
                skipped += 1
                continue
            runs.append({**own, "year": float(row["year"]), "compute": float(row["flop_published"])})
    made = costs(runs, list(hardware.values()))
    years = [run["year"] for run in runs]
    return [_fit(name, years, made[name], confidence, skipped) for name in ("method_1", "method_2")]


def _fit(name: str, years: list[float], values: list[float], confidence: float, skipped: int) -> dict[str, Any]:
    from cluster_calc.trends.fitted_series import BOOTSTRAP
    from cluster_calc.trends.fitting import fit

    made = fit(years, values, confidence=confidence, bootstrap=BOOTSTRAP, name=name)
    last = max(years)
    low, high = made.band(last)
    return {
        "name": name, "slope": made.slope, "unit": "OOM/year", "yearly": 10**made.slope, "confidence": confidence,
        "interval": list(made.slope_interval), "bootstrap": list(made.bootstrap_interval) if made.bootstrap_interval else None,
        "r_squared": made.r_squared, "points": made.points, "skipped": skipped,
        "last": {"year": last, "line": float(made.level(last)), "low": float(low), "high": float(high)},
    }  # fmt: skip
