"""What a sweep without a file says: the ends of every result, where they lie, and percentiles over the grid."""

from __future__ import annotations

import textwrap

from cluster_calc.extremes import Extremes
from cluster_calc.grid import Sweep
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.report.numbers import shown
from cluster_calc.uncertainty import percentiles


def extremes_text(planned: Sweep, found: list[Extremes], width: int = 80) -> str:
    """Every result's least value, percentiles and greatest value over the grid."""
    count = len(found[0].sample) if found else 0
    of = "every row" if count == planned.points else f"{count:,} rows drawn at random"
    grid = planned.named if planned.design else planned.axes
    axes = " × ".join(f"{entry.name} {len(entry)}" for entry in grid)
    if planned.design:
        spread = f"{planned.design} {planned.count:,} over {', '.join(entry.name for entry in planned.numbers)}"
        axes = f"{axes} × {spread}" if axes else spread
    lines = [f"{planned.points:,} points: {axes}", f"P10 · P50 · P90 over the grid, of {of}", ""]
    for entry in found:
        label = QUANTITIES[entry.name].label
        if entry.low > entry.high:
            lines.append(f"{label}: not found")
            continue
        cut = percentiles(entry.sample[entry.sample == entry.sample], (10, 50, 90))
        middle = " · ".join(shown(entry.name, value) for value in cut.values())
        lines.append(
            f"{label[0].upper() + label[1:]}: {shown(entry.name, entry.low)} to {shown(entry.name, entry.high)}"
        )
        lines.append(f"  P10 · P50 · P90  {middle}")
        for word, at in (("least", entry.low_at), ("most", entry.high_at)):
            place = planned.point(*at)
            said = ", ".join(
                f"{name} {value if isinstance(value, str) else shown(name, value)}" for name, value in place.items()
            )
            lines += textwrap.wrap(f"{word:<5} at {said}", width, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"
