"""Number formats of weights and cache: bytes, and the peak that computes them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cluster_calc.catalog.chips import Chip
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.performance.serving.constants import book

HALF = ("bf16", "fp16")
_PLAIN = re.compile(r"[^a-z0-9_]")


def format_of(text: str, where: str = "precision") -> str:
    """The format a text names, its decoration left aside.

    >>> format_of("fp8 (gemm fp8, experts fp8_block)"), format_of("MXFP4"), format_of("f16")
    ('fp8', 'mxfp4', 'fp16')
    """
    formats = book()["formats"]
    name = _PLAIN.sub(" ", text.lower()).split()[0] if _PLAIN.sub(" ", text.lower()).split() else ""
    for key, entry in formats.items():
        if name == key or name in entry.get("aliases", ()):
            return str(key)
    raise InputError(
        f"{where}: {quoted(text)} is not a format that serving knows: {', '.join(formats)}.{did_you_mean(name, formats)}"
    )


def weight_formats(wanted: str, moe: bool) -> dict[str, str]:
    """The format of every part of the weights in a checkpoint of that name.

    Four-bit checkpoints of mixtures keep their attention in 16 bit; MXFP4 ones keep all but the experts.

    >>> weight_formats("fp4", True)["attention"], weight_formats("fp4", False)["attention"]
    ('bf16', 'fp4')
    """
    entry = book()["formats"][wanted]
    attention = str(entry.get("mixture_attention", wanted)) if moe else wanted
    shared = str(entry.get("mixture_shared", wanted)) if moe else wanted
    return {"attention": attention, "shared": shared, "expert": wanted, "embedding": "bf16"}


def weight_bytes(name: str) -> float:
    """Bytes of one weight, its scales included.

    >>> weight_bytes("fp4")
    0.5625
    """
    return float(book()["formats"][name]["bytes"])


def peak_of(item: Chip, name: str) -> float:
    """The dense peak that computes weights of a format: the widest of its own arithmetic that the chip has, else 16 bit."""
    peaks = {key: float(datum.value) for key, datum in item.peaks.items() if datum.value is not None}
    for wanted in (*book()["formats"][name]["computed_in"], *HALF, "fp32"):
        if wanted in peaks:
            return peaks[wanted]
    raise InputError(f"precision: {item.name} has no peak in the catalog; it has {', '.join(peaks) or 'none'}")


def precision_figures(item: Chip, weights: str, cache: str, moe: bool) -> dict[str, float]:
    """Bytes and peaks of the parts of a model in a format, by nomenclature name."""
    parts = weight_formats(weights, moe)
    found = {f"{part}_weight_bytes": weight_bytes(name) for part, name in parts.items()}
    found |= {f"{part}_peak": peak_of(item, name) for part, name in parts.items() if part != "embedding"}
    return {**found, "half_peak": peak_of(item, "bf16"), "cache_element_bytes": weight_bytes(cache)}


def cache_format(weights: str, engine: Mapping[str, object]) -> str:
    """The cache's format where none is given: 8 bit under narrow weights where the engine's guide sets it, else 16.

    >>> cache_format("fp8", {"narrow_cache": True}), cache_format("fp8", {})
    ('fp8', 'bf16')
    """
    return "fp8" if engine.get("narrow_cache") and weights not in HALF else "bf16"
