"""`cluster-calc schema`."""

from __future__ import annotations

from typing import Any

import click

from cluster_calc.cli import options as shared
from cluster_calc.errors import InputError, did_you_mean, quoted


@click.command(
    "schema",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc schema
  cluster-calc schema estimate
  cluster-calc schema scenario -o scenario.schema.json""",
)
@click.argument("name", required=False)
@click.option("-o", "--output", metavar="FILE", help="write to FILE (- is stdout), whole or not at all")
def command(name: str | None, **options: Any) -> None:
    """The JSON Schema of a file or document: of what is written by hand (scenario, memo, chip …), and of what commands print.

    Without NAME, the names there are. An editor that knows a file's schema completes its keys and marks the wrong ones.
    """
    from cluster_calc.files.shipped import shipped

    known = {path.stem: path for path in sorted(shipped("schemas").glob("*.json"))}
    if name is None:
        shared.write("\n".join(known) + "\n", options["output"])
        return
    key = name.removesuffix(".json").removeprefix("cluster-calc/").partition("/")[0].lower()
    if key not in known:
        raise InputError(f"unknown schema {quoted(name)}; there are {', '.join(known)}.{did_you_mean(key, known)}")
    shared.write(known[key].read_text(encoding="utf-8"), options["output"], as_is=True)
