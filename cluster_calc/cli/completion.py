"""What the shell may complete: chips, names and values. Loads no more than the nomenclature and the catalog's heads."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def chips(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids and aliases of the catalog, with the full name as the description."""
    from cluster_calc.catalog import catalog, fold

    start = fold(incomplete)
    return [
        CompletionItem(spelling.replace(" ", "-"), help=name)
        for item, (_, name, aliases) in catalog().heads().items()
        for spelling in (*aliases, item)
        if fold(spelling).startswith(start)
    ]


def quantities(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of quantities, with their meaning."""
    from cluster_calc.nomenclature import QUANTITIES

    start = incomplete.replace("-", "_")
    return [CompletionItem(name, help=known.meaning) for name, known in QUANTITIES.items() if name.startswith(start)]


def assignments(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """`NAME=` of quantities; the value is the reader's."""
    if "=" in incomplete:
        return []
    return [CompletionItem(f"{item.value}=", help=item.help) for item in quantities(ctx, param, incomplete)]


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The shell's own file names."""
    return [CompletionItem(incomplete, type="file")]


def one_of(names: Iterable[str]) -> Completer:
    """A fixed list."""
    known = tuple(names)

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(name) for name in known if name.startswith(incomplete.lower())]

    return complete
