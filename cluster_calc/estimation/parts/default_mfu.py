"""The MFU of a run of which only the chip, the format and perhaps the size are known: what measured steps and runs reached.

A narrower format that was not measured on a chip takes the measured gain over the wider one, never the ratio of peaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.chips import Chip
from cluster_calc.files.shipped import shipped
from cluster_calc.files.toml import read_toml
from cluster_calc.quantities.datum import Datum

# Bits of a format; what is not here has no default of its own.
WIDTHS = {"bf16": 16, "fp16": 16, "fp8": 8, "int8": 8, "fp4": 4}
# A cell wants as many votes; a model is large from so many parameters that work on a token.
LEAST, LARGE = 3, 20e9


@cache
def _cells() -> dict[str, Any]:
    return read_toml(shipped("catalog") / "default_mfu.toml")


def generation_of(item: Chip) -> str:
    """The generation that a chip's runs are counted with: that of its speeds, or its maker's line."""
    from cluster_calc.performance.efficiencies import known_generation

    return "tpu" if item.generation.startswith("tpu") else known_generation(item)


def default_mfu(
    given: Mapping[str, Datum], settings: Mapping[str, Any], item: Chip, precision: str, book: Catalog
) -> Datum | None:
    """The default with its range and what it rests on; None where the plain default of a dense 16-bit run stands.

    That default is the one of runs on chips of today in 16 bit whose size nobody told.
    """
    bits, kind = WIDTHS.get(precision), _kind(given)
    # Under a scaling law size and data follow from each other: whichever was typed, the run is the same.
    size = None if settings.get("scaling_law") else _size(given)
    if bits is None or (
        bits == 16 and kind == "dense" and size is None and generation_of(item) in ("ampere", "hopper")
    ):
        return None
    found = _found(generation_of(item), bits, kind, size or "all", item, precision)
    if found is None:
        return None
    ratio = _against(item, precision, settings)
    where, entry = found
    figure = {
        **{name: min(float(entry[name]) * ratio, 0.95) for name in ("value", "low", "high")},
        "source": _cells()["source"], "as_of": _cells()["as_of"], "confidence": "low" if where.startswith("all") else "medium",
        "locator": where, "note": f"{entry['count']} measured models and published runs",
    }  # fmt: skip
    return book.figure("mfu", figure, {}, "default_mfu.toml").with_(origin="default", kind="range")


def _kind(given: Mapping[str, Datum]) -> str:
    total, active = _one(given, "parameters"), _one(given, "active_parameters")
    return "experts" if total and active and active < 0.95 * total else "dense"


def _size(given: Mapping[str, Datum]) -> str | None:
    size = _one(given, "active_parameters") or _one(given, "parameters")
    return None if size is None else "large" if size >= LARGE else "small"


def _one(given: Mapping[str, Datum], name: str) -> float | None:
    """A given figure, unless there are many of it or none."""
    value: Any = given[name].value if name in given else None
    return None if value is None or getattr(value, "shape", None) else float(value)


def _found(
    generation: str, bits: int, kind: str, size: str, item: Chip, precision: str
) -> tuple[str, Mapping[str, float]] | None:
    """The cell, or the next wider one: without the size, in another format with its gain, or without the generation."""
    cells = _cells()["cell"]
    own = [f"{generation}.{{}}.{kind}.{size}", f"{generation}.{{}}.{kind}.all"]
    for place in own:
        if (name := place.format(bits)) in cells:
            return name, cells[name]
    for other in sorted(
        (name for name in WIDTHS if name in item.peaks and WIDTHS[name] != bits), key=WIDTHS.__getitem__, reverse=True
    ):
        for place in own:
            if (name := place.format(WIDTHS[other])) in cells:
                return _gained(name, other, precision, item)
    for name in (f"all.{bits}.{kind}.{size}", f"all.{bits}.{kind}.all"):
        if name in cells:
            share = _speed_share(generation, bits)
            where = name if share == 1 else f"{name}, × {share:.3g}: its matrix products against the H100's"
            return where, {**cells[name], **{key: cells[name][key] * share for key in ("value", "low", "high")}}
    return None


def _speed_share(generation: str, bits: int) -> float:
    """Share of the peak that a generation's matrix products reach, measured apart from training, over the H100's."""
    book = read_toml(shipped("catalog") / "performance.toml")["generation"]
    figure = {16: "matrix_efficiency", 8: "low_precision_efficiency", 4: "fp4_efficiency"}[bits]
    own = book.get(generation, book["hopper"])[figure]["value"]
    return float(own) / float(book["hopper"][figure]["value"]) if generation != "other" else 1.0


def _gained(name: str, measured: str, precision: str, item: Chip) -> tuple[str, Mapping[str, float]]:
    """A cell of another format: its speed times the gain of the narrower one of the two, against this format's peak."""
    entry, gain = _cells()["cell"][name], 1.0
    low, high = sorted((WIDTHS[precision], WIDTHS[measured]))
    for narrow, wide in ((8, 16), (4, 8)):
        if low <= narrow and wide <= high:
            gain *= float(_cells()["gain"][f"{wide}-{narrow}"]["value"])
    gain = gain if WIDTHS[precision] < WIDTHS[measured] else 1 / gain
    peaks = float(item.peaks[measured].value or 1.0) / float(item.peaks[precision].value or 1.0)
    figures = {key: float(entry[key]) * gain * peaks for key in ("value", "low", "high")}
    return f"{name}, its speed × {gain:.3g} in {precision}", {**figures, "count": entry["count"]}


def _against(item: Chip, precision: str, settings: Mapping[str, Any]) -> float:
    """The peak of the format over the one that the utilisation is counted against."""
    counted = settings.get("mfu_precision")
    if not counted or item.precision(counted) not in item.peaks:
        return 1.0
    return float(item.peaks[precision].value or 1.0) / float(item.peaks[item.precision(counted)].value or 1.0)
