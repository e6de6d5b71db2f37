"""What a report says, before it has a form: sections of rows, frozen, the same for every format."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from cluster_calc.documents.render.citing import cite, command
from cluster_calc.documents.render.figures import value_of as _value
from cluster_calc.documents.render.markdown import render
from cluster_calc.documents.render.text import render as text_render
from cluster_calc.documents.render.view import Report, Row, Section
from cluster_calc.documents.reports.sentences import _later, answer, question
from cluster_calc.estimation.lines import _nonzero, bills
from cluster_calc.estimation.result import Result
from cluster_calc.performance.conventions import AS_GIVEN, counted_as
from cluster_calc.quantities.display import money, plain, shown
from cluster_calc.quantities.nomenclature import QUANTITIES
from cluster_calc.quantities.number import is_scalar as _scalar
from cluster_calc.studies.influence import relative_swings

HEADLINE = (
    ("training_compute", ""), ("training_time", ""), ("chips", ""), ("accelerator_time", ""),
    ("run_cost", "amortised"), ("capital_cost", "cash for the hardware; never added to run cost"),
    ("cost_per_chip_hour", ""), ("compute_per_dollar", ""), ("rental_cost", ""), ("facility_energy", ""),
    ("facility_power", ""), ("emissions", ""), ("shipment_share", ""),
)  # fmt: skip
# Of a serving: what its users and its buyer ask first.
SERVED = (
    ("chips", ""), ("replicas", "at work; each holds the whole model"), ("spare_replicas", ""), ("replica_chips", ""), ("batch", ""),
    ("output_tokens_per_second", "in the mean"), ("output_tokens_per_second_per_chip", "at full load"),
    ("time_per_output_token", "mean"), ("time_to_first_token", "mean"), ("late_first_token", "of the slow requests"),
    ("cost_per_million_input_tokens", "computed"), ("cost_per_million_cached_tokens", "from the prefix cache"),
    ("cost_per_million_output_tokens", ""), ("cost_per_million_tokens", "input and output alike"),
    ("rented_cost_per_million_tokens", "on rented chips"), ("run_cost", "a year, amortised"),
    ("capital_cost", "cash for the hardware; never added to run cost"), ("cost_per_chip_hour", ""), ("energy_per_token", "at the meter"),
    ("facility_power", ""), ("shipment_share", ""),
)  # fmt: skip
MOST = 8


def report(result: Result) -> Report:
    """The report of a result; sections without data are absent."""
    from cluster_calc.documents.reports.counting import counting
    from cluster_calc.documents.reports.limits import limits
    from cluster_calc.documents.reports.ranges import ranges
    from cluster_calc.documents.reports.waterfall import waterfall

    sections = [
        _headline(result),
        ranges(result),
        _money(result),
        _books(result),
        _restated(result),
        waterfall(result),
        counting(result),
        limits(result),
        _assumptions(result),
        _excluded(result),
    ]
    return Report(
        question=question(result),
        answer=answer(result),
        sections=tuple(section for section in sections if section is not None and section.rows),
        warnings=result.warnings,
        next_step=_next_step(result),
    )


def _headline(result: Result) -> Section:
    rows = []
    for name, note in SERVED if result.mode == "serve" else HEADLINE:
        if name not in result.values and name not in result.missing:
            continue
        if name == "run_cost":
            note = _held_lines(result) or note
        elif name == "facility_power" and "peak_facility_power" in result.values:
            note = f"average; {_value(result, 'peak_facility_power')} at full load"
        elif name == "training_compute" and name not in result.data and "tokens" in result.values:
            rule, words = counted_as(result.scenario.settings, result.data)
            note = words if rule == AS_GIVEN else f"FLOP convention {rule}"
        elif name == "capital_cost" and "all_in_price" in result.values:
            note = f"{_value(result, 'all_in_price')} a chip, with server and network; not part of run cost"
        elif name == "shipment_share" and "annual_shipments" in result.data:
            note = f"of {_value(result, 'annual_shipments')}: {result.data['annual_shipments'].label or 'given'}"
        elif name == "rental_cost" and "rental_price" in result.values:
            rent = result.data.get("rental_price")
            ratio = (
                f"; {plain(result.values['rental_ratio'])}× the run cost"
                if _scalar(result.values.get("rental_ratio"))
                else ""
            )
            label = f", {rent.label or 'given'}" if rent is not None else ""
            note = f"at {_value(result, 'rental_price')}{label}{ratio}"
        elif name == "training_time" and result.mode == "fixed-time":
            note = f"of {_value(result, 'time_allowed')} allowed"
        if name not in result.values:
            note = "needs " + " and ".join(result.lacking(name))
        elif result.varies(name):
            span = " · ".join(
                shown(name, (result.percentile(name, p) or 0.0) * QUANTITIES[name].factor) for p in (10, 50, 90)
            )
            note = f"P10 · P50 · P90: {span}" + (f"; {note}" if note and len(note) < 40 else "")
        rows.append(Row(QUANTITIES[name].label.capitalize(), _value(result, name), note, name))
    return Section("Headline", tuple(rows))


def _held_lines(result: Result) -> str:
    """What the run cost holds: bare, with what it would be all-in; or all-in, with what it is bare."""
    bare, whole = result.values.get("bare_run_cost"), result.values.get("run_cost")
    if not _scalar(bare) or not _scalar(whole) or "run_cost" in result.data:
        return ""
    if whole != bare:
        return f"with operations; bare, depreciation and energy alone, {_value(result, 'bare_run_cost')}"
    from cluster_calc.catalog.current import catalog
    from cluster_calc.estimation.parts.upkeep import all_in_cost

    settings = result.scenario.settings
    about = None if settings.get("bare") or settings.get("method") else all_in_cost(result.values, catalog())
    more = "" if about is None else f"; all-in about {shown('run_cost', about, 2)} (--all-in)"
    return f"bare: depreciation and energy of this run{more}"


def _share(result: Result, name: str, total: str) -> str:
    part, whole = result.values.get(name), result.values.get(total)
    if not _scalar(part) or not _scalar(whole) or not whole or part is None:
        return ""
    return f"{plain(100 * part / whole)}%"


def _held(result: Result, name: str) -> str:
    """What the accelerators' price holds besides them, or that the rent of the site holds the power."""
    if name == "electricity_cost" and result.scenario.settings.get("colocation_power") == "included":
        return "; held by the rent of the site" if "colocation_price" in result.data else ""
    if name != "accelerator_capital" or result.values.get("server_cost_factor") != 1.0:
        return ""
    return ", with their servers" + (" and network" if result.values.get("network_share") == 0.0 else "")


def _apart(result: Result, name: str) -> str:
    """What of the depreciation is for idle hours, and what falls on chips that need no new cash."""
    if name != "depreciation":
        return ""
    parts = (("idle_charge", "for idle hours"), ("owned_depreciation", "on chips already owned"))
    return "".join(
        f"; {_value(result, part)} of it {words}" for part, words in parts if _nonzero(result.values.get(part, 0))
    )


def _new(result: Result) -> str:
    """The cash that is left to find where chips are owned already."""
    if not _nonzero(result.values.get("owned_depreciation", 0)):
        return ""
    return f"new cash {_value(result, 'new_capital')} for {_value(result, 'new_chips')} chips, the others are owned"


def _money(result: Result) -> Section | None:
    rows = []
    for lines, total, title in bills(result):
        rows += [
            Row(
                QUANTITIES[name].label.capitalize(),
                _value(result, name),
                _share(result, name, total) + _held(result, name) + _apart(result, name),
                name,
            )
            for name in lines
        ]
        note = "incomplete"
        if total in result.values:
            note = "as given, not split" if total in result.data else ""
            if total == "capital_cost":
                note = "; ".join(filter(None, (_bill(result), _new(result))))
        rows.append(Row(f"= {title}", _value(result, total), note, total))
    return Section("Where the money goes", tuple(rows)) if rows else None


def _bill(result: Result) -> str:
    """Which way the hardware was priced, and how the bill differs from the two factors."""
    if "capital_cost" in result.data:
        return "as given, not split"
    if "bill_excess" not in result.values:
        if not {"server_cost_factor", "network_share"} <= set(result.values):
            return ""
        return (
            f"two factors: server × {_value(result, 'server_cost_factor')}, network {_value(result, 'network_share')}"
        )
    if "servers" not in result.values:  # the excess was given, and no bill stands behind it
        return f"bill of materials: {_value(result, 'bill_excess')} over two factors, as given"
    left = f", {_value(result, 'idle_chips')} chips over" if _nonzero(result.values.get("idle_chips", 0.0)) else ""
    return (
        f"bill of materials: {_value(result, 'servers')} servers{left}; two factors alone, at "
        f"the same prices, give {_value(result, 'two_factor_capital')}"
    )


def _books(result: Result) -> Section | None:
    """Book value over time: when the run starts and ends, and by the hardware's age."""
    from cluster_calc.estimation.parts.depreciation import book_curve, method_of

    curve = book_curve(result)
    if not curve or result.mode == "cluster":
        return None
    by_age = ", ".join(f"{plain(age)}: {money(value)}" for age, value in curve)
    rows = (
        Row(
            "When the run starts",
            _value(result, "book_value_at_start"),
            f"{_value(result, 'hardware_age')} old" if _nonzero(result.values["hardware_age"]) else "new",
            "book_value_at_start",
        ),
        Row("When it ends", _value(result, "book_value_at_end"), "", "book_value_at_end"),
        Row("By years of age", "", f"{by_age} ({method_of(result.scenario.settings)})"),
    )
    return Section("Book value of the hardware", rows)


def _restated(result: Result) -> Section | None:
    """Run cost and capital in other money and other years, each with the rate behind it."""
    rows = []
    code = str(result.scenario.settings.get("currency", "in the other currency"))
    unit = str(result.scenario.settings.get("currency", "local"))
    year = str(result.scenario.settings.get("price_year", "the year asked for"))
    for prefix, words, behind in (
        ("local", code, "exchange_rate"),
        ("restated", f"money of {year}", "price_level"),
        ("later", _later(result), "price_performance_trend"),
    ):
        for what in ("run_cost", "capital_cost"):
            name = f"{prefix}_{what}"
            if name not in result.values and name not in result.missing:
                continue
            datum = result.data.get("price_index" if prefix == "restated" else behind)
            source = f", {cite(datum)}" if datum is not None else ""
            base = result.data.get("base_price_index")
            if prefix == "restated" and base is not None and base.as_of:
                source = f" from {base.as_of}{source}"
            label = QUANTITIES[what].label.capitalize()
            rows.append(
                Row(
                    f"{label}, {words}",
                    _value(result, name),
                    f"at {_value(result, behind).replace('local', unit)}{source}",
                    name,
                )
            )
    return Section("In other money and other years", tuple(rows)) if rows else None


def _assumptions(result: Result) -> Section:
    moves = {
        name: (low, high)
        for name, low, high in relative_swings(
            result, "run_cost" if "run_cost" in result.values else "cost_per_chip_hour"
        )
    }
    carried = [name for name in moves if max(map(abs, moves[name])) > 1e-9][:MOST]
    always = [name for name in ("chip_price", "mfu", "goodput", "lifetime", "electricity_price", "pue", "network_share",
                                "server_cost_factor", "tdp", "annual_shipments") if name in result.sourced]  # fmt: skip
    names = list(dict.fromkeys([*carried, *always]))[: MOST + 2]
    rows = []
    for name in names:
        datum = result.sourced[name]
        if datum.value is None:
            continue
        label = f", {datum.label}" if datum.label and name != "annual_shipments" else ""
        move = ""
        if name in carried:
            low, high = (
                f"{'+' if part > 0 else '−' if part < 0 else '±'}{plain(abs(100 * part), 2)}%" for part in moves[name]
            )
            span = f"{shown(name, datum.low)} to {shown(name, datum.high)}"
            move = f"; {span} moves it {low} to {high}"
        rows.append(
            Row(
                QUANTITIES[name].label.split(" (")[0],
                _value(result, name),
                f"{cite(datum)}{', stale' if name in result.stale else ''}{label}{move}",
                name,
            )
        )
    rows.append(Row("Prices", "", "data release {number} of {date}".format(**result.data_release)))
    moved = "run cost" if "run_cost" in result.values else "cost of a chip-hour"
    title = f"What moves the {moved}: assumption, source, date" if carried else "Assumptions: source, date"
    return Section(title, tuple(rows))


def _excluded(result: Result) -> Section:
    from cluster_calc.estimation.included import excluded

    return Section("Not included", tuple(Row(text, "") for text in excluded(result)))


def _next_step(result: Result) -> str:
    # Only an origin of the command line can be repeated on one.
    name = (
        "run_cost"
        if "run_cost" in result.values
        else "capital_cost"
        if "capital_cost" in result.values
        else "facility_power"
    )
    return command(result, f"explain {name}")


def fragment(result: Result) -> str:
    """The headline and sections of a result as escaped HTML tables."""
    view = report(result)
    parts = [f"<div><p><strong>{escape(view.question)}</strong><br>{escape(view.answer)}</p>"]
    for section in view.sections:
        rows = "".join(
            f"<tr><th scope='row' style='text-align:left'>{escape(row.label)}</th>"
            f"<td style='text-align:right'>{escape(row.value)}</td><td style='text-align:left'>{escape(row.note)}</td></tr>"
            for row in section.rows
        )
        parts.append(
            f"<table><caption style='text-align:left'>{escape(section.title)}</caption><tbody>{rows}</tbody></table>"
        )
    if view.warnings:
        parts.append("<ul>" + "".join(f"<li>{escape(warning)}</li>" for warning in view.warnings) + "</ul>")
    return "".join([*parts, "</div>"])


def markdown(result: Result) -> str:
    """The report of a result as Markdown."""
    return render(report(result))


def text(result: Result, width: int = 80, style: Callable[..., str] | None = None) -> str:
    """The report of a result as text of at most `width` columns.

    `style(text, bold=…, dim=…)` colours on a terminal; without it the text is plain.
    """
    return text_render(report(result), width, style)
