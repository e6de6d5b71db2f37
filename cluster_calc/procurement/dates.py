"""When an option could be at work, and what a quarter's wait costs: each with what it takes for granted."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Any

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.current import catalog
from cluster_calc.estimation.result import Result
from cluster_calc.formulas.cash import rent_of_period
from cluster_calc.formulas.money import later_capital_cost
from cluster_calc.formulas.world_limits import lead_time
from cluster_calc.investment.flows import PURCHASE, SALE, Use
from cluster_calc.procurement.file import MemoFile
from cluster_calc.quantities.dates import DAY, HOUR, QUARTER, YEAR
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.display import plain, weeks

# Beyond this no date is worth its name.
MOST_DAYS = 20 * 365.25


@dataclass(frozen=True, slots=True)
class Ready:
    """The day an option could be at work, and its steps in days; `why` says why there is none."""

    date: str | None = None
    delivery_days: float | None = None
    installation_days: float | None = None
    note: str = ""
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The date as JSON, with its steps in weeks as they are written."""
        days = {"delivery": self.delivery_days, "installation": self.installation_days}
        return {
            "date": self.date, "note": self.note, "why": self.why,
            **{f"{name}_days": value for name, value in days.items()},
            **{f"{name}_weeks": None if value is None else value / 7 for name, value in days.items()},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delivery:
    """How long delivery takes, in seconds: as quoted or by default, and what the supply allows."""

    time: float
    late: float
    supply: float | None
    quoted: bool
    datum: Datum
    installation: Datum
    share: float

    @property
    def lead(self) -> float:
        """The time to count with: a quote's own, or the later of the default and of what the supply allows."""
        return self.time if self.quoted else max(self.time, self.supply or 0.0)

    @property
    def late_lead(self) -> float:
        """The same at the slow end of the default's range, with half the share of the output."""
        return max(self.lead, self.late, 2 * (self.supply or 0.0))


def decided(extra: MemoFile, today: str) -> str:
    """The day from which every date counts."""
    return extra.decision_date or today


def delivery_of(result: Result, book: Catalog | None = None) -> Delivery:
    """Delivery of the chips that an estimate buys."""
    book = book or catalog()
    given = result.scenario.data

    def figure(name: str) -> Datum:
        found = (
            given.get(name)
            or result.data.get(name)
            or result.chip.figures.get(name)
            or book.assumption(name)
            or catalog().assumption(name)
        )
        assert found is not None
        return found

    usual, installation, share = (figure(name) for name in ("delivery_time", "installation_time", "output_share"))
    typical = catalog().assumption("delivery_time")
    assert typical is not None
    supply = None
    yearly = result.values.get("annual_shipments")
    chips = float(result.values.get("new_chips", result.values["chips"]))
    if yearly:
        supply = float(lead_time(chips, float(yearly), float(share.value)))
    late = usual.high if usual.high is not None else typical.high if usual is typical else typical.value
    return Delivery(
        float(usual.value), float(late or typical.value), supply, "delivery_time" in given, usual, installation,
        float(share.value),
    )  # fmt: skip


def bought_ready(result: Result, extra: MemoFile, today: str, book: Catalog | None = None) -> Ready:
    """When bought chips could be at work: decision, delivery, a site that is ready, installation."""
    found = delivery_of(result, book)
    if float(result.values.get("new_chips", 1.0)) == 0:
        return Ready(decided(extra, today), 0.0, 0.0, "the chips are owned already")
    installation = float(found.installation.value)
    if "facility_capital" in result.values and not extra.site_ready:
        return Ready(why="the estimate holds a building, and the memo file gives no site_ready")
    days, more = math.ceil(found.lead / DAY), math.ceil(installation / DAY)
    if days + more > MOST_DAYS:
        return Ready(
            why=f"delivery would take {plain(found.lead / YEAR)} years at the share of the output that is assumed"
        )
    start = datetime.date.fromisoformat(decided(extra, today))
    there = start + datetime.timedelta(days=days)
    if found.quoted:
        words = f"delivery in {weeks(found.lead)}, {cite_short(found.datum)}"
    elif found.supply is not None and found.supply > found.time:
        words = f"delivery in {weeks(found.lead)}: {100 * found.share:g}% of a year's shipments (judgement)"
    else:
        words = f"delivery in {weeks(found.lead)}, assumed ({cite_short(found.datum)})"
    site = extra.site_ready
    if site and site > there.isoformat():
        there = datetime.date.fromisoformat(site)
        words += f"; the site ready on {site}"
    elif not site:
        words += "; the site taken as ready by then"
    words += f"; installation in {weeks(installation)}, assumed ({cite_short(found.installation)})"
    return Ready((there + datetime.timedelta(days=more)).isoformat(), float(days), float(more), words)


def rented_ready(term: str, extra: MemoFile, today: str, weeks_quoted: float | None) -> Ready:
    """When rented chips could be at work."""
    start = datetime.date.fromisoformat(decided(extra, today))
    if weeks_quoted is not None:
        days = math.ceil(weeks_quoted * 7)
        return Ready(
            (start + datetime.timedelta(days=days)).isoformat(), float(days), None, f"in {weeks(days * DAY)} as quoted"
        )
    if term in ("on-demand", "spot"):
        return Ready(start.isoformat(), 0.0, None, "at once, if so many are free at that price: assumed")
    return Ready(why="no quote gives the weeks to its start")


def cite_short(datum: Datum | None) -> str:
    """Who says so, and of when, in a few words."""
    if datum is None or datum.origin in ("command line", "call"):
        return "as given"
    if datum.source.id in ("file", "environment") or datum.source.id.startswith(("file ", "environment ")):
        return "as quoted" if datum.origin == "file" else "as given"
    words = "judgement" if datum.source.id == "judgement" else datum.source.publisher or datum.source.title
    return f"{words}, {datum.as_of}" if datum.as_of else words


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a quarter's wait costs: rent to bridge it, less what falls away meanwhile; USD, None where not computable.

    `running` is all that running the hardware costs in a quarter, with `electricity` and the rent of a site in it.

    `until_ready` is the rent on demand of the same use until bought hardware is at work.
    """

    net: float | None
    bridge: float | None
    decline: float | None
    electricity: float | None
    why: str = ""
    running: float | None = None
    until_ready: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """The parts as JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def decline(result: Result, time: float) -> float | None:
    """What the hardware's price falls by in a time, at the trend of price-performance."""
    trend = result.data.get("price_performance_trend") or catalog().assumption("price_performance_trend")
    paid = result.values.get("new_capital", result.values.get("capital_cost"))
    if trend is None or trend.value is None or paid is None:
        return None
    return float(paid) - float(later_capital_cost(float(paid), float(trend.value), time))


def bridge(case: Any, time: float, start: float | None = None) -> float | None:
    """Rent on demand of the planned use for a time in seconds, from a time of the plan in years, or from its first use."""
    rents = case.rents
    hourly = next((entry for entry in rents.ways if entry.rent.term == "on-demand"), None) if rents else None
    if rents is None or hourly is None:
        return None
    chips = float(case.result.values["chips"])
    uses = rents.uses or (Use(0.0, math.inf, float(rents.inputs["used_share"].value)),)
    first = min(use.first for use in uses) if start is None else start
    spans = [span for use in uses if (span := use.within(first, first + time / YEAR))]
    return math.fsum(
        float(rent_of_period(chips, span.share, hourly.rent.price / HOUR, (span.last - span.first) * YEAR, 1.0))
        for span in spans
    )


def waiting(case: Any, ready: Ready, start: str, colocated: bool = False) -> Waiting:
    """A quarter's wait for bought hardware: rent of the same use on demand, less the fall of its price and what runs it."""
    result, plan = case.result, case.finance
    until = None
    if ready.date is not None:
        days = (datetime.date.fromisoformat(ready.date) - datetime.date.fromisoformat(start)).days
        until = bridge(case, days * DAY, 0.0) if days > 0 else None
    if plan is None:
        return Waiting(None, None, None, None, "it takes the cost of owning, which is not computed", None, until)
    saved = decline(result, QUARTER)
    # The running costs of the first year stand in the flows, for a full year or for the whole of a shorter horizon.
    years = min(1.0, float(plan.inputs["horizon"].value) / YEAR)
    flows = plan.colocated.flows if colocated else plan.flows
    first = [flow for flow in flows if flow.line not in PURCHASE | SALE and flow.time <= 1.0]
    running = -sum(flow.amount for flow in first) / years * QUARTER / YEAR
    electricity = -sum(flow.amount for flow in first if flow.line == "electricity") / years * QUARTER / YEAR
    rent = bridge(case, QUARTER)
    if rent is None:
        return Waiting(
            None, None, saved, electricity, "there is no price of renting on demand to bridge the quarter", running
        )
    if saved is None:
        return Waiting(None, rent, None, electricity, "there is no trend of the hardware's price", running, until)
    return Waiting(rent - saved - running, rent, saved, electricity, "", running, until)
