"""The front of a serving as a chart: tokens a second and chip over the speed for one user."""

from __future__ import annotations

from cluster_calc.documents.charts.charts import Drawing, Scale, Series, line
from cluster_calc.quantities.display import plain
from cluster_calc.studies.serving import Service


def front(found: Service) -> Drawing:
    """The layouts that none beats in both, and a rule at the one chosen."""
    points = found.front
    users = [1 / point.time_per_output_token for point in points]
    rates = [point.rate_per_chip for point in points]
    chosen = 1 / float(found.values["time_per_output_token"])
    return line(
        f"{found.model} on {found.result.chip.name}", [Series("front", users, rates)],
        Scale("tokens a second for one user", plain, log=True), Scale("output tokens a second and chip", plain, log=True),
        [(max(min(chosen, max(users)), min(users)), "chosen")],
    )  # fmt: skip
