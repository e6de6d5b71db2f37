"""`cluster-calc sheet`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cluster_calc.cli import options as shared
from cluster_calc.errors import InputError, quoted


def _option(*names: str, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(*names, cls=shared.GroupedOption, heading="Sheet", **settings)


@click.command(
    "sheet",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc sheet --flop 2e25 --chip h100 --ranges -o sheet.html
  cluster-calc sheet --flop 2e25 --chip h100 --compare b200 --compare mi300x -o sheet.html
  cluster-calc sheet sheet.html --title "Cluster for 2027" -o titled.html""",
)
@click.argument("file", metavar="[RESULT]", required=False)
@shared.model_options
@shared.gate_options
@_option(
    "--compare", multiple=True, metavar="CHIP", help="another chip on the same demand, beside the first; repeat it"
)
@_option("--title", metavar="TEXT", help="what the sheet is called; default: Cost sheet")
@_option("--author", metavar="TEXT", help="who made it")
@_option("--templates", metavar="FOLDER", help="templates that take the place of the shipped ones of the same name")
@_option("--open", "open_", is_flag=True, help="open the sheet in the browser")
@_option("-o", "--output", metavar="FILE.html", help="write to FILE.html (- is stdout), whole or not at all")
def command(file: str | None, **options: Any) -> None:
    """One HTML page that states the result, what it rests on and how to get it again.

    Give the options of `estimate`, or RESULT: what `estimate --format json` wrote, or an earlier sheet (- is stdin).
    """
    from cluster_calc.documents.sheet.page import sheet
    from cluster_calc.files.atomic import format_by_ending

    output = options.get("output")
    format_by_ending(output, {".html": "html", ".htm": "html"})
    if options["open_"] and output in (None, "-"):
        raise InputError("--open needs a file to open; name it with -o sheet.html")
    if file is None:
        results = _estimates(options)
    else:
        typed = sorted(shared.inputs(options)) + (["compare"] if options["compare"] else [])
        if typed:
            raise InputError(
                f"{quoted(file)} already holds a result: leave out --{typed[0].replace('_', '-')}, or the file"
            )
        from cluster_calc.estimation.replay import results_from
        from cluster_calc.files.atomic import read_text

        results = results_from(read_text(file))
    templates = options.get("templates")
    text = sheet(results, title=options.get("title") or "", author=options.get("author") or "", templates=templates)
    shared.write(text, output, as_is=True)
    if options["open_"]:
        click.launch(Path(str(output)).resolve().as_uri())
    shared.check_gates(results[0], options)


def _estimates(options: dict[str, Any]) -> list[Any]:
    """The estimate, and the same demand on every chip of --compare."""
    results = [shared.run_from(options)]
    for chip in options["compare"]:
        results.append(shared.run_from({**options, "chip": chip, "save_scenario": None}))
    chips = [result.chip.id for result in results]
    twice = next((chip for chip in chips if chips.count(chip) > 1), None)
    if twice:
        raise InputError(f"--compare names {quoted(twice)} twice; each option is another chip")
    return results
