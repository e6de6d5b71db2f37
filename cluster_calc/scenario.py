"""Merges what was given: user file < project file < scenario file < environment < command line or call.

Each value keeps where it came from. Texts become base-unit Datums here, checked against the nomenclature; defaults and
the catalog fill the rest in `estimate.py`.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cluster_calc.datum import Datum, Source
from cluster_calc.errors import InputError, UnitError, UnknownNameError, did_you_mean, quoted
from cluster_calc.files import is_file
from cluster_calc.nomenclature import ALIASES, LISTED, QUANTITIES, Quantity, resolve, same_question
from cluster_calc.places import Fault, Place, find_places, message, shown_path
from cluster_calc.shapes import is_shape, median, parse_shape
from cluster_calc.units import split, to_base

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
    "model": "id or alias of a model of the catalog: its size, shapes and tokens; a typed figure stands instead",
    "server": "server whose bill of materials makes the capital cost: an id or alias of the catalog, or default",
    "price_basis": "what a typed chip price holds: chip, board, server, rack or all-in",
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
FLAGS = frozenset({"predict_mfu", "analyst_estimates", "keep_both", "ranges", "resize", "strict"})
# Settings whose values are names: checked where they stand in a file, so that the message can point there.
_NAMES = frozenset({"chip", "model", "precision", "server", "site"})
COUNTS = {"draws": (1, 10**9), "seed": (0, 2**63 - 1)}
ENVIRONMENT_PREFIX = "CLUSTER_CALC_"
NOT_SETTINGS = frozenset({"CATALOG", "DEBUG"})
PROJECT_FILE = "cluster-calc.toml"
# Utilisations: up to this many times the peak it is a miscount rather than a percentage without its sign.
_UTILISATIONS = frozenset({"mfu", "hfu", "implied_mfu"})
MISCOUNTED = 4.0
# Quantities that may be given by the name of a yardstick of the catalog.
YARDSTICKS = frozenset({"capital_yardstick", "power_yardstick"})


@dataclass
class Scenario:
    """What was given, merged: settings by name and quantities as Datums."""

    settings: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Datum] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def add(self, values: Mapping[str, Any], origin: str, places: Mapping[str, Place] | None = None) -> list[Fault]:
        """Lay values over what is there; returns what is wrong with them."""
        faults = []
        seen: dict[str, str] = {}
        for name, value in values.items():
            key = name.strip().replace("-", "_")
            key = ALIASES.get(key, key)
            if key in seen:
                twice = f"{key} is given twice: as {quoted(seen[key])} and as {quoted(name)}"
                faults.append(Fault(twice, (places or {}).get(name)))
                continue
            seen[key] = name
            place = (places or {}).get(name)
            try:
                self._put(name, value, origin, str(place or ""))
                if place and name in _NAMES:
                    _known_name(name, value)
            except UnknownNameError as error:
                faults.append(Fault(str(error), place and place.at(name)))
            except InputError as error:
                faults.append(Fault(str(error), place))
        return faults

    def known_by(self, day: str) -> None:
        """Take the yardsticks' figures that were known on a day; which day counts is settled last."""
        for key in YARDSTICKS & set(self.data):
            text = self.texts[key]
            if isinstance(text, str) and (found := _yardstick(key, text, day)) is not None:
                self.data[key] = found.with_(origin=self.origins[key])

    def _put(self, name: str, value: Any, origin: str, place: str) -> None:
        key = name.strip().replace("-", "_")
        if key == "depreciation" and isinstance(value, str) and value.strip()[:1].isalpha():
            # One name for both: the words choose how hardware is charged, an amount replaces the charge.
            key = "depreciation_method"
        if key in ("depreciation", "depreciation_method"):
            self.data.pop("depreciation", None)
            self.settings.pop("depreciation_method", None)
        if key in SETTINGS:
            self.settings[key] = setting(key, value)
            plain: dict[str, Any] = {
                "correlate": str,
                "percentiles": lambda found: ",".join(f"{percent:g}" for percent in found),
            }
            text = plain[key](self.settings[key]) if key in plain else value
            key = "depreciation" if key == "depreciation_method" else key
            self.texts[key], self.origins[key] = text, origin
            return
        if key == "days":
            value = in_days(value)
        key = name_of(key)
        # One question asked in two ways: what a nearer layer says replaces what a farther one said.
        for other in same_question(key):
            if other in self.data and self.origins[other] != origin:
                del self.data[other], self.texts[other], self.origins[other]
        source = Source(f"file {place}" if origin == "file" and place else str(place or origin))
        if isinstance(value, dict):
            unknown = set(value) - {"value", "source", "as_of", "confidence", "locator", "note"}
            if unknown or "value" not in value:
                named = f" ({quoted(sorted(unknown)[0])} is not one of them)" if unknown else ""
                raise InputError(
                    f"{key}: a table needs value and may have source, as_of, confidence, locator, note{named}"
                )
            for entry in sorted(set(value) - {"value"}):
                if not isinstance(value[entry], str):
                    raise InputError(f"{key}: {entry}: {quoted(value[entry])} is not text; write it in quotes")
            given: dict[str, Any] = {
                entry: value.get(entry, "") for entry in ("as_of", "confidence", "locator", "note")
            }
            if value.get("source"):
                source = Source(id=origin, title=str(value["source"])[:300])
            text = value["value"]
        else:
            text, given = value, {}
        if isinstance(text, str) and "(" in text and is_shape(text):
            fields = parse_shape(QUANTITIES[key], text, _number)
            self.data[key] = Datum(key, source=source, origin=origin, kind="given", **fields, **given)
        elif key in YARDSTICKS and isinstance(text, str) and (found := _yardstick(key, text)) is not None:
            own = {name: entry for name, entry in given.items() if entry}
            self.data[key] = found.with_(origin=origin, **own, **({"source": source} if source.title else {}))
        else:
            number, low, high = parse(QUANTITIES[key], text)
            self.data[key] = Datum(key, number, source, low, high, origin=origin, kind="given", **given)
        self.texts[key], self.origins[key] = value, origin


def _yardstick(key: str, text: str, as_of: str = "") -> Datum | None:
    from cluster_calc.yardsticks import named

    return named(key, text, as_of)


def in_days(value: Any) -> Any:
    """What `days` was given as: a bare number counts days.

    >>> in_days(21), in_days("20..25"), in_days("504 hours")
    ('21 days', '20..25 days', '504 hours')
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value!r} days"
    if isinstance(value, str) and value.strip() and not value.strip()[-1].isalpha():
        return f"{value.strip()} days"
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
        from cluster_calc.sampling import parse_correlations

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
        from cluster_calc import depreciation

        known = depreciation.METHODS if name == "depreciation_method" else depreciation.PUBLISHED
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
        from cluster_calc.price_path import points_of

        points_of(value)
    if name == "payment_schedule":
        from cluster_calc.payments import schedule_of

        schedule_of(value)
    if name in ("rate_terms", "flow_timing", "colocation_power"):
        from cluster_calc.cash_flow import checked

        return checked(name, value)
    if name == "price_basis":
        from cluster_calc.catalog import BASES

        if value not in BASES:
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


def date_text(name: str, value: str) -> str:
    """An ISO day, checked.

    >>> date_text("start", "2027-01-15")
    '2027-01-15'
    """
    import datetime

    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value.strip()):
            raise ValueError
        return datetime.date.fromisoformat(value.strip()).isoformat()
    except ValueError:
        raise InputError(f"{name}: {quoted(value)} is not a day; write it as 2027-01-15") from None


def days_of(text: str) -> int:
    """Days since 1970-01-01 of an ISO day."""
    import datetime

    return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days


def parse(known: Quantity, value: Any) -> tuple[Any, float | None, float | None]:
    """A value as typed, as (base, low, high) in base units, within the hard bounds.

    Text may be a range `LOW..HIGH`, the 5th and 95th percentile; numbers stand where a bare number is allowed; pint
    quantities and arrays are taken too.

    >>> from cluster_calc.nomenclature import quantity
    >>> parse(quantity("mfu"), "0.4")
    (0.4, None, None)
    >>> parse(quantity("tdp"), 700)
    Traceback (most recent call last):
        ...
    cluster_calc.errors.InputError: tdp: '700' has no unit; write for example '700 W'
    """
    if known.is_date:
        if hasattr(value, "isoformat"):
            value = value.isoformat()
        return days_of(date_text(known.name, str(value))) * 86400.0, None, None
    if isinstance(value, str) and ".." in value:
        return _range(known, value)
    return _number(known, value), None, None


def _number(known: Quantity, value: Any) -> Any:
    try:
        if isinstance(value, str):
            number: Any = to_base(value, known.unit, bare=known.bare, example=known.example)
        elif isinstance(value, bool):
            raise UnitError(f"{quoted(value)} is not a number; write for example {known.example}")
        elif isinstance(value, (int, float)):
            number = float(value) if known.bare else to_base(str(value), known.unit, bare=False, example=known.example)
            number = number * known.factor if known.bare else number
        elif hasattr(value, "magnitude") and hasattr(value, "units"):
            number = value.magnitude * to_base(f"1 {value.units}", known.unit, bare=known.bare, example=known.example)
        elif hasattr(value, "dtype") and known.bare:
            if value.dtype.kind not in "iuf" or not value.size:
                raise UnitError(f"{quoted(value)} is not an array of numbers; write for example {known.example}")
            number = value * known.factor
        else:
            raise UnitError(f"{quoted(value)} is neither a number nor text; write for example {known.example}")
    except (UnitError, OverflowError) as error:
        raise InputError(f"{known.name}: {error}") from None
    check_bounds(known, number, value)
    return number


def check_bounds(known: Quantity, number: Any, shown: Any) -> None:
    """Refuse what no system can be; the message states the attainable range."""
    values = number.flat if hasattr(number, "flat") else (number,)
    for base in values:
        in_unit = base / known.factor
        # Text becomes base units and back with a rounding error of an ulp or two: the bound itself is inside.
        slack = 1e-12 * max(abs(in_unit), 1e-300)
        below = in_unit <= known.low if known.low_open else in_unit < known.low - slack
        if not math.isfinite(base) or below or in_unit > known.high + slack:
            reason = (
                " (a percentage needs its sign, as in '40 %')"
                if known.display == "share" and 1 < in_unit <= 100
                else ""
            )
            if known.name in _UTILISATIONS and 1 < in_unit <= MISCOUNTED:
                reason = (
                    "; above 1 something is miscounted: a sparse peak, total instead of active parameters, or fp8 arithmetic "
                    "counted against bf16" + (" (or a percentage without its sign)" if in_unit > 2 else "")
                )
            unit = "" if known.unit == "1" else f" {known.unit}"
            raise InputError(
                f"{known.name}: {quoted(shown)} is outside the possible range {known.bounds}{unit}{reason};"
                f" write for example {known.example}"
            )
        if known.whole and abs(base - round(base)) > 1e-9 * max(1.0, abs(base)):
            raise InputError(f"{known.name}: {quoted(shown)} is not a whole number")


def _range(known: Quantity, text: str) -> tuple[float, float, float]:
    ends = text.split("..")
    if len(ends) != 2 or not all(end.strip() for end in ends):
        raise InputError(f"{known.name}: {quoted(text)} is not a range; write LOW..HIGH, for example '0.35..0.45'")
    try:
        unit = split(ends[1])[1]
        if ends[0].strip()[:1] not in "$€£" and not split(ends[0])[1]:
            ends[0] = f"{ends[0].strip()} {unit}".strip()
    except UnitError as error:
        raise InputError(f"{known.name}: {error}") from None
    low, high = (_number(known, end.strip()) for end in ends)
    if low >= high:
        why = "no wider than a point" if low == high else "upside down"
        raise InputError(f"{known.name}: the range {quoted(text)} is {why}; write LOW..HIGH with LOW < HIGH")
    return median(known, low, high), low, high


def _known_name(name: str, value: str) -> None:
    """Refuse a chip or a precision that is not known, while the place of the text is."""
    from cluster_calc.catalog import PRECISIONS, catalog

    if name == "server" and value == "default":
        return
    if name == "model":
        from cluster_calc.models import model_id

        model_id(catalog(), value)
    elif name in ("chip", "server", "site"):
        catalog().find(value, f"{name}s")
    elif value.lower() not in PRECISIONS:
        raise InputError(
            f"precision: {quoted(value)} is not one of {', '.join(PRECISIONS)}.{did_you_mean(value, PRECISIONS)}"
        )


def from_file(path: Path, origin: str) -> tuple[dict[str, Any], dict[str, Place]]:
    """The flat values of a TOML file, and the place each stands at."""
    from cluster_calc.catalog import read_toml

    values = read_toml(path)
    where = shown_path(path)
    places = find_places(path.read_text(encoding="utf-8-sig"), where)
    return values, {name: places.get(name, Place(where)) for name in values}


def from_environment(environment: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Place]]:
    """The `CLUSTER_CALC_*` variables as values; names that mean nothing are an error that suggests."""
    values: dict[str, Any] = {}
    places: dict[str, Place] = {}
    for key, value in sorted(environment.items()):
        bare = key.removeprefix(ENVIRONMENT_PREFIX)
        if bare == key or bare in NOT_SETTINGS or bare.startswith("_") or not value:
            continue
        name = bare.lower()
        values[name], places[name] = value, Place(f"environment {shown_path(key)}")
    return values, places


def ambient_layers() -> Iterable[tuple[Mapping[str, Any], str, Mapping[str, Place]]]:
    """User file and project file, the farther first."""
    import click

    user = Path(click.get_app_dir("cluster-calc")) / PROJECT_FILE
    for path in (user, Path(PROJECT_FILE)):
        if is_file(path):
            values, places = from_file(path, "file")
            values.pop("catalog", None)  # folders of the catalog: catalog.py reads them
            yield values, "file", places


def gather(
    given: Mapping[str, Any],
    *,
    origin: str,
    file: Path | str | None = None,
    ambient: bool = False,
) -> Scenario:
    """Everything that was given, merged in its order of precedence; all faults are reported together."""
    scenario = Scenario()
    faults: list[Fault] = []
    if ambient:
        for values, name, places in ambient_layers():
            faults += scenario.add(values, name, places)
    if file is not None:
        values, places = from_file(Path(file), "file")
        faults += scenario.add(values, "file", places)
    if ambient:
        values, places = from_environment(os.environ)
        faults += scenario.add(values, "environment", places)
    faults += scenario.add(given, origin)
    if faults:
        raise InputError(message(faults))
    if day := scenario.settings.get("as_of"):
        scenario.known_by(day)
    return scenario
