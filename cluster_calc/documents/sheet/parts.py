"""A Result as the sections of a cost sheet; a section without data is None."""

from __future__ import annotations

from dataclasses import replace

from cluster_calc.documents.charts import charts
from cluster_calc.documents.charts.charts import Span
from cluster_calc.documents.render.figures import band_text, figure_of, table
from cluster_calc.documents.render.view import Cell, Figure, Part, TableRow
from cluster_calc.documents.reports.limits import CONSTRAINT_WORDS, verdict_text
from cluster_calc.estimation.changes import nearest_change
from cluster_calc.estimation.limits import CONSTRAINTS
from cluster_calc.estimation.lines import bills
from cluster_calc.estimation.result import Result
from cluster_calc.estimation.verdict import NOT_CHECKED
from cluster_calc.quantities.display import NOT_FOUND, label_of, percent, shown
from cluster_calc.quantities.settings import YARDSTICKS
from cluster_calc.studies.influence import relative_swings

TONES = ("a", "b", "c", "d")
MOST_SWINGS = 8


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
    found = [entry for entry in relative_swings(result, target) if max(abs(entry[1]), abs(entry[2])) > 1e-6][
        :MOST_SWINGS
    ]
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
