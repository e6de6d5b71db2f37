"""The options of a short answer, and the page they ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cluster_calc.cli import options as shared

if TYPE_CHECKING:
    from cluster_calc.documents.render.view import Short

_ANSWER = "Answer"


def answer_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --full, --section and -v."""
    for names, settings in (
        (("-v", "--verbose"), {"is_flag": True, "help": "with the sources of what moves the answer"}),
        (("--section",), {"metavar": "NAME", "help": "one part of the whole page, by words of its title, e.g. money"}),
        (("--full",), {"is_flag": True, "help": "the whole page"}),
    ):
        command = click.option(*names, cls=shared.GroupedOption, heading=_ANSWER, **settings)(command)
    return command


def answered(options: dict[str, Any], page: Callable[[int, Any], str], short: Callable[[], Short]) -> str:
    """The whole page, a part of it, or the answer that fits a screen, as the options ask."""
    from cluster_calc.documents.render.short import part_of, render

    width, style = shared.terminal_width(), None
    if options.get("output") in (None, "-"):
        style = shared.terminal_style()
    if options.get("section") is not None:
        return part_of(page(width, None), options["section"])
    return page(width, style) if options.get("full") else render(short(), width, style, options.get("verbose", False))
