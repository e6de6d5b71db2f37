"""Rows of published training runs: what their labels mean, and how well each row's own figures close."""

from __future__ import annotations

from collections.abc import Mapping

from cluster_calc.tables.row import Prepared, number_in

# An energy figure with these labels was published before PUE.
WITHOUT_PUE = frozenset({"carbon", "neither"})


def prepare(row: Mapping[str, str]) -> Prepared:
    """The row's PUE as its label says, and its published hours as the hours to count.

    >>> prepare({"pue_published": "1.2", "pue_applied": "carbon", "ci_kg_per_kwh": "0.5"}).values["pue"]
    1.0
    """
    label = row.get("pue_applied", "").strip().lower()
    printed = number_in(row, "pue_published", "pue") or 1.0
    values = {"pue": 1.0 if label in WITHOUT_PUE else printed}
    hours = number_in(row, "gpu_hours_published", "chip_hours", "chip*hour")
    if hours is not None:
        values["chip_hours"] = values["billed_chip_hours"] = hours
    intensity = number_in(row, "ci_kg_per_kwh", "carbon_intensity", "kg/kWh")
    if label == "carbon" and intensity is not None:
        values["carbon_intensity"] = intensity * printed
    return Prepared(values)
