"""What the utilisation of an estimate counts, and what the same run's would be under the other conventions and peaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cluster_calc.documents.render.view import Row, Section
from cluster_calc.performance.conventions import AS_GIVEN, CONVENTIONS, counted_as, flop_per_token, known
from cluster_calc.quantities.display import plain, shown

if TYPE_CHECKING:
    from cluster_calc.estimation.result import Result

# Settings that say how a utilisation is counted: with one of them, or a known architecture, the section is there.
ASKED = frozenset({"flop_convention", "mfu_precision", "recompute"})
# Formats whose dense peaks published utilisations are counted against.
PEAKS = ("bf16", "fp16", "fp8", "fp4")


def counting(result: Result) -> Section | None:
    """The convention in use, and the utilisation of the same steps under each other one."""
    values, settings = result.values, result.scenario.settings
    sized = known(values)
    if "mfu" not in values or not (sized or ASKED & set(settings)) or getattr(values["mfu"], "shape", None):
        return None
    name, words = counted_as(settings, result.data)
    kind = "HFU" if name == "8N-hfu" else "MFU"
    rows = [Row("Convention", name, words)]
    if "hfu" in values:
        note = f"recomputation executes {plain(values['recompute_factor'])} times what is counted"
        rows.append(Row("HFU", shown("hfu", values["hfu"]), note, "hfu"))
    if sized:
        own = float(values["flop_per_token"]) if name == AS_GIVEN else flop_per_token(values, name)
        for other, rule in CONVENTIONS.items():
            if other == name or (rule.without_embedding and "vocabulary" not in values):
                continue
            factor = flop_per_token(values, other) / own
            what = "HFU" if other == "8N-hfu" else "MFU"
            share = float(values["mfu"]) * factor
            beyond = "; above 1: not possible" if share > 1 else ""
            rows.append(
                Row(
                    f"{what} as {other}", f"{plain(100 * share)}%", f"{plain(factor)} times the FLOP of a token{beyond}"
                )
            )
    rows += _against_peaks(result, kind)
    return Section("What the utilisation counts", tuple(rows))


def _against_peaks(result: Result, kind: str) -> list[Row]:
    """The utilisation against the chip's dense peaks in other formats."""
    own: Any = result.values.get("peak_throughput")
    rows, seen = [], {own}
    for name in PEAKS:
        datum = result.chip.peaks.get(name)
        if own is None or datum is None or not datum.value or datum.value in seen:
            continue
        seen.add(datum.value)
        share = float(result.values["mfu"]) * own / datum.value
        beyond = "; above 1: the chips ran a faster format" if share > 1 else ""
        note = f"{shown('peak_throughput', datum.value)} a {result.chip.unit}, dense{beyond}"
        rows.append(Row(f"{kind} against {name}", f"{plain(100 * share)}%", note))
    return rows
