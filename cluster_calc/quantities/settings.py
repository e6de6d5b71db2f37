"""The settings: words beside the quantities, with their choices and checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cluster_calc.errors import InputError, UnknownNameError, did_you_mean, quoted
from cluster_calc.quantities.dates import date_text
from cluster_calc.quantities.nomenclature import ALIASES, LISTED, QUANTITIES, resolve

PRECISIONS = ("bf16", "fp16", "fp8", "fp4", "int8", "tf32", "fp32", "fp64")
DEFAULT_PRECISIONS = ("bf16", "fp16", "fp32")
BASES = ("chip", "board", "server", "rack", "all-in")
# What a price of that basis already holds, so that nothing is counted twice.
HOLDS_SERVER = frozenset({"server", "rack", "all-in"})
HOLDS_NETWORK = frozenset({"all-in"})
TERMS = ("nominal", "real")
TIMINGS = ("mid-year", "year-end")
# Whether the rent of a site holds the power, or it is metered and paid beside it.
POWERS = ("metered", "included")
WORDS = {"rate_terms": TERMS, "flow_timing": TIMINGS, "colocation_power": POWERS}
# `--depreciation` → the formula set of formulas/__init__.py, which bears the same name.
METHODS = (
    "straight-line",
    "declining-balance",
    "double-declining",
    "price-performance",
    "price-performance-first-order",
    "resale",
)
# `--method` → the depreciation it charges. Its figures are in catalog/methods/, its further rules in published.py.
PUBLISHED = {"epoch-2024": "price-performance-first-order"}
# What a scenario may set besides quantities: name → what it is, for help and errors.
SETTINGS: dict[str, str] = {
    "chip": "id or alias of the accelerator",
    "task": "what the chips do: train (default), or serve, which a demand of tokens or requests implies",
    "kv_precision": "format of the cache: bf16, fp8 …; default: 8 bit where the engine's guide sets it, else 16",
    "engine": "serving engine: vllm (default), tensorrt-llm, sglang, llama.cpp",
    "software": "how it is run: tuned for the load (default), or plain",
    "percentile": "the target on the first token holds for this percentile, 95, not for the mean",
    "precision": "precision whose dense peak counts",
    "site": "id or alias of the place: its electricity price, PUE and grid carbon",
    "recipe": "kind of training: pretrain, continue, finetune, lora, qlora, rl, diffusion; a typed figure stands instead",
    "model": "id or alias of a model of the catalog: its size, shapes and tokens; a typed figure stands instead",
    "server": "server whose bill of materials makes the capital cost: an id or alias of the catalog, or default",
    "price_basis": "what a typed chip price holds: chip, board, server, rack or all-in",
    "all_in": "count every line of cost: where none is given, its sourced default",
    "bare": "hardware and electricity alone: no other line is counted, even where its rate is given elsewhere",
    "without": "lines of cost that are waived, staff,site: of staff, maintenance, site, insurance",
    "analyst_estimates": "use labelled analyst estimates where a vendor publishes nothing",
    "scaling_law": "law that gives tokens from parameters, parameters from tokens, or both from compute",
    "depreciation_method": "how hardware is charged: straight-line (default), declining-balance, double-declining, "
    "price-performance, price-performance-first-order or resale",
    "method": "a published method whose rules apply: epoch-2024",
    "resale_curve": "resale curve of --depreciation resale: an id of catalog/lives",
    "currency": "also show run cost and capital cost in this currency, by its code",
    "price_year": "also restate them in the money of this year",
    "rate_terms": "discount rate and growth are nominal (default) or real, never both",
    "flow_timing": "running costs count at mid-year (default) or year-end",
    "colocation_power": "the rent of a site leaves the power metered (default) or included",
    "electricity_price_path": "electricity price by calendar year, '2027=8 cent/kWh, 2028=8.5 cent/kWh', or site for the site's dated prices",
    "payment_schedule": "when the hardware is paid, '20% at -6 month, 50% at start, 30% at 3 month'; default: at the start",
    "keep_both": "the FLOP count stands, parameters and tokens serve memory and data",
    "ranges": "draw from every range there is",
    "draws": "number of draws",
    "seed": "seed of the draws",
    "sampling": "how draws are made: lattice (evenly spread, the default) or plain (independent)",
    "correlate": "rank correlations between ranged inputs, chip_price:rental_price=0.6",
    "percentiles": "further percentiles to report, 5,95",
    "resize": "size the cluster for each draw instead of once",
    "checkpoint_rule": "interval between checkpoints under failures: daly (default), optimal or young",
    "flop_convention": "what a utilisation counts: 6N (default), 6N+attention, 6N-embedding+attention, causal or 8N-hfu",
    "recompute": "what is computed again to save memory: none, selective (default for memory) or full",
    "mfu_precision": "precision whose peak the MFU counts against, where --precision runs another",
    "predict_mfu": "take the MFU from the model, its batch and its layout instead of a number",
    "as_of": "the day whose figures count",
    "strict": "missing or stale figures are an error",
}
FLAGS = frozenset({"all_in", "bare", "predict_mfu", "analyst_estimates", "keep_both", "ranges", "resize", "strict"})
COUNTS = {"draws": (1, 10**9), "seed": (0, 2**63 - 1)}
# Quantities that may be given by the name of a yardstick of the catalog.
YARDSTICKS = frozenset({"capital_yardstick", "power_yardstick"})


def checked(name: str, value: str) -> str:
    """A finance setting: one of its words.

    >>> checked("rate_terms", "real")
    'real'
    """
    from cluster_calc.errors import did_you_mean

    known = WORDS[name]
    if value not in known:
        raise InputError(f"{name}: {quoted(value)} is not one of {', '.join(known)}.{did_you_mean(value, known)}")
    return value


def name_of(name: str) -> str:
    """The quantity behind a name that people type; settings are named in the suggestion."""
    key = ALIASES.get(name, name)
    try:
        return resolve(key)
    except InputError:
        hint = did_you_mean(key, [*QUANTITIES, *ALIASES, *SETTINGS], LISTED)
        raise UnknownNameError(f"unknown name {quoted(name)}.{hint}") from None


def setting(name: str, value: Any) -> Any:
    """A setting checked: a flag is true or false, a count whole and in range, the rest text."""
    if name in FLAGS:
        if isinstance(value, bool):
            return value
        if str(value).lower() in ("1", "true", "yes", "on"):
            return True
        if str(value).lower() in ("0", "false", "no", "off", ""):
            return False
        raise InputError(f"{name}: {quoted(value)} is neither true nor false")
    if name in COUNTS:
        low, high = COUNTS[name]
        try:
            if not re.fullmatch(r"\s*[+-]?[0-9][0-9_]{0,30}\s*", str(value)):
                raise ValueError
            number = int(str(value).replace("_", ""))
        except ValueError:
            raise InputError(f"{name}: {quoted(value)} is not a whole number, for example 10000") from None
        if not low <= number <= high:
            raise InputError(f"{name}: {quoted(value)} is outside {low} to {high}")
        return number
    if name == "percentiles":
        return _percents(value)
    if name == "correlate" and isinstance(value, (str, Mapping, list, tuple)):
        from cluster_calc.quantities.lists import parse_correlations

        return parse_correlations(value)
    if name == "price_year" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if hasattr(value, "isoformat"):
        value = value.isoformat()
    if not isinstance(value, str):
        raise InputError(f"{name}: {quoted(value)} is not text")
    if not value.strip() and name != "as_of":
        raise InputError(f"{name}: {quoted(value)} is empty; give {SETTINGS[name]}")
    if name == "sampling" and value not in ("lattice", "plain"):
        raise InputError(f"{name}: {quoted(value)} is neither lattice nor plain")
    if name == "as_of":
        return date_text(name, value)
    if name in ("depreciation_method", "method"):
        known = METHODS if name == "depreciation_method" else PUBLISHED
        if value not in known:
            shown = name.removesuffix("_method")
            raise InputError(
                f"{shown}: unknown method {quoted(value)}; there is {', '.join(known)}.{did_you_mean(value, known)}"
            )
    if name == "currency":
        if not re.fullmatch("[A-Za-z]{3}", value.strip()):
            raise InputError(f"currency: {quoted(value)} is not a code of three letters, for example EUR")
        return value.strip().upper()
    if name == "price_year" and not re.fullmatch("(19|20)[0-9]{2}", value.strip()):
        raise InputError(f"price_year: {quoted(value)} is not a year, for example 2025")
    if name == "electricity_price_path" and value.strip() != "site":
        from cluster_calc.quantities.lists import points_of

        points_of(value)
    if name == "payment_schedule":
        from cluster_calc.quantities.lists import schedule_of

        schedule_of(value)
    if name in ("rate_terms", "flow_timing", "colocation_power"):
        return checked(name, value)
    if name == "price_basis" and value not in BASES:
        raise InputError(f"{name}: {quoted(value)} is not one of {', '.join(BASES)}.{did_you_mean(value, BASES)}")
    return value


def _percents(value: Any) -> tuple[float, ...]:
    """Percentiles as a tuple of numbers between 0 and 100.

    >>> _percents("5, P95")
    (5.0, 95.0)
    """
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, (list, tuple)) else [value]
    try:
        found = tuple(float(str(part).strip().removeprefix("P").removeprefix("p")) for part in parts)
    except ValueError:
        found = (-1.0,)
    if not all(0 <= percent <= 100 for percent in found):
        raise InputError(f"percentiles: {quoted(value)} are not numbers from 0 to 100; write for example 5,95")
    return found
