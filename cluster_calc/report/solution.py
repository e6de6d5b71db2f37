"""What a solution says, as text."""

from __future__ import annotations

import textwrap

from cluster_calc.inverse import Solution
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.report.numbers import exact, shown
from cluster_calc.report.views import answer, question, quote_shell


def solution_text(found: Solution, width: int = 80) -> str:
    """The solution in a few lines: the value, what it reaches, how to set it, and the estimate it makes."""
    known, goal = QUANTITIES[found.solved], QUANTITIES[found.target]
    label, target = (entry.label.split(" (")[0] for entry in (known, goal))
    rows = [
        (label, shown(known.name, found.value)),
        (f"reaches {target}", shown(goal.name, found.reached)),
        ("asked for", shown(goal.name, found.wanted)),
        ("exactly", f"{known.option} {quote_shell(_typed(found))}"),
    ]
    if found.day is not None:
        rows.insert(1, ("that is", f"on {found.day}, prices falling as price_performance_trend says"))
    if found.samples is not None:
        cut = found.percentiles()
        heads = " · ".join(f"P{percent:g}" for percent in cut) or "P10 · P50 · P90"
        spread = " · ".join(shown(known.name, value) for value in cut.values())
        rows.insert(1, (heads, spread or "no draw reaches it"))
        if found.reachable is not None and found.reachable < 1:
            rows.insert(2, ("in reach", f"{100 * found.reachable:.3g}% of draws"))
    first = max(len(left) for left, _ in rows)
    lines = [f"{left[0].upper() + left[1:]:<{first}}  {right}" for left, right in rows]
    lines += ["", *textwrap.wrap(question(found.result), width), *textwrap.wrap(answer(found.result), width)]
    return "\n".join(lines) + "\n"


def _typed(found: Solution) -> str:
    """The value as the option takes it: bare where that is allowed."""
    known = QUANTITIES[found.solved]
    text = exact(known.name, found.value)
    return text.split(" ")[0] if known.bare else text
