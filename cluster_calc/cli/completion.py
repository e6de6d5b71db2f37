"""What the shell may complete: chips, names and values. Loads no more than the nomenclature and the catalog's heads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _item(value: str, kind: str = "plain", help: str | None = None) -> CompletionItem:
    from click.shell_completion import CompletionItem

    return CompletionItem(value, kind, help)


def items(*kinds: str) -> Completer:
    """Ids and aliases of some kinds of the catalog, with the full name as the description."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from cluster_calc.catalog.current import catalog
        from cluster_calc.catalog.heads import KINDS, fold

        start = fold(incomplete)
        return [
            _item(spelling.replace(" ", "-"), help=name)
            for kind in kinds or KINDS
            for item, (_, name, aliases) in catalog().heads(kind).items()
            for spelling in (*aliases, item)
            if fold(spelling).startswith(start)
        ]

    return complete


# Settings whose value is an item of the catalog.
NAMED = {name: items(f"{name}s") for name in ("chip", "server", "site", "model", "recipe")}


def quantities(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of quantities, with their meaning."""
    from cluster_calc.quantities.nomenclature import QUANTITIES

    start = incomplete.replace("-", "_")
    return [_item(name, help=known.meaning) for name, known in QUANTITIES.items() if name.startswith(start)]


def assignments(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """`NAME=` of quantities; the value is the reader's."""
    if "=" in incomplete:
        return []
    return [_item(f"{item.value}=", help=item.help) for item in quantities(ctx, param, incomplete)]


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The shell's own file names."""
    return [_item(incomplete, "file")]


def one_of(names: Iterable[str]) -> Completer:
    """A fixed list."""
    known = tuple(names)

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [_item(name) for name in known if name.startswith(incomplete.lower())]

    return complete
