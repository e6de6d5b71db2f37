"""A chip of the catalog as serving needs it."""

from __future__ import annotations

from cluster_calc.catalog.chips import Chip
from cluster_calc.errors import InputError
from cluster_calc.performance.efficiencies import constants_of
from cluster_calc.performance.serving.constants import book


def machine_figures(item: Chip) -> dict[str, float]:
    """Memory, bandwidths and power of a chip by nomenclature name; raises InputError for what the catalog lacks.

    >>> from cluster_calc.catalog.current import catalog
    >>> machine_figures(catalog().chip("gb200"))["scaleup_chips"]
    72.0
    """
    known = constants_of(item)
    links = book()["links"]
    found = {name: figure_of(item, name) for name in ("memory", "memory_bandwidth")}
    for name, value in found.items():
        if value is None:
            raise InputError(
                f"{name}: not known for {item.name}, and serving needs it; add it to the chip in a catalog of your own"
            )
    return {
        **{name: value for name, value in found.items() if value is not None},
        "scaleup_bandwidth": figure_of(item, "scaleup_bandwidth") or float(links["scaleup_bandwidth"]["value"]),
        "scaleup_chips": known.scaleup_chips,
        "scaleout_bandwidth": known.scaleout_bandwidth,
        "tdp": figure_of(item, "tdp") or float("nan"),
    }


def figure_of(item: Chip, name: str) -> float | None:
    """A figure of the chip's file, or None."""
    datum = item.figures.get(name)
    return None if datum is None or datum.value is None else float(datum.value)
