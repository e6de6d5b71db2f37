"""The public verb `project`: growth over years, what the cost model makes of it, and the date a condition is met.

Series grow along their paths; what they determine (training_compute, annual_shipments, chip_price …) is given to the
same graph that `estimate` runs, evaluated on years × draws. A condition is met where the ratio of its two sides passes
one; between the years of the grid the ratio is interpolated on a log axis, which is exact for log-linear series.
"""

from __future__ import annotations

import datetime
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cluster_calc.draws.sampling import quantiles
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.model.graph import Model
from cluster_calc.model.sets import model_of
from cluster_calc.quantities.dates import DAY, decimal_year, iso_of
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.units import target
from cluster_calc.trends import trends
from cluster_calc.trends.conditions import Condition, Side, parse_condition
from cluster_calc.trends.growth import supply_compute
from cluster_calc.trends.series import SERIES
from cluster_calc.trends.trends import Trend

SCHEMA = "cluster-calc/project/1"
DRAWS, MOST_DRAWS, BLOCK = 4096, 100_000, 512
# How far a crossing is searched for past the last column, and in which steps of a year.
HORIZON_YEAR = 2300
PERCENTILES = (5, 10, 50, 90, 95)
# Series → the quantity of the cost model that it is.
_AS_QUANTITY = {
    "compute": "training_compute", "shipments": "annual_shipments", "tokens": "tokens", "throughput": "peak_throughput",
    "chip_price": "chip_price", "chip_power": "chip_power",
}  # fmt: skip
# What a projection shows besides its series, where it can be computed: name → JSON unit.
_RESULTS = ("active_parameters", "tokens", "chips", "shipment_share", "peak_facility_power", "capital_cost", "run_cost")
_SHARES = {
    "cost_share_of_gdp": ("cost", "gdp"), "cost_share_of_profit": ("cost", "profit"), "capital_share_of_gdp": ("capital_cost", "gdp"),
    "power_share_of_supply": ("peak_facility_power", "power_supply"), "tokens_share_of_text": ("tokens", "text"),
    "compute_share_of_supply": ("compute", "supply"),
}  # fmt: skip
_UNITS = {name: unit for name, (unit, _, _) in SERIES.items()} | {"supply": "FLOP"} | dict.fromkeys(_SHARES, "1")


@dataclass(frozen=True, slots=True)
class Column:
    """One projected quantity over the years, in its JSON unit; percentiles where something is uncertain."""

    name: str
    unit: str
    values: tuple[float, ...]
    percentiles: Mapping[int, tuple[float, ...]] | None


@dataclass(frozen=True, slots=True)
class Crossing:
    """When a condition is met: on the base line, and over the draws."""

    condition: str
    year: float | None
    percentiles: Mapping[int, float | None] | None
    share: float | None
    already: bool = False
    note: str = ""

    @property
    def date(self) -> str | None:
        """The ISO day of the base line's crossing."""
        return None if self.year is None else iso_of(self.year)


@dataclass(frozen=True)
class Projection:
    """The years, the columns, the crossings, and the trend that made them."""

    trend: Trend
    years: tuple[int, ...]
    columns: tuple[Column, ...]
    crossings: tuple[Crossing, ...]
    draws: int
    seed: int | None
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Projection {self.years[0]} to {self.years[-1]}: {', '.join(column.name for column in self.columns)}>"

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def as_dict(self) -> dict[str, Any]:
        """The projection as JSON."""
        from cluster_calc.version import __version__

        return {
            "schema": SCHEMA,
            "version": __version__,
            "trend": {"id": self.trend.id, "name": self.trend.name, "note": self.trend.note,
                      "series": {name: dict(entry.texts) for name, entry in self.trend.series.items()}},
            "seed": self.seed,
            "draws": self.draws,
            "years": list(self.years),
            "columns": [
                {"name": column.name, "unit": column.unit, "values": list(column.values),
                 **{f"p{percent}": None if column.percentiles is None else list(column.percentiles[percent]) for percent in (10, 50, 90)}}
                for column in self.columns
            ],
            "crossings": [
                {"condition": entry.condition, "date": entry.date, "value": entry.year, "already": entry.already,
                 **{f"p{percent}": None if entry.percentiles is None else entry.percentiles[percent] for percent in PERCENTILES},
                 "share_crossing": entry.share, "note": entry.note}
                for entry in self.crossings
            ],
            "warnings": list(self.warnings),
        }  # fmt: skip


def project(
    preset: str | None = None,
    *,
    file: Path | str | None = None,
    years: tuple[int, int] | tuple[int, int, int] | None = None,
    until: Iterable[str] | str | None = None,
    show: Iterable[str] | None = None,
    set: Mapping[str, str] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Projection:
    """Growth over years by a preset or a file, changed by `set`, with the dates that conditions are met.

    Levels are those of 1 January of each year.

    >>> made = project("cset-2022", years=(2020, 2027), until="cost > GDP")
    >>> made.crossings[0].date[:7]
    '2026-06'
    """
    if not 2 <= draws <= MOST_DRAWS:
        raise InputError(f"draws: {quoted(draws)} is outside 2 to {MOST_DRAWS}")
    if preset is not None and file is not None:
        raise InputError("give a preset or a file, not both")
    trend = Trend(id="own", name="own trend")
    if preset is not None:
        trend = trends.load(trends.preset_path(preset))
    elif file is not None:
        trend = trends.load(Path(file))
    if years is not None:
        trend = trends.with_years(trend, *years)
    for name, text in (set or {}).items():
        trend = trends.changed(trend, name, text)
    if not trend.series:
        raise InputError(
            "nothing grows: name a preset (cset-2022, ea-forum-2023, exponential-view-2024, fermi-training-runs-2021, epoch-dollar-cost-2023), a file, "
            "or a series, for example --set compute.value='2e25 FLOP' --set compute.growth='4x a year'"
        )
    wanted = trend.until if until is None else (until,) if isinstance(until, str) else tuple(until)
    run = _Run(trend)
    shown_years = tuple(range(trend.first_year, trend.last_year + 1, trend.step))
    dates = np.array([_new_year(year) for year in shown_years])
    base = run.levels(dates, None)
    names = _chosen(run, base, show)
    units = run.units(base)
    named: dict[str, tuple[float, str, str]] = {}
    for text in wanted:
        named |= trends.named_yardsticks(text, units, trend.yardsticks)
    yardsticks = {**{name: (value, unit) for name, (value, unit, _) in named.items()}, **trend.yardsticks}
    conditions = [parse_condition(text, units, yardsticks) for text in wanted]
    samples = run.samples(dates, names, draws, seed) if run.is_uncertain else None
    columns = tuple(
        _column(name, run.units(base)[name], base[name], None if samples is None else samples[name]) for name in names
    )
    crossings = tuple(_crossing(run, condition, draws, seed) for condition in conditions)
    warnings = [f"held constant, from the catalog: {label}" for _, _, label in named.values()]
    warnings += [
        f"shipment_share passes 1 in {shown_years[int(np.argmax(np.asarray(base['shipment_share']) > 1))]}: more chips than a year's shipments"
    ] if "shipment_share" in names and np.any(np.asarray(base["shipment_share"]) > 1) else []  # fmt: skip
    return Projection(
        trend, shown_years, columns, crossings, draws if samples is not None else 0, seed if samples is not None else None,
        tuple(warnings),
    )  # fmt: skip


class _Run:
    """A trend made ready to be evaluated on any dates: its model, its constants, what is uncertain."""

    def __init__(self, trend: Trend) -> None:
        self.trend = trend
        self.constants: dict[str, Any] = dict(trend.constants)
        self.model: Model
        if trend.chip:
            self._from_chip()
        else:
            sets: tuple[str, ...] = ("hardware", "compute", "sizing", "timing")
            if trend.scaling_law:
                from cluster_calc.estimation.parts.scaling_law import law_of, sets_for

                law = law_of(trend.scaling_law)
                sets = (*sets, *sets_for(law, compute=True, size=False, data="tokens" in trend.series))
                for name, datum in law.figures.items():
                    self.constants.setdefault(name, datum)
                self._default("reference_parameters", "reference_tokens", "flop_per_parameter_token")
            if "shipments" in trend.series:
                self._default("shipment_period")
            self.model = model_of(*sets)
        self.is_uncertain = any(entry.has_range for entry in trend.series.values()) or any(
            datum.has_range for datum in trend.constants.values()
        )

    def _default(self, *names: str) -> None:
        from cluster_calc.catalog.current import catalog

        for name in names:
            found = catalog().assumption(name)
            if found is not None:
                self.constants.setdefault(name, found.with_(low=None, high=None))

    def _from_chip(self) -> None:
        """The model and the inputs of an estimate with that chip: what it would take each year."""
        from cluster_calc.estimation.estimation import run
        from cluster_calc.scenario.scenario import Scenario

        settings: dict[str, Any] = {"chip": self.trend.chip}
        if self.trend.scaling_law:
            settings["scaling_law"] = self.trend.scaling_law
        data = dict(self.trend.constants)
        demand = _stand_in("training_compute", 1e25)
        result = run(Scenario(settings=settings, data={**data, "training_compute": demand}))
        self.model = result.model
        self.constants = {
            name: datum for name, datum in result.data.items() if name != "training_compute" and datum.value is not None
        }

    def levels(self, dates: Any, z: Mapping[str, Any] | None) -> dict[str, Any]:
        """Every series and result on the dates; draws come as columns (draws × 1)."""
        from cluster_calc.quantities.shapes import value_at

        zero: dict[str, Any] = dict(z or {})
        found: dict[str, Any] = {
            name: entry.levels(dates, zero.get(f"{name}.value", 0.0), zero.get(f"{name}.growth", 0.0))
            for name, entry in self.trend.series.items()
        }
        if "cost" not in found and {"compute", "price"} <= set(found):
            found["cost"] = found["compute"] * found["price"]
        elif "compute" not in found and {"cost", "price"} <= set(found):
            found["compute"] = found["cost"] / found["price"]
        given: dict[str, Any] = {}
        for name, datum in self.constants.items():
            given[name] = value_at(datum, zero[name]) if name in zero and datum.has_range else datum.value
        for series, name in _AS_QUANTITY.items():
            if series in found:
                given[name] = found[series]
        values = self.model.evaluate(given)
        if "cost" not in found and "run_cost" in values:
            found["cost"] = values["run_cost"]
        life, peak = given.get("lifetime"), given.get("peak_throughput")
        if life is not None and peak is not None and "shipments" in found and "time_allowed" in given:
            sustained = peak * given.get("mfu", 1.0) * given.get("goodput", 1.0)
            found["supply"] = supply_compute(found["shipments"], life, 1.0, sustained, given["time_allowed"])
        for name in _RESULTS:
            if name in values and name not in found and not (name == "run_cost" and found.get("cost") is values[name]):
                found[name] = values[name]
        for name, (above, below) in _SHARES.items():
            if above in found and below in found:
                found[name] = found[above] / found[below]
        shape = np.broadcast_shapes(np.shape(dates), *(np.shape(value) for value in found.values()))
        return {name: np.broadcast_to(value, shape) for name, value in found.items()}

    def units(self, values: Mapping[str, Any]) -> dict[str, str]:
        """The JSON unit of each column."""
        return {name: _UNITS[name] if name in _UNITS else QUANTITIES[name].unit for name in values}

    def blocks(self, dates: Any, draws: int, seed: int) -> Iterator[tuple[slice, dict[str, Any]]]:
        """The levels, draws in blocks, one stream of draws per uncertain input."""
        streams = {}
        for name, entry in self.trend.series.items():
            if entry.low is not None:
                streams[f"{name}.value"] = _normals(f"{name}.value", seed, draws)
            if entry.path.has_range:
                streams[f"{name}.growth"] = _normals(f"{name}.growth", seed, draws)
        for name, datum in self.constants.items():
            if datum.has_range and name in self.trend.constants:
                streams[name] = _normals(name, seed, draws)
        for start in range(0, draws, BLOCK):
            place = slice(start, min(start + BLOCK, draws))
            yield place, self.levels(dates, {name: stream[place, None] for name, stream in streams.items()})

    def samples(self, dates: Any, names: Iterable[str], draws: int, seed: int) -> dict[str, Any]:
        """The draws of some columns: draws × years."""
        found = {name: np.empty((draws, len(dates))) for name in names}
        for place, values in self.blocks(dates, draws, seed):
            for name, sample in found.items():
                sample[place] = values[name]
        return found


def _stand_in(name: str, value: float) -> Any:
    """A datum that stands in for what the years will give."""
    from cluster_calc.quantities.datum import Datum, Source

    return Datum(name, value, Source("trend", title="given by the trend"), origin="file", kind="given")


def _normals(name: str, seed: int, draws: int) -> Any:
    """Standard normal draws of one input: its evenly spaced quantiles in an order of its own (a Latin hypercube)."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())]).permutation(quantiles(draws))


def _new_year(year: int) -> float:
    return (datetime.date(year, 1, 1) - datetime.date(1970, 1, 1)).days * DAY


def _chosen(run: _Run, base: Mapping[str, Any], show: Iterable[str] | None) -> list[str]:
    for name, value in base.items():
        if not np.isfinite(value).all():
            raise InputError(
                f"{name} grows beyond what a number can hold by {run.trend.last_year}: fewer years, or slower growth"
            )
    if show is None:
        return list(base)
    names = []
    for text in show:
        key = text.strip().replace("-", "_")
        if key not in base:
            raise InputError(f"column {quoted(text)} is not among {', '.join(base)}.{did_you_mean(key, base)}")
        names.append(key)
    return names


def _column(name: str, unit: str, base: Any, sample: Any) -> Column:
    factor = target(unit).factor
    spread = None
    if sample is not None:
        found = np.percentile(sample, PERCENTILES, axis=0) / factor
        spread = {
            percent: tuple(float(value) for value in row) for percent, row in zip(PERCENTILES, found, strict=True)
        }
    return Column(name, unit, tuple(float(value) for value in np.ravel(base) / factor), spread)


def _crossing(run: _Run, condition: Condition, draws: int, seed: int) -> Crossing:
    """The date on the base line and over the draws; a line that never crosses says what it approaches."""
    years = np.arange(run.trend.first_year, HORIZON_YEAR + 1)
    dates = np.array([_new_year(int(year)) for year in years])
    with np.errstate(all="ignore"):
        ratio = _ratio(condition, run.levels(dates, None))
    [year] = _first(ratio[None, :], dates)
    percentiles = share = None
    if run.is_uncertain:
        found = np.empty(draws)
        with np.errstate(all="ignore"):
            for place, values in run.blocks(dates, draws, seed):
                found[place] = _first(
                    np.broadcast_to(_ratio(condition, values), (place.stop - place.start, len(dates))), dates
                )
        share = float(np.isfinite(found).mean())
        percentiles = {percent: _finite(np.quantile(found, percent / 100, method="higher")) for percent in PERCENTILES}
    if not np.isfinite(year) and not share:
        start, end = (float(np.exp(value)) for value in (ratio[0], ratio[-1]))
        trend = "falls" if end < start else "rises only"
        raise InputError(
            f"until {quoted(condition.text)} never happens by {HORIZON_YEAR}: {condition.left.text} is {start:.3g} of "
            f"{condition.right.text} in {years[0]} and {trend} to {end:.3g}; a faster growth or a lower threshold would cross"
        )
    already = bool(ratio[0] >= 0)
    note = f"already so on {run.trend.first_year}-01-01" if already else ""
    if share is not None and share < 1:
        note = (note + "; " if note else "") + f"{100 * (1 - share):.1f} % of the draws never cross by {HORIZON_YEAR}"
    return Crossing(condition.text, _finite(year), percentiles, share, already, note)


def _finite(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _ratio(condition: Condition, values: Mapping[str, Any]) -> Any:
    """The logarithm of the left side over the right; positive where the condition holds."""

    def level(side: Side) -> Any:
        return side.factor * (values[side.column] if side.column else 1.0)

    ratio = np.log(level(condition.left)) - np.log(level(condition.right))
    return ratio if condition.above else -ratio


def _first(ratio: Any, dates: Any) -> Any:
    """Row by row, the decimal year in which the ratio first passes zero; infinite where it never does."""
    ratio = np.where(np.isnan(ratio), -np.inf, ratio)
    met = ratio >= 0
    place = np.argmax(met, axis=1)
    rows = np.arange(len(ratio))
    before = np.maximum(place - 1, 0)
    low, high = ratio[rows, before], ratio[rows, place]
    with np.errstate(all="ignore"):
        share = np.where(place > 0, np.clip(-low / (high - low), 0.0, 1.0), 0.0)
    share = np.where(np.isfinite(share), share, 1.0)
    seconds = dates[before] + share * (dates[place] - dates[before])
    return np.array(
        [decimal_year(float(value)) if any_ else np.inf for value, any_ in zip(seconds, met.any(axis=1), strict=True)]
    )
