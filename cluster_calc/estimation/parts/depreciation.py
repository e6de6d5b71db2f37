"""How hardware is charged: the methods by name, each a set of formulas, and what a reader must know of their result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cluster_calc.errors import InputError, quoted
from cluster_calc.estimation.parts.published_method import is_tpu
from cluster_calc.quantities import elementwise as np
from cluster_calc.quantities.dates import YEAR
from cluster_calc.quantities.settings import METHODS, PUBLISHED

if TYPE_CHECKING:
    from cluster_calc.catalog.book import Catalog
    from cluster_calc.catalog.chips import Chip
    from cluster_calc.estimation.result import Result
    from cluster_calc.quantities.datum import Datum

# Lines of operating costs, each with the rate that makes it: giving a rate, or a line, opens those of running_costs.py.
RATE_OF = {
    "staff_cost": "staff_rate",
    "maintenance_cost": "maintenance_rate",
    "colocation_cost": "colocation_price",
    "demand_charge_cost": "demand_charge",
    "storage_cost": "storage_rate",
    "insurance_cost": "insurance_rate",
    "software_cost": "software_price",
}
# Settings and quantities that ask for other money or another year (money_terms.py).
MONEY_TERMS = frozenset({"currency", "price_year", "exchange_rate", "price_index", "purchase_delay"})
# The oldest age a report shows.
MOST_AGES = 6
RESALE_CURVE = "spotwire-h100-resale"
RESALE_YEARS = ("1", "2", "3", "4")


def method_of(settings: Mapping[str, Any]) -> str:
    """The depreciation method in force.

    >>> method_of({}), method_of({"method": "epoch-2024"})
    ('straight-line', 'price-performance-first-order')
    """
    asked = settings.get("depreciation_method")
    return str(asked or PUBLISHED.get(settings.get("method", ""), METHODS[0]))


def sets_of(settings: Mapping[str, Any], item: Chip, given: Mapping[str, Datum], mode: str) -> tuple[str, ...]:
    """The formula sets of the price of the hardware, of its charge, of its age and of what else runs up costs."""
    if "acquire" in settings:
        # Rented: nothing is bought, and the rent holds what runs up costs besides.
        return () if "paid_share" in given else ("committed",)
    sets: tuple[str, ...] = ("bill" if settings.get("server") else "two-factors", method_of(settings))
    if settings.get("method"):
        sets += ("epoch-tpu" if is_tpu(item) else "epoch-gpu",)
    else:
        sets += ("age",)
    if settings.get("server"):
        from cluster_calc.estimation.parts import failures

        # The reserve follows from failures and repairs where they are given, else it is a share.
        sets += () if failures.asked(given, settings) and mode != "cluster" else ("reserve",)
    if "construction_cost" in given:
        sets += ("facility",)
    sets += ("owned",) if "owned_chips" in given else ()
    sets += ("development",) if "development_factor" in given and mode != "cluster" else ()
    if MONEY_TERMS.intersection({*given, *settings}):
        from cluster_calc.estimation.parts import money_terms

        sets += money_terms.sets_of(settings, given, mode)
    sets += ("bare",) if mode != "cluster" else ()
    rates = {*RATE_OF.values(), "staff_density"}
    if given.keys() & (rates if mode == "cluster" else {*RATE_OF, *rates}):
        sets += ("running-rates" if mode == "cluster" else "running-costs",)
        sets += ("staffing",) if "staff_density" in given else ()
    return sets


def dated_names(settings: Mapping[str, Any]) -> frozenset[str]:
    """What makes the start of the run matter, beside a deadline: with these, a run without a start begins today."""
    return frozenset({"purchase_date"})


def preset(
    settings: Mapping[str, Any], item: Chip, given: dict[str, Datum], book: Catalog, mode: str
) -> tuple[dict[str, Datum], list[str]]:
    """The figures that a published method, a chosen server or a resale curve put in the place of the defaults."""
    found: dict[str, Datum] = {}
    remarks: list[str] = []
    if settings.get("colocation_power"):
        remarks += _held_power(settings, given, mode)
    if settings.get("method"):
        from cluster_calc.estimation.parts import published_method

        figures, told = published_method.preset(settings, item, given, book)
        found, remarks = {**figures, **found}, [*remarks, *told]
    if settings.get("server"):
        from cluster_calc.estimation.parts import server

        if settings.get("method"):
            raise InputError("server: a published method has prices of its own; leave --server or --method out")
        found |= server.figures(settings, item, given, book)
    if method_of(settings) == "resale":
        found |= _resale_curve(str(settings.get("resale_curve", RESALE_CURVE)), book)
    if MONEY_TERMS.intersection(settings):
        from cluster_calc.estimation.parts import money_terms

        quote = item.price(str(settings.get("as_of", "")))
        price = given.get("chip_price") or found.get("server_price") or found.get("chip_price")
        price = price or (quote.datum if quote is not None else None)
        found |= money_terms.figures(settings, given, book, price.as_of if price is not None else "")
    return {name: datum for name, datum in found.items() if name not in given}, remarks


def _held_power(settings: Mapping[str, Any], given: dict[str, Datum], mode: str) -> list[str]:
    """Electricity that the rent of the site holds is not charged again."""
    from cluster_calc.quantities.datum import Datum, Source

    if "colocation_price" not in given:
        return ["colocation_power says what --colocation-price holds; none is given, so it is not used"]
    if settings["colocation_power"] == "included":
        source = Source("colocation price", title="the rent of the site holds the power (colocation_power = included)")
        names = ("electricity", "demand_charge")
        for name in (f"{name}_{'per_year' if mode == 'cluster' else 'cost'}" for name in names):
            if name not in given:
                given[name] = Datum(name, 0.0, source, origin="default", kind="convention", confidence="high")
    return []


def _resale_curve(name: str, book: Catalog) -> dict[str, Datum]:
    """The shares of the price after one to four years, from a curve of catalog/lives."""
    from cluster_calc.files.toml import read_toml

    raw = read_toml(book.find(name, "lives"))
    points = {str(point.get("age", "")).split(" ")[0]: point for point in raw.get("residual_value", ())}
    lacking = [year for year in RESALE_YEARS if year not in points]
    if lacking:
        raise InputError(
            f"resale_curve: {quoted(raw['id'])} has no value at year {', '.join(lacking)}; a curve needs years 1 to 4, "
            f"as {RESALE_CURVE} has"
        )
    keys = ("value", "source", "as_of", "confidence", "locator", "note")
    return {
        f"resale_year_{year}": book.figure(
            f"resale_year_{year}",
            {key: points[year][key] for key in keys if key in points[year]},
            {},
            f"{raw['id']}.toml",
        ).with_(label=str(raw["name"]))
        for year in RESALE_YEARS
    }


def book_curve(result: Result) -> list[tuple[float, float]]:
    """Book value of the hardware by years of age, from its purchase to the end of its life (or to year 6)."""
    values = result.values
    needed = [values.get(name) for name in ("book_value_at_start", "hardware_age", "service_time") if name in values]
    if "book_value_at_start" not in values or any(not isinstance(float_of(value), float) for value in needed):
        return []
    life = float(values["service_time"]) / YEAR if "service_time" in values else None
    last = MOST_AGES if life is None or life > MOST_AGES else int(life)
    known = {name: datum.value for name, datum in result.data.items() if datum.value is not None}
    curve = []
    for age in range(last + 1):
        if life is None or age < life - 1e-9:
            curve.append(
                (
                    float(age),
                    float_of(result.model.evaluate({**known, "hardware_age": age * YEAR})["book_value_at_start"]),
                )
            )
    if life is not None and life <= MOST_AGES:
        # The last moment of a life, where some methods already show the first of the next.
        curve.append((life, float(values["capital_cost"] * values["residual_value"])))
    return [(age, value) for age, value in curve if value is not None]


def float_of(value: Any) -> float | None:
    """A single number as a float; None for a list of them."""
    return None if getattr(value, "shape", None) else float(value)


def check(values: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """Dates and lives that cannot be."""
    age = values.get("hardware_age")
    if age is not None and not settings.get("method") and np.any(age < 0):
        from cluster_calc.quantities.display import shown

        dates = ""
        if "purchase_date" in values and "start" in values:
            dates = (
                f" (bought {shown('purchase_date', values['purchase_date'])}, start {shown('start', values['start'])})"
            )
        raise InputError(
            f"hardware_age: the hardware is bought after the run starts{dates}; give an earlier --purchase-date"
        )


def warnings(result: Result) -> list[str]:
    """What the method leaves out or assumes where it bites."""
    from cluster_calc.quantities.display import plain, shown

    found = []
    values = result.values
    age, life = values.get("hardware_age"), values.get("service_time")
    if age is not None and life is not None and float(_most(age / life)) > 1 + 1e-9:
        found.append(
            f"the hardware is {shown('hardware_age', _most(age))} old at the start, beyond its life of "
            f"{shown('lifetime', _most(life))}: charged as a replacement of like kind; a longer --lifetime keeps the old"
        )
    found += [*_unused(result), *_mixed_ages(result)]
    lives = values.get("replacements")
    if lives is not None and float(_most(lives)) > 0:
        found.append(
            f"the run outlasts the hardware's life: replaced {_times(_most(lives))}, "
            f"{shown('replacement_cost', values.get('replacement_cost'))} beyond the capital cost"
        )
    method = method_of(result.scenario.settings)
    if method == "price-performance-first-order" and {
        "first_order_charge",
        "training_time",
        "price_performance_trend",
    } <= set(values):
        exponent = values["price_performance_trend"] * values["training_time"] * np.log(10)
        over = float(np.max(exponent / -np.expm1(-exponent) - 1)) if np.all(exponent > 0) else 0.0
        if over > 0.005:
            found.append(
                f"the first-order charge is {plain(100 * over, 2)}% above the exact integral for this length of run "
                "(--depreciation price-performance)"
            )
    return found


def _unused(result: Result) -> list[str]:
    """That a resale curve is named and nothing takes it."""
    settings = result.scenario.settings
    if "resale_curve" not in settings or method_of(settings) == "resale" or "acquire" in settings:
        return []
    return ["resale_curve is not used: it counts with --depreciation resale"]


def _mixed_ages(result: Result) -> list[str]:
    """Chips to buy beside owned ones are as old as those: one age holds for all."""
    values = result.values
    age, new = values.get("hardware_age"), values.get("new_chips")
    if age is None or new is None or _most(age) <= 0 or _most(new) <= 0 or not _most(values.get("owned_chips", 0.0)):
        return []
    from cluster_calc.quantities.display import shown

    return [
        f"hardware_age {shown('hardware_age', _most(age))} is that of all chips, the {shown('new_chips', _most(new))} to buy "
        "too; estimate new and owned chips apart where that matters"
    ]


def _times(count: float) -> str:
    from cluster_calc.quantities.display import plain

    return "once" if count == 1 else f"{plain(count)} times"


def _most(value: Any) -> float:
    return float(value.max()) if hasattr(value, "max") else float(value)
