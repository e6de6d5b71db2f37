"""What MFU has been seen on a chip, and what is likely counted wrongly where one is above it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cluster_calc.quantities.datum import Datum

# FLOP executed over FLOP counted where every activation is computed twice.
FULL_RECOMPUTATION = 4 / 3
# What large runs reach of a dense peak.
PLAUSIBLE = (0.2, 0.6)

if TYPE_CHECKING:
    from cluster_calc.catalog.chips import Chip


def best_mfu(item: Chip) -> Datum | None:
    """The best published MFU of a chip against its dense peak; None where no run says, and the best of all chips stands.

    >>> from cluster_calc.catalog.current import catalog
    >>> best_mfu(catalog().chip("h100")).value
    0.49
    """
    found = item.figures.get("best_mfu")
    return None if found is None else found.with_(origin="default", kind="convention", label=item.name)


def _other_peaks(mfu: float, values: Mapping[str, Any], item: Chip, precision: str) -> list[str]:
    """That the peak is another chip's: a given one that is not the chip's own, or one that a later chip of its line has."""
    from cluster_calc.quantities.display import plain, shown

    peaks = {name: float(datum.value) for name, datum in item.peaks.items() if datum.value}
    own = peaks.get(precision, 0.0)
    counted = values.get("peak_throughput", own)
    if getattr(counted, "shape", ()) or not counted:
        return []
    if counted < own and counted not in peaks.values():
        share = f"{plain(100 * mfu * float(counted) / own, 2)}% of {item.name}'s {shown('peak_throughput', own)}"
        return [f"the peak of another chip ({share})"]
    for later in _later(item):
        peak = later.peaks.get(precision) or later.peaks.get(later.precision())
        share_there = mfu * float(counted) / float(peak.value) if peak is not None and peak.value else 0.0
        if PLAUSIBLE[0] <= share_there <= PLAUSIBLE[1]:
            return [
                f"the peak of another chip ({plain(mfu)} of {item.name} is {plain(share_there, 2)} of {later.name})"
            ]
    return []


def _later(item: Chip) -> Iterator[Chip]:
    """The successors of a chip, one after the other."""
    from cluster_calc.catalog.current import catalog

    seen = {item.id}
    while item.successor and item.successor not in seen:
        item = catalog().chip(item.successor)
        seen.add(item.id)
        yield item


def likely_causes(mfu: float, values: Mapping[str, Any], item: Chip, precision: str) -> str:
    """What would explain an MFU that no run reaches, each cause with the MFU that is left without it.

    A cause that would leave it above 1 explains nothing alone and is told only where none does.

    >>> from cluster_calc.catalog.current import catalog
    >>> likely_causes(0.8, {}, catalog().chip("h100"), "bf16").partition(", ")[0]
    'the peak of another chip (0.8 of NVIDIA H100 SXM5 80GB is 0.35 of NVIDIA B200 SXM 180GB (HGX/DGX))'
    >>> likely_causes(9.0, {}, catalog().chip("h100"), "bf16")
    'a sparse peak, fp8 counted against bf16, total instead of active parameters, and more than one of them'
    """
    from cluster_calc.quantities.display import plain

    found = _other_peaks(mfu, values, item, precision)
    total, active = values.get("parameters"), values.get("active_parameters")
    if total is not None and (active is None or float(active) == float(total)):
        found.append("total instead of active parameters, if the model is a mixture of experts (--active-parameters)")
    sparse = item.figures.get("sparse_multiplier")
    peaks = {name: float(datum.value) for name, datum in item.peaks.items() if datum.value}
    for words, factor in (
        ("a sparse peak ({} of it)", 2.0 if sparse is None or sparse.value is None else float(sparse.value)),
        (
            f"fp8 arithmetic counted against {precision} ({{}} of fp8)",
            peaks.get("fp8", 0.0) / peaks.get(precision, math.inf),
        ),
        ("recomputed arithmetic counted ({} without)", FULL_RECOMPUTATION),
    ):
        if factor > 1 and mfu / factor <= 1:
            found.append(words.format(f"{plain(100 * mfu / factor, 2)}%"))
    if not found:
        return f"a sparse peak, fp8 counted against {precision}, total instead of active parameters, and more than one of them"
    return ", ".join(found[:-1]) + (", or " if len(found) > 1 else "") + found[-1]
