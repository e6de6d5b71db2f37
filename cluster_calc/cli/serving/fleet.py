"""`cluster-calc fleet`."""

from __future__ import annotations

import json
from typing import Any

import click

from cluster_calc.cli import options as shared
from cluster_calc.errors import InfeasibleError

FORMATS = ("table", "json", "svg")


@click.command(
    "fleet",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc fleet fleet.toml
  cluster-calc fleet fleet.toml --format json
  cluster-calc fleet fleet.toml -o chips.svg

\b
fleet.toml:
  night_share = 0.5     # of idle serving hours, for runs
  [[demand]]
  name = "assistant"
  model = "llama-3.3-70b"
  tokens_per_day = 20e9
  growth = 2.0          # a year
  chip = ["b200", "h200"]   # the preferred first
  from = 2027-01-01
  until = 2029-01-01
  [[demand]]
  name = "pre-training"
  parameters = 70e9
  tokens = 2e12
  chip = "h200"
  from = 2027-01-01
  until = 2027-10-01
  [[wave]]
  chip = "h200"
  chips = 1024
  date = 2027-01-01
  retire = 2030-01-01""",
)
@click.argument("file", metavar="FILE.toml")
@click.option("--require-feasible", is_flag=True, help="exit 3 when something does not fit")
@shared.output_options(*FORMATS)
def command(file: str, require_feasible: bool, **options: Any) -> None:
    """Training and serving on one fleet, by quarter: chips, MW, cash, use, and what does not fit."""
    from cluster_calc.investment import fleet as fleets

    form = shared.format_of(options, FORMATS)
    found = fleets.fleet(file)
    if form == "json":
        text = json.dumps(fleets.as_dict(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    elif form == "svg":
        from cluster_calc.documents.render.svg import svg
        from cluster_calc.documents.reports.fleet import chart

        text = svg(chart(found))
    else:
        from cluster_calc.documents.reports.fleet import text as table

        text = table(found, shared.terminal_width())
    shared.write(text, options.get("output"))
    if require_feasible and not found.fits:
        raise InfeasibleError("not feasible: something does not fit the fleet")
