"""`cluster-calc explain`."""

from __future__ import annotations

from typing import Any

import click

from cluster_calc.cli import completion
from cluster_calc.cli import options as shared

FORMATS = ("table", "json", "markdown")


@click.command(
    "explain",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc explain run_cost --flop 2e25 --chip h100
  cluster-calc explain electricity_cost --flop 2e25 --chip h100 --format json""",
)
@click.argument("name", shell_complete=completion.quantities)
@shared.model_options
@shared.gate_options
@shared.output_options(*FORMATS)
def command(name: str, **options: Any) -> None:
    """The formula, the numbers and the sources behind NAME, a result of an estimate."""
    import json

    from cluster_calc.documents.reports import explain
    from cluster_calc.estimation import trace
    from cluster_calc.quantities.nomenclature import resolve

    form = shared.format_of(options, FORMATS)
    resolve(name.strip().replace("-", "_"))  # a name that is none leaves nothing behind
    shared.limits(options)  # a gate that says nothing is told before the work
    result = shared.run_from(options)
    tree = result.explain(name)
    if form == "json":
        text = (
            json.dumps({"schema": trace.SCHEMA, **tree.as_dict()}, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        )
    elif form == "markdown":
        text = explain.markdown(tree)
    else:
        text = explain.text(tree, shared.terminal_width())
    shared.write(text, options.get("output"))
    shared.check_gates(result, options)
