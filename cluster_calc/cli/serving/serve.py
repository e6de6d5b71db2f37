"""`cluster-calc serve`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cluster_calc.cli import options as shared

FORMATS = ("table", "json", "csv", "svg")
_ANSWER = "Answer"


@click.command(
    "serve",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc serve --model llama-3.3-70b --chip h200 --tokens-per-day 20e9
  cluster-calc serve --model llama-3-8b --chip h100 --chips 8 --tpot "30 ms"
  cluster-calc serve --model deepseek-v3 --chip b200 --chips 72 --precision fp4
  cluster-calc serve --model gpt-oss-120b --chip h100 --chips 64 -o front.svg
  cluster-calc serve --model gpt-oss-120b --chip h100 --requests-per-second 40 --against gpt-oss-120b@together""",
)
@shared.serving_options
@shared.model_options
@click.option("--against", metavar="MODEL@PROVIDER", default="", cls=shared.GroupedOption, heading=_ANSWER,
              help="the demand from which owning costs less than this seller's price")  # fmt: skip
@click.option(
    "--full",
    is_flag=True,
    cls=shared.GroupedOption,
    heading=_ANSWER,
    help="the front, every alternative and the whole estimate",
)
@shared.gate_options
@shared.output_options(*FORMATS)
def command(against: str, full: bool, **options: Any) -> None:
    """Chips, speed, latency, dollars a million tokens and power of serving a model.

    Give a --model, a --chip, and a demand (--tokens-per-day or --requests-per-second) or --chips.
    """
    form = shared.format_of(options, FORMATS)
    found = _found(against, options)
    if form == "json":
        from cluster_calc.studies.serving_json import json_text

        text = json_text(found)
    elif form == "csv":
        from cluster_calc.documents.reports.estimate_data import csv_text

        text = csv_text(found.result)
    elif form == "svg":
        from cluster_calc.documents.charts.serving import front
        from cluster_calc.documents.render.svg import svg

        text = svg(front(found))
    else:
        from cluster_calc.documents.reports.serving import text as page

        text = page(found, shared.terminal_width(), full)
    shared.write(text, options.get("output"))
    shared.check_gates(found.result, options)


def _found(against: str, options: dict[str, Any]) -> Any:
    """Options → Service; everything that can be refused is refused before anything is written."""
    from cluster_calc.studies.serving import served

    shared.limits(options)
    for target, option in ((options.get("output"), "-o"), (options.get("save_scenario"), "--save-scenario")):
        if target not in (None, "-"):
            from cluster_calc.files.atomic import check_target

            check_target(Path(str(target)), option)
    merged = shared.merged_from(options)
    found = served(merged, against)
    if options.get("save_scenario"):
        from cluster_calc.scenario.save import scenario_text

        shared.write(scenario_text(merged), options["save_scenario"], "--save-scenario")
    return found
