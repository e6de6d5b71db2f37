"""The public verb `project`: growth over years, what the cost model makes of it, and the date a condition is met.

Series grow along their paths; what they determine (training_compute, annual_shipments, chip_price …) is given to the
same graph that `estimate` runs, evaluated on years × draws. A condition is met where the ratio of its two sides passes
one; between the years of the grid the ratio is interpolated on a log axis, which is exact for log-linear series.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.quantities.dates import decimal_year, iso_of
from cluster_calc.quantities.units import target
from cluster_calc.trends import trends
from cluster_calc.trends.conditions import Condition, Side, parse_condition
from cluster_calc.trends.run import Run, new_year
from cluster_calc.trends.trends import Trend

SCHEMA = "cluster-calc/project/1"
DRAWS, MOST_DRAWS = 4096, 100_000
# How far a crossing is searched for past the last column, and in which steps of a year.
HORIZON_YEAR = 2300
PERCENTILES = (5, 10, 50, 90, 95)
DRAWS_FORMATS = {".parquet": "parquet", ".csv": "csv"}


@dataclass(frozen=True, slots=True)
class Column:
    """One projected quantity over the years, in its JSON unit; percentiles where something is uncertain.

    `percentiles` are those of the line; `system` those of a single system, where a regression tells how they scatter.
    """

    name: str
    unit: str
    values: tuple[float, ...]
    percentiles: Mapping[int, tuple[float, ...]] | None
    system: Mapping[int, tuple[float, ...]] | None = None
    drawn: Any = field(default=None, compare=False, repr=False)


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

    @property
    def samples(self) -> dict[str, Any]:
        """The draws of every column as an array draws × years, in JSON units; empty where nothing is uncertain."""
        return {column.name: column.drawn for column in self.columns if column.drawn is not None}

    def frame(self) -> Any:
        """A pandas frame: a row per year; each column's base value and, where drawn, its percentiles (`cost_p10`)."""
        import pandas as pd

        found: dict[str, Any] = {}
        for column in self.columns:
            found[column.name] = column.values
            for mark, spread in (("p", column.percentiles), ("system_p", column.system)):
                found |= {f"{column.name}_{mark}{percent}": values for percent, values in (spread or {}).items()}
        return pd.DataFrame(found, index=pd.Index(self.years, name="year"))

    def draws_frame(self) -> Any:
        """A pandas frame of the draws: a row per draw and year."""
        import pandas as pd

        if not self.samples:
            raise InputError("nothing was drawn: give a range, for example --set compute.growth='4..5x a year'")
        found: dict[str, Any] = {
            "draw": np.repeat(np.arange(self.draws), len(self.years)), "year": np.tile(self.years, self.draws),
        }  # fmt: skip
        return pd.DataFrame(found | {name: np.ravel(sample) for name, sample in self.samples.items()})

    def write_draws(self, path: Path | str) -> None:
        """Write `draws_frame` as Parquet or CSV, by the ending of the path; in one step."""
        from io import BytesIO

        from cluster_calc.files.atomic import format_by_ending, write_atomically

        form = format_by_ending(str(path), DRAWS_FORMATS, "--draws-output") or "csv"
        frame, file = self.draws_frame(), BytesIO()
        if form == "csv":
            frame.to_csv(file, index=False, lineterminator="\n")
        else:
            try:
                frame.to_parquet(file, index=False)
            except ImportError:
                raise InputError("Parquet needs the scale extra: pip install 'cluster-calc[scale]'") from None
        write_atomically(Path(path), file.getvalue(), "--draws-output")

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
                 **{f"p{percent}": None if column.percentiles is None else list(column.percentiles[percent]) for percent in (10, 50, 90)},
                 **({} if column.system is None else {f"system_p{percent}": list(column.system[percent]) for percent in (10, 50, 90)})}
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
    correlate: Iterable[str] | str = (),
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
    for name, text, unit in trends.in_order(set or {}):
        trend = trends.changed(trend, name, text, unit)
    if correlate:
        trend = replace(trend, correlations=trends.correlations(correlate))
    if not trend.series:
        raise InputError(
            "nothing grows: name a preset (cset-2022, ea-forum-2023, exponential-view-2024, fermi-training-runs-2021, epoch-dollar-cost-2023), a file, "
            "or a series, for example --set compute.value='2e25 FLOP' --set compute.growth='4x a year'"
        )
    wanted = trend.until if until is None else (until,) if isinstance(until, str) else tuple(until)
    run = Run(trend)
    shown_years = tuple(range(trend.first_year, trend.last_year + 1, trend.step))
    dates = np.array([new_year(year) for year in shown_years])
    base = run.levels(dates, None)
    names = _chosen(run, base, show)
    units = run.units(base)
    named: dict[str, tuple[float, str, str]] = {}
    for text in wanted:
        named |= trends.named_yardsticks(text, units, trend.yardsticks)
    yardsticks = {**{name: (value, unit) for name, (value, unit, _) in named.items()}, **trend.yardsticks}
    conditions = [parse_condition(text, units, yardsticks) for text in wanted]
    samples = run.samples(dates, names, draws, seed) if run.is_uncertain else None
    single = run.samples(dates, names, draws, seed, system=True) if run.has_scatter else None
    columns = tuple(
        _column(
            name,
            run.units(base)[name],
            base[name],
            *(None if drawn is None else drawn[name] for drawn in (samples, single)),
        )
        for name in names
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


def _chosen(run: Run, base: Mapping[str, Any], show: Iterable[str] | None) -> list[str]:
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


def _column(name: str, unit: str, base: Any, sample: Any, single: Any = None) -> Column:
    factor = target(unit).factor

    def spread(drawn: Any) -> dict[int, tuple[float, ...]] | None:
        if drawn is None:
            return None
        found = np.percentile(drawn, PERCENTILES, axis=0) / factor
        return {percent: tuple(float(value) for value in row) for percent, row in zip(PERCENTILES, found, strict=True)}

    scattered = single is not None and not np.array_equal(single, sample)
    values = tuple(float(value) for value in np.ravel(base) / factor)
    drawn = None if sample is None else sample / factor
    return Column(name, unit, values, spread(sample), spread(single) if scattered else None, drawn)


def _crossing(run: Run, condition: Condition, draws: int, seed: int) -> Crossing:
    """The date on the base line and over the draws; a line that never crosses says what it approaches."""
    years = np.arange(run.trend.first_year, HORIZON_YEAR + 1)
    dates = np.array([new_year(int(year)) for year in years])
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
