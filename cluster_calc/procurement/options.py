"""The options of a memo on equal delivered compute: what each costs, and what cannot be said of it and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.estimation.result import Result
from cluster_calc.investment.cash_flow import COLOCATE, Colocated, Finance
from cluster_calc.investment.flows import table
from cluster_calc.investment.rent_alone import Rents
from cluster_calc.procurement.dates import Ready, bought_ready, decided, rented_ready
from cluster_calc.procurement.file import PRICED, MemoFile
from cluster_calc.procurement.fleet import Minimum, minimum
from cluster_calc.procurement.quotes import TYPED, Priced, unread_for
from cluster_calc.quantities.display import money
from cluster_calc.quantities.nomenclature import QUANTITIES

NO_RATE = "no discount rate was given (--discount-rate, or discount_rate in the memo file)"
# Limits that bind who buys or runs a site; who rents is bound by the others.
OWNERS_LIMITS = frozenset({"budget", "capital", "power", "supply", "designer supply", "lead time"})
# Renting: the finance's term → the option's name.
RENTS = {"on-demand": "rent on demand", "1-year": "rent 1-year", "3-year": "rent 3-year", "spot": "rent spot"}
# A share of the demand that counts as all of it: whole chips round.
WHOLE = 0.999


# Capacity that is taken away at any moment: shown, never recommended.
SPOT = RENTS["spot"]


@dataclass(frozen=True, slots=True)
class Way:
    """One option: figures in JSON units, None where there is none; `why` says why it has no cost at all.

    `meets` is the share of the demand that it delivers; the levelised cost is per delivered chip-hour of the chip that the
    memo details, so that options of equal work compare. `commitment` is the rent that a term binds to, whole; `broken` names
    the limits that it does not hold; `unsited` says that its cost holds no site, where the rent of one is given.
    """

    name: str
    title: str
    cash_year_1: float | None = None
    total: float | None = None
    npv: float | None = None
    per_delivered_hour: float | None = None
    exit_cost: float | None = None
    shipment_share: float | None = None
    power: float | None = None
    why: str = ""
    note: str = ""
    meets: float = 1.0
    commitment: float | None = None
    owed_beyond: float = 0.0
    ready: Ready = field(default_factory=Ready)
    broken: tuple[str, ...] = ()
    unsited: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The option as JSON; costs are positive, the net present value is negative for a cost."""
        found = {name: getattr(self, name) for name in self.__slots__ if name not in ("name", "ready", "broken")}
        return {**found, "ready": self.ready.as_dict(), "broken": list(self.broken)}

    @property
    def serves(self) -> bool:
        """Whether it has a whole cost, delivers the demand, and cannot be taken away at any moment."""
        return self.total is not None and self.meets >= WHOLE and self.name != SPOT and not self.unsited


@dataclass(frozen=True, slots=True)
class Case:
    """A chip's estimate and its finance, or why it has none; `key` tells it from others of the memo."""

    result: Result
    finance: Finance | None
    rents: Rents | None = None
    why: str = ""
    key: str = ""
    label: str = ""
    book: Catalog | None = None

    @property
    def title(self) -> str:
        """What it is called beside the others."""
        return self.label or self.result.chip.name


def ways(
    cases: Sequence[Case], rated: bool, extra: MemoFile, today: str, quotes: Sequence[Priced] = ()
) -> tuple[Way, ...]:
    """Every option asked for (all where none is), in the order of least commitment first."""
    first = cases[0]
    found = [
        Way("do nothing", "Do nothing", 0.0, 0.0, 0.0 if rated else None, None, 0.0, meets=0.0,
            ready=Ready(why="it delivers nothing")),
        _minimum(minimum(extra.existing_fleet, first.result, first.rents, rated), extra, today),
        *(_rented(first, term, name, rated, extra, today, quotes) for term, name in RENTS.items()),
        *(way for number, case in enumerate(cases)
          if (way := _colocated(case, rated, bool(number), extra, today)).total is not None or not number),
        *(_bought(case, rated, bool(number), extra, today) for number, case in enumerate(cases)),
    ]  # fmt: skip
    found = [_unread(way, cases, quotes) for way in found]
    wanted = [way for way in found if not extra.options or way.name.partition(":")[0] in extra.options]
    if not any(way.name.startswith(COLOCATE) and way.total is not None for way in wanted):
        wanted = [replace(way, unsited=False, note="") if way.unsited else way for way in wanted]
    return tuple(_levelled(way, first.rents, rated) for way in wanted)


def _unread(way: Way, cases: Sequence[Case], quotes: Sequence[Priced]) -> Way:
    """The option without a cost where its own quote cannot be read: a price from elsewhere is not that of the quote."""
    kind, _, key = way.name.partition(":")
    result = next((case.result for case in cases if case.key == key), cases[0].result)
    # Hardware is bought for a rented site, too; and what is bought without one stands on the site that was quoted.
    asked = {"colocate": ("buy", "colocate")}.get(kind, (kind,))
    if kind == "buy" and "facility_capital" not in result.values:
        asked = ("buy", "colocate")
    for name in asked if kind in PRICED else ():
        quote = unread_for(name, result.chip.id, quotes)
        if quote is not None and result.scenario.origins.get(quote.quantity) not in TYPED:
            return Way(way.name, way.title, why=f"the quote of {quote.name} cannot be read: {quote.why_not}")
    return way


def _levelled(way: Way, plan: Rents | None, rated: bool) -> Way:
    """The option with its cost per delivered chip-hour of the detailed chip, discounted as money is."""
    if plan is None or not way.meets or way.total is None:
        return way
    share = min(way.meets, 1.0)
    if rated and way.npv is not None:
        return replace(way, per_delivered_hour=-way.npv / (plan.discounted_hours * share))
    return replace(way, per_delivered_hour=way.total / (plan.delivered_hours * share))


def _minimum(found: Minimum, extra: MemoFile, today: str) -> Way:
    title = "Do minimum: use what there is"
    if found.why:
        return Way("do minimum", title, why=found.why, meets=0.0)
    return Way(
        "do minimum", title, found.cash_year_1, found.total, found.npv, None, 0.0, meets=found.meets or 0.0,
        ready=Ready(decided(extra, today), 0.0, None, "the fleet stands"),
    )  # fmt: skip


def _rented(
    case: Case, term: str, name: str, rated: bool, extra: MemoFile, today: str, quotes: Sequence[Priced]
) -> Way:
    plan, chip = case.rents, case.result.chip
    title = f"{name[:1].upper()}{name[1:]}, {chip.name}"
    entry = next((entry for entry in plan.ways if entry.rent.term == term), None) if plan else None
    if plan is None or entry is None:
        return Way(name, title, why=plan.left_out.get(term, "") if plan else case.why)
    rows = table(entry.flows)
    total = -sum(flow.amount for flow in entry.flows)
    first_year = -sum(row["cash"] for row in rows[:2])
    bound = None
    notes = ["dearer than on demand"] if entry.dearer_than_on_demand else []
    if entry.rent.committed:
        # The first commitment, which has one price for its term: what falls due within the horizon, and beyond it.
        signed = {flow.priced for flow in entry.flows}
        first = min((when for when in signed if when is not None), default=None)
        bound = -sum(flow.amount for flow in entry.flows if flow.priced == first)
        bound += entry.owed_beyond if len(signed) == 1 else 0.0
        if entry.owed_beyond > 0.5:
            notes.append(f"{money(entry.owed_beyond)} more falls due after the horizon, in no sum here")
    used = next((quote for quote in quotes if quote.row["for"] == name and chip.id in quote.used_for), None)
    return Way(
        name, title, first_year, total, entry.npv if rated else None, None, max((bound or 0.0) - first_year, 0.0),
        note="; ".join(notes), commitment=bound, owed_beyond=entry.owed_beyond,
        ready=rented_ready(term, extra, today, used.row["delivery_weeks"] if used else None), broken=_broken(case, False),
    )  # fmt: skip


def _colocated(case: Case, rated: bool, other: bool, extra: MemoFile, today: str) -> Way:
    """Owned hardware on a rented site."""
    name, plan = f"colocate:{case.key}" if other else "colocate", case.finance
    title = f"{'Colocate what is owned' if owned_already(case.result) else 'Buy and colocate'}, {case.title}"
    if plan is None or plan.colocated is None:
        return Way(name, title, why=plan.left_out.get(COLOCATE, "") if plan else case.why)
    return _owned(case, name, title, plan.colocated, rated, extra, today)


def _bought(case: Case, rated: bool, other: bool, extra: MemoFile, today: str) -> Way:
    name = f"buy:{case.key}" if other else "buy"
    title = f"{'Use what is owned' if owned_already(case.result) else 'Buy'}, {case.title}"
    if case.finance is None:
        share, power = _json(case.result, "shipment_share"), _json(case.result, "peak_facility_power")
        return Way(name, title, shipment_share=share, power=power, why=case.why)
    way = _owned(case, name, title, case.finance, rated, extra, today)
    if case.finance.colocated is None or "facility_capital" in case.result.values:
        return way
    return replace(way, unsited=True, note="its cost holds no site, so it is not recommended")


def _owned(
    case: Case, name: str, title: str, plan: Finance | Colocated, rated: bool, extra: MemoFile, today: str
) -> Way:
    rows = plan.by_year()
    lost = plan.book_values[0] - plan.book_values[min(1, len(plan.book_values) - 1)]
    return Way(
        name, title, -sum(row["cash"] for row in rows[:2]), -sum(flow.amount for flow in plan.flows),
        plan.npv if rated else None, None, lost, ordered_share(case.result),
        _json(case.result, "peak_facility_power"), ready=bought_ready(case.result, extra, today, case.book),
        broken=_broken(case, True),
    )  # fmt: skip


def owned_already(result: Result) -> bool:
    """Whether every chip is there: nothing is bought."""
    return float(result.values.get("new_chips", 1.0)) == 0


def ordered_share(result: Result) -> float | None:
    """The share of a year's shipments that the order takes: of the chips to buy, not of those that are owned."""
    share = _json(result, "shipment_share")
    if share is None or "new_chips" not in result.values:
        return share
    return share * float(result.values["new_chips"]) / float(result.values["chips"])


def _broken(case: Case, owned: bool) -> tuple[str, ...]:
    return tuple(name for name in case.result.verdict.broken if owned or name not in OWNERS_LIMITS)


def _json(result: Result, name: str) -> float | None:
    value = result.values.get(name)
    return None if value is None else float(value) / QUANTITIES[name].factor


def recommended(found: Sequence[Way], rated: bool) -> Way | None:
    """The option of least cost that delivers the demand: by net present value, or by undiscounted cash without a rate.

    One that holds every limit stands before one that does not. Capacity that is taken away at any moment does not carry
    a commitment: spot is shown, not recommended.
    """
    costed = [way for way in found if way.serves]
    held = [way for way in costed if not way.broken]
    return min(held or costed, key=lambda way: cost_of(way, rated), default=None)


def cost_of(way: Way, rated: bool) -> float:
    """What the options are ranked by: a cost, positive."""
    return -(way.npv or 0.0) if rated else way.total or 0.0
