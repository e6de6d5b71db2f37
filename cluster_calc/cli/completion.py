"""What the shell may complete: chips, names and values. Loads no more than the nomenclature and the catalog's heads."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def items(*kinds: str) -> Completer:
    """Ids and aliases of some kinds of the catalog, with the full name as the description."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from cluster_calc.catalog import KINDS, catalog, fold

        start = fold(incomplete)
        return [
            CompletionItem(spelling.replace(" ", "-"), help=name)
            for kind in kinds or KINDS
            for item, (_, name, aliases) in catalog().heads(kind).items()
            for spelling in (*aliases, item)
            if fold(spelling).startswith(start)
        ]

    return complete


chips, servers, sites = items("chips"), items("servers"), items("sites")


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
