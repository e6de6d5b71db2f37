"""`cluster-calc growth`."""

from __future__ import annotations

import json
import re
from typing import Any

import click

from cluster_calc.cli import options as shared
from cluster_calc.errors import InputError, quoted

FORMATS = ("table", "json")


@click.command(
    "growth",
    cls=shared.Command,
    epilog="""\b
Examples:
  cluster-calc growth --era "2012..2017: algorithms 4x a year, efficiency 3x per 2 years" --era "2018..2025: algorithms 3x per 2 years, spending 10x a year" --spending "1e5 USD"
  cluster-calc growth --fit runs:flop_published:year
  cluster-calc growth --costs""",
)
@click.option(
    "--era", "eras", multiple=True, metavar="TEXT", help="FIRST..LAST: NAME RATE, NAME RATE, …; once for each era"
)
@click.option("--spending", metavar="USD", help="spending in the first year, grown by the factor of that name")
@click.option("--fit", metavar="TABLE:COLUMN:DATES", help="regression on a CSV file or a shipped table of runs")
@click.option("--costs", is_flag=True, help="regression of the shipped runs' cost, by two methods")
@click.option("--confidence", type=float, default=0.9, metavar="SHARE", help="of the intervals (0.9)")
@shared.output_options(*FORMATS)
def command(
    eras: tuple[str, ...], spending: str | None, fit: str | None, costs: bool, confidence: float, **options: Any
) -> None:
    """What growth comes to: factors by era, or a regression on a table.

    A factor grows at a rate such as '3x per 2 years', '10 OOM a decade' or 'doubling every 3.4 months'. The years of
    an era count exclusively (growth between the first and the last) and inclusively (every year grows); both are shown.
    Together every year counts once: an era grows until the next one begins.
    """
    from cluster_calc.trends import growth_sums

    form = shared.format_of(options, FORMATS)
    if bool(eras) + bool(fit) + costs != 1:
        raise InputError("give one of --era, --fit and --costs; `cluster-calc growth --help` shows examples")
    if spending and not eras:
        raise InputError(f"--spending {quoted(spending)} goes with --era")
    made: dict[str, Any] = {"schema": "cluster-calc/growth/1"}
    if eras:
        made |= growth_sums.decomposed(eras, spending or "")
    elif fit:
        made["fits"] = [growth_sums.regression(fit, confidence)]
    else:
        made["fits"] = growth_sums.cost_regressions(confidence)
    if form == "json":
        text = json.dumps(made, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    else:
        text = _fits(made["fits"]) if "fits" in made else _eras(made)
    shared.write(text, options.get("output"))


def _short(value: float) -> str:
    """Four figures, with thousands separated: 15,870 and 3.096e9."""
    if 1000 <= value < 1e6:
        return f"{float(f'{value:.4g}'):,.0f}"
    return re.sub(r"e([+-])0*", lambda found: "e" + found[1].replace("+", ""), f"{value:.4g}")


def _ranged(row: dict[str, Any], name: str) -> str:
    """A figure, with its 5-95 % range where it has one."""
    ends = row.get(f"{name}_range")
    return _short(row[name]) + (f" ({_short(ends[0])} to {_short(ends[1])})" if ends else "")


def _eras(made: dict[str, Any]) -> str:
    lines = []
    for row in made["eras"]:
        ends = row.get("factors_range", {})
        factors = {**row["factors"], **{f"{name}_range": pair for name, pair in ends.items()}}
        parts = " × ".join(f"{name} {_ranged(factors, name)}" for name in row["factors"])
        years = row["last"] - row["first"]
        lines += [
            f"{row['first']}–{row['last']}  {parts} = {_ranged(row, 'yearly')} a year",
            f"    over {years} years (exclusive) {_ranged(row, 'total_exclusive')}, over {years + 1} (inclusive) {_ranged(row, 'total_inclusive')}",
        ]
    years = made["years"]
    lines += [
        "",
        f"together {made['eras'][0]['first']} to {made['eras'][-1]['last']}, every year once: {years} years (exclusive) "
        f"{_ranged(made, 'total_exclusive')}, {years + 1} (inclusive) {_ranged(made, 'total_inclusive')}",
    ]
    if "spending" in made:
        follows = made["spending"]
        lines.append(
            f"spending of ${_short(follows['start'])} becomes ${_ranged(follows, 'exclusive')} (exclusive), "
            f"${_ranged(follows, 'inclusive')} (inclusive)"
        )
    if "total_exclusive_range" in made:
        lines.append("in brackets: 5 to 95 %, rates independent of each other")
    return "\n".join(lines) + "\n"


def _fits(fits: list[dict[str, Any]]) -> str:
    lines = []
    for row in fits:
        percent, last = f"{100 * row['confidence']:g} %", row["last"]
        again = row["bootstrap"]
        resampled = f"bootstrap {again[0]:.3f} to {again[1]:.3f}" if again else "too few for a bootstrap"
        lines += [
            f"{row['name']}: {row['slope']:.3f} OOM a year ({_short(row['yearly'])}x), {percent} {row['interval'][0]:.3f} to {row['interval'][1]:.3f}, {resampled}",
            f"    {row['points']} systems, {row['skipped']} rows without the figures, R² {row['r_squared']:.2f}",
            f"    line in {last['year']:g} {_short(last['line'])}, a single system {_short(last['low'])} to {_short(last['high'])} ({percent})",
        ]
    return "\n".join(lines) + "\n"
