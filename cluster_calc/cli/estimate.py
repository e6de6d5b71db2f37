"""`cluster-calc estimate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cluster_calc.cli import answers
from cluster_calc.cli import options as shared

if TYPE_CHECKING:
    from cluster_calc.documents.render.view import Short
    from cluster_calc.estimation.result import Result


@click.command(
    "estimate",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc estimate --flop 2e25 --chip h100
  cluster-calc estimate --params 65B --tokens 1.4T --chip a100-40gb --chips 2048
  cluster-calc estimate --chip h100 --chips 16384 --days 54
  cluster-calc estimate --flop 2e25 --chip h100 --mfu 0.35..0.45 --format json""",
)
@shared.model_options
@answers.answer_options
@shared.gate_options
@shared.output_options(*shared.FORMATS)
def command(**options: Any) -> None:
    """Time, chips, money, power and share of shipments of one run or cluster.

    Give a demand (--flop, or --params with --tokens) or --chips, and a --chip.
    """
    form = shared.format_of(options, shared.FORMATS)
    result = shared.run_from(options)
    if form in ("json", "csv"):
        from cluster_calc.documents.reports import estimate_data

        text = estimate_data.json_text(result) if form == "json" else estimate_data.csv_text(result)
    elif form == "markdown":
        from cluster_calc.documents.reports.estimate import markdown

        text = markdown(result)
    else:
        text = answers.answered(options, lambda *how: _page(result, *how), lambda: _short(result))
    shared.write(text, options.get("output"))
    shared.check_gates(result, options)


def _page(result: Result, width: int, style: Any) -> str:
    from cluster_calc.documents.reports.estimate import text

    return text(result, width, style)


def _short(result: Result) -> Short:
    from cluster_calc.documents.reports.short import of_estimate

    return of_estimate(result)
