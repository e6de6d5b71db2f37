"""`cluster-calc sensitivity`."""

from __future__ import annotations

from typing import Any

import click

from cluster_calc.cli import options as shared
from cluster_calc.errors import InputError, quoted

FORMATS = ("table", "json", "csv")


@click.command(
    "sensitivity",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc sensitivity --flop 2e25 --chip h100 --budget "25 MUSD"
  cluster-calc sensitivity facility_energy --flop 2e25 --chip h100
  cluster-calc sensitivity --grid mfu,electricity_price --flop 2e25 --chip h100""",
)
@click.argument("name", required=False)
@click.option(
    "--grid",
    "grids",
    cls=shared.GroupedOption,
    heading="Sensitivity",
    multiple=True,
    metavar="NAME,NAME",
    help="a two-way table of the result over two inputs",
)
@shared.model_options
@shared.gate_options
@shared.output_options(*FORMATS)
def command(name: str | None, grids: tuple[str, ...], **options: Any) -> None:
    """What moves NAME (the run cost unless said): tornado, elasticities, variance, switching values."""
    import json

    from cluster_calc.documents.reports.studies import influence_csv, influence_text
    from cluster_calc.studies.influence import analysed

    form = shared.format_of(options, FORMATS)
    shared.limits(options)  # a gate that says nothing is told before the work
    found = analysed(shared.merged_from(options), name, [_pair(text) for text in grids])
    if form == "json":
        text = json.dumps(found.as_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    elif form == "csv":
        text = influence_csv(found)
    else:
        text = influence_text(found, shared.terminal_width())
    shared.write(text, options.get("output"))
    shared.check_gates(found.result, options)


def _pair(text: str) -> tuple[str, str]:
    first, comma, second = text.partition(",")
    if not comma or not first.strip() or not second.strip() or "," in second:
        raise InputError(f"--grid {quoted(text)} is not NAME,NAME; write for example --grid mfu,electricity_price")
    return first, second
