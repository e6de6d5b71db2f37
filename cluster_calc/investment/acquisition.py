"""Ways to have the chips of one demand, as estimates that can stand side by side: owned, colocated, rented."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError, did_you_mean, quoted
from cluster_calc.estimation.estimation import run
from cluster_calc.estimation.parts import failures
from cluster_calc.estimation.parts.upkeep import waived_lines
from cluster_calc.estimation.result import Result
from cluster_calc.investment.cash_flow import COLOCATE, NEEDED, owned_value, rent_value
from cluster_calc.investment.renting import WAYS as RENTS
from cluster_calc.investment.renting import Rent, rents
from cluster_calc.quantities.dates import MONTH
from cluster_calc.quantities.datum import Datum, Source
from cluster_calc.scenario.scenario import Scenario

OWN = "own"
WAYS = (OWN, COLOCATE, *RENTS)


@dataclass(frozen=True)
class Acquired:
    """One way: its words, its estimate, and its net present value over the horizon; None where that needs what is missing."""

    words: str
    way: str
    result: Result
    npv: float | None


def ways_of(asked: Iterable[str]) -> tuple[str, ...]:
    """The ways asked for, each once; `all` is every one.

    >>> ways_of(["own", "spot", "own"])
    ('own', 'spot')
    """
    found: dict[str, None] = {}
    for text in asked:
        for word in filter(None, (part.strip() for part in text.split(","))):
            if word != "all" and word not in WAYS:
                raise InputError(
                    f"acquire: {quoted(word)} is not one of {', '.join(WAYS)}, all.{did_you_mean(word, WAYS)}"
                )
            found |= dict.fromkeys(WAYS if word == "all" else (word,))
    return tuple(found)


def acquired(merged: Scenario, ways: Iterable[str]) -> tuple[list[Acquired], dict[str, str]]:
    """Every way that has its price, and why the others are left out."""
    own = _on_own_site(_without(merged, "colocation_price", "colocation_power"))
    base = run(own)
    hired, left_out = rents(base, merged)
    rented = {rent.term: rent for rent in hired}
    found, absent = [], {}
    for way in ways:
        if way == OWN:
            found.append(Acquired(OWN, way, base, _npv(merged, base)))
        elif way == COLOCATE:
            if "colocation_price" not in merged.data and not _lets_by_default(merged):
                absent[way] = "no colocation price was given: supply --colocation-price"
                continue
            site = run(_without(merged, "construction_cost", "facility_lifetime"))
            found.append(Acquired(COLOCATE, way, site, _npv(merged, site, colocated=True)))
        elif way not in rented:
            absent[f"rent {way}"] = left_out[way]
        elif way == "spot" and failures.asked(merged.data, merged.settings) and "goodput" not in merged.data:
            absent["rent spot"] = (
                "its goodput follows from failures, and what interruptions add is not known: give --goodput"
            )
        else:
            result = run(_rented(merged, base, rented[way]))
            found.append(Acquired(f"rent {way}", way, result, rent_value(merged, base, rented[way])))
    return found, absent


def _lets_by_default(merged: Scenario) -> bool:
    """Whether a site that has no price of its own is let at the default."""
    return bool(merged.settings.get("all_in")) and "site" not in waived_lines(str(merged.settings.get("without", "")))


def _on_own_site(merged: Scenario) -> Scenario:
    """The scenario of chips on a site that is there or is built: no rent of a site is counted."""
    if not _lets_by_default(merged) or "construction_cost" in merged.data:
        return merged
    return replace(merged, settings={**merged.settings, "without": f"{merged.settings.get('without', '')},site"})


def _without(merged: Scenario, *names: str) -> Scenario:
    return replace(
        merged,
        data={name: datum for name, datum in merged.data.items() if name not in names},
        settings={name: value for name, value in merged.settings.items() if name not in names},
    )


def _rented(merged: Scenario, base: Result, rent: Rent) -> Scenario:
    """The scenario of the run on rented chips: the price of the term, its commitment, the goodput of spot."""
    source = Source(f"rent {rent.term}", title=f"the terms of renting {rent.term}")

    def term(name: str, value: float, note: str) -> Datum:
        return Datum(name, value, source, origin="default", kind="convention", confidence="high", note=note)

    price = rent.datum.with_(name="rental_price")
    if rent.datum not in merged.data.values() and not merged.settings.get("ranges"):
        # A quote's own range is drawn from when every range is, as elsewhere.
        price = price.with_(low=None, high=None)
    data = {
        **merged.data,
        "rental_price": price,
        "commitment_time": term("commitment_time", rent.months * MONTH, "length of the commitment"),
    }
    if not rent.committed:
        data["paid_share"] = term("paid_share", 1.0, "used hours alone are paid")
    if rent.term == "spot" and base.mode != "observed" and "goodput" in base.data:  # a cluster without a run has none
        data["goodput"] = _on_spot(merged, base)
    return replace(merged, data=data, settings={**merged.settings, "acquire": rent.term})


def _on_spot(merged: Scenario, base: Result) -> Datum:
    """Goodput on chips that may be interrupted: that on others times what interruptions leave."""
    spot = merged.data.get("spot_goodput") or catalog().assumption("spot_goodput")
    assert spot is not None
    goodput, left = base.data["goodput"], float(spot.value)
    drawn = "goodput" in base.samples
    ends = {
        end: None if getattr(goodput, end) is None or not drawn else getattr(goodput, end) * left
        for end in ("low", "high")
    }
    if goodput.shape and drawn:
        raise InputError("goodput: spot scales a range LOW..HIGH, not a distribution; give a range, or leave spot out")
    return goodput.with_(
        value=goodput.value * left, **ends, note=f"times spot_goodput {left:g}: what interruptions leave"
    )


def _npv(merged: Scenario, result: Result, colocated: bool = False) -> float | None:
    if any(name not in result.values for name in NEEDED):
        # Nothing to own without a price or a power; `missing` says which.
        return None
    return owned_value(merged, result, colocated=colocated)
