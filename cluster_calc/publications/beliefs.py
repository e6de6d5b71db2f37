"""What one would have to believe: the value of one input at a time under which a claim gives its published figure."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from cluster_calc.errors import InputError
from cluster_calc.model.implicit import halved
from cluster_calc.publications.claims import Claim, Input
from cluster_calc.publications.evaluation import evaluate

# An input is searched this many decades up and down, in steps of a quarter of one, then by bisection.
DECADES, STEPS_PER_DECADE = 6, 4
# What is a convention or a device of the calculation is nothing to believe; fewer draws do for a search.
_CONVENTIONS = frozenset(
    {"samples", "seed", "points", "share", "month", "year", "period", "z", "base_year", "days_per_year"}
)
_FEWER_DRAWS = {"samples": "20000"}


def beliefs(claim: Claim) -> Iterator[tuple[Input, float]]:
    """Each numeric input with the value, in its own unit, that would alone give the published figure.

    >>> from cluster_calc.publications.claims import find
    >>> [(entry.name, round(value, 3)) for entry, value in beliefs(find("cset-megatron-4480"))]
    [('copies', 16.0), ('gpus_per_copy', 560.0)]
    """
    if claim.published is None or not claim.steps:
        return
    for entry in claim.inputs.values():
        if entry.is_date or entry.value <= 0 or entry.argument in _CONVENTIONS:
            continue
        found = _needed(claim, entry)
        if found is not None:
            yield entry, found


def _needed(claim: Claim, entry: Input) -> float | None:
    from cluster_calc.publications.claims import unit_of

    written = entry.value / unit_of(entry.unit).factor
    published = claim.published
    assert published is not None

    cheaper = _FEWER_DRAWS if "samples" in claim.inputs else {}

    def gap(exponent: float) -> float:
        text = f"{written * 10.0**exponent!r} {entry.unit}".strip()
        try:
            value = evaluate(claim, {**cheaper, entry.name: text}).value
        except InputError:
            return math.nan
        assert value is not None
        return value - published

    def alike(first: float, exponent: float) -> bool:
        return gap(float(exponent)) * first > 0

    steps = [number / STEPS_PER_DECADE for number in range(DECADES * STEPS_PER_DECADE + 1)]
    for sign in (1, -1):
        for near, far in pairwise(steps):
            low, high = sign * near, sign * far
            first, last = gap(low), gap(high)
            if math.isnan(first) or math.isnan(last):
                break
            if first * last <= 0:
                _, place = halved(partial(alike, first), low, high)
                return float(written * 10.0 ** float(place))
    return None


def sentence(claim: Claim) -> str:
    """The beliefs of a claim in words; empty where no single input leads there.

    >>> from cluster_calc.publications.claims import find
    >>> sentence(find("fermi-synapse-low"))
    'synapses 1e13 instead of 1e14; or rate 0.1 1/s instead of 1 1/s; or flop_per_spike 0.1 FLOP instead of 1 FLOP'
    """
    from cluster_calc.quantities.display import plain

    def text(value: float) -> str:
        if 1e-3 <= abs(value) < 1e6:
            return plain(value, 3)
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"

    return "; or ".join(
        f"{entry.name} {text(value)} {entry.unit}".strip() + f" instead of {entry.text}"
        for entry, value in beliefs(claim)
    )
