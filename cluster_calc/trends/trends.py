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
from cluster_calc.quantities.reading import read
from cluster_calc.quantities.units import target, to_base
from cluster_calc.trends.conditions import is_column
from cluster_calc.trends.rates import parse_path
from cluster_calc.trends.series import SERIES, Relation, Series, level_of, relation_of

FIRST_YEAR, LAST_YEAR = 1900, 2500
_SELECTING = ("where", "from", "to", "top", "record")
_FITTING = ("fit", "column", "date_column", "unit", *_SELECTING)
_KEYS = {"id", "name", "aliases", "note", "source", "first_year", "last_year", "step", "until", "series", "constants", "yardsticks", "chip", "scaling_law", "relations", "correlate"}  # fmt: skip


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
    relations: Mapping[str, Relation] = field(default_factory=dict)
    correlations: tuple[tuple[str, str, float], ...] = ()


def series_of(name: str, raw: Mapping[str, Any]) -> Series:
    """One series from its texts: value (or LOW..HIGH), date, growth; or `fit` a table, its `column` and `date_column`.

    >>> series_of("gdp", {"value": "21.43e12 USD", "date": "2020-01-01", "growth": "3% a year"}).value
    21430000000000.0
    """
    own = "" if name in SERIES else str(raw.get("unit", ""))
    if name not in SERIES and not own:
        raise InputError(
            f"series {quoted(name)} is not one of {', '.join(SERIES)}.{did_you_mean(name, SERIES)} One of your own has a unit: {name}.unit = 'chip'"
        )
    if ("unit" in raw and not own and "fit" not in raw) or (own and (not name.isidentifier() or name in QUANTITIES)):
        raise InputError(
            f"series {quoted(name)}: a unit goes with a name of your own, and this one is taken or is no name"
        )
    try:
        target(own or "1")
    except UnitError as error:
        raise InputError(f"series {name}: unit: {error}") from None
    told: tuple[str, ...] = ()
    systems: tuple[tuple[float, ...], ...] = ()
    if "fit" in raw:
        from cluster_calc.trends.fitted_series import KEYS, fitted

        raw, systems = fitted(name, raw, own or SERIES[name][0])
        told = KEYS
    unknown = set(raw) - {*told} - {"value", "date", "growth", "source", "label", "degrees", "scatter", "unit"}
    if unknown:
        raise InputError(
            f"series {name}: unknown key {quoted(sorted(unknown)[0])}; it has value, date, growth, source, label, scatter, degrees, unit"
        )
    for key in ("value", "date"):
        if key not in raw:
            raise InputError(f"series {name}: {key} is missing")
    try:
        start = Datum(
            name, source=Source("trend", title="given with the trend"), **read(level_of(name, own), str(raw["value"]))
        )
        degrees, scatter = int(str(raw.get("degrees", 0))), float(str(raw.get("scatter", 0)).removesuffix("OOM"))
    except InputError as error:
        raise InputError(f"series {error}") from None
    except ValueError:
        raise InputError(
            f"series {name}: degrees is a whole number and scatter a number of OOM, as in '0.4 OOM'"
        ) from None
    if degrees < 0 or not 0 <= scatter < 100:
        raise InputError(f"series {name}: degrees and scatter are not negative")
    texts = {key: str(entry) for key, entry in raw.items()}
    path = parse_path(str(raw.get("growth", "constant")))
    return Series(name, start, seconds_of(str(raw["date"])), path, texts, degrees, scatter, own, systems)


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
        correlations=correlations(raw.get("correlate", ())),
    )
    for name, entry in raw.get("relations", {}).items():
        trend = related(trend, name, entry)
    first, last = raw.get("first_year", trend.first_year), raw.get("last_year", trend.last_year)
    return with_years(trend, first, last, raw.get("step", 1))


def own_units(trend: Trend) -> dict[str, str]:
    """The units of the series and relations that a trend names itself."""
    series = {name: entry.unit for name, entry in trend.series.items() if entry.unit}
    return series | {name: entry.unit for name, entry in trend.relations.items()}


def related(trend: Trend, name: str, raw: Any) -> Trend:
    """The trend with a relation of one's own: text over its columns, or {value, unit}."""
    entry = raw if isinstance(raw, Mapping) else {"value": raw}
    if set(entry) - {"value", "unit"} or "value" not in entry:
        raise InputError(f"relation {name}: it has value, perhaps with unit, as in 'stock * share'")
    if not name.isidentifier() or (name in trend.series):
        raise InputError(f"relation {quoted(name)}: the name is a series already, or is no name")
    units = {
        **{key: unit for key, (unit, _, _) in SERIES.items()},
        **{key: known.unit for key, known in QUANTITIES.items()},
    }
    units |= own_units(trend)
    units.pop(name, None)
    made = relation_of(name, str(entry["value"]), str(entry.get("unit", "")), units)
    return replace(trend, relations={**trend.relations, name: made})


_PAIR = re.compile(r"\s*([A-Za-z_.-]+)\s*:\s*([A-Za-z_.-]+)\s*=\s*([+-]?[0-9.]+)\s*")


def correlations(texts: Any) -> tuple[tuple[str, str, float], ...]:
    """Rank correlations between what is drawn, `cost.value:cost.growth=0.5`, checked to hold together.

    >>> correlations("cost.value:cost.growth=-0.5")
    (('cost.value', 'cost.growth', -0.5),)
    """
    from cluster_calc.draws.sampling import copula

    found = []
    for text in [texts] if isinstance(texts, str) else texts:
        for part in str(text).split(","):
            match = _PAIR.fullmatch(part)
            if match is None or match[1] == match[2] or not -1 <= float(match[3]) <= 1:
                raise InputError(
                    f"correlate: {quoted(part.strip())} is not NAME:NAME=NUMBER from -1 to 1; write for example cost.value:cost.growth=0.5"
                )
            found.append((match[1].replace("-", "_"), match[2].replace("-", "_"), float(match[3])))
    if found:
        copula(tuple(found))
    return tuple(found)


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
    source = Source("trend", title="given with the trend")
    return Datum(known.name, source=source, origin="file", kind="given", **read(known, value))


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


def fit_texts(where: str) -> dict[str, str]:
    """TABLE:COLUMN:DATES or TABLE:COLUMN:DATES:UNIT as the keys of a series.

    >>> fit_texts("runs:flop_published:year")
    {'fit': 'runs', 'column': 'flop_published', 'date_column': 'year'}
    """
    return dict(zip(("fit", "column", "date_column", "unit"), where.split(":", 3), strict=False))


_PART_ORDER = ("unit", "fit", "value", "date", "growth")
# What a unit of one's own is said with.
_WITH_UNIT = ("value", "fit", "formula")


def in_order(changes: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Changes in the order in which they can be made: a unit goes with the level or the formula it is of, relations last.

    >>> in_order({"b.formula": "a * 2", "a.growth": "2x a year", "a.value": "1 chip", "a.unit": "chip"})
    [('a.value', '1 chip', 'chip'), ('a.growth', '2x a year', ''), ('b.formula', 'a * 2', '')]
    """
    units = {name.partition(".")[0]: text for name, text in changes.items() if name.endswith(".unit")}
    found = []
    for name, text in changes.items():
        series, _, part = name.partition(".")
        if part == "unit" and any(f"{series}.{key}" in changes for key in _WITH_UNIT):
            continue
        found.append((name, text, units.get(series, "") if part in _WITH_UNIT else ""))

    def place(entry: tuple[str, str, str]) -> int:
        part = entry[0].partition(".")[2]
        return _PART_ORDER.index(part) if part in _PART_ORDER else 99 if part == "formula" else 50

    return sorted(found, key=place)


def changed(trend: Trend, name: str, value: str, unit: str = "") -> Trend:
    """The trend with `series.value`, `series.date`, `series.growth`, a setting or a constant given anew; `unit` of a series of one's own."""
    key = name.strip().replace("-", "_")
    series, dot, part = key.partition(".")
    if dot:
        if part == "formula":
            return related(trend, series, {"value": value, **({"unit": unit} if unit else {})})
        if part not in ("value", "date", "growth", "fit", "unit", "scatter", *_SELECTING):
            raise InputError(
                f"{quoted(name)}: a series has value, date and growth (or fit), for example compute.growth"
            )
        before = trend.series.get(series)
        texts = dict(before.texts) if before else {"date": f"{trend.first_year}-01-01"}
        if unit:
            texts["unit"] = unit
        if part == "fit":
            texts = fit_texts(value) | {key: texts[key] for key in ("unit",) if series not in SERIES and key in texts}
        elif part in _SELECTING:
            if "fit" not in texts:
                raise InputError(f"{quoted(name)}: {part} chooses among the rows of a fit; give {series}.fit first")
            texts = {key: text for key, text in texts.items() if key in _FITTING} | {part: value}
        else:
            # What a regression found of the series no longer holds.
            texts = {
                key: text
                for key, text in texts.items()
                if key not in (*_FITTING, "source", "degrees", "scatter") or key == part
            }
            texts |= {part: value} | ({"unit": own} if (own := unit or (before.unit if before else "")) else {})
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
