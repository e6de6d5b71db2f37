"""A drawing as an SVG file of its own."""

from __future__ import annotations

from cluster_calc.documents.charts.charts import Drawing
from cluster_calc.documents.render.templates import template_environment


def svg(drawing: Drawing) -> str:
    """The SVG text of a drawing.

    >>> svg(Drawing("line", "nothing", "", 10.0)).startswith("<svg ")
    True
    """
    text = template_environment("").get_template("charts/drawing.svg.j2").render(drawing=drawing, id="chart")
    return text.strip() + "\n"
