"""Every line of cost besides hardware and electricity: its sourced default, and the switches that waive it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.estimation.parts.depreciation import RATE_OF
from cluster_calc.files.toml import read_toml
from cluster_calc.quantities.datum import Datum, Source

if TYPE_CHECKING:
    from cluster_calc.catalog.book import Catalog

FILE = "operations.toml"
# Line by the name people waive it by → the rates of its default, and what takes their place when it is given.
LINES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "staff": (("staff_density", "staff_wage"), ("staff_rate", "staff_cost")),
    "maintenance": (("maintenance_rate",), ("maintenance_cost",)),
    "site": (("colocation_price",), ("colocation_cost", "construction_cost")),
    "insurance": (("insurance_rate",), ("insurance_cost",)),
}
ALIASES = {"colocation": "site", "support": "maintenance", "spares": "maintenance"}
# All that a bare cost leaves out.
RATES = frozenset({*RATE_OF, *RATE_OF.values(), "operations_cost", "staff_density", "staff_wage"})


def completed(given: Mapping[str, Datum], settings: Mapping[str, Any], book: Catalog) -> dict[str, Datum]:
    """What is given with the defaults of the lines that are to count, or without any line where costs are bare."""
    waived = waived_lines(str(settings.get("without", "")))
    if settings.get("bare"):
        if settings.get("all_in") or waived:
            raise InputError("bare leaves out every line; give it alone, without --all-in and --without")
        none = Source("convention", title="hardware and electricity alone (--bare)")
        zero = Datum("operations_cost", 0.0, none, origin="default", kind="convention", confidence="high")
        return {**{name: datum for name, datum in given.items() if name not in RATES}, "operations_cost": zero}
    for line in waived:
        if typed := [name for name in (*LINES[line][0], *LINES[line][1]) if name in given]:
            raise InputError(f"without: {line} is waived and {typed[0]} is given; leave one out")
    if "staff_density" in given and "staff_wage" not in given:
        wage = defaults(book)["staff_wage"]
        given = {**given, "staff_wage": wage if settings.get("ranges") else wage.with_(low=None, high=None)}
    if not settings.get("all_in") or "acquire" in settings or "operations_cost" in given or settings.get("method"):
        return dict(given)
    found: dict[str, Datum] = {}
    for line, (rates, instead) in LINES.items():
        if line not in waived and not any(name in given for name in instead):
            found |= {rate: datum for rate, datum in defaults(book).items() if rate in rates}
    if not settings.get("ranges"):  # what is not asked for is not drawn
        found = {name: datum.with_(low=None, high=None) for name, datum in found.items()}
    return {**found, **given}


@lru_cache(maxsize=8)
def defaults(book: Catalog) -> Mapping[str, Datum]:
    """The rate of every line that has a sourced default."""
    known = read_toml(book.folders[-1] / FILE)
    return {name: book.figure(name, entry, {}, FILE).with_(origin="default") for name, entry in known.items()}


def all_in_cost(values: Mapping[str, Any], book: Catalog) -> float | None:
    """What a run would cost with every line at its default, from its bare cost; None where a part of it is not known."""
    from cluster_calc.model.sets import model_of

    basis = ("capital_cost", "chips", "critical_load", "peak_facility_power", "training_time", "used_share")
    if any(not isinstance(values.get(name), (int, float)) for name in (*basis, "bare_run_cost")):
        return None
    rates = {rate: 0.0 for rate in RATE_OF.values() if rate != "staff_rate"}
    rates |= {name: float(datum.value) for name, datum in defaults(book).items()}
    lines = model_of("running-costs", "staffing").evaluate({**{name: float(values[name]) for name in basis}, **rates})
    return float(values["bare_run_cost"]) + float(lines["operations_cost"])


def waived_lines(text: str) -> tuple[str, ...]:
    """The lines that are waived by name.

    >>> waived_lines("staff, colocation")
    ('staff', 'site')
    """
    found = []
    for word in filter(None, (part.strip().lower() for part in text.split(","))):
        line = ALIASES.get(word, word)
        if line not in LINES:
            raise InputError(f"without: {quoted(word)} is not one of {', '.join(LINES)}.{did_you_mean(word, LINES)}")
        found.append(line)
    return tuple(dict.fromkeys(found))
