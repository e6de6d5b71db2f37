"""The settings: words beside the quantities, with their choices and checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from cluster_calc.errors import InputError, UnknownNameError, did_you_mean, quoted
from cluster_calc.quantities.dates import date_text
from cluster_calc.quantities.nomenclature import (
    ALIASES,
    CHIP,
    DEMAND,
    LISTED,
    POWER,
    QUANTITIES,
    SERVING,
    resolve,
)

PRECISIONS = ("bf16", "fp16", "fp8", "fp4", "int8", "tf32", "fp32", "fp64")
DEFAULT_PRECISIONS = ("bf16", "fp16", "fp32")
# Headings of help that hold no quantity.
GENERAL, RANGES = "General", "Ranges"
BASES = ("chip", "board", "server", "rack", "all-in")
# What a price of that basis already holds, so that nothing is counted twice.
HOLDS_SERVER = frozenset({"server", "rack", "all-in"})
HOLDS_NETWORK = frozenset({"all-in"})
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
# Quantities that may be given by the name of a yardstick of the catalog.
YARDSTICKS = frozenset({"capital_yardstick", "power_yardstick"})


class Setting(NamedTuple):
    """A word beside the quantities: what it means, how it is read, and where its option stands."""

    name: str
    meaning: str
    read: Callable[[Setting, Any], Any]
    # The heading of its option; none: it has no option, and is reached by `--set`.
    group: str = GENERAL
    # The quantity whose option it follows, in that one's group; none: before or behind those of quantities.
    after: str = ""
    metavar: str = "NAME"
    choices: tuple[str, ...] = ()
    # What only the help of its option adds, and an option that is spelled otherwise than the name.
    hint: str = ""
    option: str = ""

    @property
    def is_flag(self) -> bool:
        """Whether it is true or false."""
        return self.read is _flag


def _flag(entry: Setting, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("1", "true", "yes", "on"):
        return True
    if str(value).lower() in ("0", "false", "no", "off", ""):
        return False
    raise InputError(f"{entry.name}: {quoted(value)} is neither true nor false")


def _whole(low: int, high: int) -> Callable[[Setting, Any], int]:
    def read(entry: Setting, value: Any) -> int:
        if not re.fullmatch(r"\s*[+-]?[0-9][0-9_]{0,30}\s*", str(value)):
            raise InputError(f"{entry.name}: {quoted(value)} is not a whole number, for example 10000")
        number = int(str(value).replace("_", ""))
        if not low <= number <= high:
            raise InputError(f"{entry.name}: {quoted(value)} is outside {low} to {high}")
        return number

    return read


def _text(entry: Setting, value: Any) -> str:
    """Text that says something; dates of a file are taken as they are written."""
    if hasattr(value, "isoformat"):
        value = value.isoformat()
    if not isinstance(value, str):
        raise InputError(f"{entry.name}: {quoted(value)} is not text")
    if not value.strip():
        raise InputError(f"{entry.name}: {quoted(value)} is empty; give {entry.meaning}")
    return value


def _word(entry: Setting, value: Any) -> str:
    """One of the choices."""
    text = _text(entry, value)
    if text not in entry.choices:
        shown = entry.name.removesuffix("_method")
        known = ", ".join(entry.choices)
        raise InputError(f"{shown}: {quoted(text)} is not one of {known}.{did_you_mean(text, entry.choices)}")
    return text


def _date(entry: Setting, value: Any) -> str:
    return date_text(entry.name, value if value == "" else _text(entry, value))


def _code(entry: Setting, value: Any) -> str:
    text = _text(entry, value).strip()
    if not re.fullmatch("[A-Za-z]{3}", text):
        raise InputError(f"{entry.name}: {quoted(value)} is not a code of three letters, for example EUR")
    return text.upper()


def _year(entry: Setting, value: Any) -> str:
    text = _text(entry, str(value) if isinstance(value, int) and not isinstance(value, bool) else value)
    if not re.fullmatch("(19|20)[0-9]{2}", text.strip()):
        raise InputError(f"{entry.name}: {quoted(text)} is not a year, for example 2025")
    return text


def _price_path(entry: Setting, value: Any) -> str:
    text = _text(entry, value)
    if text.strip() != "site":
        from cluster_calc.quantities.lists import points_of

        points_of(text)
    return text


def _schedule(entry: Setting, value: Any) -> str:
    from cluster_calc.quantities.lists import schedule_of

    text = _text(entry, value)
    schedule_of(text)
    return text


def _correlations(entry: Setting, value: Any) -> Any:
    if not isinstance(value, (str, Mapping, list, tuple)):
        return _text(entry, value)
    from cluster_calc.quantities.lists import parse_correlations

    return parse_correlations(value)


def _percents(entry: Setting, value: Any) -> tuple[float, ...]:
    """Percentiles as a tuple of numbers between 0 and 100.

    >>> _percents(SETTINGS["percentiles"], "5, P95")
    (5.0, 95.0)
    """
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, (list, tuple)) else [value]
    try:
        found = tuple(float(str(part).strip().removeprefix("P").removeprefix("p")) for part in parts)
    except ValueError:
        found = (-1.0,)
    if not all(0 <= percent <= 100 for percent in found):
        raise InputError(f"{entry.name}: {quoted(value)} are not numbers from 0 to 100; write for example 5,95")
    return found


# What a scenario may set besides quantities. Options, their help, the keys of a scenario and its checks are made from it.
_ENTRIES = (
    Setting("chip", "id or alias of the accelerator", _text, DEMAND, metavar="ID"),
    Setting("recipe", "kind of training: pretrain, continue, finetune, lora, qlora, rl, diffusion; a typed figure stands instead",
            _text, DEMAND),
    Setting("model", "id or alias of a model of the catalog: its size, shapes and tokens; a typed figure stands instead",
            _text, DEMAND, metavar="ID"),
    Setting("scaling_law", "law that gives tokens from parameters, parameters from tokens, or both from compute", _text, DEMAND,
            hint=", e.g. besiroglu-2024"),
    Setting("keep_both", "the FLOP count stands, parameters and tokens serve memory and data", _flag, DEMAND),
    Setting("task", "what the chips do: train (default), or serve, which a demand of tokens or requests implies", _text, ""),
    Setting("kv_precision", "format of the cache: bf16, fp8 …; default: 8 bit where the engine's guide sets it, else 16", _text,
            SERVING),
    Setting("engine", "serving engine: vllm (default), tensorrt-llm, sglang, llama.cpp", _text, SERVING),
    Setting("software", "how it is run: tuned for the load (default), or plain", _text, SERVING),
    Setting("percentile", "the target on the first token holds for this percentile, 95, not for the mean", _text, SERVING),
    Setting("server", "server whose bill of materials makes the capital cost: an id or alias of the catalog, or default", _text,
            CHIP, metavar="ID"),
    Setting("precision", "precision whose dense peak counts", _text, after="peak_throughput", choices=PRECISIONS,
            hint=f": {PRECISIONS[0]} (default), {', '.join(PRECISIONS[1:])}"),
    Setting("mfu_precision", "precision whose peak the MFU counts against, where --precision runs another", _text, after="mfu"),
    Setting("predict_mfu", "take the MFU from the model, its batch and its layout instead of a number", _flag, after="mfu"),
    Setting("flop_convention", "what a utilisation counts: 6N (default), 6N+attention, 6N-embedding+attention, causal or 8N-hfu",
            _text, after="flop_per_parameter_token"),
    Setting("recompute", "what is computed again to save memory: none, selective (default for memory) or full", _text, after="hfu"),
    Setting("checkpoint_rule", "interval between checkpoints under failures: daly (default), optimal or young", _text, after="checkpoint_interval"),
    Setting("price_basis", "what a typed chip price holds: chip, board, server, rack or all-in", _word, after="chip_price",
            metavar="BASIS", choices=BASES),
    Setting("analyst_estimates", "use labelled analyst estimates where a vendor publishes nothing", _flag, after="chip_price"),
    Setting("depreciation_method", "how hardware is charged: straight-line (default), declining-balance, double-declining, "
            "price-performance, price-performance-first-order or resale", _word, after="depreciation", metavar="METHOD",
            choices=METHODS, hint="; an amount replaces the charge", option="--depreciation"),
    Setting("resale_curve", "resale curve of --depreciation resale: an id of catalog/lives", _text, after="depreciation",
            metavar="ID"),
    Setting("currency", "also show run cost and capital cost in this currency, by its code", _code, after="horizon",
            metavar="CODE"),
    Setting("price_year", "also restate them in the money of this year", _year, after="horizon", metavar="YEAR"),
    Setting("rate_terms", "discount rate and growth are nominal (default) or real, never both", _word, after="horizon",
            metavar="WORD", choices=("nominal", "real")),
    Setting("flow_timing", "running costs count at mid-year (default) or year-end", _word, after="horizon",
            metavar="WORD", choices=("mid-year", "year-end")),
    Setting("payment_schedule", "when the hardware is paid, '20% at -6 month, 50% at start, 30% at 3 month'; default: at the start",
            _schedule, after="horizon", metavar="LIST"),
    Setting("all_in", "count every line of cost: where none is given, its sourced default", _flag, after="staff_rate"),
    Setting("bare", "hardware and electricity alone: no other line is counted, even where its rate is given elsewhere", _flag, after="staff_rate"),
    Setting("without", "lines of cost that are waived, staff,site: of staff, maintenance, site, insurance", _text, after="staff_rate", metavar="LINES"),
    Setting("site", "id or alias of the place: its electricity price, PUE and grid carbon", _text, POWER, metavar="ID"),
    Setting("colocation_power", "the rent of a site leaves the power metered (default) or included", _word, after="colocation_price", metavar="WORD", choices=("metered", "included")),
    Setting("electricity_price_path", "electricity price by calendar year, '2027=8 cent/kWh, 2028=8.5 cent/kWh', or site for "
            "the site's dated prices", _price_path, after="electricity_price", metavar="PATH"),
    Setting("ranges", "draw from every range there is", _flag, RANGES),
    Setting("draws", "number of draws", _whole(1, 10**9), RANGES, metavar="N"),
    Setting("seed", "seed of the draws", _whole(0, 2**63 - 1), RANGES, metavar="N"),
    Setting("sampling", "how draws are made: lattice (evenly spread, the default) or plain (independent)", _word, RANGES,
            choices=("lattice", "plain")),
    Setting("percentiles", "further percentiles to report, 5,95", _percents, RANGES, metavar="P,P"),
    Setting("correlate", "rank correlations between ranged inputs, chip_price:rental_price=0.6", _correlations, RANGES,
            metavar="NAME:NAME=R"),
    Setting("resize", "size the cluster for each draw instead of once", _flag, RANGES),
    Setting("method", "a published method whose rules apply: epoch-2024", _word, GENERAL, choices=tuple(PUBLISHED)),
    Setting("as_of", "the day whose figures count", _date, GENERAL, metavar="DATE", hint="; default: the newest"),
    Setting("strict", "missing or stale figures are an error", _flag, GENERAL, hint=" (exit 5)"),
)  # fmt: skip
SETTINGS: dict[str, Setting] = {entry.name: entry for entry in _ENTRIES}
# Of them, what a plan of money reads.
FINANCE_WORDS = ("rate_terms", "flow_timing", "colocation_power")


def name_of(name: str) -> str:
    """The quantity behind a name that people type; settings are named in the suggestion."""
    key = ALIASES.get(name, name)
    try:
        return resolve(key)
    except InputError:
        hint = did_you_mean(key, [*QUANTITIES, *ALIASES, *SETTINGS], LISTED)
        raise UnknownNameError(f"unknown name {quoted(name)}.{hint}") from None


def setting(name: str, value: Any) -> Any:
    """A setting checked: a flag is true or false, a count whole and in range, a word one of its choices, the rest text.

    >>> setting("rate_terms", "real")
    'real'
    """
    return SETTINGS[name].read(SETTINGS[name], value)


def word(name: str, settings: Mapping[str, Any]) -> str:
    """The word a setting stands at: as given, else the first of its choices.

    >>> word("flow_timing", {})
    'mid-year'
    """
    return str(settings.get(name, SETTINGS[name].choices[0]))
