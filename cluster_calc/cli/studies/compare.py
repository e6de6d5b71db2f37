"""`cluster-calc compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cluster_calc.cli import answers, completion
from cluster_calc.cli import options as shared


@click.command(
    "compare",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc compare --flop 2e25 --chip h100 --chip mi300x --chip b200
  cluster-calc compare now.toml later.toml --by capital_cost
  cluster-calc compare --flop 2e25 --chip h100 --chip b200 --ranges --format markdown
  cluster-calc compare --flop 2e25 --chip h100 --acquire all --colocation-price "150 USD/kW/month\"""",
)
@click.argument("files", metavar="[SCENARIO]...", nargs=-1)
@shared.model_options
@answers.answer_options
@shared.gate_options
@click.option(
    "--acquire",
    multiple=True,
    metavar="WAY",
    help="how the chips are had: own, colocate, on-demand, 1-year, 3-year, spot, or all; give it again for every option",
)
@click.option(
    "--by",
    default="",
    metavar="NAME",
    help="result that ranks the options, or npv; default: run_cost, or cost_per_chip_hour without a run",
)
@shared.output_options(*shared.FORMATS)
def command(files: tuple[str, ...], acquire: tuple[str, ...], by: str, **options: Any) -> None:
    """Options side by side on the same demand and the same draws: scenario files, one --chip after another, ways to have them.

    Gates judge the option in the first place.
    """
    from cluster_calc.documents.reports import comparison as report
    from cluster_calc.documents.reports.short_options import of_comparison
    from cluster_calc.scenario.layers import gather
    from cluster_calc.studies import comparison as comparisons

    form = shared.format_of(options, shared.FORMATS)
    shared.limits(options)  # a gate that says nothing is told before the work
    given = shared.inputs({name: value for name, value in options.items() if name != "chip"})
    base = options.get("scenario")
    listed = [(gather(given, origin="command line", file=name, ambient=True), Path(name).stem) for name in files]
    chips = list(options["chip"])
    if base:
        listed += [
            (gather({**given, "chip": chip}, origin="command line", file=base, ambient=True), chip) for chip in chips
        ]
        chips = []
    found = comparisons.of(listed, chips, by, given, origin="command line", ambient=True, acquire=acquire)
    texts = {"json": report.json_text, "csv": report.csv_text, "markdown": report.markdown}
    if form in texts:
        written = texts[form](found)
    else:
        written = answers.answered(options, lambda width, _: report.text(found, width), lambda: of_comparison(found))
    shared.write(written, options.get("output"))
    first = found.ranking[0] if found.ranking else found.options[0].name
    shared.check_gates(found[first], options, f"{first}: ")


def _several_chips(params: list[click.Parameter]) -> list[click.Parameter]:
    """The shared options with a --chip that may be given again, and without what serves one estimate only."""
    again = shared.GroupedOption(
        ["--chip"], multiple=True, metavar="ID", heading="Demand", shell_complete=completion.NAMED["chip"],
        help="accelerator; give it again for every option",
    )  # fmt: skip
    kept = [again if param.name == "chip" else param for param in params]
    return [param for param in kept if param.name != "save_scenario"]


command.params = _several_chips(command.params)
