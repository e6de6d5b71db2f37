"""`cluster-calc catalog`: list, show, new, add, check, sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from cluster_calc.cli import completion
from cluster_calc.cli import options as shared
from cluster_calc.errors import InputError, did_you_mean, quoted

FORMATS = shared.FORMATS


def _kind(text: str, singular: bool = False) -> str:
    """A kind by its plural or its singular."""
    from cluster_calc.catalog.heads import KINDS, singular_of

    known = {singular_of(kind): kind for kind in KINDS} | {kind: kind for kind in KINDS}
    if text not in known:
        names = [singular_of(kind) for kind in KINDS] if singular else KINDS
        raise InputError(f"{quoted(text)} is no kind of item: {', '.join(names)}.{did_you_mean(text, known)}")
    return known[text]


def _complete_kind(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from cluster_calc.catalog.heads import KINDS

    return completion.one_of(KINDS)(ctx, param, incomplete)


class Commands(click.Group):
    """The group; a mistyped command suggests the nearest."""

    command_class = shared.Command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            raise click.UsageError(f"no such command {quoted(args[0])}.{did_you_mean(args[0], self.commands)}", ctx)
        return super().resolve_command(ctx, args)


@click.group("catalog", cls=Commands, epilog="Example: cluster-calc catalog show h100")
def command() -> None:
    """The catalog: chips, servers, sites, prices; every figure with its source."""


@command.command(
    "list",
    short_help="items of a kind: filters, sorting, columns",
    epilog="Example: cluster-calc catalog list chips --maker nvidia --released 2022.. --sort -bf16",
)
@click.argument("kind", default="chips", shell_complete=_complete_kind)
@click.option("--maker", default="", metavar="NAME", help="chips of this maker")
@click.option(
    "--released", default="", metavar="SPAN", help="available from a year or within a span, as in 2022 or 2023..2024-06"
)
@click.option("--precision", default="", metavar="NAME", help="chips that have this precision")
@click.option("--memory", default="", metavar="SIZE", help="chips with at least this memory, as in '80 GiB'")
@click.option("--priced/--unpriced", default=None, help="with, or without, a price")
@click.option("--text", "words", default="", metavar="WORDS", help="with these words in id, name or aliases")
@click.option("--columns", default="", metavar="A,B,…", help="what to show")
@click.option("--sort", default="", metavar="COLUMN", help="sort by a column; -COLUMN for the largest first")
@click.option("--as-of", default="", metavar="DATE", help="the values that stood on that day")
@shared.output_options(*FORMATS)
def list_(kind: str, words: str, columns: str, sort: str, as_of: str, **options: Any) -> None:
    """The items of KIND (default chips): servers, networks, sites, prices, shipments, runs and so on."""
    from cluster_calc.catalog.current import catalog
    from cluster_calc.documents.catalog.listing import Filter, listing
    from cluster_calc.quantities.dates import date_text

    form = shared.format_of(options, FORMATS)
    wanted = Filter(
        options["maker"], options["released"], options["precision"], options["memory"], options["priced"], words
    )
    named = [name.strip() for name in columns.split(",") if name.strip()]
    day = date_text("as_of", as_of) if as_of else ""
    text = listing(catalog(), _kind(kind), form, wanted=wanted, columns=named, sort=sort, as_of=day)
    shared.write(text, options.get("output"))


@command.command(
    "show",
    short_help="one item: every figure with its source",
    epilog="Example: cluster-calc catalog show h100 --format json",
)
@click.argument("item", metavar="ID", shell_complete=completion.items())
@click.option("--kind", default="", metavar="KIND", help="look in this kind only", shell_complete=_complete_kind)
@click.option("--as-of", default="", metavar="DATE", help="mark the values that stood on that day")
@shared.output_options("table", "json", "markdown")
def show(item: str, kind: str, as_of: str, **options: Any) -> None:
    """One item: every figure with its source, date and confidence, and where sources disagree."""
    import json

    from cluster_calc.catalog.current import catalog
    from cluster_calc.documents.catalog import rows, showing
    from cluster_calc.documents.catalog import showing as catalog_showing
    from cluster_calc.quantities.dates import date_text

    form = shared.format_of(options, ("table", "json", "markdown"))
    book = catalog()
    place, key = showing.find_any(book, item, _kind(kind) if kind else "")
    object_ = (
        catalog_showing.run_dict(*rows.runs(book)[key]) if place == "runs" else showing.as_dict(book.item(key, place))
    )
    if form == "json":
        text = json.dumps(object_, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    elif place == "runs":
        text = catalog_showing.run_text(object_)
    else:
        text = showing.text(book.item(key, place), shared.terminal_width(), date_text("as_of", as_of) if as_of else "")
    if form == "markdown":
        text = "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())
    shared.write(text, options.get("output"))


@command.command(
    "quotes",
    short_help="the votes behind a chip's rent and price",
    epilog="Example: cluster-calc catalog quotes h100 --term 1-year",
)
@click.argument("chip", metavar="CHIP", shell_complete=completion.items("chips"))
@click.option("--term", default="", metavar="TERM", help="on-demand (default), 1-year, 3-year or spot")
@click.option("--segment", default="", metavar="KIND", help="specialist, hyperscaler, marketplace or index alone")
@click.option("--as-of", default="", metavar="DATE", help="what stood on that day")
@shared.output_options(*FORMATS)
def quotes(chip: str, term: str, segment: str, as_of: str, **options: Any) -> None:
    """The quotes of CHIP that vote, the rent and the price they come to, and by which rule."""
    from cluster_calc.catalog.current import catalog
    from cluster_calc.documents.catalog import quoting
    from cluster_calc.quantities.dates import date_text

    form = shared.format_of(options, FORMATS)
    book, day = catalog(), date_text("as_of", as_of) if as_of else ""
    found = quoting.as_dict(book.chip(chip), book, term, segment, day)
    shared.write(quoting.quotes_text(found, form), options.get("output"))


@command.command(
    "new", short_help="a commented template", epilog="Example: cluster-calc catalog new chip > nvidia-a2.toml"
)
@click.argument("kind", metavar="chip|server|site|model")
@click.option("-o", "--output", metavar="FILE", help="write to FILE instead of stdout")
def new(kind: str, output: str | None) -> None:
    """A commented template to fill in."""
    from cluster_calc.catalog.adding import template
    from cluster_calc.files.atomic import format_by_ending

    format_by_ending(output, shared.SCENARIO)
    shared.write(template(kind), output)


@command.command(
    "add",
    short_help="check a file and take it into your own catalog",
    epilog="Example: cluster-calc catalog add nvidia-a2.toml",
)
@click.argument("file", required=False, metavar="FILE", type=click.Path(path_type=Path))
@click.option("--from-csv", metavar="FILE", type=click.Path(path_type=Path), help="one item per row of a table")
@click.option(
    "--map", "column_map", metavar="FILE", type=click.Path(path_type=Path), help="what the table's columns are (TOML)"
)
@click.option("--override", is_flag=True, help="lay the fields of FILE over an item that the catalog has")
def add(file: Path | None, from_csv: Path | None, column_map: Path | None, override: bool) -> None:
    """Check FILE and take it into your own catalog; nothing is written if anything is wrong.

    A model's config.json, as the hub has it, is taken in as a model.
    """
    from cluster_calc.catalog import adding

    if (file is None) == (from_csv is None):
        raise InputError("give one FILE, or --from-csv FILE; for example `cluster-calc catalog add nvidia-a2.toml`")
    if column_map is not None and from_csv is None:
        raise InputError("--map says what the columns of --from-csv are; there is none")
    if from_csv is not None:
        written = adding.add_table(from_csv, column_map, override=override)
    else:
        assert file is not None
        written = adding.add(file, override=override)
    for path in written:
        click.echo(f"added {path.stem}: {path}")


@command.command(
    "check",
    short_help="every problem with file, line and fix; exit 2 if any",
    epilog="Example: cluster-calc catalog check nvidia-a2.toml",
)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@shared.output_options("table", "json")
def check(path: Path | None, **options: Any) -> None:
    """List every problem of a file, a folder or the whole catalog, with file, line and fix; exit 2 if there is one."""
    import json

    from cluster_calc.catalog.checking import check as checked
    from cluster_calc.trends.trends import trend_from

    form = shared.format_of(options, ("table", "json"))
    problems = checked(readers={"trends": trend_from}, path=path)
    if form == "json":
        entries = [{"file": str(p.path), "line": p.line, "message": p.message, "fix": p.fix} for p in problems]
        shared.write(json.dumps({"problems": entries}, indent=2, ensure_ascii=False) + "\n", options.get("output"))
    else:
        lines = [str(problem) for problem in problems] or ["nothing is wrong"]
        shared.write("".join(f"{line}\n" for line in lines), options.get("output"))
    if problems:
        raise InputError(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} in the catalog")


@command.command(
    "sources",
    short_help="what each source carries, what is stale",
    epilog="Example: cluster-calc catalog sources --format json",
)
@click.option("--as-of", default="", metavar="DATE", help="the day that staleness counts from; default: today")
@shared.output_options(*FORMATS)
def sources(as_of: str, **options: Any) -> None:
    """What each source carries, what is stale, and what rests on one source alone."""
    import datetime

    from cluster_calc.catalog.current import catalog
    from cluster_calc.documents.catalog.sourcing import sources_text
    from cluster_calc.quantities.dates import date_text

    form = shared.format_of(options, FORMATS)
    day = datetime.date.fromisoformat(date_text("as_of", as_of)) if as_of else datetime.date.today()
    shared.write(sources_text(catalog(), form, day), options.get("output"))


@command.command(
    "update",
    short_help="take in a newer release of the quotes",
    epilog="Example: cluster-calc catalog update --from cluster-calc-data-2026.12.1.zip --dry-run",
)
@click.option(
    "--from", "place", required=True, metavar="PATH|URL", help="a data release: a folder, a zip or tar, an address"
)
@click.option("--dry-run", is_flag=True, help="show which defaults move and by how much; write nothing")
@click.option("--accept", is_flag=True, help="take defaults that move by more than 40 %, too")
@click.option("--feed", default="", metavar="NAME", help="read FILE as another format, as gpuhunt, and add its quotes")
@shared.output_options("table", "json")
def update(place: str, dry_run: bool, accept: bool, feed: str, **options: Any) -> None:
    """Take in a data release: checked, with what it moves; nothing is ever fetched unasked."""
    from cluster_calc.catalog.update import update as take
    from cluster_calc.documents.catalog.updating import update_text

    form = shared.format_of(options, ("table", "json"))
    found = take(place, dry_run=dry_run, accept=accept, feed=feed)
    shared.write(update_text(found, form), options.get("output"))
