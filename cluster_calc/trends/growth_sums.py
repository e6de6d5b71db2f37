"""What growth comes to: eras of factors as people write them, and regressions on tables of systems with their intervals."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from cluster_calc.errors import InputError, quoted
from cluster_calc.quantities.dates import YEAR, seconds_of
from cluster_calc.quantities.units import to_base
from cluster_calc.trends.growth import decomposition, spans
from cluster_calc.trends.rates import Rate, eras_of, parse_rate

EXAMPLE = "'2018..2025: algorithms 3x per 2 years, spending 10x a year'"
SPENDING = "spending"
# An era: its years, and the rate of each factor.
Era = tuple[int, int, Mapping[str, Rate]]
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
        if after[0] > before[1] + 1:
            raise InputError(
                f"no era covers {before[1] + 1} to {after[0] - 1}: {after[0]}..{after[1]} must begin in {before[1]} or {before[1] + 1}"
            )
    rates = [(first, last, {name: parse_rate(rate) for name, rate in named.items()}) for first, last, named in eras]
    try:
        made = decomposition(eras_of(eras))
        _add_ranges(made, rates)
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
        made["spending"] = _spending(level, made, rates)
    return made


def _spending(level: float, made: Mapping[str, Any], rates: Sequence[Era]) -> dict[str, Any]:
    """What spending becomes by its factor alone, both ways of counting, with the range where it has one."""

    def alone(named: Mapping[str, Any]) -> dict[str, Any]:
        return {name: entry for name, entry in named.items() if name == SPENDING}

    grown = decomposition([(row["first"], row["last"], alone(row["factors"])) for row in made["eras"]])
    own = [(first, last, alone(named)) for first, last, named in rates]
    found = {"start": level, "unit": "USD"}
    for way in ("exclusive", "inclusive"):
        found[way] = level * grown[f"total_{way}"]
        if ends := _range(_parts(own, way)):
            found[f"{way}_range"] = [level * end for end in ends]
    return found


def _add_ranges(made: dict[str, Any], rates: Sequence[Era]) -> None:
    """5-95 % ranges beside the factors, where rates are given as LOW..HIGH."""
    for row, (first, last, named) in zip(made["eras"], rates, strict=True):
        factors = {name: ends for name, rate in named.items() if (ends := _range([(rate, 1)]))}
        if not factors:
            continue
        row["factors_range"] = factors
        for name, years in (("yearly", 1), ("total_exclusive", last - first), ("total_inclusive", last - first + 1)):
            row[f"{name}_range"] = _range([(rate, years) for rate in named.values()])
    for way in ("exclusive", "inclusive"):
        if ends := _range(_parts(rates, way)):
            made[f"total_{way}_range"] = ends


def _parts(rates: Sequence[Era], way: str) -> list[tuple[Rate, int]]:
    """Every rate with the years that it grows in all."""
    years = spans(rates)
    years[-1] += way == "inclusive"
    return [(rate, count) for (_, _, named), count in zip(rates, years, strict=True) for rate in named.values()]


def _range(parts: Sequence[tuple[Rate, int]]) -> list[float] | None:
    """The 5-95 % range of a product of independent rates over years, each normal in its exponent; None without a range.

    >>> [round(end, 9) for end in _range([(parse_rate("3..5x a year"), 2), (parse_rate("2x a year"), 1)])]
    [18.0, 50.0]
    """
    halves = [
        (rate.high - rate.low) / 2 * years for rate, years in parts if rate.low is not None and rate.high is not None
    ]
    if not halves:
        return None
    middle, half = sum(rate.value * years for rate, years in parts), math.hypot(*halves)
    return [math.exp((middle - half) * YEAR), math.exp((middle + half) * YEAR)]


def regression(where: str, confidence: float = 0.90) -> dict[str, Any]:
    """A log-linear regression on TABLE:COLUMN:DATES, the slope in orders of magnitude a year with both intervals."""
    from cluster_calc.trends.observations import read_observations

    table, _, rest = where.partition(":")
    column, _, dates = rest.partition(":")
    if not (table and column):
        raise InputError(f"fit {quoted(where)} is not TABLE:COLUMN:DATES; write for example runs:flop_published:year")
    found = read_observations(table).points(column, dates or "date")
    return _fit(column, list(found.years), list(found.values), confidence, found.skipped)


# The documents of the runs name a family only. A judgement: the part of it whose price the regression takes.
FAMILIES = {
    "P100": "nvidia-p100-pcie-16gb", "V100": "nvidia-v100-sxm2-16gb", "A100": "nvidia-a100-sxm-40gb",
    "A100 PCIe": "nvidia-a100-pcie-80gb", "A800": "nvidia-a800-pcie-80gb",
}  # fmt: skip


def cost_regressions(confidence: float = 0.90) -> list[dict[str, Any]]:
    """Cost of the shipped runs against date, by the trend of all hardware (1) and by the run's own hardware (2)."""
    from cluster_calc.catalog.current import catalog
    from cluster_calc.files.shipped import shipped
    from cluster_calc.quantities.dates import decimal_year
    from cluster_calc.trends.fitting import costs

    book, hardware = catalog(), {}
    for key in book.heads("chips"):
        chip = book.chip(key)
        quote = chip.price()
        price = quote.datum.value if quote is not None else None
        peak = next((chip.peaks[name].value for name in ("bf16", "fp16", "fp32") if name in chip.peaks), None)
        if price and peak and chip.available:
            hardware[key] = {"year": decimal_year(seconds_of(chip.available)), "price": price, "peak": peak}
    runs, skipped = [], 0
    with (shipped("catalog") / "runs" / "runs.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            try:
                own = hardware.get(book.identify(FAMILIES.get(row["chip"], row["chip"])))
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
