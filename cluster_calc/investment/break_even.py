"""Where two ways of having the same compute draw level: the share of hours used, the months, the price."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cluster_calc.investment.flows import MONTHS, SALE, Flow, net_present_value
from cluster_calc.investment.owning import MOST_MONTHS, Cluster

# The flows of a way over so many years, at a share of hours used, at a price in the place of its own.
Way = Callable[..., Iterable[Flow]]


@dataclass(frozen=True)
class Levels:
    """Where the two draw level, None where they never do: `price` is that of the way that has one, in the unit of its price."""

    share: float | None
    months: float | None
    price: float | None


def share_level(figures: Cluster, owned: Way, other: Way) -> float | None:
    """The share of hours used at which both cost the same over the horizon: the crossing of two straight lines."""
    years, rate = figures.horizon, figures.rate
    at_none, at_all = (
        net_present_value(owned(years, share), rate) - net_present_value(other(years, share), rate)
        for share in (0.0, 1.0)
    )
    share = at_none / (at_none - at_all) if at_none != at_all else None
    return share if share is not None and 0 < share <= 1 else None


def levels(figures: Cluster, owned: Way, other: Way) -> Levels:
    """Where owning and the other way, which has a price, draw level over the horizon.

    Both net present values are straight lines in the share of hours used, and that of the other way is one in its price:
    the crossing of two lines is exact. The months are the first whole ones over which owning costs no more.
    """
    years, rate = figures.horizon, figures.rate

    own = net_present_value(owned(years), rate)
    free, priced = (net_present_value(other(years, price=at), rate) for at in (0.0, 1.0))
    level = (own - free) / (priced - free) if priced != free else None
    return Levels(
        share_level(figures, owned, other), _months(owned, other, rate),
        abs(level) if level is not None and level > -1e-9 else None,
    )  # fmt: skip


def _months(owned: Way, other: Way, rate: float) -> float | None:
    """The first whole months over which owning costs no more; what it is worth then does not count.

    Nobody sells a cluster after a month at its book value.
    """
    for month in range(1, MOST_MONTHS + 1):
        sides = (
            net_present_value((flow for flow in way(month / MONTHS) if flow.line not in SALE), rate)
            for way in (owned, other)
        )
        if next(sides) >= next(sides):
            return float(month)
    return None
