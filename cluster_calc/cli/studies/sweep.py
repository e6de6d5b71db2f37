"""`cluster-calc sweep`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cluster_calc.cli import options as shared
from cluster_calc.errors import GateError, InfeasibleError, InputError, quoted

if TYPE_CHECKING:
    from cluster_calc.quantities.nomenclature import Quantity
    from cluster_calc.studies.grid import Sweep


@click.command(
    "sweep",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc sweep --vary mfu=0.3:0.5:5 --vary chip=h100,b200 --flop 2e25 -o grid.csv
  cluster-calc sweep --vary chips=1024:65536:7:log --draws 4096 --params 65e9 --tokens 1.4e12 --chip a100-80gb -o -
  cluster-calc sweep --vary "electricity_price=4:16 cent/kWh:100" --vary pue=1.05:1.6:100 --flop 2e25 --chip h100
  cluster-calc sweep --design lhs --points 4096 --vary mfu=0.3:0.5 --vary pue=1.05:1.6 --flop 2e25 --chip h100 -o -""",
)
@click.option("--vary", cls=shared.GroupedOption, heading="Sweep", multiple=True, metavar="NAME=VALUES",
              help="a,b,c or lo:hi:steps[:log]; chip=h100,b200; repeat for a grid")  # fmt: skip
@click.option("--design", cls=shared.GroupedOption, heading="Sweep", metavar="WHAT",
              help="lhs or sobol: points between the ends of --vary NAME=lo:hi[:log] instead of a grid")  # fmt: skip
@click.option("--points", cls=shared.GroupedOption, heading="Sweep", metavar="N", help="the points of the design")
@click.option("--results", cls=shared.GroupedOption, heading="Sweep", metavar="NAME,NAME",
              help="the results to keep; all keeps every one")  # fmt: skip
@click.option("--full", is_flag=True, cls=shared.GroupedOption, heading="Sweep",
              help="a row for every draw instead of mean, percentiles")  # fmt: skip
@click.option("--processes", cls=shared.GroupedOption, heading="Sweep", metavar="N", default="1",
              help="processes that share the work; the result is the same")  # fmt: skip
@click.option(
    "--resume", is_flag=True, cls=shared.GroupedOption, heading="Sweep", help="go on with an interrupted sweep"
)
@click.option("--yes", is_flag=True, cls=shared.GroupedOption, heading="Sweep", help="mean it, however many rows")
@click.option("-o", "--output", cls=shared.GroupedOption, heading="Output", metavar="FILE",
              help=".csv, .parquet or - (CSV on stdout); without it, the extremes over the grid")  # fmt: skip
@shared.model_options
@shared.gate_options
def command(
    vary: tuple[str, ...], design: str | None, points: str | None, results: str | None, full: bool, processes: str, resume: bool, yes: bool, output: str | None,
    **options: Any,
) -> None:  # fmt: skip
    """A grid over any inputs, with draws inside or without, as CSV or Parquet.

    Columns have the names and JSON units of the quantities; Parquet carries the units in its metadata. Gates judge every row.
    """
    from cluster_calc.progress import Bar
    from cluster_calc.studies.extremes import extremes
    from cluster_calc.studies.grid import plan_sweep
    from cluster_calc.studies.sweeping import MOST_ROWS, refuse_large, to_file, to_stream

    workers = _processes(processes)
    if resume and (not output or output == "-"):
        raise InputError("--resume goes on with a file; name it with -o FILE.csv or -o FILE.parquet")
    gates = shared.limits(options)  # a gate that says nothing is told before the work
    merged = shared.merged_from(options)
    planned = plan_sweep(
        merged, [pair(text) for text in vary], results=results, full=full, design=design, points=_points(points)
    )
    if planned.draws and (gates or options["require_feasible"]):
        raise InputError(
            "--require-feasible and --fail-over judge the rows of a sweep at their values; leave out draws and ranges"
        )
    for why in planned.contradicted():
        click.echo(f"note: rows that cannot be are empty: {why}", err=True)
    if not output and planned.draws:
        click.echo("note: the extremes are at base values; draws go to a file, -o FILE.csv or -o -", err=True)
    bar = Bar(planned.rows)
    try:
        if output == "-" or (
            output and Path(output).exists() and not Path(output).is_file() and not Path(output).is_dir()
        ):
            if output == "-":
                to_stream(planned, sys.stdout, yes, bar)
            else:
                try:
                    with Path(output).open("w", encoding="utf-8") as stream:
                        to_stream(planned, stream, yes, bar)
                except OSError as error:
                    raise InputError(f"-o {quoted(output)} cannot be written: {error.strerror or error}") from None
        elif output:
            to_file(planned, Path(output), processes=workers, resume=resume, yes=yes, progress=bar)
        else:
            from cluster_calc.documents.reports.studies import extremes_text

            if not yes:
                refuse_large(planned, 100 * MOST_ROWS, "say --yes if that is meant")
            click.echo(extremes_text(planned, extremes(planned, workers, bar), shared.terminal_width()), nl=False)
    finally:
        bar.close()
    _judge(planned, gates, options["require_feasible"], workers)


def _judge(planned: Sweep, gates: list[tuple[Quantity, float]], feasible: bool, processes: int) -> None:
    """Raise what --require-feasible and --fail-over ask for of the rows, after they are written."""
    from cluster_calc.studies.extremes import broken_limits, greatest

    broken = broken_limits(planned, processes) if feasible else {}
    if broken:
        raise InfeasibleError("not feasible: " + ", ".join(f"{name} ({_at(where)})" for name, where in broken.items()))
    for known, limit in gates:
        most, where = greatest(planned, known.name, processes)
        if most > limit:
            raise GateError(f"{shared.over(known, most, limit)} {_at(where)}")


def _at(where: Mapping[str, Any]) -> str:
    """Which row of a sweep."""
    from cluster_calc.quantities.display import shown

    return "at " + ", ".join(
        f"{name} {value if isinstance(value, str) else shown(name, value)}" for name, value in where.items()
    )


def pair(text: str) -> tuple[str, str]:
    """`NAME=VALUES` in two."""
    name, sign, values = text.partition("=")
    if not sign or not name.strip() or not values.strip():
        raise InputError(f"--vary {quoted(text)} is not NAME=VALUES; write for example --vary mfu=0.3:0.5:5")
    return name.strip(), values.strip()


def _points(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 12:
        raise InputError(f"--points {quoted(text)} is not a whole number; write for example --points 4096")
    return int(text)


def _processes(text: str) -> int:
    import os

    if not text.isdecimal() or len(text) > 5 or not 1 <= int(text) <= 1024:
        raise InputError(f"--processes {quoted(text)} is not a number of processes from 1 to 1024")
    return min(int(text), 4 * (os.cpu_count() or 1))
