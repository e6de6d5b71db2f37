"""What a reader should be told of a result: unusual, missing, stale and overlaid figures, limits that do not hold."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.errors import InputError, MissingDataError, quoted
from cluster_calc.estimation.limits import CONSTRAINTS
from cluster_calc.quantities.dates import day_of
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.nomenclature import QUANTITIES, Quantity
from cluster_calc.quantities.settings import YARDSTICKS

if TYPE_CHECKING:
    from cluster_calc.estimation.result import Result


# Figures of the chip's file, and the words that say how to supply one that it lacks.
HOW_TO_SUPPLY = {
    "chip_price": "--chip-price",
    "server_price": "--server-price",
    "rental_price": "--rental-price",
    "tdp": "--tdp",
    "peak_throughput": "--peak-throughput, or another --precision",
}


def warnings(result: Result, given: Mapping[str, Datum]) -> list[str]:
    """What a reader should be told: unusual inputs, missing figures, limits that do not hold."""
    from cluster_calc.quantities.display import shown

    found, typed = [], result.scenario.typed
    for name, datum in result.data.items():
        known: Quantity = QUANTITIES[name]
        if known.usual is None or datum.value is None or name not in given:
            continue
        for value in (datum.value,) if not hasattr(datum.value, "flat") else (datum.value.min(), datum.value.max()):
            if not known.usual[0] * (1 - 1e-9) <= value / known.factor <= known.usual[1] * (1 + 1e-9):
                usual = " to ".join(shown(name, end * known.factor) for end in known.usual)
                found.append(f"{typed(name)} {shown(name, value)} is outside the usual {usual}")
                break
    implied = result.values.get("implied_mfu")
    if implied is not None:
        usual_mfu = QUANTITIES["implied_mfu"].usual
        assert usual_mfu is not None
        if largest(implied) > usual_mfu[1]:
            found.append(
                f"implied_mfu {largest(implied):.3g} is above the best published ({usual_mfu[1]:g}): check peak, compute and chips"
            )
        elif largest(implied) < usual_mfu[0]:
            found.append(f"implied_mfu {largest(implied):.3g} is below what real runs reach ({usual_mfu[0]:g})")
    drawn = result.samples.get("implied_mfu")
    if drawn is not None and result.mode == "observed" and (beyond := float((drawn > 1).mean())):
        found.append(
            f"implied_mfu is above the possible 1 in {100 * beyond:.2g} % of the draws, which cannot be: narrow the ranges "
            "of chips, time and compute"
        )
    share = result.values.get("shipment_share")
    if share is not None and largest(share) > 1:
        found.append(f"shipment_share is {largest(share):.3g}: more chips than a year's shipments of everyone")
    if (
        "chip_price" in given
        and not result.scenario.settings.get("price_basis")
        and not {"server_cost_factor"} & set(given)
    ):
        found.append(
            f"{typed('chip_price')} is taken as the bare chip, and server and network are added; "
            "--price-basis server (or rack, all-in) says that your quote holds them"
        )
    found += dict.fromkeys(result.missing[name] for name in HOW_TO_SUPPLY if name in result.missing)
    for entry in result.feasibility:
        if entry.holds is False:
            from cluster_calc.estimation.feasibility import derived

            limit, limited, _ = CONSTRAINTS[entry.constraint]
            words = "is beyond what is usual" if entry.constraint in result.verdict.unusual else "does not hold"
            label = f" ({result.data[limit].label})" if limit in YARDSTICKS and result.data[limit].label else ""
            target = derived(result, entry) or shown(limit, result.values[limit])
            found.append(
                f"the {entry.constraint} limit of {target}{label} {words}: "
                f"{limited} {shown(limited, result.values[limited])}"
            )
    return found


def largest(value: Any) -> float:
    return float(value.max()) if hasattr(value, "max") else float(value)


def overlaid(result: Result) -> list[str]:
    """Which figures a catalog of one's own put in place of the shipped ones."""
    found: dict[str, list[str]] = {}
    for name, datum in result.data.items():
        if datum.origin.startswith("catalog: "):
            found.setdefault(datum.origin.removeprefix("catalog: "), []).append(name)
    return [
        f"{', '.join(names)}: from the catalog {quoted(place)} over the shipped one" for place, names in found.items()
    ]


def stale(result: Result, settings: Mapping[str, Any], book: Catalog) -> dict[str, str]:
    """Used figures older than their shelf life on the day of the estimate, by name."""
    day = datetime.date.fromisoformat(settings.get("as_of") or datetime.date.today().isoformat())
    found = {}
    for name, life in book.shelf_lives().items():
        datum = result.data.get(name)
        if datum is None or not datum.as_of:
            continue
        try:
            age = (day - datetime.date.fromisoformat(day_of(datum.as_of))).days
        except ValueError:
            continue
        if age > life:
            found[name] = f"{name} is dated {datum.as_of}, {age} days before {day}: stale after {life:g} days"
    return found


# What a reader decides by; a stale figure is told of when it can move one of these by more than a hundredth.
DECISIVE = ("run_cost", "capital_cost", "rental_cost", "cost_per_chip_hour", "facility_power", "training_time")
# A figure past its life is off by about a fifth (shelf_lives.toml).
OFF, TOLD = 1.2, 0.01


def aged(result: Result) -> list[str]:
    """The stale figures that can move the result by more than a hundredth, in one sentence."""
    telling = [name for name in result.stale if _moves(result, name)]
    if not telling:
        return []
    said = ", ".join(f"{QUANTITIES[name].label.split(' (')[0]} of {result.data[name].as_of}" for name in telling)
    return [f"out of date: {said}; the catalog has no newer one, so ask for a quote or type your own"]


def _moves(result: Result, name: str) -> bool:
    """Whether a figure that is off by a fifth moves what is decided by."""
    known = {key: datum.value for key, datum in result.data.items() if datum.value is not None}
    if not isinstance(known.get(name), float) or any(
        hasattr(value, "shape") and value.shape for value in known.values()
    ):
        return True
    try:
        moved = result.model.evaluate({**known, name: known[name] * OFF})
    except (InputError, ArithmeticError, ValueError):
        return True
    return any(
        abs(float(moved[key]) - float(result.values[key])) > TOLD * abs(float(result.values[key]))
        for key in DECISIVE
        if key in moved and key in result.values and not getattr(result.values[key], "shape", ())
    )


def later(result: Result, settings: Mapping[str, Any], book: Catalog) -> list[str]:
    """Which market figures are younger than the day asked for, because the catalog holds none as old."""
    day = settings.get("as_of")
    young = [
        f"{name} ({datum.as_of})"
        for name in book.shelf_lives()
        if day and (datum := result.data.get(name)) is not None and datum.as_of and day_of(datum.as_of) > day
    ]
    return [f"dated after {day}, for want of an earlier figure: {', '.join(young)}"] if young else []


def strict(result: Result) -> None:
    wrong = list(dict.fromkeys(part for reason in result.missing.values() for part in reason.split("; ")))
    wrong += result.stale.values()
    if wrong:
        raise MissingDataError("--strict: " + "\n".join(wrong[:8]))
