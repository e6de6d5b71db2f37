"""`cluster-calc diff`."""

from __future__ import annotations

from typing import Any

import click

from cluster_calc.cli import options as shared

FORMATS = ("table", "json")


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
@shared.output_options(*FORMATS)
def command(before: str, after: str, **options: Any) -> None:
    """Which inputs, data and results moved between two results of `estimate --format json`."""
    import json

    from cluster_calc.result_diff import diff, text

    form = shared.format_of(options, FORMATS)
    found = diff(before, after)
    written = json.dumps(found.as_dict(), indent=2, ensure_ascii=False) + "\n" if form == "json" else text(found)
    shared.write(written, options.get("output"))
