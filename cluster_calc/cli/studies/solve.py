"""`cluster-calc solve`."""

from __future__ import annotations

from typing import Any

import click

from cluster_calc.cli import answers
from cluster_calc.cli import options as shared
from cluster_calc.errors import InputError

FORMATS = ("table", "json", "csv")


@click.command(
    "solve",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc solve training_compute --run-cost "100 MUSD" --chip h100
  cluster-calc solve chips --training-time "30 days" --flop 2e25 --chip h100
  cluster-calc solve mfu --days 90 --flop 2e25 --chips 8192 --chip h100
  cluster-calc solve rental_price --rental-ratio 1 --flop 2e25 --chip h100
  cluster-calc solve training_compute --vary "run_cost=10:100:10 MUSD" --vary chip=h100,b200""",
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
@click.option("--vary", cls=shared.GroupedOption, heading="Demand", multiple=True, metavar="NAME=VALUES",
              help="solve at every point of a grid, as in sweep")  # fmt: skip
@answers.answer_options
@shared.gate_options
@shared.output_options(*FORMATS)
def command(name: str, target: str | None, vary: tuple[str, ...], **options: Any) -> None:
    """The value of NAME, any quantity, at which a given result is reached.

    Give the result as an option (--run-cost "100 MUSD"). Whole things come back whole, on the side that meets it.
    """
    import json

    from cluster_calc.studies.inverse import SCHEMA, solve_merged

    form = shared.format_of(options, FORMATS)
    shared.limits(options)  # a gate that says nothing is told before the work
    merged = shared.merged_from(options)
    if vary:
        from cluster_calc.cli.studies.sweep import pair

        if options.get("require_feasible") or options.get("fail_over"):
            raise InputError("solve: --require-feasible and --fail-over judge one solution; leave out --vary")
        from cluster_calc.studies.solved_grid import rows_of, solve_over

        table = solve_over(name, merged, [pair(text) for text in vary], target)
        if form == "json":
            rows = {"schema": SCHEMA, "rows": rows_of(table)}
            text = json.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        else:
            text = table.to_csv(index=False) if form == "csv" else table.to_string(index=False, na_rep="") + "\n"
        shared.write(text, options.get("output"))
        return
    if form == "csv":
        raise InputError("solve: --format csv is for a table; add --vary, or take --format json")
    found = solve_merged(name, merged, target)
    if form == "json":
        text = json.dumps(found.as_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    else:
        from cluster_calc.documents.reports.short import of_solution
        from cluster_calc.documents.reports.studies import solution_text

        text = answers.answered(options, lambda width, _: solution_text(found, width), lambda: of_solution(found))
    shared.write(text, options.get("output"))
    shared.check_gates(found.result, options)
