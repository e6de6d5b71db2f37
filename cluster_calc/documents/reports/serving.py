"""A serving as text: the answer in twenty lines, and with `full` what bounds it, the front and the whole estimate."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from cluster_calc.quantities.display import count, latency, money, percentage, plain, shown

if TYPE_CHECKING:
    from cluster_calc.studies.serving import Service

# Alternatives and public prices on the short page.
FEW, SELLERS = 3, 3
WIDTH, MOST_LINES, INDENT = 80, 20, 13
# Points of the front on the full page: each at least this much more a chip than the one before.
APART = 1.2


def text(found: Service, width: int = WIDTH, full: bool = False) -> str:
    """The page of a service, at most `width` columns; without `full` at most twenty lines."""
    lines = [part for line in _short(found) for part in _wrapped(line, width)]
    for line in [*_warned(found, full), *_beside(found)]:
        parts = _wrapped(line, width)
        if full or len(lines) + len(parts) <= MOST_LINES:
            lines += parts
    if full:
        lines += ["", *(part for line in _whole(found) for part in _wrapped(line, width))]
    return "\n".join(lines) + "\n"


def _wrapped(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, width, subsequent_indent=" " * INDENT) if len(line) > width else [line]


def _short(found: Service) -> Iterable[str]:
    values = found.values
    yield _question(found)
    yield _fleet(found)
    yield _row("Targets", _targets(found))
    rate = "output_tokens_per_second_per_chip"
    yield _row("Speed", f"{plain(values[rate])} output tokens/s a chip at full load{_spread(found, rate)}")
    yield _row("Fleet", f"{count(_whole_number(values['output_tokens_per_second']))} output tokens/s in the mean, "
                        f"{percentage(float(values['fleet_use']), 2)} of what it could")  # fmt: skip
    yield _row("First token", f"{latency(float(values['time_to_first_token']))} in the mean, {latency(float(values['late_first_token']))} at "
                              f"P{100 * (1 - float(values['late_share'])):.0f}")  # fmt: skip
    yield _row("Each token", f"{latency(float(values['time_per_output_token']))}, {1 / float(values['time_per_output_token']):.0f} "
                             f"tokens/s for a user{_spread(found, 'time_per_output_token', 1e3, ' ms')}")  # fmt: skip
    yield from _money(found)
    yield from _power(found)
    yield _row("Basis", _basis(found))
    yield _row("Bound by", ", ".join(f"{name} {percentage(share, 2)}" for name, share in list(found.bound.items())[:4]))


def _beside(found: Service) -> Iterable[str]:
    """What has room: the best alternatives, then what to mind."""
    for place, entry in enumerate(found.alternatives[:FEW]):
        cost = "no price" if entry.cost is None else f"{money(entry.cost * 1e6)} a million"
        yield _row(
            "" if place else "Or",
            f"{entry.change}: {count(entry.chips)} chips, {cost}, {latency(entry.time_per_output_token)} a token"
            + ("" if entry.meets else ", misses"),
        )


# What the page says anyway.
_SAID = (" follows from the ", " not found for ", "does not hold")


def _warned(found: Service, full: bool) -> Iterable[str]:
    """What a reader must know before the numbers: the first of it, or with `full` all."""
    stale = set(found.result.stale.values())
    warnings = [
        entry
        for entry in found.result.warnings
        if full or (entry not in stale and not any(word in entry for word in _SAID))
    ]
    for entry in warnings if full else warnings[:1]:
        yield _row("Warning", entry)


def _row(label: str, words: str) -> str:
    return f"{label:<{INDENT}}{words}"


def _question(found: Service) -> str:
    values, chip = found.values, found.result.chip
    return (
        f"{found.model} ({found.result.precision}) on {chip.name}: {count(float(values['tokens_per_day']) * 86400)} tokens/day, "
        f"{count(float(values['input_tokens']))} in, {count(float(values['output_tokens']))} out"
    )


def _fleet(found: Service) -> str:
    values = found.values
    size = count(float(values["replica_chips"]))
    some = "replica" if float(values["replicas"]) == 1 else "replicas"
    words = f"{count(float(values['chips']))} chips: {count(float(values['replicas']))} {some} of {size} ({layout_words(values)})"
    if values["spare_replicas"]:
        words += f", {count(float(values['spare_replicas']))} spare"
    apart = float(values["chips"]) - float((values["replicas"] + values["spare_replicas"]) * values["replica_chips"])
    return words + (f", {count(apart)} to prefill" if values["disaggregated"] and apart > 0 else "")


def layout_words(values: Any) -> str:
    """A layout in words.

    >>> layout_words({"tensor_parallel": 8.0, "attention_parallel": 1.0, "expert_parallel": 1.0, "pipeline_parallel": 1.0, "batch": 64.0})
    'tensor 8, batch 64'
    """
    words = {"tensor_parallel": "tensor", "attention_parallel": "attention-data", "expert_parallel": "experts",
             "pipeline_parallel": "pipeline"}  # fmt: skip
    parts = [f"{word} {float(values[name]):.0f}" for name, word in words.items() if float(values[name]) > 1]
    return ", ".join([*(parts or ["one chip"]), f"batch {float(values['batch']):,.0f}"])


def _targets(found: Service) -> str:
    checked = [entry for entry in found.result.feasibility if entry.limit is not None]
    if not checked:
        planned = " and ".join(f"--{name} '{latency(float(found.values[name]))}'" for name in ("tpot", "ttft"))
        return f"none given; planned for {planned}"
    broken = [entry for entry in checked if entry.holds is False]
    if not broken:
        tightest = min(checked, key=lambda entry: 1.0 if entry.margin is None else entry.margin)
        return f"met; the tightest is {tightest.constraint} ({tightest.limit}), margin {percentage(tightest.margin or 0.0, 2)}"
    words = "; ".join(f"{entry.constraint} ({entry.limit}) fails" for entry in broken)
    floor, sets = found.floor
    if any(entry.constraint == "time per output token" for entry in broken):
        words += f". The floor is {latency(floor.time_per_output_token)}, set by {sets}"
    mends = [entry.change for entry in found.alternatives if entry.meets]
    return words + (f". {mends[0]} mends it" if mends else "")


def _money(found: Service) -> Iterable[str]:
    values = found.values
    if "cost_per_million_tokens" in values:
        own = [money(float(values[f"cost_per_million_{kind}_tokens"]) * 1e6) for kind in ("input", "cached", "output")]
        yield _row(found.ways[0].words.capitalize(), f"{own[0]} in, {own[1]} cached, {own[2]} out per million; "
                            f"{shown('cost_per_chip_hour', values['cost_per_chip_hour'])}")  # fmt: skip
    else:
        yield _row("Owned", "; ".join(sorted({found.result.missing.get("run_cost", "not found")})))
    rented = [way for way in found.ways if way.words not in ("owned", "colocated")]
    if rented:
        words = ", ".join(f"{way.words} {money(way.input)}/{money(way.output)}" for way in rented)
        yield _row("Rented", f"{words} in/out")
    if found.prices:
        sold = [f"{price.provider} {money(price.input)}/{money(price.output)}" for price in found.prices[:SELLERS]]
        yield _row("API prices", f"{', '.join(sold)} ({found.prices[0].as_of[:7]})")
    if found.break_even is not None:
        price, tokens = found.break_even
        mix = price.blended(*(float(values[name]) for name in ("input_tokens", "output_tokens", "cache_hit_share")))
        at = "no demand" if tokens is None else f"{count(tokens)} tokens a day and more"
        yield _row("Against", f"{price.provider} asks {money(mix)} a million of this mix; owning is cheaper at {at}")


def _power(found: Service) -> Iterable[str]:
    values = found.values
    if "facility_power" in values:
        yield _row("Power", f"{shown('facility_power', values['facility_power'])} at the meter, "
                            f"{plain(float(values['energy_per_token']))} J an output token, "
                            f"{plain(float(values['tokens_per_joule']))} tokens a joule")  # fmt: skip


def _basis(found: Service) -> str:
    factor = found.result.data["serving_speed_factor"]
    engine = found.result.data["engine_time_factor"].label or "typed"
    settings = found.result.scenario.settings
    return f"predicted ({engine}, {settings.get('software', 'tuned')}); {factor.locator or 'speed factor typed'}"


def _spread(found: Service, name: str, scale: float = 1.0, unit: str = "") -> str:
    """P10 to P90: of the draws, or of what the speed alone leaves open."""
    low, high = (found.result.percentile(name, percent) for percent in (10, 90))
    if low is None or high is None:
        factor = found.result.data["serving_speed_factor"]
        if not factor.has_range or not factor.low or not factor.high:
            return ""
        value = float(found.values[name]) * scale
        ends = sorted((value * _inward(factor.low, name), value * _inward(factor.high, name)))
        return f" ({plain(ends[0])} to {plain(ends[1])}{unit})"
    return f" ({plain(low)} to {plain(high)}{unit})"


def _inward(end: float, name: str) -> float:
    """From the P5 or P95 of the speed to its P10 or P90; a time is the inverse."""
    from cluster_calc.estimation.parts.serving import WIDER

    return float(end ** ((1 if name.endswith("_per_chip") else -1) / WIDER))


def _whole_number(value: Any) -> float:
    return float(round(float(value)))


def _whole(found: Service) -> Iterable[str]:
    yield "Cost against speed: the layouts that none beats in both"
    yield f"  {'ms/token':>9}  {'tokens/s/chip':>13}  {'first token':>11}  layout"
    best = 0.0
    for point in found.front:
        if point.rate_per_chip < best * APART and point is not found.front[-1]:
            continue
        best = point.rate_per_chip
        apart = ", prefill apart" if point.layout["disaggregated"] else ""
        yield (
            f"  {1e3 * point.time_per_output_token:9.3g}  {point.rate_per_chip:13,.0f}  {latency(point.time_to_first_token):>11}  "
            f"{layout_words(point.layout)}{apart}"
        )
    yield ""
    yield "The same demand another way"
    for entry in found.alternatives:
        cost = "no price" if entry.cost is None else f"{money(entry.cost * 1e6)} a million"
        yield (
            f"  {entry.change:<28} {count(entry.chips):>8} chips  {cost:>16}  {latency(entry.time_per_output_token):>8}"
            + ("" if entry.meets else "  misses")
        )
    yield ""
    yield "Public prices a million tokens"
    for price in found.prices:
        cached = "" if price.cached is None else f", cached {money(price.cached)}"
        yield f"  {price.provider:<14} {money(price.input)} in{cached}, {money(price.output)} out  ({price.as_of}, {price.model})"
    yield ""
    from cluster_calc.documents.reports.estimate import text as page

    yield from page(found.result).splitlines()
