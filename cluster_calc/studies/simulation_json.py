"""A simulation as JSON and as rows."""

from __future__ import annotations

from typing import Any

from cluster_calc.catalog.book import CATALOG_DATE
from cluster_calc.quantities.datum import source_of
from cluster_calc.quantities.display import in_unit, json_number
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.studies.simulation import OPTIONS, Simulation
from cluster_calc.version import __version__

SCHEMA = "cluster-calc/simulate/1"
COLUMNS = ("name", "value", "unit", "standard_error", "closed_form", "p10", "p50", "p90")


def rows(found: Simulation) -> list[tuple[Any, ...]]:
    """One row a figure: name, value, unit, standard error, closed form, P10, P50, P90."""
    spread = {percent: in_unit("training_time", value) for percent, value in found.run.time_percentiles.items()}
    listed: list[tuple[Any, ...]] = []
    for name, entry in (
        ("goodput", found.goodput),
        ("training_time", found.time),
        ("interruptions", found.interruptions),
    ):
        factor = QUANTITIES[name].factor
        numbers = (entry.value, entry.standard_error, entry.closed_form)
        value, error, closed = (json_number(None if number is None else number / factor) for number in numbers)
        ends = tuple(spread[percent] for percent in (10, 50, 90)) if name == "training_time" else (None,) * 3
        listed.append((name, value, QUANTITIES[name].unit, error, closed, *ends))
    for part, share in found.run.shares.items():
        listed.append(
            (
                f"share_of_{part.replace(' ', '_')}",
                share.value,
                "1",
                json_number(share.standard_error),
                None,
                None,
                None,
                None,
            )
        )
    listed.append(
        (
            "failures_that_waited",
            found.run.waited.value,
            "1",
            json_number(found.run.waited.standard_error),
            None,
            None,
            None,
            None,
        )
    )
    return listed


def as_dict(found: Simulation) -> dict[str, Any]:
    """The simulation as a JSON object."""
    return {
        "schema": SCHEMA,
        "version": __version__,
        "catalog_date": CATALOG_DATE,
        "seed": found.run.seed,
        "replicates": found.run.replicates,
        "agrees": found.agrees,
        "deviation": json_number(found.time.deviation),
        "inputs": {
            name: {"value": in_unit(name, datum.value), "unit": QUANTITIES[name].unit, "origin": datum.origin, "source": source_of(datum)}
            for name, datum in found.inputs.items()
            if datum.value is not None
        },
        "options": {
            name: {"value": None if value is None else value / OPTIONS[name].factor, "unit": OPTIONS[name].unit}
            for name, value in found.options.items()
        },
        "results": {
            name: {"value": value, "unit": unit, "standard_error": error, "closed_form": closed, "p10": p10, "p50": p50, "p90": p90}
            for name, value, unit, error, closed, p10, p50, p90 in rows(found)
        },
        "ettr": json_number(found.ettr),
        "warnings": list(found.warnings),
    }  # fmt: skip
