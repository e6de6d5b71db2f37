"""`cluster-calc optimise`."""

from __future__ import annotations

from typing import Any

import click

from cluster_calc.cli import answers
from cluster_calc.cli import options as shared
from cluster_calc.cli.studies.sweep import pair
from cluster_calc.errors import GateError, InfeasibleError

FORMATS = ("table", "json")


@click.command(
    "optimise",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc optimise --flop 2e25 --days 90 --power-limit "20 MW"
  cluster-calc optimise --for time --vary chip=h100,b200,gb200 --flop 2e25 --capital-budget "500 MUSD"
  cluster-calc optimise --for power --vary chip=h100,h200 --vary precision=bf16,fp8 --flop 2e25 --days 60""",
)
@click.option("--for", "objective", cls=shared.GroupedOption, heading="Choice", metavar="WHAT", default="cost",
              help="what to make least: cost (default), time, power, capital, energy, emissions or chips")  # fmt: skip
@click.option("--vary", cls=shared.GroupedOption, heading="Choice", multiple=True, metavar="NAME=A,B",
              help="names to choose from, chip=h100,b200 or site=all; without a chip, every chip")  # fmt: skip
@shared.model_options
@answers.answer_options
@shared.gate_options
@shared.output_options(*FORMATS)
def command(objective: str, vary: tuple[str, ...], **options: Any) -> None:
    """The cheapest, fastest or least power-hungry chip, count, precision and acquisition within limits.

    Limits are --budget, --capital-budget, --power-limit, --supply-limit, --deadline and the time allowed. Gates judge the
    best option; it is not feasible when nothing meets all limits.
    """
    import json

    from cluster_calc.documents.reports.short_options import of_choice
    from cluster_calc.documents.reports.studies import choice_text
    from cluster_calc.progress import Bar
    from cluster_calc.studies.choosing import chosen

    form = shared.format_of(options, FORMATS)
    gates = shared.limits(options)  # a gate that says nothing is told before the work
    bar = Bar()
    try:
        found = chosen(shared.merged_from(options), objective, [pair(text) for text in vary], progress=bar)
    finally:
        bar.close()
    if form == "json":
        text = json.dumps(found.as_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    else:
        text = answers.answered(options, lambda width, _: choice_text(found, width), lambda: of_choice(found))
    shared.write(text, options.get("output"))
    if options["require_feasible"] and not found.options:
        raise InfeasibleError("not feasible: nothing meets all limits")
    for known, limit in gates:
        reached = found.options[0].values.get(known.name) if found.options else None
        if reached is None:
            why = "the best option has none" if found.options else "nothing meets all limits"
            raise GateError(f"--fail-over {known.name}: {why}")
        if reached > limit:
            raise GateError(shared.over(known, reached, limit))
