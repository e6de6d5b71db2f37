"""`cluster-calc project`."""

from __future__ import annotations

import re
from typing import Any

import click

from cluster_calc.cli import answers
from cluster_calc.cli import options as shared
from cluster_calc.errors import InputError, quoted
from cluster_calc.files.atomic import format_by_ending

FORMATS = ("table", "json", "csv", "markdown", "svg", "html")


@click.command(
    "project",
    cls=shared.Command,
    epilog="""\b
Examples:
  cluster-calc project --preset cset-2022
  cluster-calc project --preset epoch-dollar-cost-2023 --until "cost exceeds 1% of US GDP" --set gdp.value="27e12 USD" --set gdp.growth="2% a year"
  cluster-calc project --chip h100 --set compute.value="2e25 FLOP" --set compute.growth="4..5x a year" --years 2024..2030
  cluster-calc project --set compute.fit=runs:flop_published:year --years 2018..2028
  cluster-calc project --preset cset-2022 -o cset.html""",
)
@click.option("--preset", metavar="NAME", help="a trend that ships; --list names them")
@click.option("--list", "list_", is_flag=True, help="the presets")
@click.option("--print-preset", is_flag=True, help="the preset as TOML, to copy and change")
@click.option("--trend", metavar="FILE", help="a TOML file like a preset")
@click.option("--chip", metavar="ID", help="what each year takes on this accelerator: chips, power, capital, cost")
@click.option("--scaling-law", metavar="NAME", help="parameters and tokens of each year's compute")
@click.option("--years", metavar="FIRST..LAST[:STEP]", help="years as columns")
@click.option("--until", multiple=True, metavar="CONDITION", help="date of a condition, e.g. 'cost > 1% of US GDP'")
@click.option("--show", metavar="NAME,NAME", help="only these columns")
@click.option("--set", "sets", multiple=True, metavar="NAME=VALUE",
              help="SERIES.value, SERIES.date, SERIES.growth, SERIES.fit=TABLE:COLUMN:DATES[:UNIT], SERIES.where (from, to, top, record) of a fit, NAME.unit and NAME.formula of your own, or a quantity; LOW..HIGH is a 5-95 % range")  # fmt: skip
@click.option("--correlate", multiple=True, metavar="A:B=R", help="rank correlation, e.g. cost.value:cost.growth=-0.5")
@click.option("--draws", type=int, metavar="N", help="number of draws (4096)")
@click.option("--draws-output", metavar="FILE", help="every draw of every year as .parquet or .csv")
@click.option("--seed", type=int, metavar="N", help="seed of the draws (0)")
@answers.answer_options
@click.option("--format", "format_", metavar="|".join(FORMATS), help="default: by FILE's ending, else table")
@click.option("-o", "--output", metavar="FILE", help="write to FILE (- is stdout), whole or not at all")
def command(
    preset: str | None, list_: bool, print_preset: bool, trend: str | None, years: str | None, until: tuple[str, ...],
    show: str | None, sets: tuple[str, ...], correlate: tuple[str, ...], draws_output: str | None, draws: int | None, seed: int | None, **options: Any,
) -> None:  # fmt: skip
    """Growth of compute, cost and price over years, and the date a limit is reached.

    Series are compute, cost, price, gdp, profit, shipments, power_supply, tokens, text, throughput, chip_price and
    chip_power. Rates read as '3x per 2 years', '10 OOM a decade', 'doubling every 3.4 months', '-35% a year'.
    """
    from cluster_calc.trends import trends
    from cluster_calc.trends.projection import DRAWS, DRAWS_FORMATS, project

    if list_:
        format_by_ending(options.get("output"), {".txt": "table"})
        shared.write(_presets(), options.get("output"))
        return
    if print_preset:
        if preset is None:
            raise InputError("--print-preset needs --preset NAME; --list names them")
        format_by_ending(options.get("output"), shared.SCENARIO)
        shared.write(trends.preset_path(preset).read_text(encoding="utf-8"), options.get("output"))
        return
    form = shared.format_of(options, FORMATS)
    if draws_output:
        format_by_ending(draws_output, DRAWS_FORMATS, "--draws-output")
    if draws is not None and draws < 2:
        raise InputError(f"--draws {quoted(draws)} is fewer than 2")
    if seed is not None and seed < 0:
        raise InputError(f"--seed {quoted(seed)} is negative")
    changes = _pairs(sets)
    for name in ("chip", "scaling_law"):
        if options.get(name):
            changes[name] = str(options[name])
    made = project(
        preset, file=trend, years=_years(years), until=until or None, show=show.split(",") if show else None, set=changes, correlate=correlate,
        draws=DRAWS if draws is None else draws, seed=seed or 0,
    )  # fmt: skip
    if draws_output:
        made.write_draws(draws_output)
    if form == "table":
        from cluster_calc.documents.reports.projections import table
        from cluster_calc.documents.reports.short_options import of_projection

        text = answers.answered(options, lambda width, _: table(made, width), lambda: of_projection(made))
    elif form in ("svg", "html"):
        from cluster_calc.documents.reports import trend_chart

        text = trend_chart.svg(made) if form == "svg" else trend_chart.page(made)
    else:
        from cluster_calc.documents.reports.projections import RENDERERS

        text = RENDERERS[form](made)
    shared.write(text, options.get("output"))


def _presets() -> str:
    from cluster_calc.catalog.current import catalog

    heads = catalog().heads("trends")
    return "".join(f"{key:<24} {name}\n" for key, (_, name, _) in sorted(heads.items()))


def _years(text: str | None) -> tuple[int, int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"\s*([0-9]{4})\s*\.\.\s*([0-9]{4})\s*(?::\s*([0-9]{1,3})\s*)?", text)
    if match is None:
        raise InputError(
            f"--years {quoted(text)} is not FIRST..LAST[:STEP]; write for example 2025..2035 or 2020..2070:10"
        )
    return int(match[1]), int(match[2]), int(match[3] or 1)


def _pairs(sets: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in sets:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise InputError(
                f"--set {quoted(pair)} is not NAME=VALUE; write for example --set compute.growth='4x a year'"
            )
        if name.strip() in found:
            raise InputError(f"{quoted(name.strip())} is given twice")
        found[name.strip()] = value.strip()
    return found
