"""The band of a fitted series holds the truth as often as it says, at the data, before and beyond them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy")

import cluster_calc as cc
from cluster_calc.errors import InputError
from cluster_calc.quantities.dates import iso_of
from cluster_calc.quantities.shapes import Z95
from cluster_calc.trends.fitting import fit
from cluster_calc.trends.rates import YEAR, parse_rate
from cluster_calc.trends.run import Run, new_year
from cluster_calc.trends.trends import Trend, series_of

YEARS = (2018, 2022, 2025, 2030)  # before, amid, at the end of and beyond the systems' dates
SLOPE, LEVEL, SCATTER = 0.5, 24.0, 0.45


def systems(number: int, count: int, path: Path) -> Path:
    """A synthetic table of systems around log10(compute) = 24 + 0.5 · (year − 2022)."""
    generator = np.random.default_rng([22, number])
    years = generator.uniform(2019, 2025, count)
    values = 10 ** (LEVEL + SLOPE * (years - 2022) + generator.normal(0, SCATTER, count))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["date", "compute [FLOP]"])
        writer.writerows([iso_of(year), repr(float(value))] for year, value in zip(years, values, strict=True))
    return path


def coverage(sets: int, count: int, folder: Path, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares of sets whose P10–P90 holds the line, and whose band of a single system holds a new system."""
    table = folder / "systems.csv"
    dates = np.array([new_year(year) for year in YEARS])
    truth = 10 ** (LEVEL + SLOPE * (np.array(YEARS) - 2022))
    line, single = np.zeros(len(YEARS)), np.zeros(len(YEARS))
    for number in range(sets):
        from cluster_calc.trends import fitted_series

        systems(number, count, table)
        raw = {"fit": str(table), "column": "compute", "date_column": "date"}
        texts, _ = fitted_series.fitted("compute", raw, "FLOP", bootstrap=0)
        made = series_of("compute", {key: texts[key] for key in ("value", "date", "growth", "degrees", "scatter")})
        run = Run(Trend(series={"compute": made}))
        new = truth * 10 ** np.random.default_rng([7, number]).normal(0, SCATTER, len(YEARS))
        for system, held, wanted in ((False, line, truth), (True, single, new)):
            low, high = np.percentile(
                run.samples(dates, ["compute"], draws, number, system=system)["compute"], [10, 90], axis=0
            )
            held += (low <= wanted) & (wanted <= high)
    return line / sets, single / sets


@pytest.mark.thorough
@pytest.mark.parametrize("count", [6, 40])
def test_80_percent_bands_hold_80_percent_of_2000_sets(count: int, tmp_path: Path) -> None:
    for shares in coverage(2000, count, tmp_path, 1024):
        assert np.all((shares >= 0.78) & (shares <= 0.82)), shares


def test_80_percent_bands_hold_about_that_of_200_sets(tmp_path: Path) -> None:
    """A tenth of the thorough test: four standard errors of 200 sets are 11 points."""
    for shares in coverage(200, 40, tmp_path, 512):
        assert np.all((shares >= 0.69) & (shares <= 0.91)), shares
        assert 0.76 <= shares.mean() <= 0.84


def test_the_band_is_the_textbook_one_and_the_command_takes_it(tmp_path: Path) -> None:
    table = systems(3, 40, tmp_path / "systems.csv")
    made = cc.project(
        set={"compute.fit": f"{table}:compute:date"}, years=(2018, 2030), draws=20_000, until="compute > 1e26 FLOP"
    )
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    from cluster_calc.quantities.dates import decimal_year, seconds_of

    own = fit(
        [decimal_year(seconds_of(row["date"])) for row in rows],
        [float(row["compute [FLOP]"]) for row in rows],
        confidence=0.8,
    )
    column = made["compute"]
    assert column.percentiles is not None
    assert column.system is not None
    for prediction, spread in ((False, column.percentiles), (True, column.system)):
        low, high = own.band(np.array(made.years), prediction=prediction)
        assert np.log(spread[10]) == pytest.approx(np.log(low), abs=0.06)
        assert np.log(spread[90]) == pytest.approx(np.log(high), abs=0.06)
    # The crossing is that of the same draws of the line.
    sample = np.log10(made.samples["compute"])
    met = np.array([np.interp(26, row, made.years) for row in sample if row[-1] > 26 > row[0]])
    [crossing] = made.crossings
    assert crossing.percentiles is not None
    assert crossing.percentiles[5] == pytest.approx(np.quantile(met, 0.05), abs=0.02)


def test_the_bootstrap_of_systems_agrees_on_the_crossing(tmp_path: Path) -> None:
    table = systems(5, 60, tmp_path / "systems.csv")
    [crossing] = cc.project(set={"compute.fit": f"{table}:compute:date"}, until="compute > 1e27 FLOP").crossings
    from cluster_calc.trends.observations import read_observations

    points = read_observations(str(table)).points("compute", "date")
    x, y = np.array(points.years), np.log10(points.values)
    generator = np.random.default_rng(1)
    found = []
    for _ in range(1000):
        pick = generator.integers(0, len(x), len(x))
        slope, level = np.polyfit(x[pick] - 2022, y[pick], 1)
        found.append(2022 + (27 - level) / slope)
    assert crossing.percentiles is not None
    low, high = np.quantile(found, [0.05, 0.95])
    width = high - low
    assert abs(crossing.percentiles[5] - low) < 0.25 * width
    assert abs(crossing.percentiles[95] - high) < 0.25 * width


@pytest.mark.parametrize(
    ("text", "low", "middle", "high"),
    [
        ("380 MUSD, 90 % 55..1500 MUSD", 55e6, 380e6, 1.5e9),
        ("380M USD (55M..1.5B USD)", 55e6, 380e6, 1.5e9),
        ("$55M to $1.5B", 55e6, (55e6 * 1.5e9) ** 0.5, 1.5e9),
        ("normal(400, 50) MUSD", 400e6 - 50e6 * Z95, 400e6, 400e6 + 50e6 * Z95),
        ("uniform(100, 300) MUSD", 110e6, 200e6, 290e6),
    ],
)
def test_a_level_takes_every_distribution_of_an_estimate(text: str, low: float, middle: float, high: float) -> None:
    made = cc.project(
        set={"cost.value": text, "cost.date": "2025-01-01", "cost.growth": "constant"}, years=(2025, 2026)
    )
    spread = made["cost"].percentiles
    assert spread is not None
    assert made["cost"].values[0] == pytest.approx(middle, rel=1e-6)
    assert spread[5][0] == pytest.approx(low, rel=0.01)
    assert spread[95][0] == pytest.approx(high, rel=0.01)
    assert spread[50][0] == pytest.approx(middle, rel=0.01)


def test_a_rate_takes_them_too(tmp_path: Path) -> None:
    def ends(text: str) -> list[float]:
        return [round(float(parse_rate(text).at(z)) * YEAR / np.log(10), 4) for z in (-Z95, 0.0, Z95)]

    assert ends("0.1 to 0.3 OOM/year") == [0.1, 0.2, 0.3]
    assert ends("0.2 (0.1..0.4) OOM/year") == [0.1, 0.2, 0.4]
    assert ends("0.2, 90 % 0.1..0.4 OOM/year") == [0.1, 0.2, 0.4]
    assert 10 ** np.array(ends("4 (3..5)x a year")) == pytest.approx([3, 4, 5], rel=1e-3)
    # Seed 004's mixture, exactly: equal to the bisection of crossings.py.
    from cluster_calc.trends.crossings import mixture_percentile

    exact = [mixture_percentile(0.51, 0.45, 0.57, 0.43, 0.34, 0.52, 0.7, Z95, share) for share in (0.05, 0.5, 0.95)]
    mixed = ends(f"0.7 * normal(0.51, {0.06 / Z95}) + 0.3 * normal(0.43, {0.09 / Z95}) OOM/year")
    assert mixed == pytest.approx(exact, abs=2e-4)
    draws = tmp_path / "draws.csv"
    generator = np.random.default_rng(0)
    draws.write_text("g\n" + "\n".join(f"{value:.6f}" for value in generator.normal(0.5, 0.05, 20_000)))
    assert ends(f"samples({draws}:g) OOM/year") == pytest.approx([0.5 - 0.05 * Z95, 0.5, 0.5 + 0.05 * Z95], abs=3e-3)


def test_start_and_growth_can_be_correlated() -> None:
    own = {"cost.value": "1e8..1e9 USD", "cost.date": "2025-01-01", "cost.growth": "2..4x a year"}

    def width(**options: str) -> float:
        spread = cc.project(set=own, years=(2025, 2030), **options)["cost"].percentiles  # type: ignore[arg-type]
        assert spread is not None
        return float(np.log(spread[90][-1] / spread[10][-1]))

    alone, together, against = (
        width(),
        width(correlate="cost.value:cost.growth=0.8"),
        width(correlate="cost.value:cost.growth=-0.8"),
    )
    assert against < alone < together
    with pytest.raises(InputError, match="has no range here"):
        cc.project(set=own, correlate="cost.value:gdp.growth=0.5")


def test_the_unit_of_a_column_is_asked_for_and_checked(tmp_path: Path) -> None:
    table = tmp_path / "chips.csv"
    table.write_text(
        "d,pp,flops per dollar [FLOP/USD]\n" + "".join(f"{2010 + k},{10**k}e9,{2**k}e9\n" for k in range(9))
    )
    with pytest.raises(InputError, match="nothing says its unit"):
        cc.project(set={"price.fit": f"{table}:pp:d"})
    with pytest.raises(InputError, match="it is the inverse"):
        cc.project(set={"price.fit": f"{table}:pp:d:FLOP/USD"})
    made = cc.project(set={"price.fit": f"{table}:1/`flops per dollar`:d"}, years=(2018, 2020))
    assert made["price"].values[0] == pytest.approx(1 / 2**8 / 1e9, rel=1e-3)


def test_series_and_relations_of_ones_own() -> None:
    """AI 2027's compute: a stock that grows 2.25x and a share of it that grows 1.5x a year make 3.4x."""
    own = {
        "stock.unit": "chip", "stock.value": "10e6 chip", "stock.date": "2025-03-01", "stock.growth": "2.25x a year",
        "share.unit": "1", "share.value": "0.05", "share.date": "2025-03-01", "share.growth": "1.5x a year",
        "largest.formula": "stock * share",
    }  # fmt: skip
    made = cc.project(set=own, years=(2026, 2028), until="largest > 5e6 chip")
    column = made["largest"]
    assert column.unit == "chip"
    assert column.values[1] / column.values[0] == pytest.approx(2.25 * 1.5, rel=1e-3)
    assert made.crossings[0].year == pytest.approx(2025 + 2 / 12 + np.log(10) / np.log(2.25 * 1.5), abs=0.01)
    with_unit = cc.project(set={**own, "largest.unit": "kchip"}, years=(2026, 2028))["largest"]
    assert with_unit.unit == "kchip"
    assert with_unit.values == pytest.approx([value / 1000 for value in column.values])
    with pytest.raises(InputError, match=r"measures \[chip\], not 'USD'"):
        cc.project(set={**own, "largest.unit": "USD"})
    with pytest.raises(InputError, match=r"no column 'stcok'.*Did you mean stock"):
        cc.project(set={**own, "largest.formula": "stcok * share"})
    with pytest.raises(InputError, match="cannot stand in an expression"):
        cc.project(set={**own, "largest.formula": "(lambda: stock)()"})
