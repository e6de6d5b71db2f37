"""`cluster-calc solve`."""

from __future__ import annotations

from typing import Any

import click

from cluster_calc.cli import options as shared

FORMATS = ("table", "json")


@click.command(
    "solve",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc solve training_compute --run-cost "100 MUSD" --chip h100
  cluster-calc solve chips --training-time "30 days" --flop 2e25 --chip h100
  cluster-calc solve mfu --days 90 --flop 2e25 --chips 8192 --chip h100
  cluster-calc solve rental_price --rental-ratio 1 --flop 2e25 --chip h100""",
)
@click.argument("name")
@shared.model_options
@click.option(
    "--target",
    cls=shared.GroupedOption,
    metavar="NAME=VALUE",
    heading="Demand",
    help="the result to reach, where several of what is given could be meant",
)
@shared.output_options(*FORMATS)
def command(name: str, target: str | None, **options: Any) -> None:
    """The value of NAME, any quantity, at which a given result is reached.

    Give the result as an option (--run-cost "100 MUSD"). Whole things come back whole, on the side that meets it.
    """
    import json

    from cluster_calc.inverse import solve_merged

    form = shared.format_of(options, FORMATS)
    merged = shared.merged_from(options)
    found = solve_merged(name, merged, target)
    if form == "json":
        text = json.dumps(found.as_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    else:
        from cluster_calc.report.solution import solution_text

        text = solution_text(found, shared.terminal_width())
    shared.write(text, options.get("output"))
