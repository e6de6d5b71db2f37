"""`cluster-calc diff`."""

from __future__ import annotations

from typing import Any

import click

from cluster_calc.cli import options as shared


@click.command(
    "diff",
    cls=shared.GroupedCommand,
    epilog="""\b
Example:
  cluster-calc estimate --flop 2e25 --chip h100 -o before.json
  cluster-calc diff before.json after.json""",
)
@click.argument("before", metavar="BEFORE.json")
@click.argument("after", metavar="AFTER.json")
@shared.output_options(*shared.FORMATS)
def command(before: str, after: str, **options: Any) -> None:
    """Which inputs, data and results moved between two results of `estimate --format json`, or of `finance`."""
    import json

    from cluster_calc.documents.reports.difference import csv_text, markdown, text
    from cluster_calc.estimation.difference import diff

    form = shared.format_of(options, shared.FORMATS)
    found = diff(before, after)
    texts = {"csv": csv_text, "markdown": markdown, "table": text}
    written = texts[form](found) if form in texts else json.dumps(found.as_dict(), indent=2, ensure_ascii=False) + "\n"
    shared.write(written, options.get("output"))
