"""Trend scenarios: named series that grow, constants of the cost model, yardsticks. Presets ship in catalog/trends/."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError, UnitError, did_you_mean, quoted
from cluster_calc.files.toml import read_toml
from cluster_calc.quantities.dates import seconds_of
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.quantities.nomenclature import QUANTITIES, resolve
from cluster_calc.quantities.reading import parse
from cluster_calc.quantities.units import tail, to_base
from cluster_calc.trends.conditions import is_column
from cluster_calc.trends.rates import parse_path
from cluster_calc.trends.series import SERIES, Series

FIRST_YEAR, LAST_YEAR = 1900, 2500
_KEYS = {"id", "name", "aliases", "note", "source", "first_year", "last_year", "step", "until", "series", "constants", "yardsticks", "chip", "scaling_law"}  # fmt: skip


@dataclass(frozen=True)
class Trend:
    """A scenario of growth."""

    id: str = ""
    name: str = "trend"
    note: str = ""
    first_year: int = 2025
    last_year: int = 2035
    step: int = 1
    until: tuple[str, ...] = ()
    series: Mapping[str, Series] = field(default_factory=dict)
    constants: Mapping[str, Datum] = field(default_factory=dict)
    yardsticks: Mapping[str, tuple[float, str]] = field(default_factory=dict)
    chip: str = ""
    scaling_law: str = ""


def series_of(name: str, raw: Mapping[str, Any]) -> Series:
    """One series from its texts: value (or LOW..HIGH), date, growth; or `fit` a table, its `column` and `date_column`.

    >>> series_of("gdp", {"value": "21.43e12 USD", "date": "2020-01-01", "growth": "3% a year"}).value
    21430000000000.0
    """
    if name not in SERIES:
        raise InputError(f"series {quoted(name)} is not one of {', '.join(SERIES)}.{did_you_mean(name, SERIES)}")
    if "fit" in raw:
        from cluster_calc.trends.fitted_series import fitted

        raw = fitted(name, raw)
    unknown = set(raw) - {"value", "date", "growth", "source", "label"}
    if unknown:
        raise InputError(
            f"series {name}: unknown key {quoted(sorted(unknown)[0])}; it has value, date, growth, source, label"
        )
    for key in ("value", "date"):
        if key not in raw:
            raise InputError(f"series {name}: {key} is missing")
    unit, example, _ = SERIES[name]
    text = str(raw["value"])
    ends = text.split("..")
    try:
        if len(ends) == 2:
            if re.fullmatch(r"\s*[0-9.eE+-]+\s*", ends[0]):
                ends[0] = f"{ends[0].strip()} {tail(ends[1])}"
            low, high = (to_base(end.strip(), unit, bare=False, example=example) for end in ends)
            if not 0 < low < high:
                raise InputError(f"series {name}: the range {quoted(text)} needs 0 < LOW < HIGH")
            value, bounds = (low * high) ** 0.5, (low, high)
        else:
            value = to_base(text, unit, bare=False, example=example)
            bounds = (None, None)  # type: ignore[assignment]
    except UnitError as error:
        raise InputError(f"series {name}: {error}") from None
    if value <= 0:
        raise InputError(
            f"series {name}: {quoted(text)} is not positive; a level that grows is, for example {quoted(example)}"
        )
    texts = {key: str(entry) for key, entry in raw.items()}
    return Series(
        name, value, *bounds, seconds_of(str(raw["date"])), parse_path(str(raw.get("growth", "constant"))), texts
    )


def trend_from(raw: Mapping[str, Any], where: str) -> Trend:
    """A trend from the tables of a TOML file."""
    unknown = sorted(set(raw) - _KEYS)
    if unknown:
        raise InputError(f"{where}: unknown key {quoted(unknown[0])}.{did_you_mean(unknown[0], _KEYS)}")
    from cluster_calc.files.shapes import TrendFile, check_shape

    check_shape(TrendFile, raw, where)
    until = raw.get("until", ())
    yardsticks = {}
    for name, text in raw.get("yardsticks", {}).items():
        yardsticks[name] = yardstick(name, str(text))
    trend = Trend(
        id=str(raw.get("id", where)),
        name=str(raw.get("name", where)),
        note=str(raw.get("note", "")),
        until=(until,) if isinstance(until, str) else tuple(until),
        series={name: series_of(name, entry) for name, entry in raw.get("series", {}).items()},
        constants={resolve(name): constant(name, value) for name, value in raw.get("constants", {}).items()},
        yardsticks=yardsticks,
        chip=str(raw.get("chip", "")),
        scaling_law=str(raw.get("scaling_law", "")),
    )
    first, last = raw.get("first_year", trend.first_year), raw.get("last_year", trend.last_year)
    return with_years(trend, first, last, raw.get("step", 1))


def with_years(trend: Trend, first: Any, last: Any, step: Any = 1) -> Trend:
    """The trend over other years, checked."""
    for name, value in (("first year", first), ("last year", last)):
        if isinstance(value, bool) or not isinstance(value, int) or not FIRST_YEAR <= value <= LAST_YEAR:
            raise InputError(f"{name}: {quoted(value)} is not a year from {FIRST_YEAR} to {LAST_YEAR}")
    if last < first:
        raise InputError(f"years: {first} to {last} runs backwards; write FIRST..LAST, for example 2025..2035")
    if isinstance(step, bool) or not isinstance(step, int) or step < 1 or (last - first) // step > 200:
        raise InputError(f"step: {quoted(step)} is not a whole number of years that makes at most 201 columns")
    return replace(trend, first_year=first, last_year=last, step=step)


def constant(name: str, value: Any) -> Datum:
    """A quantity of the cost model held constant, perhaps with a range."""
    known = QUANTITIES[resolve(name)]
    number, low, high = parse(known, value)
    return Datum(
        known.name, number, Source("trend", title="given with the trend"), low, high, origin="file", kind="given"
    )


def yardstick(name: str, text: str) -> tuple[float, str]:
    """An amount to compare with, or the catalog's yardstick of that name, and the unit it is compared in.

    >>> yardstick("a site", "2 GW"), yardstick("a laboratory", "national-ignition-facility")
    ((2000000000.0, 'kW'), (3500000000.0, 'USD'))
    """
    if re.match(r"\s*[-+.$0-9]", text) is None:
        return catalog_yardstick(text)[:2]
    for unit, example in (("USD", "3.5e9 USD"), ("FLOP", ""), ("kW", ""), ("chip", ""), ("token", "")):
        try:
            value = to_base(text, unit, bare=False, example=example)
        except UnitError:
            continue
        if value <= 0:
            raise InputError(f"yardstick {quoted(name)}: {quoted(text)} is not positive")
        return value, unit
    raise InputError(f"yardstick {quoted(name)}: {quoted(text)} is no amount of money, work, power, chips or tokens")


def catalog_yardstick(name: str) -> tuple[float, str, str]:
    """Amount, unit and origin of a yardstick of the catalog."""
    item = catalog().item(name, "yardsticks")
    leaf = item.leaf("amount")
    if leaf is None or leaf.datum.value is None or leaf.unit != "USD":
        held = "no amount" if leaf is None else f"its amount in {leaf.unit}, and exchange rates are not applied"
        raise InputError(f"yardstick {quoted(item.id)} has {held}; give a sum, for example 'cost > 5e9 USD'")
    year = leaf.facts.get("price_year", "nominal")
    money = "nominal" if year == "nominal" else f"in dollars of {year}"
    label = f"{leaf.datum.value:.4g} USD {money}, {leaf.datum.as_of}, {leaf.datum.source.publisher}"
    return leaf.datum.value, "USD", f"{item.id}, {label}"


def named_yardsticks(text: str, columns: Iterable[str], own: Iterable[str]) -> dict[str, tuple[float, str, str]]:
    """The yardstick of the catalog that a condition ends in, under the name it is called by.

    A column and a yardstick of the trend's `own` go first.
    """
    tail, taken = text.lower().rstrip(), {name.lower() for name in own}
    for key, (_, name, aliases) in catalog().heads("yardsticks").items():
        for called in (key, key.replace("-", " "), name.lower(), *aliases):
            ends_so = re.search(rf"(?:^|[\s>=<]){re.escape(called)}$", tail)
            if ends_so and called not in taken and not is_column(called, columns):
                return {called: catalog_yardstick(key)}
    return {}


def preset_path(name: str) -> Path:
    """The file of a preset."""
    return catalog().find(name, "trends")


def load(path: Path) -> Trend:
    """A trend from a file."""
    return trend_from(read_toml(path), path.name)


def changed(trend: Trend, name: str, value: str) -> Trend:
    """The trend with `series.value`, `series.date`, `series.growth`, a setting or a constant given anew."""
    key = name.strip().replace("-", "_")
    series, dot, part = key.partition(".")
    if dot:
        if part not in ("value", "date", "growth", "fit"):
            raise InputError(
                f"{quoted(name)}: a series has value, date and growth (or fit), for example compute.growth"
            )
        before = trend.series.get(series)
        texts = dict(before.texts) if before else {"date": f"{trend.first_year}-01-01"}
        texts[part] = value
        texts.pop("source", None)
        if part == "fit":
            texts = dict(zip(("fit", "column", "date_column"), value.split(":"), strict=False))
        return replace(trend, series={**trend.series, series: series_of(series, texts)})
    if key == "chip":
        return replace(trend, chip=value)
    if key == "scaling_law":
        return replace(trend, scaling_law=value)
    if key in SERIES and key not in QUANTITIES:
        raise InputError(f"{quoted(name)} is a series: give {key}.value, {key}.date or {key}.growth")
    if key not in QUANTITIES:
        known = [*QUANTITIES, *(f"{entry}.growth" for entry in SERIES), "chip", "scaling_law"]
        raise InputError(f"unknown name {quoted(name)}.{did_you_mean(key, known)}")
    return replace(trend, constants={**trend.constants, key: constant(key, value)})
