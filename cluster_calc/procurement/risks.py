"""The risks of a memo: each with what sets it off, what it then costs in weeks or dollars by the model, and who owns it.

An effect is a calculation on the estimate that the memo details, as if it were bought; what the model cannot compute says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cluster_calc.catalog.current import catalog
from cluster_calc.errors import InputError
from cluster_calc.estimation.drawing import held
from cluster_calc.formulas.money import later_capital_cost
from cluster_calc.investment.flows import net_present_value
from cluster_calc.procurement.dates import bridge, decline, delivery_of
from cluster_calc.procurement.file import MemoFile
from cluster_calc.procurement.options import Case, ordered_share, owned_already
from cluster_calc.procurement.quotes import Priced
from cluster_calc.quantities.dates import DAY, QUARTER, WEEK, YEAR
from cluster_calc.quantities.display import money, percent, shown, weeks
from cluster_calc.studies.influence import relative_swings

NOT_NAMED = "not named"
# Hours used fall to this share of the plan's; a quote's currency moves by this share.
FEWER_HOURS, CURRENCY_MOVE = 0.8, 0.10
# The names that a memo file's risk may have to mean one of these, besides the names themselves.
ALIASES = {
    "supply": ("supply", "lead time", "supply and lead time", "delivery"),
    "power": ("power", "interconnection", "power and interconnection", "grid"),
    "price": ("price", "price decline", "price fall"),
    "obsolescence": ("obsolescence", "next chip", "obsolescence by the next chip"),
    "utilisation": ("utilisation", "utilization", "use"),
    "failures": ("failures", "failure", "reliability"),
    "export": ("export", "export control", "export controls", "export licence", "export license", "licence"),
    "currency": ("currency", "exchange rate", "foreign exchange", "fx"),
}


@dataclass(frozen=True, slots=True)
class Risk:
    """One risk: figures in weeks and USD where the model gives them, words for people."""

    id: str
    name: str
    trigger: str
    effect: str
    weeks: float | None = None
    dollars: float | None = None
    owner: str = NOT_NAMED
    figures: tuple[tuple[str, float], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The risk as JSON."""
        return {
            **{name: getattr(self, name) for name in self.__slots__ if name != "figures"},
            "figures": dict(self.figures),
        }


def risks(case: Case, extra: MemoFile, quotes: Sequence[Priced], rated: bool) -> tuple[Risk, ...]:
    """The eight risks of the table, then those of the memo file that are none of them."""
    found = [_supply(case), _power(case), _price(case), _obsolescence(case), _utilisation(case, rated), _failures(case),
             _export(case), _currency(case, quotes)]  # fmt: skip
    others = []
    for row in extra.risk:
        meant = next((id for id, names in ALIASES.items() if row["risk"].strip().casefold() in names), "")
        place = next((number for number, risk in enumerate(found) if risk.id == meant), None)
        if place is None:
            words = (row["trigger"] or "–", row["effect"] or "–", row["owner"] or NOT_NAMED)
            others.append(Risk("memo file", row["risk"], words[0], words[1], owner=words[2]))
            continue
        risk = found[place]
        computed = risk.weeks is not None or risk.dollars is not None
        found[place] = replace(
            risk, owner=row["owner"] or risk.owner,
            trigger=risk.trigger if computed or not row["trigger"] else row["trigger"],
            effect=risk.effect if not row["effect"] else f"{risk.effect}; stated: {row['effect']}" if computed else row["effect"],
        )  # fmt: skip
    return (*found, *others)


def _supply(case: Case) -> Risk:
    name, result = "Supply and lead time", case.result
    if owned_already(result):
        return Risk("supply", name, "nothing is ordered: the chips are owned already", "none", 0.0, 0.0)
    found = delivery_of(result, case.book)
    late = found.late_lead
    more = (late - found.lead) / WEEK
    figures = [("late_weeks", late / WEEK), ("lead_weeks", found.lead / WEEK)]
    if found.supply is not None and 2 * found.supply >= max(found.late, found.lead):
        half = found.share / 2
        trigger = f"{percent(half)} of a year's shipments can be had, in place of {percent(found.share)}"
        figures += [("half_share", half), ("output_share", found.share)]
    elif late > found.lead:
        trigger = f"delivery takes {weeks(late)}, the slow end of its range, in place of {weeks(found.lead)}"
    else:
        trigger = f"delivery takes longer than the {weeks(found.lead)} that the plan holds"
    order = ordered_share(result)
    if order is not None:
        trigger += f"; the order is {percent(order)} of a year's shipments"
        figures.append(("order_share", order))
    if more <= 0:
        return Risk(
            "supply",
            name,
            trigger,
            "not computed: the plan's time is beyond the range of the data",
            figures=tuple(figures),
        )
    effect = f"+{weeks(late - found.lead)}"
    rent = bridge(case, late - found.lead)
    if rent is not None:
        effect += f", or {money(rent)} of rent on demand to bridge them"
    return Risk("supply", name, trigger, effect, more, rent, figures=tuple(figures))


def _power(case: Case) -> Risk:
    name, result, plan = "Power and interconnection", case.result, case.finance
    supplied = shown("peak_facility_power", result.values.get("peak_facility_power"))
    trigger = f"the {supplied} that the site must supply come a quarter after the hardware"
    if "peak_facility_power" not in result.values:
        trigger = "the power comes a quarter after the hardware"
    quarter = QUARTER / WEEK
    if plan is None or not plan.depreciation:
        return Risk("power", name, trigger, f"+{weeks(QUARTER)}; dollars not computed: no cost of owning", quarter)
    # The charge of the first year, or of the whole horizon where it is shorter.
    years = min(1.0, float(plan.inputs["horizon"].value) / YEAR)
    idle = plan.depreciation[0] / years * QUARTER / YEAR
    return Risk(
        "power", name, trigger, f"+{weeks(QUARTER)}; {money(idle)} of depreciation on idle hardware", quarter, idle
    )


def _price(case: Case) -> Risk:
    name, result = "Price decline", case.result
    lead = delivery_of(result, case.book).lead
    if owned_already(result):
        return Risk("price", name, "nothing is bought: the chips are owned already", "none", None, 0.0)
    lost = decline(result, lead)
    trend = result.data.get("price_performance_trend") or catalog().assumption("price_performance_trend")
    if lost is None or trend is None:
        return Risk(
            "price", name, "like hardware gets cheaper before delivery", "not computed: no price of the hardware"
        )
    yearly = 1 - 10 ** (-float(trend.value) * YEAR)
    trigger = f"the price is fixed now and the market falls by its trend, {percent(yearly)} a year, over {weeks(lead)}"
    figures = (("yearly_fall", yearly), ("lead_weeks", lead / WEEK))
    return Risk("price", name, trigger, f"{money(lost)} paid above the market at delivery", None, lost, figures=figures)


def _obsolescence(case: Case) -> Risk:
    name, result, plan = "Obsolescence by the next chip", case.result, case.finance
    successor = result.chip.successor
    what = "the next chip is here"
    if successor:
        try:
            what = f"{catalog().chip(successor).name} is here"
        except InputError:  # a successor that the catalog does not hold keeps its id
            what = f"{successor} is here"
    trigger = f"{what} and the cluster is sold after a year, at the trend of price-performance"
    trend = result.data.get("price_performance_trend") or catalog().assumption("price_performance_trend")
    if plan is None or len(plan.book_values) < 2 or trend is None:
        return Risk("obsolescence", name, trigger, "not computed: no book value after a year")
    years = min(1.0, float(plan.inputs["horizon"].value) / YEAR)
    market = float(later_capital_cost(float(result.values["capital_cost"]), float(trend.value), years * YEAR))
    lost = plan.book_values[1] - market
    figures = (("book_value", plan.book_values[1]), ("market_value", market))
    if lost <= 0:
        effect = f"none beyond depreciation: the books say {money(plan.book_values[1])}, the trend {money(market)}"
        return Risk("obsolescence", name, trigger, effect, None, 0.0, figures=figures)
    effect = (
        f"{money(lost)} lost beyond depreciation: the books say {money(plan.book_values[1])}, the trend {money(market)}"
    )
    return Risk("obsolescence", name, trigger, effect, None, lost, figures=figures)


def _utilisation(case: Case, rated: bool) -> Risk:
    name, plan = "Utilisation", case.finance
    if plan is None:
        return Risk("utilisation", name, "fewer hours are used than planned", "not computed: no cost of owning")
    share = float(plan.inputs["used_share"].value)
    trigger = f"{percent(share * FEWER_HOURS)} of hours are used, in place of {percent(share)}"
    rate = float(plan.inputs["discount_rate"].value) if rated else 0.0
    whole = net_present_value(plan.flows, rate)
    power = net_present_value([flow for flow in plan.flows if flow.line == "electricity"], rate)
    hours = plan.discounted_hours if rated else plan.delivered_hours
    # Owning costs the same but for the electricity of the hours that are not used.
    more = (whole - (whole - power * (1 - FEWER_HOURS)) / FEWER_HOURS) / hours
    figures = (("fewer_share", share * FEWER_HOURS), ("used_share", share))
    if abs(more) <= 1e-9 * abs(whole) / hours:
        # Only what is paid by the hour used: it falls with the use.
        return Risk(
            "utilisation",
            name,
            trigger,
            "none: only electricity is paid, and it falls with the use",
            None,
            0.0,
            figures=figures,
        )
    effect = f"+{money(more)} a delivered chip-hour, {f'at {percent(rate)} a year' if rated else 'not discounted'}"
    return Risk("utilisation", name, trigger, effect, None, more, figures=figures)


def _failures(case: Case) -> Risk:
    name, result = "Failures", case.result
    datum = result.data.get("goodput")
    time = result.values.get("training_time")
    if datum is None or datum.low is None or datum.value is None or time is None:
        why = "goodput has no range here" if datum is not None else "it holds no goodput of its own"
        return Risk("failures", name, "more failures than planned", f"not computed: {why}")
    trigger = f"goodput of {shown('goodput', datum.low)}, in place of {shown('goodput', datum.value)}"
    late = (_moved(result, "goodput", datum.low, "training_time") or float(time)) - float(time)
    cost = next((max(entry[1:]) for entry in relative_swings(result, "run_cost") if entry[0] == "goodput"), None)
    dollars = None if cost is None else cost * float(result.in_unit("run_cost"))
    effect = f"+{weeks(late)}" if late / DAY >= 0.05 else "no time"
    effect += f", run cost +{money(dollars)}" if dollars else ""
    return Risk("failures", name, trigger, effect, late / WEEK, dollars)


def _moved(result: Any, name: str, value: float, target: str) -> float | None:
    """A result with one input moved and the chips as ordered."""
    found = result.model.evaluate({**held(result), name: value}).get(target)
    return None if found is None else float(found)


def _export(case: Case) -> Risk:
    trigger = f"a licence is needed for {case.result.chip.name} where it is to stand, or a rule changes"
    return Risk("export", "Export control", trigger, "not computed: the data hold no times of licences")


def _currency(case: Case, quotes: Sequence[Priced]) -> Risk:
    name, result = "Currency", case.result
    used = next(
        (quote for quote in quotes if quote.quantity == "chip_price" and result.chip.id in quote.used_for
         and quote.currency not in ("", "USD")), None,
    )  # fmt: skip
    if used is None:
        return Risk("currency", name, "no price of the hardware that is used is in another currency", "none", None, 0.0)
    up = percent(CURRENCY_MOVE)
    trigger = f"{used.currency} rises by {up} against the dollar before the quote of {used.name} is paid"
    after = _moved(result, "chip_price", float(result.values["chip_price"]) * (1 + CURRENCY_MOVE), "capital_cost")
    if after is None or "capital_cost" not in result.values:
        return Risk("currency", name, trigger, "not computed: no capital cost")
    more = after - float(result.values["capital_cost"])
    return Risk(
        "currency", name, trigger, f"capital cost +{money(more)}", None, more, figures=(("move", CURRENCY_MOVE),)
    )
