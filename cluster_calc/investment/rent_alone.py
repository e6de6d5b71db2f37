"""Renting where nothing can be bought: the ways to rent over the horizon, for a chip without a price or a power of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cluster_calc.catalog.book import Catalog
from cluster_calc.catalog.current import catalog
from cluster_calc.estimation.result import Result
from cluster_calc.investment.cash_flow import COLOCATE, Finance, inputs_of
from cluster_calc.investment.flows import Flow, Use, net_present_value
from cluster_calc.investment.owning import Cluster, Electricity, Terms
from cluster_calc.investment.renting import Rent, dearer_than_on_demand, rents
from cluster_calc.quantities.datum import Datum
from cluster_calc.quantities.settings import word
from cluster_calc.scenario.scenario import Scenario


@dataclass(frozen=True)
class Rented:
    """One way to rent: its flows, their value, and what it owes after the horizon."""

    rent: Rent
    flows: tuple[Flow, ...]
    npv: float
    owed_beyond: float
    dearer_than_on_demand: bool


@dataclass(frozen=True)
class Rents:
    """The ways to rent over one horizon, with the useful chip-hours that each delivers, and why others are left out."""

    terms: str
    timing: str
    inputs: Mapping[str, Datum]
    delivered_hours: float
    discounted_hours: float
    ways: tuple[Rented, ...]
    left_out: Mapping[str, str]
    uses: tuple[Use, ...] = ()


def rents_of(plan: Finance) -> Rents:
    """The ways to rent of a plan that also owns."""
    ways = tuple(
        Rented(entry.rent, entry.flows, entry.npv, entry.owed_beyond, entry.dearer_than_on_demand)
        for entry in plan.alternatives
    )
    return Rents(
        plan.terms, plan.timing, plan.inputs, plan.delivered_hours, plan.discounted_hours, ways,
        {name: why for name, why in plan.left_out.items() if name != COLOCATE}, plan.uses,
    )  # fmt: skip


def rents_alone(merged: Scenario, result: Result, book: Catalog | None = None, uses: Sequence[Use] = ()) -> Rents:
    """The ways to rent the chips of an estimate; it needs no price of the hardware and no power.

    >>> import cluster_calc as cc
    >>> result = cc.estimate(chip="tpuv5p", chips=100, rental_price="4 USD/hour")
    >>> found = rents_alone(result.scenario, result)
    >>> found.ways[0].rent.term, found.ways[0].npv < 0
    ('on-demand', True)
    """
    terms, timing = word("rate_terms", merged.settings), word("flow_timing", merged.settings)
    data = inputs_of(merged, result, book or catalog(), terms)
    figures = Cluster(result, data, Terms(timing, Electricity(0.0, 0.0, 0.0), (), uses=tuple(uses)))
    found, left_out = rents(result, merged)
    ways = []
    for rent in found:
        flows = tuple(figures.rented(rent, figures.horizon))
        dearer = dearer_than_on_demand(rent, found)
        ways.append(Rented(rent, flows, net_present_value(flows, figures.rate), figures.owed(rent), dearer))
    hours, discounted = figures.delivered(figures.horizon)
    return Rents(terms, timing, data, hours, discounted, tuple(ways), left_out, tuple(uses))
