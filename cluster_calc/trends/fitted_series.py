"""A series from a regression on a table of systems: level and slope from their joint error, and the scatter of systems."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cluster_calc.errors import InputError, quoted
from cluster_calc.quantities.dates import iso_of
from cluster_calc.quantities.shapes import Z95
from cluster_calc.quantities.units import target
from cluster_calc.trends.fitting import Fit, fit
from cluster_calc.trends.observations import Selection, checked_unit, read_observations, values_in_base

BOOTSTRAP = 2000
# Orders of magnitude below which a residual is the arithmetic's own.
EXACT = 1e-9
KEYS = ("fit", "column", "date_column", "unit", "where", "from", "to", "top", "record")


def fitted(
    name: str, raw: Mapping[str, Any], unit: str, *, bootstrap: int = BOOTSTRAP
) -> tuple[dict[str, str], tuple[tuple[float, ...], ...]]:
    """The texts of a series (value, date, growth, scatter, degrees, source) behind `fit`, a CSV file or a shipped table,
    and the systems: years, and values in the unit.

    The value is that of the line on the mean date of the systems, where level and slope are independent; both are 90 %
    intervals of Student's t with `degrees` of freedom; `scatter` is the residuals' standard deviation.

    >>> made, systems = fitted("compute", {"fit": "runs", "column": "flop_published", "date_column": "year"}, "FLOP")
    >>> made["growth"].endswith("OOM/year"), made["degrees"], len(systems[0])
    (True, '8', 10)
    """
    if unknown := set(raw) - {*KEYS, "source", "label", "value", "date", "growth", "degrees", "scatter"}:
        raise InputError(f"series {name}: {quoted(sorted(unknown)[0])} does not go with fit; it has {', '.join(KEYS)}")
    given = {key: str(raw[key]) for key in KEYS if key in raw}
    if not given.get("column"):
        raise InputError(
            f"series {name}: fit needs the column of its values, for example --set {name}.fit=runs:flop_published:year"
        )
    try:
        seen = read_observations(given["fit"])
        dates = given.get("date_column", "date")
        points = seen.points(given["column"], dates, selection_of(given), given.get("unit", ""))
    except InputError as error:
        raise InputError(f"series {name}: {error}") from None
    example = f"{name}.fit={given['fit']}:{given['column']}:{dates}:{unit}"
    factor = checked_unit(points.unit, unit, f"series {name}: column {given['column']}", example)
    made = fit(points.years, values_in_base(points, factor), bootstrap=bootstrap, name=f"series {name}")
    low, high = made.slope_interval
    systems = (points.years, tuple(value * factor / target(unit).factor for value in points.values))
    line = made.band(made.middle, prediction=False)
    start, centre, end = (float(value) / target(unit).factor for value in (line[0], made.level(made.middle), line[1]))
    told = {
        **given,
        "date": iso_of(made.middle),
        "source": _told(made, given, points.unit, points.skipped, selection_of(given).text),
    }
    if made.residual < EXACT:  # a line through every point has no error to draw
        return {**told, "value": f"{centre!r} {unit}", "growth": f"{made.slope!r} OOM/year"}, systems
    return {
        **told,
        "value": f"{centre!r} {unit}, 90 % {start!r}..{end!r} {unit}",
        "growth": f"{low!r}..{high!r} OOM/year",
        "degrees": f"{made.points - 2}",
        "scatter": f"{made.residual!r} OOM",
    }, systems


def _told(made: Fit, given: Mapping[str, str], unit: str, skipped: int, selection: str) -> str:
    low, high = made.slope_interval
    again = made.bootstrap_interval
    resampled = f"bootstrap {again[0]:.3f} to {again[1]:.3f}" if again else "too few for a bootstrap"
    chosen = f" ({selection})" if selection else ""
    return (
        f"log-linear regression on {made.points} rows of {Path(given['fit']).name}{chosen}, {given['column']} in {unit}: "
        f"{made.slope:.3f} OOM a year, 90 % {low:.3f} to {high:.3f} ({resampled}), R² {made.r_squared:.2f}; a single system lies "
        f"within x{10 ** (made.residual * Z95):.3g} of the line (90 %); {skipped} rows without both figures"
    )


def selection_of(texts: Mapping[str, str]) -> Selection:
    """Which rows count, from the texts of a series.

    >>> selection_of({"from": "2010", "top": "10"}).text
    'from 2010, top 10 at release'
    """
    top, record = texts.get("top", "0"), texts.get("record", "false").lower()
    if not top.isdigit() or record not in ("true", "false"):
        raise InputError(f"top {quoted(top)} is a whole number and record {quoted(record)} true or false")
    return Selection(texts.get("where", ""), texts.get("from", ""), texts.get("to", ""), int(top), record == "true")
