"""A fleet as text and as a chart: chips, power, cash and use by quarter, and what does not fit."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from cluster_calc.documents.charts.charts import Drawing, Span, columns
from cluster_calc.investment.fleet import Fleet, Quarter
from cluster_calc.quantities.display import count, money, percentage, plain

WIDTH = 80
TONES = {"serving": "a", "training": "b", "idle": "rest"}


def text(found: Fleet, width: int = WIDTH) -> str:
    """The table by quarter, then what does not fit."""
    verdict = "Everything fits." if found.fits else "Not everything fits."
    chips = sorted({chip for quarter in found.quarters for chip in quarter.there})
    lines = [f"{len(found.quarters)} quarters of {', '.join(chips)}. {verdict}", ""]
    lines.append(
        f"{'quarter':<9}{'chips':>9}{'serving':>9}{'training':>9}{'use':>7}{'MW':>8}{'hardware':>11}{'power':>9}"
    )
    for quarter in found.quarters:
        lines.append(
            f"{quarter.name:<9}{count(sum(quarter.there.values())):>9}{_total(quarter.serving):>9}{_total(quarter.training):>9}"
            f"{percentage(quarter.use, 2):>7}{plain(quarter.power / 1e6):>8}{money(quarter.capital):>11}{money(quarter.electricity):>9}"
        )
    unmet = [f"{quarter.name}: {words}" for quarter in found.quarters for words in quarter.unmet]
    unmet += [f"{name}: {share:.0%} of the run is not done by its end" for name, share in found.unfinished.items()]
    if unmet:
        lines += ["", "What does not fit"]
        for words in unmet:
            lines += textwrap.wrap(words, width, initial_indent="  - ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def _total(table: dict[str, float]) -> str:
    return count(round(sum(table.values())))


def chart(found: Fleet) -> Drawing:
    """Chips by quarter as stacked columns: serving, training, idle."""
    return columns("Chips by quarter", [(quarter.name, _parts(quarter)) for quarter in found.quarters], count)


def _parts(quarter: Quarter) -> Sequence[Span]:
    serving, training = sum(quarter.serving.values()), sum(quarter.training.values())
    idle = max(sum(quarter.there.values()) - serving - training, 0.0)
    parts = {"serving": serving, "training": training, "idle": idle}
    return [Span(name, count(round(value)), 0.0, value, TONES[name]) for name, value in parts.items()]
