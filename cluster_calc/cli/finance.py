"""`cluster-calc finance`."""

from __future__ import annotations

from typing import Any

import click

from cluster_calc.cli import answers
from cluster_calc.cli import options as shared


@click.command(
    "finance",
    cls=shared.GroupedCommand,
    epilog="""\b
Examples:
  cluster-calc finance --chip h100 --chips 1024 --horizon "4 years" --discount-rate 0.08
  cluster-calc finance --flop 2e25 --chip h100 --used-share 0.6 --rental-price-spot "2.4 USD/hour"
  cluster-calc finance --chip h100 --chips 1024 --rate-terms real --discount-rate 0.05 --format csv""",
)
@shared.model_options
@answers.answer_options
@shared.gate_options
@shared.output_options(*shared.FORMATS)
def command(**options: Any) -> None:
    """Own or rent: cash by year, net present value, cost per delivered chip-hour and the break-even between them."""
    from cluster_calc.documents.reports import finance as report
    from cluster_calc.documents.reports.short_options import of_finance
    from cluster_calc.investment import cash_flow

    form = shared.format_of(options, shared.FORMATS)
    shared.limits(options)  # a gate that says nothing is told before the work
    merged = shared.merged_from(options)
    found = cash_flow.plan(merged)
    if options.get("save_scenario"):
        from cluster_calc.scenario.save import scenario_text

        shared.write(scenario_text(merged), options["save_scenario"], "--save-scenario")
    texts = {"json": report.json_text, "csv": report.csv_text, "markdown": report.markdown}
    if form in texts:
        written = texts[form](found)
    else:
        written = answers.answered(options, lambda width, _: report.text(found, width), lambda: of_finance(found))
    shared.write(written, options.get("output"))
    shared.check_gates(found.result, options)
