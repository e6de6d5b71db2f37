"""`cluster-calc memo`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cluster_calc.cli import options as shared
from cluster_calc.errors import InputError, quoted

if TYPE_CHECKING:
    from cluster_calc.documents.memo.view import Memo
    from cluster_calc.procurement.inputs import Entry

FORMATS = {".html": "html", ".md": "markdown", ".docx": "docx", ".pdf": "pdf", ".xlsx": "xlsx"}


def _option(*names: str, **settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(*names, cls=shared.GroupedOption, heading="Memo", **settings)


@click.command(
    "memo",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc memo --new -o memo.toml
  cluster-calc memo --flop 2e25 --chip h100 --discount-rate 0.08 -o memo.html
  cluster-calc memo --memo memo.toml --flop 2e25 --chip h100 --compare b200 -o memo.md
  cluster-calc estimate --flop 2e25 --chip h100 --format json -o result.json
  cluster-calc memo result.json --memo memo.toml -o memo.docx""",
)
@click.argument("files", metavar="[RESULT|SCENARIO]...", nargs=-1)
@shared.model_options
@shared.gate_options
@_option("--new", is_flag=True, help="print a commented memo file to fill in")
@_option("--memo", "memo_file", metavar="FILE.toml", help="need, approvers, quotes, limits, risks: what --new prints")
@_option("--compare", multiple=True, metavar="CHIP", help="another chip on the same demand; repeat it")
@_option("--previous", metavar="FILE.json", help="an earlier `estimate --format json`: the memo says what moved since")
@_option("--title", metavar="TEXT", help="what the memo is called; default: the memo file's title")
@_option(
    "-o",
    "--output",
    metavar="FILE",
    help="write to FILE.html, .md, .docx, .pdf or .xlsx, whole or not at all (- is Markdown on stdout)",
)
def command(files: tuple[str, ...], memo_file: str | None, **options: Any) -> None:
    """The document that asks for the money: options, cash, risks and what is not known, in five formats.

    Give the options of `estimate`; or RESULT, what `estimate` or `compare --format json` wrote, or a sheet; or scenario files
    of equal demand (.toml), each an option. Ranges are drawn without being asked for. A memo with gaps is stamped as a draft
    and lists them. Gates judge the estimate of the first option.
    """
    output = options.get("output")
    if options["new"]:
        from cluster_calc.procurement.template import TEMPLATE

        typed = sorted({*shared.inputs(options), *(name for name in ("compare", "previous") if options[name])})
        if typed or memo_file or files:
            what = f"--{(typed or ['memo'])[0].replace('_', '-')}" if typed or memo_file else quoted(files[0])
            raise InputError(f"--new only prints an empty memo file; leave out {what}")
        shared.write(TEMPLATE, output)
        return
    form = _format(output)
    if output not in (None, "-"):
        from cluster_calc.files.atomic import check_target

        check_target(Path(str(output)))
    shared.limits(options)  # a gate that says nothing is told before the work
    view, first = _view_and_first(files, memo_file, **options)
    from cluster_calc.documents.memo_forms import text
    from cluster_calc.estimation.estimation import run

    if form in ("docx", "pdf", "xlsx"):
        from cluster_calc.documents.memo_forms import docx, pdf, xlsx
        from cluster_calc.files.atomic import write_atomically

        makers = {"docx": docx.docx, "pdf": pdf.pdf, "xlsx": xlsx.xlsx}
        write_atomically(Path(str(output)), makers[form](view))
    else:
        texts = {"html": text.html, "markdown": text.markdown}
        shared.write(texts[form](view), output, as_is=True)
    if options["require_feasible"] or options["fail_over"]:
        shared.check_gates(run(first.scenario, first.book), options)


def view_of(files: tuple[str, ...], memo_file: str | None, **options: Any) -> Memo:
    """The memo that the command's arguments ask for; a scenario is saved where they name a file for it."""
    return _view_and_first(files, memo_file, **options)[0]


def _view_and_first(files: tuple[str, ...], memo_file: str | None, **options: Any) -> tuple[Memo, Entry]:
    """The memo, and its first option with what the memo file gives it."""
    from cluster_calc.documents.memo.memo import day_of_memo, memo_of
    from cluster_calc.estimation.difference import read_result
    from cluster_calc.procurement.file import MemoFile, read_memo_file
    from cluster_calc.procurement.inputs import entries, with_memo_file

    extra = read_memo_file(memo_file) if memo_file else MemoFile()
    output = options.get("output")
    found = entries(shared.inputs(options), options["compare"], files, options.get("scenario"))
    previous = read_result(options["previous"]) if options["previous"] else None
    more = [word for name in ("previous", "title") if options[name] for word in (f"--{name}", options[name])]
    more += [word for chip in options["compare"] for word in ("--compare", chip)]
    more = [*(["--memo", memo_file] if memo_file else []), *more, *(["-o", output] if output else [])]
    view = memo_of(found, extra, previous=previous, title=options["title"] or "", more=more, files=files)
    first = with_memo_file(found, extra, day_of_memo(found))[0][0]
    if options.get("save_scenario"):
        from cluster_calc.scenario.save import scenario_text

        shared.write(scenario_text(first.scenario), options["save_scenario"], "--save-scenario")
    return view, first


def _format(output: str | None) -> str:
    """The format by the file's ending; Markdown on stdout."""
    if output in (None, "-"):
        return "markdown"
    from cluster_calc.files.atomic import format_by_ending

    found = format_by_ending(output, FORMATS)
    if found is None:
        raise InputError(f"-o {quoted(output)}: a memo is written as {', '.join(FORMATS)}; name the file so")
    return found
