"""A simulation as text, JSON, CSV and Markdown: what was simulated beside the closed forms, with standard errors."""

from __future__ import annotations

import json
from typing import Any

from cluster_calc.documents.render.citing import cite
from cluster_calc.documents.render.view import Report, Row, Section
from cluster_calc.files.csv import csv_rows
from cluster_calc.performance.training.failure_simulation import Estimate
from cluster_calc.quantities.display import count, duration, shown
from cluster_calc.quantities.display import plain as short
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.studies.simulation import OPTIONS, Compared, Simulation
from cluster_calc.studies.simulation_json import COLUMNS, as_dict, rows

# The inputs that say what was simulated, in the order of the report.
SAID = (
    "mtbf", "failure_rate", "failures_per_interruption", "chips_per_server", "checkpoint_interval", "checkpoint_write_time",
    "checkpoint_size", "storage_bandwidth", "restart_time", "repair_time",
)  # fmt: skip


def json_text(found: Simulation) -> str:
    """The JSON text."""
    return json.dumps(as_dict(found), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def csv_text(found: Simulation) -> str:
    """The rows as CSV, what is missing empty."""
    return csv_rows(COLUMNS, rows(found))


def report(found: Simulation) -> Report:
    """What the simulation says, before it has a form."""
    chips, servers = found.values.get("chips"), found.values.get("servers")
    what = "A job" if chips is None else f"{count(chips)} {found.chip or ('chip' if chips == 1 else 'chips')}"
    held = "" if servers is None else f" in {count(servers)} server{'' if servers == 1 else 's'}"
    question = f"{what}{held}: {duration(found.run.work)} of useful steps under failures, {count(found.run.replicates)} simulated runs"
    return Report(
        question, _answer(found), (_comparison(found), _parts(found), _assumed(found)), found.warnings, _next(found)
    )


def _answer(found: Simulation) -> str:
    spread = " · ".join(duration(found.run.time_percentiles[percent]) for percent in (10, 50, 90))
    words = f"Goodput {_percent(found.goodput)}; the runs take {spread} (P10 · P50 · P90). "
    if not found.comparable:
        waiting = short(100 * found.run.shares["waiting for servers"].value)
        return words + f"{waiting}% of the time is spent waiting for servers, which the closed forms leave out."
    if found.agrees is None:
        return words + "Nothing failed, so there is no error to compare by."
    apart = f"it lies {_errors(abs(found.time.deviation or 0.0))} from the simulated time"
    return words + f"The closed form is {'' if found.agrees else 'NOT '}confirmed: {apart}."


def _errors(apart: float) -> str:
    number = short(apart, 2)
    return f"{number} standard error{'' if number.lstrip('-') == '1' else 's'}"


def _percent(entry: Estimate | Compared) -> str:
    return f"{short(100 * entry.value, 4)}% ± {short(100 * entry.standard_error, 2)}%"


def _time(entry: Compared) -> str:
    """A time and its error in the one unit that suits the time."""
    number, _, unit = duration(entry.value, 4).partition(" ")
    size = entry.value / float(number.replace(",", "")) if entry.value else 1.0
    return f"{number} ± {short(entry.standard_error / size, 2)} {unit}"


def _comparison(found: Simulation) -> Section:
    def row(label: str, value: str, closed: str, entry: Compared) -> Row:
        apart = None if not found.comparable else entry.deviation
        return Row(
            label,
            value,
            f"closed form {closed}" + ("" if apart is None else f", {_errors(apart)} off"),
        )

    times, counts, goodput = found.time, found.interruptions, found.goodput
    lines = [
        row("Goodput", _percent(goodput), f"{short(100 * (goodput.closed_form or 0.0), 4)}%", goodput),
        row("Training time", _time(times), duration(times.closed_form or 0.0, 4), times),
        row("Interruptions", f"{short(counts.value, 4)} ± {short(counts.standard_error, 2)}", short(counts.closed_form or 0.0, 4), counts),
        Row("ETTR", "", f"closed form {shown('ettr', found.ettr)}: linear (Kokolis et al. 2024), for rare failures"),
    ]  # fmt: skip
    if not found.comparable:
        lines.append(
            Row("Failures that waited", _percent(found.run.waited), f"with {_spares(found.options['spare_pool'])}")
        )
        if "spare_servers" in found.values:
            outages = shown("outages_in_repair", found.values["outages_in_repair"])
            called = f"the repairs call for {_spares(found.values['spare_servers'])}: {outages} outages on average"
            lines.append(Row("", "", called))
    return Section("Simulated ± standard error", tuple(lines))


def _spares(number: Any) -> str:
    return f"{count(float(number or 0))} spare server{'' if number == 1 else 's'}"


def _parts(found: Simulation) -> Section:
    listed = [
        Row(name.capitalize(), _percent(share), "useful" if name == "steps" else "")
        for name, share in found.run.shares.items()
        if share.value or name in ("steps", "checkpoints", "lost work", "restarts")
    ]
    return Section("Where the time goes (sums to 100%)", tuple(listed))


def _assumed(found: Simulation) -> Section:
    listed = []
    for name in SAID:
        if name in found.values:
            datum = found.inputs.get(name)
            note = cite(datum) if datum is not None else "computed"
            listed.append(Row(_capital(QUANTITIES[name].label), shown(name, found.values[name]), note, name))
    for name, value in found.options.items():
        if value is not None:
            kind = OPTIONS[name].display
            text = duration(value) if kind == "time" else f"{short(100 * value)}%" if kind == "share" else count(value)
            listed.append(Row(_capital(OPTIONS[name].label), text, "given"))
    listed.append(Row("Seed", str(found.run.seed), "the same seed gives the same runs"))
    return Section("What was simulated", tuple(listed))


def _capital(label: str) -> str:
    return label.upper() if label == "mtbf" else label.capitalize()


def _next(found: Simulation) -> str:
    if not found.comparable:
        return "without --spare-pool a replacement is always at hand, as the closed forms have it"
    return "--spare-pool formula holds the spares that repairs call for; --detection-time, --repair-crews and --rack-share cost more"


def text(found: Simulation, width: int = 80) -> str:
    """The simulation as text."""
    from cluster_calc.documents.render.text import render

    return render(report(found), width)


def markdown(found: Simulation) -> str:
    """The simulation as Markdown."""
    from cluster_calc.documents.render.markdown import render

    return render(report(found))
