"""A Result as the sections of a cost sheet; a section without data is None."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cluster_calc.changes import nearest_change
from cluster_calc.feasibility import CONSTRAINTS, NOT_CHECKED
from cluster_calc.nomenclature import QUANTITIES
from cluster_calc.report import charts
from cluster_calc.report.charts import Span
from cluster_calc.report.limits import CONSTRAINT_WORDS, verdict_of
from cluster_calc.report.numbers import NOT_FOUND, percentage, shown
from cluster_calc.report.sheet_view import Cell, Figure, Part, Table, TableRow
from cluster_calc.report.views import bills, swings
from cluster_calc.result import Result
from cluster_calc.scenario import YARDSTICKS

TONES = ("a", "b", "c", "d")
MOST_SWINGS = 8


def label_of(name: str) -> str:
    """A quantity's name as it heads a row."""
    label = QUANTITIES[name].label.split(" (")[0]
    return (label[:1].upper() + label[1:]).replace("Mfu", "MFU")


def figure_of(result: Result, name: str, small: str = "") -> Cell:
    """A result or an input as a cell: text for people, the JSON's number for programs."""
    base = result.values.get(name)
    number = None if base is None or QUANTITIES[name].is_date else float(base) / QUANTITIES[name].factor
    return Cell(shown(name, base), small, name, number)


def percent(share: float, figures: int = 3) -> str:
    """A share as text with its sign."""
    return f"{'−' if share < 0 else ''}{percentage(abs(share), figures)}"


def span_of(result: Result, name: str) -> tuple[float, float, float] | None:
    """P10, P50 and P90 in base units, where the value varies."""
    if name not in result.samples:
        return None
    factor = QUANTITIES[name].factor
    low, middle, high = ((result.percentile(name, percent) or 0.0) * factor for percent in (10, 50, 90))
    return low, middle, high


def spread_text(name: str, values: Sequence[float], sign: str = " · ") -> str:
    """Values of one quantity beside each other, their unit once.

    >>> spread_text("training_time", [75.1 * 86400, 118 * 86400])
    '75.1 · 118 days'
    >>> spread_text("run_cost", [18.8e6, 30.4e6], " – ")
    '$18.8M – $30.4M'
    """
    figures = 1 if QUANTITIES[name].display in ("number", "ratio") else 3
    texts = [shown(name, value, figures) for value in values]
    split = [re.fullmatch(r"([^ /]+)([ /].*)", text) for text in texts]
    units = {match.group(2) if match else "" for match in split}
    if len(units) == 1 and all(split):
        return sign.join(match.group(1) for match in split if match) + units.pop()
    return sign.join(texts)


def band_text(result: Result, name: str) -> str:
    """P10 – P90 as text, or nothing where the value does not vary."""
    percentiles = span_of(result, name)
    return "" if percentiles is None else f"P10–P90 {spread_text(name, (percentiles[0], percentiles[2]), ' – ')}"


def table(caption: str, heads: Sequence[str], rows: Sequence[TableRow], words: Sequence[int] = ()) -> Table:
    """A table whose columns are figures, but for the first and those in `words`."""
    numbers = tuple(number > 0 and number not in words for number in range(len(heads)))
    return Table(caption, tuple(heads), tuple(rows), numbers)


def money(result: Result) -> Part | None:
    """Where the money goes: the run's lines and, apart from them, the cash for the hardware."""
    figures = []
    for shown_lines, total, title in bills(result):
        whole = result.values.get(total)
        rows: list[TableRow] = []
        bars: list[Span] = []
        reached = 0.0
        for name in shown_lines:
            part = result.values.get(name)
            share = percent(float(part) / float(whole)) if part is not None and whole else ""
            held = _held(result) if name == "accelerator_capital" else ""
            rows.append(TableRow(Cell(label_of(name), held), (figure_of(result, name), Cell(share))))
            if part is not None:
                tone = TONES[len(bars) % len(TONES)]
                bars.append(Span(label_of(name), shown(name, part), reached, reached + float(part), tone))
                reached += float(part)
        note = "" if whole is not None else "incomplete"
        rows.append(TableRow(Cell(title, note), (figure_of(result, total), Cell("100%" if whole else "")), total=True))
        drawing = None
        if whole is not None and whole > 0 and len(bars) == len(shown_lines) and bars:
            if total == "run_cost":
                end = Span(title, shown(total, whole), 0.0, float(whole), "rest", total=True)
                drawing = charts.waterfall("Run cost, line by line", [*bars, end])
            else:
                drawing = charts.stacked(title, bars, shown(total, whole))
        kinds = {"run_cost": " (amortised over the hardware's life)", "capital_cost": " (cash)"}
        caption = f"{title}{kinds.get(total, '')}"
        figures.append(Figure(drawing, table(caption, ("Line", "Amount", "Share"), rows)))
    if not figures:
        return None
    both = "run_cost" in result.values and "capital_cost" in result.values
    lead = (
        "The run is charged for the hardware only while it holds it; the cash to buy the cluster is another figure, and "
        "the two are never added."
        if both
        else "A line whose figure is not found leaves its total incomplete; it is never counted as 0."
        if result.missing
        else "Cash for the hardware that the cluster needs."
    )
    return Part("money", "Where the money goes", lead, tuple(figures))


def _held(result: Result) -> str:
    if result.values.get("server_cost_factor") != 1.0:
        return ""
    return "with their servers" + (" and network" if result.values.get("network_share") == 0.0 else "")


def flop(result: Result) -> Part | None:
    """Where the FLOP go: peak → MFU → goodput → delivered, in chip-hours and dollars."""
    values = result.values
    causes = (
        ("Checkpoints", "checkpoint_loss", "checkpoint_loss_cost", "checkpointed_throughput"),
        ("Failures and restarts", "recovery_loss", "recovery_loss_cost", "delivered_throughput"),
    )
    whole = ("Failures, restarts, checkpoints", "goodput_loss", "goodput_loss_cost", "delivered_throughput")
    steps = (
        ("Held, at dense peak", "chip_hours", "run_cost", "cluster_throughput"),
        ("Below peak while steps run", "mfu_loss", "mfu_loss_cost", "step_throughput"),
        *(causes if "checkpoint_loss" in values else (whole,)),
        ("Delivered", "delivered_chip_hours", "delivered_cost", "delivered_throughput"),
    )
    if any(hours not in values for _, hours, _, _ in steps):
        return None
    held, reached = float(values["chip_hours"]), float(values["chip_hours"])
    rows, bars = [], []
    for label, hours, cost, left in steps:
        part = float(values[hours])
        total = hours in ("chip_hours", "delivered_chip_hours")
        if part == 0 and not total:
            continue
        share = percent(part / held) if held else ""
        low, high = (0.0, part) if total else (reached, reached - part)
        reached = high if not total else reached
        sign = "" if total else "−"
        tone = {"chip_hours": "rest", "delivered_chip_hours": "a"}.get(hours, "b")
        bars.append(Span(label, f"{sign}{share}", low, high, tone, total=total))
        spent = figure_of(result, hours, share)
        cells = (
            replace(spent, text=spent.text.removesuffix(" chip-hours")),
            figure_of(result, left),
            figure_of(result, cost),
        )
        rows.append(TableRow(Cell(label), cells, total=hours == "delivered_chip_hours"))
    lead = (
        f"Of what the chips could do, {percent(float(values['mfu']) * float(values['goodput']))} becomes model arithmetic: MFU "
        f"{shown('mfu', values['mfu'])} times goodput {shown('goodput', values['goodput'])}."
    )
    if float(values.get("held_chip_hours", held)) > held:
        lead += (
            f" Beside the run, waiting and maintenance hold {shown('scheduling_loss', values['scheduling_loss'])} and spares "
            f"{shown('spare_loss', values['spare_loss'])}, {shown('held_cost', values.get('held_cost'))} with the run's own."
        )
    shown_table = table("Chip-hours and what they cost", ("Step", "Chip-hours", "Rate left", "Run cost"), rows)
    return Part(
        "flop", "Where the FLOP go", lead, (Figure(charts.waterfall("From peak to delivered", bars), shown_table),)
    )


def tornado(result: Result) -> Part | None:
    """What moves the answer: each ranged input alone, from its 5th to its 95th percentile."""
    target = "run_cost" if "run_cost" in result.values else "cost_per_chip_hour"
    found = [entry for entry in swings(result, target) if max(abs(entry[1]), abs(entry[2])) > 1e-6][:MOST_SWINGS]
    if not found:
        return None
    rows, bars = [], []
    for name, low, high in found:
        datum = result.data[name]
        ends = [f"{'+' if end > 0 else ''}{percent(end, 2)}" for end in (low, high)]
        bars.append(Span(label_of(name), " / ".join(ends), low, high))
        spans = (Cell(shown(name, datum.low), ends[0]), Cell(shown(name, datum.high), ends[1]))
        rows.append(TableRow(Cell(label_of(name), f"base {shown(name, datum.value)}"), spans))
    base = f"base {shown(target, result.values[target])}"
    moved = label_of(target).lower()
    drawing = charts.tornado(f"What moves the {moved}", bars, ("at its low end", "at its high end"), base)
    wide = label_of(found[0][0])
    lead = f"Each input alone, from the low to the high end of its 5–95 % range, the rest at base. {wide} moves the {moved} most."
    heads = ("Input", "Low end", "High end")
    return Part(
        "tornado",
        "What moves the answer",
        lead,
        (Figure(drawing, table(f"Each input, and below it the swing of the {moved}", heads, rows)),),
    )


def energy(result: Result) -> Part | None:
    """Energy and emissions: from the chip's power to the meter, and what is drawn there."""
    values = result.values
    names = ("tdp", "chip_power", "pue", "peak_facility_power", "power_utilisation", "facility_power", "facility_energy",
             "electricity_price", "electricity_cost", "carbon_intensity", "emissions")  # fmt: skip
    present = [name for name in names if name in values]
    if not {"peak_facility_power", "facility_power"}.issubset(present):
        return None
    rows = []
    for name in present:
        rows.append(TableRow(Cell(label_of(name)), (figure_of(result, name, band_text(result, name)),)))
    drawing = None
    chips = float(values.get("chips", 0.0))
    if chips and "tdp" in values and "chip_power" in values:
        stages = (
            ("Chip (TDP)", float(values["tdp"])),
            ("with its share of the server", float(values["chip_power"])),
            ("at the meter, full load", float(values["peak_facility_power"]) / chips),
            ("at the meter, on average", float(values["facility_power"]) / chips),
        )
        bars, before = [], 0.0
        for number, (label, reached) in enumerate(stages):
            low = before if number in (1, 2) else 0.0
            tone = ("a", "b", "b", "c")[number]
            bars.append(Span(label, shown("tdp", reached), low, reached, tone))
            before = reached
        drawing = charts.waterfall("Power of one chip, from the chip to the meter", bars)
    lead = f"The site must supply {shown('peak_facility_power', values['peak_facility_power'])}; on average "
    lead += f"{shown('facility_power', values['facility_power'])} is drawn."
    if "emissions" in values:
        lead += f" The run's energy emits {shown('emissions', values['emissions'])} of CO₂-equivalent."
    caption = "Power, energy and emissions"
    return Part("energy", "Energy and emissions", lead, (Figure(drawing, table(caption, ("Quantity", "Value"), rows)),))


def verdict_text(result: Result) -> str:
    """Whether it is feasible, and what binds, as one sentence."""
    found = verdict_of(result)
    return f"{found.value.capitalize()}{' ' if found.note.startswith('within') else ': '}{found.note}"


def feasibility(result: Result) -> Part | None:
    """The margins of every limit that could be checked: the buyer's, and those of hardware and the world."""
    if result.verdict.word == NOT_CHECKED:
        return None
    rows, bars, changes = [], [], []
    for entry in result.feasibility:
        if entry.limit is None:
            continue
        limit, limited, margin = CONSTRAINTS[entry.constraint]
        target = "time_available" if entry.constraint == "deadline" else limit
        sign = {True: "✓\u00a0", False: "✗ "}.get(entry.holds, "")  # type: ignore[arg-type]
        verdict = sign + (entry.word or NOT_FOUND)
        if entry.constraint in result.verdict.unusual:
            verdict = "!\u00a0unusual"
        if entry.probability is not None and 0 < entry.probability < 1:
            verdict += f" in {percent(entry.probability, 2)} of draws"
        left = Cell(NOT_FOUND, verdict)
        if entry.margin is not None:
            left = Cell(percent(entry.margin), verdict, margin, float(entry.margin))
        label = CONSTRAINT_WORDS.get(entry.constraint, entry.constraint.capitalize())
        given = result.data.get(limit)
        named = given.label if given is not None and limit in YARDSTICKS else ""
        cells = (figure_of(result, limited), Cell(shown(target, result.values.get(target)), named), left)
        rows.append(TableRow(Cell(label, label_of(limited)), cells))
        if entry.margin is not None:
            # Over the limit goes to the left, in the other colour; the bar of a limit missed by far ends at the edge.
            over, inside = max(min(entry.margin, 0.0), -1.0), max(entry.margin, 0.0)
            bars.append(Span(label, f"{percent(entry.margin)} left", inside, over))
        if entry.holds is False and (change := nearest_change(result, entry.constraint)) is not None:
            now, needed = (shown(change.name, value) for value in (change.now, change.needed))
            changes.append(f"{label} holds with {label_of(change.name)} {needed} in place of {now}.")
    lead = f"{verdict_text(result)}."
    unchecked = [entry.constraint for entry in result.feasibility if entry.limit is None and entry.constraint != "time"]
    note = " ".join(changes)
    if unchecked:
        note += f" Not checked, as no limit was given or a figure is open: {', '.join(unchecked)}."
    drawing = None
    if bars:
        ends = ("left of the limit", "over the limit") if any(bar.high < 0 for bar in bars) else ("", "")
        drawing = charts.tornado("Share of each limit that is left", bars, ends)
    heads = ("Limit", "Reached", "Allowed", "Left")
    shown_table = table("Feasibility margins", heads, rows)
    return Part("feasibility", "Feasibility", lead, (Figure(drawing, shown_table, note.strip()),))
