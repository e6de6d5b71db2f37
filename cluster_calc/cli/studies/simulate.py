"""`cluster-calc simulate`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from cluster_calc.cli import options as shared
from cluster_calc.quantities.nomenclature import CHIP, DEMAND, FAILURES, SIZE
from cluster_calc.studies.simulation import OPTIONS, SIMULATION

# The options of estimate that bear on failures; `--seed` comes with the simulation's own.
HEADINGS = (DEMAND, SIZE, CHIP, FAILURES, "General")


def _own_options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option(
        "--seed", cls=shared.GroupedOption, heading=SIMULATION, metavar="N", help="seed of the simulation; default: 0"
    )(command)
    for known in reversed(OPTIONS.values()):
        command = click.option(
            known.option, known.name, cls=shared.GroupedOption, heading=SIMULATION, metavar="VALUE",
            help=f"{known.meaning}, e.g. {known.example}",
        )(command)  # fmt: skip
    return command


@click.command(
    "simulate",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc simulate --mtbf "3.1 hours" --checkpoint-write-time "10 s" --restart-time "10 minutes" --days 54
  cluster-calc simulate --flop 3.8e25 --chip h100 --chips 16384 --spare-pool formula --detection-time "2 minutes"
  cluster-calc simulate --chips 16384 --days 54 --spare-pool 24 --rack-share "5 %" --rack-servers 9 --repair-crews 12""",
)
@_own_options
@shared.some_model_options(*HEADINGS)
@shared.output_options(*shared.FORMATS)
def command(**options: Any) -> None:
    """A run under failures, event by event: goodput and time with their spread, beside the closed forms.

    Give a demand with a chip, or --chips, or --mtbf. The simulation confirms the closed forms within its own error, and
    covers what they cannot: detection time, a pool of spares, repairs that queue, racks lost whole.
    """
    from cluster_calc.documents.reports import simulation as report
    from cluster_calc.progress import Bar
    from cluster_calc.studies.simulation import run

    form = shared.format_of(options, shared.FORMATS)
    own = {name: options.pop(name) for name in OPTIONS if options.get(name) is not None}
    if options.get("output") not in (None, "-"):
        from pathlib import Path

        from cluster_calc.files.atomic import check_target

        check_target(Path(options["output"]), "-o")
    bar = Bar()
    try:
        found = run(shared.merged_from(options), own, bar)
    finally:
        bar.close()
    if options.get("save_scenario"):
        from cluster_calc.scenario.save import scenario_text

        shared.write(scenario_text(shared.merged_from(options)), options["save_scenario"], "--save-scenario")
    texts = {"json": report.json_text, "csv": report.csv_text, "markdown": report.markdown}
    shared.write(
        texts[form](found) if form in texts else report.text(found, shared.terminal_width()), options.get("output")
    )
