"""A report as a small HTML fragment, for notebooks."""

from __future__ import annotations

from html import escape

from cluster_calc.report.views import report
from cluster_calc.result import Result


def fragment(result: Result) -> str:
    """The headline and sections of a result as escaped HTML tables."""
    view = report(result)
    parts = [f"<div><p><strong>{escape(view.question)}</strong><br>{escape(view.answer)}</p>"]
    for section in view.sections:
        rows = "".join(
            f"<tr><th scope='row' style='text-align:left'>{escape(row.label)}</th>"
            f"<td style='text-align:right'>{escape(row.value)}</td><td style='text-align:left'>{escape(row.note)}</td></tr>"
            for row in section.rows
        )
        parts.append(
            f"<table><caption style='text-align:left'>{escape(section.title)}</caption><tbody>{rows}</tbody></table>"
        )
    if view.warnings:
        parts.append("<ul>" + "".join(f"<li>{escape(warning)}</li>" for warning in view.warnings) + "</ul>")
    return "".join([*parts, "</div>"])
